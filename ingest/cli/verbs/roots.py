"""`ingest roots`: the watched folders."""

from __future__ import annotations

import os
import socket
from typing import Any

import click

from ingest import escape, root_folder
from ingest.cli.call import opened, system_clock
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, header, line
from ingest.daemon import retire
from ingest.daemon.enrolment import refuse_nested
from ingest.disk import root_mark
from ingest.errors import NotFound, UsageError
from ingest.moments import show
from ingest.store import roots
from ingest.store.engine import Connection, Store
from ingest.store.roots import Root

USAGE = "[rename A B | relocate A PATH | retire A | resume A]"
_TAKES = {"rename": 2, "relocate": 2, "retire": 1, "resume": 1}  # how many words


@verb
@click.argument("words", nargs=-1, metavar=USAGE)
def command(words: tuple[str, ...]) -> None:
    """List the roots; rename one, tell that its folder moved, retire it or resume it. Their history stays.

    A retired root is not observed, and neither `watch` nor `scan` takes it until it is resumed.

    Exit: 0 done; 2 no such root or folder, a name that is taken, or a folder inside a root.
    """
    with opened() as store:
        if not words:
            with store.read() as connection:
                every = roots.every(connection)
            width = max((len(escape.name(root.name)) for root in every), default=4)
            if not as_json():
                header(f"{'name':<{width}}  path")
            for root in every:
                _show(root, width)
            return
        verb_, *rest = words
        if _TAKES.get(verb_) != len(rest):
            raise UsageError(
                f"roots '{' '.join(words)}' is not understood", hint=f"write: ingest roots {USAGE}"
            )
        if verb_ == "retire":
            changed = retire.retire(store, rest[0], clock=system_clock())
        else:
            with store.write() as connection:
                if verb_ == "rename":
                    changed = _rename(connection, *rest)
                elif verb_ == "resume":
                    changed = retire.resume(connection, rest[0])
                else:
                    changed = _relocate(store, connection, *rest)
    _show(changed, 0)


def _rename(connection: Connection, name: str, other: str) -> Root:
    root = roots.named(connection, name)
    roots.check_name(other)
    if any(known.name == other for known in roots.every(connection)):
        raise UsageError(f"the name '{other}' is taken", hint="run: ingest roots")
    roots.update(connection, root.id, name=other)
    return roots.named(connection, other)


def _relocate(store: Store, connection: Connection, name: str, folder: str) -> Root:
    root = roots.named(connection, name)
    path = os.path.realpath(os.fsencode(folder))
    if not os.path.isdir(path):
        raise NotFound(f"no folder at {escape.path(path)}")
    host = socket.gethostname()
    others = [known for known in roots.every(connection) if known.id != root.id]
    found = root_mark.open_root(path)
    try:
        why = root_folder.refusal(store, root, found, elsewhere=path)
        if why is not None:
            raise UsageError(
                f"{escape.path(path)} is not the folder of the root '{root.name}': {why}",
                hint="if its documents are the root's, move it to "
                f"{escape.path(root.path)} and run: ingest scan --adopt {root.name}",
            )
        for other in others:
            if (other.host, other.path) == (host, path):
                raise UsageError(
                    f"{escape.path(path)} is already the root '{other.name}'", hint="run: ingest roots"
                )
        refuse_nested(others, path)
        roots.update(connection, root.id, path=path, **root_folder.folder_columns(found, path))
    finally:
        os.close(found.fd)
    return roots.named(connection, name)


def _show(root: Root, width: int) -> None:
    record: dict[str, Any] = {
        "name": root.name,
        **escape.path_fields("path", root.path),
        "id": root.uid.hex(),
        "host": root.host,
        "last_scan_at": show(root.last_scan_at),
        "retired_at": show(root.retired_at),
    }
    if as_json():
        emit(record)
        return
    retired = "  retired" if record["retired_at"] else ""
    line(f"{escape.name(record['name']):<{width}}  {escape.name(record['path'])}{retired}")
