"""The view of a document: its versions on an axis, its facts, two of its versions compared, or one by age."""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_right
from collections.abc import Callable

import msgspec
from msgspec import structs

from ingest.corpus import Corpus
from ingest.diff import sentences
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.errors import NotFound, UsageError
from ingest.history import blame, naming, observation, version_contents, version_records
from ingest.history.naming import Target
from ingest.index import edits, reread, version_standoff
from ingest.index.blame import Origin
from ingest.records import Review, VersionFacts
from ingest.standoff import Places
from ingest.store import roots, versions
from ingest.store.engine import Connection, Row
from ingest.web import annotation_list, course, page_reviews, sentence, text_parts, timeline, whereabouts
from ingest.web.annotation_list import AnnotationGroup
from ingest.web.answer_cache import AnswerCache
from ingest.web.comparison import ComparisonView, comparison_view
from ingest.web.course import Course
from ingest.web.facts import Strand
from ingest.web.gravity import CREATED, UNREAD, GravityMark, mark_of
from ingest.web.overview import heading_of
from ingest.web.sentence import Here
from ingest.web.text_by_age import (
    HELD,
    Paragraph,
    RemovedSentence,
    VersionShare,
    ages_of,
    last_removed,
    paragraphs,
    part_by_age,
    version_shares,
)
from ingest.web.text_parts import Parts
from ingest.web.timeline import Timeline, TimeStretch
from ingest.web.whereabouts import Event

LISTED = 40  # versions in the table
_MOMENT = 1_000_000  # microseconds
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


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows. `mode` is `inline`, `sides` or `age`; of a long text a part is shown.

    `anchored` tells in which parts the changes of the list are. `change` is the seq of the change that
    carries the edit which is shown, null where none is, or several are; `reviews` are those of it.
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
    facts_after: int
    entries: list[Entry]
    older: int | None
    newer: int | None
    compared: ComparisonView | None
    paragraphs: list[Paragraph]
    parts: Parts
    anchored: dict[str, int]
    held: list[VersionShare]
    held_left: int
    lost: list[RemovedSentence]
    lost_left: int
    here: Here | None
    beside: list[AnnotationGroup]
    why_no_text: str | None
    gaps: list[TimeStretch]
    deleted_at: str | None
    events: list[Event]


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
    part: int | None = None,
    only: int | None = None,
) -> View:
    """Return what a page shows of a document. Raises NotFound, UsageError, IntegrityError.

    Without `part` that of the sentence `at`, else of the gravest change, else the first that has a sentence
    of the version `only`.
    """
    with corpus.reading() as (connection, is_indexed):
        target = target_of(connection)
        calendar = corpus.calendar()
        b = naming.pick(connection, target, last, calendar)
        a = b - 1 if first is None and b > 1 else None
        if first is not None:
            a = naming.pick(connection, target, first, calendar)
        if a is None or a == b or at is not None:
            mode = "age"
        past = course.course_of(connection, corpus, cache, target, is_indexed=is_indexed)
        row = version_contents.version_row(connection, target, b)
        ledger = _ledger(connection, corpus, cache, target, min(past.times.values()))
        text = version_contents.stored_text(connection, target, b, row)
        why = _why_not_shown(row, text)
        beside = version_standoff.standoff_of(row)
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
            if old is None or len(old) > LARGEST:  # then there is nothing to compare with
                old, mode = None, "age"
        read = _Read()
        if why is None:
            read = _read(
                connection, target, row, text, past, is_indexed=is_indexed, with_lost=with_lost, at=at
            )
        facts_ = version_records.facts_of(connection, target, b, row)
        said = page_reviews.of_document(connection, target.id)
        listed, older, newer = _entries(connection, target, past, before, said)
        events = whereabouts.events(connection, target.id)
        is_one = b in past.edits and (a is None or a == b - 1)
        change = past.seqs.get(b) if is_one else None
    origins, here = _require_brought(b, read.origins, only), read.here
    ages = ages_of(origins)
    both = None if why is not None or old is None or text is None else (old, text)
    sides = None if both is None else _compared(*both, row.language, edit, origins, ages, places)
    by_age, parts, anchored = list[Paragraph](), Parts(), dict[str, int]()
    if sides is not None:
        sides, parts, anchored = _part_of(sides, mode, part)
    elif why is not None:
        text_parts.chosen(part, 1, 1)  # raises where another part than the only one is asked for
    elif mode == "age":
        whole = paragraphs(text or "", origins, ages, places)
        by_age, parts = part_by_age(whole, part, None if here is None else here.offset, only)
    stand = version_shares(origins, ages, past.times)
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
        timeline=timeline.drawn(past.points, ledger, whereabouts.absences(events), now=corpus.now(), shown=b),
        strands=past.strands,
        strands_left=past.strands_left,
        facts_after=past.facts_after,
        entries=listed,
        older=older,
        newer=newer,
        compared=sides,
        paragraphs=by_age,
        parts=parts,
        anchored=anchored,
        held=stand[:HELD],
        held_left=len(stand[HELD:]),
        lost=read.lost,
        lost_left=read.lost_left,
        here=here,
        beside=annotation_list.shown(beside, places),
        why_no_text=why,
        gaps=[each for each in ledger if each.state != "watched"],
        deleted_at=facts_.deleted_at,
        events=events,
    )


