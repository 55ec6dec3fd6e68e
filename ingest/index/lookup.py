"""Which documents, and which of their spans, hold a term: asked of the words alone."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import edits
from ingest.errors import IntegrityError
from ingest.index.fill import chosen
from ingest.index.folding import literal
from ingest.index.place import SPAN_BITS
from ingest.index.query import Clause, Term
from ingest.store import blobs, versions

Found = tuple[int, int, int]  # a span, and the first and last version that held it
_MOST_IDS = 500  # in one query: there is a limit to its parameters
_MOST_KEPT = 10_000  # documents whose spans are kept by their ids, of a term that is in many
PAGE = 1000  # the first spans of such a term
COMMON = 50_000  # sentences: how often each document has a word that is in more tells nobody anything


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


class Lookup:
    """One search. `at_once`, which a caller sets, says that many documents will be asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.at_once = False
        self._by_age = False
        self._ids: dict[Term, dict[int, list[int]]] = {}
        self._complete: set[Term] = set()  # of which `_ids` has all there is
        self._read: dict[Term, dict[int, list[Found]]] = {}
        self._conditions: dict[Term, tuple[str, dict[str, Any]]] = {}

    def candidates(self, clauses: Sequence[Clause]) -> Iterable[int]:
        """The documents that may hold what is asked for, in the order of `find`; made as they are taken."""
        wanted = {term for clause in clauses for term in clause.wanted}
        telling = {
            term: dict(self._holding(term, COMMON + 1)) for term in wanted if not self._is_common(term)
        }
        self._complete |= telling.keys()
        found: set[int] = set()
        by_age: list[Iterable[int]] = []
        for clause in clauses:
            counts = [telling[term] for term in clause.wanted if term in telling]
            if counts:
                found.update(set(counts[0]).intersection(*counts[1:]))
            else:
                by_age.append(self._oldest(clause))
        if by_age:
            self._by_age = True
            return (key for key, _ in groupby(heapq.merge(sorted(found), *by_age)))
        weights = Counter[int]()
        for count in telling.values():
            weights.update(count)
        return sorted(sorted(found), key=weights.__getitem__, reverse=True)

    def _oldest(self, clause: Clause) -> Iterable[int]:
        """The documents that may hold every wanted term of a clause, the oldest first."""
        if not clause.wanted:
            return self._rising("SELECT document_id FROM indexed WHERE document_id > :after", {}, PAGE)
        streams = [(key for key, _ in self._holding(term, PAGE)) for term in clause.wanted]
        return streams[0] if len(streams) == 1 else in_all(streams)

    def _holding(self, term: Term, page: int) -> Iterator[tuple[int, int]]:
        """Each document that ever held a term, were it not for its symbols, in how many sentences; by age.

        A sentence that several normalisers read while the index was filled counts as often.
        """
        held, asked_with = self._condition(term)
        select = f"SELECT words.{self._id} FROM words WHERE {held} AND words.{self._id} > :after"
        ids = self._ids.setdefault(term, {})
        for key, its_spans in groupby(self._rising(select, asked_with, page), _document_of):
            if page <= COMMON and len(ids) > _MOST_KEPT:
                ids.clear()  # they lie behind; of the few that do not, the spans are looked up
            ids[key] = found = list(its_spans)
            yield key, len(found)

    def _rising(self, select: str, asked_with: dict[str, Any], page: int) -> Iterator[int]:
        """The numbers above `:after` that this selects, in order; as more are taken, more are asked for."""
        after = -1
        while True:
            asked = asked_with | {"after": after}
            result = self._connection.execute(sa.text(f"{select} ORDER BY 1 LIMIT {page}"), asked)
            # the driver's own tuples: there may be several for each document
            cursor: Any = result.cursor
            found = cursor.fetchall()
            yield from chain.from_iterable(found)
            if len(found) < page:
                return
            after, page = found[-1][0], min(page * 4, COMMON)

    def spans(self, term: Term, key: int) -> list[Found]:
        """The spans of a document that ever held a term."""
        ids = self._ids.get(term, {}).get(key, [])
        # to look a prefix up takes as long for one document as for all
        if self.at_once or (term.prefix and term not in self._ids):
            if term not in self._read:
                self._read[term] = self._all(term, key if self._by_age else 0)
            found = self._read[term].get(key, [])
        elif 0 < len(ids) <= _MOST_IDS:
            found = [
                (row.id, row.from_no, row.to_no) for row in self._connection.execute(_BY_ID, {"ids": ids})
            ]
        elif not ids and term in self._complete:
            found = []
        else:
            found = list(self._between(term, key, key))
        if term.literal:  # the index has words alone
            found = [each for each in found if self._says(each[0], term.literal)]
        return found

    def _says(self, span: int, wanted: str) -> bool:
        text = snippet(self._connection, span)
        return text is not None and wanted in literal(text)

    def _all(self, term: Term, first: int) -> dict[int, list[Found]]:
        """By document, the spans that hold a term, of all documents from one on."""
        found: defaultdict[int, list[Found]] = defaultdict(list)
        for span in self._between(term, first, (1 << 63 - SPAN_BITS) - 1):
            found[span[0] >> SPAN_BITS].append(span)
        return found

    def _between(self, term: Term, first: int, last: int) -> Iterator[Found]:
        held, asked_with = self._condition(term)
        select = sa.text(
            "SELECT span.id, span.from_no, span.to_no"
            f" FROM words JOIN span ON span.id = words.{self._id}"
            f" WHERE {held} AND words.{self._id} BETWEEN :first AND :last"
        )
        asked = {"first": first << SPAN_BITS, "last": (last + 1 << SPAN_BITS) - 1}
        for row in self._connection.execute(select, asked_with | asked):
            yield row.id, row.from_no, row.to_no

    def _is_common(self, term: Term) -> bool:
        held, asked_with = self._condition(term)
        many = f"SELECT 1 FROM words WHERE {held} LIMIT 1 OFFSET {COMMON}"
        return self._connection.execute(sa.text(many), asked_with).first() is not None

    def _condition(self, term: Term) -> tuple[str, dict[str, Any]]:
        if term not in self._conditions:
            self._conditions[term] = _condition(self._connection, term)
        return self._conditions[term]

    @property
    def _id(self) -> str:
        return "rowid" if self._connection.dialect.name == "sqlite" else "id"


_BY_ID = sa.text("SELECT id, from_no, to_no FROM span WHERE id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)


def _document_of(span: int) -> int:
    return span >> SPAN_BITS


def in_all(streams: Sequence[Iterator[int]]) -> Iterator[int]:
    """What is in each of several rising streams; none is read on once another has ended."""
    heads = [next(stream, None) for stream in streams]
    while None not in heads:
        most = max(head for head in heads if head is not None)
        if all(head == most for head in heads):
            yield most
            heads = [next(stream, None) for stream in streams]
            continue
        for at, stream in enumerate(streams):
            head = heads[at]
            while head is not None and head < most:
                head = next(stream, None)
            heads[at] = head
            if head is None:
                return


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
