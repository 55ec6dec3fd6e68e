"""`ingest roots`: the watched folders."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import click

from ingest import escape
from ingest.cli.options import as_json, opened, system_clock, verb
from ingest.cli.output import emit, header, line
from ingest.moments import show

if TYPE_CHECKING:
    from ingest.store.roots import Root


@verb
@click.argument("words", nargs=-1, metavar="[rename A B | relocate A PATH | retire A]")
def command(words: tuple[str, ...]) -> None:
    """List the roots; rename one, tell that its folder moved, or retire it. Their history stays.

    Exit: 0 done; 2 no such root or folder.
    """
    from ingest.disk import anchor
    from ingest.errors import NotFound, UsageError
    from ingest.store import roots

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
        if (verb_, len(rest)) not in (("rename", 2), ("relocate", 2), ("retire", 1)):
            raise UsageError(
                f"roots '{' '.join(words)}' is not understood",
                hint="write: ingest roots [rename A B | relocate A PATH | retire A]",
            )
        with store.write() as connection:
            root = roots.named(connection, rest[0])
            if verb_ == "rename":
                roots.check_name(rest[1])
                if any(other.name == rest[1] for other in roots.every(connection)):
                    raise UsageError(f"the name '{rest[1]}' is taken", hint="run: ingest roots")
                roots.update(connection, root.id, name=rest[1])
            elif verb_ == "retire":
                roots.update(connection, root.id, retired_at=system_clock().wall())
            else:
                path = os.path.realpath(os.fsencode(rest[1]))
                if not os.path.isdir(path):
                    raise NotFound(f"no folder at {escape.path(path)}")
                found = anchor.open_root(path)
                same = found.is_root(place=roots.place_of(store, root), uid=root.uid)
                os.close(found.fd)
                if not same:
                    raise UsageError(
                        f"{escape.path(path)} is not the folder of the root '{root.name}'",
                        hint="it is another folder, or a copy without .ingest/root-id; if its documents are "
                        f"the root's, move it to {escape.path(root.path)} and run: "
                        f"ingest scan --adopt {root.name}",
                    )
                place = {"device": found.device, "inode": found.inode, "host": socket.gethostname()}
                roots.update(connection, root.id, path=path, **place)
            changed = next(each for each in roots.every(connection) if each.id == root.id)
    _show(changed, 0)


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
