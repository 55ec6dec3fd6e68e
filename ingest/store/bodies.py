"""Stored bytes: the only module that knows where a body lies.

A keyframe lies in `blob`, once under its SHA-256, a delta in the row of its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ingest.errors import IntegrityError, StoreDamaged
from ingest.escape import path as show
from ingest.model import DocumentKey
from ingest.store import bulk, compression, tables
from ingest.store.compression import Dictionary
from ingest.store.databases import allocate
from ingest.store.deltas import Body, Chain, StoredBody
from ingest.store.engine import Row

_SLICE = 500
_STREAMED = 16  # versions past which not all are held in memory

_version, _blob = tables.version.c, tables.blob.c


def put(connection: Connection, bodies: Sequence[Body]) -> dict[bytes, int]:
    """Store the bodies that are not there yet; returns the key of each by its hash."""
    wanted = {body.hash: body for body in bodies}
    # in order of the hash: two writers with the same bodies then cannot wait for each other
    hashes = sorted(wanted)
    keys = dict(zip(hashes, allocate(connection, tables.blob, len(hashes)), strict=True))
    added = bulk.insert(
        connection,
        "blob",
        ("id", "hash", "dictionary_id", "size", "data"),
        [
            (key, hash_, wanted[hash_].dictionary, wanted[hash_].size, wanted[hash_].data)
            for hash_, key in keys.items()
        ],
        unless="hash",
    )
    # Most bodies are new, and to ask first would cost more than to send some in vain.
    return keys if added == len(hashes) else _known(connection, hashes)


def _known(connection: Connection, hashes: list[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for start in range(0, len(hashes), _SLICE):
        known = connection.execute(_BY_HASH, {"hashes": hashes[start : start + _SLICE]})
        found.update((row.hash, row.id) for row in known)
    return found


_BY_HASH = sa.select(_blob.hash, _blob.id).where(_blob.hash.in_(sa.bindparam("hashes", expanding=True)))


# -- reading -----------------------------------------------------------------------------------


def get(connection: Connection, document: DocumentKey, no: int) -> bytes:
    """Return a version's bytes, checked against size and hash. Raises IntegrityError."""
    return chain(connection, document, no).raw


def chain(connection: Connection, document: DocumentKey, no: int) -> Chain:
    """Return a version's bytes and how they were got. Raises IntegrityError."""
    found = connection.execute(_CHAIN, {"document": document, "no": no}).all()
    return _unrolled(connection, found, document, no)


def last_packed(connection: Connection, wanted: Mapping[DocumentKey, int]) -> dict[DocumentKey, StoredBody]:
    """Return the bytes of many documents' last versions as they lie; `wanted` has the number of each.

    A document whose rows do not lead from a keyframe to that version is left out.
    """
    found: dict[DocumentKey, StoredBody] = {}
    keys = sorted(wanted)
    for start in range(0, len(keys), _SLICE):
        known = connection.execute(_LAST_CHAINS, {"documents": keys[start : start + _SLICE]})
        for document, rows_ in groupby(known, key=lambda row: row.document_id):
            first, *rest = rows_
            numbers = [first.no, *(row.no for row in rest)]
            whole = numbers == list(range(first.no, wanted[document] + 1))
            based = all(row.delta is not None and row.base_no == row.no - 1 for row in rest)
            if whole and based and first.delta is None and first.data is not None:
                found[document] = StoredBody(
                    (first.data, first.size),
                    first.dictionary_id,
                    tuple((row.delta, row.size) for row in rest),
                    (rest[-1] if rest else first).hash,
                )
    return found


def chains(wanted: sa.FromClause) -> sa.Select[tuple[int, int]]:
    """Return the statement by which `several` reads; `wanted` has the columns `document` and `no`."""
    return (
        sa.select(wanted.c.document.label("of"), wanted.c.no.label("wanted"), *BODY, _blob.dictionary_id)
        .select_from(wanted.join(BODIES, _version.document_id == wanted.c.document))
        .where(
            _version.no <= wanted.c.no,
            _version.no
            >= sa.select(_inner.c.no)
            .where(
                _inner.c.document_id == wanted.c.document,
                _inner.c.no <= wanted.c.no,
                _inner.c.delta.is_(None),
            )
            .order_by(_inner.c.no.desc())
            .limit(1)
            .correlate(wanted)
            .scalar_subquery(),
        )
        .order_by(wanted.c.document, wanted.c.no, _version.no)
    )


