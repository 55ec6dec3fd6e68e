"""Where the store is, how it is opened, and what its databases do differently.

`Store.read()` gives one snapshot, `Store.write()` one short writing transaction. Both turn the
driver's errors into `StoreUnavailable`, so that nothing above this room knows a driver.
"""

from __future__ import annotations

import atexit
import errno
import functools
import os
import re
import shlex
import sqlite3
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from ingest.disk import mounts
from ingest.errors import (
    SchemaMismatch,
    StoreDamaged,
    StoreMissing,
    StoreReadOnly,
    StoreUnavailable,
    UsageError,
)
from ingest.store import tables, watermark
from ingest.store.sqlite_file import Access, access, require_readable
from ingest.store.url import mask, parse_url, sqlite_files

# The types that rooms above speak of without importing sqlalchemy.
__all__ = ["Connection", "Row", "Store", "open_store"]

Row = sa.Row[*tuple[Any, ...]]

PAGE_BYTES = 8192
BUSY_SECONDS = 5.0
MAKE = "run: ingest scan ROOT, or ingest watch ROOT; where one was just started, ask again"
# The extra `postgres` by its content: it can be added to an ingest that is there, wherever that came from.
INSTALL_DRIVER = f"run: {shlex.quote(sys.executable)} -m pip install 'psycopg[binary]>=3.3'"
_POLL = 0.1  # seconds between two looks at a store that somebody may be making
_FILE = "ingest_file"  # in what a connection carries: its file's device and inode
_LOCK_NOT_AVAILABLE = "55P03"
_NO_RIGHT = "42501"
_UNREADABLE = ("permission denied for table", "permission denied for schema")
_MAY_NOT = frozenset((_NO_RIGHT, "25006"))  # no right to it, or a transaction that only reads
_SERIALISATION = frozenset(("40001", "40P01"))
_stores: weakref.WeakSet[Store] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    # The last connection of a SQLite store that is closed takes its side files away.
    for store in list(_stores):
        store.dispose()


