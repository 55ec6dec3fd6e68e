"""Named readers' places in the log."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.errors import UsageError
from ingest.escape import is_utf8
from ingest.model import Seq
from ingest.store import bulk, row_checksums, tables


def place(connection: Connection, name: str) -> Seq | None:
    """Tell where this cursor stands: the seq of the last change it was given, or None."""
    if not is_utf8(name):
        return None  # which no name is
    found: Seq | None = connection.execute(
        sa.select(tables.cursor.c.seq).where(tables.cursor.c.name == name)
    ).scalar()
    return found


def move(connection: Connection, name: str, seq: Seq) -> None:
    """Put the cursor at `seq`; it is made where it is missing."""
    sum_ = row_checksums.sum_of("cursor", {"name": name, "seq": seq})
    bulk.upsert(connection, "cursor", ("name",), ("name", "seq", "sum"), [(name, seq, sum_)])


def every(connection: Connection) -> dict[str, Seq]:
    """Return all cursors and their places."""
    select = sa.select(tables.cursor.c.name, tables.cursor.c.seq).order_by(tables.cursor.c.name)
    # what a damaged row holds may be of any kind: its sum tells of that
    return {row.name: Seq(row.seq) for row in connection.execute(select) if isinstance(row.seq, int)}


def remove(connection: Connection, name: str) -> bool:
    """Forget a cursor; false where there is none of this name."""
    if not is_utf8(name):
        return False
    done = connection.execute(sa.delete(tables.cursor).where(tables.cursor.c.name == name))
    return bool(done.rowcount)


def check_name(name: str) -> str:
    """Return the name, if it can be a reader's. Raises UsageError. The program's own cursors have a slash."""
    if not 0 < len(name) <= 200 or not is_utf8(name) or any(mark in name for mark in "{}/\0"):
        raise UsageError(
            f"'{name}' cannot be a cursor's name", hint="1 to 200 characters, no braces, no slash"
        )
    return name


def of_readers(connection: Connection) -> dict[str, int]:
    """Return the cursors that readers named, without those by which the program itself tells the log."""
    return {name: seq for name, seq in every(connection).items() if "/" not in name}
