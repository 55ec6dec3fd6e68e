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
from ingest.index.query import Clause, Term
from ingest.store import blobs, tables, versions
from ingest.store.engine import Row

Stretches = list[tuple[int, int]]  # versions, first and last, in order and apart
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


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document, the versions that hold what was asked for, and a sentence to show.

    `row` is the newest of these versions with its document.
    """

    row: Row
    stretches: Stretches
    sentence: int | None


def find(connection: Connection, clauses: Sequence[Clause], wanted: Wanted, *, every: bool) -> Iterator[Hit]:
    """The documents with the most sentences that hold a term first, of equal ones the oldest.

    Only the current versions of live ones, unless `every`. A caller may stop anywhere.
    """
    work = _Search(connection, every)
    found: dict[int, Stretches] = {}
    for clause in clauses:
        for key, stretches in work.clause(clause).items():
            found[key] = _union(found.get(key, []), stretches)
    order = sorted(found, key=lambda key: (-work.weight(key), key))
    for row in _rows(connection, order, every=every):
        if wanted.root not in (None, row.root_id) or not row.path.startswith(wanted.prefix):
            continue
        stretches = found[row.key]
        if not every:
            if not stretches[-1][0] <= row.last_no <= stretches[-1][1]:
                continue
            stretches = [stretches[-1]]
        stretches = [(first, min(end, row.last_no)) for first, end in stretches]
        within = stretches if every else [(row.last_no, row.last_no)]
        if _version(connection, row, within, wanted) is not None:
            yield Hit(row=row, stretches=stretches, sentence=work.sentence(row.key, stretches))


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
        self._every = every
        self._sentences: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        self._weights: dict[int, int] = defaultdict(int)
        self._asked: dict[tuple[Term, bool], dict[int, Stretches]] = {}

    def clause(self, clause: Clause) -> dict[int, Stretches]:
        """The versions of each document that hold every wanted term and no unwanted one."""
        found: dict[int, Stretches] | None = None
        for term in clause.wanted:
            holds = self._term(term, note=True)
            if found is None:
                found = holds
            else:
                found = {
                    key: both
                    for key in found.keys() & holds.keys()
                    if (both := _both(found[key], holds[key]))
                }
            if not found:
                return {}
        if found is None:
            heads = self._connection.exec_driver_sql("SELECT document_id, no FROM indexed")
            found = {row.document_id: [(1, OPEN)] for row in heads}
        for term in clause.unwanted:
            holds = self._term(term, note=False)
            found = {key: left for key, held in found.items() if (left := _without(held, holds.get(key, [])))}
        return found

    def weight(self, key: int) -> int:
        """How many sentences of a document hold a term."""
        return self._weights.get(key, 0)

    def sentence(self, key: int, stretches: Stretches) -> int | None:
        """The newest sentence of a document that holds a term within these versions."""
        for first, end, span in sorted(self._sentences.get(key, ()), key=lambda each: (-each[1], each[2])):
            if any(first <= last and begin <= end for begin, last in stretches):
                return span
        return None

    def _term(self, term: Term, *, note: bool) -> dict[int, Stretches]:
        # Since when a text has lacked a word, only its earlier versions can tell.
        every = self._every or not note
        if (term, every) in self._asked:
            return self._asked[term, every]
        found: dict[int, Stretches] = defaultdict(list)
        spans = _spans(self._connection, term, every=every or bool(term.literal))
        if term.literal:
            spans = self._literally(term.literal, spans, every=every)
        for key, first, end, span, number in spans:
            found[key].append((first, end))
            if note:
                self._sentences[key].append((first, end, span))
                self._weights[key] += number
        made = {key: _joined(stretches) for key, stretches in found.items()}
        self._asked[term, every] = made
        return made

    def _literally(self, wanted: str, spans: Iterator[Any], *, every: bool) -> Iterator[Any]:
        """Those of the spans whose sentence holds this very text; the index has words alone."""
        for row in list(spans):
            if every or row[2] == OPEN:
                text = snippet(self._connection, row[3])
                if text is not None and wanted in literal(text):
                    yield row


def _spans(connection: Connection, term: Term, *, every: bool) -> Iterator[Any]:
    """Document, first and last version, a span and how many: each span alone, or those that still stand
    together, since all of them last."""
    columns, live = "span.document_id, span.from_no, span.to_no, span.id, 1", ""
    if not every:
        columns = f"span.document_id, min(span.from_no), {OPEN}, min(span.id), count(*)"
        live = f" AND span.to_no = {OPEN} GROUP BY span.document_id"
    if connection.dialect.name == "sqlite":
        # In quotes nothing means anything, and the folded words hold no quote.
        match = f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
        select = (
            f"SELECT {columns} FROM words JOIN span ON span.id = words.rowid WHERE words MATCH :match{live}"
        )
        yield from connection.execute(sa.text(select), {"match": match})
        return
    asked_with = {"match": " ".join(term.words)}
    if term.prefix:
        # Folded words are letters and digits alone.
        query = "to_tsquery('simple', :match)"
        asked_with["match"] = " <-> ".join(f"'{word}'" for word in term.words) + ":*"
        held = f"words.said @@ {query}"
    else:
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
    select = f"SELECT {columns} FROM words JOIN span ON span.id = words.id WHERE {held}{live}"
    yield from connection.execute(sa.text(select), asked_with)


def _dropped(connection: Connection, words: Sequence[str]) -> dict[str, str]:
    """The words that a language has no stem of, as `not` in `not guilty`: they must be there all the same."""
    select = sa.text(
        "SELECT word, length(to_tsvector('dutch', word)) = 0 AS dutch,"
        " length(to_tsvector('english', word)) = 0 AS english FROM unnest(CAST(:words AS text[])) AS word"
    )
    found = connection.execute(select, {"words": list(words)}).all()
    return {name: " ".join(row.word for row in found if getattr(row, name)) for name in ("dutch", "english")}


def _rows(connection: Connection, keys: list[int], *, every: bool) -> Iterator[Row]:
    document, root = tables.document.c, tables.root.c
    select = sa.select(
        document.id.label("key"),
        document.uid.label("document"),
        document.root_id,
        root.name.label("root"),
        document.path_bytes.label("path"),
        document.state,
        document.last_no,
    ).join_from(tables.document, tables.root, root.id == document.root_id)
    if not every:
        select = select.where(document.state == "live")
    at, size = 0, _FIRST_SLICE
    while at < len(keys):
        part = keys[at : at + size]
        rows = {row.key: row for row in connection.execute(select.where(document.id.in_(part)))}
        yield from (rows[key] for key in part if key in rows)
        at, size = at + size, _SLICE


def _version(connection: Connection, row: Row, stretches: Stretches, wanted: Wanted) -> int | None:
    """The newest version in the stretches that is as it should be."""
    if wanted.language is None and wanted.days is None and wanted.since is None and wanted.until is None:
        return stretches[-1][1]
    first, last = stretches[0][0], stretches[-1][1]
    for each in reversed(versions.renditions(connection, row.key, first, last)):
        if not any(begin <= each.version <= end for begin, end in stretches):
            continue
        if wanted.language is not None and each.language != wanted.language:
            continue
        if wanted.days is not None and not _within(each, wanted.days):
            continue
        if wanted.since is not None and each.observed_at < wanted.since:
            continue
        if wanted.until is not None and each.observed_at > wanted.until:
            continue
        return int(each.version)
    return None


def _within(row: Row, days: tuple[str, str]) -> bool:
    if row.date_earliest is None or row.date_latest is None:
        return False
    return bool(days[0] <= row.date_earliest and row.date_latest <= days[1])


# -- stretches of versions -------------------------------------------------------------------------


def _joined(stretches: Stretches) -> Stretches:
    """Any stretches, put in order and together."""
    if len(stretches) == 1:
        return stretches
    found: Stretches = []
    for first, end in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((first, end))
    return found


def _union(a: Stretches, b: Stretches) -> Stretches:
    return _joined(a + b) if a else b


def _both(a: Stretches, b: Stretches) -> Stretches:
    found = [
        (max(first, begin), min(end, last))
        for first, end in a
        for begin, last in b
        if max(first, begin) <= min(end, last)
    ]
    return sorted(found)


def _without(a: Stretches, b: Stretches) -> Stretches:
    found = a
    for begin, last in b:
        left: Stretches = []
        for first, end in found:
            if last < first or end < begin:
                left.append((first, end))
                continue
            if first < begin:
                left.append((first, begin - 1))
            if last < end:
                left.append((last + 1, end))
        found = left
    return found
