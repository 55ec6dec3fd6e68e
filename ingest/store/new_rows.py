"""What is handed to the writer: one `Entry` a change, one `Sighting` a row of `seen`."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from ingest.model import Cause, Content, DocumentKey, Rendition, Signature
from ingest.store import compression, deltas
from ingest.store.compression import Dictionary
from ingest.store.deltas import Body, Chain

TEXT_DELTA = 0.25  # of a text's bytes: a larger delta against the raw bytes is no gain
CLOCK_BEHIND = 60_000_000  # microseconds; a clock further behind the last label is a problem


class NewVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version ready to be stored: with a body, or with a delta against the version before it.

    `rendition` is without its text, blocks and annotations: `text_body`, `text_delta` and `beside` have them.
    A text without body and delta is a slice of the version's bytes.
    """

    hash: bytes
    size: int
    body: Body | None
    delta: bytes | None
    text_hash: bytes | None
    text_size: int | None
    text_body: Body | None
    text_delta: bytes | None
    beside: Body | None
    rendition: Rendition
    salt: bytes
    modified_at: int


class NewRendition(msgspec.Struct, frozen=True, kw_only=True):
    """Another rendition of a version that is stored already; `salt` is the version's.

    `rendition` is without text, blocks and annotations here too.
    """

    no: int
    salt: bytes
    text_hash: bytes | None
    text_size: int | None
    text_body: Body | None
    text_delta: bytes | None
    beside: Body | None
    rendition: Rendition


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change to record.

    `id` is made by the caller: where the answer of a commit is lost, the change can be looked up by it.
    `salt` is hashed with the paths of the change. `document` is None for a new document and for a rejected
    path that never was one. `renditions` are those of a `renormalised` document, at most one a version, in
    the order of the versions.
    """

    id: bytes
    salt: bytes
    type: Literal["created", "changed", "moved", "deleted", "restored", "rejected", "renormalised"]
    cause: Cause
    path: bytes
    observed_at: int
    document: DocumentKey | None = None
    previous: int | None = None
    from_path: bytes | None = None
    reason: str | None = None
    version: NewVersion | None = None
    renditions: tuple[NewRendition, ...] = ()


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What the last look found at a path; `entry` is the index of the entry that made its document."""

    path: bytes
    read_at: int
    signature: Signature | None
    document: DocumentKey | None = None
    entry: int | None = None
    long_path: bytes | None = None
    reason: str | None = None
    detail: str | None = None
    since: int | None = None


class Commit(msgspec.Struct, frozen=True):
    """What a commit did: the last seq of the log, and how many changes it added.

    `clock_behind` is how far the clock was behind the last label (microseconds), `leaf` that of the last
    change. Where no change was added all are 0 or None; where a commit's answer was lost, `leaf` is None.
    """

    seq: int
    changes: int
    clock_behind: int
    leaf: bytes | None = None


def prepare(
    content: Content,
    *,
    modified_at: int,
    salt: bytes,
    before: Chain | None,
    dictionary: Dictionary | None,
) -> NewVersion:
    """Compress and hash a content, outside of any transaction. `before` is the version before it."""
    text, raw = _laid_out(content, dictionary), content.raw
    delta = None if before is None else deltas.delta(before, raw)
    return NewVersion(
        hash=content.sha256,
        size=len(raw),
        body=deltas.keyframe(raw, content.sha256, dictionary) if delta is None else None,
        delta=delta,
        text_hash=text.hash,
        text_size=text.size,
        text_body=text.body,
        text_delta=text.delta,
        beside=text.beside,
        rendition=text.rendition,
        salt=salt,
        modified_at=modified_at,
    )


def prepare_rendition(
    content: Content, *, no: int, salt: bytes, dictionary: Dictionary | None
) -> NewRendition:
    """Hash the text of a content and lay it out: a slice of the bytes, a delta against them, or a blob."""
    text = _laid_out(content, dictionary)
    return NewRendition(
        no=no,
        salt=salt,
        text_hash=text.hash,
        text_size=text.size,
        text_body=text.body,
        text_delta=text.delta,
        beside=text.beside,
        rendition=text.rendition,
    )


class _Text(NamedTuple):
    """A rendition's text as it is kept."""

    hash: bytes | None
    size: int | None
    body: Body | None
    delta: bytes | None
    beside: Body | None
    rendition: Rendition


def _laid_out(content: Content, dictionary: Dictionary | None) -> _Text:
    rendition, raw, beside = content.rendition, content.raw, content.rendition.beside
    digest, size, body, delta = None, None, None, None
    if rendition.text is not None:
        encoded = rendition.text.encode()
        size = len(encoded)
        whole = rendition.text_slice == (0, len(raw))
        digest = content.sha256 if whole else sha256(encoded).digest()
        if rendition.text_slice is None:
            delta = compression.delta(raw, encoded)
            if delta is None or len(delta) > len(encoded) * TEXT_DELTA:
                body, delta = deltas.keyframe(encoded, digest, dictionary), None
    kept = None if beside is None else deltas.keyframe(beside, sha256(beside).digest(), None)
    bare = msgspec.structs.replace(rendition, text=None, beside=None)
    return _Text(digest, size, body, delta, kept, bare)
