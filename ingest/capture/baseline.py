"""What is recorded of the paths of one look: what the disk is compared with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Never

import msgspec

from ingest.capture.folder import RootFolder
from ingest.disk.walk import SeenRow
from ingest.identity import DeletedDocument, LiveDocument
from ingest.store import file_states

_NOTHING: Mapping[bytes, Never] = MappingProxyType({})


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded, as one look needs it.

    Of the paths that are due: `rows` has what was seen last, `live` the live documents, and `deleted` the
    document that was deleted last at each path where a file is new. `halves` are live documents at other
    paths, which may have been renamed to one of those. `empty`: nothing was ever recorded of any path between
    the first and the last that are due.
    """

    rows: Mapping[bytes, SeenRow] = _NOTHING
    live: Mapping[bytes, LiveDocument] = _NOTHING
    deleted: Mapping[bytes, DeletedDocument] = _NOTHING
    halves: Mapping[bytes, LiveDocument] = _NOTHING
    empty: bool = False


def recall(folder: RootFolder, paths: Collection[bytes], *, perhaps_empty: bool) -> Baseline:
    """Return what is recorded of the paths that are due. Raises StoreUnavailable.

    `perhaps_empty`: the root is taken in for the first time, so that one question may do in place of many.
    """
    if not paths:
        return Baseline()
    with folder.store.read() as connection:
        if perhaps_empty and not file_states.any_between(connection, folder.key, min(paths), max(paths)):
            return Baseline(empty=True)
        return Baseline(
            rows=file_states.at(connection, folder.key, paths),
            live=file_states.live_documents(connection, folder.key, paths),
        )


def recall_former(
    folder: RootFolder,
    baseline: Baseline,
    newcomers: Collection[bytes],
    *,
    formers: set[bytes],
    inodes: set[tuple[int, int]],
) -> Baseline:
    """Return a baseline with what the files that are new at their paths may have been.

    `formers` are paths that they had, `inodes` their devices and inodes. Raises StoreUnavailable.
    """
    if not newcomers:
        return baseline
    with folder.store.read() as connection:
        elsewhere = formers.union(file_states.with_inodes(connection, folder.key, inodes))
        elsewhere.difference_update(newcomers)
        return msgspec.structs.replace(
            baseline,
            deleted={}
            if baseline.empty
            else file_states.deleted_documents(connection, folder.key, newcomers),
            halves=file_states.live_documents(connection, folder.key, elsewhere),
        )
