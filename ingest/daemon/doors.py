"""The doors of one daemon: one beside a SQLite store, else one for each root."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.daemon.door import Answer, Door, Request, beside_store, clear_away, made_for
from ingest.disk import descriptors
from ingest.store.engine import Store
from ingest.store.roots import Root


class Doors:
    """`answer` is asked in a thread of a door."""

    def __init__(self, store: Store, answer: Callable[[Request], Answer]) -> None:
        self._store = store
        self._answer = answer
        self._doors: list[Door] = []

    def open(self, roots: Sequence[Root]) -> None:
        """Open them; for want of descriptors some stay closed until `tend`. Raises OSError."""
        if self._store.is_sqlite:
            path = beside_store(str(self._store.url.database))
            self._doors.append(Door(path, self._answer, shared=False))
        else:
            clear_away()
            self._doors += [Door(made_for(root.uid), self._answer, shared=True) for root in roots]
        self.tend()

    def tend(self) -> bool:
        """Open those that are not; tell whether clients wait outside one for want of a descriptor."""
        for door in self._doors:
            if door.is_open:
                if door.full:
                    door.keep_spare()
                continue
            try:
                door.open()
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                door.full = True
        return any(door.full for door in self._doors)

    def close(self) -> None:
        """Close them; may be called twice."""
        for door in self._doors:
            door.close()
