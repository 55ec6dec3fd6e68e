"""The records of the contract: what is known of a change, a document or a stretch of coverage, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from ingest import moments
from ingest.errors import IntegrityError
from ingest.escape import path_fields
from ingest.ids import show_uid
from ingest.store.coverage import Interval
from ingest.store.engine import Connection, Row
from ingest.store.listing import Listed

if TYPE_CHECKING:
    from ingest.edits.settings import Rules

Record = dict[str, Any]

_BATCH = 200
_UNKNOWN_ACTOR = {"kind": "unknown", "name": None, "confidence": None}


def changes(connection: Connection, rows: Iterable[Row], *, rules: Rules, indexed: bool) -> Iterator[Record]:
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
                yield {**change(row), "edit": known[row.seq]}
            else:
                yield edited(row, connection, rules=rules)


def edited(row: Row, connection: Connection, *, rules: Rules) -> Record:
    """Return a change as the contract shows it, the same in the log lines, the feed and `log`.

    Its `edit` is made from the two texts, which takes milliseconds. It is null too where they are damaged,
    which `verify` tells.
    """
    from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

    made = None
    with suppress(IntegrityError):
        made = edits.of(connection, row, rules=rules)
    return {**change(row), "edit": None if made is None else edits.record(made)}


def change(row: Row) -> Record:
    """Return the same record without its edit, which is then null."""
    rejected = row.type == "rejected"
    return {
        "seq": row.seq,
        "id": show_uid(row.id),
        "type": f"document.{row.type}",
        "root": row.root,
        "document": None if row.document is None else show_uid(row.document),
        **path_fields("path", row.path),
        **path_fields("from_path", row.from_path),
        "version": None if rejected else row.version,
        "previous_version": row.previous_version,
        "sha256": _hex(row.sha256),
        "text_sha256": _hex(row.text_sha256),
        "size": row.size,
        "observed_at": moments.show(row.observed_at),
        "recorded_at": moments.show(row.recorded_at),
        "modified_at": moments.show(row.modified_at),
        "cause": row.cause,
        "reason": row.reason,
        "actor": msgspec.json.decode(row.actor) if row.actor else _UNKNOWN_ACTOR,
        "edit": None,
    }


def document(row: Listed) -> Record:
    """Return a document as `ls` shows it."""
    return {
        "document": show_uid(row.document),
        "root": row.root,
        **path_fields("path", row.path),
        "version": row.version,
        **facts(row),
        "deleted_at": moments.show(row.deleted_at),
    }


def facts(row: Row | Listed) -> Record:
    """Return what is known of a version, in every record that shows one."""
    return {
        "sha256": _hex(row.sha256),
        "text_sha256": _hex(row.text_sha256),
        "size": row.size,
        "observed_at": moments.show(row.observed_at),
        "modified_at": moments.show(row.modified_at),
        "media_type": row.media_type,
        "encoding": row.encoding,
        "language": row.language,
        "title": row.title,
        "date": row.date,
        "date_earliest": row.date_earliest,
        "date_latest": row.date_latest,
    }


def stretch(root: str, each: Interval) -> Record:
    """Return a stretch of a root's ledger, the same in `coverage` and the report."""
    begin, end = moments.show(each.since), moments.show(each.until)
    return {"root": root, "state": each.state, "from": begin, "to": end, "reason": each.reason}


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()
