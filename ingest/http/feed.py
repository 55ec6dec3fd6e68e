"""The log as it grows, read once and told to every reader.

A thread waits for the log to grow and reads what came. What is new is made into one frame, and put on the
connection of each reader that has had all before: that costs no task. Each has a place of its own: one that
lags, or wants some changes only, is woken and goes on from there. Reviews are told beside the changes, to who
listens then: they have no place.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile

import msgspec
from anyio import to_thread

from ingest import escape, records
from ingest.corpus import Corpus
from ingest.daemon.log_growth import LogGrowth
from ingest.errors import IngestError
from ingest.history import changes
from ingest.history.changes import ANY, Filters
from ingest.http.feed_readers import COMMENT, TICK, Reader, Readers, framed
from ingest.http.problems import Problem
from ingest.http.server import Wire
from ingest.model import Seq
from ingest.records import Change, Review
from ingest.store import reader, reviews

KEPT = 2_000  # newest changes that readers are told from memory
_TOGETHER = 20  # events that a reader is sent at once
PAGE = 200  # changes read at once for a reader that lags
_AGAIN = 1.0  # seconds after the store could not be asked
_REST = 0.5  # seconds without a change after which the next is told before the index has it
_FILLED = 2.0  # seconds that the index has to take in what is told
_LOOKS = 2.0  # seconds between two looks for reviews that another process added
_IDLE = 0.25  # seconds between two looks at a log that nobody follows

_encode = msgspec.json.Encoder().encode


class _Ended(Exception):
    """The service ends."""


class _Replaced(Exception):
    """Another store stands in the place of the one that was followed."""


class FeedEvent(msgspec.Struct, frozen=True):
    """A change, or a review of a change, as every reader of the feed is sent it; with the change's seq."""

    seq: int
    event: bytes


