"""Another name for a root, or another place of its folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from ingest import escape, overseen, root_folder
from ingest.daemon.enrolment import refuse_nested
from ingest.disk import mounts, root_mark
from ingest.disk.reachability import real_path, silent_of_root
from ingest.disk.root_mark import Anchor
from ingest.errors import NotFound, UsageError
from ingest.store import roots
from ingest.store.engine import Connection, Store
from ingest.store.roots import Root


def rename(connection: Connection, name: str, other: str) -> Root:
    """Give a root another name. Raises NotFound, UsageError."""
    root = roots.by_name(connection, name)
    roots.check_name(other)
    if any(known.name == other for known in roots.every(connection)):
        raise UsageError(f"the name '{other}' is taken", hint="run: ingest roots")
    roots.update(connection, root.id, name=other)
    return roots.by_name(connection, other)


def relocate(store: Store, connection: Connection, name: str, folder: str) -> Root:
    """Record that a root's folder stands elsewhere now, where that is proven.

    Raises NotFound, UsageError, RootUnavailable.
    """
    root = roots.by_name(connection, name)
    path = real_path(os.fsencode(folder), mounts.table())
    host = socket.gethostname()
    others = [known for known in roots.every(connection) if known.id != root.id]
    asked = root_folder.refusal_by_disk(store, root, elsewhere=path)
    why, columns = overseen.result(
        silent_of_root(path),
        partial(_looked_at, path, asked),
        tuple[str | None, dict[str, Any]],
        of_root=True,
    )
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
    roots.update(connection, root.id, path=path, **columns)
    return roots.by_name(connection, name)


def _looked_at(path: bytes, asked: Callable[[Anchor], str | None]) -> tuple[str | None, dict[str, object]]:
    """Tell why a folder is not the root, and what is to be recorded of it."""
    if not os.path.isdir(path):
        raise NotFound(f"no folder at {escape.path(path)}")
    found = root_mark.open_root(path)
    try:
        return asked(found), root_folder.folder_columns(found, path)
    finally:
        os.close(found.fd)
