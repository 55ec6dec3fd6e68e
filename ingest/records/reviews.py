"""The record of a review: that somebody looked at an edit."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from ingest import moments
from ingest.ids import show_uid
from ingest.model import NamedBy, ReviewAction
from ingest.records.fields import of_row, shown_path
from ingest.store.engine import Row


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody looked at an edit, or takes that back.

    `change` is the seq of the change that carries the edit, `of` what a withdrawal takes back,
    `withdrawn_by` what takes this one back.
    """

    id: str
    action: ReviewAction
    of: str | None
    withdrawn_by: str | None
    change: int
    change_id: str
    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    previous_version: int | None
    at: str | None
    name: str
    named_by: NamedBy
    note: str | None

    @property
    def stands(self) -> bool:
        """Tell whether the edit counts as reviewed by this: it is a review that was not taken back."""
        return self.action == "reviewed" and self.withdrawn_by is None


def review(row: Row) -> Review:
    """Return a review as the API and the pages show it."""
    path, path_base64 = shown_path(row.path)
    return of_row(
        Review,
        row,
        id=show_uid(row.uid),
        of=None if row.of is None else show_uid(row.of),
        withdrawn_by=None if row.withdrawn_by is None else show_uid(row.withdrawn_by),
        change=row.seq,
        change_id=show_uid(row.change_id),
        document=show_uid(row.document),
        path=path,
        path_base64=path_base64,
        at=moments.show(row.at),
    )
