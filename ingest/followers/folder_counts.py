"""Many changes told by folder, where a line a file would be thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile

import msgspec

from ingest import escape
from ingest.store.engine import Row

FEW = 20  # lines


class FolderCount(msgspec.Struct, frozen=True):
    """How many changes of a type lie in a folder; the last one has no type and sums up `folders` more."""

    type: str | None
    root: str | None
    files: int
    folder: str
    folders: int = 1


class FolderCounts:
    """Takes changes in, and tells in at most `FEW` lines how many of a type lie in which folder.

    The folders are those at the top, or those in the one folder that holds all; those with most files come
    first, and the others are one line. `files` is how many were taken in.
    """

    def __init__(self) -> None:
        self.files = 0
        self._counts: Counter[tuple[str, str, bytes]] = Counter()

    def take(self, rows: Iterable[Row]) -> None:
        """Take in rows of `reader.changes`."""
        found = [(row.type, row.root, row.path.rpartition(b"/")[0]) for row in rows]
        self._counts.update(found)
        self.files += len(found)

    def lines(self) -> Iterator[FolderCount]:
        """Give what to show; nothing where nothing was taken in."""
        found = self._cut(self._shared())
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        shown = ordered if len(ordered) <= FEW else ordered[: FEW - 1]
        for (type_, root, folder), number in shown:
            where = escape.name(escape.path(folder)) + "/" if folder else ""
            yield FolderCount(type_, root, number, where)
        rest = ordered[len(shown) :]
        if rest:
            yield FolderCount(None, None, sum(count for _, count in rest), "", len(rest))

    def _shared(self) -> int:
        """Tell how many names, from the root on, all folders begin with; 0 where types or roots differ."""
        if len({(type_, root) for type_, root, _ in self._counts}) != 1:
            return 0
        folders = [folder.split(b"/") for *_, folder in self._counts]
        ends = zip(min(folders), max(folders), strict=False)  # what these two share, all do
        return sum(1 for _ in takewhile(lambda names: names[0] == names[1], ends))

    def _cut(self, depth: int) -> Counter[tuple[str, str, bytes]]:
        """Count by the first `depth` + 1 names of the folders."""
        found: Counter[tuple[str, str, bytes]] = Counter()
        for (type_, root, folder), number in self._counts.items():
            found[type_, root, b"/".join(folder.split(b"/")[: depth + 1])] += number
        return found
