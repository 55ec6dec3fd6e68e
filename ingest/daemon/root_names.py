"""Known roots by what a call wrote: a name or a path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from ingest import overseen, root_folder
from ingest.disk import mounts
from ingest.disk.reachability import real_path, silent_of_root
from ingest.errors import NotFound, Unreachable
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.roots import Root


def chosen(store: Store, words: Sequence[str]) -> list[Root]:
    """Return the named roots, or all that are not retired. Raises NotFound."""
    with store.read() as connection:
        every = roots.every(connection)
    if not words:
        return [root for root in every if root.retired_at is None]
    return [_one(every, word) for word in words]


def is_here(store: Store, root: Root) -> bool:
    """Tell whether a root is this host's.

    Of a server that several share, one that was recorded here, or whose folder stands here with its mark (a
    host can be renamed).
    """
    if root_folder.is_of_here(store, root):
        return True
    places = silent_of_root(root.path)
    try:
        return overseen.answered(places, partial(_stands, store, root), bool, release=store.dispose)
    except Unreachable:
        return False


def _stands(store: Store, root: Root) -> bool:
    os.close(root_folder.open_recorded(store, root).fd)
    return True


def _one(every: list[Root], word: str) -> Root:
    for root in every:
        if root.name == word:
            return root
    table = mounts.table()
    path = real_path(os.fsencode(word), table)
    for root in every:
        if root.path == path:
            return root
    name, equals, folder = word.partition("=")
    for root in every:
        if equals and (root.name, root.path) == (name, real_path(os.fsencode(folder), table)):
            return root
    names = ", ".join(root.name for root in every)
    raise NotFound(f"no root '{word}'", hint=f"the roots are: {names}" if names else None)
