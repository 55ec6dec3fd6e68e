"""A cache of answers that are asked for again and again: one thread makes an answer, others wait for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar, cast

from ingest.errors import IngestError

T = TypeVar("T")
_MOST = 64
_LATEST = 60_000_000  # microseconds for which an old answer is given while a thread makes it anew
_LATE = 3  # so many times as long as it is kept, an answer is old and given while one is made anew


class AnswerCache:
    """Values by name, each for so long. `now` is a clock in microseconds.

    Where `generation` gives another number, nothing is known any more.
    """

    def __init__(self, now: Callable[[], int], generation: Callable[[], int] = lambda: 0) -> None:
        self._now = now
        self._generation = generation
        self._of = generation()
        self._values: OrderedDict[Hashable, tuple[int, object]] = OrderedDict()
        self._changing = threading.Lock()
        self._making: dict[Hashable, tuple[threading.Lock, int]] = {}  # and how many want it
        self._renewed: set[Hashable] = set()

    def of(self, name: Hashable, micros: int, make: Callable[[], T]) -> T:
        """Return the value of a name; made anew where it was kept for longer than `micros`."""
        found = self._fresh(name)
        if found is None:
            with self._alone(name):
                found = self._fresh(name)
                if found is None:
                    found = self._put(name, micros, make())
        return cast("T", found[1])

    def known(self, name: Hashable) -> object:
        """Return the value of a name; None where there is none, or it is old."""
        found = self._fresh(name)
        return None if found is None else found[1]

    def keep(self, name: Hashable, micros: int, value: object) -> None:
        """Keep a value for so long."""
        self._put(name, micros, value)

    def _put(self, name: Hashable, micros: int, value: object) -> tuple[int, object]:
        with self._changing:
            found = self._values[name] = self._now() + micros, value
            while len(self._values) > _MOST:
                self._values.popitem(last=False)
        return found

    @contextmanager
    def _alone(self, name: Hashable) -> Iterator[None]:
        """Let one thread make what has this name; what has another is no reason to wait."""
        with self._changing:
            lock, wanted = self._making.get(name, (threading.Lock(), 0))
            self._making[name] = lock, wanted + 1
        try:
            with lock:
                yield
        finally:
            with self._changing:
                lock, wanted = self._making.pop(name)
                if wanted > 1:
                    self._making[name] = lock, wanted - 1

    def lately(self, name: Hashable, micros: int, make: Callable[[], T]) -> T:
        """Return the value of a name, also one that is somewhat too old, while a thread makes it anew.

        So nobody waits for what is asked for all the time. `make` must work in any thread.
        """
        self._forget()
        found = self._values.get(name)
        late = _LATEST if name in self._renewed else _LATE * micros
        if found is None or self._now() >= found[0] + late:
            return self.of(name, micros, make)
        if self._now() >= found[0] and name not in self._renewed:
            self._renewed.add(name)
            threading.Thread(target=self._renew, args=(name, micros, make), name="kept", daemon=True).start()
        return cast("T", found[1])

    def _renew(self, name: Hashable, micros: int, make: Callable[[], object]) -> None:
        try:
            with suppress(IngestError):  # whoever asks when it is too old is told
                self.of(name, micros, make)
        finally:
            self._renewed.discard(name)

    def _forget(self) -> None:
        if self._generation() != self._of:
            with self._changing:
                self._values.clear()
                self._of = self._generation()

    def _fresh(self, name: Hashable) -> tuple[int, object] | None:
        self._forget()
        found = self._values.get(name)
        return found if found is not None and self._now() < found[0] else None
