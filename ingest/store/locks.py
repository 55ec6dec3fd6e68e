"""The exclusive right to capture a root into a server's store, whichever host it is asked from."""

from __future__ import annotations

from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.errors import AlreadyRunning
from ingest.model import RootKey
from ingest.store.driver_errors import translated
from ingest.store.engine import Store

_CLASS = 0x696E6765  # "inge": the first half of every advisory lock of this program


class RootLock:
    """A session-level advisory lock on a connection of its own. Only for Postgres.

    The lock goes when the connection goes: `hold` must be called again and again, and whoever
    cannot hold it may not write.
    """

    def __init__(self, store: Store, root: RootKey, name: str) -> None:
        self._store = store
        self._root = root
        self._name = name
        self._connection: Connection | None = None

    def hold(self) -> bool:
        """Hold the lock; returns whether it had to be taken, for the first time or again.

        Raises AlreadyRunning, or StoreUnavailable when the server is away.
        """
        with translated(self._store.address):
            if self._connection is not None:
                try:
                    self._connection.execute(sa.text("SELECT 1"))
                except sa.exc.DBAPIError:
                    self.release()
                    raise
                return False
            with ExitStack() as undo:
                connection = undo.enter_context(self._store.engine.connect())
                connection.execution_options(isolation_level="AUTOCOMMIT")
                lock = {"class": _CLASS, "root": self._root}
                if connection.execute(_TRY, lock).scalar_one():
                    undo.pop_all()
                    self._connection = connection
                    return True
                holder = connection.execute(_HOLDER, lock).first()
        who = "another host" if holder is None else f"{holder.client} (server process {holder.pid})"
        raise AlreadyRunning(
            f"root {self._name} is captured by {who}", hint="one process captures a root; stop that one first"
        )

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


_TRY = sa.text("SELECT pg_try_advisory_lock(:class, :root)")
# The view has the locks of all databases of the server, and the same key may lock a root in another one.
_HOLDER = sa.text(
    "SELECT l.pid, coalesce(a.client_addr::text, 'this host') AS client FROM pg_locks l "
    "JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.classid = :class AND l.objid = :root AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
