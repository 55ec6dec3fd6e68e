"""The canonical bytes of a change: what its leaf in the tree commits to.

A JSON array of the columns of the change (references as their stable ids), of the version it made and of the
renditions it made. Content hash, text hash, title, and what stands beside the text enter only as SHA-256(salt
|| value), so that a body can be erased and the tree still stands; how a body is laid out in the store does
not enter.

The form stands with the change, and a change keeps the one it was recorded in. Form 1 had paths in the clear
and every column of a rendition. In form 2 paths enter as SHA-256(salt || path), with a salt of the change's
own; words, sentences and confidence, which need not be known at capture, enter not at all; blocks and
annotations do; and the renditions of a renormalised document enter as their number and one hash, the root of
a tree over them, so that a leaf stays short however many versions were read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from ingest import merkle

FORM = 2  # of the changes that are recorded now
_NAMES = {1: "ingest.change.v1", 2: "ingest.change.v2"}


class LeafVersion(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The committed columns of a version."""

    no: int
    salt: bytes
    hash: bytes
    size: int
    observed_at: int
    modified_at: int


class LeafRendition(msgspec.Struct, frozen=True, array_like=True):
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
    beside_hash: bytes | None


class LeafChange(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Every column of a change but its leaf. `salt` is None in form 1."""

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
    form: int
    salt: bytes | None


_OF_FORM_1 = LeafChange.__struct_fields__.index("form")  # columns that were there
_encode = msgspec.json.Encoder().encode


def canonical(
    change: LeafChange, version: LeafVersion | None, renditions: tuple[LeafRendition, ...]
) -> bytes:
    """Return the bytes that the leaf commits to.

    Raises ValueError for a form that there is none of, and where a change has what its form does not cover.
    """
    if change.form == 1:
        if change.salt is not None or any(each.beside_hash is not None for each in renditions):
            raise ValueError("a change of form 1 has no salt, and nothing beside its texts")
        first = msgspec.structs.astuple(change)[:_OF_FORM_1]
        return _encode((_NAMES[1], first, _version(version), [_rendition_1(each) for each in renditions]))
    if change.form != FORM or change.salt is None:
        raise ValueError(f"no form {change.form}, or no salt")
    made = [_rendition_2(each) for each in renditions]
    renewed = change.type == "renormalised"
    return _encode(
        (_NAMES[2], _change_2(change, change.salt), _version(version), _together(made) if renewed else made)
    )


def hash_of(change: LeafChange, version: LeafVersion | None, renditions: tuple[LeafRendition, ...]) -> bytes:
    """Return the leaf hash of a change. Raises as `canonical` does."""
    return merkle.leaf_hash(canonical(change, version, renditions))


def _change_2(change: LeafChange, salt: bytes) -> tuple[object, ...]:
    return (
        change.seq,
        change.id,
        change.recorded_at,
        change.observed_at,
        change.type,
        change.cause,
        change.reason,
        change.root,
        change.document,
        change.no,
        change.previous_no,
        _salted(salt, change.path),
        None if change.from_path is None else _salted(salt, change.from_path),
        change.actor,
    )


def _version(version: LeafVersion | None) -> tuple[object, ...] | None:
    if version is None:
        return None
    hashed = _salted(version.salt, version.hash)
    return version.no, hashed, version.size, version.observed_at, version.modified_at


def _together(renditions: Sequence[tuple[object, ...]]) -> tuple[int, bytes]:
    """Return the number of renditions, and the root of the tree over them (RFC 6962)."""
    leaves = [merkle.leaf_hash(_encode(each)) for each in renditions]
    frontier, number = merkle.extend((), 0, leaves)
    return number, merkle.root(frontier)


def _rendition_1(rendition: LeafRendition) -> tuple[object, ...]:
    return (
        *_named(rendition),
        rendition.confidence,
        *_described(rendition),
        rendition.words,
        rendition.sentences,
    )


def _rendition_2(rendition: LeafRendition) -> tuple[object, ...]:
    beside = rendition.beside_hash
    return (
        *_named(rendition),
        *_described(rendition),
        None if beside is None else _salted(rendition.salt, beside),
    )


def _named(rendition: LeafRendition) -> tuple[object, ...]:
    return (
        rendition.no,
        rendition.normaliser,
        rendition.libraries,
        rendition.text_hash and _salted(rendition.salt, rendition.text_hash),
        rendition.text_reason,
        rendition.media_type,
        rendition.encoding,
        rendition.bom,
    )


def _described(rendition: LeafRendition) -> tuple[object, ...]:
    title = rendition.title
    return (
        rendition.lossy,
        rendition.newline,
        rendition.language,
        None if title is None else _salted(rendition.salt, title.encode()),
        rendition.date,
        rendition.date_earliest,
        rendition.date_latest,
    )


def _salted(salt: bytes, value: bytes) -> bytes:
    return sha256(salt + value).digest()
