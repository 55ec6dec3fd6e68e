"""The lock of a SQLite store, while a daemon captures into it."""

from __future__ import annotations

from collections.abc import Callable

from ingest.clock import Clock
from ingest.errors import StoreUnavailable
from ingest.store.engine import Store

LOOK = 1.0  # seconds between two looks


class StoreLock:
    """Keeps others out, unless something else is mounted, or put, where the store and its lock were.

    `is_replaced` tells whether another file stands in the place of the lock's.
    """

    def __init__(self, store: Store, is_replaced: Callable[[], bool], clock: Clock) -> None:
        self._store = store
        self._is_replaced = is_replaced
        self._clock = clock
        self._next_look = clock.monotonic()

    def require(self) -> None:
        """Raise StoreUnavailable where database and lock are other files; one alone may be a slip."""
        now = self._clock.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK
        if self._is_replaced() and self._store.is_replaced():
            raise StoreUnavailable(
                f"the store {self._store.address} and its lock are other files now: another may write it",
                code="store_unreachable",
                hint="start again: what stands there now is used then",
            )
