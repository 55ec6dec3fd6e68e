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

Told = TypeVar("Told")


class Batch(msgspec.Struct, Generic[Told], frozen=True):
    """What was told of some changes.

    `place` is the seq up to which the log was looked through, `last` that of the last change that was wanted,
    None where none was: what is not wanted is passed too.
    """

    told: list[Told]
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
    tell: Callable[[Connection, Sequence[Row]], list[Told]],
    say_none: Callable[[Connection, Prefix], None],
    wait: Callable[[int], None] | None,
) -> Iterator[Batch[Told]]:
    """Give the changes after a place, oldest first, at most `size` at once and `limit` in all.

    One batch at least.

    `snapshot` opens the record and says whether the index can be asked; `tell` is called within it, and
    `say_none` where the first batch has no change. A batch is given outside: its reader may be slow, and
    would hold the snapshot open. With `wait`, which returns when the log may be longer than a place, it goes
    on for ever. The reader is a witness: raises LogShortened where the log has not what it had before.
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
            found = changes.of(
                connection, chosen, rules=rules, indexed=indexed, after=place, until=head, limit=most,
                brief=brief,
            )  # fmt: skip
            rows = list(found)
            leaves = reader.leaves(connection, {head, *(row.seq for row in rows[-1:])})
            told = tell(connection, rows)
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
        yield Batch(told, place, last)
        if left is not None:
            left -= len(rows)
        if left == 0 or (not is_full and wait is None):
            return
        if not is_full and wait is not None:
            wait(place)


class ReaderCursor:
    """A reader's cursor: one without a name, or that stays, is never moved. `place` is where it stands.

    Raises LogShortened where it is to move in a log that was longer: what comes next will have the numbers of
    the lost changes.
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
        """Raise StoreReadOnly where it is to move and cannot: asked before its reader is given anything."""
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
        """Put it where its reader has come."""
        if self._moves and place != self.place:
            with self._store.write() as connection:
                cursors.move(connection, self._name, place)
            self.place = place
