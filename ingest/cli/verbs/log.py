"""`ingest log`: the changes, newest first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING

import click

from ingest.cli import complete
from ingest.cli.filters import Chosen, Filters, chosen_changes, filters, look_up
from ingest.cli.nothing import say_why
from ingest.cli.options import NUMBER, as_json, opened, settings, verb
from ingest.cli.output import change_line, counted, emit, line, note, paged, paint
from ingest.cli.times import Times, calendar, note_to_come

if TYPE_CHECKING:
    from ingest.edits.edit import Summary
    from ingest.edits.settings import Rules
    from ingest.store.engine import Connection, Row, Store

BATCH = 2500  # lines whose edits are looked up at once
MADE = 20  # edits made from their texts where the index does not have them: the newest lines, in 50 ms
EDITED = frozenset(("changed", "moved", "restored"))  # what can come with a new version of a known document


@verb
@click.argument("doc", required=False, shell_complete=complete.documents)
@click.option("--since", metavar="M", help="From this moment on.")
@click.option("--until", metavar="M", help="Up to this moment.")
@click.option("-n", "limit", type=NUMBER, metavar="N", help="At most N changes.")
@click.option("--reverse", is_flag=True, help="Oldest first.")
@filters
@paged
def command(
    doc: str | None, since: str | None, until: str | None, limit: int | None, reverse: bool, filters: Filters
) -> None:
    """The changes of a document, or of all, newest first.

    Exit: 0; 2 no such document, root or moment; 4 no store.
    """
    from ingest import records
    from ingest.errors import NotFound, UsageError
    from ingest.history import queries
    from ingest.store import roots

    with opened() as store, _snapshot(store, filters.of_edits) as (connection, indexed):
        chosen = look_up(connection, filters)
        words = chosen.words
        last = None if until is None else queries.resolve_moment(connection, until, calendar())
        after = 0 if since is None else queries.resolve_since(connection, since, calendar())
        note_to_come(connection, since, until)
        if last is not None and after > last:
            raise UsageError(
                "the period ends before it begins", hint="--since is its beginning, --until its end"
            )
        target, path = None, None
        if doc is not None:
            try:
                target = queries.resolve(connection, doc, root=filters.root, until=last)
            except NotFound:
                rejected = queries.never_read(connection, os.fsencode(doc), chosen.prefix.root)
                if rejected is None:
                    raise
                path, words["root"], _ = rejected
            else:
                if target.note:
                    note(target.note)
        several = len(roots.every(connection)) > 1
        # a limit counts from the newest; --reverse turns round what was chosen
        rules = settings().edit_rules
        rows: Iterable[Row] = chosen_changes(
            connection, chosen, rules=rules, indexed=indexed, after=after, until=last, path=path,
            root=words["root"], document=target.id if target else None, limit=limit, brief=not as_json(),
            newest_first=not (reverse and limit is None),
        )  # fmt: skip
        if reverse and limit is not None:
            rows = reversed(list(rows))
        rows = _peeked(rows, connection, chosen, until)
        if as_json():
            for record in records.changes(connection, rows, rules=rules, indexed=indexed):
                emit(record)
            return
        times = Times()
        times.header(f"{'seq':<7} ", "when", f"  {'change':<9} path")
        for row, edit in _with_edits(store, connection, rows, rules):
            number = f"#{row.seq:<6}"
            when = times.column(row.recorded_at)
            taken = len(number) + len(when) + 3
            told = change_line(row, root=several, edit=edit, taken=taken)
            line(f"{paint(number, fg='yellow')} {when}  {told}")


def _peeked(rows: Iterable[Row], connection: Connection, chosen: Chosen, until: str | None) -> Iterator[Row]:
    """The same rows; where there is none and can be none, a note says why."""
    found = False
    for row in rows:
        found = True
        yield row
    if not found:
        say_why(connection, prefix=chosen.prefix, until=until)


@contextmanager
def _snapshot(store: Store, filtered: bool) -> Iterator[tuple[Connection, bool]]:
    """The record, with the index brought up to it only where all is asked of it."""
    if not filtered and not as_json():
        with store.read() as connection:
            yield connection, False
        return
    from ingest.cli.indexed import BEHIND, caught_up

    with caught_up(
        store, rules=settings().edit_rules, most=None if filtered else BEHIND, needed=False
    ) as found:
        yield found


def _with_edits(
    store: Store, connection: Connection, rows: Iterable[Row], rules: Rules
) -> Iterator[tuple[Row, Summary | None]]:
    """Each change with its edit in short: as the index has it, else made from the texts.

    A log is not kept waiting: the index is taken as it is, and few edits are made. A note counts the others.
    """
    stream, left, untold = iter(rows), MADE, 0
    while batch := list(islice(stream, BATCH)):
        known = _indexed(store, [row.seq for row in batch if row.type in EDITED], rules)
        for row in batch:
            seq = row.seq
            if seq not in known and row.type in EDITED:
                if left:
                    known[seq] = _made(connection, seq, rules)
                    left -= 1
                else:
                    untold += row.type == "changed"
            yield row, known.get(seq)
    if untold:
        note(f"{counted(untold, 'line')} without the kind of edit, not in the index yet: ingest index update")


def _indexed(store: Store, seqs: Sequence[int], rules: Rules) -> dict[int, Summary | None]:
    """What the index knows of these changes; nothing where there is none, or one that cannot be read."""
    if not seqs:
        return {}
    from ingest.cli.indexed import as_it_is
    from ingest.errors import StoreUnavailable
    from ingest.index import stored_edits
    from ingest.index.database import Index

    index = Index(store)
    try:
        with suppress(StoreUnavailable), as_it_is(index, rules=rules) as (connection, indexed):
            return stored_edits.summaries(connection, seqs) if indexed else {}
    finally:
        index.dispose()
    return {}


def _made(connection: Connection, seq: int, rules: Rules) -> Summary | None:
    from ingest.errors import IntegrityError
    from ingest.store import reader

    (row,) = reader.changes(connection, after=seq - 1, until=seq)
    if row.previous_version in (None, row.version):
        return None
    # What compares texts is loaded by those alone that compare.
    from ingest.index import edits

    with suppress(IntegrityError):
        edit = edits.of(connection, row, rules=rules)
        return None if edit is None else edit.summary
    return None
