"""Stored bytes of many versions at once, read through the store: a process a version would take too long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.errors import IngestError
from ingest.history import naming, version_contents
from ingest.store.engine import open_store
from tests.command import Command


def content(
    command: Command, versions: Iterable[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int], bytes | str]]:
    """The bytes of each (document, version), or what went wrong in reading it."""
    url = command.database or "sqlite:///.ingest-store/ingest.db"
    if url.startswith("sqlite:///"):
        url = f"sqlite:///{command.cwd / url.removeprefix('sqlite:///')}"
    store = open_store(url, busy_seconds=30.0)
    try:
        with store.read() as connection:
            for document, version in versions:
                try:
                    target = naming.resolve(connection, document)
                    yield (document, version), version_contents.raw_bytes(connection, target, version)
                except IngestError as error:
                    yield (document, version), error.message
    finally:
        store.dispose()
