"""Short sums over what people are shown and no leaf covers. A sum finds a flipped bit.

It guards against decay, not against somebody who can write the database and so the sum. In `seen` only
rejected paths have one: what is known of the others is looked up again on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.store import tables

LENGTH = 8  # bytes
_STREAM = 1000
SUMMED = {
    "root": (
        "id", "uid", "name", "host", "path", "device", "inode", "mounts", "last_scan_at", "retired_at",
        "report", "heartbeat_at", "mark", "birth_ns", "is_mount", "left_out",
    ),
    "coverage": ("id", "root_id", "state", "from_at", "to_at", "reason"),
    "cursor": ("name", "seq"),
    "review": ("id", "uid", "seq", "action", "of_id", "at", "name", "named_by", "note"),
    "seen": ("root_id", "path_bytes", "long_path", "document_id", "read_at", "reason", "detail", "since"),
    # Those whose change is of form 1 have none: its leaf covers them.
    "rendition": ("no", "seq", "confidence", "words", "sentences"),
}  # fmt: skip
_encode = msgspec.json.Encoder().encode


def sum_of(table: str, values: Mapping[str, object] | sa.RowMapping) -> bytes:
    """Return the sum of a row: the head of the SHA-256 of its values."""
    return sha256(_encode([table, *(values[name] for name in SUMMED[table])])).digest()[:LENGTH]


def sum_of_counts(*values: int | None) -> bytes:
    """Return the sum of a rendition's row, from its values in the order that `SUMMED` has."""
    return sha256(_encode(["rendition", *values])).digest()[:LENGTH]


def renew(connection: Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> None:
    """Write the sums of rows whose columns were just changed."""
    name = str(table.name)
    columns = [table.c[column] for column in SUMMED[name]]
    for row in connection.execute(sa.select(*columns).where(where)).mappings().all():
        key = sa.and_(*(column == row[column.name] for column in table.primary_key.columns))
        connection.execute(sa.update(table).where(key).values(sum=sum_of(name, row)))


def broken(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the rows whose sum is not theirs: the table, and the row's key."""
    for name, columns in SUMMED.items():
        table = tables.metadata.tables[name]
        key = [column for column in table.primary_key.columns if column.name not in columns]
        query = sa.select(*(table.c[column] for column in columns), *key, table.c.sum)
        if name == "seen":
            query = query.where(sa.or_(table.c.sum.is_not(None), table.c.reason.is_not(None)))
        if name == "rendition":
            change = tables.change.c
            query = query.join_from(table, tables.change, change.seq == table.c.seq).where(change.form != 1)
        for row in connection.execute(query.execution_options(yield_per=_STREAM)).mappings():
            if not _is_sound(name, row):
                yield name, "/".join(str(row[column.name]) for column in table.primary_key.columns)


def _is_sound(name: str, row: sa.RowMapping) -> bool:
    try:
        return isinstance(row["sum"], bytes) and sum_of(name, row) == row["sum"]
    except (TypeError, ValueError):  # damage can put a value where no value of its kind belongs
        return False
