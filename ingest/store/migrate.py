"""Create a store and bring its schema up to date, through Alembic.

Alembic is imported only here, only when there is something to do.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import ingest
from ingest.disk import locks
from ingest.errors import SchemaMismatch
from ingest.store import tables
from ingest.store.driver_errors import translated
from ingest.store.engine import PAGE_BYTES, Store, create_folder, disposed_on_error, require_revision
from ingest.store.sqlite_file import require_readable
from ingest.store.url import parse_url

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

PATIENCE = 60.0  # seconds to wait for another migration
_UPGRADE_LOCK = 0x696E67657374  # "ingest": one upgrade at a time on a Postgres server's database


def scripts() -> Path:
    """Return the migrations: beside the package in a checkout, inside it once installed."""
    package = Path(ingest.__file__).parent
    inside = package / "_migrations"
    return inside if inside.is_dir() else package.parent / "alembic"


def config(url: str) -> Config:
    """Return Alembic's configuration for one database."""
    from alembic.config import Config  # noqa: PLC0415 - a store that is up to date does without it

    settings = Config()
    settings.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    settings.attributes["url"] = url
    return settings


def open_or_create(words: str, *, busy_seconds: float) -> Store:
    """Return the store at this URL, made on first use. An old or newer schema is refused.

    Raises SchemaMismatch, StoreUnavailable, UsageError, or AlreadyRunning where the file was removed under
    a process that captures into it.
    """
    store = _open(words, busy_seconds=busy_seconds)
    with disposed_on_error(store):
        if store.revision() is None:
            _run(store)
        require_revision(store)
    return store


def upgrade(words: str, *, busy_seconds: float) -> tuple[str | None, str]:
    """Bring the schema to this program's; returns the revision before and after.

    May be called again at once. Raises SchemaMismatch for a schema newer than this program.
    """
    store = _open(words, busy_seconds=busy_seconds)
    try:
        before = store.revision()
        if before is not None and before > tables.REVISION:
            require_revision(store)
        if before != tables.REVISION:
            _run(store)
    finally:
        store.dispose()
    return before, tables.REVISION


def damaged_schema(connection: Connection) -> list[str]:
    """Return the tables and indices of a SQLite store that are not defined as the migrations define them.

    `check` compares what SQLAlchemy reads of a schema; a condition of an index is none of that.
    """
    statement = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        fresh = open_or_create(f"sqlite:///{folder}/fresh.db", busy_seconds=5.0)
        try:
            with fresh.read() as other:
                expected = {tuple(row) for row in other.exec_driver_sql(statement)}
        finally:
            fresh.dispose()
    found = {tuple(row) for row in connection.exec_driver_sql(statement)}
    return sorted({str(name) for name, _ in expected ^ found})


def check(store: Store) -> None:
    """Raise SchemaMismatch unless the database's tables are exactly the described ones."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - a store that is up to date does without it
    from alembic.migration import MigrationContext  # noqa: PLC0415 - the same

    require_revision(store)
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, tables.metadata)
    if differences:
        raise SchemaMismatch(
            f"the schema of {store.address} is not the one of revision {tables.REVISION}: "
            f"{len(differences)} differences, the first {differences[0]!r:.200}",
            hint="restore the store from a backup, or undo what was changed by hand",
        )


def _open(words: str, *, busy_seconds: float) -> Store:
    url = parse_url(words)
    path = str(url.database)
    if url.drivername == "sqlite":
        require_readable(path)
    if url.drivername == "sqlite" and not os.path.exists(path) and os.path.exists(path + ".lock"):
        # Whoever captures still has the file open that stood here: another one would take its side files.
        with locks.lock_store(path):
            create_folder(url)
    else:
        create_folder(url)
    return Store(url, busy_seconds=busy_seconds)


def _run(store: Store) -> None:
    """Make or upgrade the schema; where another process is at it, wait for that up to PATIENCE first."""
    patient = Store(store.url, busy_seconds=PATIENCE)
    try:
        _upgrade(patient)
    finally:
        patient.dispose()


def _upgrade(store: Store) -> None:
    from alembic import command  # noqa: PLC0415 - a store that is up to date does without it

    if store.is_sqlite:
        with translated(store.address), store.engine.connect() as connection:
            connection.execution_options(ingest_begin="")  # neither can be set inside a transaction
            connection.exec_driver_sql(f"PRAGMA page_size={PAGE_BYTES}")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with store.write() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        settings = config(str(store.url))
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
