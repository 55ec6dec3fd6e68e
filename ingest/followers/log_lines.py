"""Each change as one structured log line, written from the log after the commit.

The cursor moves after the lines were flushed, so a crash in between repeats lines and loses none. Where it
cannot be stored, the place is kept here and nothing is told twice, but by the next daemon.

A root whose changes nobody was told yet may be told by folder: what its first scan records, and what `scan`
recorded before. Its cursor does not move until then.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ingest import records
from ingest.edits.settings import Rules
from ingest.errors import StoreDamaged
from ingest.followers.folder_counts import FEW, FolderCounts
from ingest.followers.follower import SinkState
from ingest.logging import Log
from ingest.model import BEGINNING, Seq
from ingest.store import cursors, reader, roots
from ingest.store.driver_errors import translated
from ingest.store.engine import Connection, Row, Store
from ingest.store.roots import Root

BATCH = 500
STEP = 1000  # other roots' changes passed before the cursor is written
# Beyond these the line's edit is null, since making it would take the processor from the capture;
# whoever asks the store is told.
EXPLAINED = 32  # changes at once
LARGEST = 200_000  # bytes of the version
REST = 0.2  # seconds after a full batch: what is recorded can wait to be told, what is not yet may be lost

_SURPRISES = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)

# What is written: a line a change; the same, but a first scan by folder; no change at all.
Detail = Literal["changes", "folders", "none"]


class FirstChanges:
    """The changes of a root of which none was told before: counted, and the lines of the first few kept."""

    def __init__(self) -> None:
        self.counts = FolderCounts()
        self.lines: list[records.Change] = []

    def take(self, rows: list[Row]) -> list[Row]:
        """Count these; returns those whose lines are to be kept."""
        room = max(FEW - self.counts.files, 0)
        self.counts.take(rows)
        return rows[:room]


class LogLines:
    """Writes a line for each change of one root, and follows the log with a cursor of its own.

    `rules`, by which edits are made, may be replaced at any time.
    """

    failure = None  # a line of the log could not be written: no other would
    retry = 1.0  # seconds

    def __init__(
        self, store: Store, root: Root, log: Log, *, rules: Rules, detail: Detail = "changes"
    ) -> None:
        self.rules = rules
        self.state = SinkState(f"log:{root.name}")
        self._store = store
        self._root = root
        self._log = log
        self._detail = detail
        # what was never told to anybody, until the first scan ends
        self._first = FirstChanges() if detail == "folders" else None

    def step(self) -> float | None:
        """Write the lines of a batch; the cursor moves after them."""
        state, root = self.state, self._root
        with self._store.read() as connection:
            stored = cursors.place(connection, self._cursor) or BEGINNING
            if stored:
                self._first = None
            place = state.cursor if state.cursor is not None and state.unstored else stored
            rows = list(reader.changes(connection, after=place, root=root.id, limit=BATCH))
            head = Seq(reader.head(connection).seq)
            alone = rows if self._first is None else self._first.take(rows)
            explained = len(rows) <= EXPLAINED
            lines = [self._record(row, connection, explained=explained) for row in alone]
            full = len(rows) == BATCH
            first_ends = not full and roots.is_scanned(connection, root.id)
        if self._first is not None:
            self._first.lines += lines
        elif self._detail != "none":
            self._write(lines)
        # Other roots' changes are not this one's to tell: the cursor passes them.
        state.cursor = rows[-1].seq if full else head
        if rows or head - place > STEP or place > stored:
            state.unstored = state.cursor - stored
        if first_ends:
            self._tell_first()
        self._keep_place()
        return REST if full else 0.0 if rows else None

    def finish(self) -> None:
        """Tell the changes of a first scan that was interrupted."""
        self._tell_first()
        self._keep_place()

    @property
    def _cursor(self) -> str:
        """Return the cursor's name in the store."""
        return f"log/{self._root.uid.hex()}"

    def _keep_place(self) -> None:
        if self.state.unstored and self._first is None and self.state.cursor is not None:
            with self._store.write() as connection:
                cursors.move(connection, self._cursor, self.state.cursor)
            self.state.unstored = 0

    def _write(self, lines: list[records.Change]) -> None:
        for record in lines:
            self._log.info("change", **msgspec.to_builtins(record))

    def _tell_first(self) -> None:
        """Tell the first changes, each where they are few."""
        first, self._first = self._first, None
        if first is None:
            return
        if first.counts.files <= FEW:
            self._write(first.lines)
            return
        for count in first.counts.lines():
            self._log.info(
                "changes", type=count.type, root=self._root.name, files=count.files, folder=count.folder,
                folders=count.folders,
            )  # fmt: skip

    def _record(self, row: Row, connection: Connection, *, explained: bool) -> records.Change:
        """Return the change, with its edit where that costs capture nothing to speak of."""
        if explained and (row.size or 0) <= LARGEST:
            try:
                with translated(self._store.address):
                    return records.change_with_edit(row, connection, rules=self.rules)
            except (StoreDamaged, *_SURPRISES) as error:
                # Neither a damaged text, which `verify` finds, nor one that no rule of an edit foresaw
                # keeps the changes after it from being told.
                self._log.warning("edit_not_made", seq=row.seq, detail=str(error))
        return records.change(row)
