"""`ingest export`: the corpus as it stood."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import click

from ingest import escape, overseen
from ingest.cli.call import opened
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import as_json, is_quiet, verb
from ingest.cli.output import counted, emit, line
from ingest.cli.progress import Bar
from ingest.cli.times import calendar
from ingest.disk.reachability import silent_of
from ingest.errors import UsageError
from ingest.history import log_moments, snapshots
from ingest.model import Seq
from ingest.records import Document
from ingest.records.verbs import Exported
from ingest.store import reader
from ingest.store.engine import Connection, Store


@verb
@click.argument("folder", metavar="DIR")
@click.option("--at", metavar="MOMENT", help="As of this moment (default: now).")
@click.option("--root", metavar="NAME", help="Only this root.")
def command(folder: str, at: str | None, root: str | None) -> None:
    """Write every document as it stood at a moment to a new or empty folder.

    With one root, or with --root, its paths lie directly below DIR; else below a folder a root.

    Exit: 0; 2 no such moment or root, or DIR is not empty; 4 no store, or DIR does not answer; 5
    damaged bytes.
    """
    files = size = 0
    with opened() as store:
        with store.read() as connection:
            until = _until(connection, at, root)
        with Bar("export", "files") as bar:
            for record in _written(store, folder, until=until, root=root):
                files += 1
                size += record.size
                bar.show(files)
                if as_json() and not is_quiet():
                    emit(record)
    if as_json():
        emit(Exported(files=files, bytes=size, seq=until))
    else:
        written = f"{counted(files, 'file')}, {counted(size, 'byte')}"
        line(f"wrote {written}, to {escape.name(folder)} as of #{until}")


def _until(connection: Connection, at: str | None, root: str | None) -> Seq:
    """Return the place in the log that a moment names; every root was known then."""
    if at is None:
        return Seq(reader.head(connection).seq)
    until = log_moments.resolve_moment(connection, at, calendar())
    note_to_come(connection, at)
    for name, begin in log_moments.unrecorded_roots(connection, at, calendar(), root).items():
        raise UsageError(
            f"not every root was known at {at}: {log_moments.beginning_words(name, begin, calendar())}",
            hint="choose one that was with --root NAME",
        )
    return until


def _written(store: Store, folder: str, *, until: Seq, root: str | None) -> Iterator[Document]:
    """Write the files; where the folder may not answer, in a process of its own."""

    def each() -> Iterator[Document]:
        with store.read() as connection:
            yield from snapshots.export(connection, folder, until=until, root=root)

    def work(tell: Callable[[Document], None]) -> None:
        for record in each():
            tell(record)

    places = silent_of(os.fsencode(folder))
    if not places:
        return each()
    return overseen.results(places, work, Document, release=store.dispose, tidies=True)
