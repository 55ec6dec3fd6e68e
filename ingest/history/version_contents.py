"""The text and the bytes of one version, and when its document was deleted."""

from __future__ import annotations

import shlex

from ingest import text_reasons
from ingest.errors import NotFound
from ingest.escape import path as show_path
from ingest.history.naming import Target
from ingest.model import LONGEST
from ingest.store import bodies, reader, versions
from ingest.store.engine import Connection, Row


def deleted_at(connection: Connection, target: Target) -> int | None:
    """Tell when a document was deleted; None of one that is there."""
    state = reader.last_change(connection, target.id, LONGEST)
    return int(state.recorded_at) if state is not None and state.type == "deleted" else None


def version_row(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> Row:
    """Return one version's row. Raises NotFound."""
    row = versions.one(connection, target.id, no, normaliser)
    if row is None:
        what = f"version {no}" if normaliser is None else f"rendition of version {no} by '{normaliser}'"
        raise NotFound(f"{show_path(target.path)} has no {what}")
    return row


def text(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> str | None:
    """Return a version's text, or None where it has none. Raises NotFound, IntegrityError."""
    return stored_text(connection, target, no, version_row(connection, target, no, normaliser))


def stored_text(connection: Connection, target: Target, no: int, row: Row) -> str | None:
    """Return the text of a version whose row is at hand."""
    if row.text_sha256 is None:
        return None
    raw = b"" if row.text_blob_id is not None else bodies.get(connection, target.id, no)
    with bodies.damage_named(connection, target.id, no):
        return bodies.text(connection, raw, row, digest=row.text_sha256).decode()


_MENDS = {
    "no_extractor": "install the extra, pip install 'ingest[documents]', then run: ingest renormalise",
    "not_confined": "run: ingest doctor; its bytes: {raw}",
    "extractor_failed": "ingest renormalise tries it again; its bytes: {raw}",
}


def without_text(target: Target, no: int, reason: str | None) -> NotFound:
    """Return the error that a version has no text: why, in words, and what can be done."""
    raw = f"ingest show --raw {shlex.quote(f'{show_path(target.path)}@{no}')}"
    return NotFound(
        f"version {no} of {show_path(target.path)} has no text: {text_reasons.in_words(reason)}",
        hint=_MENDS.get(reason or "", "its bytes: {raw}").format(raw=raw),
    )


def raw_bytes(connection: Connection, target: Target, no: int) -> bytes:
    """Return a version's bytes. Raises NotFound, IntegrityError."""
    version_row(connection, target, no)
    return bodies.get(connection, target.id, no)
