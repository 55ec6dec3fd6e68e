"""The record of a change: one entry of the log, with the edit that it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

import msgspec
from msgspec import UNSET, UnsetType

from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.errors import IntegrityError
from ingest.ids import show_uid
from ingest.records.fields import of_row, shown_path, shown_path_or_none
from ingest.store.engine import Connection, Row

_BATCH = 200


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who made an edit; `unknown` unless a source outside said who."""

    kind: str = "unknown"
    name: str | None = None
    confidence: float | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log: something happened to one document."""

    seq: int
    id: str
    type: str
    root: str
    document: str | None
    path: str
    path_base64: str | UnsetType = UNSET
    from_path: str | None
    from_path_base64: str | UnsetType = UNSET
    version: int | None
    previous_version: int | None
    sha256: str | None
    text_sha256: str | None
    size: int | None
    observed_at: str | None
    recorded_at: str | None
    modified_at: str | None
    cause: str
    reason: str | None
    actor: Actor
    edit: Edit | None


class ChangeWithText(Change, frozen=True, kw_only=True):
    """A change with the text of its version and of the one before."""

    text: str | None
    text_before: str | None


_UNKNOWN = Actor()
_edit = msgspec.json.Decoder(Edit).decode
_actor = msgspec.json.Decoder(Actor).decode


def changes(connection: Connection, rows: Iterable[Row], *, rules: Rules, indexed: bool) -> Iterator[Change]:
    """Yield the changes as the contract shows them, with their edits.

    Where this connection sees the index and its edits are by these rules (`indexed`), edits are taken from
    it; those that it lacks are made from the texts.
    """
    from ingest.index import stored_edits  # noqa: PLC0415 - a record of anything but a change does without it

    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        known = stored_edits.stored(connection, batch) if indexed else {}
        for row in batch:
            if row.seq in known:
                body = known[row.seq]
                yield change(row, None if body is None else _edit(body))
            else:
                yield change_with_edit(row, connection, rules=rules)


def change_with_edit(row: Row, connection: Connection, *, rules: Rules) -> Change:
    """Return a change as the contract shows it, the same in the log lines, the feed and `log`.

    Its `edit` is made from the two texts, which takes milliseconds. It is null too where they are damaged,
    which `verify` tells.
    """
    from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

    made = None
    with suppress(IntegrityError):
        made = edits.edit_of(connection, row, rules=rules)
    return change(row, made)


def change(row: Row, edit: Edit | None = None) -> Change:
    """Return a change as the contract shows it, with this edit or without one."""
    path, path_base64 = shown_path(row.path)
    from_path, from_path_base64 = shown_path_or_none(row.from_path)
    return of_row(
        Change,
        row,
        id=show_uid(row.id),
        type=f"document.{row.type}",
        document=None if row.document is None else show_uid(row.document),
        path=path,
        path_base64=path_base64,
        from_path=from_path,
        from_path_base64=from_path_base64,
        version=None if row.type == "rejected" else row.version,
        actor=_actor(row.actor) if row.actor else _UNKNOWN,
        edit=edit,
    )
