"""Pages, headings and annotations of one version."""

from __future__ import annotations

from ingest import normalise
from ingest.history import queries
from ingest.history.queries import Target
from ingest.index import annotated
from ingest.normalise.beside import Places
from ingest.normalise.extracted import Annotations
from ingest.store.engine import Connection


def places(connection: Connection, target: Target, no: int) -> tuple[str, Places] | None:
    """Return a version's text, and what finds pages and headings in it; None where neither is known."""
    row = queries.version_row(connection, target, no)
    known = annotated.of(row)
    if known is None and not normalise.has_headings(row.normaliser):
        return None
    text = queries.text(connection, target, no)
    found = None if text is None else normalise.places(text, known, row.normaliser)
    return None if text is None or found is None else (text, found)


def annotations_of(
    connection: Connection, target: Target, no: int, normaliser: str | None = None
) -> Annotations | None:
    """Return what stands beside a version's text; None where nothing can. Raises as `version_row` does."""
    known = annotated.of(queries.version_row(connection, target, no, normaliser))
    return None if known is None else known.annotations
