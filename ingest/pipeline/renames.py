"""The renames that the operating system reported lately, followed from either end."""

from __future__ import annotations

LONGEST_CHAIN = 16  # renames of one file within one settle window
KEPT = 15.0  # seconds; longer than any path waits to settle

_Ends = dict[bytes, tuple[bytes, float]]


class Renames:
    """Old and new paths of files and folders. All times are seconds of one monotonic clock, handed in."""

    def __init__(self) -> None:
        self._from: _Ends = {}
        self._to: _Ends = {}

    def __bool__(self) -> bool:
        return bool(self._from)

    def note(self, old: bytes, new: bytes, now: float) -> None:
        """`old` was renamed to `new`."""
        self._from[new] = (old, now)
        self._to[old] = (new, now)

    def forget(self, now: float) -> None:
        """Those that no path waits for any more."""
        if self._from:
            self._from = {path: pair for path, pair in self._from.items() if now - pair[1] < KEPT}
            self._to = {path: pair for path, pair in self._to.items() if now - pair[1] < KEPT}

    def sources(self, path: bytes) -> list[bytes]:
        """The paths that this one was renamed from, one after another."""
        return _follow(self._from, path)

    def targets(self, path: bytes) -> list[bytes]:
        """The paths that this one was renamed to, one after another."""
        return _follow(self._to, path)


def _follow(renames: _Ends, path: bytes) -> list[bytes]:
    """The other ends of the renames of a path or of a folder above it."""
    found: list[bytes] = []
    for _ in range(LONGEST_CHAIN if renames else 0):
        part = path
        while part and part not in renames:
            part = part.rpartition(b"/")[0]
        if not part:
            break
        path = renames[part][0] + path[len(part) :]
        if path in found:
            break
        found.append(path)
    return found
