"""What a root's daemon reports of it: as `status` shows it, and as it lies in the root's row."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong, by one of the contract's codes; without a root it is of the whole store."""

    code: str
    root: str | None = None
    path: str | None = None
    path_base64: str | UnsetType = UNSET
    detail: str | None = None
    since: str | None = None


class MountState(msgspec.Struct, frozen=True, kw_only=True):
    """What is mounted below a root, and how it is observed; `state` is in the words of the ledger."""

    path: str
    path_base64: str | UnsetType = UNSET
    type: str
    backend: str
    state: str


class RootReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a root is observed, what waits, and what is wrong.

    Two fields are set in the root's row, and never in `status`. `certain_until`: until when all that the
    daemon had heard of was in the store (microseconds). `log`: seq and leaf of the log's head when the report
    was written.
    """

    backend: str
    mounts: list[MountState] = []
    watched_directories: int = 0
    unwatched_directories: int = 0
    pending: int = 0
    ready: bool = False
    problems: list[Problem] = []
    problems_total: int = 0
    overflows: int = 0
    certain_until: int | UnsetType = UNSET
    log: tuple[int, bytes | None] | UnsetType = UNSET