class Feed:
    """The newest changes and reviews, and the readers who wait for more."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._kept: deque[FeedEvent] = deque(maxlen=KEPT)
        self._last = 0
        self._generation = 0  # of the store, as the readers know it
        self._followed = 0  # the same, as the thread does
        self._ended = threading.Event()
        self._reviews: deque[FeedEvent] = deque(maxlen=KEPT)
        self._reviewed = 0  # how many reviews were told
        self._looks = threading.Event()
        self._waiting = 0  # questions that wait for the log to grow
        self._came = threading.Event()  # somebody follows it now
        self._told_at = 0.0  # when something was told last
        self._grown: asyncio.Event | None = None
        self._readers = Readers()
        self._beats: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [
            threading.Thread(target=self._follow, name="feed", daemon=True),
            threading.Thread(target=self._follow_reviews, name="reviews", daemon=True),
        ]

    def start(self) -> None:
        """Begin to follow the log, from the loop in which its readers are."""
        self._loop = asyncio.get_running_loop()
        self._grown = asyncio.Event()
        self._last = self._corpus.head()
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Stop following; every reader ends."""
        self._ended.set()
        self._looks.set()
        self._came.set()
        if self._beats is not None:
            self._beats.cancel()
        if self._grown is not None:
            self._grown.set()
        self._readers.wake()

    def look(self) -> None:
        """Look for reviews now: one was just added."""
        self._looks.set()

    @property
    def last(self) -> int:
        """Return the seq of the newest change that readers were told of."""
        return self._last

    async def wait(self, place: int, seconds: float) -> bool:
        """Wait until the log is longer than a place; tell whether it is."""
        self._waiting += 1
        self._came.set()
        try:
            async with asyncio.timeout(seconds):
                while self._last <= place and not self._ended.is_set():
                    assert self._grown is not None
                    await self._grown.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return self._last > place

    async def events(self, after: int, wanted: Filters, wire: Wire | None = None) -> AsyncGenerator[bytes]:
        """Yield server-sent events: the changes after a place, a comment where nothing comes for a while.

        Who wants all of them is told the newest by his `wire`, where he has one. Reviews that are told
        after the first line was sent are all among them.
        """
        reader, generation = Reader(after, self._reviewed, wire), self._generation
        plain = wanted == ANY
        self._readers.add(reader)
        self._came.set()
        if self._beats is None:
            self._beat()
        try:
            yield b": the changes of the log, one an event; id is the seq\nretry: 2000\n\n"
            if after > self._last:  # what is told already is there; else the log says how long it is
                head = await to_thread.run_sync(self._corpus.head)
                if after > head:
                    yield _replaced(head)
                    reader.place = head
            while not self._ended.is_set() and not reader.is_lost:
                if generation != self._generation:
                    yield _replaced(self._last)
                    return
                reader.woken.clear()
                if self._last > reader.place:
                    async for part in self._lacking(reader, wanted, plain=plain):
                        yield part
                elif reader.heard < self._reviewed and self._is_next(reader):
                    each = self._reviews[reader.heard - self._reviewed]
                    reader.heard += 1
                    if plain or await to_thread.run_sync(partial(self._is_wanted, each.seq, wanted)):
                        yield each.event
                elif not await reader.rest(self._now(), wants_all=plain and reader.heard == self._reviewed):
                    yield COMMENT
        finally:
            self._readers.discard(reader)

    async def _lacking(self, reader: Reader, wanted: Filters, *, plain: bool) -> AsyncGenerator[bytes]:
        """Yield up to a page of the events after a reader's place, some in one piece; the place moves on."""
        if plain and self._kept and self._kept[0].seq <= reader.place + 1:
            found, reader.place = self._newer(reader.place), self._last
        else:
            found, reader.place = await to_thread.run_sync(partial(self.page, reader.place, wanted, PAGE))
        for at in range(0, len(found), _TOGETHER):
            yield b"".join(each.event for each in found[at : at + _TOGETHER])

    def _is_next(self, reader: Reader) -> bool:
        """Tell whether a reader can be told the next review, since he knows its change."""
        reader.heard = max(reader.heard, self._reviewed - len(self._reviews))
        return self._reviews[reader.heard - self._reviewed].seq <= reader.place

    def _now(self) -> float:
        assert self._loop is not None
        return self._loop.time()

    def _beat(self) -> None:
        """Send comments to who is due one, again and again while there are readers."""
        self._beats = None
        if self._readers and not self._ended.is_set():
            assert self._loop is not None
            self._readers.beat(self._loop.time())
            self._beats = self._loop.call_later(TICK, self._beat)

    def _newer(self, place: int) -> list[FeedEvent]:
        """Return the kept changes after a place. The search begins at the end, where most readers are."""
        found = list(takewhile(lambda each: each.seq > place, reversed(self._kept)))
        found.reverse()
        return found

    def page(self, after: int, wanted: Filters, limit: int) -> tuple[list[FeedEvent], int]:
        """Return the changes after a place that are wanted, and the place up to which was looked."""
        found, place = self.records(after, wanted, limit)
        return [_change_event(each) for each in found], place

    def records(self, after: int, wanted: Filters, limit: int) -> tuple[list[Change], int]:
        """Return the records of the changes that `page` has, and the place up to which was looked."""
        corpus = self._corpus
        with corpus.reading(at_once=True) as (connection, is_indexed):
            head = Seq(reader.head(connection).seq)
            chosen = changes.look_up(connection, wanted)
            rows = list(
                changes.changes_of(
                    connection, chosen, rules=corpus.rules, indexed=is_indexed, after=Seq(after), until=head,
                    limit=limit,
                )
            )  # fmt: skip
            made = list(records.changes(connection, rows, rules=corpus.rules, indexed=is_indexed))
        return made, made[-1].seq if len(made) == limit else max(head, after)

    def _is_wanted(self, seq: int, wanted: Filters) -> bool:
        """Tell whether a change is one of those that are wanted."""
        corpus = self._corpus
        with corpus.reading(at_once=True) as (connection, is_indexed):
            chosen = changes.look_up(connection, wanted)
            rows = changes.changes_of(
                connection, chosen, rules=corpus.rules, indexed=is_indexed, after=Seq(seq - 1), until=Seq(seq)
            )
            return next(rows, None) is not None

    def _follow_reviews(self) -> None:
        place: int | None = None
        while not self._ended.is_set():
            with suppress(IngestError, _Ended), self._corpus.store.read() as connection:
                if place is None:
                    place = reviews.last(connection)
                rows = reviews.page(connection, reviews.ReviewFilters(), after=place, limit=KEPT)
                if rows:
                    place = int(rows[-1].key)
                    found = [_review_event(row.seq, records.review(row)) for row in rows]
                    self._post(partial(self._tell_reviews, found))
            self._looks.wait(_LOOKS)
            self._looks.clear()

    def _follow(self) -> None:
        growth = LogGrowth(self._corpus.store, check=self._check)
        place = self._last
        try:
            while True:
                try:
                    growth.wait(place)
                except _Replaced:
                    place = self._again(place)
                with suppress(IngestError):
                    while not self._ended.is_set() and (looked := self._look(place)) > place:
                        place = looked
                    continue
                if self._ended.wait(_AGAIN):
                    return
        except _Ended:
            return

    def _look(self, place: int) -> int:
        """Read what came after a place, or some of it, and tell it; returns the place up to which was looked.

        One change after a rest is told at once. Where many come, their edits are in the index soon, and to
        make them here too would hold up the answers.
        """
        head, began = self._corpus.head(), time.monotonic()
        if head <= place:
            return place
        if not self._readers:  # who comes later reads it then
            self._post(partial(self._pass_over, head))
            self._rest()
            return head
        if head - place > 1 or began - self._told_at < _REST:
            self._corpus.await_filled(min(head, place + _TOGETHER), _FILLED)
        found, place = self.page(place, ANY, _TOGETHER)
        self._post(partial(self._tell, found, place))
        self._told_at = time.monotonic()
        return place

    def _rest(self) -> None:
        """Leave the log alone for a while, or until somebody follows it: each look costs the answers time."""
        self._came.clear()
        if not self._readers and not self._waiting and not self._ended.is_set():
            self._came.wait(_IDLE)

    def _post(self, call: Callable[[], None]) -> None:
        """Have something done in the loop of the readers. Raises _Ended where that has ended."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError as error:  # it is closed
            raise _Ended from error

    def _again(self, place: int) -> int:
        """Follow the store that stands at the path now, from its end on, once it can be asked.

        Returns the place from which to go on.
        """
        with suppress(IngestError):
            self._corpus.require_in_place()
            head, generation = self._corpus.head(), self._corpus.generation
            self._post(partial(self._begin_anew, head, generation))
            self._followed = generation
            return head
        self._ended.wait(_AGAIN)
        return place

    def _begin_anew(self, head: int, generation: int) -> None:
        self._generation = generation
        self._pass_over(head)

    def _pass_over(self, head: int) -> None:
        """Go on behind changes that are not kept: who wants them reads them."""
        self._kept.clear()
        self._tell([], head)

    def _tell(self, found: list[FeedEvent], place: int) -> None:
        assert self._grown is not None
        before, self._last = self._last, place
        self._kept.extend(found)
        woken, self._grown = self._grown, asyncio.Event()
        woken.set()
        if not 0 < len(found) <= _TOGETHER:
            self._readers.wake()
            return
        frame, now = framed(b"".join(each.event for each in found)), self._now()
        for each in self._readers:
            if each.place == before and each.is_told(frame, now):
                each.place = place
            else:
                each.woken.set()

    def _tell_reviews(self, found: list[FeedEvent]) -> None:
        self._reviews.extend(found)
        self._reviewed += len(found)
        if len(found) > _TOGETHER or any(each.seq > self._last for each in found):
            self._readers.wake()
            return
        frame, now = framed(b"".join(each.event for each in found)), self._now()
        for each in self._readers:
            if each.place == self._last and each.is_told(frame, now):
                each.heard = self._reviewed
            else:
                each.woken.set()

    def _check(self) -> None:
        if self._ended.is_set():
            raise _Ended
        try:
            self._corpus.store.require_in_place()
        except IngestError as error:
            raise _Replaced from error
        if self._corpus.generation != self._followed:  # a question met the other store first
            raise _Replaced


def _replaced(head: int) -> bytes:
    """Return the event that says that the log is another, or shorter, than a reader knows it."""
    problem = Problem(
        title="The log is another one",
        status=409,
        code="store_replaced",
        detail=f"the log ends at #{head}: the store was replaced, or put back as it was",
        hint="read it anew, from since=0",
    )
    return b"event: replaced\ndata: %s\n\n" % escape.json(_encode(problem))


def _change_event(change: Change) -> FeedEvent:
    body = escape.json(_encode(change))
    return FeedEvent(change.seq, b"id: %d\nevent: change\ndata: %s\n\n" % (change.seq, body))


def _review_event(seq: int, review: Review) -> FeedEvent:
    return FeedEvent(seq, b"event: review\ndata: %s\n\n" % escape.json(_encode(review)))
