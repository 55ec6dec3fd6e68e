"""What a scan recorded: the changes of some roots after a place in the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ingest.model import BEGINNING, Seq
from ingest.store import reader, totals
from ingest.store.engine import Connection, Row
from ingest.store.roots import Root


class ScanResult(msgspec.Struct, frozen=True):
    """What a scan recorded: how many changes of each type, and where the log ends.

    `rejected` counts the files of the roots that are rejected now, `without_text` by reason their live
    documents that have no text now.
    """

    types: dict[str, int]
    rejected: int
    seq: int
    without_text: dict[str, int]


def counts(connection: Connection, roots: Sequence[Root], *, after: Seq) -> ScanResult:
    """Count what was recorded of these roots after a place in the log."""
    rejected = totals.rejected_by_root(connection)
    return ScanResult(
        types=totals.types(connection, [root.id for root in roots], after=after),
        rejected=sum(rejected.get(root.id, 0) for root in roots),
        seq=Seq(reader.head(connection).seq),
        without_text=_without_text(connection, roots),
    )


def _without_text(connection: Connection, roots: Sequence[Root]) -> dict[str, int]:
    keys = {root.id for root in roots}
    found: dict[str, int] = {}
    for root, reason, many in totals.without_text(connection):
        if root in keys:
            found[reason] = found.get(reason, 0) + many
    return found


def changes(connection: Connection, roots: Sequence[Root], *, after: Seq, brief: bool) -> Iterator[Row]:
    """Yield the changes of these roots after a place in the log, oldest first, as `reader.changes` does."""
    names = {root.name for root in roots}
    only = roots[0].id if len(roots) == 1 else None
    for row in reader.changes(connection, after=after, root=only, brief=brief):
        if row.root in names:
            yield row


def first_scanned(connection: Connection, roots: Sequence[Root], *, after: Seq, few: int) -> set[str]:
    """Return the names of roots without a change up to a place, if together they have over `few` after it."""
    first = [root for root in roots if not _number(connection, root, until=after, most=1)]
    number = sum(_number(connection, root, after=after, most=few + 1) for root in first)
    return {root.name for root in first} if number > few else set()


def _number(
    connection: Connection, root: Root, *, most: int, after: Seq = BEGINNING, until: Seq | None = None
) -> int:
    """Tell how many changes of a root there are, at most `most`."""
    if until == 0:
        return 0
    rows = reader.changes(connection, after=after, until=until, root=root.id, brief=True, limit=most)
    return len(list(rows))
