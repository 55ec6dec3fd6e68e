"""Keeps the derived index near the log while the daemon runs, in the pauses of the capture.

Nothing waits for it: a query takes in by itself what is missing. It works in small steps, rests twice as
long as it worked, and stands back while the log grows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ingest.edits.rules import Rules
from ingest.errors import StoreUnavailable
from ingest.followers.state import SinkState
from ingest.index import fill
from ingest.index.database import Index
from ingest.logging import Log
from ingest.store import reader
from ingest.store.engine import Store

STEP = 20  # changes at once
QUIET = 2.0  # seconds without a change before it begins
LONGEST = 30.0  # seconds it stands back for a log that never rests
IDLE = 5.0  # seconds between two looks when nobody calls
AGAIN = 60.0  # seconds before it tries again what failed


class Indexing(threading.Thread):
    """Follows the log and fills the index until told to stop."""

    def __init__(self, store: Store, log: Log, *, rules: Rules, wait: Callable[[int, float], None]) -> None:
        super().__init__(name="index", daemon=True)
        # Until they have been said: whoever asks with others afterwards is not undone.
        self.rules: Rules | None = rules
        self.sink = SinkState("index")
        self._store = store
        self._log = log
        self._wait = wait
        self._stopping = threading.Event()
        self._filling = threading.Lock()

    def run(self) -> None:
        """Fill the index whenever the log has grown and rests."""
        index = Index(self._store)
        while not self._stopping.is_set():
            try:
                if self._rested(self.sink.cursor or 0):
                    with self._filling:
                        self._fill(index)
                elif self.sink.cursor is None:
                    self.sink.cursor = 0  # there is nothing to take in
                self.sink.last_error = None
            except (StoreUnavailable, OSError) as error:  # OSError: its file could not be thrown away
                if self._stopping.is_set():
                    break
                message = error.message if isinstance(error, StoreUnavailable) else str(error)
                if message != self.sink.last_error:
                    self._log.warning("index_not_filled", detail=message)
                self.sink.last_error = message
                self._stopping.wait(AGAIN)
        index.dispose()

    def stop(self, timeout: float) -> None:
        """End after the step at hand; a thread that only waits is left to wait."""
        self._stopping.set()
        if self._filling.acquire(timeout=timeout):
            self._filling.release()

    def _rested(self, place: int) -> bool:
        """Wait until the log is longer than `place` and has rested; whether it is."""
        head = self._head()
        if head <= place:
            self._wait(place, IDLE)
            head = self._head()
        until = time.monotonic() + LONGEST
        while head > place and not self._stopping.wait(QUIET) and time.monotonic() < until:
            before, head = head, self._head()
            if head == before:
                break
        return head > place and not self._stopping.is_set()

    def _fill(self, index: Index) -> None:
        index.prepare()
        head = self._head()
        while not self._stopping.is_set():
            began = time.monotonic()
            rules = self.rules
            self.sink.cursor = fill.catch_up(index, rules=rules, most=STEP)
            if self.rules is rules:
                self.rules = None
            if self.sink.cursor >= head:
                return
            self._stopping.wait(2 * (time.monotonic() - began))
            if self._head() > head:
                return

    def _head(self) -> int:
        with self._store.read() as connection:
            return int(reader.head(connection).seq)
