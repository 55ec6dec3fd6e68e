"""Stored bytes: the only module that knows where a body lies.

A version's bytes are a keyframe, kept once under its SHA-256 in `blob`, or a delta against the version
before it, in the row itself. A chain of deltas ends at a keyframe: `Chain` says how long it is, and
`prepare` begins a new one before reading becomes slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from weakref import WeakKeyDictionary

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ingest.errors import IntegrityError
from ingest.store import pack, rows, tables
from ingest.store.engine import Row, allocate
from ingest.store.pack import Dictionary

DEEPEST = 64  # deltas between a version and its keyframe
LONGEST = 2.0  # of the keyframe's bytes: what the deltas of a chain may sum to
LARGEST = 0.6  # of the keyframe's bytes: what one delta may have
_SLICE = 500
_STREAMED = 16  # versions past which not all are held in memory

_version, _blob = tables.version.c, tables.blob.c


class Body(msgspec.Struct, frozen=True):
    """A keyframe, or a text of its own, ready to be stored."""

    hash: bytes
    size: int
    data: bytes
    dictionary: int | None


class Chain(msgspec.Struct, frozen=True):
    """A version's bytes, and what was read to get them: lengths in bytes as stored."""

    raw: bytes
    depth: int
    deltas: int
    keyframe: int


def keyframe(raw: bytes, digest: bytes, dictionary: Dictionary | None) -> Body:
    """Pack a body on its own. Pure, and slow enough to be done before a transaction begins."""
    used = dictionary if len(raw) <= pack.SMALL else None
    return Body(digest, len(raw), pack.whole(raw, used), None if used is None else used.id)


def delta(chain: Chain, raw: bytes) -> bytes | None:
    """What makes `raw` of the version before; None where a keyframe is the better choice."""
    if chain.depth >= DEEPEST:
        return None
    made = pack.delta(chain.raw, raw)
    if made is None or len(made) >= LARGEST * chain.keyframe:
        return None
    return made if chain.deltas + len(made) <= LONGEST * chain.keyframe else None


