"""The view of a document: its versions on an axis, its facts, two of its versions compared, or one by age."""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

import msgspec

from ingest.corpus import Corpus
from ingest.diff import sentences
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.errors import UsageError
from ingest.history import blame, naming, observation, version_contents, version_records
from ingest.history.naming import Target
from ingest.index import edits, reread, sentence_history, version_standoff
from ingest.index.blame import Lost, Origin
from ingest.records import Review, VersionFacts
from ingest.standoff import Places
from ingest.store import roots, versions
from ingest.store.engine import Connection, Row
from ingest.web import annotation_list, course, page_reviews, sentence, timeline
from ingest.web.annotation_list import AnnotationGroup
from ingest.web.answer_cache import AnswerCache
from ingest.web.comparison import ComparisonView, comparison_view
from ingest.web.course import Course
from ingest.web.facts import Strand
from ingest.web.gravity import CREATED, UNREAD, GravityMark, mark_of
from ingest.web.overview import heading_of
from ingest.web.sentence import Here
from ingest.web.timeline import Observed, Timeline

LISTED = 40  # versions in the table
LOST = 40  # sentences that are not there any more, those that went last
LARGEST = 400_000  # characters of a text that is compared or shown on a page


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A version in the table."""

    version: int
    at: int
    size: int
    words: int | None
    mark: GravityMark
    reason: str
    reviewed_by: list[str]


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and the version that first said it; `away` are those that did not hold it.

    `at` names it in an address.
    """

    text: str
    version: int
    age: int
    away: list[tuple[int, int]]
    at: str
    offset: int


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences; `page` where another one begins with them."""

    sentences: list[Sentence]
    page: int | None
    is_heading: bool


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How many sentences of a text a version brought."""

    version: int
    at: int
    sentences: int
    age: int


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that is not there any more."""

    text: str
    version: int
    removed_in: int
    removed_at: int
    edited: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows. `mode` is `inline`, `sides` or `age`.

    `change` is the seq of the change that carries the edit which is shown, null where none is, or several
    are; `reviews` are those of it.
    """

    facts: VersionFacts
    path: str
    heading: str
    versions: int
    at: int
    mode: str
    first: int | None
    last: int
    first_at: int | None
    edit: Edit | None
    change: int | None
    reviews: list[Review]
    mark: GravityMark
    timeline: Timeline
    strands: list[Strand]
    strands_left: int
    entries: list[Entry]
    older: int | None
    compared: ComparisonView | None
    paragraphs: list[Paragraph]
    held: list[Held]
    lost: list[Gone]
    lost_left: int
    here: Here | None
    beside: list[AnnotationGroup]
    why_no_text: str | None
    gaps: list[Observed]
    deleted_at: str | None


def view(
    corpus: Corpus,
    cache: AnswerCache,
    target_of: Callable[[Connection], Target],
    *,
    first: str | None,
    last: str | None,
    mode: str,
    before: int | None,
    with_lost: bool,
    at: str | None = None,
) -> View:
    """Return what a page shows of a document. Raises NotFound, UsageError, IntegrityError."""
    with corpus.reading() as (connection, is_indexed):
        target = target_of(connection)
        calendar = corpus.calendar()
        b = naming.pick(connection, target, last, calendar)
        a = b - 1 if first is None and b > 1 else None
        if first is not None:
            a = naming.pick(connection, msgspec.structs.replace(target, last=target.last), first, calendar)
        if a is None or a == b or at is not None:
            mode = "age"
        past = course.of(connection, corpus, cache, target, is_indexed=is_indexed)
        row = version_contents.version_row(connection, target, b)
        ledger = _ledger(connection, corpus, target, min(past.times.values()))
        text = version_contents.text(connection, target, b)
        why = None
        if text is None:
            why = row.text_reason or "unknown"
        elif len(text) > LARGEST:
            why = "too long for a page"
        beside = version_standoff.of(row)
        places = reread.places(text or "", beside, row.normaliser) or Places("", None)
        edit = past.edit(b)
        old = None
        if mode == "age" or a is None:
            a = None
        else:
            old = version_contents.text(connection, target, a)
            if a != b - 1 or edit is None:
                rules = corpus.rules.of(target.root)
                edit = edits.between(connection, target.id, a, b, rules=rules)
        origins: list[Origin] = []
        lost: list[Gone] = []
        lost_left = 0
        here = None
        if why is None:
            origins = blame.of(connection, target, b, indexed=is_indexed).sentences
            if with_lost:
                gone = blame.of(connection, target, b, indexed=is_indexed, deleted=True)
                lost, lost_left = gone_last(gone.lost, past.times)
            if at is not None:
                here = sentence.found(connection, target, b, at, origins, past.times, is_indexed=is_indexed)
        facts_ = version_records.facts_of(connection, target, b, row)
        said = page_reviews.of_document(connection, target.id)
        listed, older = _entries(connection, target, past, before, said)
        is_one = b in past.edits and (a is None or a == b - 1)
        change = versions.made_by(connection, target.id).get(b) if is_one else None
    ages = _ages(origins)
    sides = None
    if why is None and old is not None and text is not None:
        sides = _compared(old, text, row.language, edit, origins, ages, places)
    return View(
        facts=facts_,
        path=facts_.path,
        heading=facts_.title or heading_of(text or "") or facts_.path,
        versions=target.last,
        at=past.times[b],
        mode=mode,
        first=a,
        last=b,
        first_at=None if a is None else past.times[a],
        edit=edit,
        change=change,
        reviews=said.get(b, []) if is_one else [],
        mark=mark_of(edit) if b > 1 and edit is not None else (CREATED if b == 1 else UNREAD),
        timeline=timeline.drawn(past.points, ledger, now=corpus.now(), shown=b),
        strands=past.strands,
        strands_left=past.strands_left,
        entries=listed,
        older=older,
        compared=sides,
        paragraphs=[] if why is not None else _paragraphs(text or "", origins, ages, places),
        held=_held(origins, ages, past.times),
        lost=lost,
        lost_left=lost_left,
        here=here,
        beside=annotation_list.shown(beside, places),
        why_no_text=why,
        gaps=[each for each in ledger if each.state != "watched"],
        deleted_at=facts_.deleted_at,
    )


