"""The text of a document before and after a change of the log."""

from __future__ import annotations

import msgspec

from ingest.model import DocumentKey, Seq
from ingest.records import Change, ChangeWithText
from ingest.store import bodies, versions
from ingest.store.engine import Connection, Row


def with_texts(connection: Connection, row: Row, change: Change) -> ChangeWithText:
    """Return the record of a change, a row of `reader.changes`, with its texts; null where there is none.

    They are those of its `version` and `previous_version` as they were read when it was recorded: after it,
    and before it. Raises IntegrityError where the bytes are damaged.
    """
    after = None if row.type == "rejected" else row.version
    return ChangeWithText(
        **msgspec.structs.asdict(change),
        text=_text(connection, row.key, after, row.seq),
        text_before=_text(connection, row.key, row.previous_version, row.seq - 1),
    )


def _text(connection: Connection, document: DocumentKey | None, no: int | None, until: Seq) -> str | None:
    if document is None or no is None:
        return None
    row = versions.as_of(connection, document, no, until)
    if row is None or row.text_sha256 is None:
        return None
    raw = b"" if row.text_blob_id is not None else bodies.get(connection, document, no)
    with bodies.damage_named(connection, document, no):
        return bodies.text(connection, raw, row, digest=row.text_sha256).decode()
