"""Database URLs: understood, fit to show, and the files that one stands for."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ingest import escape
from ingest.disk.reachability import answers, silent_of
from ingest.errors import StoreUnavailable, UsageError
from ingest.expressions import expression

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_SECRET = expression(r"(pass\w*=)[^&\s]*", re.IGNORECASE)


def parse_url(words: str) -> URL:
    """Return a database URL with its driver settled; a SQLite path made absolute.

    Raises UsageError, and StoreUnavailable where the file system of that path does not answer.
    """
    try:
        url = make_url(words)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in _DRIVERS:
        raise UsageError(
            f"database URL '{mask(words)}' cannot be used",
            hint="write sqlite:///path/to/ingest.db or postgresql://user@host/database",
        )
    url = url.set(drivername=_DRIVERS[url.drivername])
    if "@" in (url.host or ""):
        raise UsageError(
            f"database URL '{mask(words)}' has an @ in its password", hint="write it as %40 there"
        )
    if not escape.is_utf8(words):
        raise UsageError(f"the database URL '{mask(words)}' is not valid UTF-8")
    if "\0" in words:
        raise UsageError("the database URL holds a NUL character")
    if url.drivername == "sqlite":
        if not url.database or url.database.startswith(":memory:"):
            raise UsageError(
                f"database URL '{mask(words)}' names no file",
                hint="write sqlite:///path/to/ingest.db: a history in memory would be lost",
            )
        path = os.path.abspath(url.database)
        _require_answer(path)
        if os.path.islink(path):
            path = os.path.realpath(path)  # SQLite names its side files after what a link leads to
        if ".ingest" in Path(path).parent.parts:
            raise UsageError(
                f"the store {path} lies below a folder named .ingest",
                hint="anyone may delete a root's .ingest; put the store elsewhere",
            )
        url = url.set(database=path)
    return url


def _require_answer(path: str) -> None:
    """Raise StoreUnavailable where a file system that the store is on does not answer."""
    for place in silent_of(os.fsencode(path)):
        if not answers(place):
            raise StoreUnavailable(
                f"the store {path} is on {escape.path(place)}, which does not answer",
                code="store_unreachable",
                hint="see to what is mounted there",
            )


def mask(words: str) -> str:
    """Return the URL without its password, whatever else is wrong with it."""
    words = _SECRET.sub(r"\1***", words)
    head, at, rest = words.rpartition("@")
    if not at:
        return words
    scheme, separator, person = head.partition("://")
    if not separator:
        return f"***@{rest}"
    name, colon, _ = person.partition(":")
    return f"{scheme}://{name}:***@{rest}" if colon else words


def sqlite_files(url: URL) -> tuple[str, ...]:
    """Return every file that a SQLite store may keep beside its database; empty for a server."""
    if url.drivername != "sqlite":
        return ()
    base = str(url.database)
    index = f"{base}.index.db"
    sides = tuple(base + end for end in ("-wal", "-shm", "-journal", ".lock", ".sock"))
    return (base, *sides, index, index + "-wal", index + "-shm", index + "-journal")
