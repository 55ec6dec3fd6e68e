"""Changes that a scan found and no notification told of: what is written through another hard link of a
file, or through a mapping of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.disk.scan import is_below

LATEST = 2.0  # seconds that a notification may come after the scan has found what it tells of


class Unannounced:
    """The paths of such changes. All times are seconds of one monotonic clock, handed in.

    `since` is when the last scan that ended began (microseconds, wall): a change that the next one finds
    was made after that.
    """

    def __init__(self) -> None:
        self.since: int | None = None
        self._found: dict[bytes, tuple[float, int | None]] = {}

    def find(self, path: bytes, now: float) -> None:
        """A scan found a change here that nothing was heard of yet."""
        self._found[path] = now, self.since

    def hear(self, paths: Iterable[bytes], folders: Iterable[bytes]) -> None:
        """Something was heard of these: it only came later than the scan."""
        if not self._found:
            return
        for path in paths:
            self._found.pop(path, None)
        for folder in folders:
            self._found = {path: pair for path, pair in self._found.items() if not is_below(path, folder)}

    def take(self, now: float) -> tuple[int, int | None]:
        """How many there are that no notification can come for any more, and since when they may have been
        made; they are forgotten."""
        late = [path for path, (when, _) in self._found.items() if now - when >= LATEST]
        since = [pair[1] for pair in map(self._found.pop, late)]
        return len(late), min((when for when in since if when is not None), default=None)

    def clear(self) -> None:
        """Nothing was to be heard: the root is polled."""
        self._found.clear()
