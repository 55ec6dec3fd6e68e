"""The records of the contract: what `--json`, the feed, the log lines and the service over HTTP show.

A field that is `UNSET` is not there; one without a value is null. Times are as the contract writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from ingest import moments
from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.errors import IntegrityError
from ingest.escape import path_fields
from ingest.ids import show_uid
from ingest.model import NamedBy, ReviewAction
from ingest.store.coverage import Interval
from ingest.store.engine import Connection, Row
from ingest.store.listing import Listed

Record = dict[str, Any]  # one that has no type of its own yet

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


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A document and what is known of one of its versions: the newest, or that at a moment."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    sha256: str
    text_sha256: str | None
    size: int
    observed_at: str | None
    modified_at: str | None
    media_type: str | None
    encoding: str | None
    language: str | None
    title: str | None
    date: str | None
    date_earliest: str | None
    date_latest: str | None
    deleted_at: str | None


class VersionFacts(Document, frozen=True, kw_only=True, gc=False):
    """What is known of a version. `confidence` is that of the encoding, from 0 to 1."""

    seq: int
    normaliser: str | None
    normaliser_libraries: str | None
    confidence: float | None
    lossy: bool | None
    lossy_places: int | None
    bom: bool | None
    newline: str | None
    words: int | None
    sentences: int | None
    text_reason: str | None


class Version(VersionFacts, frozen=True, kw_only=True, gc=False):
    """A version with its text; null where none can be made, for the reason in `text_reason`.

    `blocks` and `annotations` are those of a document that is more than plain text; else both are null.
    """

    text: str | None
    blocks: list[dict[str, Any]] | None = None
    annotations: dict[str, list[dict[str, Any]]] | None = None


class Stretch(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """A stretch of a root's ledger; `until` is null where it goes on."""

    root: str
    state: str
    since: str | None
    until: str | None
    reason: str | None


class Difference(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"first": "from", "last": "to", "class_": "class"},
):
    """What became of a document between two moments; `from` and `to` are its versions there."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    from_path: str | None
    from_path_base64: str | UnsetType = UNSET
    change: str
    first: int | None
    last: int | None
    from_sha256: str | None
    sha256: str | None
    class_: str | None = None
    significance: str | None = None


class Away(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The versions, first and last, that did not hold a sentence in between."""

    first: int
    last: int
    removed_at: str | None
    returned_at: str | None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a sentence, and the version that brought them."""

    text: str
    version: int
    observed_at: str | None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and where it came from."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    offset: int
    length: int
    text: str
    from_version: int
    from_observed_at: str | None
    away: list[Away]
    words: list[Run]
    page: int | None = None
    heading: str | None = None


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that earlier versions held and a version does not."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    text: str
    from_version: int
    from_observed_at: str | None
    last_version: int
    removed_in: int
    removed_at: str | None
    edited: bool


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
        """Whether by it the edit is reviewed."""
        return self.action == "reviewed" and self.withdrawn_by is None


_UNKNOWN = Actor()
_edit = msgspec.json.Decoder(Edit).decode
_actor = msgspec.json.Decoder(Actor).decode


def changes(connection: Connection, rows: Iterable[Row], *, rules: Rules, indexed: bool) -> Iterator[Change]:
    """Yield the changes as the contract shows them, with their edits.

    From the index where it has them, and this connection sees it with edits told by these rules, else made
    from the texts.
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
                yield edited(row, connection, rules=rules)


def edited(row: Row, connection: Connection, *, rules: Rules) -> Change:
    """Return a change as the contract shows it, the same in the log lines, the feed and `log`.

    Its `edit` is made from the two texts, which takes milliseconds. It is null too where they are damaged,
    which `verify` tells.
    """
    from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

    made = None
    with suppress(IntegrityError):
        made = edits.of(connection, row, rules=rules)
    return change(row, made)


def change(row: Row, edit: Edit | None = None) -> Change:
    """Return the same record with this edit, or without one."""
    path, path_base64 = shown_path(row.path)
    came, came_base64 = (None, UNSET) if row.from_path is None else shown_path(row.from_path)
    return Change(
        seq=row.seq,
        id=show_uid(row.id),
        type=f"document.{row.type}",
        root=row.root,
        document=None if row.document is None else show_uid(row.document),
        path=path,
        path_base64=path_base64,
        from_path=came,
        from_path_base64=came_base64,
        version=None if row.type == "rejected" else row.version,
        previous_version=row.previous_version,
        sha256=_hex(row.sha256),
        text_sha256=_hex(row.text_sha256),
        size=row.size,
        observed_at=moments.show(row.observed_at),
        recorded_at=moments.show(row.recorded_at),
        modified_at=moments.show(row.modified_at),
        cause=row.cause,
        reason=row.reason,
        actor=_actor(row.actor) if row.actor else _UNKNOWN,
        edit=edit,
    )


def document(row: Listed) -> Document:
    """Return a document as `ls` shows it."""
    path, path_base64 = shown_path(row.path)
    return Document(
        document=show_uid(row.document),
        root=row.root,
        path=path,
        path_base64=path_base64,
        version=row.version,
        sha256=row.sha256.hex(),
        text_sha256=_hex(row.text_sha256),
        size=row.size,
        observed_at=moments.show(row.observed_at),
        modified_at=moments.show(row.modified_at),
        media_type=row.media_type,
        encoding=row.encoding,
        language=row.language,
        title=row.title,
        date=row.date,
        date_earliest=row.date_earliest,
        date_latest=row.date_latest,
        deleted_at=moments.show(row.deleted_at),
    )


def stretch(root: str, each: Interval) -> Stretch:
    """Return a stretch of a root's ledger, the same in `coverage` and the report."""
    begin, end = moments.show(each.since), moments.show(each.until)
    return Stretch(root=root, state=each.state, since=begin, until=end, reason=each.reason)


def review(row: Row) -> Review:
    """Return a review as the API and the pages show it."""
    path, path_base64 = shown_path(row.path)
    return Review(
        id=show_uid(row.uid),
        action=row.action,
        of=None if row.of is None else show_uid(row.of),
        withdrawn_by=None if row.withdrawn_by is None else show_uid(row.withdrawn_by),
        change=row.seq,
        change_id=show_uid(row.change_id),
        document=show_uid(row.document),
        root=row.root,
        path=path,
        path_base64=path_base64,
        version=row.version,
        previous_version=row.previous_version,
        at=moments.show(row.at),
        name=row.name,
        named_by=row.named_by,
        note=row.note,
    )


def shown_path(raw: bytes) -> tuple[str, str | UnsetType]:
    """Return a path as its field shows it, and exactly, where it is not valid UTF-8."""
    fields = path_fields("path", raw)
    return fields["path"] or "", fields.get("path_base64") or UNSET


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()