def require_mode(words: str) -> str:
    """Return a way to show a text. Raises UsageError."""
    if words not in ("inline", "sides", "age"):
        raise UsageError(f"there is no view '{words[:40]}'", hint="write inline, sides or age")
    return words


def _ledger(connection: Connection, corpus: Corpus, target: Target, since: int) -> list[Observed]:
    root = roots.named(connection, target.root)
    found = observation.root_coverage(connection, root, now=corpus.now(), since=since)
    return [Observed(each.state, max(each.since, since), each.until) for each in found]


def _entries(
    connection: Connection, target: Target, past: Course, before: int | None, said: dict[int, list[Review]]
) -> tuple[list[Entry], int | None]:
    """Return the newest versions below a number, newest first, and the number that the next page is below."""
    top = target.last if before is None else min(before - 1, target.last)
    first = max(1, top - LISTED + 1)
    rows: list[Row] = versions.listed(connection, target.id, first, top) if top >= 1 else []
    listed = [
        Entry(
            version=row.version,
            at=row.recorded_at,
            size=row.size,
            words=row.words,
            mark=past.marks[row.version],
            reason=past.reasons.get(row.version, ""),
            reviewed_by=[each.name for each in said.get(row.version, ()) if each.stands],
        )
        for row in reversed(rows)
    ]
    return listed, first if first > 1 else None


def _ages(origins: list[Origin]) -> dict[int, int]:
    """Return how new each origin is among those of a text, from 1 to 5; the first version is 1."""
    known = sorted({each.version for each in origins})
    steps = max(len(known) - 1, 1)
    return {version: 1 + round(4 * number / steps) if number else 1 for number, version in enumerate(known)}


def _held(origins: list[Origin], ages: dict[int, int], times: dict[int, int]) -> list[Held]:
    counts: dict[int, int] = {}
    for each in origins:
        counts[each.version] = counts.get(each.version, 0) + 1
    return [
        Held(version=version, at=times[version], sentences=counts[version], age=ages[version])
        for version in sorted(counts, reverse=True)
    ]


def gone_last(lost: Sequence[Lost], times: Mapping[int, int]) -> tuple[list[Gone], int]:
    """Return the sentences that went last, the newest first, and how many went before them."""
    shown = [_gone(each, times) for each in reversed(lost[-LOST:])]
    return shown, len(lost) - len(shown)


def _gone(lost: Lost, times: Mapping[int, int]) -> Gone:
    return Gone(
        text=lost.text,
        version=lost.version,
        removed_in=lost.removed_in,
        removed_at=times[lost.removed_in],
        edited=lost.edited,
    )


def _paragraphs(text: str, origins: list[Origin], ages: dict[int, int], places: Places) -> list[Paragraph]:
    """Return the sentences of a text by paragraph; a line end between two ends one."""
    found: list[list[Sentence]] = [[]]
    for number, each in enumerate(origins):
        end = origins[number + 1].offset if number + 1 < len(origins) else len(text)
        whole = text[each.offset : end]
        said = whole.rstrip()
        if said:
            found[-1].append(
                Sentence(
                    text=said,
                    version=each.version,
                    age=ages[each.version],
                    away=list(each.away),
                    at=f"{each.offset}.{sentence_history.short(each.text)}",
                    offset=each.offset,
                )
            )
        if "\n" in whole[len(said) :]:
            found.append([])
    shown = []
    page = None
    for sentences_ in found:
        if sentences_:
            place = places.at(sentences_[0].offset)
            is_heading = places.is_heading(sentences_[0].offset)
            begins = place.page if place.page != page else None
            shown.append(Paragraph(sentences=sentences_, page=begins, is_heading=is_heading))
            page = place.page
    return shown


def _compared(
    old: str, new: str, language: str | None, edit: Edit | None, origins: list[Origin], ages: dict[int, int],
    places: Places,
) -> ComparisonView | None:  # fmt: skip
    if max(len(old), len(new)) > LARGEST:
        return None
    starts = [each.offset for each in origins]

    def age_at(offset: int) -> int:
        place = bisect_right(starts, offset) - 1
        return ages[origins[place].version] if place >= 0 else 0

    @functools.cache
    def judge(before: str, after: str) -> str:
        return classify(_text(before, language), _text(after, language)).significance

    comparison = sentences.compare(old, new, language=language)
    return comparison_view(comparison, old, new, edit, age_at=age_at, judge=judge, place_at=places.at)


def _text(words: str, language: str | None) -> Text:
    return Text(text=words, sha256=hashlib.sha256(words.encode()).digest(), language=language)
