"""How a reader of the log in another process learns that it has grown."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ingest.daemon.door import LogEnd, Request, ask
from ingest.daemon.running_daemons import doors
from ingest.errors import Unreachable
from ingest.store.engine import Store

POLL = 0.25  # seconds between two looks when no daemon can wake us
RETRY = 5.0  # seconds between two tries to reach one
_GONE = -1  # a daemon went away


class LogGrowth:
    """Waits until the log is longer than a place: woken by each daemon, else by looking again.

    `check` is called several times a second while it waits; what it raises ends the waiting.
    """

    def __init__(self, store: Store, *, check: Callable[[], None]) -> None:
        self._store = store
        self._check = check
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._listening: dict[Path, threading.Thread] = {}
        self._next_try = 0.0
        self._everywhere = False

    def wait(self, place: int) -> None:
        """Return when there may be more than `place`."""
        if time.monotonic() >= self._next_try:
            self._listen()
        until = self._next_try if self._everywhere else time.monotonic() + POLL
        grown = place
        while grown <= place and grown != _GONE:
            self._check()
            try:
                grown = self._heard.get(timeout=min(max(until - time.monotonic(), 0.0), POLL))
            except queue.Empty:
                if time.monotonic() >= until:
                    return
        if grown == _GONE:
            self._everywhere = False

    def _listen(self) -> None:
        """Have a thread at every door; a root without one is written by whoever scans it."""
        self._next_try = time.monotonic() + RETRY
        self._everywhere = False
        try:
            paths = list(doors(self._store))
        except Unreachable:
            return
        self._listening = {path: one for path, one in self._listening.items() if one.is_alive()}
        for path in paths:
            if path not in self._listening and path.exists():
                self._listening[path] = threading.Thread(target=self._hear, args=(path,), daemon=True)
                self._listening[path].start()
        self._everywhere = bool(paths) and all(path in self._listening for path in paths)

    def _hear(self, path: Path) -> None:
        with suppress(Unreachable):
            for answer in ask(path, Request("follow"), LogEnd, timeout=60.0):
                self._heard.put(answer.seq)
        self._heard.put(_GONE)