def _require_brought(no: int, origins: list[Origin], only: int | None) -> list[Origin]:
    """Return the sentences of a version. Raises NotFound where none of them is of the version `only`."""
    there = sorted({each.version for each in origins})
    if only is not None and only not in there:
        some = ", ".join(map(str, there[-HELD:]))
        raise NotFound(
            f"version {no} has no sentence of version {only}",
            hint=f"its sentences are of version {some}" if there else "none of its sentences is shown",
        )
    return origins


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """The sentences of a version, those that earlier ones held, and the one that was asked for."""

    origins: list[Origin] = []
    lost: list[RemovedSentence] = []
    lost_left: int = 0
    here: Here | None = None


def _read(
    connection: Connection, target: Target, row: Row, text: str | None, past: Course, *, is_indexed: bool,
    with_lost: bool, at: str | None,
) -> _Read:  # fmt: skip
    no = int(row.version)
    found = blame.blame_of(connection, target, no, indexed=is_indexed, deleted=with_lost, row=row, text=text)
    lost, left = last_removed(found.lost, past.times)
    here = None
    if at is not None:
        here = sentence.find(connection, target, no, at, found.sentences, past.times, is_indexed=is_indexed)
    return _Read(origins=found.sentences, lost=lost, lost_left=left, here=here)


def _why_not_shown(row: Row, text: str | None) -> str | None:
    if text is None:
        return row.text_reason or "unknown"
    return "too long for a page" if len(text) > LARGEST else None


def require_mode(words: str) -> str:
    """Return the way to show a text, if there is one of this name. Raises UsageError."""
    if words not in ("inline", "sides", "age"):
        raise UsageError(f"there is no view '{words[:40]}'", hint="write inline, sides or age")
    return words


def _ledger(
    connection: Connection, corpus: Corpus, cache: AnswerCache, target: Target, since: int
) -> list[TimeStretch]:
    """Return how the document's root was observed since a moment; that of the root is kept for a second."""

    def ask() -> list[TimeStretch]:
        root = roots.by_name(connection, target.root)
        found = observation.root_coverage(connection, root, now=corpus.now(), since=0)
        return [TimeStretch(each.state, each.since, each.until) for each in found]

    whole = cache.of(("ledger", target.root), _MOMENT, ask)
    return [
        TimeStretch(each.state, max(each.since, since), each.until)
        for each in whole
        if each.until is None or each.until > since
    ]


def _entries(
    connection: Connection, target: Target, past: Course, before: int | None, said: dict[int, list[Review]]
) -> tuple[list[Entry], int | None, int | None]:
    """Return the newest versions below a number, newest first, and what the pages after and before are below.

    Raises NotFound where none is below it, or it is no version's.
    """
    if before is not None and not 2 <= before <= target.last + 1:
        raise NotFound(
            f"there is no list of versions before {before}", hint=f"the versions are 1 to {target.last}"
        )
    top = target.last if before is None else min(before - 1, target.last)
    first = max(1, top - LISTED + 1)
    rows: list[Row] = versions.between(connection, target.id, first, top) if top >= 1 else []
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
    newer = min(top + LISTED, target.last) + 1 if top < target.last else None
    return listed, first if first > 1 else None, newer


def _part_of(
    compared: ComparisonView, mode: str, part: int | None
) -> tuple[ComparisonView, Parts, dict[str, int]]:
    """Return the part of a comparison that is shown, in the way that is asked for, and where changes are."""
    inline = text_parts.of_inline(compared.inline) if mode == "inline" else []
    rows = text_parts.of_rows(compared.rows) if mode == "sides" else []
    anchors = [list(text_parts.anchors(each)) for each in (inline or rows)]
    anchored = {each: number for number, some in enumerate(anchors, 1) for each in some}
    gravest = compared.items[0].anchor if compared.items else next(iter(anchored), "")
    shown = text_parts.chosen(part, anchored.get(gravest, 1), len(anchors))
    found = structs.replace(
        compared, inline=inline[shown - 1] if inline else [], rows=rows[shown - 1] if rows else []
    )
    listed = {each.anchor: anchored.get(each.anchor, shown) for each in compared.items}
    return found, text_parts.around(anchors, shown), listed


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
