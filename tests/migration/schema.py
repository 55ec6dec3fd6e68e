"""A store's schema, moved to any revision, and seen as it lies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command

from ingest.store import migrate
from ingest.store.engine import Store, create_folder
from ingest.store.url import parse_url

CHECKOUT = Path(__file__).parents[2]


def store_at(url: str) -> Store:
    """The database at `url`, whatever is in it."""
    parsed = parse_url(url)
    create_folder(parsed)
    return Store(parsed)


def move(url: str, revision: str) -> None:
    """Upgrade or downgrade the database to `revision`, in one transaction, as `ingest db upgrade` does."""
    store = store_at(url)
    before = store.revision() or ""
    with store.write() as connection:
        settings = migrate.config(url)
        settings.attributes["connection"] = connection
        down = revision == "base" or revision < before
        (command.downgrade if down else command.upgrade)(settings, revision)
    store.dispose()


def rows(url: str, table: str, columns: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """A table's rows, whatever the described schema says of it, in an order of their own."""
    store = store_at(url)
    with store.read() as connection:
        names = columns or tuple(
            sorted(str(column["name"]) for column in sa.inspect(connection).get_columns(table))
        )
        found = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table}").all()
    store.dispose()
    return sorted((tuple(row) for row in found), key=repr)


def shape(url: str) -> dict[str, Any]:
    """Every table with its columns, keys and indices, the revision and each table's rows."""
    store = store_at(url)
    seen: dict[str, Any] = {"revision": store.revision()}
    with store.read() as connection:
        inspector = sa.inspect(connection)
        for table in sorted(inspector.get_table_names()):
            seen[table] = (
                [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in inspector.get_columns(table)
                ],
                inspector.get_pk_constraint(table),
                sorted(map(_index, inspector.get_indexes(table)), key=repr),
                sorted(inspector.get_foreign_keys(table), key=repr),
                sorted(inspector.get_unique_constraints(table), key=repr),
            )
    store.dispose()
    tables = [name for name in seen if name != "revision"]
    return seen | {f"rows of {table}": rows(url, table) for table in tables}


def _index(index: Mapping[str, Any]) -> tuple[object, ...]:
    where = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return index["name"], index["column_names"], bool(index["unique"]), where


def words(url: str, *verb: str, checkout: Path = CHECKOUT) -> list[str]:
    """The words that run the command from a checkout, or from what a wheel holds."""
    program = f"import sys; sys.path.insert(0, {str(checkout)!r}); from ingest.__main__ import main; main()"
    return [sys.executable, "-c", program, "--database", url, *verb]


def ingest(
    url: str, *verb: str, checkout: Path = CHECKOUT, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    return subprocess.run(
        words(url, *verb, checkout=checkout),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd or checkout,
    )
