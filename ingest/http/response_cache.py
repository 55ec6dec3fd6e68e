"""Answers that are kept while they stay the same, and the look at the store that tells whether they do.

A version, a comparison, the changes up to a seq: none of these becomes another but by a change of its
document, or by a root that gets another name. So an edit of one document leaves what is kept of all others.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

from ingest.corpus import Corpus
from ingest.store import write_check
from ingest.store.write_check import StoreState, Writes

T = TypeVar("T")
MOST = 32 << 20  # bytes of all that is kept
_LARGEST = 1 << 20  # of one
_TOUCHED = 10_000  # documents of which is known when they changed last


class ResponseCache:
    """What is kept, by name, of a document or of the log. One of these serves every thread."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._writes = Writes(corpus.store)
        self._looking = threading.Lock()
        self._generation = corpus.generation
        self._state = StoreState(-1, (), 0)
        self._values: OrderedDict[Hashable, tuple[str | None, int, int | None, object]] = OrderedDict()
        self._of: dict[str, set[Hashable]] = {}  # the names of what is kept of a document
        self._size = 0
        self._changed: dict[str, int] = {}  # the seq at which a document was seen to have changed
        self._floor = 0  # what was made before this seq is not kept

    @property
    def is_quick(self) -> bool:
        """Tell whether a look takes no time to speak of."""
        return self._writes.is_quick

    def look(self) -> StoreState:
        """Forget what is not so any more; returns how the store stands now. Raises StoreUnavailable."""
        self._corpus.require_in_place()
        with self._looking:
            is_another = self._corpus.generation != self._generation
            if is_another:
                self._writes.close()
                self._generation = self._corpus.generation
            if not (self._writes.any() or is_another or self._state.head < 0):
                return self._state
            before = self._state
            with self._corpus.store.read() as connection:
                now = write_check.state(connection)
                is_same = not is_another and now.roots == before.roots and now.head >= before.head >= 0
                found = write_check.touched(connection, before.head) if is_same else None
            self._state = now
            if found is None:
                self._forget_all(now.head)
            else:
                for document in found:
                    self._forget(document, now.head)
            return now

    def find(self, name: Hashable, kind: type[T]) -> T | None:
        """Return what is kept under a name, as the last look left it; None where nothing of its kind is."""
        with self._looking:
            found = self._values.get(name)
            if found is None:
                return None
            if found[2] is not None and self._corpus.now() >= found[2]:
                self._drop(name)
                return None
            self._values.move_to_end(name)
            return found[3] if isinstance(found[3], kind) else None

    def keep(
        self, name: Hashable, value: object, *, document: str | None, size: int, seen: StoreState,
        until: int | None = None,
    ) -> None:  # fmt: skip
        """Keep a value that was made after `seen`, unless its document or a root has changed since."""
        with self._looking:
            changed = self._floor if document is None else self._changed.get(document, self._floor)
            if size > _LARGEST or seen.head < changed or seen.roots != self._state.roots:
                return
            self._drop(name)
            self._values[name] = document, size, until, value
            self._size += size
            if document is not None:
                self._of.setdefault(document, set()).add(name)
            while self._size > MOST:
                self._drop(next(iter(self._values)))

    def close(self) -> None:
        """Close the connection by which the store is looked at."""
        with self._looking:
            self._writes.close()

    def _forget(self, document: str, head: int) -> None:
        if len(self._changed) >= _TOUCHED:
            self._changed.clear()
            self._floor = head
        self._changed[document] = head
        for name in list(self._of.get(document, ())):
            self._drop(name)

    def _forget_all(self, head: int) -> None:
        self._values.clear()
        self._of.clear()
        self._changed.clear()
        self._size, self._floor = 0, head

    def _drop(self, name: Hashable) -> None:
        found = self._values.pop(name, None)
        if found is None:
            return
        self._size -= found[1]
        names = self._of.get(found[0] or "")
        if names is not None:
            names.discard(name)
            if not names:
                del self._of[found[0] or ""]
