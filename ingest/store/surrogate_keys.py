"""Look up or make the surrogate keys of what a batch names, and the public ids of documents by key."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ingest.model import DocumentKey, RootKey
from ingest.store import bulk, tables
from ingest.store.databases import allocate

_SLICE = 500
_root, _document, _normaliser = tables.root.c, tables.document.c, tables.normaliser.c


class _KeyCache(msgspec.Struct):
    """What never changes once it is committed: asked for once for each open store."""

    roots: dict[RootKey, bytes] = {}
    normalisers: dict[tuple[str, str], int] = {}


_known: WeakKeyDictionary[Engine, _KeyCache] = WeakKeyDictionary()


def root_uid(connection: Connection, root: RootKey) -> bytes:
    """Return the stable id of a root, which was recorded by an earlier transaction."""
    known = _known_to(connection).roots
    if root not in known:
        known[root] = connection.execute(_ROOT_UID, {"root": root}).scalar_one()
    return known[root]


def uids(
    connection: Connection, documents: Sequence[DocumentKey | None]
) -> dict[DocumentKey | None, bytes | None]:
    """Return the stable ids of these documents by their keys; None stands for itself."""
    wanted = sorted({key for key in documents if key is not None})
    found: dict[DocumentKey | None, bytes | None] = {None: None}
    for start in range(0, len(wanted), _SLICE):
        rows_ = connection.execute(_UIDS, {"keys": wanted[start : start + _SLICE]})
        found.update((row.id, row.uid) for row in rows_)
    return found


def normalisers(connection: Connection, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the keys of normalisers by name and libraries, those wanted among them; new ones are added."""
    known = _known_to(connection).normalisers
    if wanted <= known.keys():
        return known
    found = _normalisers(connection)
    known.update(found)  # and not what is added below, which may be rolled back
    missing = sorted(wanted - found.keys())
    if missing:
        keys = allocate(connection, tables.normaliser, len(missing))
        bulk.insert(
            connection,
            "normaliser",
            ("id", "name", "libraries"),
            [(key, *pair) for key, pair in zip(keys, missing, strict=True)],
            unless="name, libraries",
        )
        found = _normalisers(connection)
    return found


def _known_to(connection: Connection) -> _KeyCache:
    return _known.setdefault(connection.engine, _KeyCache())


def _normalisers(connection: Connection) -> dict[tuple[str, str], int]:
    return {(row.name, row.libraries): row.id for row in connection.execute(_NORMALISERS)}


_ROOT_UID = sa.select(_root.uid).where(_root.id == sa.bindparam("root"))
_UIDS = sa.select(_document.id, _document.uid).where(_document.id.in_(sa.bindparam("keys", expanding=True)))
_NORMALISERS = sa.select(_normaliser.name, _normaliser.libraries, _normaliser.id)
