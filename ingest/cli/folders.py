"""A first scan told by folder, where a line a file would be thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ingest import escape
from ingest.cli.output import counted, kind_of

FEW = 20  # lines


class Folders:
    """Takes changes in, and tells in at most `FEW` lines how many of a kind lie in which folder.

    The folders are those at the top, or those in the one folder that holds all; those with most files come
    first, and the others are one line.
    """

    def __init__(self, *, several: bool) -> None:
        self._several = several  # whether the root's name stands before the path
        self._counts: Counter[tuple[str, str, bytes]] = Counter()

    def take(self, rows: Iterable[Any]) -> None:
        """Rows of `reader.changes`."""
        for row in rows:
            self._counts[row.type, row.root, row.path.rpartition(b"/")[0]] += 1

    def lines(self) -> Iterator[str]:
        """What to show; nothing where nothing was taken in."""
        depth = 0
        while len(found := self._cut(depth)) == 1 and next(iter(found))[2].count(b"/") == depth:
            depth += 1
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        shown = ordered if len(ordered) <= FEW else ordered[: FEW - 1]
        for (kind, root, folder), number in shown:
            where = escape.name(escape.path(folder)) + "/" if folder else "."
            if self._several:
                where = f"{escape.name(root)}/{where}" if folder else f"{escape.name(root)}/"
            yield f"{kind_of(kind)} {counted(number, 'file')} in {where}"
        rest = ordered[len(shown) :]
        if rest:
            number = sum(count for _, count in rest)
            yield f"{'':<9} {counted(number, 'file')} in {counted(len(rest), 'more folder')}"

    def _cut(self, depth: int) -> Counter[tuple[str, str, bytes]]:
        """The counts by the first `depth` + 1 names of the folders."""
        found: Counter[tuple[str, str, bytes]] = Counter()
        for (kind, root, folder), number in self._counts.items():
            found[kind, root, b"/".join(folder.split(b"/")[: depth + 1])] += number
        return found