def several(
    connection: Connection, statement: sa.Select[tuple[int, int]], asked: Mapping[str, object]
) -> Iterator[tuple[DocumentKey, int, bytes]]:
    """Yield the bytes of versions of several documents, checked; one that is damaged is left out.

    `statement` is made by `chains`.
    """
    found = connection.execute(statement, asked)
    for (document, no), rows in groupby(found, key=lambda row: (row.of, row.wanted)):
        with suppress(IntegrityError):
            yield document, no, _unrolled(connection, list(rows), document, no).raw


def _unrolled(connection: Connection, found: Sequence[Row], document: DocumentKey, no: int) -> Chain:
    """Return the version's bytes from the rows of its chain, the keyframe's first. Raises IntegrityError."""
    raw, deltas = None, 0
    with damage_named(connection, document, no):
        if not found or found[-1].no != no:
            raise IntegrityError("it is gone from the store")
        for row in found:
            raw = unpacked(connection, row, raw, check=row.no == no)
            deltas += len(row.delta or b"")
    assert raw is not None
    return Chain(raw, len(found) - 1, deltas, len(found[0].data or b""))


def run(connection: Connection, document: DocumentKey, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of each version from `first` to `last`, in order, each chain of deltas read once.

    A caller may stop anywhere. Raises IntegrityError.
    """
    raw, expected = None, first
    select = _LONG_RUN if last - first > _STREAMED else _RUN
    # Closed however it ends: on a server a long one is a cursor.
    with connection.execute(select, {"document": document, "no": first, "last": last}) as found:
        for row in found:
            checked = row.no >= first
            if row.no > expected:
                break
            with damage_named(connection, document, row.no):
                raw = unpacked(connection, row, raw, check=checked)
            if checked:
                yield row.no, raw
                expected = row.no + 1
    if expected <= last:
        with damage_named(connection, document, expected):
            raise IntegrityError("it is gone from the store")


@contextmanager
def damage_named(connection: Connection, document: DocumentKey, no: int) -> Iterator[None]:
    """Name the version in an IntegrityError within, by its path where the document is still there."""
    try:
        yield
    except StoreDamaged:
        raise
    except IntegrityError as error:
        path = connection.execute(_PATH, {"document": document}).scalar_one_or_none()
        name = f"{show(path)}@{no}" if isinstance(path, bytes) else f"version {no} of document {document}"
        raise IntegrityError(f"{name}: {error.message}", hint="run: ingest verify --deep") from error


_PATH = sa.select(tables.document.c.path_bytes).where(tables.document.c.id == sa.bindparam("document"))


def unpacked(connection: Connection, row: Row, base: bytes | None, *, check: bool = True) -> bytes:
    """Return the bytes of a row that has `size`, `hash`, `delta`, `base_no`, `data` and `dictionary_id`.

    `base` are the bytes of the version before. Raises IntegrityError.
    """
    digest = row.hash if check else None
    if row.delta is not None:
        if base is None or row.base_no != row.no - 1:
            raise IntegrityError("the version that it is a delta against is gone from the store")
        return compression.apply(base, row.delta, size=row.size, digest=digest)
    if row.data is None:
        raise IntegrityError("its bytes are gone from the store")
    used = dictionary(connection, row.dictionary_id)
    return compression.unpack(row.data, used, size=row.size, digest=digest)


BODY = (_version.no, _version.hash, _version.size, _version.base_no, _version.delta, _blob.data)
BODIES = tables.version.outerjoin(tables.blob, _blob.id == _version.blob_id)

_inner = tables.version.alias("keyframe")
_KEYFRAME = (
    sa.select(_inner.c.no)
    .where(_inner.c.document_id == _version.document_id, _inner.c.delta.is_(None))
    .order_by(_inner.c.no.desc())
    .limit(1)
    .correlate(tables.version)
)
_FROM_KEYFRAME = (
    sa.select(*BODY, _blob.dictionary_id)
    .select_from(BODIES)
    .where(
        _version.document_id == sa.bindparam("document"),
        _version.no
        >= sa.select(_inner.c.no)
        .where(
            _inner.c.document_id == sa.bindparam("document"),
            _inner.c.no <= sa.bindparam("no"),
            _inner.c.delta.is_(None),
        )
        .order_by(_inner.c.no.desc())
        .limit(1)
        .scalar_subquery(),
    )
    .order_by(_version.no)
)
_LAST_CHAINS = (
    sa.select(_version.document_id, *BODY, _blob.dictionary_id)
    .select_from(BODIES)
    .where(
        _version.document_id.in_(sa.bindparam("documents", expanding=True)),
        _version.no >= _KEYFRAME.scalar_subquery(),
    )
    .order_by(_version.document_id, _version.no)
)
_CHAIN = _FROM_KEYFRAME.where(_version.no <= sa.bindparam("no"))
_RUN = _FROM_KEYFRAME.where(_version.no <= sa.bindparam("last"))
_LONG_RUN = _RUN.execution_options(yield_per=64)


def get_blob(connection: Connection, key: int) -> bytes:
    """Return a blob's bytes, checked. Raises IntegrityError."""
    row = connection.execute(sa.select(tables.blob).where(_blob.id == key)).one_or_none()
    if row is None or row.data is None:
        raise IntegrityError(f"blob {key} is gone from the store")
    used = dictionary(connection, row.dictionary_id)
    return compression.unpack(row.data, used, size=row.size, digest=row.hash)


def text(connection: Connection, raw: bytes, row: Row, *, digest: bytes) -> bytes:
    """Return a rendition's text, from its version's bytes. Raises IntegrityError.

    The row has `text_offset`, `text_length`, `text_delta` and `text_blob_id`.
    """
    if row.text_blob_id is not None:
        return compression.checked(
            get_blob(connection, row.text_blob_id), size=row.text_length, digest=digest
        )
    if row.text_delta is not None:
        return compression.apply(raw, row.text_delta, size=row.text_length, digest=digest)
    part = raw[row.text_offset : row.text_offset + row.text_length]
    return compression.checked(part, size=row.text_length, digest=digest)


def beside(row: Row) -> bytes | None:
    """Return the blocks and annotations of a rendition as they were packed; None where there are none.

    The row has `beside`, `beside_size` and `beside_hash`. Raises IntegrityError.
    """
    if row.beside is None and row.beside_hash is None:
        return None
    if row.beside_hash is None:
        raise IntegrityError("what stands beside the text has no hash")
    return compression.unpack(row.beside, None, size=row.beside_size, digest=row.beside_hash)


# -- dictionaries ------------------------------------------------------------------------------

_dictionaries: WeakKeyDictionary[Engine, dict[int, Dictionary]] = WeakKeyDictionary()


def dictionary(connection: Connection, key: int | None) -> Dictionary | None:
    """Return the dictionary with this key, read once for each open store. Raises IntegrityError."""
    if key is None:
        return None
    known = _dictionaries.setdefault(connection.engine, {})
    if key not in known:
        table = tables.dictionary
        row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
        if row is None:
            raise IntegrityError(f"dictionary {key} is gone from the store")
        content = compression.unpack(row.data, None, size=row.size, digest=row.hash)
        known[key] = Dictionary(key, row.hash, content)
    return known[key]


def newest_dictionary(connection: Connection) -> Dictionary | None:
    """Return the dictionary to pack with, if there is one yet."""
    return dictionary(connection, connection.execute(sa.select(sa.func.max(tables.dictionary.c.id))).scalar())


def add_dictionary(connection: Connection, content: bytes, digest: bytes) -> Dictionary:
    """Add a dictionary. It is never deleted: the bodies packed with it cannot be read without it."""
    key = allocate(connection, tables.dictionary, 1)[0]
    connection.execute(
        sa.insert(tables.dictionary).values(
            id=key, hash=digest, size=len(content), data=compression.whole(content, None)
        )
    )
    return Dictionary(key, digest, content)
