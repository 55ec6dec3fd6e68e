"""`ingest show`: a version's text, or its bytes."""

from __future__ import annotations

import sys

import click

from ingest import escape
from ingest.change_line import shown_place
from ingest.cli import complete, files
from ingest.cli.call import opened
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, flush, line, note, paged, write
from ingest.cli.times import calendar
from ingest.history import naming, version_annotations, version_contents, version_records
from ingest.model import Annotation, Annotations
from ingest.standoff import Places


@verb
@click.argument("doc", metavar="DOC[@REV]", shell_complete=complete.documents)
@click.option("--rev", metavar="REV", help="The version, beside a plain DOC.")
@click.option("--raw", is_flag=True, help="The bytes as they were.")
@click.option("-o", "output", metavar="FILE", help="Write the bytes to this file.")
@click.option("--annotations", is_flag=True, help="What stands beside the text: comments, changes, pages …")
@click.option("--normaliser", metavar="N", help="The text that this normaliser made.")
@click.option("--root", metavar="NAME", help="The root, where several hold the path.")
@paged
def command(
    doc: str,
    rev: str | None,
    raw: bool,
    output: str | None,
    annotations: bool,
    normaliser: str | None,
    root: str | None,
) -> None:
    """A version's text; with --raw or -o its bytes, exactly.

    REV is @3, @first, @latest, @prev, a moment, or {cursor:NAME}. The text is written as it is, so that a
    pipe gets nothing more: where it ends without a newline, as documents' texts do, a terminal gets one.

    Exit: 0; 2 no such document or version, or it has no text; 4 no store, or FILE's place does
    not answer; 5 its bytes are damaged.
    """
    with opened() as store, store.read() as connection:
        target, picked = naming.locate(connection, doc, calendar(), rev=rev, root=root)
        note_to_come(connection, picked)
        if target.note:
            note(target.note)
        no = naming.pick(connection, target, picked, calendar())
        file = None if output == "-" else output
        if file is not None:
            files.write(file, version_contents.raw_bytes(connection, target, no), hint="name a file in it")
        if as_json():
            emit(version_records.version_record(connection, target, no, normaliser))
            return
        if raw or output is not None:
            if file is None:
                body = version_contents.raw_bytes(connection, target, no)
                sys.stdout.buffer.write(body)
                flush()
            return
        if annotations:
            known = version_annotations.annotations_of(connection, target, no, normaliser)
            found = version_annotations.places(connection, target, no, normaliser)
            _show_annotations(known, None if found is None else found[1])
            return
        text = version_contents.text(connection, target, no, normaliser)
        if text is None:
            reason = version_contents.version_row(connection, target, no, normaliser).text_reason
            raise version_contents.without_text(target, no, reason)
    end = "\n" if text and not text.endswith("\n") and sys.stdout.isatty() else ""
    write((escape.text(text) + end).encode("utf-8", "replace"))


def _show_annotations(known: Annotations | None, places: Places | None) -> None:
    """Write a line for each annotation: its kind, what it says, who said it, and where."""
    if known is None:
        note("it is plain text, or has no text: nothing stands beside it")
        return
    for name in Annotations.__struct_fields__:
        for each in getattr(known, name):
            told = [each.kind, each.name, each.text, each.media_type]
            told += [each.author and f"by {each.author}", each.date]
            told += [None if each.size is None else f"{each.size:,} bytes"]
            told += [each.sha256 and f"sha256 {each.sha256}", _where(each, places)]
            said = "  ".join(" ".join(str(part).split()) for part in told if part)
            line(f"{name.replace('_', ' '):<18} {escape.text(said)}")


def _where(each: Annotation, places: Places | None) -> str:
    """Say on which page or below which heading it stands; of a page, which it is."""
    if each.page is not None or each.place is None or places is None:
        return shown_place(each.page, None)
    place = places.at(each.place)
    return shown_place(place.page, place.heading)
