"""What the pages show of two texts, of facts and of time: values from values."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ingest import moments
from ingest.diff.sentences import compare
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.http.last_visit import visit
from ingest.index.activity import Counts
from ingest.index.blame import Lost
from ingest.store.totals import Counts as Totals
from ingest.web import coverage, facts, overview, render, text_by_age, timeline, whereabouts
from ingest.web.answer_cache import AnswerCache
from ingest.web.comparison import ComparisonView, Row, comparison_view, cut
from ingest.web.gravity import CREATED, UNREAD, GravityMark, gravest, mark
from ingest.web.timeline import Point, TimeStretch
from ingest.web.whereabouts import Event
from ingest.web.words import Words
from tests.daemon import until

KEPT = "One stays.\n\nTwo is {} euro today.\n\nThree stays.\n\nFour stays.\n\nFive stays.\n\n{}\n"
A = KEPT.format(13, "Six goes away now.")
B = KEPT.format(31, "Seven came along here.")
HOUR = 3_600_000_000


def text(words: str) -> Text:
    return Text(text=words, sha256=sha256(words.encode()).digest(), language="en")


def between(a: str, b: str) -> tuple[ComparisonView, Edit]:
    edit = classify(text(a), text(b))
    comparison = compare(a, b, language="en")
    found = comparison_view(
        comparison, a, b, edit, age_at=lambda _: 1,
        judge=lambda old, new: classify(text(old), text(new)).significance,
    )  # fmt: skip
    return found, edit


def words_of(found: ComparisonView, keep: str) -> str:
    """One of the two texts as the inline view holds it, its blanks as one."""
    bits = [bit for each in found.inline for paragraph in each.paragraphs for bit in paragraph.bits]
    other = {"ins": "del", "del": "ins"}[keep]
    return "".join("".join(bit.text for bit in bits if bit.mark != other).split())


def test_both_texts_can_be_read_in_the_inline_view_and_side_by_side() -> None:
    found, _ = between(A, B)

    assert words_of(found, "del") == "".join(A.split())
    assert words_of(found, "ins") == "".join(B.split())
    for side, whole in (("old", A), ("new", B)):
        shown = "".join(bit.text for row in found.rows for bit in getattr(row, side))
        assert "".join(shown.split()) == "".join(whole.split())


def test_a_changed_fact_is_ringed_on_both_sides_and_first_in_the_list() -> None:
    found, edit = between(A, B)

    assert edit.silent
    first = found.items[0]
    assert (first.what, first.before, first.after) == ("amount", "13 euro", "31 euro")
    assert {each.mark.gravity for each in found.items} == {"silent"}
    ringed = [bit.text for row in found.rows for bit in (*row.old, *row.new) if bit.fact]
    assert ringed == ["13", "31"]


def test_what_stayed_far_from_a_change_is_folded() -> None:
    middle = "\n\n".join(f"Sentence {number} stays." for number in range(10))
    found, _ = between(f"It was 1 euro.\n\n{middle}\n", f"It was 2 euro.\n\n{middle}\n")

    assert [(each.folded, len(each.paragraphs)) for each in found.inline] == [(False, 2), (True, 9)]


def test_moved_text_is_shown_as_moved_and_counted() -> None:
    first, second = "The mayor opened the new bridge on Monday.", "Nobody had expected so many people there."
    found, _ = between(f"{first}\n\n{second}\n\nThe end came.\n", f"{second}\n\n{first}\n\nThe end came.\n")

    assert found.moved == 1
    assert [each.moved for part in found.inline for each in part.paragraphs].count(True) == 1


def test_a_cosmetic_edit_is_a_count_and_no_item() -> None:
    found, edit = between('He said "yes" to it.\n', "He said “yes” to it.\n")

    assert edit.significance == "cosmetic"
    assert (found.items, found.cosmetic) == ([], 1)


def test_what_has_no_counterpart_leaves_a_gap() -> None:
    found, _ = between("One stays.\n", "One stays.\n\nAnother one came along.\n")

    assert [(row.kind, bool(row.old), bool(row.new)) for row in found.rows] == [
        ("kept", True, True), ("added", False, True),
    ]  # fmt: skip
    assert isinstance(found.rows[1], Row)


def test_a_long_sentence_is_cut_for_the_list() -> None:
    assert cut("a  b\nc") == "a b c"
    assert len(cut("word " * 100)) == 220


# -- facts ----------------------------------------------------------------------------------------


def history(*prices: int) -> list[tuple[int, Edit]]:
    texts = [f"The ticket costs {price} euro in all places.\n" for price in prices]
    return [(number, classify(text(a), text(b))) for number, (a, b) in enumerate(pairwise(texts), 2)]


def test_a_value_that_came_back_is_seen_to_come_back() -> None:
    (strand,), left = facts.strands(history(13, 31, 13), until=3, newest=lambda: None)

    assert (strand.kind, strand.version, strand.silent, left) == ("amount", 3, True, 0)
    assert [(each.text, each.first, each.last, each.again) for each in strand.values] == [
        ("13 euro", 1, 1, False), ("31 euro", 2, 2, False), ("13 euro", 3, None, True),
    ]  # fmt: skip


def test_of_many_values_the_first_two_and_the_last_are_shown() -> None:
    (strand,), _ = facts.strands(history(*range(100, 130)), until=30, newest=lambda: None)

    assert strand.left == 20
    assert [each.first for each in strand.values] == [1, 2, *range(23, 31)]


@pytest.mark.parametrize(
    ("newest", "gone"),
    [
        ("The ticket costs 31\neuro in all places.\n", False),
        ("A ticket for 31 EURO is had everywhere.\n", False),
        ("The ticket costs nothing.\n", True),
        (None, False),
    ],
)
def test_of_a_value_is_said_what_is_known_of_its_time(newest: str | None, gone: bool) -> None:
    """It may have come in any version before the first edit of it, and have gone with its sentence."""
    edits = [(5, history(13, 31)[0][1])]

    (strand,), _ = facts.strands(edits, until=7, newest=lambda: newest)

    assert [(each.first, each.last) for each in strand.values] == [(None, 4), (5, None)]
    assert (strand.version, strand.gone) == (5, gone)
    asked: list[None] = []
    facts.strands(edits, until=5, newest=lambda: asked.append(None))
    assert not asked


def test_of_many_sentences_that_went_the_last_are_shown_first() -> None:
    went = [
        Lost(text=str(no), version=1, last_version=no - 1, removed_in=no, edited=False)
        for no in range(2, text_by_age.LOST + 5)
    ]
    shown, left = text_by_age.last_removed(went, {no: no * HOUR for no in range(1, 100)})

    assert [each.removed_in for each in (shown[0], shown[-1])] == [text_by_age.LOST + 4, 5]
    assert (left, shown[0].removed_at) == (3, (text_by_age.LOST + 4) * HOUR)
    assert text_by_age.last_removed(went[:2], {2: 1, 3: 2})[1] == 0


# -- time -----------------------------------------------------------------------------------------


def point(version: int, at: int, gravity: GravityMark, size: int = 10) -> Point:
    return Point(version=version, at=at, size=size, mark=gravity)


def test_versions_that_stand_too_close_are_one_group_of_the_gravest_sign() -> None:
    points = [point(1, 0, CREATED), point(2, HOUR, mark("silent"))]
    points += [point(no, 50 * HOUR + no, mark("cosmetic")) for no in (3, 4)]
    points.append(point(5, 50 * HOUR + 9, mark("open")))
    drawn = timeline.drawn(points, [], now=60 * HOUR, shown=5)

    assert [(each.first, each.last, each.mark.gravity) for each in drawn.groups] == [
        (1, 2, "silent"), (3, 5, "open"),
    ]  # fmt: skip
    assert not drawn.is_now
    assert drawn.groups[0].x == timeline.MARGIN


def test_labels_that_would_stand_on_each_other_are_left_out_but_never_that_of_the_version_shown() -> None:
    points = [point(no, no * HOUR, mark("cosmetic")) for no in range(1, 151)]
    newest, early, shown = (
        timeline.drawn(points, [], now=1_000 * HOUR, shown=no).groups for no in (150, 3, 8)
    )

    assert [each.label for each in newest if each.first > 120] == [
        "", "125–128", "", "", "137–140", "", "", "149–150",
    ]  # fmt: skip
    assert [each.label for each in early][:4] == ["1–4", "", "9–12", ""]
    assert [each.label for each in shown][:4] == ["", "5–8", "", ""]


def test_the_axis_has_the_size_of_each_version_and_the_times_without_the_document() -> None:
    befell = [
        Event(seq=no, at=no * HOUR, type=kind, reason=None, version=1, path="a", from_path=None)
        for no, kind in ((90, "deleted"), (60, "restored"), (55, "rejected"), (50, "deleted"), (20, "moved"))
    ]
    sizes = [point(1, 0, CREATED, 30), point(2, HOUR, UNREAD, 90), point(3, 60 * HOUR, UNREAD, 50)]

    absences = whereabouts.absences(befell)
    drawn = timeline.drawn(sizes, [], absences, now=100 * HOUR, shown=3)

    assert absences == [
        TimeStretch("deleted", 50 * HOUR, 60 * HOUR), TimeStretch("deleted", 90 * HOUR, None),
    ]  # fmt: skip
    assert [(each.first, each.last, each.size) for each in drawn.groups] == [(1, 2, 90), (3, 3, 50)]
    assert (drawn.least, drawn.most) == (30, 90)
    assert drawn.is_now  # the axis goes on until the document was deleted, and beyond
    assert [(each.since, each.x, each.x + each.width) for each in drawn.away] == [
        (50 * HOUR, 566.0, 675.2), (90 * HOUR, 1002.8, 1112.0),
    ]  # fmt: skip


def test_the_band_of_observation_is_cut_to_the_axis() -> None:
    ledger = [TimeStretch("scanned", -HOUR, HOUR), TimeStretch("watched", HOUR, None)]
    found = timeline.bands(ledger, begin=0, end=2 * HOUR, now=10 * HOUR)

    assert [(each.state, each.x, each.width) for each in found] == [
        ("scanned", 20.0, 546.0), ("watched", 566.0, 546.0),
    ]  # fmt: skip
    assert timeline.bands(ledger, begin=-5 * HOUR, end=-2 * HOUR, now=0) == []


def test_stretches_too_narrow_to_be_told_apart_are_one_of_the_worst_state() -> None:
    states = ("watched", "scanned", "watched", "blind", "watched")
    ledger = [TimeStretch(states[no % 5], no * HOUR, (no + 1) * HOUR) for no in range(20_000)]
    ledger.append(TimeStretch("watched", 20_000 * HOUR, None))

    found = timeline.bands(ledger, begin=0, end=40_000 * HOUR, now=50_000 * HOUR)

    assert len(found) < 600
    assert {each.state for each in found[:-1]} == {"blind"}
    assert (found[-1].state, found[-1].x, found[-1].width) == ("watched", 566.0, 546.0)
    assert all(a.until == b.since and a.x < b.x for a, b in pairwise(found))


WATCHED, RECORDED = "n has been watched since today", "n is on record since today"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ("watched", f"{WATCHED} 01:00, without a gap."),
        ("scanned watched", f"{WATCHED} 02:00; before that, from today 01:00, it was scanned."),
        (
            "watched blind watched",
            f"{WATCHED} 01:00, but for one stretch: from today 02:00 to today 03:00 it was blind.",
        ),
        (
            "watched scanned",
            f"{WATCHED} 01:00, but for one stretch: from today 02:00 to now it was scanned.",
        ),
        (
            "scanned",
            f"{RECORDED} 01:00, and was at no time watched: an edit that was undone could be missing.",
        ),
        (
            "scanned watched blind",
            f"{RECORDED} 01:00, with 2 stretches in which it was not watched; the last began today 03:00.",
        ),
    ],
)
def test_a_sentence_says_how_a_folder_was_observed(states: str, said: str) -> None:
    known = states.split()
    stretches = [
        TimeStretch(each, no * HOUR, None if no == len(known) else (no + 1) * HOUR)
        for no, each in enumerate(known, 1)
    ]
    place = overview.RootCoverage(
        name="n", begins_at=HOUR, now=known[-1], stretches=stretches, bands=[], since=HOUR
    )

    assert coverage.sentence(place, Words("en", UTC, 9 * HOUR)) == said


def test_the_gravest_of_some_marks_is_found() -> None:
    assert gravest([CREATED, mark("cosmetic"), mark("open"), UNREAD]) == GravityMark("open", "◇", "announced")


# -- who looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("", (0, None, "0.0.50.100000000000")),
        ("x.y.z.a", (0, None, "0.0.50.100000000000")),
        ("1.2.3", (0, None, "0.0.50.100000000000")),
        ("9.7.20.99999000000", (9, 7, "9.7.50.100000000000")),
        ("9.7.20.10", (20, 10, "20.10.50.100000000000")),
        ("9.7.80.10", (0, None, "0.0.50.100000000000")),
        ("٣.7.20.10", (0, None, "0.0.50.100000000000")),
    ],
)
def test_a_visit_is_told_from_the_end_of_the_one_before(
    cookie: str, told: tuple[int, int | None, str]
) -> None:
    assert visit(cookie, head=50, now=100_000_000_000) == told


def test_what_is_kept_is_made_anew_when_it_is_old() -> None:
    now = 0
    cache, made = AnswerCache(lambda: now), []

    def make() -> int:
        made.append(now)
        return len(made)

    assert [cache.of("a", 10, make), cache.of("a", 10, make), cache.of("b", 10, make)] == [1, 1, 2]
    now = 10
    assert cache.of("a", 10, make) == 3


def test_what_is_asked_all_the_time_is_given_while_it_is_made_anew() -> None:
    now = 0
    cache, goes_on = AnswerCache(lambda: now), threading.Event()
    made: list[int] = []

    def make() -> int:
        if made:
            goes_on.wait(60)
        made.append(now)
        return len(made)

    assert cache.lately("a", 10, make) == 1
    now = 10
    assert [cache.lately("a", 10, make), cache.lately("a", 10, make)] == [1, 1]
    now = 60_000_009  # nobody waits for what takes long
    assert cache.lately("a", 10, make) == 1
    now = 20
    goes_on.set()
    until(lambda: cache.lately("a", 10, make) == 2)
    assert made == [0, 20]
    now = 70
    assert cache.lately("a", 10, make) == 3


def test_what_is_made_keeps_only_those_waiting_who_ask_for_it() -> None:
    cache, begun, goes_on = AnswerCache(lambda: 0), threading.Event(), threading.Event()
    made: list[str] = []
    given: list[str] = []

    def slowly() -> str:
        begun.set()
        goes_on.wait(60)
        made.append("slow")
        return "slow"

    def at_once() -> str:
        cache.keep("kept", 10, "kept")
        return cache.of("b", 10, lambda: "quick")

    asking = [threading.Thread(target=lambda: given.append(cache.of("a", 10, slowly))) for _ in range(2)]
    beside = threading.Thread(target=lambda: given.append(at_once()))
    for each in asking:
        each.start()
    assert begun.wait(60)
    beside.start()
    beside.join(5)
    before = list(given)
    goes_on.set()
    for each in [*asking, beside]:
        each.join(60)

    assert (before, given, made) == (["quick"], ["quick", "slow", "slow"], ["slow"])
    assert cache.known("kept") == "kept"


@pytest.mark.parametrize(
    ("now", "first", "hours", "last"),
    [
        ("2026-11-02T12:00", "2026-10-06T00:00+02:00", {(2026, 10, 25): 25}, "2026-11-03T00:00+01:00"),
        ("2026-03-30T00:30", "2026-03-03T00:00+01:00", {(2026, 3, 29): 23}, "2026-03-31T00:00+02:00"),
        ("2026-07-01T23:59", "2026-06-04T00:00+02:00", {}, "2026-07-02T00:00+02:00"),
    ],
)
def test_each_bar_of_a_day_is_that_day_where_it_stands_however_the_clock_was_changed(
    now: str, first: str, hours: dict[tuple[int, int, int], int], last: str
) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    local = datetime.fromisoformat(now).replace(tzinfo=zone)

    bounds = overview.stretches(moments.to_micros(local), zone, 24 * HOUR, overview.DAYS)

    begins = [datetime.fromtimestamp(each // 1_000_000, zone) for each in bounds]
    assert {each.time().isoformat() for each in begins} == {"00:00:00"}
    assert [begins[0], begins[-1]] == [datetime.fromisoformat(each) for each in (first, last)]
    lengths = {
        (each.year, each.month, each.day): (b - a) // HOUR
        for each, (a, b) in zip(begins, pairwise(bounds), strict=False)
    }
    assert {day: length for day, length in lengths.items() if length != 24} == hours


def overview_page(counts: Counts, types: dict[str, int], *, documents: int, reached: int) -> str:
    view = overview.View(
        head=5, since=0, since_at=None, documents=documents, counts=counts, types=types,
        days=[overview.Day(begin=0, end=HOUR - 1, counts=Counts())],
        caption="Edits an hour by gravity, two days", step_is_day=False, cards=[],
        unreviewed=Counts(), gravest_unreviewed=[], places=[],
        reached=reached, begins_at=0, totals=Totals(2, 5, 0),
    )  # fmt: skip
    values = {
        "here": "/", "path": "/", "data_path": "/overview.json", "query_values": {}, "head": 5,
        "watching": {"state": "stopped", "words": "not watching", "at": 0}, "view": view,
    }  # fmt: skip
    return render.page("overview", Words("en", UTC, 0), values)


@pytest.mark.parametrize(
    ("changed", "reached", "said"),
    [
        (3, 0, "3 edits , of a kind that is not known yet. 2 came , 0 went ."),
        (1, 4, "1 edit , of a kind that is not known yet. 2 came , 0 went ."),
        (0, 5, "no text changed. 2 came , 0 went ."),
    ],
)
def test_edits_that_nobody_compared_yet_are_not_called_none(changed: int, reached: int, said: str) -> None:
    types = {"created": 2, **({"changed": changed} if changed else {})}

    html = overview_page(Counts(), types, documents=0, reached=reached)

    lead = html.partition("<h1")[2].partition(">")[2].partition("</h1>")[0]
    assert " ".join(re.sub("<[^>]+>", " ", lead).split()).endswith(said)
    assert ("later edits are not counted here" in html) == (reached < 5)


def test_the_number_of_announced_edits_leads_to_them_alone() -> None:
    html = overview_page(Counts(silent=3, open=2), {"changed": 5}, documents=2, reached=5)

    assert 'href="/changes?significance=substantive&amp;flag=notice&amp;since=0"' in html
    assert 'href="/changes?flag=silent&amp;since=0"' in html
