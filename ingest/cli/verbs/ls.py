"""`ingest ls`: the documents, now or as of a moment."""

from __future__ import annotations

import click

from ingest import escape, moments, records
from ingest.cli import complete
from ingest.cli.call import opened
from ingest.cli.empty_answer import say_why
from ingest.cli.moment_notes import note_to_come, note_unbegun
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, header, line, paint
from ingest.cli.times import Times, calendar
from ingest.errors import UsageError
from ingest.history import languages, log_moments, naming, prefixes
from ingest.history.prefixes import Prefix
from ingest.moments import show
from ingest.records import of_row, shown_path
from ingest.records.verbs import Rejected
from ingest.store import file_states, listing, roots
from ingest.store.engine import Connection
from ingest.store.file_states import Problem
from ingest.store.listing import DocumentRow
from ingest.store.roots import Root


@verb
@click.argument("prefix", required=False, default="", shell_complete=complete.documents)
@click.option("--at", metavar="MOMENT", help="As of this moment: a date, a time, 2d, #17.")
@click.option("--deleted", is_flag=True, help="The deleted documents instead.")
@click.option("--rejected", is_flag=True, help="The files that could not be read instead.")
@click.option(
    "--date", "date", metavar="D", help="Only of this day, month or year: 2021-02 finds 2021-02-20."
)
@click.option("--language", metavar="L", help="Only texts in this language, by its ISO 639-1 code: en, nl.")
@click.option("--prefix", "also", metavar="PATH", help="The same as PREFIX, as other verbs have it.")
@click.option("--root", metavar="NAME", help="Only this root.")
def command(
    prefix: str, at: str | None, deleted: bool, rejected: bool, date: str | None, language: str | None,
    also: str | None, root: str | None,
) -> None:  # fmt: skip
    """The documents whose path begins with PREFIX, now or as of a moment.

    PREFIX is a folder below the root, or the beginning of a path.

    Exit: 0; 2 no such root, date or moment; 4 no store.
    """
    if rejected and (deleted or at is not None or date is not None or language is not None):
        raise UsageError(
            "--rejected goes with no --at, --deleted, --date or --language",
            hint="they are as of now, and have no text",
        )
    if prefix and also is not None:
        raise UsageError("PREFIX and --prefix are the same", hint="write one of them")
    days = None if date is None else moments.days(date)
    with opened() as store, store.read() as connection:
        key = naming.root_id(connection, root)
        below = prefixes.prefix_of(connection, also or prefix, key)
        key = below.root
        every = roots.every(connection)
        several = len(every) > 1
        if rejected:
            known = [root for root in every if key in (None, root.id)]
            _list_rejected(connection, known, below, several=several)
            return
        until = None
        if at is not None:
            until = log_moments.resolve_moment(connection, at, calendar())
            note_to_come(connection, at)
            note_unbegun(log_moments.unrecorded_roots(connection, at, calendar(), root))
        json = as_json()  # there may be very many lines
        if not json:
            header(f"{'ver':<5} {'bytes':>9}  {'date':<10}  {'lang':<4}  path  title")
        times = Times()
        found = False
        for row in listing.documents(
            connection, until=until, root=key, prefix=below.path, deleted=deleted, days=days,
            language=None if language is None else languages.code_of(language),
        ):  # fmt: skip
            found = True
            if json:
                emit(records.document(row))
            else:
                _show(row, several, times)
        if not found:
            say_why(connection, prefix=below, language=language)


def _list_rejected(connection: Connection, known: list[Root], below: Prefix, *, several: bool) -> None:
    if not as_json():
        header(f"{'reason':<13} path  detail")
    found = False
    for root in known:
        for problem in file_states.rejected(connection, root.id):
            if problem.path.startswith(below.path):
                found = True
                _show_rejected(root.name, problem, several)
    if not found:
        say_why(connection, prefix=below)


def _show(row: DocumentRow, several: bool, times: Times) -> None:
    where = escape.name(escape.path(row.path))
    if several:
        where = f"{escape.name(row.root)}/{where}"
    gone = "" if row.deleted_at is None else f"  deleted {times.show(row.deleted_at)}"
    title = f"  {escape.name(row.title)}" if row.title else ""
    version = paint(f"@{row.version:<4}", fg="yellow")
    facts = f"{row.size:>9}  {row.date or '-':<10}  {row.language or '-':<4}"
    line(f"{version} {facts}  {where}{paint(title, dim=True)}{gone}")


def _show_rejected(root: str, problem: Problem, several: bool) -> None:
    if as_json():
        path, path_base64 = shown_path(problem.path)
        emit(
            of_row(
                Rejected, problem, root=root, path=path, path_base64=path_base64, since=show(problem.since)
            )
        )
    else:
        prefix = f"{escape.name(root)}/" if several else ""
        where = prefix + escape.name(escape.path(problem.path))
        line(f"{problem.reason:<13} {where}  {escape.name(problem.detail or '')}")
