"""`ingest changes`: the feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import click

from ingest import escape, records
from ingest.cli import complete
from ingest.cli.call import opened, settings
from ingest.cli.empty_answer import say_why
from ingest.cli.filters import filters
from ingest.cli.index_snapshot import caught_up, records_of
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import NUMBER, as_json, verb
from ingest.cli.output import change_line, emit, flush, has_no_reader, header, line, note, paint
from ingest.cli.times import calendar
from ingest.daemon.log_growth import LogGrowth
from ingest.errors import UsageError
from ingest.history import follow as following
from ingest.history import log_moments, texts
from ingest.history.changes import Filters
from ingest.model import BEGINNING, Seq
from ingest.records import Change
from ingest.store import cursors
from ingest.store.engine import Connection, Row, Store

BATCH = 1000
TEXTS = 50  # changes whose texts are held at once
FEW = 20  # changes whose edits are made sooner than the index is opened


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
    if peek and cursor is None:
        raise UsageError("--peek goes with --cursor")
    if text and not as_json():
        raise UsageError("--text goes with --json", hint="for people: ingest show, ingest diff")
    if cursor is not None:
        cursors.check_name(cursor)
    with opened() as store:
        reader = following.ReaderCursor(store, cursor, stays=peek)
        with store.read() as connection:
            place = (reader.place or BEGINNING) if since is None else _after(connection, since)
            note_to_come(connection, since)
        told_to, is_first = place, True
        batches = following.batches(
            partial(_snapshot, store, filters),
            filters,
            rules=settings().edit_rules,
            after=place,
            limit=limit,
            size=TEXTS if text else BATCH,
            brief=not as_json(),
            make=partial(_told, store, text=text),
            say_none=lambda connection, prefix: say_why(connection, prefix=prefix),
            wait=LogGrowth(store, check=_require_reader).wait if follow else None,
        )
        for batch in batches:
            place = batch.place
            reader.require_movable(place)
            if is_first and not as_json():
                header(f"{'seq':<7} {'change':<9} path")
            is_first = False
            for each in batch.items:
                if isinstance(each, str):
                    line(each)
                else:
                    emit(each)
            told_to = batch.last or told_to
            flush()
            reader.move(place)
    if cursor is not None and peek:
        _say_place(cursor, place, told_to)


def _say_place(cursor: str, place: int, told_to: int) -> None:
    """Note where the cursor may be moved to, where what was told ends before: the rest was not wanted."""
    if place > told_to:
        note(f"looked up to #{place}: ingest cursors move {escape.name(cursor)} {place}")


def _after(connection: Connection, words: str) -> Seq:
    """Find the seq that the feed goes on after: the one that is named, or the last before a moment."""
    found = re.fullmatch(r"(?:#|seq:)?(\d{1,18})", words, re.ASCII)
    return Seq(int(found[1])) if found else log_moments.resolve_since(connection, words, calendar())


def _require_reader() -> None:
    if has_no_reader():
        raise BrokenPipeError


def _snapshot(store: Store, wanted: Filters) -> AbstractContextManager[tuple[Connection, bool]]:
    """Open the record, with the index brought up to it where edits are chosen. Raises StoreUnavailable.

    A file that was put in the place of the store's is asked by whoever begins anew.
    """
    store.require_in_place()
    if wanted.of_edits:
        return caught_up(store, rules=settings().edit_rules, needed=False)
    return _record_alone(store)


@contextmanager
def _record_alone(store: Store) -> Iterator[tuple[Connection, bool]]:
    with store.read() as connection:
        yield connection, False


def _told(store: Store, connection: Connection, rows: Sequence[Row], *, text: bool) -> list[str | Change]:
    """Tell each change as a line for people, or as its record."""
    if not as_json():
        return [
            f"{paint(f'#{row.seq:<6}', fg='yellow')} {change_line(row, root=True, taken=8)}" for row in rows
        ]
    rules = settings().edit_rules
    if len(rows) > FEW:
        made = records_of(store, rules, rows)
    else:
        made = (records.change_with_edit(row, connection, rules=rules) for row in rows)
    if not text:
        return list(made)
    return [texts.with_texts(connection, row, record) for row, record in zip(rows, made, strict=True)]
