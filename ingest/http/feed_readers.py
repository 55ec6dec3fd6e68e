"""The readers of the feed: how far each is, and what is put on the connections of all of them.

A reader who has had all before waits without a clock of his own, unless nothing can be put on his connection
from here (HTTP 1.0). One clock for all sends those a comment who were told nothing for a while, some at a
time: so many at once would be what a change waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from ingest.http.server import Wire

HEARTBEAT = 15.0  # seconds without a word after which a reader is sent a comment
COMMENT = b": still here\n\n"
TICK = 0.25  # seconds between two looks at who is due
AT_ONCE = 200  # readers who are sent a comment at one look
_EARLY = 2.5  # seconds by which a comment may come early: of 2,000 readers the last gets his so much later


class Reader:
    """Who follows the log, how far he is, and whether he waits with nothing left to be told."""

    def __init__(self, place: int, heard: int, wire: Wire | None) -> None:
        self.place = place
        self.heard = heard  # how many reviews
        self.wire = wire if wire is not None and wire.is_framed else None
        self.rests = False  # nothing is being sent to him
        self.wants_all = False  # what is new may be put on his connection
        self.told_at = 0.0
        self.is_lost = False
        self.woken = asyncio.Event()
        if wire is not None:
            wire.when_lost(self._lose)

    def is_told(self, frame: bytes, now: float) -> bool:
        """Put a frame on his connection, if he waits for one, else wake him; tell whether it was put.

        One who was woken before has something else to be sent first.
        """
        waits = self.rests and self.wants_all and not self.woken.is_set()
        if waits and self.wire is not None and self.wire.write(frame):
            self.told_at = now
            return True
        self.woken.set()
        return False

    async def rest(self, now: float, *, wants_all: bool) -> bool:
        """Wait until there may be something for him; False where he is due a comment by his own clock."""
        self.rests, self.wants_all, self.told_at = True, wants_all, now
        try:
            if self.wire is not None:
                await self.woken.wait()
                return True
            async with asyncio.timeout(HEARTBEAT):  # unlike `wait_for`, without a task
                await self.woken.wait()
        except TimeoutError:
            return False
        finally:
            self.rests = False
        return True

    def _lose(self) -> None:
        self.is_lost = True
        self.woken.set()


class Readers:
    """The readers who follow the log now."""

    def __init__(self) -> None:
        self._all: set[Reader] = set()

    def __iter__(self) -> Iterator[Reader]:
        return iter(self._all)

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, reader: Reader) -> None:
        """Add a reader."""
        self._all.add(reader)

    def discard(self, reader: Reader) -> None:
        """Remove a reader; nothing happens where he is none of them."""
        self._all.discard(reader)

    def wake(self) -> None:
        """Wake each reader: he asks the feed whether there is more for him."""
        for each in self._all:
            each.woken.set()

    def beat(self, now: float) -> int:
        """Send a comment to at most AT_ONCE readers who are due one; returns to how many."""
        part, sent = framed(COMMENT), 0
        for each in self._all:
            if not each.rests or each.wire is None or now - each.told_at < HEARTBEAT - _EARLY:
                continue
            each.told_at = now  # whose connection takes nothing is tried again in as long a while
            each.wire.write(part)
            sent += 1
            if sent == AT_ONCE:
                break
        return sent


def framed(body: bytes) -> bytes:
    """Return a part of an answer whose length nobody knows, as HTTP 1.1 frames it."""
    return b"%x\r\n%b\r\n" % (len(body), body)
