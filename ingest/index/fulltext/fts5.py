"""The words of an index on SQLite: a row of FTS5 for each span, without its text.

    said    brug.nl, bruggen.nl    the words as they stand, folded, each with the language of the sentence
    stem    brug.nl                the stems of those that have another one than themselves

A word of a language without a stemmer stands alone. So a stem that is its own stem is one term of FTS5, in
whichever column, and a beginning of a word is one of any language.

What was put in cannot be taken out without its text: the words of spans that were thrown away stay, and
lead to no span.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.index.fulltext import folding
from ingest.index.fulltext.lookup import PAGE, Lookup, SpanStretch
from ingest.index.fulltext.query import Term
from ingest.index.fulltext.stems import ALGORITHMS, Stems
from ingest.index.schema import SPAN_BITS
from ingest.model import DocumentKey
from ingest.store import bulk

COMMON = 50_000  # sentences: a word in more of them has no say in the order of documents
_AT_ONCE = 4_000_000  # characters of words that are written at once: of one character there may be many
_MOST_IDS = 500  # in one query: there is a limit to its parameters
_MOST_KEPT = 10_000  # documents whose spans are kept by their ids, of a term that is in many
_MANY = 500  # documents that were asked for: what is left is read at once

N = TypeVar("N", bound=int)
SpanText = tuple[int, str | None, str]  # the id of a span, its language and its text


def write(connection: Connection, said: Sequence[SpanText], stems: Stems) -> None:
    """Take in spans with the language and the text of each."""
    made: list[tuple[int, str, str]] = []
    size = 0
    for span, language, text in said:
        stem = stems.of(language)
        words = folding.words(text)
        if stem is None:
            made.append((span, " ".join(words), ""))
        else:
            made.append((span, _tagged(words, language), " ".join(stem.others(words))))
        size += len(made[-1][1])
        if size > _AT_ONCE:
            _insert(connection, made)
            made, size = [], 0
    _insert(connection, made)


def _insert(connection: Connection, made: Sequence[tuple[int, str, str]]) -> None:
    bulk.insert(connection, "words", ("rowid", "said", "stem"), made)


def _tagged(words: Collection[str], language: str | None) -> str:
    """Return words as they are kept, parted by blanks."""
    end = f".{language}" if language else ""
    return f"{end} ".join(words) + end if words else ""


class WordsLookup(Lookup):
    """A search that is answered by the ids of spans. It counts each reading of a sentence by a normaliser."""

    def __init__(self, connection: Connection, language: str | None = None) -> None:
        super().__init__(connection, language)
        self._asked_for = 0
        self._at_once = False
        self._ahead: Sequence[DocumentKey] = ()
        self._next: dict[Term, dict[DocumentKey, list[SpanStretch]]] = {}  # the spans of those
        self._ids: dict[Term, dict[int, list[int]]] = {}
        self._whole: dict[Term, list[int]] = {}  # all spans that there are, rising
        self._read: dict[Term, dict[DocumentKey, list[SpanStretch]]] = {}

    def ahead(self, keys: Sequence[DocumentKey]) -> None:
        self._at_once = self._asked_for >= _MANY
        self._asked_for += len(keys)
        self._ahead = keys
        self._next.clear()

    def _numbers(self, term: Term) -> dict[DocumentKey, int] | None:
        many = sa.text(f"SELECT 1 FROM words WHERE words MATCH :match LIMIT 1 OFFSET {COMMON}")
        if self._connection.execute(many, {"match": self._match(term)}).first() is not None:
            return None
        rows = self._connection.execute(_ALL, {"match": self._match(term)})
        # the driver's own tuples: there may be very many
        assert rows.cursor is not None
        whole = self._whole[term] = list(chain.from_iterable(rows.cursor.fetchall()))
        return cast("dict[DocumentKey, int]", Counter([span >> SPAN_BITS for span in whole]))

    def _oldest(self, terms: Sequence[Term]) -> Iterable[DocumentKey]:
        streams = [(key for key, _ in self._holding(term, PAGE)) for term in terms]
        return streams[0] if len(streams) == 1 else in_all(streams)

    def _holding(self, term: Term, page: int) -> Iterator[tuple[DocumentKey, int]]:
        """Yield each document that ever held a term, and in how many sentences; by age."""
        select = "SELECT rowid FROM words WHERE words MATCH :match AND rowid > :after"
        ids = self._ids.setdefault(term, {})
        for key, its_spans in groupby(self._rising(select, {"match": self._match(term)}, page), _document_of):
            if len(ids) > _MOST_KEPT:
                ids.clear()  # they lie behind; of the few that do not, the spans are looked up
            ids[key] = found = list(its_spans)
            yield key, len(found)

    def _spans(self, term: Term, key: DocumentKey) -> list[SpanStretch]:
        whole = self._whole.get(term)
        # to look a prefix up takes as long for one document as for all
        if self._at_once or (term.prefix and whole is None and term not in self._ids):
            if term not in self._read:
                self._read[term] = self._all(term, key if self._by_age else 0)
            return self._read[term].get(key, [])
        if term not in self._next:
            self._next[term] = self._together(term, self._ahead)
        if key in self._next[term]:
            return self._next[term][key]
        ids = self._ids_of(term, key)
        if 0 < len(ids) <= _MOST_IDS:
            return self._by_id(ids)
        if not ids and whole is not None:
            return []
        return list(self._between(term, key, key))

    def _ids_of(self, term: Term, key: DocumentKey) -> list[int]:
        """Return the spans of a document that a term is in, as far as they are known."""
        whole = self._whole.get(term)
        if whole is None:
            return self._ids.get(term, {}).get(key, [])
        first = bisect_left(whole, key << SPAN_BITS)
        return whole[first : bisect_left(whole, key + 1 << SPAN_BITS, first)]

    def _together(self, term: Term, keys: Sequence[DocumentKey]) -> dict[DocumentKey, list[SpanStretch]]:
        """Return the spans of the first of these documents, as many as one query is asked for."""
        found: dict[DocumentKey, list[SpanStretch]] = {}
        asked: list[int] = []
        for key in keys:
            ids = self._ids_of(term, key)
            if len(asked) + len(ids) > _MOST_IDS:
                break
            if ids:
                found[key] = []
                asked += ids
        for span in self._by_id(asked) if asked else ():
            found[_document_of(span[0])].append(span)
        return found

    def _by_id(self, ids: Sequence[int]) -> list[SpanStretch]:
        return [(row.id, row.from_no, row.to_no) for row in self._connection.execute(_BY_ID, {"ids": ids})]

    def _all(self, term: Term, first: int) -> dict[DocumentKey, list[SpanStretch]]:
        """Return the spans that hold a term by document, of all documents from one on."""
        found: defaultdict[DocumentKey, list[SpanStretch]] = defaultdict(list)
        for span in self._between(term, first, (1 << 63 - SPAN_BITS) - 1):
            found[_document_of(span[0])].append(span)
        return found

    def _between(self, term: Term, first: int, last: int) -> Iterator[SpanStretch]:
        asked = {"match": self._match(term), "first": first << SPAN_BITS, "last": (last + 1 << SPAN_BITS) - 1}
        for row in self._connection.execute(_BETWEEN, asked):
            yield row.id, row.from_no, row.to_no

    def _match(self, term: Term) -> str:
        """Return a term as FTS5 is asked for it: in quotes, which no word has, nothing means anything."""
        *_, last = term.words
        if term.prefix and len(term.words) == 1:
            return f'said : "{last}" *'
        if term.prefix or term.is_phrase:
            star = " *" if term.prefix else ""
            phrases = (_tagged(term.words, language) for language in ("", *ALGORITHMS))
            cut = (phrase[: phrase.rindex(last) + len(last)] if term.prefix else phrase for phrase in phrases)
            return " OR ".join(f'said : "{phrase}"{star}' for phrase in cut)
        asked = self._stems.asked(last, self._language)
        found = [f'said : "{last}"']
        for language in ALGORITHMS:
            made = asked.get(language)
            if made is None:  # not the language that was asked for: as it stands
                found.append(f'said : "{last}.{language}"')
                continue
            stem = self._stems.of(language)
            found.append(f'"{made}"' if stem and stem.is_own(made) else f'stem : "{made}"')
        return " OR ".join(found)


_BY_ID = sa.text("SELECT id, from_no, to_no FROM span WHERE id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)
_ALL = sa.text("SELECT rowid FROM words WHERE words MATCH :match ORDER BY rowid")
_BETWEEN = sa.text(
    "SELECT span.id, span.from_no, span.to_no FROM words JOIN span ON span.id = words.rowid"
    " WHERE words MATCH :match AND words.rowid BETWEEN :first AND :last"
)


def _document_of(span: int) -> DocumentKey:
    return DocumentKey(span >> SPAN_BITS)


def in_all(streams: Sequence[Iterator[N]]) -> Iterator[N]:
    """Yield what is in each of several rising streams; none is read on once another has ended."""
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
