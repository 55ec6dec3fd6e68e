"""Known roots by what a call wrote: a name or a path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from ingest import overseen, root_folder
from ingest.disk import mounts
from ingest.disk.reachability import real_path, silent_of_root
from ingest.errors import NotFound, RootUnavailable
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.roots import Root


def chosen_roots(store: Store, words: Sequence[str]) -> list[Root]:
    """Return the named roots, or all that are not retired. Raises NotFound."""
    with store.read() as connection:
        every = roots.every(connection)
    if not words:
        return [root for root in every if root.retired_at is None]
    return [_one(every, word) for word in words]


def of_this_host(
    store: Store, every: Sequence[Root], lost: list[RootUnavailable] | None = None
) -> list[Root]:
    """Return the roots that are this host's.

    Of a server that several share, those that were recorded here, or whose folder stands here with its mark:
    a host can be renamed. One of which that cannot be told, since its folder does not answer, is left out and
    put into `lost`, if that is given.
    """
    found = []
    for root in every:
        try:
            if root_folder.is_of_this_host(store, root) or _stands_here(store, root):
                found.append(root)
        except RootUnavailable as error:
            if lost is not None:
                lost.append(error)
    return found


def _stands_here(store: Store, root: Root) -> bool:
    """Tell whether the folder of another host's root stands here; the store is not asked."""
    try:
        return overseen.result(silent_of_root(root.path), partial(_stands, store, root), bool, of_root=True)
    except RootUnavailable as error:
        if error.code not in overseen.NOT_ASKED:
            return False
        raise RootUnavailable(
            f"whether the root '{root.name}' of {root.host} is this host's cannot be told: {error.message}",
            code=error.code,
            hint=error.hint,
        ) from error


def _stands(store: Store, root: Root) -> bool:
    os.close(root_folder.open_recorded(store, root, documents=tuple).fd)
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
