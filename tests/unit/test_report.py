"""The report as a value: what is folded, and what the page makes of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest

from ingest.diff.sentences import compare
from ingest.edits.edit import ChangedFact, Classifier, Edit, Flag
from ingest.records.report import ReportCounts, ReportSentence
from ingest.report import chart, model, terminal
from ingest.report.build import MOST_SENTENCES, category_of, sentences_of
from ingest.report.fold import Step, fold
from ingest.report.model import Category, Document, Entry, Report, Stretch
from ingest.report.page import page

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32
CLASSIFIER = Classifier("ingest", 1, "0" * 16)
HOSTILE = "</td><script>alert('1')</script>\u202egpj\x1b[31m\" onload=x"


def entry(number: int, category: Category | None = "silent", **more: object) -> Entry:
    """The change `number`, of version `number` - 1 to `number`."""
    made = Entry(
        type="document.changed",
        since=number * 1_000_000,
        until=number * 1_000_000,
        seqs=(number,),
        path=b"a.txt",
        version=number,
        previous_version=number - 1,
        category=category,
    )
    return Entry(**{**{name: getattr(made, name) for name in Entry.__struct_fields__}, **more})


def versions(entries: list[Entry]) -> list[tuple[int, ...]]:
    """What is folded: the versions of each entry, empty where it is one change."""
    return [each.versions for each in entries]


def test_what_goes_to_and_fro_is_one_entry_with_the_gravest_category() -> None:
    steps = [
        Step(entry(2, "cosmetic"), A, B),
        Step(entry(3, "silent"), B, A),
        Step(entry(4, "cosmetic"), A, B),
    ]

    (only,) = fold(steps)

    assert only.versions == (1, 2, 3, 4)
    assert only.seqs == (2, 3, 4)
    assert (only.previous_version, only.version, only.category) == (1, 4, "silent")
    assert (only.since, only.until) == (2_000_000, 4_000_000)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),
        ([Step(entry(2), A, B)], [()]),
        ([Step(entry(2), A, B), Step(entry(3), B, C), Step(entry(4), C, A)], [(), (), ()]),
        ([Step(entry(2), A, B), Step(entry(3), B, A), Step(entry(4), A, C)], [(1, 2, 3), ()]),
        ([Step(entry(2), C, A), Step(entry(3), A, B), Step(entry(4), B, A)], [(), (2, 3, 4)]),
        # the same text in other bytes is no way back
        ([Step(entry(2), A, A), Step(entry(3), A, A)], [(), ()]),
        # a move in between stays an entry of its own
        ([Step(entry(2), A, B), Step(entry(9, None)), Step(entry(3), B, A)], [(1, 2, 3), ()]),
        # a version without a text in between: what was on either side is not compared
        ([Step(entry(2), A, B), Step(entry(3, "unread")), Step(entry(4), B, A)], [(), (), ()]),
    ],
)
def test_only_two_texts_in_turn_are_folded(steps: list[Step], expected: list[tuple[int, ...]]) -> None:
    assert versions(fold(steps)) == expected


@pytest.mark.parametrize(
    ("significance", "silent", "category"),
    [
        ("substantive", True, "silent"),
        ("substantive", False, "open"),
        ("reworded", None, "reworded"),
        ("cosmetic", None, "cosmetic"),
        ("none", None, "none"),
    ],
)
def test_each_edit_has_one_category(significance: str, silent: bool | None, category: str) -> None:
    edit = Edit(
        kind="wording",
        significance=significance,  # type: ignore[arg-type]  # the cases are its values
        silent=silent,
        rule="content-words",
        reason="",
        classifier=CLASSIFIER,
    )
    assert category_of(edit) == category


def hostile() -> Report:
    """A report in which every word that others write is an attack."""
    edit = Edit(
        kind="factual",
        significance="substantive",
        silent=True,
        subject="fact",
        rule="changed-fact",
        reason=HOSTILE,
        classifier=CLASSIFIER,
        facts=(
            ChangedFact(
                kind="number", before=HOSTILE, after=None, sentence=HOSTILE, from_offset=0, to_offset=0
            ),
        ),
        flags=(Flag("headline", HOSTILE), Flag("silent", HOSTILE)),
    )
    sentences = (
        ReportSentence(kind="edited", before=HOSTILE, after=HOSTILE, removed=((0, 5),), added=((3, 8),)),
        ReportSentence(kind="added", before="", after=HOSTILE),
        ReportSentence(kind="removed", before=HOSTILE, after=""),
    )
    path = HOSTILE.replace("/", "_").encode() + b"\xff"
    entries = (
        entry(2, "silent", edit=edit, sentences=sentences, more=3, path=path),
        entry(3, "cosmetic", edit=edit, path=path, versions=(1, 2, 3), type="document.moved", from_path=path),
        entry(4, None, type="document.deleted", reason=HOSTILE, path=path),
    )
    document = Document(
        document="id", root=HOSTILE, path=path, language='"><script>', title=HOSTILE, entries=entries
    )
    cosmetic = Document(
        document="x", root="r", path=path, language=None, title=None,
        entries=(entry(2, "cosmetic", edit=edit, path=path),),
    )  # fmt: skip
    stretch = Stretch(root=HOSTILE, state="blind", since=0, until=None, reason=HOSTILE)
    return Report(
        since=0, until=9_000_000, first_seq=1, last_seq=4, root=HOSTILE,
        counts=ReportCounts(silent=1, cosmetic=2, moved=1, removed=1, flips=1),
        documents=(document, cosmetic), coverage=(stretch,),
    )  # fmt: skip


class Tags(HTMLParser):
    """The tags of a page, checked for their order, and the names of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_what_others_wrote_is_text_in_the_page() -> None:
    made = page(hostile())
    tags = Tags()
    tags.feed(made)
    tags.close()

    assert tags.open == []
    assert "script" not in tags.seen
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "\\u{202e}gpj\\u{001b}[31m" in made
    assert "\\xff" in made
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)