def put(connection: Connection, bodies: Sequence[Body]) -> dict[bytes, int]:
    """Store the bodies that are not there yet; returns the key of each by its hash."""
    wanted = {body.hash: body for body in bodies}
    # in order of the hash: two writers with the same bodies then cannot wait for each other
    hashes = sorted(wanted)
    keys = dict(zip(hashes, allocate(connection, tables.blob, len(hashes)), strict=True))
    added = rows.insert(
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


def get(connection: Connection, document: int, no: int) -> bytes:
    """A version's bytes, checked against size and hash. Raises IntegrityError."""
    return chain(connection, document, no).raw


def chain(connection: Connection, document: int, no: int) -> Chain:
    """A version's bytes and how they were got. Raises IntegrityError."""
    found = connection.execute(_CHAIN, {"document": document, "no": no}).all()
    return _unrolled(connection, found, document, no)


def last_chains(connection: Connection, wanted: Mapping[int, int]) -> dict[int, Chain]:
    """The chains of many documents' last versions; `wanted` has the number of each.

    A document whose chain cannot be read is left out.
    """
    chains: dict[int, Chain] = {}
    keys = sorted(wanted)
    for start in range(0, len(keys), _SLICE):
        found = connection.execute(_LAST_CHAINS, {"documents": keys[start : start + _SLICE]})
        for document, rows_ in groupby(found, key=lambda row: row.document_id):
            with suppress(IntegrityError):
                chains[document] = _unrolled(connection, list(rows_), document, wanted[document])
    return chains


def _unrolled(connection: Connection, found: Sequence[Row], document: int, no: int) -> Chain:
    """From the rows of a chain, its keyframe first."""
    name = f"version {no} of document {document}"
    if not found or found[-1].no != no:
        raise IntegrityError(f"{name} is gone from the store")
    raw, deltas = None, 0
    for row in found:
        raw = unpacked(connection, row, raw, name=name, check=row.no == no)
        deltas += len(row.delta or b"")
    assert raw is not None
    return Chain(raw, len(found) - 1, deltas, len(found[0].data or b""))


def run(connection: Connection, document: int, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The bytes of each version from `first` to `last`, in order, each chain of deltas read once.

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
            name = f"version {row.no} of document {document}"
            raw = unpacked(connection, row, raw, name=name, check=checked)
            if checked:
                yield row.no, raw
                expected = row.no + 1
    if expected <= last:
        raise IntegrityError(f"version {expected} of document {document} is gone from the store")


def unpacked(connection: Connection, row: Row, base: bytes | None, *, name: str, check: bool = True) -> bytes:
    """The bytes of a row that has `size`, `hash`, `delta`, `base_no`, `data` and `dictionary_id`.

    `base` are the bytes of the version before. Raises IntegrityError.
    """
    digest = row.hash if check else None
    try:
        if row.delta is not None:
            if base is None or row.base_no != row.no - 1:
                raise IntegrityError("the version that it is a delta against is gone from the store")
            return pack.apply(base, row.delta, size=row.size, digest=digest)
        if row.data is None:
            raise IntegrityError("its bytes are gone from the store")
        used = dictionary(connection, row.dictionary_id)
        return pack.unpack(row.data, used, size=row.size, digest=digest)
    except IntegrityError as error:
        raise IntegrityError(f"{name}: {error.message}") from error


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
    """A blob's bytes, checked. Raises IntegrityError."""
    row = connection.execute(sa.select(tables.blob).where(_blob.id == key)).one_or_none()
    if row is None or row.data is None:
        raise IntegrityError(f"blob {key} is gone from the store")
    used = dictionary(connection, row.dictionary_id)
    return pack.unpack(row.data, used, size=row.size, digest=row.hash)


def text(connection: Connection, raw: bytes, row: Row, *, digest: bytes) -> bytes:
    """A rendition's text, from its version's bytes. Raises IntegrityError.

    The row has `text_offset`, `text_length`, `text_delta` and `text_blob_id`.
    """
    if row.text_blob_id is not None:
        return pack.checked(get_blob(connection, row.text_blob_id), size=row.text_length, digest=digest)
    if row.text_delta is not None:
        return pack.apply(raw, row.text_delta, size=row.text_length, digest=digest)
    part = raw[row.text_offset : row.text_offset + row.text_length]
    return pack.checked(part, size=row.text_length, digest=digest)


# -- dictionaries ------------------------------------------------------------------------------

_held: WeakKeyDictionary[Engine, dict[int, Dictionary]] = WeakKeyDictionary()


def dictionary(connection: Connection, key: int | None) -> Dictionary | None:
    """The dictionary with this key, read once a store. Raises IntegrityError where it is damaged."""
    if key is None:
        return None
    held = _held.setdefault(connection.engine, {})
    if key not in held:
        table = tables.dictionary
        row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
        if row is None:
            raise IntegrityError(f"dictionary {key} is gone from the store")
        content = pack.unpack(row.data, None, size=row.size, digest=row.hash)
        held[key] = Dictionary(key, row.hash, content)
    return held[key]


def newest_dictionary(connection: Connection) -> Dictionary | None:
    """The dictionary to pack with, if there is one yet."""
    return dictionary(connection, connection.execute(sa.select(sa.func.max(tables.dictionary.c.id))).scalar())


def add_dictionary(connection: Connection, content: bytes, digest: bytes) -> Dictionary:
    """Keep a dictionary, for ever: what was packed with it needs it."""
    key = allocate(connection, tables.dictionary, 1)[0]
    connection.execute(
        sa.insert(tables.dictionary).values(
            id=key, hash=digest, size=len(content), data=pack.whole(content, None)
        )
    )
    return Dictionary(key, digest, content)
