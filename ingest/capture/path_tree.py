"""Values by path, of which all below a folder can be taken out in time that grows with how many those are."""

from __future__ import annotations

from typing import TypeVar

from ingest.disk.walk import folders_above

V = TypeVar("V")


class PathTree(dict[bytes, V]):
    """A value for each path: set by `tree[path] = value`, taken out by `cut`, and changed in no other way."""

    def __init__(self) -> None:
        super().__init__()
        self._below: dict[
            bytes, set[bytes]
        ] = {}  # what lies directly below each folder, on the way to a value

    def __setitem__(self, path: bytes, value: V) -> None:
        super().__setitem__(path, value)
        for folder in (*folders_above(path), b"") if path else ():
            below = self._below.setdefault(folder, set())
            if path in below:
                break  # the way from here up is known
            below.add(path)
            path = folder

    def cut(self, top: bytes) -> None:
        """Take out a path and all below it; all there is for the root, b""."""
        waiting = [top]
        while waiting:
            path = waiting.pop()
            self.pop(path, None)
            waiting += self._below.pop(path, ())
        if top:
            above = self._below.get(top.rpartition(b"/")[0])
            if above is not None:
                above.discard(top)
