"""Where the store is and how it is opened.

`Store.read()` gives one snapshot, `Store.write()` one short writing transaction. Both turn the
driver's errors into `StoreUnavailable`, so that nothing above this room knows a driver.
"""

from __future__ import annotations

import atexit
import errno
import functools
import os
import re
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from ingest.disk import mounts
from ingest.errors import SchemaMismatch, StoreMissing, StoreUnavailable, UsageError
from ingest.store import tables, watermark
from ingest.store.databases import CACHE, POOL, postgres_engine, sqlite_engine
from ingest.store.driver_errors import damage_error, translated
from ingest.store.sqlite_file import access, require_readable
from ingest.store.url import mask, parse_url, sqlite_files

# The types that rooms above speak of without importing sqlalchemy.
__all__ = ["Connection", "Row", "Store", "open_store"]

Row = sa.Row[*tuple[Any, ...]]

PAGE_BYTES = 8192
BUSY_SECONDS = 5.0
MAKE = "run: ingest scan ROOT, or ingest watch ROOT; where one was just started, ask again"
_POLL = 0.1  # seconds between two looks at a store that somebody may be making
_FILE = "ingest_file"  # in what a connection carries: its file's device and inode
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
        self._busy_seconds = busy_seconds
        self.engine = self._connected(POOL, CACHE)
        _stores.add(self)

    def be_asked_by(self, threads: int, *, cache: int) -> None:
        """Keep a connection for each of so many threads, which holds `cache` KiB of a SQLite file at most.

        One that is opened for a question and closed after it costs more than most questions do. Before
        anything is read.
        """
        self.dispose()
        self.engine = self._connected(threads, cache)

    def _connected(self, pool: int, cache: int) -> Engine:
        if self.access is None:
            return postgres_engine(self.url, self._busy_seconds, pool=pool)
        engine = sqlite_engine(self.access, self._busy_seconds, pool=pool, cache=cache)
        event.listen(engine, "connect", self._note_opened)
        return engine

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
        """Return (device, inode) of the store's own files as they are now.

        By these they are known under any name. None of them may be opened but by SQLite: to close any
        descriptor of one drops the locks that SQLite holds on it.
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
        """Give a connection to one consistent snapshot. Raises StoreUnavailable."""
        with translated(self.address), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
            if self.access is not None:
                self.access.require_unchanged()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that holds the right to write from its first statement on.

        Raises StoreUnavailable.
        """
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

    def is_replaced(self) -> bool:
        """Tell whether another file than the one that was opened stands at a SQLite store's path."""
        try:
            here = os.stat(str(self.url.database)) if self.is_sqlite else None
        except OSError:
            return False
        return here is not None and (here.st_dev, here.st_ino) != (self._opened or (here.st_dev, here.st_ino))

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
                raise damage_error(self.address, "the row that says its revision is gone")
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
        raise damage_error(store.address, f"the database is empty, and its log was at {mark.seq} changes")
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
