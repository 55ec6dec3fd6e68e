"""The views that are lists: documents now or at a moment, what was found, how the roots were observed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import msgspec

from ingest import records
from ingest.corpus import Corpus
from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.history import languages, log_moments, naming, observation, prefixes, snapshots
from ingest.history.snapshots import DocumentDifference
from ingest.index import state, stored_edits
from ingest.index.fulltext import highlights, search
from ingest.index.fulltext.query import Clause, parse, query_notes
from ingest.index.fulltext.search import Match
from ingest.model import Seq
from ingest.records import Difference, Document, Status
from ingest.store import coverage, listing, reader, roots, totals, versions
from ingest.store.engine import Connection
from ingest.web.answer_cache import AnswerCache
from ingest.web.timeline import Band, TimeStretch, bands
from ingest.web.words import micros_of

PAGE = 100
DIFFERING = 20  # of those that differ: each may have to be compared
HITS = 20
_decode = msgspec.json.Decoder(Edit).decode
_MOMENT, _WHILE = 1_000_000, 60_000_000  # microseconds that counts, and the languages of all texts, are kept


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """Documents now or at a moment. `differing` counts what differs from now, `differs` is a part of that."""

    items: list[Document]
    after: listing.DocumentRow | None
    total: int
    languages: list[str]
    roots: list[str]
    at: str | None
    at_seq: int | None
    at_time: int | None
    head: int
    differs: list[Difference]
    differing: int
    differs_first: int
    nothing: str | None


def documents(
    corpus: Corpus, cache: AnswerCache, *, prefix: str, at: str | None, root: str | None,
    language: str | None, deleted: bool, after: listing.Place | None, differs_after: int,
) -> Documents:  # fmt: skip
    """Return a page of the list. Raises NotFound, UsageError."""
    calendar = corpus.calendar()
    with corpus.reading() if at is not None else _of_record(corpus) as (connection, is_indexed):
        head = Seq(reader.head(connection).seq)
        below = prefixes.prefix_of(connection, prefix, naming.root_id(connection, root))
        until = time = None
        differing: list[DocumentDifference] = []
        if at is not None:
            until = log_moments.resolve_moment(connection, at, calendar)
            late = log_moments.unrecorded_roots(connection, at, calendar, root)
            time = min(corpus.now(), log_moments.time_of(connection, at, calendar))
            differing = snapshots.differing(connection, until, head, prefix=below, without=late)
        every = roots.every(connection)
        rows = listing.page(
            connection, [(each.name, each.id) for each in every if below.root in (None, each.id)],
            until=until, prefix=below.path, deleted=deleted, after=after, limit=PAGE + 1,
            language=None if language is None else languages.code_of(language),
        )  # fmt: skip
        if not rows:
            languages.require(connection, language)
        shown = differing[differs_after : differs_after + DIFFERING]
        return Documents(
            items=[records.document(row) for row in rows[:PAGE]],
            after=rows[PAGE - 1] if len(rows) > PAGE else None,
            total=cache.of("counts", _MOMENT, lambda: totals.counts(connection)).documents,
            languages=cache.of("languages", _WHILE, lambda: listing.languages(connection)),
            roots=[each.name for each in every],
            at=at,
            at_seq=until,
            at_time=time,
            head=head,
            differs=[
                snapshots.with_edit(each, _between(connection, each, corpus.rules, is_indexed=is_indexed))
                for each in shown
            ],
            differing=len(differing),
            differs_first=differs_after + 1,
            nothing=None if rows else prefixes.unknown(connection, below),
        )


def root_names(corpus: Corpus, cache: AnswerCache) -> list[str]:
    """Return the names of the roots, asked again after a second."""

    def ask() -> list[str]:
        with corpus.store.read() as connection:
            return [each.name for each in roots.every(connection)]

    return cache.lately("roots", _MOMENT, ask)


@contextmanager
def _of_record(corpus: Corpus) -> Iterator[tuple[Connection, bool]]:
    """Open the record without the index."""
    with corpus.store.read() as connection:
        yield connection, False


def _between(
    connection: Connection, difference: DocumentDifference, rules: Rules, *, is_indexed: bool
) -> Edit | None:
    """Return the edit of a document that differs: of a single step the index has it."""
    if is_indexed and difference.compared is not None:
        document, first, last = difference.compared
        row = versions.one(connection, document, last) if last == first + 1 else None
        known = None if row is None else stored_edits.stored(connection, [row]).get(row.seq)
        if known is not None:
            return _decode(known)
    return snapshots.between(connection, difference, rules)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document that holds the words, the stretches of its life in which it did, and a sentence."""

    match: Match
    pieces: list[tuple[str, bool]]
    bands: list[Band]
    came: int
    is_known: bool
    gone_in: int | None
    gone_at: int | None


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `now` of the documents hold it now, `before` held it once.

    `at_time` is the moment that was asked about, null where none was.
    """

    query: str
    every: bool
    hits: list[Hit]
    now: int
    before: int
    first: int
    more: bool
    at_time: int | None
    language: str | None
    languages: list[str]
    notes: list[str]
    reached: int
    head: int


def search_view(
    corpus: Corpus, cache: AnswerCache, query: str, *, every: bool, language: str | None, root: str | None,
    at: str | None = None, after: int = 0,
) -> Search:  # fmt: skip
    """Return the documents that hold the words, behind so many, with when they came and went."""
    clauses = parse(query) if query.strip() else []
    notes = query_notes(query, clauses) if query.strip() else []
    if not clauses:
        with corpus.store.read() as connection:
            naming.root_id(connection, root)
            languages.require(connection, language)
            return Search(
                query=query, every=every, hits=[], now=0, before=0, first=1, more=False, at_time=None,
                language=language,
                languages=cache.of("languages", _WHILE, lambda: listing.languages(connection)),
                notes=list(notes), head=Seq(reader.head(connection).seq), reached=0,
            )  # fmt: skip
    with corpus.reading(needed=True) as (connection, _):
        place = log_moments.recorded_place(connection, at, corpus.calendar(), root)
        wanted = search.SearchFilters(
            at=place,
            root=naming.root_id(connection, root),
            language=None if language is None else languages.code_of(language),
        )
        hits = list(islice(search.find(connection, clauses, wanted, every=every), after, after + HITS + 1))
        if not hits:
            languages.require(connection, language)
        told = [
            _hit(match, clauses, times, hit.row.last_no, hit.row.seen, corpus.now())
            for hit, match, times in search.matches(connection, hits[:HITS], times=True)
        ]
        return Search(
            query=query,
            every=every,
            hits=told,
            now=sum(each.match.current or not each.is_known for each in told),
            before=sum(each.is_known and not each.match.current for each in told),
            first=after + 1,
            more=len(hits) > HITS,
            at_time=None
            if at is None
            else min(corpus.now(), log_moments.time_of(connection, at, corpus.calendar())),
            language=language,
            languages=cache.of("languages", _WHILE, lambda: listing.languages(connection)),
            notes=list(notes),
            head=Seq(reader.head(connection).seq),
            reached=state.sentences_seq(connection),
        )


def _hit(match: Match, clauses: list[Clause], times: dict[int, int], last: int, known: int, now: int) -> Hit:
    # Of a version that the index lacks nothing is said: not that the words went, nor that they stayed.
    is_known = known >= last or match.deleted or match.versions[-1].last < known
    ends = {} if is_known and not match.current else {match.versions[-1].last: None}
    stretches = [
        TimeStretch("held", times[each.first], ends.get(each.last, times.get(each.last + 1, now)))
        for each in match.versions
    ]
    begin = min(times.values())
    gone = match.versions[-1].last + 1
    is_gone = is_known and not match.current and gone <= last
    return Hit(
        match=match,
        pieces=highlights.pieces(" ".join((match.snippet or "").split()), clauses, match.language),
        bands=bands(stretches, begin=begin, end=max(now, begin + 1), now=now),
        came=times[match.versions[0].first],
        is_known=is_known,
        gone_in=gone if is_gone else None,
        gone_at=times.get(gone) if is_gone else None,
    )


class RootCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """A root, when its record begins, and how it was observed since `since`."""

    name: str
    begins_at: int | None
    stretches: list[tuple[TimeStretch, str | None]]
    bands: list[Band]
    since: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Health, the ledger as bands of time, problems and sinks."""

    status: Status
    places: list[RootCoverage]
    meanings: dict[str, str]
    at: int


def health(corpus: Corpus, *, since: str | None) -> Health:
    """Return how the roots were observed, and what is wrong."""
    now = corpus.now()
    told = corpus.status()
    stretches = corpus.coverage(since=since)
    places = []
    with corpus.store.read() as connection:
        for root in roots.every(connection):
            own = [each for each in stretches if each.root == root.name]
            ledger = [
                (TimeStretch(each.state, micros_of(each.since) or 0, micros_of(each.until)), each.reason)
                for each in own
            ]
            begin = min((each.since for each, _ in ledger), default=now)
            places.append(
                RootCoverage(
                    name=root.name,
                    begins_at=coverage.record_begins_at(connection, root.id),
                    stretches=ledger,
                    bands=bands([each for each, _ in ledger], begin=begin, end=max(now, begin + 1), now=now),
                    since=begin,
                )
            )
    return Health(status=told, places=places, meanings=observation.MEANS, at=now)
