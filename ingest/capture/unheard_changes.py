"""Changes that a scan found and no notification told of.

What is written through another hard link of a file, or through a mapping of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.disk.walk import folders_above, is_below

LATEST = 2.0  # seconds that a notification may come after the scan has found what it tells of
_FORGOTTEN = 600.0  # seconds after which nobody looks any more at what a scan had waiting


class UnheardChanges:
    """The paths of such changes. All times are seconds of one monotonic clock, handed in.

    `since` is when the last scan that ended began (microseconds, wall): a change that the next one finds
    was made after that. `counts` says whether what the scan that runs, or ran last, finds should have been
    announced: nothing is where a root is polled. Below the folders `untold` nothing ever is.
    """

    def __init__(self, counts: Callable[[], bool]) -> None:
        self.since: int | None = None
        self.untold: frozenset[bytes] = frozenset()
        self._counts = counts
        self._found: dict[bytes, tuple[float, int | None]] = {}
        self._waiting: dict[bytes, tuple[float, int | None]] = {}

    def expect(self, path: bytes, now: float) -> None:
        """Note what a scan found changed just now: it is looked at later, and another scan may end first."""
        if self._is_announced(path):
            self._waiting[path] = now, self.since

    def find(self, path: bytes, now: float) -> None:
        """Note a change that a scan found here and that nothing was heard of yet."""
        waited = self._waiting.pop(path, None)
        if waited is not None:
            self._found[path] = now, waited[1]
        elif self._is_announced(path):
            self._found[path] = now, self.since

    def _is_announced(self, path: bytes) -> bool:
        return self._counts() and not any(is_below(path, folder) for folder in self.untold)

    def hear(self, paths: Iterable[bytes], folders: Iterable[bytes]) -> None:
        """Note that something was heard of these: it only came later than the scan."""
        if not (self._found or self._waiting):
            return
        for path in paths:
            self._found.pop(path, None)
            self._waiting.pop(path, None)
        tops = frozenset(folders)
        for kept in (self._found, self._waiting) if tops else ():
            for path in [path for path in kept if not tops.isdisjoint((path, *folders_above(path), b""))]:
                del kept[path]

    def take(self, now: float, age: float = LATEST) -> tuple[int, int | None]:
        """Take out those that no notification can come for any more: how many, and since when they may be.

        `age` is how long one is waited for, in seconds.
        """
        late = [path for path, (when, _) in self._found.items() if now - when >= age]
        since = [pair[1] for pair in map(self._found.pop, late)]
        for path in [path for path, (when, _) in self._waiting.items() if now - when >= _FORGOTTEN]:
            del self._waiting[path]
        return len(late), min((when for when in since if when is not None), default=None)
