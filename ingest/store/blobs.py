"""Stored bytes: the only module that knows how a body is laid out.

A body is kept once, compressed, under its SHA-256. Version rows have room for deltas (`base_no`,
`delta`); a writer that uses them changes this module and no other.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from hashlib import sha256

import sqlalchemy as sa
import zstandard
from sqlalchemy.engine import Connection

from ingest.errors import IntegrityError
from ingest.store import rows, tables
from ingest.store.engine import allocate

LEVEL = 3
_SLICE = 500


_local = threading.local()  # a compressor serves one thread at a time


def _compressor() -> zstandard.ZstdCompressor:
    found: zstandard.ZstdCompressor | None = getattr(_local, "compressor", None)
    if found is None:
        found = _local.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return found


class Body:
    """Bytes ready to be stored: compressed before the transaction begins."""

    __slots__ = ("data", "hash", "size")

    def __init__(self, raw: bytes, digest: bytes) -> None:
        self.hash = digest
        self.size = len(raw)
        self.data = _compressor().compress(raw)


def put(connection: Connection, bodies: Sequence[Body]) -> dict[bytes, int]:
    """Store the bodies that are not there yet; returns the key of each by its hash."""
    wanted = {body.hash: body for body in bodies}
    known = _known(connection, list(wanted))
    missing = sorted(hash_ for hash_ in wanted if hash_ not in known)
    if missing:
        # in order of the hash: two writers with the same bodies then cannot wait for each other
        keys = allocate(connection, tables.blob, len(missing))
        rows.insert(
            connection,
            "blob",
            ("id", "hash", "size", "data"),
            [
                (key, hash_, wanted[hash_].size, wanted[hash_].data)
                for key, hash_ in zip(keys, missing, strict=True)
            ],
            unless="hash",
        )
        known |= _known(connection, missing)
    return known


def _known(connection: Connection, hashes: list[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for start in range(0, len(hashes), _SLICE):
        known = connection.execute(_BY_HASH, {"hashes": hashes[start : start + _SLICE]})
        found.update((row.hash, row.id) for row in known)
    return found


_BY_HASH = sa.select(tables.blob.c.hash, tables.blob.c.id).where(
    tables.blob.c.hash.in_(sa.bindparam("hashes", expanding=True))
)


def get(connection: Connection, document_id: int, no: int) -> bytes:
    """A version's bytes, checked against size and hash. Raises IntegrityError."""
    row = connection.execute(_BODY, {"document": document_id, "no": no}).one_or_none()
    if row is None:
        raise IntegrityError(f"version {no} of document {document_id} is gone from the store")
    if row.data is None:
        raise IntegrityError(f"the bytes of version {no} of document {document_id} are gone from the store")
    return unpack(row.data, size=row.size, digest=row.hash)


_BODY = (
    sa.select(tables.version.c.hash, tables.version.c.size, tables.blob.c.data)
    .select_from(tables.version.outerjoin(tables.blob, tables.blob.c.id == tables.version.c.blob_id))
    .where(
        tables.version.c.document_id == sa.bindparam("document"), tables.version.c.no == sa.bindparam("no")
    )
)


def get_blob(connection: Connection, key: int) -> bytes:
    """A blob's bytes, checked. Raises IntegrityError."""
    row = connection.execute(sa.select(tables.blob).where(tables.blob.c.id == key)).one_or_none()
    if row is None or row.data is None:
        raise IntegrityError(f"blob {key} is gone from the store")
    return unpack(row.data, size=row.size, digest=row.hash)


def unpack(data: bytes, *, size: int, digest: bytes) -> bytes:
    """Decompress, never past the known size, and check. Raises IntegrityError."""
    try:
        if zstandard.frame_content_size(data) != size:
            raise IntegrityError(f"blob {digest.hex()}: recorded size {size} is not the stored one")
        raw = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
    except zstandard.ZstdError as error:
        raise IntegrityError(f"blob {digest.hex()}: {error}") from error
    if len(raw) != size or sha256(raw).digest() != digest:
        raise IntegrityError(f"blob {digest.hex()}: stored bytes have another hash")
    return raw
