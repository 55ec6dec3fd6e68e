"""Which documents, and which of their spans, hold a term: what is the same on both databases."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, groupby

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.diff.provenance import key_of
from ingest.errors import IntegrityError
from ingest.index import edits
from ingest.index.fulltext.folding import literal
from ingest.index.fulltext.query import Clause, Term
from ingest.index.fulltext.stems import Stems
from ingest.model import DocumentKey
from ingest.store import bodies, versions
from ingest.store.engine import Row

SpanStretch = tuple[int, int, int]  # a span, and the first and last version that held it
PAGE = 1000  # documents or spans that are asked for first where there may be very many
_MOST_AT_ONCE = 50_000


class Snippet(msgspec.Struct, frozen=True):
    """A sentence as it was written, and where in its document: null where that is not known."""

    text: str
    page: int | None = None
    heading: str | None = None


def snippet(connection: Connection, span: int) -> Snippet | None:
    """Return a sentence; None where it cannot be read any more."""
    return snippets(connection, [span]).get(span)


def snippets(connection: Connection, spans: Sequence[int]) -> dict[int, Snippet]:
    """Return sentences by their spans, without those that cannot be read any more.

    So is one whose version was read in another way since, which the index does not know yet. One text is held
    at a time; a few spans are asked for together.
    """
    found: dict[int, Snippet] = {}
    for start in range(0, len(spans), _FEW):
        asked = {"ids": spans[start : start + _FEW]}
        cut: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in connection.execute(_SPANS, asked):
            cut[row.document_id, row.from_no].append(row)
        made: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in connection.execute(_RENDITIONS, asked):
            made[row.document, row.version].append(row)
        for document, no, raw in bodies.several(connection, _CHAINS, asked):
            for row in cut[document, no]:
                rendition = edits.rendition_by(made[document, no], row.normaliser)
                if rendition is None:
                    continue
                with suppress(IntegrityError):
                    text = edits.text_of(connection, raw, rendition)
                    said = text.text[row.start : row.start + row.length]
                    if key_of(said) != row.hash:
                        continue
                    page, heading = (None, None) if text.place_of is None else text.place_of(row.start)
                    found[row.id] = Snippet(said, page, heading)
    return found


_FEW = 25
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_SPANS = sa.text(
    "SELECT span.id, span.document_id, span.from_no, span.start, span.length, span.hash,"
    " indexed.normaliser FROM span"
    " JOIN indexed ON indexed.document_id = span.document_id WHERE span.id IN :ids"
).bindparams(_IDS)
_span = sa.table("span", sa.column("id"), sa.column("document_id"), sa.column("from_no"))
_versions = (
    sa.select(_span.c.document_id.label("document"), _span.c.from_no.label("no"))
    .where(_span.c.id.in_(_IDS))
    .distinct()
    .subquery("wanted")
)
_RENDITIONS, _CHAINS = versions.renditions_of(_versions), bodies.chains(_versions)


def _sum(counted: Iterable[Mapping[DocumentKey, int]]) -> Counter[DocumentKey]:
    found = Counter[DocumentKey]()
    for each in counted:
        found.update(each)
    return found


class Lookup(ABC):
    """One search among the words of an index, by the stems of one language or of each that has a stemmer."""

    def __init__(self, connection: Connection, language: str | None = None) -> None:
        self._connection = connection
        self._language = language
        self._stems = Stems()
        self._by_age = False

    def candidates(self, clauses: Sequence[Clause]) -> Iterable[DocumentKey]:
        """Return the documents that may hold what is asked for, in the order of `find`.

        Made as they are taken.
        """
        wanted = dict.fromkeys(term for clause in clauses for term in clause.wanted)
        numbers = {term: self._numbers(term) for term in wanted}
        found: set[DocumentKey] = set()
        by_age: list[Iterable[DocumentKey]] = []
        for clause in clauses:
            telling = [known for term in clause.wanted if (known := numbers[term]) is not None]
            if telling:
                found.update(set(telling[0]).intersection(*telling[1:]))
            elif clause.wanted:
                by_age.append(self._oldest(clause.wanted))
            else:
                every = "SELECT document_id FROM indexed WHERE document_id > :after"
                by_age.append(map(DocumentKey, self._rising(every, {}, PAGE)))
        if by_age:
            self._by_age = True
            return (key for key, _ in groupby(heapq.merge(sorted(found), *by_age)))
        counted = [known for known in numbers.values() if known]
        weights: Mapping[DocumentKey, int] = counted[0] if len(counted) == 1 else _sum(counted)
        return sorted(sorted(found), key=weights.__getitem__, reverse=True)

    @abstractmethod
    def ahead(self, keys: Sequence[DocumentKey]) -> None:
        """Say which documents `spans` is asked of next, in this order."""

    def spans(self, term: Term, key: DocumentKey) -> list[SpanStretch]:
        """Return the spans of a document that ever held a term."""
        found = self._spans(term, key)
        if term.literal:  # the index has words alone
            found = [each for each in found if self._says(each[0], term.literal)]
        return found

    @abstractmethod
    def _numbers(self, term: Term) -> dict[DocumentKey, int] | None:
        """Return each document that ever held a term, were it not for its symbols, and in how many sentences.

        None where there are so many that this tells nobody anything, or takes too long to know.
        """

    @abstractmethod
    def _oldest(self, terms: Sequence[Term]) -> Iterable[DocumentKey]:
        """Return the documents that may hold all these terms, of which nothing is known, the oldest first."""

    @abstractmethod
    def _spans(self, term: Term, key: DocumentKey) -> list[SpanStretch]:
        """Return the spans of a document that ever held the words of a term."""

    def _says(self, span: int, wanted: str) -> bool:
        found = snippet(self._connection, span)
        text = None if found is None else found.text
        return text is not None and wanted in literal(text)

    def _rising(self, select: str, asked_with: Mapping[str, object], page: int) -> Iterator[int]:
        """Yield the numbers that a SELECT gives, in rising order, page by page.

        The SELECT takes those above `:after`. Each page is larger than the one before.
        """
        after = -1
        while True:
            asked = {**asked_with, "after": after}
            result = self._connection.execute(sa.text(f"{select} ORDER BY 1 LIMIT {page}"), asked)
            # the driver's own tuples: there may be several for each document
            cursor = result.cursor
            assert cursor is not None
            found = cursor.fetchall()
            yield from chain.from_iterable(found)
            if len(found) < page:
                return
            after, page = found[-1][0], min(page * 4, _MOST_AT_ONCE)
