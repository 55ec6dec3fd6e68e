"""`ingest report`: what happened in a period, for people."""

from __future__ import annotations

import click

from ingest import escape
from ingest.cli import files
from ingest.cli.call import opened, settings
from ingest.cli.index_snapshot import BEHIND, caught_up
from ingest.cli.moment_notes import note_to_come, note_unbegun
from ingest.cli.options import as_json, verb
from ingest.cli.output import Style, emit, line, lines, note, paged
from ingest.cli.progress import Bar
from ingest.cli.times import calendar
from ingest.errors import UsageError
from ingest.history import log_moments, naming, prefixes
from ingest.history.prefixes import Prefix
from ingest.report import model, terminal
from ingest.report.build import build
from ingest.report.page import page
from ingest.store import roots
from ingest.store.engine import Connection

_NAME = "name a file with --html"
_STYLES: dict[str, Style] = {
    "head": {"bold": True},
    "silent": {"fg": "red", "bold": True},
    "open": {"fg": "blue", "bold": True},
    "reworded": {"fg": "cyan", "bold": True},
    "unread": {"fg": "magenta", "bold": True},
    "before": {"fg": "red"},
    "after": {"fg": "green"},
}


@verb
@click.argument("doc", required=False)
@click.option("--since", metavar="M", help="From this moment on (default: the beginning).")
@click.option("--until", metavar="M", help="Up to this moment (default: now).")
@click.option("--root", metavar="NAME", help="Only this root.")
@click.option("--prefix", metavar="PATH", help="Only paths that begin so: a folder, or the start of a name.")
@click.option("--html", "file", metavar="FILE", help="Write a page to this file too; - is standard output.")
@click.option("--force", is_flag=True, help="Overwrite the page.")
@paged
def command(
    doc: str | None, since: str | None, until: str | None, root: str | None, prefix: str | None,
    file: str | None, force: bool,
) -> None:  # fmt: skip
    """What was changed silently, changed in the open, added, removed, and how surely it was observed.

    An edit is open when its own version says so by a notice. The gravest come first: facts, headline,
    negation and modality, attribution and quotation, removed text, added text, rephrased; then the newest.
    Each such edit is told with its class, its reason, and the sentences before and after; then follow, a line
    each, those that put words for others. A document that went to and fro between two texts is one entry.
    Where a state may have no version is told from the coverage of the period. --html writes one page that
    needs nothing else. With --json the whole report is one object, on one line.

    Exit: 0; 2 no such document, root or moment, or the page exists; 4 no store, or FILE's place does not
    answer.
    """
    if doc is not None and prefix is not None:
        raise UsageError("a report of one document takes no --prefix")
    if file == "-":
        if as_json():
            raise UsageError(
                "--json and --html - both write to standard output", hint="name a file with --html"
            )
    elif file is not None:
        files.require_new(file, hint=_NAME, replace=force)
    rules = settings().edit_rules
    with (
        opened() as store,
        caught_up(store, rules=rules, most=BEHIND) as (connection, indexed),
        Bar("report", "changes") as bar,
    ):
        target = None if doc is None else naming.resolve(connection, doc, root=root)
        below, root = _beginning(connection, prefix or "", root)
        note_to_come(connection, since, until)
        report = build(
            connection, since=since, until=until, root=root, document=target,
            prefix=below.path, rules=rules, indexed=indexed, calendar=calendar(),
            progress=bar.show,
        )  # fmt: skip
        if until is not None:
            note_unbegun(log_moments.unrecorded_roots(connection, until, calendar(), report.root))
        if prefix and not report.documents:
            note(_why_nothing(connection, below, prefix))
    if target is not None and target.note:
        note(target.note)
    if file == "-":
        lines(page(report).splitlines())
        return
    if file is not None:
        files.write(file, page(report).encode("utf-8", "replace"), hint=_NAME, replace=force)
    if as_json():
        emit(model.record(report))
        return
    for style, words in terminal.lines(report):
        line(words, style=_STYLES.get(style))
    if file is not None:
        note(f"wrote {escape.name(file)}")


def _beginning(connection: Connection, prefix: str, root: str | None) -> tuple[Prefix, str | None]:
    """Find what `--prefix` names, and the root that it is below, where one is meant."""
    below = prefixes.prefix_of(connection, prefix, naming.root_id(connection, root))
    names = {known.id: known.name for known in roots.every(connection)}
    return below, None if below.root is None else names[below.root]


def _why_nothing(connection: Connection, below: Prefix, prefix: str) -> str:
    unknown = prefixes.unknown(connection, below)
    return unknown or f"nothing happened in this period to a path that begins with {prefix}"
