"""Keeps the derived index near the log while the daemon runs, in the pauses of the capture.

Nothing waits for it: a query takes in by itself what is missing. It works in small steps, rests twice as
long as it worked, and stands back while the log grows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ingest.edits.settings import Rules
from ingest.followers.follower import SinkState
from ingest.model import BEGINNING, Seq
from ingest.store import reader
from ingest.store.engine import Store

if TYPE_CHECKING:
    from ingest.index.database import Index

STEP = 20  # changes at once
QUIET = 2.0  # seconds without a change before it begins
LONGEST = 30.0  # seconds it stands back for a log that never rests


class IndexFilling:
    """The index as a sink of the log. `rules` may be set to others at any time."""

    failure = "index_not_filled"
    retry = 60.0  # seconds

    def __init__(self, store: Store, *, rules: Rules) -> None:
        # Until they have been said: whoever asks with others afterwards is not undone.
        self.rules: Rules | None = rules
        self.state = SinkState("index")
        self._store = store
        self._index: Index | None = None
        self._seen = 0  # how long the log was at the last look
        self._until: float | None = None  # when it begins, whether or not the log rests
        self._target: int | None = None  # the log's length when it began

    def step(self) -> float | None:
        """Look whether the log rests, or take in a few changes."""
        head = self._head()
        if self._target is None:
            return self._await_rest(head)
        if head > self._target:
            self._target, self._seen = None, head
            return QUIET
        from ingest.index import fill  # noqa: PLC0415 - what compares texts is loaded when there is time

        began = time.monotonic()
        rules = self.rules
        assert self._index is not None
        reached = self.state.cursor = fill.catch_up(self._index, rules=rules, most=STEP)
        if self.rules is rules:
            self.rules = None
        if reached >= self._target:
            self._target = None
        return 2 * (time.monotonic() - began)

    def finish(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.dispose()

    def _await_rest(self, head: int) -> float | None:
        """Begin where the log has grown and rests, or has not rested for too long."""
        if head <= (self.state.cursor or 0):
            self._until = None
            if self.state.cursor is None:
                self.state.cursor = BEGINNING  # there is nothing to take in
            return None
        now = time.monotonic()
        if self._until is None:
            self._until = now + LONGEST
        elif head == self._seen or now >= self._until:
            from ingest.index.database import Index  # noqa: PLC0415 - the same

            self._until = None
            self._index = self._index or Index(self._store)
            self._index.prepare()
            self._target = head
            return 0.0
        self._seen = head
        return QUIET

    def _head(self) -> int:
        with self._store.read() as connection:
            return Seq(reader.head(connection).seq)
