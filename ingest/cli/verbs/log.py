"""`ingest log`: the changes, newest first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import click
import msgspec

from ingest import records
from ingest.cli import complete
from ingest.cli.call import opened, settings
from ingest.cli.empty_answer import say_why
from ingest.cli.filters import filters
from ingest.cli.index_snapshot import BEHIND, caught_up, summaries
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import NUMBER, as_json, verb
from ingest.cli.output import change_line, counted, emit, line, note, paged, paint
from ingest.cli.times import Times, calendar
from ingest.errors import NotFound, UsageError
from ingest.history import changes, log_moments, naming
from ingest.history.changes import Filters, Selection, look_up
from ingest.history.prefixes import Prefix
from ingest.history.short_edits import ShortEdits
from ingest.model import BEGINNING
from ingest.store import roots
from ingest.store.engine import Connection, Row, Store


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
    with opened() as store, _snapshot(store, filters.of_edits) as (connection, indexed):
        chosen = asked = look_up(connection, filters)
        last = None if until is None else log_moments.resolve_moment(connection, until, calendar())
        after = BEGINNING if since is None else log_moments.resolve_since(connection, since, calendar())
        note_to_come(connection, since, until)
        if last is not None and after > last:
            raise UsageError(
                "the period ends before it begins", hint="--since is its beginning, --until its end"
            )
        target, path = None, None  # the document, or else the path of a file that was never read
        if doc is not None:
            try:
                target = naming.resolve(connection, doc, root=filters.root, until=last)
            except NotFound:
                rejected = naming.never_read(connection, os.fsencode(doc), chosen.prefix.root)
                if rejected is None:
                    raise
                path, key, _ = rejected
                asked = msgspec.structs.replace(chosen, prefix=Prefix(chosen.prefix.path, key))
            else:
                if target.note:
                    note(target.note)
        several = len(roots.every(connection)) > 1
        # a limit counts from the newest; --reverse turns round what was chosen
        rules = settings().edit_rules
        rows: Iterable[Row] = changes.changes_of(
            connection, asked, rules=rules, indexed=indexed, after=after, until=last, path=path,
            document=target.id if target else None, limit=limit, brief=not as_json(),
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
        edits = ShortEdits(connection, rules=rules, stored=partial(summaries, store, rules))
        for row, edit in edits.of(rows):
            number = f"#{row.seq:<6}"
            when = times.column(row.recorded_at)
            taken = len(number) + len(when) + 3
            told = change_line(row, root=several, edit=edit, taken=taken)
            line(f"{paint(number, fg='yellow')} {when}  {told}")
    if edits.missing:
        untold = counted(edits.missing, "line")
        note(f"{untold} without the kind of edit, not in the index yet: ingest index update")


def _peeked(
    rows: Iterable[Row], connection: Connection, chosen: Selection, until: str | None
) -> Iterator[Row]:
    """Give the same rows; where there is none and can be none, a note says why."""
    found = False
    for row in rows:
        found = True
        yield row
    if not found:
        say_why(connection, prefix=chosen.prefix, until=until)


@contextmanager
def _snapshot(store: Store, filtered: bool) -> Iterator[tuple[Connection, bool]]:
    """Open the record, with the index brought up to it only where all is asked of it."""
    if not filtered and not as_json():
        with store.read() as connection:
            yield connection, False
        return
    with caught_up(
        store, rules=settings().edit_rules, most=None if filtered else BEHIND, needed=False
    ) as found:
        yield found
