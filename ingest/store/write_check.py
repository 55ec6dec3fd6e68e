"""Whether something was written to a store since an earlier look, and of which documents.

Asked before an answer that was kept is given again.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import msgspec
import sqlalchemy as sa

from ingest.model import RootKey
from ingest.store import reader, roots, tables
from ingest.store.engine import Connection, Store

MOST = 500  # changes after which it is not told which documents they were of
# After these all that was said of earlier versions still holds; with `renormalised` their texts are others.
_PLAIN = frozenset(("created", "changed", "moved", "deleted", "restored", "rejected"))


class StoreState(msgspec.Struct, frozen=True):
    """How a store stands: seq of the last change, keys and names of the roots, key of the last review."""

    head: int
    roots: tuple[tuple[RootKey, str], ...]
    review: int


def state(connection: Connection) -> StoreState:
    """Return how the store stands now."""
    names = tuple(roots.names(connection).items())
    return StoreState(int(reader.head(connection).seq), names, int(connection.execute(_REVIEW).scalar() or 0))


def touched(connection: Connection, after: int) -> list[str] | None:
    """Return the ids of the documents of the changes after a seq.

    None where there are more than MOST changes, or one that says something else of versions already there.
    """
    rows = connection.execute(_TOUCHED, {"after": after}).all()
    if len(rows) > MOST or any(row.type not in _PLAIN for row in rows):
        return None
    return [row.uid.hex() for row in rows if row.uid is not None]


# Made once: to make a statement takes longer than to run it.
_REVIEW = sa.select(sa.func.max(tables.review.c.id))
_TOUCHED = (
    sa.select(tables.change.c.type, tables.document.c.uid)
    .select_from(
        tables.change.outerjoin(tables.document, tables.document.c.id == tables.change.c.document_id)
    )
    .where(tables.change.c.seq > sa.bindparam("after"))
    .limit(MOST + 1)
)


class Writes:
    """Tells that a SQLite store was not written to, by no more than a look at its shared memory.

    Of a server, and of a file that is read without its locks (`is_quick` is false then), it always says that
    it may have been.
    """

    def __init__(self, store: Store) -> None:
        self._access = store.access
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self.is_quick = self._access is not None and not self._access.alone and self._access.state is None

    def any(self) -> bool:
        """Tell whether something may have been written since the last call; the first one says so too."""
        if not self.is_quick or self._access is None:
            return True
        try:
            if self._connection is None:
                self._connection = self._access.connect(timeout=0.0)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return True
        before, self._version = self._version, version
        return bool(version != before)

    def close(self) -> None:
        """Close the file, where another one may stand by now; the next `any` opens what is there."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._version = None, None