class Store:
    """An open store. One of these serves every thread of a process."""

    def __init__(self, url: URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        self.is_sqlite = url.drivername == "sqlite"
        self._opened: tuple[int, int] | None = None  # the device and inode of a SQLite store
        # How the file is opened; None for a server.
        self.access = access(str(url.database)) if self.is_sqlite else None
        self.engine = (
            _postgres(url, busy_seconds) if self.access is None else _sqlite(self.access, busy_seconds)
        )
        if self.is_sqlite:
            event.listen(self.engine, "connect", self._note_opened)
        _stores.add(self)

    @functools.cached_property
    def _files(self) -> tuple[bytes, ...]:
        return tuple(os.fsencode(os.path.realpath(name)) for name in sqlite_files(self.url))

    @property
    def watermark_path(self) -> str | None:
        """Tell where the log's high-water mark is kept; None for a server's store, which has no file here."""
        return f"{self.url.database}.lock" if self.is_sqlite else None

    def files_below(self, root: bytes) -> frozenset[bytes]:
        """Return the store's own files that lie below a folder, relative to it."""
        prefix = root.rstrip(b"/") + b"/"
        return frozenset(name[len(prefix) :] for name in self._files if name.startswith(prefix))

    def own_inodes(self) -> frozenset[tuple[int, int]]:
        """(device, inode) of the store's own files as they are now, by whatever name somebody meets them.

        None of them may be opened but by SQLite: to close any descriptor of one drops the locks that
        SQLite holds on it.
        """
        found = set()
        for name in self._files:
            try:
                here = os.stat(name)
            except OSError:
                continue
            found.add((here.st_dev, here.st_ino))
        return frozenset(found)

    def remote_type(self) -> str | None:
        """Return the type of the file system that a SQLite store is on, where that is no local one.

        SQLite's locks do not hold on every server.
        """
        return mounts.remote_type(os.path.dirname(self._files[0])) if self.is_sqlite else None

    @property
    def address(self) -> str:
        """Tell where the store is, fit to show."""
        if self.is_sqlite:
            return str(self.url.database)
        return mask(self.url.render_as_string(hide_password=False))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Return one consistent snapshot."""
        with translated(self.address), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
            if self.access is not None:
                self.access.require_unchanged()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Return one transaction that holds the right to write from its first statement on."""
        with translated(self.address), self.engine.connect() as connection:
            connection.execution_options(ingest_begin="BEGIN IMMEDIATE")
            with connection.begin():
                self._require_connected_in_place(connection)
                yield connection

    def _require_connected_in_place(self, connection: Connection) -> None:
        """Raise unless the database that a connection was made to is the one at its path."""
        if self.is_sqlite and connection.info[_FILE] != self._opened:
            connection.invalidate()  # made while another file stood there
            raise self._out_of_place("was replaced while it was open")
        self.require_in_place()

    def require_in_place(self) -> None:
        """Raise unless the file that was opened is the one at the store's path.

        What is written to a file that was removed is lost with its last descriptor, and who reads it hears
        of nothing any more. Raises StoreUnavailable.
        """
        if not self.is_sqlite or self._opened is None:
            return
        try:
            here = os.stat(str(self.url.database))
        except OSError as error:
            why = "was removed while it was open"
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                why = f"cannot be looked at: {os.strerror(error.errno or 0)}"
            raise self._out_of_place(why) from error
        if (here.st_dev, here.st_ino) != self._opened:
            raise self._out_of_place("was replaced while it was open")

    def _out_of_place(self, why: str) -> StoreUnavailable:
        return StoreUnavailable(
            f"the store {self.address} {why}",
            code="store_unreachable",
            hint="put it back where it was, or restart what uses it: then another is begun",
        )

    def _note_opened(self, _connection: object, record: ConnectionPoolEntry) -> None:
        """Note which file a connection was made to; the first one's is the store."""
        here = os.stat(str(self.url.database))
        record.info[_FILE] = here.st_dev, here.st_ino
        self._opened = self._opened or record.info[_FILE]

    def dispose(self) -> None:
        """Close every connection; the store can be used again afterwards."""
        self.engine.dispose()
        self._opened = None

    def revision(self) -> str | None:
        """Return the schema's revision, or None when there is no schema yet."""
        with self.read() as connection:
            found_tables = sa.inspect(connection).get_table_names()
            if "alembic_version" not in found_tables:
                if found_tables:
                    raise UsageError(
                        f"{self.address} holds another program's tables: {', '.join(found_tables)[:80]}",
                        hint="name a database of its own with --database",
                    )
                return None
            found: str | None = connection.execute(
                sa.text("SELECT version_num FROM alembic_version")
            ).scalar()
            if found is None and "change" in found_tables:
                raise _damaged(self.address, "the row that says its revision is gone")
            if found is not None and not re.fullmatch(r"\d{4}", found):
                raise UsageError(
                    f"{self.address} is not a store of ingest: its schema is '{found}'",
                    hint="name a database of its own with --database",
                )
            return found


def open_store(words: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open a store that exists, with the schema this program knows.

    An empty database may be a store that somebody is just making: that is waited for as a lock is.
    Raises StoreMissing, SchemaMismatch, StoreUnavailable or UsageError.
    """
    store = open_unchecked(words, busy_seconds=busy_seconds)
    until = time.monotonic() + busy_seconds
    with disposed_on_error(store):
        while True:
            try:
                require_revision(store)
                return store
            except StoreMissing:
                if time.monotonic() >= until:
                    raise
            time.sleep(_POLL)


@contextmanager
def disposed_on_error(store: Store) -> Iterator[None]:
    """Close a store's connections when it turns out not to be usable."""
    with ExitStack() as undo:
        undo.callback(store.dispose)
        yield
        undo.pop_all()


def open_unchecked(words: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Return a store that exists, whatever its schema.

    Raises StoreMissing, StoreUnavailable or UsageError.
    """
    url = parse_url(words)
    if url.drivername == "sqlite":
        require_readable(str(url.database))
    if url.drivername == "sqlite" and not os.path.exists(str(url.database)):
        raise StoreMissing(f"no store at {url.database}", hint=MAKE)
    return Store(url, busy_seconds=busy_seconds)


def require_revision(store: Store) -> None:
    """Raise unless the schema is the one that this program knows."""
    found = store.revision()
    if found == tables.REVISION:
        return
    if found is None and (mark := watermark.read(store.watermark_path)) is not None and mark.seq:
        raise _damaged(store.address, f"the database is empty, and its log was at {mark.seq} changes")
    if found is None:
        raise StoreMissing(
            f"no store at {store.address}: the database is empty",
            hint=MAKE,
        )
    if found < tables.REVISION:
        raise SchemaMismatch(
            f"the schema of {store.address} is {found}, older than this program's {tables.REVISION}",
            hint=f"run: ingest db upgrade --database {mask(store.url.render_as_string(hide_password=False))}",
        )
    raise SchemaMismatch(
        f"the schema of {store.address} is {found}, newer than this program's {tables.REVISION}",
        hint="install the newer ingest that wrote it",
    )


def create_folder(url: URL) -> None:
    """Make the folder of a SQLite store, 0700, where it is missing; an existing one is left alone."""
    if url.drivername != "sqlite":
        return
    folder = os.path.dirname(str(url.database))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # Creating the file here gives it its mode; its -wal and -shm inherit that from it.
        os.close(os.open(str(url.database), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreUnavailable(
            f"the store {url.database} cannot be made: {os.strerror(error.errno or 0)}",
            code="store_unreachable",
            hint="choose another place with --database",
        ) from error


_DAMAGE = ("malformed database", "Could not decode to UTF-8", "no such table", "no such column")
_UNDEFINED = frozenset(("42P01", "42703"))  # a table or a column, on Postgres


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Turn the driver's errors into StoreUnavailable with one of the contract's codes."""
    try:
        yield
    except DBAPIError as error:
        raise _unavailable(address, error) from error
    except UnicodeDecodeError as error:  # the driver's own, of a damaged name in the schema
        raise _damaged(address, str(error)) from error


def _damaged(address: str, said: str) -> StoreDamaged:
    return StoreDamaged(
        f"the store {address} is damaged: {said}",
        code="store_unreachable",
        hint="restore it from a backup; the bytes of the documents are still in their folder",
    )


def _unavailable(address: str, error: DBAPIError) -> StoreUnavailable:
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", "") or ""
    what = str(cause).strip().splitlines()
    said = what[0] if what else type(cause).__name__
    if name.startswith("SQLITE_FULL"):
        return StoreUnavailable(
            f"the store {address} is full: {said}", code="store_full", hint="free space on its file system"
        )
    state = getattr(cause, "sqlstate", None)
    locked = state == _LOCK_NOT_AVAILABLE
    if locked or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreUnavailable(
            f"the store {address} is locked by another process",
            code="store_locked",
            hint="wait for it, or end the one that holds it",
        )
    if state == _NO_RIGHT and said.startswith(_UNREADABLE) and _reads(error.statement or ""):
        return StoreUnavailable(
            f"the store {address} may not be read by this role: {said}",
            code="store_unreachable",
            hint="its owner grants it SELECT: docs/how-to/postgres.md has the commands",
        )
    if state in _MAY_NOT or (name.startswith("SQLITE_READONLY") and name != "SQLITE_READONLY_DBMOVED"):
        page = "read-only" if name else "postgres"
        return StoreReadOnly(
            f"{address} may only be read here: {said}",
            code="store_unreachable",
            hint=f"ask as a user who may write it; docs/how-to/{page}.md has the rights",
        )
    undefined = state in _UNDEFINED
    if undefined or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or said.startswith(_DAMAGE):
        return _damaged(address, said)
    return StoreUnavailable(
        f"the store {address} cannot be used: {said}", code="store_unreachable", hint="run: ingest doctor"
    )


def _reads(statement: str) -> bool:
    return statement.lstrip().startswith("SELECT") and "FOR UPDATE" not in statement


def should_retry(error: DBAPIError) -> bool:
    """Tell whether the whole transaction may simply be tried again at once."""
    return getattr(error.orig, "sqlstate", None) in _SERIALISATION


def lost_connection(error: DBAPIError) -> bool:
    """Tell whether the server went away, so that nobody knows if the commit was done."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state == "57P01" or state.startswith("08")


def _sqlite(how: Access, busy_seconds: float) -> Engine:
    def connect() -> sqlite3.Connection:
        return how.connect(timeout=busy_seconds)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.QueuePool, pool_size=4)
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: sqlite3.Connection, _record: object) -> None:
    for setting in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
        "journal_size_limit=67108864",
        *(("fullfsync=ON", "checkpoint_fullfsync=ON") if sys.platform == "darwin" else ()),
    ):
        connection.execute(f"PRAGMA {setting}")


def _sqlite_begin(connection: Connection) -> None:
    # A deferred transaction that comes to write fails at once with BUSY_SNAPSHOT, and waiting does
    # not help it: whoever will write says so at the start.
    begin = connection.get_execution_options().get("ingest_begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


def missing_driver() -> str | None:
    """Tell why a store on Postgres cannot be opened in this environment; None where it can."""
    try:
        import psycopg  # noqa: F401, PLC0415 - whether it can be loaded
    except ModuleNotFoundError:
        return "is not installed"
    except ImportError as error:  # without the library of the server's client
        return f"cannot be loaded: {str(error).splitlines()[0]}"
    return None


def _postgres(url: URL, busy_seconds: float) -> Engine:
    missing = missing_driver()
    if missing is not None:
        shown = mask(url.set(drivername="postgresql").render_as_string(hide_password=False))
        raise UsageError(f"the store {shown} needs psycopg, which {missing}", hint=INSTALL_DRIVER)
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=4,
        connect_args={
            "application_name": "ingest",
            "connect_timeout": 5,
            "client_encoding": "utf8",
            # as SQLite's busy_timeout: nobody waits for ever for what somebody else holds
            "options": f"-c lock_timeout={max(1, round(busy_seconds * 1000))}",
        },
    )


def now_at(connection: Connection, wall: int) -> int:
    """Return the clock that all who share the store go by, in microseconds: the server's, of a file ours."""
    if connection.dialect.name == "sqlite":
        return wall
    return int(connection.execute(_SERVER_CLOCK).scalar_one())


_SERVER_CLOCK = sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


def allocate(connection: Connection, table: sa.Table, count: int) -> list[int]:
    """`count` keys for new rows of `table`, never used before, in rising order.

    SQLite: the caller holds the right to write, so the highest key cannot move. Postgres: one
    sequence for all tables, because a row's insert must not wait for other writers.
    """
    if connection.dialect.name == "sqlite":
        last = connection.execute(_highest(table)).scalar() or 0
        return list(range(last + 1, last + 1 + count))
    found = connection.execute(_NEXT_KEYS, {"count": count})
    return [row[0] for row in found]


_NEXT_KEYS = sa.text("SELECT nextval('key_seq') FROM generate_series(1, :count)")
_highest_of: dict[str, Any] = {}


def _highest(table: sa.Table) -> Any:
    if table.name not in _highest_of:
        _highest_of[table.name] = sa.select(sa.func.max(table.c.id))
    return _highest_of[table.name]
