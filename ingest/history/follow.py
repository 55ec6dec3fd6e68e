"""The log followed from a place on, in batches, and the cursor of the reader who follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

import msgspec

from ingest import witnesses
from ingest.edits.settings import Rules
from ingest.errors import StoreReadOnly
from ingest.history import changes
from ingest.history.changes import Filters
from ingest.history.prefixes import Prefix
from ingest.model import Seq
from ingest.store import cursors, reader
from ingest.store.engine import Connection, Row, Store
from ingest.witnesses import Witness

Item = TypeVar("Item")


class Batch(msgspec.Struct, Generic[Item], frozen=True):
    """What was made of some changes.

    `place` is the seq up to which the log was looked through. `last`, the seq of the last change that was
    wanted, may lie before it; None where none was.
    """

    items: list[Item]
    place: Seq
    last: Seq | None


def batches(
    snapshot: Callable[[], AbstractContextManager[tuple[Connection, bool]]],
    wanted: Filters,
    *,
    rules: Rules,
    after: Seq,
    limit: int | None,
    size: int,
    brief: bool,
    make: Callable[[Connection, Sequence[Row]], list[Item]],
    say_none: Callable[[Connection, Prefix], None],
    wait: Callable[[int], None] | None,
) -> Iterator[Batch[Item]]:
    """Yield the changes after a place, oldest first, at most `size` at once and `limit` in all.

    There is one batch at least. `snapshot` opens the record and says whether the index can be asked; `make`
    is called within it, and `say_none` where the first batch has no change. A batch is yielded outside: its
    reader may be slow, and would hold the snapshot open. With `wait`, which returns when the log may be
    longer than a place, it goes on for ever. The reader is a witness: raises LogShortened where the log has
    not what it had before.
    """
    place, left, is_first = after, limit, True
    seen: Witness | None = None
    while True:
        most = size if left is None else min(size, left)
        with snapshot() as (connection, indexed):
            if seen is not None:
                witnesses.refuse(witnesses.contradictions([seen], connection))
            chosen = changes.look_up(connection, wanted)
            head = Seq(reader.head(connection).seq)
            found = changes.changes_of(
                connection, chosen, rules=rules, indexed=indexed, after=place, until=head, limit=most,
                brief=brief,
            )  # fmt: skip
            rows = list(found)
            leaves = reader.leaves(connection, {head, *(row.seq for row in rows[-1:])})
            items = make(connection, rows)
            if is_first and not rows:
                say_none(connection, chosen.prefix)
        is_first = False
        is_full = len(rows) == most
        last = Seq(rows[-1].seq) if rows else None
        if not is_full:
            place = max(place, head)
        elif last is not None:
            place = last
        seen = Witness("this reader", place, leaf) if (leaf := leaves.get(place)) else seen
        yield Batch(items, place, last)
        if left is not None:
            left -= len(rows)
        if left == 0 or (not is_full and wait is None):
            return
        if not is_full and wait is not None:
            wait(place)


class ReaderCursor:
    """A reader's cursor, `place` where it stands; without a name, or with `stays`, it is never moved.

    Raises LogShortened where it is to move in a log that was longer: the next changes will have the seqs of
    those that were lost.
    """

    def __init__(self, store: Store, name: str | None, *, stays: bool) -> None:
        self._store = store
        self._name = name or ""
        self._moves = name is not None and not stays
        if self._moves:
            witnesses.require_agreement(store)
        self._tried = False
        self.place: Seq | None = None
        if name is not None:
            with store.read() as connection:
                self.place = cursors.place(connection, name)

    def require_movable(self, place: Seq) -> None:
        """Raise StoreReadOnly where the cursor is to move and cannot: before its reader is given anything."""
        if self._tried or not self._moves or place == self.place:
            return
        try:
            with self._store.write() as connection:
                trial = connection.begin_nested()
                cursors.move(connection, self._name, place)
                trial.rollback()
        except StoreReadOnly as error:
            raise StoreReadOnly(
                f"the cursor '{self._name}' cannot be moved: {error.message}",
                code=error.code,
                hint="with --peek it stays where it is",
            ) from error
        self._tried = True

    def move(self, place: Seq) -> None:
        """Put the cursor at the place that its reader has come to, if it is to move."""
        if self._moves and place != self.place:
            with self._store.write() as connection:
                cursors.move(connection, self._name, place)
            self.place = place
