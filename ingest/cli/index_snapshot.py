"""The derived index as the verbs use it: brought up to the log first, with a bar where that takes long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ingest import records
from ingest.cli.output import note
from ingest.cli.progress import Bar
from ingest.edits.edit import Summary
from ingest.edits.settings import Rules
from ingest.errors import StoreUnavailable
from ingest.history import index_snapshot as history
from ingest.history.index_snapshot import BEHIND
from ingest.index import stored_edits
from ingest.index.database import Index
from ingest.records import Change
from ingest.store.engine import Connection, Row, Store

__all__ = ["BEHIND", "bring_up", "caught_up", "records_of", "summaries"]


@contextmanager
def caught_up(
    store: Store, *, rules: Rules | None = None, most: int | None = None, needed: bool = True
) -> Iterator[tuple[Connection, bool]]:
    """Open record and index as `history.index_snapshot.caught_up` does."""
    index = Index(store)
    try:
        with history.caught_up(
            index, fill=_filled, note=note, rules=rules, most=most, needed=needed
        ) as found:
            yield found
    finally:
        index.dispose()


def summaries(store: Store, rules: Rules, seqs: Sequence[int]) -> dict[int, Summary | None]:
    """Look up the edits of changes as the index has them; none where there is none that can be read."""
    index = Index(store)
    try:
        with (
            suppress(StoreUnavailable),
            history.as_it_is(index, note=note, rules=rules) as (connection, indexed),
        ):
            return stored_edits.summaries(connection, seqs) if indexed else {}
    finally:
        index.dispose()
    return {}


def records_of(store: Store, rules: Rules, rows: Sequence[Row]) -> Iterator[Change]:
    """Give the records of many changes, with the edits that the index has: who asks does not wait for it."""
    index = Index(store)
    try:
        with history.as_it_is(index, note=note, rules=rules) as (connection, indexed):
            yield from records.changes(connection, rows, rules=rules, indexed=indexed)
    finally:
        index.dispose()


def bring_up(index: Index, *, rules: Rules | None = None, most: int | None = None) -> int:
    """Bring the index up to the log, and its edits to these rules; made anew once where it is damaged."""
    return history.bring_up(index, fill=_filled, rules=rules, most=most)


def _filled(index: Index, rules: Rules | None) -> int:
    """Fill the index. Raises KeyboardInterrupt with what stays where somebody stops it."""
    from ingest.index import fill  # noqa: PLC0415 - what compares texts is loaded by those that compare

    try:
        with Bar("index", "changes") as bar:
            return fill.catch_up(index, rules=rules, progress=bar.show)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt("what was taken in stays, and the next call goes on from there") from stop
