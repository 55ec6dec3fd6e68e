"""The data of the pages that are lists, as their addresses with `.json` give it."""

from __future__ import annotations

import msgspec

from ingest.records import Change, Difference, Document, Review


class ChangesData(msgspec.Struct, frozen=True, kw_only=True):
    """The data of the list of changes, and the reviews of their edits."""

    items: list[Change]
    next: str | None
    reviews: list[Review]


class DocumentsData(msgspec.Struct, frozen=True, kw_only=True):
    """The data of the list of documents."""

    items: list[Document]
    differs: list[Difference]
    differing: int
    at_seq: int | None
    next: str | None
