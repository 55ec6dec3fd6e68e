"""The words of an index on SQLite: a row of FTS5 for each span, without its text.

What was put in cannot be taken out without its text: the words of spans that were thrown away stay, and
lead to no span.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.index.folding import fold
from ingest.index.lookup import PAGE, Found, Lookup
from ingest.index.query import Term
from ingest.index.schema import SPAN_BITS
from ingest.store import rows

COMMON = 50_000  # sentences: a word in more of them has no say in the order of documents
_MOST_IDS = 500  # in one query: there is a limit to its parameters
_MOST_KEPT = 10_000  # documents whose spans are kept by their ids, of a term that is in many
_MANY = 500  # documents that were asked for: what is left is read at once

Said = tuple[int, str | None, str]


def write(connection: Connection, said: Sequence[Said]) -> None:
    """Take in spans with the language and the text of each."""
    rows.insert(connection, "words", ("rowid", "said"), [(span, fold(text)) for span, _, text in said])


class WordsLookup(Lookup):
    """A search that is answered by the ids of spans. It counts each reading of a sentence by a normaliser."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._asked_for = 0
        self._at_once = False
        self._ids: dict[Term, dict[int, list[int]]] = {}
        self._complete: set[Term] = set()  # of which `_ids` has all there is
        self._read: dict[Term, dict[int, list[Found]]] = {}

    def ahead(self, keys: Sequence[int]) -> None:
        self._at_once = self._asked_for >= _MANY
        self._asked_for += len(keys)

    def _numbers(self, term: Term) -> dict[int, int] | None:
        many = sa.text(f"SELECT 1 FROM words WHERE words MATCH :match LIMIT 1 OFFSET {COMMON}")
        if self._connection.execute(many, {"match": _match(term)}).first() is not None:
            return None
        self._complete.add(term)
        return dict(self._holding(term, COMMON + 1))

    def _oldest(self, terms: Sequence[Term]) -> Iterable[int]:
        streams = [(key for key, _ in self._holding(term, PAGE)) for term in terms]
        return streams[0] if len(streams) == 1 else in_all(streams)

    def _holding(self, term: Term, page: int) -> Iterator[tuple[int, int]]:
        """Each document that ever held a term, and in how many sentences; by age."""
        select = "SELECT rowid FROM words WHERE words MATCH :match AND rowid > :after"
        ids = self._ids.setdefault(term, {})
        for key, its_spans in groupby(self._rising(select, {"match": _match(term)}, page), _document_of):
            if page <= COMMON and len(ids) > _MOST_KEPT:
                ids.clear()  # they lie behind; of the few that do not, the spans are looked up
            ids[key] = found = list(its_spans)
            yield key, len(found)

    def _spans(self, term: Term, key: int) -> list[Found]:
        ids = self._ids.get(term, {}).get(key, [])
        # to look a prefix up takes as long for one document as for all
        if self._at_once or (term.prefix and term not in self._ids):
            if term not in self._read:
                self._read[term] = self._all(term, key if self._by_age else 0)
            return self._read[term].get(key, [])
        if 0 < len(ids) <= _MOST_IDS:
            return [
                (row.id, row.from_no, row.to_no) for row in self._connection.execute(_BY_ID, {"ids": ids})
            ]
        if not ids and term in self._complete:
            return []
        return list(self._between(term, key, key))

    def _all(self, term: Term, first: int) -> dict[int, list[Found]]:
        """By document, the spans that hold a term, of all documents from one on."""
        found: defaultdict[int, list[Found]] = defaultdict(list)
        for span in self._between(term, first, (1 << 63 - SPAN_BITS) - 1):
            found[_document_of(span[0])].append(span)
        return found

    def _between(self, term: Term, first: int, last: int) -> Iterator[Found]:
        asked = {"match": _match(term), "first": first << SPAN_BITS, "last": (last + 1 << SPAN_BITS) - 1}
        for row in self._connection.execute(_BETWEEN, asked):
            yield row.id, row.from_no, row.to_no


_BY_ID = sa.text("SELECT id, from_no, to_no FROM span WHERE id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)
_BETWEEN = sa.text(
    "SELECT span.id, span.from_no, span.to_no FROM words JOIN span ON span.id = words.rowid"
    " WHERE words MATCH :match AND words.rowid BETWEEN :first AND :last"
)


def _match(term: Term) -> str:
    # In quotes nothing means anything, and the folded words hold no quote.
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")


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
