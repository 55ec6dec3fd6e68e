"""`ingest restore`: write a version back as a file."""

from __future__ import annotations

import os
from functools import partial

import click

from ingest import escape, overseen
from ingest.cli import complete, files
from ingest.cli.call import opened
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import as_json, verb
from ingest.cli.output import counted, emit, line, note
from ingest.cli.times import calendar
from ingest.disk import root_mark
from ingest.disk.reachability import silent_of_root
from ingest.disk.write import is_beneath, write_beneath
from ingest.errors import IntegrityError, UsageError
from ingest.history import naming, version_contents
from ingest.records import shown_path
from ingest.records.verbs import Restored
from ingest.store import roots

_NAME = "name a file with --to"


@verb
@click.argument("doc", metavar="DOC@REV", shell_complete=complete.documents)
@click.option("--rev", metavar="REV", help="The version, beside a plain DOC.")
@click.option("--to", metavar="PATH", help="Write here, not to the document's own path.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@click.option("--root", metavar="NAME", help="The root, where several hold the path.")
def command(doc: str, rev: str | None, to: str | None, force: bool, root: str | None) -> None:
    """Write a version's bytes back as a file, whole or not at all.

    With --force, a link at the document's own path is replaced by the file, never written through.

    Exit: 0; 2 no such document or version, or a file is there; 4 no store or root, or its place does
    not answer; 5 damaged bytes.
    """
    with opened() as store, store.read() as connection:
        target, picked = naming.locate(connection, doc, calendar(), rev=rev, root=root)
        if picked is None:
            raise UsageError(
                f"restore needs a version of {escape.path(target.path)}",
                hint=f"its versions are @1 to @{target.last}: ingest restore {escape.path(target.path)}@1",
            )
        note_to_come(connection, picked)
        if target.note:
            note(target.note)
        no = naming.pick(connection, target, picked, calendar())
        body = version_contents.raw_bytes(connection, target, no)
        folder = roots.by_name(connection, target.root).path
    if to is None and not (is_beneath(target.path) and is_beneath(folder.lstrip(b"/"))):
        raise IntegrityError(
            f"the recorded path {escape.path(os.path.join(folder, target.path))} is none below its root",
            hint="name another place with --to, and run: ingest verify",
        )
    place = os.path.join(folder, target.path) if to is None else os.path.abspath(os.fsencode(to))
    if to is None:
        work = partial(_write_back, folder, target.path, body, replace=force)
        overseen.result(silent_of_root(folder), work, None, of_root=True, tidies=True)
    else:
        files.write(os.fsdecode(place), body, hint=_NAME, replace=force)
    if as_json():
        path_, path_base64 = shown_path(place)
        emit(
            Restored(
                document=target.document, version=no, path=path_, path_base64=path_base64, size=len(body)
            )
        )
    else:
        line(
            f"wrote {escape.name(to or escape.path(target.path))}, version {no}, {counted(len(body), 'byte')}"
        )


def _write_back(root: bytes, path: bytes, body: bytes, *, replace: bool) -> None:
    """Write a file below the root, never elsewhere: a folder on the way may be a link out of it by now."""
    place = os.path.join(root, path)
    opened_root = root_mark.open_root(root)
    try:
        write_beneath(opened_root.fd, path, body, replace=replace)
    except FileExistsError as error:
        raise UsageError(f"{escape.path(place)} exists", hint="overwrite it with --force") from error
    except IsADirectoryError as error:
        raise UsageError(f"{escape.path(place)} is a folder", hint=_NAME) from error
    except NotADirectoryError as error:
        raise UsageError(
            f"{escape.path(error.filename)} is not a folder of the root", hint="name another place with --to"
        ) from error
    finally:
        os.close(opened_root.fd)
