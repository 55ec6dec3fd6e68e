"""The canonical bytes of a change: what its leaf in the tree commits to.

A JSON array of every column of the change (references as their stable ids), of the version it
made and of the renditions it made. Content hash, text hash and title enter only as
SHA-256(salt || value), so that a body can be erased and the tree still stands; how a body is laid
out in the store does not enter.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from ingest.merkle import leaf_hash

FORM = "ingest.change.v1"


class LeafVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The committed columns of a version."""

    no: int
    salt: bytes
    hash: bytes
    size: int
    observed_at: int
    modified_at: int


class LeafRendition(msgspec.Struct, frozen=True):
    """The committed columns of a rendition; `salt` is its version's."""

    no: int
    salt: bytes
    text_hash: bytes | None
    normaliser: str
    libraries: str
    text_reason: str | None
    media_type: str
    encoding: str | None
    bom: bool
    confidence: int | None
    lossy: bool
    newline: str | None
    language: str | None
    title: str | None
    date: str | None
    date_earliest: str | None
    date_latest: str | None
    words: int | None
    sentences: int | None


class LeafChange(msgspec.Struct, frozen=True, kw_only=True):
    """Every column of a change but its leaf."""

    seq: int
    id: bytes
    recorded_at: int
    observed_at: int
    type: str
    cause: str
    reason: str | None
    root: bytes
    document: bytes | None
    no: int | None
    previous_no: int | None
    path: bytes
    from_path: bytes | None
    actor: str | None


_encode = msgspec.json.Encoder().encode


def canonical(
    change: LeafChange, version: LeafVersion | None, renditions: tuple[LeafRendition, ...]
) -> bytes:
    """Return the bytes that the leaf commits to."""
    return _encode(
        (
            FORM,
            msgspec.structs.astuple(change),
            version and (version.no, _salted(version.salt, version.hash), *_plain(version)),
            [_rendition(rendition) for rendition in renditions],
        )
    )


def of(change: LeafChange, version: LeafVersion | None, renditions: tuple[LeafRendition, ...]) -> bytes:
    """Return the leaf hash of a change."""
    return leaf_hash(canonical(change, version, renditions))


def _plain(version: LeafVersion) -> tuple[int, int, int]:
    return version.size, version.observed_at, version.modified_at


def _rendition(rendition: LeafRendition) -> tuple[object, ...]:
    salt, title = rendition.salt, rendition.title
    return (
        rendition.no,
        rendition.normaliser,
        rendition.libraries,
        rendition.text_hash and _salted(salt, rendition.text_hash),
        rendition.text_reason,
        rendition.media_type,
        rendition.encoding,
        rendition.bom,
        rendition.confidence,
        rendition.lossy,
        rendition.newline,
        rendition.language,
        None if title is None else _salted(salt, title.encode()),
        rendition.date,
        rendition.date_earliest,
        rendition.date_latest,
        rendition.words,
        rendition.sentences,
    )


def _salted(salt: bytes, value: bytes) -> bytes:
    return sha256(salt + value).digest()
