"""The records of health: what `status` says of the store, its roots and those who follow its log."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from ingest.store.root_reports import MountState, Problem


class RootStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A root that is observed; without a daemon `backend` is null, and the counts are 0."""

    name: str
    path: str
    path_base64: str | UnsetType = UNSET
    backend: str | None
    watched_directories: int
    unwatched_directories: int
    overflows: int
    mounts: list[MountState]
    pending: int
    ready: bool
    last_scan_at: str | None
    record_begins_at: str | None


class SinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A follower of the log: its place, and how many changes it is behind, null where it is not known."""

    name: str
    cursor: int | None
    lag: int | None
    last_error: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Health and counts. Of the `problems` 1,000 at most are listed; `problems_total` counts them all."""

    health: str
    problems: list[Problem]
    problems_total: int
    documents: int
    versions: int
    rejected: int
    seq: int
    tree_root: str
    bytes_stored: int
    bytes_index: int
    left_out: dict[str, int]
    without_text: dict[str, int]
    pending: int
    last_scan_at: str | None
    roots: list[RootStatus]
    sinks: list[SinkStatus]
    log_errors: int | None
