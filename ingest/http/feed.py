"""The log as it grows, read once and told to every reader.

A thread waits for the log to grow, reads what came and wakes the readers. Each has a place of its own: one
that lags costs nothing but its place.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import msgspec
from anyio import to_thread

from ingest import escape, records
from ingest.corpus import Corpus
from ingest.daemon.log_growth import LogGrowth
from ingest.errors import IngestError
from ingest.history import changes
from ingest.history.changes import ANY, Filters
from ingest.records import Change
from ingest.store import reader

KEPT = 2_000  # newest changes that readers are told from memory
PAGE = 200  # changes read at once for a reader that lags
HEARTBEAT = 15.0  # seconds
_AGAIN = 1.0  # seconds after the store could not be asked

_encode = msgspec.json.Encoder().encode


class _Ended(Exception):
    """The service ends."""


class Told(msgspec.Struct, frozen=True):
    """A change as a reader of the feed is sent it."""

    seq: int
    body: bytes


class Feed:
    """The newest changes, and the readers who wait for more."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._kept: deque[Told] = deque(maxlen=KEPT)
        self._last = 0
        self._ended = threading.Event()
        self._grown: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._follow, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to follow the log, from the loop in which its readers are."""
        self._loop = asyncio.get_running_loop()
        self._grown = asyncio.Event()
        self._last = self._corpus.head()
        self._thread.start()

    def stop(self) -> None:
        """Stop following; every reader ends."""
        self._ended.set()
        if self._grown is not None:
            self._grown.set()

    @property
    def last(self) -> int:
        """The seq of the newest change that readers were told of."""
        return self._last

    async def wait(self, place: int, seconds: float) -> bool:
        """Wait until the log is longer than a place; tell whether it is."""
        if self._last <= place and not self._ended.is_set():
            assert self._grown is not None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._grown.wait(), seconds)
        return self._last > place

    async def events(self, after: int, wanted: Filters) -> AsyncIterator[bytes]:
        """Yield server-sent events: the changes after a place, a comment where nothing comes for a while."""
        yield b": the changes of the log, one an event; id is the seq\nretry: 2000\n\n"
        place = after
        plain = wanted == ANY
        while not self._ended.is_set():
            if self._last <= place:
                if not await self.wait(place, HEARTBEAT):
                    yield b": still here\n\n"
                continue
            if plain and self._kept and self._kept[0].seq <= place + 1:
                found, place = [each for each in self._kept if each.seq > place], self._last
            else:
                found, place = await to_thread.run_sync(partial(self.page, place, wanted, PAGE))
            for each in found:
                yield b"id: %d\nevent: change\ndata: %s\n\n" % (each.seq, each.body)

    def page(self, after: int, wanted: Filters, limit: int) -> tuple[list[Told], int]:
        """Return the changes after a place that are wanted, and the place up to which was looked."""
        found, place = self.records(after, wanted, limit)
        return [_told(each) for each in found], place

    def records(self, after: int, wanted: Filters, limit: int) -> tuple[list[Change], int]:
        """Return the same as records."""
        corpus = self._corpus
        with corpus.reading() as (connection, is_indexed):
            head = int(reader.head(connection).seq)
            chosen = changes.look_up(connection, wanted)
            rows = list(
                changes.of(
                    connection, chosen, rules=corpus.rules, indexed=is_indexed, after=after, until=head,
                    limit=limit,
                )
            )  # fmt: skip
            made = list(records.changes(connection, rows, rules=corpus.rules, indexed=is_indexed))
        return made, made[-1].seq if len(made) == limit else max(head, after)

    def _follow(self) -> None:
        growth = LogGrowth(self._corpus.store, check=self._check)
        place = self._last
        try:
            while True:
                growth.wait(place)
                with suppress(IngestError):
                    found, place = self.page(place, ANY, KEPT)
                    if found:
                        assert self._loop is not None
                        self._loop.call_soon_threadsafe(self._tell, found, place)
                    continue
                if self._ended.wait(_AGAIN):
                    return
        except _Ended:
            return

    def _tell(self, found: list[Told], place: int) -> None:
        assert self._grown is not None
        self._kept.extend(found)
        self._last = place
        woken, self._grown = self._grown, asyncio.Event()
        woken.set()

    def _check(self) -> None:
        if self._ended.is_set():
            raise _Ended


def _told(change: Change) -> Told:
    return Told(change.seq, escape.json(_encode(change)))
