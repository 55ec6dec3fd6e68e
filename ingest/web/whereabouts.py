"""What befell a document besides edits: where it stood, and when it was not there."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingest.model import DocumentKey
from ingest.records import shown_path, shown_path_or_none
from ingest.store import reader
from ingest.store.engine import Connection
from ingest.web.timeline import TimeStretch

_MOST = 400  # of one document that are read: some come and go all day
SAID = {
    "moved": "moved",
    "deleted": "deleted",
    "restored": "put back",
    "rejected": "not read",
    "renormalised": "the same bytes read in another way",
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A change that moved, deleted, restored or rejected a document, or read it anew."""

    seq: int
    at: int
    type: str
    reason: str | None
    version: int | None
    path: str
    from_path: str | None


def events(connection: Connection, document: DocumentKey) -> list[Event]:
    """Return what befell a document, the newest first."""
    return [
        Event(
            seq=row.seq,
            at=row.recorded_at,
            type=row.type,
            reason=row.reason,
            version=row.version,
            path=shown_path(row.path)[0],
            from_path=shown_path_or_none(row.from_path)[0],
        )
        for row in reader.besides_edits(connection, document, _MOST)
    ]


def absences(known: Sequence[Event]) -> list[TimeStretch]:
    """Return when a document was deleted, in order, of its events from the newest on."""
    found: list[TimeStretch] = []
    until: int | None = None
    for each in known:
        if each.type == "restored":
            until = each.at
        elif each.type == "deleted":
            found.append(TimeStretch("deleted", each.at, until))
    return found[::-1]
