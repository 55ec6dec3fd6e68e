"""`ingest restore`: write a version back as a file."""

from __future__ import annotations

import os

import click

from ingest import escape
from ingest.cli.common import as_json, emit, line, note, opened, verb


@verb
@click.argument("doc", metavar="DOC@REV")
@click.option("--rev", metavar="REV", help="The version, beside a plain DOC.")
@click.option("--to", metavar="PATH", help="Write here, not to the document's own path.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@click.option("--root", metavar="NAME", help="The root, where several hold the path.")
def command(doc: str, rev: str | None, to: str | None, force: bool, root: str | None) -> None:
    """Write a version's bytes back as a file, whole or not at all.

    Exit: 0; 2 no such document or version, or a file is there; 4 no store or root; 5 damaged bytes.
    """
    from ingest import queries
    from ingest.disk.write import write_file
    from ingest.errors import UsageError
    from ingest.store import roots

    with opened() as store, store.read() as connection:
        target, picked = queries.locate(connection, doc, rev=rev, root=root)
        if picked is None:
            raise UsageError(
                f"restore needs a version of {escape.path(target.path)}",
                hint=f"its versions are @1 to @{target.last}: ingest restore {escape.path(target.path)}@1",
            )
        if target.note:
            note(target.note)
        no = queries.pick(connection, target, picked)
        body = queries.raw_bytes(connection, target, no)
        folder = roots.named(connection, target.root).path
    if to is not None:
        path = os.path.abspath(os.fsencode(to))
    else:
        _refuse_outside(folder, target.path)
        path = os.path.join(folder, target.path)
    if os.path.isdir(path):
        raise UsageError(f"{escape.path(path)} is a folder", hint="name a file with --to")
    try:
        write_file(path, body, replace=force)
    except FileExistsError as error:
        raise UsageError(f"{escape.path(path)} exists", hint="overwrite it with --force") from error
    if as_json():
        emit(
            {
                "document": target.document,
                "version": no,
                **escape.path_fields("path", path),
                "size": len(body),
            }
        )
    else:
        line(f"wrote {escape.name(to or escape.path(target.path))}, version {no}, {len(body)} bytes")


def _refuse_outside(root: bytes, path: bytes) -> None:
    """A folder of the path may have been swapped for a link that leads out of the root."""
    from ingest.disk import anchor
    from ingest.disk.read import open_beneath
    from ingest.errors import UsageError

    opened_root = anchor.open_root(root)
    try:
        parts = path.split(b"/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = b"/".join(parts[:depth])
            try:
                os.close(open_beneath(opened_root.fd, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW))
            except FileNotFoundError:
                return
            except OSError as error:
                raise UsageError(
                    f"{escape.path(folder)} is not a folder of the root: {os.strerror(error.errno or 0)}",
                    hint="name another place with --to",
                ) from error
    finally:
        os.close(opened_root.fd)
