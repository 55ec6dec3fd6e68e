"""The records of verbs that answer a question of their own, or say what they did."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from ingest.edits.edit import Edit


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan recorded, counted by kind of change.

    `rejected` counts the files that are rejected now, `without_text` those that have no text now, recorded by
    this scan or before; `unknown` the files and folders that could not be looked at.
    """

    files: int
    created: int
    changed: int
    moved: int
    deleted: int
    restored: int
    rejected: int
    unknown: int
    without_text: dict[str, int]
    seq: int
    seconds: float


class CheckedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A path where disk and store differ."""

    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    state: str
    detail: str | None


class AskedRule(msgspec.Struct, frozen=True, kw_only=True, rename={"class_": "class"}):
    """A rule that was asked about an edit, and what it saw."""

    rule: str
    class_: str
    significance: str | None
    holds: bool
    saw: str


class Explained(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The edit between two versions and the rules that were asked; null where they are one version."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    first: int
    last: int
    asked: list[AskedRule]
    edit: Edit | None


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """A named reader's place in the log."""

    name: str
    seq: int
    behind: int


class CursorRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """That a cursor is not there any more."""

    name: str
    removed: Literal[True] = True


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A watched folder."""

    name: str
    path: str
    path_base64: str | UnsetType = UNSET
    id: str
    host: str
    last_scan_at: str | None
    retired_at: str | None


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """That all that was announced before is in the store, up to a change."""

    synced: Literal[True] = True
    seq: int | None


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose bytes could not or may not be read."""

    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    reason: str
    detail: str | None
    since: str | None


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a version was written to."""

    document: str
    version: int
    path: str
    path_base64: str | UnsetType = UNSET
    size: int


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """How many files were written, and as of which change."""

    files: int
    bytes: int
    seq: int


class Renormalised(msgspec.Struct, frozen=True, kw_only=True):
    """What was read again of a root; `normalisers` counts renditions by the name of what made them."""

    root: str
    dry_run: bool
    documents: int
    renormalised: int
    renditions: int
    left: int
    damaged: int
    seq: int
    normalisers: dict[str, int]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something that `verify` found; `error` is false of what is only worth a look."""

    what: str
    thing: str
    detail: str
    error: bool


class Upgraded(msgspec.Struct, frozen=True, kw_only=True):
    """The schema before and after an upgrade; null where there was none."""

    before: str | None
    after: str


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """The schema of a store: the program's own beside it, or that it is as described."""

    revision: str
    program: str | UnsetType = UNSET
    ok: bool | UnsetType = UNSET
