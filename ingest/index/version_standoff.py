"""Blocks and annotations of a version, read from its row."""

from __future__ import annotations

from ingest import standoff
from ingest.errors import IntegrityError
from ingest.standoff import Standoff
from ingest.store import bodies
from ingest.store.engine import Row


def standoff_of(row: Row) -> Standoff | None:
    """Return blocks and annotations of a rendition; None where it has none. Raises IntegrityError.

    The row is one of `versions`.
    """
    recorded = bodies.beside(row)
    if recorded is None:
        return None
    try:
        return standoff.read(recorded)
    except ValueError as error:
        raise IntegrityError(f"what stands beside the text of version {row.version} is damaged") from error
