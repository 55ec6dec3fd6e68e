"""The view of a document: its versions on an axis, its facts, two of its versions compared, or one by age."""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_right
from collections.abc import Callable

import msgspec

from ingest.corpus import Corpus
from ingest.diff import sentences
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.errors import UsageError
from ingest.history import blame, diffs, observation, queries
from ingest.history.queries import Target
from ingest.index import activity
from ingest.index import edits as made
from ingest.index.blame import Origin
from ingest.records import VersionFacts
from ingest.store import roots, versions
from ingest.store.engine import Connection, Row
from ingest.web import facts, timeline
from ingest.web.compared import Compared, compared
from ingest.web.facts import Strand
from ingest.web.gravity import CREATED, UNREAD, Mark, mark_of
from ingest.web.overview import heading_of
from ingest.web.timeline import Observed, Point, Timeline

LISTED = 60  # versions in the table
LARGEST = 400_000  # characters of a text that is compared or shown on a page
_MADE = 30  # edits that a page makes from the texts where the index does not have them

_decode = msgspec.json.Decoder(Edit).decode


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A version in the table."""

    version: int
    at: int
    size: int
    words: int | None
    mark: Mark
    reason: str


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and the version that first said it; `away` are those that did not hold it."""

    text: str
    version: int
    age: int
    away: list[tuple[int, int]]


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
    """What the page shows. `mode` is `inline`, `sides` or `age`."""

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
    mark: Mark
    timeline: Timeline
    strands: list[Strand]
    strands_left: int
    entries: list[Entry]
    older: int | None
    compared: Compared | None
    paragraphs: list[list[Sentence]]
    held: list[Held]
    lost: list[Gone]
    why_no_text: str | None
    gaps: list[Observed]
    deleted_at: str | None


def view(
    corpus: Corpus,
    target_of: Callable[[Connection], Target],
    *,
    first: str | None,
    last: str | None,
    mode: str,
    before: int | None,
    with_lost: bool,
) -> View:
    """Return what a page shows of a document. Raises NotFound, UsageError, IntegrityError."""
    with corpus.reading() as (connection, is_indexed):
        target = target_of(connection)
        calendar = corpus.calendar()
        b = queries.pick(connection, target, last, calendar)
        a = b - 1 if first is None and b > 1 else None
        if first is not None:
            a = queries.pick(connection, msgspec.structs.replace(target, last=target.last), first, calendar)
        if a is None or a == b or mode == "age":
            mode = "age"
        times = versions.recorded_at(connection, target.id, range(1, target.last + 1))
        edits = _edits(connection, corpus, target, is_indexed=is_indexed, shown=b)
        marks = {no: CREATED if no == 1 else mark_of(edits.get(no)) for no in range(1, target.last + 1)}
        row = queries.version_row(connection, target, b)
        ledger = _ledger(connection, corpus, target, min(times.values()))
        sides = None
        edit = edits.get(b)
        if a is not None and mode != "age":
            sides = diffs.between(connection, (target, a), (target, b), rules=corpus.rules)
            edit = sides.record.edit or None
        text = queries.text(connection, target, b)
        origins: list[Origin] = []
        lost: list[Gone] = []
        if text is not None and len(text) <= LARGEST:
            found = blame.of(connection, target, b, indexed=is_indexed)
            origins = found.sentences
            if with_lost:
                gone = blame.of(connection, target, b, indexed=is_indexed, deleted=True)
                lost = [
                    Gone(
                        text=each.text,
                        version=each.version,
                        removed_in=each.removed_in,
                        removed_at=times[each.removed_in],
                        edited=each.edited,
                    )
                    for each in gone.lost
                ]
        facts_ = queries.facts_of(connection, target, b, row)
        listed, older = _entries(connection, target, edits, marks, before)
    ages = _ages(origins)
    strands, left = facts.strands([(no, edits[no]) for no in sorted(edits)], until=target.last)
    points = [Point(version=no, at=times[no], mark=marks[no]) for no in sorted(times)]
    drawn = timeline.drawn(points, ledger, now=corpus.now())
    why = None
    if text is None:
        why = row.text_reason or "unknown"
    elif len(text) > LARGEST:
        why = "too long for a page"
    return View(
        facts=facts_,
        path=facts_.path,
        heading=facts_.title or heading_of(text or "") or facts_.path,
        versions=target.last,
        at=times[b],
        mode=mode,
        first=a,
        last=b,
        first_at=None if a is None else times[a],
        edit=edit,
        mark=mark_of(edit) if b > 1 and edit is not None else (CREATED if b == 1 else UNREAD),
        timeline=drawn,
        strands=strands,
        strands_left=left,
        entries=listed,
        older=older,
        compared=None if sides is None or why is not None else _compared(sides, origins, ages),
        paragraphs=[] if why is not None else _paragraphs(text or "", origins, ages),
        held=_held(origins, ages, times),
        lost=lost,
        why_no_text=why,
        gaps=[each for each in ledger if each.state != "watched"],
        deleted_at=facts_.deleted_at,
    )


