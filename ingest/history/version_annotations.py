"""Pages, headings and annotations of one version."""

from __future__ import annotations

from ingest.history import version_contents
from ingest.history.naming import Target
from ingest.index import reread, version_standoff
from ingest.model import Annotations
from ingest.standoff import Places
from ingest.store.engine import Connection


def places(
    connection: Connection, target: Target, no: int, normaliser: str | None = None
) -> tuple[str, Places] | None:
    """Return a version's text, and what finds pages and headings in it; None where neither is known."""
    row = version_contents.version_row(connection, target, no, normaliser)
    known = version_standoff.standoff_of(row)
    if known is None and not reread.marks_headings(row.normaliser):
        return None
    text = version_contents.stored_text(connection, target, no, row)
    found = None if text is None else reread.places(text, known, row.normaliser)
    return None if text is None or found is None else (text, found)


def annotations_of(
    connection: Connection, target: Target, no: int, normaliser: str | None = None
) -> Annotations | None:
    """Return the annotations of a version; None where its text has no standoff. Raises NotFound."""
    known = version_standoff.standoff_of(version_contents.version_row(connection, target, no, normaliser))
    return None if known is None else known.annotations
