"""The records of versions, as `show --json` and the service give them."""

from __future__ import annotations

import msgspec

from ingest import moments, records
from ingest.history.naming import Target
from ingest.history.version_contents import deleted_at, stored_text, version_row
from ingest.index import reread, version_standoff
from ingest.records import Version, VersionFacts
from ingest.store import bodies
from ingest.store.engine import Connection, Row


def version_record(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> Version:
    """Return a version as `show --json` shows it, its text included. Raises NotFound, IntegrityError."""
    row = version_row(connection, target, no, normaliser)
    facts = facts_of(connection, target, no, row)
    beside = version_standoff.standoff_of(row)
    return Version(
        **msgspec.structs.asdict(facts),
        text=stored_text(connection, target, no, row),
        blocks=None if beside is None else beside.blocks,
        annotations=None if beside is None else records.all_annotations(beside.annotations),
    )


def version_facts(
    connection: Connection, target: Target, no: int, normaliser: str | None = None
) -> VersionFacts:
    """Return what is known of a version, without its text. Raises NotFound."""
    return facts_of(connection, target, no, version_row(connection, target, no, normaliser))


def facts_of(connection: Connection, target: Target, no: int, row: Row) -> VersionFacts:
    """Return what is known of a version whose row is at hand."""
    return facts_with(connection, target, no, row, deleted=deleted_at(connection, target))


def facts_with(
    connection: Connection, target: Target, no: int, row: Row, *, deleted: int | None
) -> VersionFacts:
    """Return what is known of a version whose row is at hand; `deleted` is when its document was deleted."""
    path, path_base64 = records.shown_path(target.path)
    return records.of_row(
        VersionFacts,
        row,
        document=target.document,
        root=target.root,
        path=path,
        path_base64=path_base64,
        deleted_at=moments.show(deleted),
        confidence=None if row.confidence is None else row.confidence / 1000,
        lossy_places=_lossy_places(connection, target, no, row),
    )


def _lossy_places(connection: Connection, target: Target, no: int, row: Row) -> int | None:
    """Return how many places of the bytes could not be read; None where the text was made in another way."""
    if row.text_sha256 is None:
        return None
    if not row.lossy:
        return 0
    return reread.unread_places(lambda: bodies.get(connection, target.id, no), row.normaliser)
