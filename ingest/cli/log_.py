"""`ingest log`: the changes, newest first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ingest import moments
from ingest.cli.options import NUMBER, as_json, opened, settings, verb
from ingest.cli.output import change_line, emit, header, line, note, paint

if TYPE_CHECKING:
    from ingest.store.engine import Connection, Store

TYPES = ("created", "changed", "moved", "deleted", "restored", "rejected", "renormalised")


@verb
@click.argument("doc", required=False)
@click.option("--since", metavar="M", help="From this moment on.")
@click.option("--until", metavar="M", help="Up to this moment.")
@click.option("-n", "limit", type=NUMBER, metavar="N", help="At most N changes.")
@click.option("--type", "type_", metavar="T", help=f"Only this type: {', '.join(TYPES)}.")
@click.option("--class", "class_", metavar="C", help="Only edits of this class: correction, update, ….")
@click.option("--significance", metavar="S", help="Only such edits: none, cosmetic, substantive.")
@click.option("--fact", metavar="KIND", help="Only edits that changed such a fact: number, name, ….")
@click.option("--flag", metavar="F", help="Only edits with this flag: headline, notice, stealth.")
@click.option("--reverse", is_flag=True, help="Oldest first.")
@click.option("--root", metavar="NAME", help="Only this root.")
def command(
    doc: str | None, since: str | None, until: str | None, limit: int | None, type_: str | None,
    class_: str | None, significance: str | None, fact: str | None, flag: str | None,
    reverse: bool, root: str | None,
) -> None:  # fmt: skip
    """The changes of a document, or of all, newest first.

    Exit: 0; 2 no such document, root or moment; 4 no store.
    """
    from ingest import queries
    from ingest.errors import NotFound, UsageError
    from ingest.store import reader, roots

    if type_ is not None and type_.removeprefix("document.") not in TYPES:
        raise UsageError(f"no type '{type_}'", hint=f"the types are: {', '.join(TYPES)}")
    filtered = any((class_, significance, fact, flag))
    with opened() as store, _snapshot(store, filtered) as (connection, indexed):
        among = None
        if filtered:
            from ingest.index import kinds

            among = kinds.chosen(kind=class_, significance=significance, fact=fact, flag=flag)
        key = queries.root_id(connection, root)
        last = None if until is None else queries.resolve_moment(connection, until)
        after = 0 if since is None else queries.resolve_since(connection, since)
        target, path = None, None
        if doc is not None:
            try:
                target = queries.resolve(connection, doc, root=root, until=last)
            except NotFound:
                path = os.fsencode(doc)
                if not any(True for _ in reader.changes(connection, path=path, root=key, limit=1)):
                    raise
            else:
                if target.note:
                    note(target.note)
        several = len(roots.every(connection)) > 1
        # a limit counts from the newest; --reverse turns round what was chosen
        rows = reader.changes(
            connection, after=after, until=last, document=target.id if target else None, path=path, root=key,
            type_=None if type_ is None else type_.removeprefix("document."), limit=limit,
            brief=not as_json(), among=among, newest_first=not (reverse and limit is None),
        )  # fmt: skip
        if reverse and limit is not None:
            rows = reversed(list(rows))
        if as_json():
            phrases = settings().notice_phrases
            for record in queries.change_records(connection, rows, phrases=phrases, indexed=indexed):
                emit(record)
            return
        header(f"{'seq':<7} {'when (UTC)':<19}  {'change':<9} path")
        for row in rows:
            number = paint(f"#{row.seq:<6}", fg="yellow")
            when = moments.show_seconds(row.recorded_at)
            line(f"{number} {when}  {change_line(row, root=several)}")


@contextmanager
def _snapshot(store: Store, filtered: bool) -> Iterator[tuple[Connection, bool]]:
    """The record, with the index only where it is asked: a plain log costs what it costs without one."""
    if not filtered and not as_json():
        with store.read() as connection:
            yield connection, False
        return
    from ingest.cli.indexed import BEHIND, caught_up

    with caught_up(store, phrases=settings().notice_phrases, most=None if filtered else BEHIND) as found:
        yield found
