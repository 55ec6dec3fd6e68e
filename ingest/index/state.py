"""How far the index is."""

from __future__ import annotations

from typing import Any

from ingest.index.place import VERSION, Index
from ingest.store import reader


def behind(index: Index) -> int:
    """How many changes of the log a prepared index has not taken in yet."""
    with index.reading() as connection:
        seq = connection.exec_driver_sql("SELECT seq FROM state WHERE id = 1").scalar_one()
        return int(reader.head(connection).seq) - int(seq)


def record(index: Index) -> dict[str, Any]:
    """The state of a prepared index, as `ingest index status` shows it."""
    with index.reading() as connection:
        one = connection.exec_driver_sql
        seq = int(one("SELECT seq FROM state WHERE id = 1").scalar_one())
        head = int(reader.head(connection).seq)
        return {
            "index": index.address,
            "version": VERSION,
            "seq": seq,
            "behind": head - seq,
            "documents": one("SELECT count(*) FROM indexed").scalar_one(),
            "edits": one("SELECT count(*) FROM edit").scalar_one(),
            "spans": one("SELECT count(*) FROM span").scalar_one(),
        }
