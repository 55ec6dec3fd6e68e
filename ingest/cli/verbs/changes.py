"""`ingest changes`: the feed."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from ingest import escape
from ingest.cli import complete
from ingest.cli.filters import Chosen, Filters, chosen_changes, filters, look_up
from ingest.cli.nothing import say_why
from ingest.cli.options import NUMBER, as_json, opened, settings, verb
from ingest.cli.output import change_line, emit, flush, has_no_reader, header, line, note, paint
from ingest.cli.times import calendar, note_to_come

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.edits.settings import Rules
    from ingest.store.engine import Connection, Row, Store

BATCH = 1000
TEXTS = 50  # changes whose texts are held at once
FEW = 20  # changes whose edits are made sooner than the index is opened
POLL = 0.25  # seconds between two looks when no daemon can wake us
RETRY = 5.0  # seconds between two tries to reach one
_GONE = -1  # a daemon went away


@verb
@click.option("--since", metavar="SEQ|M", help="What comes after SEQ; of a moment M, from then on.")
@click.option("--limit", type=NUMBER, metavar="N", help="At most N changes.")
@click.option("--follow", is_flag=True, help="Go on with what comes.")
@click.option(
    "--cursor",
    metavar="NAME",
    shell_complete=complete.cursors,
    help="From where this cursor stands; it moves once the output is flushed.",
)
@click.option("--peek", is_flag=True, help="Leave the cursor where it is: ingest cursors move NAME SEQ.")
@click.option("--text", is_flag=True, help="With --json: each text, and the one before.")
@filters
def command(
    since: str | None, limit: int | None, follow: bool, cursor: str | None, peek: bool, text: bool,
    filters: Filters,
) -> None:  # fmt: skip
    """The changes, oldest first.

    With --cursor a reader goes on where it was. The cursor moves once the output is flushed: what a
    reader that dies had not done yet is not given again. One that must lose nothing reads with --peek
    and then says `ingest cursors move NAME SEQ`: what it had not said so of is given again.

    Exit: 0; 2 usage, no such root; 4 no store, or a cursor would move in a log that was longer; 5 with
    --text, damaged bytes.
    """
    from ingest.errors import UsageError
    from ingest.store import cursors
    from ingest.store import reader as log

    if peek and cursor is None:
        raise UsageError("--peek goes with --cursor")
    if text and not as_json():
        raise UsageError("--text goes with --json", hint="for people: ingest show, ingest diff")
    if cursor is not None:
        cursors.check_name(cursor)
    with opened() as store:
        reader = _Cursor(store, cursor, stays=peek)
        with store.read() as connection:
            place = (reader.place or 0) if since is None else _after(connection, since)
            note_to_come(connection, since)
        left = limit
        growth = _Growth(store) if follow else None
        first, told_to = True, place
        while True:
            most = TEXTS if text else BATCH
            size = most if left is None else min(most, left)
            with _snapshot(store, filters) as (connection, indexed):
                chosen = look_up(connection, filters)
                until = int(log.head(connection).seq)
                rows = _rows(connection, chosen, place, until, size, indexed=indexed)
                told = list(_told(store, connection, rows, text=text))
                if not rows and first:
                    say_why(connection, prefix=chosen.prefix)
            # what is not wanted is passed too
            place = rows[-1].seq if rows and len(rows) == size else max(place, until) if size else place
            reader.require_movable(place)
            if first and not as_json():
                header(f"{'seq':<7} {'change':<9} path")
            first = False
            # outside the snapshot: a reader may be slow, and would hold it open
            for each in told:
                if isinstance(each, str):
                    line(each)
                else:
                    emit(each)
            if rows:
                told_to = rows[-1].seq
            flush()
            reader.move(place)
            if left is not None:
                left -= len(rows)
            if left == 0 or (len(rows) < size and growth is None):
                if cursor is not None and peek:
                    _say_place(cursor, place, told_to)
                return
            if len(rows) < size and growth is not None:
                growth.wait(place)


def _say_place(cursor: str, place: int, told_to: int) -> None:
    """Note where the cursor may be moved to, where what was told ends before: the rest was not wanted."""
    if place > told_to:
        note(f"looked up to #{place}: ingest cursors move {escape.name(cursor)} {place}")


def _after(connection: Connection, words: str) -> int:
    """The seq that the feed goes on after: the one that is named, or the last before a moment."""
    from ingest.history import queries

    found = re.fullmatch(r"(?:#|seq:)?(\d{1,18})", words, re.ASCII)
    return int(found[1]) if found else queries.resolve_since(connection, words, calendar())


@contextmanager
def _snapshot(store: Store, wanted: Filters) -> Iterator[tuple[Connection, bool]]:
    """The record, and whether the index can be asked; it is brought up to it where edits are chosen."""
    if not wanted.of_edits:
        with store.read() as connection:
            yield connection, False
        return
    from ingest.cli.indexed import caught_up

    with caught_up(store, rules=settings().edit_rules, needed=False) as found:
        yield found


def _rows(
    connection: Connection, chosen: Chosen, place: int, until: int, size: int, *, indexed: bool
) -> list[Row]:
    rules = settings().edit_rules
    brief = not as_json()
    found = chosen_changes(
        connection, chosen, rules=rules, indexed=indexed, after=place, until=until, limit=size, brief=brief
    )
    return list(found)


def _told(
    store: Store, connection: Connection, rows: Sequence[Row], *, text: bool
) -> Iterator[str | dict[str, object]]:
    """Each change as a line for people, or as its record."""
    if not as_json():
        for row in rows:
            number = paint(f"#{row.seq:<6}", fg="yellow")
            yield f"{number} {change_line(row, root=True, taken=8)}"
        return
    from ingest import records
    from ingest.history import texts

    rules = settings().edit_rules
    if len(rows) > FEW:
        made = _with_stored_edits(store, rows, rules)
    else:
        made = (records.edited(row, connection, rules=rules) for row in rows)
    for row, record in zip(rows, made, strict=True):
        yield {**record, **texts.around(connection, row)} if text else record


def _with_stored_edits(store: Store, rows: Sequence[Row], rules: Rules) -> Iterator[dict[str, object]]:
    """Many changes, with the edits that the index has: the feed does not wait for the others."""
    from ingest import records
    from ingest.cli.indexed import as_it_is
    from ingest.index.database import Index

    index = Index(store)
    try:
        with as_it_is(index, rules=rules) as (connection, indexed):
            yield from records.changes(connection, rows, rules=rules, indexed=indexed)
    finally:
        index.dispose()


class _Cursor:
    """The reader's cursor: one without a name, or that stays, is never moved.

    Raises LogShortened where it is to move in a log that was longer: what comes next will have the numbers of
    the lost changes.
    """

    def __init__(self, store: Store, name: str | None, *, stays: bool) -> None:
        from ingest import witnesses
        from ingest.store import cursors

        self._store = store
        self._name = name or ""
        self._moves = name is not None and not stays
        if self._moves:
            witnesses.require_agreement(store)
        self._tried = False
        self.place: int | None = None
        if name is not None:
            with store.read() as connection:
                self.place = cursors.place(connection, name)

    def require_movable(self, place: int) -> None:
        """Raise StoreReadOnly where it is to move and cannot: asked before its reader is given anything."""
        from ingest.errors import StoreReadOnly
        from ingest.store import cursors

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

    def move(self, place: int) -> None:
        """Put it where its reader has come."""
        from ingest.store import cursors

        if self._moves and place != self.place:
            with self._store.write() as connection:
                cursors.move(connection, self._name, place)
            self.place = place


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
        from ingest.daemon.running import doors
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
