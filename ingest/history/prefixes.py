"""What `--prefix` names: a folder, or the beginning of a path, below the root."""

from __future__ import annotations

import os

import msgspec

from ingest.escape import path as show
from ingest.model import RootKey
from ingest.store import prefixes, roots
from ingest.store.engine import Connection


class Prefix(msgspec.Struct, frozen=True):
    """The first bytes of a path below its root, and the key of the one root that is meant, if any."""

    path: bytes
    root: RootKey | None


def prefix_of(connection: Connection, words: str, root: RootKey | None) -> Prefix:
    """Return the prefix that a call names: below its root, whole, or as `ROOT/PATH`.

    A root's name alone means all of that root, unless a recorded path begins so.
    """
    path = os.fsencode(words)
    every = [known for known in roots.every(connection) if root in (None, known.id)]
    if path.startswith(b"/"):
        for known in every:
            folder = known.path.rstrip(b"/") + b"/"
            if (path.rstrip(b"/") + b"/").startswith(folder):
                return Prefix(path.removeprefix(folder[:-1]).removeprefix(b"/"), known.id)
    path = path.removeprefix(b"./")
    for known in every:
        name = os.fsencode(known.name)
        named = path == name or path.startswith(name + b"/")
        if named and not prefixes.is_known(connection, path, root):
            return Prefix(path.removeprefix(name).removeprefix(b"/"), known.id)
    return Prefix(path, root)


def unknown(connection: Connection, prefix: Prefix) -> str | None:
    """Tell why nothing can be found by this prefix: no path ever began so.

    None where one did, and for the prefix of every path.
    """
    if (not prefix.path and prefix.root is None) or prefixes.is_known(connection, prefix.path, prefix.root):
        return None
    if not prefix.path:
        (name,) = (known.name for known in roots.every(connection) if known.id == prefix.root)
        return f"nothing was ever found in the root '{name}'"
    return f"no path in the store begins with '{show(prefix.path)}'"
