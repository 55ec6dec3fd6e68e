"""The errors of the two drivers, as the contract tells them; nothing above this room knows a driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from ingest.errors import StoreDamaged, StoreReadOnly, StoreUnavailable

_LOCK_NOT_AVAILABLE = "55P03"
_NO_RIGHT = "42501"
_UNREADABLE = ("permission denied for table", "permission denied for schema")
_MAY_NOT = frozenset((_NO_RIGHT, "25006"))  # no right to it, or a transaction that only reads
_SERIALISATION = frozenset(("40001", "40P01"))
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
        raise damage_error(address, str(error)) from error


def damage_error(address: str, said: str) -> StoreDamaged:
    """Return the error that a store is damaged: what the driver says of it."""
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
        told = ": this role may not do that" if state == _NO_RIGHT else " may only be read here"
        return StoreReadOnly(
            f"{address}{told}: {said}",
            code="store_unreachable",
            hint=f"ask as a user who may write it; docs/how-to/{page}.md has the rights",
        )
    undefined = state in _UNDEFINED
    if undefined or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or said.startswith(_DAMAGE):
        return damage_error(address, said)
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
