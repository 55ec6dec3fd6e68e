"""Things that are equal, taken one by one in their order."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Queues(Generic[Key]):
    """Numbered things in queues: equal ones wait in one, in their order. It takes little more than a dict."""

    def __init__(self, things: Iterable[tuple[int, Key]]) -> None:
        self._first: dict[Key, int] = {}
        self._next: dict[int, int] = {}
        last: dict[Key, int] = {}
        for number, key in things:
            if key in self._first:
                self._next[last.get(key, self._first[key])] = number
                last[key] = number
            else:
                self._first[key] = number

    def take(self, key: Key) -> int | None:
        """Take the first thing of a queue and return its number; None where none is left."""
        number = self._first.pop(key, None)
        if number is not None and number in self._next:
            self._first[key] = self._next.pop(number)
        return number

    def take_but(self, key: Key, taken: Container[int]) -> int | None:
        """Take the first thing whose number is not in `taken`; those before it leave the queue too."""
        number = self.take(key)
        while number is not None and number in taken:
            number = self.take(key)
        return number
