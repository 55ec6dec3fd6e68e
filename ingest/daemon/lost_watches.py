"""Watches that the kernel or the library lost, of folders that a scan listed."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.clock import Clock

TOLD_LATE = 1_000_000  # microseconds that a rename may be told after the library knows of it


class LostWatches:
    """Which watches are lost, from one comparison to the next.

    `suspects` are the folders that the library has under another path, with that path and since when.
    """

    def __init__(self, clock: Clock) -> None:
        self.suspects: dict[bytes, tuple[bytes, int]] = {}
        self._clock = clock

    def find(self, unwatched: Mapping[bytes, bytes | None], *, proven: int, polled: bool) -> list[bytes]:
        """Return the folders whose watch is lost, of those that are not watched under their own path.

        One that the library has under another path may be one whose rename was not told here yet: it is
        believed when a cookie came a second later and it still is so. `proven` is when the last one came.
        """
        now, before = self._clock.wall(), self.suspects
        self.suspects = {
            path: before[path] if before.get(path, (None, 0))[0] == name else (name, now)
            for path, name in unwatched.items()
            if name is not None and not polled
        }
        sure = {path for path, (_, since) in self.suspects.items() if proven - since > TOLD_LATE}
        for path in sure:
            del self.suspects[path]
        return [path for path, name in unwatched.items() if name is None or path in sure]
