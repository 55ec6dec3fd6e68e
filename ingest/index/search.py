"""Full text over the spans: which documents, and which of their versions, hold what was asked for.

A term is looked up among sentences; AND, OR and NOT are of documents, or with `every` of their versions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import edits, moments
from ingest.compare.lineage import OPEN
from ingest.errors import IntegrityError
from ingest.escape import path_fields
from ingest.ids import show_uid
from ingest.index.fill import chosen
from ingest.index.folding import literal
from ingest.index.place import SPAN_BITS
from ingest.index.query import Clause, Term
from ingest.index.stretches import Stretches, both, joined, union, without
from ingest.store import blobs, tables, versions
from ingest.store.engine import Row

_Found = tuple[int, int, int]  # a span, and the first and last version that held it
_FIRST_SLICE = 32  # who asks for few documents waits for few
_SLICE = 500


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What else must hold of a document, or of its version."""

    root: int | None = None
    prefix: bytes = b""
    language: str | None = None
    days: tuple[str, str] | None = None
    since: int | None = None
    until: int | None = None

    @property
    def of_version(self) -> bool:
        """Whether something is asked of the version, and not of its document alone."""
        return (self.language, self.days, self.since, self.until) != (None, None, None, None)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document, the versions that hold what was asked for, and a sentence to show."""

    row: Row
    stretches: Stretches
    sentence: int | None


def find(connection: Connection, clauses: Sequence[Clause], wanted: Wanted, *, every: bool) -> Iterator[Hit]:
    """The documents of which most sentences ever held a term first, of equal ones the oldest.

    Only the current versions of live ones, unless `every`. Which documents may be meant is asked of the
    words alone; what each holds, when its turn comes, and of all that are left once it is clear that many
    are wanted. A caller may stop anywhere.
    """
    work = _Search(connection, every)
    for number, row in enumerate(_rows(connection, work.candidates(clauses), wanted, every=every)):
        work.at_once = number >= _SLICE
        held = _Held(work, row.key)
        stretches: Stretches = []
        for clause in clauses:
            stretches = union(stretches, held.clause(clause))
        if not stretches:
            continue
        if not every:
            if not stretches[-1][0] <= row.last_no <= stretches[-1][1]:
                continue
            stretches = [stretches[-1]]
        stretches = [(first, min(end, row.last_no)) for first, end in stretches]
        if not every or _is_meant(connection, row, stretches, wanted):
            yield Hit(row=row, stretches=stretches, sentence=held.sentence(stretches))


def snippet(connection: Connection, span: int) -> str | None:
    """A sentence as it was written; None where it cannot be read any more."""
    row = connection.execute(
        sa.text(
            "SELECT span.*, indexed.normaliser FROM span JOIN indexed"
            " ON indexed.document_id = span.document_id WHERE span.id = :id"
        ),
        {"id": span},
    ).one_or_none()
    if row is None:
        return None
    rendition = chosen(
        versions.renditions(connection, row.document_id, row.from_no, row.from_no), row.normaliser
    )
    if rendition is None:
        return None
    try:
        raw = blobs.get(connection, row.document_id, row.from_no)
        text = edits.text_of(connection, raw, rendition).text
    except IntegrityError:
        return None
    return text[row.start : row.start + row.length]


def record(connection: Connection, hit: Hit, text: str | None) -> dict[str, Any]:
    """A hit as `search --json` shows it."""
    row, first, last = hit.row, hit.stretches[0][0], hit.stretches[-1][1]
    version = tables.version.c
    select = sa.select(version.no, version.observed_at).where(
        version.document_id == row.key, version.no.in_((first, last))
    )
    observed = {each.no: moments.show(each.observed_at) for each in connection.execute(select)}
    newest = versions.one(connection, row.key, last)
    return {
        "document": show_uid(row.document),
        "root": row.root,
        **path_fields("path", row.path),
        "first_version": first,
        "last_version": last,
        "versions": [{"from": begin, "to": end} for begin, end in hit.stretches],
        "first_observed_at": observed.get(first),
        "last_observed_at": observed.get(last),
        "current": hit.stretches[-1][1] == row.last_no and row.state == "live",
        "deleted": row.state == "deleted",
        "title": None if newest is None else newest.title,
        "language": None if newest is None else newest.language,
        "date": None if newest is None else newest.date,
        "snippet": text,
    }


class _Search:
    """One search: each term is asked for once."""

    def __init__(self, connection: Connection, every: bool) -> None:
        self._connection = connection
        self.every = every
        self._counts: dict[Term, dict[int, int]] = {}
        self.at_once = False
        self._read: dict[tuple[Term, bool], dict[int, list[_Found]]] = {}
        self._selects: dict[tuple[Term, bool], tuple[sa.TextClause, dict[str, Any]]] = {}

    def candidates(self, clauses: Sequence[Clause]) -> list[int]:
        """The documents that may hold what is asked for, in the order of `find`."""
        found: set[int] = set()
        for clause in clauses:
            if not clause.wanted:
                heads = self._connection.exec_driver_sql("SELECT document_id FROM indexed")
                found |= set(heads.scalars())
                continue
            found |= set.intersection(*(set(self._count(term)) for term in clause.wanted))
        counts = [self._count(term) for term in {term for clause in clauses for term in clause.wanted}]
        weights = {key: sum(count.get(key, 0) for count in counts) for key in found}
        return sorted(found, key=lambda key: (-weights[key], key))

    def spans(self, term: Term, key: int, *, every: bool) -> list[_Found]:
        """The spans of a document that hold a term; those alone that still stand, unless `every`."""
        if self.at_once:
            if (term, every) not in self._read:
                self._read[term, every] = self._all(term, every=every)
            found = self._read[term, every].get(key, [])
        else:
            select, asked_with = self._select(term, every=every)
            first = key << SPAN_BITS
            asked = asked_with | {"first": first, "last": first + (1 << SPAN_BITS) - 1}
            found = [(row.id, row.from_no, row.to_no) for row in self._connection.execute(select, asked)]
        if term.literal:  # the index has words alone
            found = [each for each in found if self._says(each[0], term.literal)]
        return found

    def _says(self, span: int, wanted: str) -> bool:
        text = snippet(self._connection, span)
        return text is not None and wanted in literal(text)

    def _all(self, term: Term, *, every: bool) -> dict[int, list[_Found]]:
        select, asked_with = self._select(term, every=every)
        found: defaultdict[int, list[_Found]] = defaultdict(list)
        for row in self._connection.execute(select, asked_with | {"first": 0, "last": (1 << 63) - 1}):
            found[row.id >> SPAN_BITS].append((row.id, row.from_no, row.to_no))
        return found

    def _select(self, term: Term, *, every: bool) -> tuple[sa.TextClause, dict[str, Any]]:
        if (term, every) not in self._selects:
            held, asked_with = _condition(self._connection, term)
            live = "" if every else f" AND span.to_no = {OPEN}"
            select = (
                "SELECT span.id, span.from_no, span.to_no"
                f" FROM words JOIN span ON span.id = words.{self._id}"
                f" WHERE {held} AND words.{self._id} BETWEEN :first AND :last{live}"
            )
            self._selects[term, every] = sa.text(select), asked_with
        return self._selects[term, every]

    def _count(self, term: Term) -> dict[int, int]:
        """How many sentences of each document ever held a term, were it not for its symbols.

        A sentence that several normalisers read while the index was filled counts as often.
        """
        if term not in self._counts:
            held, asked_with = _condition(self._connection, term)
            select = f"SELECT words.{self._id} >> {SPAN_BITS}, count(*) FROM words WHERE {held} GROUP BY 1"
            # the driver's own tuples: there may be one for each document
            found = self._connection.execute(sa.text(select), asked_with).cursor
            assert found is not None
            self._counts[term] = dict(found.fetchall())
        return self._counts[term]

    @property
    def _id(self) -> str:
        return "rowid" if self._connection.dialect.name == "sqlite" else "id"


class _Held:
    """What one document holds of what was asked for."""

    def __init__(self, work: _Search, key: int) -> None:
        self._work = work
        self._key = key
        self._spans: dict[int, tuple[int, int]] = {}
        self._terms: dict[tuple[Term, bool], list[_Found]] = {}

    def clause(self, clause: Clause) -> Stretches:
        """The versions that hold every wanted term and no unwanted one."""
        found: Stretches = [(1, OPEN)]
        for term in clause.wanted:
            found = both(found, self._term(term, note=True))
            if not found:
                return []
        for term in clause.unwanted:
            found = without(found, self._term(term, note=False))
        return found

    def sentence(self, stretches: Stretches) -> int | None:
        """The newest sentence that holds a term within these versions."""
        newest_first = sorted(self._spans.items(), key=lambda each: (-each[1][1], each[0]))
        for span, (first, end) in newest_first:
            if any(first <= last and begin <= end for begin, last in stretches):
                return span
        return None

    def _term(self, term: Term, *, note: bool) -> Stretches:
        # Since when a text has lacked a word, only its earlier versions can tell.
        every = self._work.every or not note
        if (term, every) not in self._terms:
            self._terms[term, every] = self._work.spans(term, self._key, every=every)
        spans = self._terms[term, every]
        if note:
            self._spans.update((span, (first, end)) for span, first, end in spans)
        return joined([(first, end) for _, first, end in spans])


def _condition(connection: Connection, term: Term) -> tuple[str, dict[str, Any]]:
    """What must hold of a row of words, and with what it is asked."""
    if connection.dialect.name == "sqlite":
        # In quotes nothing means anything, and the folded words hold no quote.
        match = f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
        return "words MATCH :match", {"match": match}
    asked_with = {"match": " ".join(term.words)}
    if term.prefix:
        # Folded words are letters and digits alone.
        asked_with["match"] = " <-> ".join(f"'{word}'" for word in term.words) + ":*"
        return "words.said @@ to_tsquery('simple', :match)", asked_with
    asked_with |= _dropped(connection, term.words)
    asked = {
        name: f"(phraseto_tsquery('{name}', :match) && plainto_tsquery('simple', :{name}))"
        for name in ("dutch", "english")
    }
    asked["simple"] = "phraseto_tsquery('simple', :match)"
    # One look into the index by all languages, then each sentence by its own.
    held = (
        f"words.said @@ ({' || '.join(asked.values())}) AND words.said @@ CASE words.language"
        f" WHEN 'dutch' THEN {asked['dutch']} || {asked['simple']}"
        f" WHEN 'english' THEN {asked['english']} || {asked['simple']} ELSE {asked['simple']} END"
    )
    return held, asked_with


def _dropped(connection: Connection, words: Sequence[str]) -> dict[str, str]:
    """The words that a language has no stem of, as `not` in `not guilty`: they must be there all the same."""
    select = sa.text(
        "SELECT word, length(to_tsvector('dutch', word)) = 0 AS dutch,"
        " length(to_tsvector('english', word)) = 0 AS english FROM unnest(CAST(:words AS text[])) AS word"
    )
    found = connection.execute(select, {"words": list(words)}).all()
    return {name: " ".join(row.word for row in found if getattr(row, name)) for name in ("dutch", "english")}


def _rows(connection: Connection, keys: list[int], wanted: Wanted, *, every: bool) -> Iterator[Row]:
    """The documents in this order that may be meant: by their current versions, unless `every`."""
    select = _DOCUMENTS
    if not every:
        select = select.where(_document.state == "live")
    if wanted.root is not None:
        select = select.where(_document.root_id == wanted.root)
    at, size = 0, _FIRST_SLICE
    while at < len(keys):
        part = keys[at : at + size]
        rows = {
            row.key: row
            for row in connection.execute(select.where(_document.id.in_(part)))
            if row.path.startswith(wanted.prefix)
        }
        if not every and wanted.of_version:
            current = _version.no == _document.last_no
            meant = dict(_facts(connection, _document.id.in_(list(rows)), current, wanted))
            rows = {key: row for key, row in rows.items() if key in meant}
        yield from (rows[key] for key in part if key in rows)
        at, size = at + size, _SLICE


_document, _version, _rendition = tables.document.c, tables.version.c, tables.rendition.c
_DOCUMENTS = sa.select(
    _document.id.label("key"),
    _document.uid.label("document"),
    _document.root_id,
    tables.root.c.name.label("root"),
    _document.path_bytes.label("path"),
    _document.state,
    _document.last_no,
).join_from(tables.document, tables.root, tables.root.c.id == _document.root_id)


def _is_meant(connection: Connection, row: Row, stretches: Stretches, wanted: Wanted) -> bool:
    """Whether one of these versions is as it should be."""
    if not wanted.of_version:
        return True
    within = _version.no.between(stretches[0][0], stretches[-1][1])
    found = _facts(connection, _document.id == row.key, within, wanted)
    return any(first <= no <= last for _, no in found for first, last in stretches)


def _facts(connection: Connection, documents: Any, which: Any, wanted: Wanted) -> list[tuple[int, int]]:
    """Documents and numbers of those of these versions that are as they should be."""
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
        select = select.where(_version.observed_at >= wanted.since)
    if wanted.until is not None:
        select = select.where(_version.observed_at <= wanted.until)
    return [(row.id, row.no) for row in connection.execute(select)]