def test_the_page_needs_nothing_else_and_says_so() -> None:
    made = page(hostile())

    assert "default-src 'none'; style-src 'unsafe-inline'" in made
    assert not re.search(r"(src|href)=[\"'](?!#)", made)
    assert "url(" not in made
    assert "@import" not in made
    assert '<html lang="en">' in made
    assert "@media print" in made
    assert "prefers-color-scheme:dark" in made
    for drawing in re.findall(r"<svg class.*?</svg>", made):
        assert "<title" in drawing


def test_what_others_wrote_is_one_line_each_on_a_terminal() -> None:
    for _, words in terminal.lines(hostile()):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", words)


def test_a_record_shows_times_and_paths_as_the_contract_does() -> None:
    made = msgspec.to_builtins(model.record(hostile()))

    assert made["since"] == "1970-01-01T00:00:00.000000Z"
    assert "path_base64" in made["documents"][0]
    assert made["documents"][0]["entries"][0]["edit"]["class"] == "factual"
    assert made["watched"] is False


@pytest.mark.parametrize(
    ("hours", "name", "most"),
    [
        (0, "hour", 1),
        (71, "hour", 72),
        (72, "6 hours", 13),
        (24 * 60, "day", 61),
        (24 * 365 * 90, "456 days", 72),
    ],
)
def test_a_bar_stands_for_as_much_time_as_the_period_asks(hours: int, name: str, most: int) -> None:
    report = Report(
        since=0, until=hours * 3_600_000_000, first_seq=1, last_seq=0, root=None, counts=ReportCounts(),
        documents=(), coverage=(),
    )  # fmt: skip

    _, shown, made = chart.bars(report)

    assert (shown, len(made)) == (name, most)
    assert chart.activity(report) == ""


def reworded(number: int) -> Document:
    edit = Edit(
        kind="wording", significance="reworded", rule="few-words", reason="“buy” became “purchase”: synonyms",
        classifier=CLASSIFIER,
    )  # fmt: skip
    path = b"%d.txt" % number
    return Document(
        document=str(number), root="r", path=path, language=None, title=None,
        entries=(entry(2, "reworded", edit=edit, path=path),),
    )  # fmt: skip


def many_reworded(number: int) -> Report:
    """A report of so many documents in each of which a word was put for another."""
    return Report(
        since=0, until=9_000_000, first_seq=1, last_seq=4, root="r", counts=ReportCounts(reworded=number),
        documents=tuple(map(reworded, range(number))), coverage=(),
    )  # fmt: skip


def test_each_reworded_text_is_a_line_with_its_words_and_none_is_left_out() -> None:
    told = [words for _, words in terminal.lines(many_reworded(30))]

    assert told[1] == (
        "0 changed silently, 0 changed in the open, 30 reworded, 0 cosmetic, 0 of no significance"
    )
    assert told[2:5] == [
        "", "reworded", "  0.txt @1 -> @2, 1970-01-01 00:00:02: “buy” became “purchase”: synonyms"
    ]  # fmt: skip
    assert len(told[4:34]) == 30
    assert told[33].startswith("  29.txt @1 -> @2")


def test_the_page_leaves_out_no_reworded_text() -> None:
    made = page(many_reworded(1_001))

    assert made.count("“buy” became “purchase”: synonyms</li>") == 1_001
    assert '<section id="reworded"><h2>Reworded</h2>' in made


