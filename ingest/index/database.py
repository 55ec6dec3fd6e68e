"""Where the index lies and how it is opened.

A connection to the index sees the record too, under the same names on both databases: on SQLite the store
is attached to the index, on Postgres the index's schema is put behind the store's in the search path.
No transaction of the index ever takes the right to write the record.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from ingest.edits import classifier
from ingest.errors import LogShortened, StoreReadOnly, StoreUnavailable
from ingest.index.fulltext.stems import MADE_BY
from ingest.index.schema import SCHEMA, TABLES, VERSION, WORDS
from ingest.model import Seq
from ingest.store.driver_errors import translated
from ingest.store.engine import Row, Store
from ingest.store.sqlite_file import access

_FILE = "file"  # under which a connection notes which file it opened
CACHE = 16_000  # KiB
_LOCK = 0x696E646578  # "index": one at a time makes the schema

_STATE = (
    "SELECT version, seq, leaf, edited, classifier, rules, stems, (SELECT max(seq) FROM change) AS last,"
    " (SELECT change.leaf FROM change WHERE change.seq = state.seq) AS here FROM state WHERE id = 1"
)


def has_all(state: Row) -> bool:
    """Tell whether an index, as its row says, has all of the log, sentences and edits."""
    return int(min(state.seq, state.edited)) >= int(state.last or 0)


class Index:
    """The index of a store. Nothing is opened or made before it is asked something.

    With `kept` connections to a file stay open from question to question, so many of them, for a process that
    is asked many and never forks; `cache` is how many KiB of the file each of them holds at most.
    """

    def __init__(self, store: Store, *, kept: int = 0, cache: int = CACHE) -> None:
        self.store = store
        self.path = f"{store.url.database}.index.db" if store.is_sqlite else None
        self._engine: Engine = (
            _beside(store, str(self.path), kept=kept, cache=cache) if store.is_sqlite else store.engine
        )

    @property
    def address(self) -> str:
        """Tell where the index is, fit to show."""
        return self.path or f"{self.store.address}, schema {SCHEMA}"

    def size(self) -> int:
        """Tell how many bytes the index takes; 0 where there is none, or none that can be looked at."""
        if self.path is not None:
            return sum(
                os.stat(name).st_size for end in ("", "-wal") if os.path.exists(name := self.path + end)
            )
        select = (
            "SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0) FROM pg_class"
            " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            f" WHERE nspname = '{SCHEMA}' AND relkind = 'r'"
        )
        with translated(self.address), self._engine.connect() as connection:
            return int(connection.exec_driver_sql(select).scalar_one())

    def dispose(self) -> None:
        """Close the connections that are the index's own."""
        if self.path is not None:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to one snapshot of index and record. The index must have been prepared."""
        with translated(self.address), self._engine.connect() as connection:
            if self.path is None:
                connection.execution_options(isolation_level="REPEATABLE READ")
            before = None if self.path is None else access(self.path)
            with connection.begin():
                self._see_index(connection)
                yield connection
            for each in (before, self.store.access):
                if each is not None:
                    each.require_unchanged()

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, Seq]]:
        """Give a connection in a transaction that alone may move the index, and the seq it stands at."""
        with translated(self.address), self._engine.connect() as connection, connection.begin():
            self._see_index(connection)
            # The first statement takes the right to write: nobody else moves what is read next.
            connection.exec_driver_sql("UPDATE state SET version = version WHERE id = 1")
            yield (
                connection,
                Seq(connection.exec_driver_sql("SELECT seq FROM state WHERE id = 1").scalar_one()),
            )

    def place(self) -> tuple[int, bytes] | None:
        """Return the seq that the index stands at and the leaf there, whatever the log says.

        None where there is no index, or none that can be read. Makes nothing.
        """
        if self.path is not None and not os.path.exists(self.path):
            return None
        try:
            with self._engine.connect() as connection, connection.begin():
                found = self._place(connection)
        except (DBAPIError, UnicodeDecodeError):
            return None
        sound = (
            found is not None and isinstance(found.seq, int) and isinstance(found.leaf, bytes | memoryview)
        )
        return (found.seq, bytes(found.leaf)) if found is not None and sound else None

    def usable(self) -> bool:
        """Tell whether the index is there, whole as far as one can see, and this store's. Makes nothing.

        Raises LogShortened where its place lies beyond the log's end.
        """
        try:
            with self._engine.connect() as connection, connection.begin():
                return self._look(connection) is not None
        except (DBAPIError, UnicodeDecodeError):
            return False

    def look(self, connection: Connection) -> Row | None:
        """Return the row of the index that a connection sees, and the end of the log as `last`.

        None where there is no index, or none that is of use. Raises LogShortened, StoreUnavailable.
        """
        with translated(self.address):
            return self._look(connection)

    def _look(self, connection: Connection) -> Row | None:
        found = self._row(connection, _STATE)
        return found if found is not None and self._fits(found) else None

    def is_damaged(self) -> bool:
        """Tell whether the file of the index is damaged, once a question met damage; reads all of it.

        Always false on a server, which looks after its own files.
        """
        if self.path is None:
            return False
        try:
            with self._engine.connect() as connection, connection.begin() as transaction:
                found = connection.exec_driver_sql("PRAGMA main.quick_check(1)").scalar()
                connection.exec_driver_sql("INSERT INTO words (words) VALUES ('integrity-check')")
                transaction.rollback()
        except (DBAPIError, UnicodeDecodeError):
            return True
        return found != "ok"

    def prepare(self) -> None:
        """Make the index usable: made empty where it is missing, damaged, or not of this store.

        Raises StoreUnavailable where that cannot be done, LogShortened where its place lies beyond the log's
        end: then it is left as it is, a witness that the log was longer.
        """
        try:
            with self._engine.connect() as connection, connection.begin():
                if self._look(connection) is not None:
                    return
        except (DBAPIError, UnicodeDecodeError) as error:
            if "locked" in str(error):
                raise StoreUnavailable(
                    f"the index {self.address} is locked by another process", code="store_locked"
                ) from error
        self.rebuild()

    def rebuild(self) -> None:
        """Throw the index away and make an empty one."""
        try:
            with translated(self.address):
                self._make()
        except StoreReadOnly:
            raise
        except StoreUnavailable as error:
            if self.path is None:
                raise
            if not os.access(os.path.dirname(self.path), os.W_OK):
                raise StoreReadOnly(error.message, code=error.code, hint=error.hint) from error
            # Damaged so that its tables cannot be dropped. Whoever has it open still has the old one.
            self.dispose()
            for end in ("", "-wal", "-shm", "-journal"):
                with suppress(FileNotFoundError):
                    os.unlink(self.path + end)
            with translated(self.address):
                self._make()

    def _make(self) -> None:
        if self.path is not None:
            self._create_file(self.path)
        with self._engine.connect() as connection, connection.begin():
            if self.path is not None:
                found = connection.exec_driver_sql(
                    "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
                    " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words\\_%' ESCAPE '\\'"
                )
                for name in found.scalars().all():
                    connection.exec_driver_sql(f'DROP TABLE main."{name}"')
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
                connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
                connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
            # SQLite finds a row by its key at once only where that is declared so.
            kinds = ("BLOB", "INTEGER") if self.path is not None else ("BYTEA", "BIGINT")
            for statement in (*TABLES, WORDS[connection.dialect.name]):
                connection.exec_driver_sql(statement.format(bytes=kinds[0], key=kinds[1]))
            connection.execute(
                sa.text("INSERT INTO state VALUES (1, :version, 0, :leaf, 0, :classifier, '{}', :stems)"),
                {
                    "version": VERSION,
                    "leaf": b"",
                    "classifier": classifier.without_settings(),
                    "stems": MADE_BY,
                },
            )

    def _create_file(self, path: str) -> None:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            pass
        except OSError as error:
            may_not = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
            raise (StoreReadOnly if may_not else StoreUnavailable)(
                f"the index {path} cannot be made: {os.strerror(error.errno or 0)}",
                code="store_unreachable",
                hint="it lies beside the store; make that folder writable",
            ) from error

    def _fits(self, state: Row) -> bool:
        """Tell whether an index is of this version, and follows this very log.

        Raises LogShortened.
        """
        if isinstance(state.seq, int) and state.seq > (end := int(state.last or 0)):
            raise LogShortened(
                f"the index {self.address} stands at change {state.seq}, and the log ends at {end}:"
                " the log was longer",
                hint="run: ingest verify",
            )
        if state.version != VERSION or state.stems != MADE_BY:
            return False
        return state.seq == 0 or (isinstance(state.here, bytes) and state.here == bytes(state.leaf))

    def _place(self, connection: Connection) -> Row | None:
        """Return the index's row of its place, where there is an index."""
        return self._row(connection, "SELECT version, seq, leaf FROM state WHERE id = 1")

    def _row(self, connection: Connection, select: str) -> Row | None:
        """Return the one row that says how the index is, where there is an index."""
        if self.path is not None:
            known = connection.exec_driver_sql(
                "SELECT 1 FROM main.sqlite_schema WHERE name = 'state'"
            ).scalar()
        else:
            known = connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.state')").scalar()
        if not known:
            return None
        self._see_index(connection)
        return connection.exec_driver_sql(select).one_or_none()

    def _see_index(self, connection: Connection) -> None:
        """Have this transaction find the tables of the index behind those of the record."""
        if self.path is None:
            connection.exec_driver_sql(
                f"SELECT set_config('search_path', current_setting('search_path') || ', {SCHEMA}', true)"
            )


def _beside(store: Store, path: str, *, kept: int, cache: int) -> Engine:
    record = store.access
    assert record is not None

    def connect() -> sqlite3.Connection:
        how = access(path)  # asked each time: another process may have made the file anew
        connection = how.connect(timeout=5.0)
        if how.writable:
            connection.execute("PRAGMA journal_mode=WAL")
        return connection

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # What is lost where the machine crashes is made again.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute(f"PRAGMA cache_size=-{cache}")
        record.attach(connection, "record")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    # Whoever made the index anew made another file, which the next question must find.
    if kept:
        engine = sa.create_engine(
            "sqlite://", creator=connect, poolclass=sa.pool.QueuePool, pool_size=kept, pool_use_lifo=True
        )
    else:
        engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    if kept:
        _require_same_file(engine, path)
    return engine


def _require_same_file(engine: Engine, path: str) -> None:
    """Have a connection of the pool replaced where another file stands at the path than it opened."""

    def standing() -> tuple[int, int, int] | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_mode

    def note(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info[_FILE] = standing()

    def look(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info.get(_FILE) != standing():
            raise DisconnectionError

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", look)
