"""Inserts of many rows at the driver's own speed, written once for both databases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy.engine import Connection


def insert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    unless: str | None = None,
) -> int:
    """Insert the rows, each with its values in the order of `columns`; returns how many went in.

    `unless` names unique columns: a row whose values are there already is left out.
    """
    if not rows:
        return 0
    statement = _insert(connection.dialect.name, table, tuple(columns))
    if unless is not None:
        statement += f" ON CONFLICT ({unless}) DO NOTHING"
    return connection.exec_driver_sql(
        statement, list(map(tuple, rows)), execution_options={"preserve_rowcount": True}
    ).rowcount


def upsert(
    connection: Connection,
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert the rows, or overwrite those with the same key."""
    if rows:
        statement = _insert(connection.dialect.name, table, tuple(columns))
        updates = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key)
        connection.exec_driver_sql(
            f"{statement} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}", list(map(tuple, rows))
        )


def run_many(connection: Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run a statement, written with `?`, once for each row."""
    if rows:
        connection.exec_driver_sql(marked(statement, connection.dialect.name), list(map(tuple, rows)))


def marked(statement: str, dialect: str) -> str:
    """Return a statement, written with `?` for its values, with the marks of the database's driver."""
    return statement if dialect == "sqlite" else statement.replace("?", "%s")


@lru_cache(maxsize=64)
def _insert(dialect: str, table: str, columns: tuple[str, ...]) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