def test_each_entry_has_its_mark_where_it_happened_and_a_fold_its_line() -> None:
    entries = (
        entry(2, "silent"),
        entry(4, "open", versions=(3, 4, 5), until=6_000_000),
        entry(8, None, type="document.deleted"),
    )
    document = Document(document="id", root="r", path=b"a.txt", language=None, title=None, entries=entries)
    report = msgspec.structs.replace(hostile(), until=10_000_000, documents=(document,))

    drawn = chart.timeline(report, document, 1)

    at = {number: f"{10 + (chart.WIDTH - 20) * number / 10:.1f}" for number in (2, 4, 6, 8)}
    assert re.findall(r'<circle class="(\w+)" cx="([\d.]+)"', drawn) == [("silent", at[2]), ("open", at[4])]
    assert re.findall(r'<line class="fold" x1="([\d.]+)" x2="([\d.]+)"', drawn) == [(at[4], at[6])]
    assert re.findall(r'<rect class="other" x="([\d.]+)"', drawn) == [f"{float(at[8]) - 4:.1f}"]


def test_the_bars_stand_on_the_axis_one_upon_the_other_and_the_day_stands_below() -> None:
    entries = (entry(2, "silent"), entry(3, "silent"), entry(4, "cosmetic"))
    document = Document(document="id", root="r", path=b"a.txt", language=None, title=None, entries=entries)
    report = msgspec.structs.replace(hostile(), documents=(document,))

    drawn = chart.activity(report)

    bars = re.findall(r'<rect class="(\w+)" x="40.5" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)
    # 120 high, from 12 to 132: the three edits of the highest bar
    assert bars == [("cosmetic", "92.0", "40.0"), ("silent", "12.0", "80.0")]
    assert re.findall(r'<text x="40" y="(\d+)" text-anchor="start">', drawn) == ["150"]


@pytest.mark.parametrize(
    ("versions", "ends"), [((1, 2, 3), "as it was before"), ((1, 2, 3, 4), "other than it was before")]
)
def test_the_page_says_how_what_went_to_and_fro_ended(versions: tuple[int, ...], ends: str) -> None:
    folded = entry(4, "silent", versions=versions, until=5_000_000)
    document = Document(document="id", root="r", path=b"a.txt", language=None, title=None, entries=(folded,))
    report = msgspec.structs.replace(hostile(), documents=(document,))

    assert f"It went to and fro until {report.shown(5_000_000)} and is {ends};" in page(report)


def with_facts(number: int, entries: int) -> Document:
    fact = ChangedFact(
        kind="number", before="13", after="31", sentence="It costs 31 euro.", from_offset=9, to_offset=9
    )
    edit = Edit(
        kind="factual", significance="substantive", rule="changed-fact", reason="number “13” to “31”",
        classifier=CLASSIFIER, silent=True, facts=(fact,),
        flags=(Flag("headline", "the headline changed"), Flag("silent", "no notice says so")),
    )  # fmt: skip
    said = ReportSentence(
        kind="edited",
        before="It costs 13 euro.",
        after="It costs 31 euro.",
        removed=((9, 11),),
        added=((9, 11),),
    )
    path = b"%d.txt" % number
    made = [entry(each, "silent", edit=edit, path=path, sentences=(said,)) for each in range(2, 2 + entries)]
    return Document(document=str(number), root="r", path=path, language=None, title=None, entries=tuple(made))


def test_an_entry_is_told_once_in_one_table_and_weighs_little() -> None:
    def made(*documents: Document) -> str:
        return page(msgspec.structs.replace(hostile(), documents=documents))

    one = made(with_facts(1, 1))
    article = one[one.index("<article>") : one.index("</article>")]
    rows = re.findall("<tr><th scope=.row.[^>]*>(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>", article)
    assert rows == [
        ("number", "13", "31"),
        ("edited", "It costs <del>13</del> euro.", "It costs <ins>31</ins> euro."),
    ]
    assert re.findall("<p class=.why.>(.*?)</p>", article) == [
        "<strong>factual</strong>: number “13” to “31”",
        "<strong>headline</strong>: the headline changed",
    ]
    many = made(*(with_facts(number, 1) for number in range(100)))
    assert (len(many.encode()) - len(one.encode())) // 99 < 700
    # what happened twice is told by its two heads, what happened more often has a line of time
    assert [made(with_facts(1, each)).count('<svg class="line"') for each in (1, 2, 3)] == [0, 0, 1]


def test_what_only_moved_is_left_out_before_what_is_new() -> None:
    old = "".join(f"Line {number} of the first half stays.\n\n" for number in range(60))
    moved = "".join(f"This is the {number}th that goes to the top of it.\n\n" for number in range(55))
    comparison = compare(old + moved, moved + old + "It was not closed.\n", language="en")
    shown, more = sentences_of(comparison, old + moved, moved + old + "It was not closed.\n")
    assert (len(shown), more) == (MOST_SENTENCES, 6)
    assert [each.after for each, _ in shown if each.kind == "added"] == ["It was not closed."]
    assert shown[-1][0].kind == "added"

    sentences = [each for each, _ in shown]
    assert [each.kind for each in model.shown(sentences, 3)] == ["moved", "moved", "added"]
    assert model.shown(sentences, 3)[:2] == sentences[:2]
