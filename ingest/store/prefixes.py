"""Paths below a root that begin with given bytes: a folder, or the first characters of a name."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import RootKey
from ingest.store import tables

_change, _document, _seen = tables.change.c, tables.document.c, tables.seen.c


def begins(column: sa.ColumnElement[bytes], prefix: bytes) -> sa.ColumnElement[bool]:
    """Return the condition that the path in this column begins with these bytes."""
    beyond = _after(prefix)
    return column >= prefix if beyond is None else sa.and_(column >= prefix, column < beyond)


def is_known(connection: Connection, prefix: bytes, root: RootKey | None) -> bool:
    """Tell whether a path that begins so was ever recorded, of a document or of a rejected file."""
    places = (
        (_document.root_id, _document.path_bytes),
        (_seen.root_id, _seen.path_bytes),
        (_change.root_id, _change.path_bytes),
        (_change.root_id, _change.from_path_bytes),
    )
    for its_root, path in places:
        query = sa.select(sa.literal(1)).where(begins(path, prefix))
        if root is not None:
            query = query.where(its_root == root)
        if connection.execute(query.limit(1)).first() is not None:
            return True
    return False


def _after(prefix: bytes) -> bytes | None:
    """Return the first byte string after every one that begins so; None where there is none."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None
