"""The record of a report: what happened in a period."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from ingest.edits.edit import Edit
from ingest.records.coverage import Stretch


class ReportSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, or a run of them, before and after.

    `removed` and `added` are the places of the words that went and came, as characters of `before` and
    `after`. `page` and `heading` are where it is in the later version, or was in the earlier one if it is
    gone; null where they are not known.
    """

    kind: str
    before: str
    after: str
    removed: tuple[tuple[int, int], ...] = ()
    added: tuple[tuple[int, int], ...] = ()
    page: int | None = None
    heading: str | None = None


class ReportEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change, or several that went to and fro between two texts."""

    type: str
    since: str | None
    until: str | None
    seqs: tuple[int, ...]
    path: str
    path_base64: str | UnsetType = UNSET
    from_path: str | None
    from_path_base64: str | UnsetType = UNSET
    version: int | None
    previous_version: int | None
    reason: str | None
    category: str | None
    edit: Edit | None
    sentences: tuple[ReportSentence, ...]
    more: int
    versions: tuple[int, ...]


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document, or a path that was rejected and never was one, and its entries, oldest first."""

    document: str | None
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    language: str | None
    title: str | None
    entries: list[ReportEntry]


class ReportCounts(msgspec.Struct, kw_only=True):
    """How many entries of each kind; `flips` are those of them that went to and fro."""

    added: int = 0
    silent: int = 0
    open: int = 0
    reworded: int = 0
    cosmetic: int = 0
    unread: int = 0
    none: int = 0
    removed: int = 0
    moved: int = 0
    restored: int = 0
    rejected: int = 0
    flips: int = 0


class ReportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a period; `watched` says that each of its states has a version."""

    since: str | None
    until: str | None
    first_seq: int
    last_seq: int
    root: str | None
    document: str | None
    prefix: str | None
    prefix_base64: str | UnsetType = UNSET
    counts: ReportCounts
    documents: list[ReportDocument]
    coverage: list[Stretch]
    watched: bool
