"""A store to ask from Python: `with ingest.open(url) as corpus`. It reads; nothing here writes the record.

One of these serves every thread of a process. What it gives are the records of `ingest.records`; what it
raises are the errors of `ingest.errors`. Times without an offset are read as UTC.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from itertools import islice
from types import TracebackType
from typing import Self

from ingest import config, records, status, witnesses
from ingest.daemon import running_daemons
from ingest.edits.settings import Rules
from ingest.errors import StoreUnavailable
from ingest.history import (
    blame,
    changes,
    diffs,
    index_snapshot,
    languages,
    log_moments,
    naming,
    observation,
    prefixes,
    version_contents,
    version_records,
)
from ingest.history.changes import Filters
from ingest.history.diffs import Diff
from ingest.history.naming import Target
from ingest.index import state
from ingest.index.database import Index
from ingest.index.fill_process import FillProcess
from ingest.index.fulltext import search
from ingest.index.fulltext.query import parse
from ingest.index.fulltext.search import Match
from ingest.model import Seq
from ingest.moments import Calendar
from ingest.records import Change, Document, Lost, Origin, Status, Stretch, Version
from ingest.report.build import build
from ingest.report.model import Report
from ingest.store import listing, reader, roots, versions
from ingest.store.databases import POOL
from ingest.store.engine import Connection, Store, open_store, require_revision

_CACHE = 4_000  # KiB: several threads ask, and each has a connection


def open(  # noqa: A001 - `ingest.open`, as `gzip.open`
    url: str | None = None, *, configuration: str | None = None
) -> Corpus:
    """Open the store at a URL, or the one that settings and environment name.

    `configuration` is a file as `--config` takes it; without one no file is read. Raises StoreMissing,
    SchemaMismatch, StoreUnavailable, ConfigError.
    """
    environment = dict(os.environ)
    if configuration is None:
        environment.setdefault("INGEST_CONFIG", os.devnull)
    settings = config.load(file=configuration, environment=environment, flags={"database_url": url})
    store = open_store(settings.database_url, busy_seconds=settings.busy_seconds)
    return Corpus(store, rules=settings.edit_rules)


def _micros() -> int:
    return time.time_ns() // 1000


class Corpus:
    """The documents of a store, their versions, and what happened to them.

    `name` is a path, an id, or either with `@REV`, as the command line takes it.
    """

    def __init__(
        self, store: Store, *, rules: Rules, zone: tzinfo = UTC, now: Callable[[], int] = _micros,
        filler: FillProcess | None = None, threads: int = 0,
    ) -> None:  # fmt: skip
        if threads:
            store.be_asked_by(threads, cache=_CACHE)
        self.store = store
        self.rules = rules
        self.zone = zone
        self.now = now
        self.notes: list[str] = []  # what the last answers say of themselves, the newest last
        self._index = Index(store, kept=threads or POOL, cache=_CACHE)
        self._filler = filler
        self._filling = threading.Lock()
        self._renewing = threading.Lock()
        self.generation = 0  # how many stores were put in the place of this one while it was open

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._index.dispose()
        self.store.dispose()

    # -- what is known -----------------------------------------------------------------------

    def changes(
        self,
        since: int | str = 0,
        *,
        until: str | None = None,
        document: str | None = None,
        root: str | None = None,
        prefix: str | None = None,
        type: str | None = None,  # noqa: A002 - the field's own name
        class_: str | None = None,
        significance: str | None = None,
        fact: str | None = None,
        flag: str | None = None,
        reviewed: bool | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Change]:
        """Yield the changes after a seq, or from a moment on, oldest first.

        The snapshot stays open while they are taken. Raises NotFound, UsageError.
        """
        wanted = Filters(
            root=root, prefix=prefix, type_=type, class_=class_, significance=significance, fact=fact,
            flag=flag, reviewed=reviewed,
        )  # fmt: skip
        with self.reading() as (connection, is_indexed):
            chosen = changes.look_up(connection, wanted)
            after = Seq(since) if isinstance(since, int) else self._since(connection, since)
            rows = changes.changes_of(
                connection, chosen, rules=self.rules, indexed=is_indexed, after=after,
                until=self._until(connection, until), limit=limit, newest_first=newest_first,
                document=None if document is None else naming.resolve(connection, document).id,
            )  # fmt: skip
            yield from records.changes(connection, rows, rules=self.rules, indexed=is_indexed)

    def documents(
        self,
        prefix: str = "",
        *,
        at: str | None = None,
        root: str | None = None,
        language: str | None = None,
        deleted: bool = False,
    ) -> Iterator[Document]:
        """Yield the documents by root and path: the live ones, or the deleted ones, now or at a moment."""
        with self.store.read() as connection:
            below = prefixes.prefix_of(connection, prefix, naming.root_id(connection, root))
            for row in listing.documents(
                connection, until=self._until(connection, at), root=below.root, prefix=below.path,
                deleted=deleted, language=None if language is None else languages.code_of(language),
            ):  # fmt: skip
                yield records.document(row)

    def version(self, name: str, *, root: str | None = None) -> Version:
        """Return a version with its text: the newest, unless `name` picks another."""
        with self.store.read() as connection:
            target, no = self._picked(connection, name, root)
            return version_records.version_record(connection, target, no)

    def facts(self, name: str, *, root: str | None = None) -> records.VersionFacts:
        """Return what is known of a version, without its text: the newest, unless `name` picks another."""
        with self.store.read() as connection:
            target, no = self._picked(connection, name, root)
            return version_records.version_facts(connection, target, no)

    def seqs(self, name: str, *, root: str | None = None) -> dict[int, int]:
        """Return the seq of the change that made each version of a document."""
        with self.store.read() as connection:
            target, _ = naming.locate(connection, name, self.calendar(), root=root)
            return versions.made_by(connection, target.id)

    def versions(self, name: str, *, root: str | None = None) -> list[records.VersionFacts]:
        """Return what is known of each version of a document, oldest first."""
        with self.store.read() as connection:
            target, _ = naming.locate(connection, name, self.calendar(), root=root)
            deleted = version_contents.deleted_at(connection, target)
            rows = versions.between(connection, target.id, 1, target.last)
            return [
                version_records.facts_with(connection, target, int(row.version), row, deleted=deleted)
                for row in rows
            ]

    def raw(self, name: str, *, root: str | None = None) -> bytes:
        """Return the bytes of a version as they were."""
        with self.store.read() as connection:
            target, no = self._picked(connection, name, root)
            return version_contents.raw_bytes(connection, target, no)

    def diff(self, name: str, first: str = "prev", last: str = "latest", *, root: str | None = None) -> Diff:
        """Return what differs between two versions of a document, by line and by word."""
        with self.store.read() as connection:
            target, _ = naming.locate(connection, name, self.calendar(), root=root)
            a, b = (naming.pick(connection, target, rev, self.calendar()) for rev in (first, last))
            sides = diffs.between(
                connection, (target, a), (target, b), rules=self.rules, word=True, stat=True
            )
            return sides.record

    def blame(self, name: str, *, root: str | None = None) -> list[Origin]:
        """Return the sentences of a version, each with the version that first said it."""
        with self.reading() as (connection, is_indexed):
            target, no = self._picked(connection, name, root)
            found = blame.blame_of(connection, target, no, indexed=is_indexed)
            return blame.origins(connection, target, no, found)

    def lost(self, name: str, *, root: str | None = None) -> list[Lost]:
        """Return the sentences that earlier versions held and a version does not."""
        with self.reading() as (connection, is_indexed):
            target, no = self._picked(connection, name, root)
            found = blame.blame_of(connection, target, no, indexed=is_indexed, deleted=True)
            return blame.lost(connection, target, no, found)

    def search(
        self,
        query: str,
        *,
        every: bool = False,
        at: str | None = None,
        root: str | None = None,
        prefix: str = "",
        language: str | None = None,
        limit: int | None = None,
        note: Callable[[str], None] | None = None,
    ) -> Iterator[Match]:
        """Yield the documents that hold the words now, held them at a moment, or with `every` ever did.

        `note` is told where the index does not have all of the log.
        """
        clauses = parse(query)
        with self.reading(needed=True) as (connection, _):
            below = prefixes.prefix_of(connection, prefix, naming.root_id(connection, root))
            wanted = search.SearchFilters(
                at=log_moments.recorded_place(connection, at, self.calendar(), root),
                root=below.root,
                prefix=below.path,
                language=None if language is None else languages.code_of(language),
            )
            reached, head = state.sentences_seq(connection), int(reader.head(connection).seq)
            if reached < head:
                (note or self._note)(
                    f"the index goes to change {reached} of {head}: later texts not searched"
                )
            hits = search.find(connection, clauses, wanted, every=every) if clauses else iter(())
            for _, match, _ in search.matches(connection, islice(hits, limit)):
                yield match

    def report(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        root: str | None = None,
        prefix: str = "",
        document: str | None = None,
        outline: bool = False,
    ) -> Report:
        """Return what happened in a period; an `outline` is without the sentences, and soon there."""
        with self.reading() as (connection, is_indexed):
            below = prefixes.prefix_of(connection, prefix, naming.root_id(connection, root))
            names = {known.id: known.name for known in roots.every(connection)}
            return build(
                connection, since=since, until=until,
                root=None if below.root is None else names[below.root], prefix=below.path,
                document=None if document is None else naming.resolve(connection, document, root=root),
                rules=self.rules, indexed=is_indexed, calendar=self.calendar(),
                progress=lambda _done, _all: None, outline=outline,
            )  # fmt: skip

    def coverage(
        self, root: str | None = None, *, since: str | None = None, until: str | None = None
    ) -> list[Stretch]:
        """Return how each root, or one, was observed, stretch by stretch."""
        alive = running_daemons.running(self.store)
        here = socket.gethostname()
        with self.store.read() as connection:
            now = self.calendar()
            begin = None if since is None else log_moments.time_of(connection, since, now, start=True)
            end = None if until is None else log_moments.time_of(connection, until, now)
            every = roots.every(connection) if root is None else [roots.by_name(connection, root)]
            return [
                records.stretch(known.name, each)
                for known in every
                for each in observation.root_coverage(
                    connection, known, now=self.now(), since=begin, until=end,
                    running=alive.get(known.uid.hex()) if known.host == here else None,
                )
            ]  # fmt: skip

    def status(self) -> Status:
        """Return health and counts, as `ingest status --json` prints them."""
        reports = running_daemons.reports(self.store)
        contradictions = witnesses.ask(self.store).contradictions
        with self.store.read() as connection:
            return status.record(
                connection, now=self.now(), host=socket.gethostname(), live=reports.live,
                sinks=reports.sinks or None, log_errors=reports.log_errors,
                unheard=reports.unheard, contradictions=contradictions,
                bytes_index=self._index.size(),
            )  # fmt: skip

    # -- for what is built on it ---------------------------------------------------------------

    def calendar(self) -> Calendar:
        """Return what moments are read by."""
        return Calendar(self.now(), self.zone)

    @contextmanager
    def reading(self, *, needed: bool = False, at_once: bool = False) -> Iterator[tuple[Connection, bool]]:
        """Give a connection to one snapshot, and whether the index can be asked; it is brought up to the log.

        One that is far behind is left so, unless it is `needed`. Where a process of its own fills it, the
        call waits for that; with `at_once` it does not, and the index may lack the newest changes.
        """
        most = None if needed else index_snapshot.BEHIND
        filler = self._filler
        bring = None if filler is None else filler.ask if at_once else filler.bring_up
        with index_snapshot.caught_up(
            self._index, fill=self._fill, note=self._note, rules=self.rules, most=most, needed=needed,
            bring=bring, at_once=at_once or self.is_late,
        ) as found:  # fmt: skip
            yield found

    @property
    def is_late(self) -> bool:
        """Tell whether the log grows faster than a process of its own fills the index."""
        return self._filler is not None and self._filler.is_late

    def await_filled(self, seq: int, seconds: float) -> None:
        """Wait until the process that fills the index, where there is one, has taken in a seq; or so long."""
        if self._filler is not None:
            self._filler.await_(seq, seconds)

    def require_in_place(self) -> None:
        """Go on with the store that stands at the path now, where another was put there.

        Raises StoreMissing, StoreUnavailable, SchemaMismatch where that one cannot be asked.
        """
        try:
            self.store.require_in_place()
            return
        except StoreUnavailable:
            pass
        with self._renewing:
            try:
                self.store.require_in_place()  # another thread may have seen to it
            except StoreUnavailable:
                self._index.dispose()
                self.store.dispose()
                self.generation += 1
        require_revision(self.store)

    def head(self) -> int:
        """Return the seq of the last change."""
        with self.store.read() as connection:
            return Seq(reader.head(connection).seq)

    def _fill(self, index: Index, rules: Rules | None) -> int:
        from ingest.index import fill  # noqa: PLC0415 - what compares texts is loaded by those that compare

        with self._filling:
            return fill.catch_up(index, rules=rules)

    def _note(self, message: str) -> None:
        self.notes = [*self.notes[-9:], message]

    def _picked(self, connection: Connection, name: str, root: str | None) -> tuple[Target, int]:
        target, rev = naming.locate(connection, name, self.calendar(), root=root)
        return target, naming.pick(connection, target, rev, self.calendar())

    def _since(self, connection: Connection, words: str) -> Seq:
        return log_moments.resolve_since(connection, words, self.calendar())

    def _until(self, connection: Connection, words: str | None) -> Seq | None:
        return None if words is None else log_moments.resolve_moment(connection, words, self.calendar())
