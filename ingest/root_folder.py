"""A root's folder beside what is recorded of it: does the same one stand at its path, or below it?"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Collection, Sequence
from functools import partial

from ingest.disk import mounts, root_mark
from ingest.disk.mounts import Mount
from ingest.disk.presence import Folding
from ingest.disk.read import signature_of
from ingest.disk.root_mark import Anchor, KnownDocument
from ingest.disk.statx import Facts, facts_of
from ingest.disk.walk import is_below
from ingest.errors import RootUnavailable
from ingest.escape import path as show
from ingest.model import Descriptor
from ingest.store import file_states
from ingest.store.engine import Store
from ingest.store.roots import Root

LOOKED_AT = 1000  # known documents, the smallest: of those that stand there, 16 are read at most


def is_of_this_host(store: Store, root: Root) -> bool:
    """Tell whether this host recorded the root's folder.

    A SQLite store is its host's, whatever that is called.
    """
    return store.is_sqlite or root.host == socket.gethostname()


def small_documents(store: Store, root: Root, folder: bytes = b"") -> Sequence[KnownDocument]:
    """Return the smallest documents that are known below a folder, none of them empty."""
    with store.read() as connection:
        found = file_states.smallest(connection, root.id, folder, LOOKED_AT)
    return [KnownDocument(*row) for row in found]


def open_recorded(
    store: Store, root: Root, documents: Callable[[], Sequence[KnownDocument]] | None = None
) -> Anchor:
    """Open a root's folder if it is the recorded one. Raises RootUnavailable.

    `documents` gives what `small_documents` would.
    """
    opened = root_mark.open_root(root.path)
    why = refusal(store, root, opened, documents=documents)
    if why is None:
        return opened
    os.close(opened.fd)
    raise RootUnavailable(
        f"root {root.name}: {show(root.path)} is not the folder that was recorded: {why}",
        code="root_replaced",
        hint=hint_to_adopt(root),
    )


def hint_to_adopt(root: Root) -> str:
    """Tell what to do where another folder stands at a root's path."""
    return f"put the folder back, or accept this one: ingest scan --adopt {root.name}"


def refusal(
    store: Store,
    root: Root,
    opened: Anchor,
    *,
    elsewhere: bytes | None = None,
    documents: Callable[[], Sequence[KnownDocument]] | None = None,
    was_scanned: Callable[[], bool] | None = None,
) -> str | None:
    """Tell why an open folder is not the recorded root; None: it is.

    `elsewhere` is its path, where it moved. `documents` and `was_scanned` give what the store would be asked.
    """
    here = is_of_this_host(store, root)
    table = mounts.table()
    verdict, why = root_mark.judge(
        root_mark.RecordedFolder(
            mark=root.mark,
            facts=Facts(root.inode, root.birth_ns) if here else None,
            is_mount=root.is_mount if here and elsewhere is None else None,
        ),
        opened.facts,
        mark=opened.mark,
        is_mount=mounts.is_mount_point(root.path, table),
    )
    if verdict == "documents":
        known = (documents or (lambda: small_documents(store, root)))()
        apart = [mount.path for mount in root.mounts]
        apart += [] if table is None else mounts.points_below(elsewhere or root.path, table)
        # what lies on a file system of its own says nothing of the one it is mounted on
        own = [document for document in known if not any(is_below(document.path, point) for point in apart)]
        proven = (
            root_mark.stands_any(opened.fd, own, never=store.own_inodes())
            or not (was_scanned or partial(_was_scanned, store, root))()
        )
        verdict = "same" if proven else "another"
    return None if verdict == "same" else why


def _was_scanned(store: Store, root: Root) -> bool:
    """Tell whether a root was scanned or has a document: else none could be told deleted."""
    with store.read() as connection:
        return root.last_scan_at is not None or not file_states.is_empty(connection, root.id)


def refusal_by_disk(
    store: Store, root: Root, *, elsewhere: bytes | None = None
) -> Callable[[Anchor], str | None]:
    """Return `refusal` of an open folder as a question that does not ask the store any more."""
    documents, was_scanned = small_documents(store, root), _was_scanned(store, root)
    return partial(
        refusal,
        store,
        root,
        elsewhere=elsewhere,
        documents=lambda: documents,
        was_scanned=lambda: was_scanned,
    )


def is_mount_proven(store: Store, root: Root, fd: Descriptor, known: Mount, found: Facts) -> bool:
    """Tell whether a mount below a root, which is open as `fd`, is the one that was recorded."""
    # on another host nothing is recorded of it but its documents
    recorded = known.facts if is_of_this_host(store, root) else Facts(None, None)
    verdict = root_mark.compare_facts(recorded, found)
    if verdict != "documents":
        return verdict == "same"
    documents = small_documents(store, root, known.path)
    return root_mark.stands_any(fd, documents, never=store.own_inodes())


def mounts_now(fd: Descriptor, path: bytes) -> tuple[Mount, ...]:
    """Return what is mounted below an absolute folder, open as `fd`, now."""
    table = mounts.table() or []
    found = mounts.found_below(fd, path, table)
    return tuple(
        Mount(point, facts.inode, facts.birth_ns)
        for point, facts in sorted(found.items())
        if facts is not None
    )


def folder_columns(opened: Anchor, path: bytes) -> dict[str, object]:
    """Return what is recorded of a root's folder, as it is now on this host."""
    facts = facts_of(opened.fd)  # again: on an overlay the first file in a folder makes it another
    return {
        "host": socket.gethostname(),
        "device": signature_of(os.fstat(opened.fd)).device,
        "inode": facts.inode,
        "birth_ns": facts.birth_ns,
        "is_mount": mounts.is_mount_point(path, mounts.table()),
    }


def folding(fd: Descriptor, path: bytes, types_below: Collection[str]) -> Folding:
    """Tell which names are one in a root's folder, open as `fd`, or in what is mounted below it."""
    if root_mark.folds_names(fd) or not mounts.FOLDING.isdisjoint(types_below):
        return "letters"
    table = mounts.table()
    here = None if table is None else mounts.kind(path, table)
    return "forms" if mounts.may_fold_forms([here, *types_below]) else "no"


def any_below(store: Store, root: Root, folder: bytes) -> bool:
    """Tell whether a live document is known below a folder, or where it stands."""
    with store.read() as connection:
        return file_states.any_below(connection, root.id, folder)