def require_mode(words: str) -> str:
    """Return a way to show a text. Raises UsageError."""
    if words not in ("inline", "sides", "age"):
        raise UsageError(f"there is no view '{words[:40]}'", hint="write inline, sides or age")
    return words


def _edits(
    connection: Connection, corpus: Corpus, target: Target, *, is_indexed: bool, shown: int
) -> dict[int, Edit]:
    """Return the edits that made versions: from the index; the newest few that it lacks are made."""
    found: dict[int, Edit] = {}
    if is_indexed:
        bodies = activity.of_document(connection, target.id)
        seqs = versions.made_by(connection, target.id)
        found = {no: _decode(bodies[seq]) for no, seq in seqs.items() if seq in bodies}
        if len(found) >= target.last - 1:
            return found
    wanted = [no for no in range(target.last, 1, -1) if no not in found][:_MADE]
    rules = corpus.rules.of(target.root)
    for no in {*wanted, *([shown] if shown > 1 and shown not in found else [])}:
        edit = made.between(connection, target.id, no - 1, no, rules=rules)
        if edit is not None:
            found[no] = edit
    return found


def _ledger(connection: Connection, corpus: Corpus, target: Target, since: int) -> list[Observed]:
    root = roots.named(connection, target.root)
    found = observation.root_coverage(connection, root, now=corpus.now(), since=since)
    return [Observed(each.state, max(each.since, since), each.until) for each in found]


def _entries(
    connection: Connection, target: Target, edits: dict[int, Edit], marks: dict[int, Mark], before: int | None
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
            mark=marks[row.version],
            reason=edits[row.version].reason if row.version in edits else "",
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


def _paragraphs(text: str, origins: list[Origin], ages: dict[int, int]) -> list[list[Sentence]]:
    """Return the sentences of a text by paragraph; a line end between two ends one."""
    found: list[list[Sentence]] = [[]]
    for number, each in enumerate(origins):
        end = origins[number + 1].offset if number + 1 < len(origins) else len(text)
        whole = text[each.offset : end]
        said = whole.rstrip()
        if said:
            found[-1].append(
                Sentence(text=said, version=each.version, age=ages[each.version], away=list(each.away))
            )
        if "\n" in whole[len(said) :]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _compared(sides: diffs.Sides, origins: list[Origin], ages: dict[int, int]) -> Compared | None:
    if sides.old is None or sides.new is None or max(len(sides.old), len(sides.new)) > LARGEST:
        return None
    starts = [each.offset for each in origins]

    def age_at(offset: int) -> int:
        place = bisect_right(starts, offset) - 1
        return ages[origins[place].version] if place >= 0 else 0

    @functools.cache
    def judge(before: str, after: str) -> str:
        pair = (_text(before, sides.language), _text(after, sides.language))
        return classify(*pair).significance

    comparison = sentences.compare(sides.old, sides.new, language=sides.language)
    edit = sides.record.edit or None
    return compared(comparison, sides.old, sides.new, edit, age_at=age_at, judge=judge)


def _text(words: str, language: str | None) -> Text:
    return Text(text=words, sha256=hashlib.sha256(words.encode()).digest(), language=language)
