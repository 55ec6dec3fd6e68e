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
from ingest.model import Rendition

Part = tuple[object, ...]  # of a leaf: the values of one row, as they are committed to
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
# Columns that form 2 has in the clear; the actor, which it has too, comes behind the paths.
_AS_THEY_ARE = LeafChange.__struct_fields__.index("path")
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
        made_version = None if version is None else version_part(*msgspec.structs.astuple(version))
        return _encode((_NAMES[1], first, made_version, [_rendition_1(each) for each in renditions]))
    if change.form != FORM or change.salt is None:
        raise ValueError(f"no form {change.form}, or no salt")
    return canonical_2(
        msgspec.structs.astuple(change)[:_AS_THEY_ARE],
        change.salt,
        change.path,
        change.from_path,
        change.actor,
        None if version is None else version_part(*msgspec.structs.astuple(version)),
        [rendition_part(each.no, each.salt, each.text_hash, each, each.beside_hash) for each in renditions],
        are_many=change.type == "renormalised",
    )


def hash_of(change: LeafChange, version: LeafVersion | None, renditions: tuple[LeafRendition, ...]) -> bytes:
    """Return the leaf hash of a change. Raises as `canonical` does."""
    return merkle.leaf_hash(canonical(change, version, renditions))


def canonical_2(
    columns: Part,
    salt: bytes,
    path: bytes,
    from_path: bytes | None,
    actor: str | None,
    version: Part | None,
    renditions: Sequence[Part],
    *,
    are_many: bool,
) -> bytes:
    """Return the bytes that a leaf of form 2 commits to.

    `columns` are those of the change before its path, in the order of `LeafChange`. The parts are made by
    `version_part` and `rendition_part`; `are_many` says that the renditions are of a renormalised document.
    """
    old = None if from_path is None else _salted(salt, from_path)
    change = (*columns, _salted(salt, path), old, actor)
    return _encode((_NAMES[2], change, version, _together(renditions) if are_many else renditions))


def version_part(no: int, salt: bytes, digest: bytes, size: int, observed_at: int, modified_at: int) -> Part:
    """Return what a leaf has of a version, in both forms. The arguments are in the order of `LeafVersion`."""
    return no, _salted(salt, digest), size, observed_at, modified_at


def rendition_part(
    no: int,
    salt: bytes,
    text_hash: bytes | None,
    described: LeafRendition | Rendition,
    beside_hash: bytes | None,
) -> Part:
    """Return what a leaf of form 2 has of a rendition; `salt` is its version's."""
    title = described.title
    return (
        no,
        described.normaliser,
        described.libraries,
        text_hash and _salted(salt, text_hash),
        described.text_reason,
        described.media_type,
        described.encoding,
        described.bom,
        described.lossy,
        described.newline,
        described.language,
        None if title is None else _salted(salt, title.encode()),
        described.date,
        described.date_earliest,
        described.date_latest,
        None if beside_hash is None else _salted(salt, beside_hash),
    )


def _together(renditions: Sequence[Part]) -> tuple[int, bytes]:
    """Return the number of renditions, and the root of the tree over them (RFC 6962)."""
    leaves = [merkle.leaf_hash(_encode(each)) for each in renditions]
    frontier, number = merkle.extend((), 0, leaves)
    return number, merkle.root(frontier)


_CONFIDENCE = 8  # the place in a leaf of form 1, behind the byte-order mark


def _rendition_1(rendition: LeafRendition) -> Part:
    part = rendition_part(rendition.no, rendition.salt, rendition.text_hash, rendition, None)[:-1]
    counts = rendition.words, rendition.sentences
    return (*part[:_CONFIDENCE], rendition.confidence, *part[_CONFIDENCE:], *counts)


def _salted(salt: bytes, value: bytes) -> bytes:
    return sha256(salt + value).digest()
