"""The spans that the index keeps: rows made of spans, and spans of rows."""

from __future__ import annotations

import msgspec

from ingest.diff.provenance import Span
from ingest.index.schema import SPAN_BITS
from ingest.store.engine import Row

COLUMNS = (
    "id", "document_id", "from_no", "to_no", "origin_no", "start", "length", "hash", "edited", "runs",
)  # fmt: skip
_encode = msgspec.json.Encoder().encode


def of_row(row: Row) -> Span:
    """Return the span that a row of the table `span` holds."""
    return Span(
        key=row.hash,
        from_no=row.from_no,
        to_no=row.to_no,
        origin_no=row.origin_no,
        offset=row.start,
        length=row.length,
        runs=None if row.runs is None else tuple((no, size) for no, size in msgspec.json.decode(row.runs)),
        edited=bool(row.edited),
        id=row.id,
    )


def row_of(id_: int, span: Span) -> tuple[object, ...]:
    """Return the row of a span, its values in the order of COLUMNS; the id leads to the document's key."""
    runs = None if span.runs is None else _encode(span.runs).decode()
    return (
        id_, id_ >> SPAN_BITS, span.from_no, span.to_no, span.origin_no, span.offset, span.length, span.key,
        int(span.edited), runs,
    )  # fmt: skip
