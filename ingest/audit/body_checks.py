"""Each body and each text against its hash."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.audit.findings import Finding, shown_uid
from ingest.errors import IntegrityError
from ingest.store import bodies, raw_rows
from ingest.store.engine import Connection, Row

# A damaged row can hold a size of any kind, below nought or beyond all memory.
_DAMAGE = (IntegrityError, TypeError, ValueError, OverflowError, MemoryError)


def body_findings(connection: Connection) -> Iterator[Finding | int]:
    """Yield what is wrong with a version's bytes or a rendition's text; of sound bytes how many there are."""
    last = (0, 0)  # the document and number of the version whose bytes are `raw`
    raw: bytes | None = None
    for rows in raw_rows.body_rows(connection):
        row = rows[0]
        previous, last = last, (row.document_id, row.no)
        try:
            base, raw = (raw if previous == (row.document_id, row.no - 1) else None), None
            raw = bodies.unpacked(connection, row, base)
        except _DAMAGE as error:
            yield Finding("body", _name_of(row), str(error))
            continue
        yield len(raw)
        for text in rows:
            try:
                if text.text_hash is not None:
                    bodies.text(connection, raw, text, digest=text.text_hash)
            except _DAMAGE as error:
                yield Finding("text", _name_of(row), str(error))
            try:
                bodies.beside(text)
            except _DAMAGE as error:
                yield Finding("beside", _name_of(row), str(error))


def _name_of(row: Row) -> str:
    return f"version {row.no} of document {shown_uid(row.uid)}"
