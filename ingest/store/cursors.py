"""Named readers' places in the log."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.escape import is_utf8
from ingest.store import rows, sums, tables


def place(connection: Connection, name: str) -> int | None:
    """Where this cursor stands: the seq of the last change it was given, or None."""
    if not is_utf8(name):
        return None  # which no name is
    found: int | None = connection.execute(
        sa.select(tables.cursor.c.seq).where(tables.cursor.c.name == name)
    ).scalar()
    return found


def move(connection: Connection, name: str, seq: int) -> None:
    """Put the cursor at `seq`; it is made where it is missing."""
    sum_ = sums.of("cursor", {"name": name, "seq": seq})
    rows.upsert(connection, "cursor", ("name",), ("name", "seq", "sum"), [(name, seq, sum_)])


def every(connection: Connection) -> dict[str, int]:
    """All cursors and their places."""
    select = sa.select(tables.cursor.c.name, tables.cursor.c.seq).order_by(tables.cursor.c.name)
    # what a damaged row holds may be of any kind: its sum tells of that
    return {row.name: row.seq for row in connection.execute(select) if isinstance(row.seq, int)}
