"""What the two databases do differently: connections, the clock, keys of new rows."""

from __future__ import annotations

import shlex
import sqlite3
import sys

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from ingest.errors import UsageError
from ingest.store.sqlite_file import Access
from ingest.store.url import mask

# The extra `postgres` by its content: it can be added to an ingest that is there, wherever that came from.
INSTALL_DRIVER = f"run: {shlex.quote(sys.executable)} -m pip install 'psycopg[binary]>=3.3'"
# Of each value that is neither a number nor a text sqlite3 asks whether it can be adapted: it looks for two
# attributes and does not find them, which is a quarter of the time that an insert takes. It takes these as
# they are, and is told so.
sqlite3.register_adapter(type(None), dict[None, None]().get)
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(bool, int)

POOL = 4  # connections that are kept
CACHE = 16_000  # KiB of a file that each of them holds at most


def sqlite_engine(how: Access, busy_seconds: float, *, pool: int = POOL, cache: int = CACHE) -> Engine:
    """Return the engine of a file."""

    def connect() -> sqlite3.Connection:
        return how.connect(timeout=busy_seconds)

    def settle(connection: sqlite3.Connection, _record: object) -> None:
        _sqlite_settings(connection, cache)

    # The one that was used last is taken next: it holds most of what is asked for.
    engine = sa.create_engine(
        "sqlite://", creator=connect, poolclass=sa.pool.QueuePool, pool_size=pool, pool_use_lifo=True
    )
    event.listen(engine, "connect", settle)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: sqlite3.Connection, cache: int) -> None:
    for setting in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{cache}",
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


def postgres_engine(url: URL, busy_seconds: float, *, pool: int = POOL) -> Engine:
    """Return the engine of a server. Raises UsageError where its driver cannot be loaded."""
    missing = missing_driver()
    if missing is not None:
        shown = mask(url.set(drivername="postgresql").render_as_string(hide_password=False))
        raise UsageError(f"the store {shown} needs psycopg, which {missing}", hint=INSTALL_DRIVER)
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool,
        pool_use_lifo=True,
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
    """Return `count` keys for new rows of `table`, in rising order; no row that is there has one of them.

    SQLite: those after the highest key; the caller holds the right to write, so that cannot move. Postgres:
    those of a sequence, one for all tables, for which no writer waits for another.
    """
    if connection.dialect.name == "sqlite":
        last = connection.execute(_highest(table)).scalar() or 0
        return list(range(last + 1, last + 1 + count))
    return list(connection.execute(_NEXT_KEYS, {"count": count}).scalars())


_NEXT_KEYS = sa.text("SELECT nextval('key_seq') FROM generate_series(1, :count)")
_highest_of: dict[str, sa.Select[int | None]] = {}


def _highest(table: sa.Table) -> sa.Select[int | None]:
    if table.name not in _highest_of:
        _highest_of[table.name] = sa.select(sa.func.max(table.c.id))
    return _highest_of[table.name]
