"""Full text over the spans: which documents, and which of their versions, hold what was asked for.

A term is looked up among sentences; AND, OR and NOT are of documents, or with `every` of their versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, UnsetType
from sqlalchemy.engine import Connection

from ingest import moments
from ingest.diff.provenance import OPEN
from ingest.escape import path_fields
from ingest.ids import show_uid
from ingest.index.fulltext import fts5, lookup, tsvector
from ingest.index.fulltext.lookup import Lookup, Snippet, snippets
from ingest.index.fulltext.query import Clause, Term
from ingest.index.intervals import Stretches, both, joined, union, without
from ingest.model import DocumentKey, RootKey, Seq
from ingest.store import reader, tables, versions
from ingest.store.engine import Row

_FIRST_SLICE = 32  # who asks for few documents waits for few
_SLICE = 500
_TOGETHER = 20  # hits of which the records are made together


class SearchFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What else must hold of a document, or of its version; `since` and `until` are seqs, both included.

    With `at`, a seq, documents are asked as they stood there, wherever they are now.
    """

    root: RootKey | None = None
    prefix: bytes = b""
    language: str | None = None
    days: tuple[str, str] | None = None
    since: int | None = None
    until: int | None = None
    at: Seq | None = None

    @property
    def of_version(self) -> bool:
        """Tell whether something is asked of the version, and not of its document alone."""
        return (self.language, self.days, self.since, self.until) != (None, None, None, None)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document, the versions that hold what was asked for, and a sentence to show.

    Of the versions after `row.seen`, up to `row.last_no`, the index knows nothing.
    """

    row: Row
    stretches: Stretches
    sentence: int | None

    @property
    def is_whole(self) -> bool:
        """Tell whether the index has every version of the document."""
        return bool(self.row.seen >= self.row.last_no)


class VersionStretch(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """The first and the last of a stretch of versions."""

    first: int
    last: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a hit."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    first_version: int
    last_version: int
    versions: list[VersionStretch]
    first_observed_at: str | None
    last_observed_at: str | None
    current: bool
    deleted: bool
    title: str | None
    language: str | None
    date: str | None
    snippet: str | None
    page: int | None = None
    heading: str | None = None


def find(
    connection: Connection, clauses: Sequence[Clause], wanted: SearchFilters, *, every: bool
) -> Iterator[Hit]:
    """Yield the documents that hold what is asked for; unless `every`, live ones in their current version.

    Those come first of which the most sentences ever held a term, of equal ones the oldest. A term that is
    nearly everywhere, or costly to count (`fts5.COMMON`, `tsvector.COMMON` and `FEW`), has no say in that; a
    clause of such terms alone, or of unwanted ones, puts all documents in the order of their age. Where the
    index has not taken in a document's newest versions, the newest that it has stands for the current one:
    `record` tells the two apart. Which documents may be meant is asked of the words alone; what a document
    holds is asked when its turn comes. A caller may stop anywhere.
    """
    words = fts5 if connection.dialect.name == "sqlite" else tsvector
    work: Lookup = words.WordsLookup(connection, wanted.language)
    every = every or wanted.at is not None
    for row in _rows(connection, work, clauses, wanted, every=every):
        held = _Holdings(work, row.key)
        stretches = held.versions(clauses, every=every)
        if not stretches:
            continue
        if not every:
            if not stretches[-1][0] <= row.seen <= stretches[-1][1]:
                continue
            # Since when, whatever the sentences it was said in: those that stand know only their own time.
            whole = held.versions(clauses, every=True)
            stretches = [each for each in whole if each[0] <= row.seen <= each[1]]
        stretches = [(first, min(end, row.seen)) for first, end in stretches]
        if wanted.at is not None:
            no = _standing(connection, row.key, wanted.at, wanted.prefix)
            stretches = [(first, end) for first, end in stretches if first <= no <= end]
            if stretches and _is_meant(connection, row, [(no, no)], wanted):
                yield Hit(row=row, stretches=stretches, sentence=held.sentence([(no, no)]))
            continue
        if not every or _is_meant(connection, row, stretches, wanted):
            yield Hit(row=row, stretches=stretches, sentence=held.sentence(stretches))


def _standing(connection: Connection, document: DocumentKey, at: Seq, prefix: bytes) -> int:
    """Return the version of a document that stood below a prefix at a place in the log; 0 for none."""
    last = reader.last_change(connection, document, at)
    is_there = last is not None and last.type != "deleted" and last.path_bytes.startswith(prefix)
    return 0 if last is None or last.no is None or not is_there else int(last.no)


HitAndRecord = tuple[Hit, Match, dict[int, int]]


def matches(connection: Connection, hits: Iterable[Hit], *, times: bool = False) -> Iterator[HitAndRecord]:
    """Yield hits with their records as `search --json` shows them, made some at a time.

    Beside each, when some versions were recorded: the first and the last that held it; with `times` the ends
    of each stretch, the versions behind those, and the first of all.
    """
    left = iter(hits)
    while some := list(islice(left, _TOGETHER)):
        ends = [_ends(hit, times=times) for hit in some]
        told = versions.hit_facts(
            connection, {(hit.row.key, no) for hit, its in zip(some, ends, strict=True) for no in its}
        )
        said = snippets(connection, [hit.sentence for hit in some if hit.sentence is not None])
        for hit, its in zip(some, ends, strict=True):
            known = {no: row for no in its if (row := told.get((hit.row.key, no))) is not None}
            match = _match(hit, known, None if hit.sentence is None else said.get(hit.sentence))
            yield hit, match, {no: int(row.recorded_at) for no, row in known.items()}


def _ends(hit: Hit, *, times: bool) -> set[int]:
    found = {hit.stretches[0][0], hit.stretches[-1][1]}
    if times:
        found.update((1, *(no for first, last in hit.stretches for no in (first, last + 1))))
    return found


def _match(hit: Hit, known: Mapping[int, Row], said: Snippet | None) -> Match:
    row, first, last = hit.row, hit.stretches[0][0], hit.stretches[-1][1]
    newest = known.get(last)
    observed = {no: moments.show(known[no].observed_at) for no in (first, last) if no in known}
    fields = path_fields("path", row.path)
    return Match(
        document=show_uid(row.document),
        root=row.root,
        path=fields["path"] or "",
        path_base64=fields.get("path_base64") or UNSET,
        first_version=first,
        last_version=last,
        versions=[VersionStretch(first=begin, last=end) for begin, end in hit.stretches],
        first_observed_at=observed.get(first),
        last_observed_at=observed.get(last),
        current=last == row.last_no and row.state == "live",
        deleted=row.state == "deleted",
        title=None if newest is None else newest.title,
        language=None if newest is None else newest.language,
        date=None if newest is None else newest.date,
        snippet=None if said is None else said.text,
        page=None if said is None else said.page,
        heading=None if said is None else said.heading,
    )


class _Holdings:
    """What one document holds of what was asked for."""

    def __init__(self, work: Lookup, key: DocumentKey) -> None:
        self._work = work
        self._key = key
        self._spans: dict[int, tuple[int, int]] = {}
        self._terms: dict[Term, list[lookup.SpanStretch]] = {}

    def versions(self, clauses: Sequence[Clause], *, every: bool) -> Stretches:
        """Return the versions that hold what is asked for; unless `every`, by sentences that still stand."""
        found: Stretches = []
        for clause in clauses:
            found = union(found, self._clause(clause, every=every))
        return found

    def _clause(self, clause: Clause, *, every: bool) -> Stretches:
        """Return the versions that hold every wanted term and no unwanted one."""
        found: Stretches = [(1, OPEN)]
        for term in clause.wanted:
            found = both(found, self._term(term, every=every, note=True))
            if not found:
                return []
        for term in clause.unwanted:
            # Since when a text has lacked a word, only its earlier versions can tell.
            found = without(found, self._term(term, every=True, note=False))
        return found

    def sentence(self, stretches: Stretches) -> int | None:
        """Return the newest sentence that holds a term within these versions."""
        newest_first = sorted(self._spans.items(), key=lambda each: (-each[1][1], each[0]))
        for span, (first, end) in newest_first:
            if any(first <= last and begin <= end for begin, last in stretches):
                return span
        return None

    def _term(self, term: Term, *, every: bool, note: bool) -> Stretches:
        if term not in self._terms:
            self._terms[term] = self._work.spans(term, self._key)
        spans = [each for each in self._terms[term] if every or each[2] == OPEN]
        if note:
            self._spans.update((span, (first, end)) for span, first, end in spans)
        return joined([(first, end) for _, first, end in spans])


def _rows(
    connection: Connection, work: Lookup, clauses: Sequence[Clause], wanted: SearchFilters, *, every: bool
) -> Iterator[Row]:
    """Yield the documents that may be meant, in order; unless `every`, those whose current version may be."""
    left = iter(work.candidates(clauses))
    select = _DOCUMENTS
    if not every:
        select = select.where(_document.state == "live")
    if wanted.root is not None:
        select = select.where(_document.root_id == wanted.root)
    size = _FIRST_SLICE
    while part := list(islice(left, size)):
        rows = {
            row.key: row
            for row in connection.execute(select.where(_document.id.in_(part)))
            if wanted.at is not None or row.path.startswith(wanted.prefix)
        }
        if not every and wanted.of_version:
            meant = dict(_facts(connection, _document.id.in_(list(rows)), _version.no == _SEEN, wanted))
            rows = {key: row for key, row in rows.items() if key in meant}
        meant_here = [key for key in part if key in rows]
        work.ahead(meant_here)
        yield from (rows[key] for key in meant_here)
        size = min(size * 2, _SLICE)


_document, _version, _rendition = tables.document.c, tables.version.c, tables.rendition.c
_indexed = sa.table("indexed", sa.column("document_id"), sa.column("no"))
_DOCUMENTS = (
    sa.select(
        _document.id.label("key"),
        _document.uid.label("document"),
        _document.root_id,
        tables.root.c.name.label("root"),
        _document.path_bytes.label("path"),
        _document.state,
        _document.last_no,
        _indexed.c.no.label("seen"),
    )
    .join_from(tables.document, tables.root, tables.root.c.id == _document.root_id)
    .join(_indexed, _indexed.c.document_id == _document.id)
)

_SEEN = (
    sa.select(_indexed.c.no)
    .where(_indexed.c.document_id == _document.id)
    .correlate(tables.document)
    .scalar_subquery()
)


def _is_meant(connection: Connection, row: Row, stretches: Stretches, wanted: SearchFilters) -> bool:
    """Tell whether one of these versions matches `wanted`."""
    if not wanted.of_version:
        return True
    within = _version.no.between(stretches[0][0], stretches[-1][1])
    found = _facts(connection, _document.id == row.key, within, wanted)
    return bool(both(stretches, joined([(no, no) for _, no in found])))


def _facts(
    connection: Connection,
    documents: sa.ColumnElement[bool],
    which: sa.ColumnElement[bool],
    wanted: SearchFilters,
) -> list[tuple[int, int]]:
    """Return (document key, version number) of those of these versions that match `wanted`."""
    newest = (
        sa.select(sa.func.max(_rendition.seq))
        .where(_rendition.document_id == _version.document_id, _rendition.no == _version.no)
        .correlate(tables.version)
        .scalar_subquery()
    )
    select = (
        sa.select(_document.id, _version.no)
        .join_from(tables.document, tables.version, _version.document_id == _document.id)
        .join(
            tables.rendition,
            sa.and_(
                _rendition.document_id == _version.document_id,
                _rendition.no == _version.no,
                _rendition.seq == newest,
            ),
        )
        .where(documents, which)
    )
    if wanted.language is not None:
        select = select.where(_rendition.language == wanted.language)
    if wanted.days is not None:
        first, last = wanted.days
        select = select.where(_rendition.date_earliest >= first, _rendition.date_latest <= last)
    if wanted.since is not None:
        select = select.where(_version.seq >= wanted.since)
    if wanted.until is not None:
        select = select.where(_version.seq <= wanted.until)
    return [(row.id, row.no) for row in connection.execute(select)]
