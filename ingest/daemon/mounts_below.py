"""What is mounted below a root, as `status` shows it: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ingest.disk.mounts import LOCAL
from ingest.records.fields import shown_path
from ingest.store.root_reports import MountState


def polled_points(types: Mapping[bytes, str]) -> frozenset[bytes]:
    """Return the mount points of file systems that are not known to tell every write."""
    return frozenset(point for point, type_ in types.items() if type_ not in LOCAL)


def records(
    types: Mapping[bytes, str], *, polled: Collection[bytes], blind: Collection[bytes], watched: bool
) -> list[MountState]:
    """Return a record of each mount point, `state` in the words of the ledger.

    `polled` are those that are looked at every poll, `blind` those of which nothing is known; `watched` says
    whether notifications come from the rest of the root.
    """
    found: list[MountState] = []
    for point, type_ in types.items():
        heard = "watched" if watched and point not in polled else "scanned"
        path, path_base64 = shown_path(point)
        found.append(
            MountState(
                path=path,
                path_base64=path_base64,
                type=type_,
                backend="poll" if point in polled else "native",
                state="blind" if point in blind else heard,
            )
        )
    return found
