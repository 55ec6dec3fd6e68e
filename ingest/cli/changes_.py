"""`ingest changes`: the feed."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from ingest.cli.options import NUMBER, as_json, opened, settings, verb
from ingest.cli.output import change_line, emit, flush, has_no_reader, header, line, paint
from ingest.escape import is_utf8

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.compare.rules import Rules
    from ingest.store.engine import Row, Store

BATCH = 1000
FEW = 20  # changes whose edits are made sooner than the index is opened
POLL = 0.25  # seconds between two looks when no daemon can wake us
RETRY = 5.0  # seconds between two tries to reach one
_GONE = -1  # a daemon went away


@verb
@click.option("--since", type=NUMBER, metavar="SEQ", help="What comes after SEQ.")
@click.option("--limit", type=NUMBER, metavar="N", help="At most N changes.")
@click.option("--follow", is_flag=True, help="Go on with what comes.")
@click.option(
    "--cursor", metavar="NAME", help="From where this cursor stands; it moves once the output is flushed."
)
@click.option("--peek", is_flag=True, help="Leave the cursor where it is.")
def command(since: int | None, limit: int | None, follow: bool, cursor: str | None, peek: bool) -> None:
    """The changes, oldest first.

    Exit: 0; 2 usage; 4 no store.
    """
    from ingest import records
    from ingest.errors import UsageError
    from ingest.store import cursors, reader

    if peek and cursor is None:
        raise UsageError("--peek goes with --cursor")
    if cursor is not None and not _is_name(cursor):
        raise UsageError(
            f"'{cursor}' cannot be a cursor's name", hint="1 to 200 characters, no braces, no slash"
        )
    with opened() as store:
        place = since
        if place is None and cursor is not None:
            with store.read() as connection:
                place = cursors.place(connection, cursor)
        place = place or 0
        left = limit
        rules = settings().edit_rules
        growth = _Growth(store) if follow else None
        if not as_json():
            header(f"{'seq':<7} {'change':<9} path")
        while True:
            size = BATCH if left is None else min(BATCH, left)
            with store.read() as connection:
                rows = list(reader.changes(connection, after=place, limit=size, brief=not as_json()))
                shown = [
                    records.edited(row, connection, rules=rules)
                    for row in (rows if as_json() and len(rows) <= FEW else ())
                ]
            if as_json() and not shown and rows:
                _tell(store, rows, rules)
            for record in shown:
                emit(record)
            for row in rows if not as_json() else ():
                number = paint(f"#{row.seq:<6}", fg="yellow")
                line(f"{number} {change_line(row, root=True)}")
            if rows:
                place = rows[-1].seq
                flush()
            if cursor is not None and not peek:
                with store.write() as connection:
                    if rows or cursors.place(connection, cursor) is None:
                        cursors.move(connection, cursor, place)
            if left is not None:
                left -= len(rows)
            if left == 0 or (len(rows) < size and growth is None):
                return
            if len(rows) < size and growth is not None:
                growth.wait(place)


def _is_name(cursor: str) -> bool:
    return 0 < len(cursor) <= 200 and is_utf8(cursor) and not any(mark in cursor for mark in "{}/\0")


def _tell(store: Store, rows: Sequence[Row], rules: Rules) -> None:
    """Write many changes, with the edits that the index has: the feed does not wait for the others."""
    from ingest import records
    from ingest.cli.indexed import as_it_is
    from ingest.index.place import Index

    index = Index(store)
    try:
        with as_it_is(index, rules=rules) as (connection, indexed):
            for record in records.changes(connection, rows, rules=rules, indexed=indexed):
                emit(record)
    finally:
        index.dispose()


class _Growth:
    """Waits until the log is longer than a place: woken by each daemon, else by looking again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._listening: dict[Path, threading.Thread] = {}
        self._next_try = 0.0
        self._everywhere = False

    def wait(self, place: int) -> None:
        """Return when there may be more than `place`."""
        if time.monotonic() >= self._next_try:
            self._listen()
        until = self._next_try if self._everywhere else time.monotonic() + POLL
        grown = place
        while grown <= place and grown != _GONE:
            if has_no_reader():
                raise BrokenPipeError
            try:
                grown = self._heard.get(timeout=min(max(until - time.monotonic(), 0.0), POLL))
            except queue.Empty:
                if time.monotonic() >= until:
                    return
        if grown == _GONE:
            self._everywhere = False

    def _listen(self) -> None:
        """Have a thread at every door; a root without one is written by whoever scans it."""
        from ingest.daemon.doors import doors
        from ingest.errors import Unreachable

        self._next_try = time.monotonic() + RETRY
        self._everywhere = False
        try:
            paths = list(doors(self._store))
        except Unreachable:
            return
        self._listening = {path: one for path, one in self._listening.items() if one.is_alive()}
        for path in paths:
            if path not in self._listening and path.exists():
                self._listening[path] = threading.Thread(target=self._hear, args=(path,), daemon=True)
                self._listening[path].start()
        self._everywhere = bool(paths) and all(path in self._listening for path in paths)

    def _hear(self, path: Path) -> None:
        from ingest.daemon.door import ask
        from ingest.errors import Unreachable

        with suppress(Unreachable):
            for answer in ask(path, {"verb": "follow"}, timeout=60.0):
                self._heard.put(answer.get("seq", 0))
        self._heard.put(_GONE)
