"""Each change as one structured log line, written from the log after the commit.

The cursor moves after the lines were flushed, so a crash in between repeats lines and loses none. Where it
cannot be stored, the place is kept here and nothing is told twice, but by the next daemon.

A root whose changes nobody was told yet may be told by folder: what its first scan records, and what `scan`
recorded before. Its cursor does not move until then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from ingest import records
from ingest.edits.rules import Rules
from ingest.errors import StoreDamaged, StoreUnavailable
from ingest.followers.folder_counts import FEW, FolderCounts
from ingest.followers.state import SinkState
from ingest.logging import Log
from ingest.store import cursors, reader, roots
from ingest.store.engine import Connection, Row, Store, translated
from ingest.store.roots import Root

BATCH = 500
STEP = 1000  # other roots' changes passed before the cursor is written
# Beyond these the line's edit is null, since making it would take the processor from the capture;
# whoever asks the store is told.
EXPLAINED = 32  # changes at once
LARGEST = 200_000  # bytes of the version
REST = 0.2  # seconds after a full batch: what is recorded can wait to be told, what is not yet may be lost
IDLE = 1.0  # seconds between two looks when nobody calls: other processes may write too

_SURPRISES = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)

# What is written: a line a change; the same, but a first scan by folder; no change at all.
Detail = Literal["changes", "folders", "none"]


class FirstChanges:
    """The changes of a root of which none was told before: counted, and the lines of the first few kept."""

    def __init__(self) -> None:
        self.counts = FolderCounts()
        self.lines: list[records.Record] = []

    def take(self, rows: list[Row]) -> list[Row]:
        """Count these; returns those whose lines are to be kept."""
        room = max(FEW - self.counts.files, 0)
        self.counts.take(rows)
        return rows[:room]


class LogLines(threading.Thread):
    """Follows the log and writes the lines of some roots until told to stop."""

    def __init__(
        self,
        store: Store,
        followed: list[Root],
        log: Log,
        *,
        rules: Rules,
        wait: Callable[[int, float], None],
        detail: Detail = "changes",
    ) -> None:
        super().__init__(name="log-lines", daemon=True)
        self.rules = rules
        self.sinks = {root.id: SinkState(f"log:{root.name}") for root in followed}
        self._store = store
        self._roots = followed
        self._log = log
        self._wait = wait
        self._detail = detail
        # by root, what was never told to anybody: until its first scan ends
        self._first = {root.id: FirstChanges() for root in followed if detail == "folders"}
        self._stopping = threading.Event()
        self._many = False
        # By root, how many entries of the log lie between the place that is stored and where its sink is.
        self.behind: dict[int, int] = {}

    def run(self) -> None:
        """Tell what is in the log, wait for more."""
        while not self._stopping.is_set():
            told = self._pass()
            if not told:
                self._wait(max((sink.cursor or 0 for sink in self.sinks.values()), default=0), IDLE)
            elif self._many:
                self._stopping.wait(REST)
        while self._pass():
            pass
        for root in self._roots:
            self._end_first(root)  # a scan that was interrupted
        self._pass()

    def stop(self, timeout: float) -> None:
        """Tell what is left, and end."""
        self._stopping.set()
        self.join(timeout)

    def _pass(self) -> bool:
        told = False
        for root in self._roots:
            sink = self.sinks[root.id]
            try:
                told = self._tell(root, sink) or told
                self._keep_place(root, sink)
                sink.last_error = None
            except (StoreUnavailable, OSError) as error:  # OSError: a list of words could not be opened
                sink.last_error = error.message if isinstance(error, StoreUnavailable) else str(error)
        return told

    def _tell(self, root: Root, sink: SinkState) -> bool:
        with self._store.read() as connection:
            stored = cursors.place(connection, _name(root)) or 0
            if stored:
                self._first.pop(root.id, None)
            first = self._first.get(root.id)
            place = stored if sink.cursor is None or root.id not in self.behind else sink.cursor
            rows = list(reader.changes(connection, after=place, root=root.id, limit=BATCH))
            head = int(reader.head(connection).seq)
            alone = rows if first is None else first.take(rows)
            explained = len(rows) <= EXPLAINED
            lines = [self._record(row, connection, explained=explained) for row in alone]
            first_ends = first is not None and len(rows) < BATCH and roots.is_scanned(connection, root.id)
        if first is not None:
            first.lines += lines
        elif self._detail != "none":
            self._write(lines)
        self._many = len(rows) == BATCH
        # Other roots' changes are not this one's to tell: the cursor passes them.
        sink.cursor = head if len(rows) < BATCH else rows[-1].seq
        if rows or head - place > STEP or place > stored:
            self.behind[root.id] = sink.cursor - stored
        if first_ends:
            self._end_first(root)
        return bool(rows)

    def _keep_place(self, root: Root, sink: SinkState) -> None:
        if root.id in self.behind and root.id not in self._first and sink.cursor is not None:
            with self._store.write() as connection:
                cursors.move(connection, _name(root), sink.cursor)
            del self.behind[root.id]

    def _write(self, lines: list[records.Record]) -> None:
        for record in lines:
            self._log.info("change", **record)

    def _end_first(self, root: Root) -> None:
        """Tell a root's first changes, each where they are few."""
        first = self._first.pop(root.id, None)
        if first is None:
            return
        if first.counts.files <= FEW:
            self._write(first.lines)
            return
        for count in first.counts.lines():
            self._log.info(
                "changes", type=count.type, root=root.name, files=count.files, folder=count.folder,
                folders=count.folders,
            )  # fmt: skip

    def _record(self, row: Row, connection: Connection, *, explained: bool) -> records.Record:
        """The change, with its edit where that costs capture nothing to speak of."""
        if explained and (row.size or 0) <= LARGEST:
            try:
                with translated(self._store.address):
                    return records.edited(row, connection, rules=self.rules)
            except (StoreDamaged, *_SURPRISES) as error:
                # Neither a damaged text, which `verify` finds, nor one that no rule of an edit foresaw
                # keeps the changes after it from being told.
                self._log.warning("edit_not_made", seq=row.seq, detail=str(error))
        return records.change(row)


def _name(root: Root) -> str:
    """The cursor's."""
    return f"log/{root.uid.hex()}"
