"""Answers that are asked again and again, kept for a moment: one is made while the others wait for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")
_MOST = 64


class Kept:
    """Values by name, each for so long. `now` is a clock in microseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._values: OrderedDict[Hashable, tuple[int, object]] = OrderedDict()
        self._making = threading.Lock()

    def of(self, name: Hashable, micros: int, make: Callable[[], T]) -> T:
        """Return the value of a name, made anew where it is older than that."""
        found = self._fresh(name)
        if found is None:
            with self._making:
                found = self._fresh(name)
                if found is None:
                    found = self._now() + micros, make()
                    self._values[name] = found
                    while len(self._values) > _MOST:
                        self._values.popitem(last=False)
        return cast("T", found[1])

    def _fresh(self, name: Hashable) -> tuple[int, object] | None:
        found = self._values.get(name)
        return found if found is not None and self._now() < found[0] else None
