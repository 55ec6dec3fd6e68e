"""The words of an index on Postgres: rows of many sentences each, found by GIN.

A row holds sentences of one document that are numbered together, so that a look into the index visits a row
for each document, and not one for each sentence. Its lexemes are made here:

    brug               a word as it stands, folded, with its places in the row
    brug.nl            its stem by the language of the sentence: no word has a full stop in it
    brug.nl/2, /4 …    of the sentences of the row with this stem, or the word where it has none, all but one:
                       their number, as a sum of powers of two

`starts` has the place at which each sentence begins; the place between two is empty, so that no phrase
goes from one into the next. A sentence that is too long for a row has several, its `part`s, which share some
words: in it a phrase of more than these is not found. The sentences of a row are in one language, so that
those with a stem can be counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import groupby

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ingest.index.fulltext import folding
from ingest.index.fulltext.lookup import PAGE, Lookup, SpanStretch
from ingest.index.fulltext.query import Term
from ingest.index.fulltext.stems import Stems
from ingest.index.schema import SCHEMA, SPAN_BITS
from ingest.model import DocumentKey
from ingest.store import bulk
from ingest.store.engine import Row

COMMON = 15_000  # rows: a word in more of them has no say in the order of documents
FEW = 250  # documents of which each sentence is looked at to tell how many hold a phrase or a prefix
_LONGEST = 200  # characters of a word; of a longer one the rest is a hash
_PLACES = 4_000  # words of a row; Postgres counts to 16,383
_MOST_PLACES = 255  # of one lexeme, as Postgres has it
_MOST_BYTES = 400_000  # of a row's lexemes; Postgres takes 1,048,575
_OVERLAP = 64  # words that two parts of one sentence share
_MOST_ASKED = 64  # words of a phrase that GIN is asked for: more would be too deep for its parser
_POWERS = tuple(1 << power for power in range(8))
_MANY = 1000  # changes after which the statistics say nothing any more
_LOCK = 0x7473766563  # "tsvec": one at a time makes the index

SpanText = tuple[int, str | None, str]  # the id of a span, its language and its text
_Sentence = tuple[str, list[str]]  # its language and its words


def write(connection: Connection, said: Sequence[SpanText], stems: Stems) -> None:
    """Take in spans, in the order of their numbers, with the language and the text of each."""
    cut = [
        (span, language or "", [_lexeme(word) for word in folding.words(text)])
        for span, language, text in said
    ]
    made: list[_Written] = []
    for (key, _), spans in groupby(cut, lambda each: (each[0] >> SPAN_BITS, each[1])):
        first, *_ = of_document = list(spans)
        number = first[0] & (1 << SPAN_BITS) - 1
        made += _rows(key, number, [each[1:] for each in of_document], stems)
    columns = ("document_id", "number", "part", "starts", "said")
    bulk.insert(connection, "words", columns, made)


def forget(connection: Connection, keys: Sequence[int]) -> None:
    """Throw away the words of documents."""
    connection.execute(sa.text("DELETE FROM words WHERE document_id = ANY(:keys)"), {"keys": list(keys)})


def settle(engine: Engine, taken: int) -> None:
    """Have words found fast, once the index has come up to the log; `taken` is how many changes it took in.

    The GIN index is made when all that there was is in: filled row by row it takes many times as long. After
    many changes the server takes in what it put off, and counts what it plans by, which it may do hours later
    of itself. Nobody waits for it but the one who does it, and only the owner may: whoever cannot goes on
    without, and finds the same, more slowly.
    """
    with suppress(DBAPIError), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        is_made = connection.exec_driver_sql(_IS_MADE).scalar()
        if (is_made and taken < _MANY) or not connection.exec_driver_sql(_IS_OURS).scalar():
            return
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})").scalar():
            return
        try:
            if is_made:
                connection.exec_driver_sql(f"SELECT gin_clean_pending_list('{_GIN}')")
            else:
                # what a process left that was killed over it
                connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {_GIN}")
                connection.exec_driver_sql(
                    f"CREATE INDEX CONCURRENTLY ix_words_said ON {SCHEMA}.words USING gin (said)"
                    " WITH (gin_pending_list_limit = 256)"
                )
            for table in ("words", "span"):
                connection.exec_driver_sql(f"ANALYZE {SCHEMA}.{table}")
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")


_GIN = f"{SCHEMA}.ix_words_said"
_IS_MADE = f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{_GIN}')"
_IS_OURS = f"SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('{SCHEMA}.words')"


class _Row(msgspec.Struct):
    """Where each sentence starts, where each lexeme stands, and how many sentences have a stem."""

    starts: list[int]
    places: dict[str, list[int]]
    sentences: Counter[str]

    def written(self) -> str:
        """Return a tsvector as Postgres reads it. Folded words are letters and digits alone."""
        parts = [f"'{lexeme}':{','.join(map(str, at))}" for lexeme, at in self.places.items()]
        for lexeme, number in self.sentences.items():
            if number > 1:
                parts += [f"'{lexeme}/{power}'" for power in _POWERS if number - 1 & power]
        return " ".join(parts)


_Written = tuple[int, int, int, list[int], str]


def _rows(key: int, number: int, sentences: Sequence[_Sentence], stems: Stems) -> Iterator[_Written]:
    """Yield the rows of sentences that are numbered from `number` on; each is as long as one may be."""
    row = _row(sentences, stems)
    if row is not None:
        yield key, number, 0, row.starts, row.written()
    elif len(sentences) > 1:
        half = len(sentences) // 2
        yield from _rows(key, number, sentences[:half], stems)
        yield from _rows(key, number + half, sentences[half:], stems)
    else:
        for part, row in enumerate(_halves(*sentences[0], stems)):
            yield key, number, part, row.starts, row.written()


def _halves(language: str, words: list[str], stems: Stems) -> Iterator[_Row]:
    """Yield the parts of a sentence that is too long for a row."""
    half = len(words) // 2
    for part in (words[: half + _OVERLAP], words[half:]):
        row = _row([(language, part)], stems)
        if row is None:
            yield from _halves(language, part, stems)
        else:
            yield row


def _row(sentences: Sequence[_Sentence], stems: Stems) -> _Row | None:
    """Return the row of these sentences; None where that is too much for one."""
    if sum(len(words) + 1 for _, words in sentences) > _PLACES:
        return None
    starts: list[int] = []
    places: defaultdict[str, list[int]] = defaultdict(list)
    numbers: Counter[str] = Counter()
    place = 1
    for language, words in sentences:
        starts.append(place)
        stem = stems.of(language)
        lexemes = words if stem is None else [stem[word] for word in words]
        for word, made in zip(words, lexemes, strict=True):
            places[word].append(place)
            if made != word:
                places[made].append(place)
            place += 1
        numbers.update(set(lexemes))
        place += 1
    if any(len(each) > _MOST_PLACES for each in places.values()):
        return None
    if sum(map(len, places)) > _MOST_BYTES // 4 and sum(len(each.encode()) for each in places) > _MOST_BYTES:
        return None
    return _Row(starts, places, numbers)


def _lexeme(word: str) -> str:
    """Return a word as it is kept."""
    if len(word) <= _LONGEST:
        return word
    return word[:_LONGEST] + blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class WordsLookup(Lookup):
    """A search that is answered by documents. Of phrases and prefixes that are in many, none is counted."""

    def __init__(self, connection: Connection, language: str | None = None) -> None:
        super().__init__(connection, language)
        # What a row says lies apart from it, and to read all rows takes longer than the planner knows.
        connection.exec_driver_sql(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
            " set_config('max_parallel_workers_per_gather', '0', true)"
        )
        self._has_index = bool(connection.exec_driver_sql(_IS_MADE).scalar())
        self._keys: list[DocumentKey] = []
        self._read: dict[Term, dict[DocumentKey, list[SpanStretch]]] = {}

    def ahead(self, keys: Sequence[DocumentKey]) -> None:
        self._keys = list(keys)
        self._read.clear()

    def _numbers(self, term: Term) -> dict[DocumentKey, int] | None:
        if not self._has_index:  # to count would be to read all that is said, again and again
            return None
        is_word = not term.is_phrase and not term.prefix
        most = COMMON if is_word else FEW
        asked = {"query": self._query(term)}
        some = f"SELECT 1 FROM words WHERE {_hold('query')} LIMIT {most + 1}"
        count = sa.text(f"SELECT count(*) FROM ({some}) AS found")
        if self._connection.execute(count, asked).scalar_one() > most:
            return None
        # the driver's own tuples: there may be many thousands
        select = sa.text(f"SELECT DISTINCT document_id, number FROM words WHERE {_hold('query')}")
        cursor = self._connection.execute(select, asked).cursor
        assert cursor is not None
        numbers = Counter(key for key, _ in cursor.fetchall())
        if is_word:
            numbers.update(self._more(self._lexemes(term)[0]))
            return numbers
        return {key: len(spans) for key, spans in self._fetched(term, list(numbers)).items()}

    def _more(self, lexemes: Sequence[str]) -> dict[DocumentKey, int]:
        """Return, by document, in how many sentences beyond one for each row a word is, by its lexemes."""
        named = [(lexeme, power) for lexeme in lexemes for power in _POWERS]
        asked = {f"query{at}": f"'{lexeme}/{power}'" for at, (lexeme, power) in enumerate(named)}
        every = " UNION ALL ".join(
            f"SELECT {power} AS more, document_id FROM words WHERE {_hold(f'query{at}')}"
            for at, (_, power) in enumerate(named)
        )
        select = f"SELECT document_id, sum(more)::integer FROM ({every}) AS found GROUP BY document_id"
        cursor = self._connection.execute(sa.text(select), asked).cursor
        assert cursor is not None
        return dict(cursor.fetchall())

    def _oldest(self, terms: Sequence[Term]) -> Iterable[DocumentKey]:
        asked = {f"query{at}": self._query(term) for at, term in enumerate(terms)}
        every = " INTERSECT ".join(f"SELECT document_id FROM words WHERE {_hold(name)}" for name in asked)
        # materialized: else the rows are read by age, and what each says with them
        held = f"WITH held AS MATERIALIZED ({every})"
        select = f"{held} SELECT document_id FROM held WHERE document_id > :after"
        return map(DocumentKey, self._rising(select, asked, PAGE))

    def _spans(self, term: Term, key: DocumentKey) -> list[SpanStretch]:
        if key not in self._keys:
            self.ahead([key])
        if term not in self._read:
            self._read[term] = self._fetched(term, self._keys)
        return self._read[term].get(key, [])

    def _fetched(self, term: Term, keys: Sequence[DocumentKey]) -> dict[DocumentKey, list[SpanStretch]]:
        """Return those of these documents that hold a term, and the spans that do."""
        lexemes = self._lexemes(term)
        select = (
            "SELECT document_id, number, part, starts, lexeme, positions"
            " FROM words CROSS JOIN LATERAL unnest(said) AS each (lexeme, positions, weights)"
            f" WHERE document_id = ANY(:keys) AND {_hold('query')}"
            " AND positions IS NOT NULL AND (lexeme = ANY(:lexemes)"
        )
        every = [lexeme for each in lexemes for lexeme in each]
        asked = {"keys": list(keys), "query": self._query(term), "lexemes": every}
        if term.prefix:
            select += " OR starts_with(lexeme, :prefix)"
            asked["prefix"] = lexemes[-1][0]
        found: list[int] = []
        result = self._connection.execute(sa.text(f"{select}) ORDER BY 1, 2, 3"), asked)
        for (key, number, _), group in groupby(result, lambda row: (row.document_id, row.number, row.part)):
            of_row = list(group)
            starts = of_row[0].starts
            held = {bisect_right(starts, at) - 1 for at in _begins(lexemes, of_row, prefix=term.prefix)}
            found += [(key << SPAN_BITS) + number + each for each in held]
        spans: defaultdict[DocumentKey, list[SpanStretch]] = defaultdict(list)
        select = "SELECT id, from_no, to_no FROM span WHERE id = ANY(:ids) ORDER BY id"
        for row in self._connection.execute(sa.text(select), {"ids": found}):
            spans[row.id >> SPAN_BITS].append((row.id, row.from_no, row.to_no))
        return spans

    def _lexemes(self, term: Term) -> list[tuple[str, ...]]:
        """Return the lexemes by which each word of a term is found, the word itself first.

        The rest are its stems: a word of a phrase, and the beginning of a word, have none.
        """
        words = [*map(_lexeme, term.words)]
        if term.prefix:
            words[-1] = term.words[-1][:_LONGEST]
        if term.prefix or term.is_phrase:
            return [(word,) for word in words]
        stems = self._stems.asked(words[0], self._language)
        return [(words[0], *stems.values())]

    def _query(self, term: Term) -> str:
        """Return what GIN is asked for: all words of a term, in whatever order."""
        lexemes = self._lexemes(term)
        parts = ["(" + " | ".join(f"'{lexeme}'" for lexeme in each) + ")" for each in lexemes]
        if term.prefix:
            parts[-1] = f"'{lexemes[-1][0]}':*"
        return " & ".join(dict.fromkeys(parts[-_MOST_ASKED:]))


def _hold(name: str) -> str:
    """Return what must hold of rows that have the words of a query, asked with under this name."""
    return f"said @@ CAST(:{name} AS tsquery)"


def _begins(lexemes: Sequence[tuple[str, ...]], found: Sequence[Row], *, prefix: bool) -> set[int]:
    """Return the places of a row at which a term begins, from where its words are."""
    places: list[set[int]] = [set() for _ in lexemes]
    for row in found:
        for at, each in enumerate(lexemes):
            whole = not prefix or at < len(lexemes) - 1
            if row.lexeme in each or (not whole and "." not in row.lexeme and row.lexeme.startswith(each[0])):
                places[at].update(row.positions)
    return {first for first in places[0] if all(first + at in each for at, each in enumerate(places))}
