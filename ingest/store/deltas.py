"""How a body is laid out: whole, or as what differs from the version before it.

A version's bytes are a keyframe or a delta against the version before. A chain of deltas ends at a
keyframe: `Chain` says how long it is, and `delta` has a new one begun before reading becomes slow.

Nothing here knows a database: the processes that make versions need not load one.
"""

from __future__ import annotations

import msgspec

from ingest.errors import IntegrityError
from ingest.store import compression
from ingest.store.compression import Dictionary

DEEPEST = 64  # deltas between a version and its keyframe
LONGEST = 2.0  # of the keyframe's bytes: what the deltas of a chain may sum to
LARGEST = 0.6  # of the keyframe's bytes: what one delta may have


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


class StoredBody(msgspec.Struct, frozen=True):
    """A version's bytes as they lie in the store.

    A keyframe and the deltas after it, each with its version's size; the hash is the last one's, the
    dictionary the keyframe's.
    """

    keyframe: tuple[bytes, int]
    dictionary: int | None
    deltas: tuple[tuple[bytes, int], ...]
    hash: bytes


def unrolled(packed: StoredBody, dictionary: Dictionary | None) -> Chain:
    """Return the bytes, checked. Raises IntegrityError, where the dictionary is another one too."""
    if packed.dictionary is None:
        dictionary = None
    elif dictionary is None or dictionary.id != packed.dictionary:
        raise IntegrityError(f"packed with dictionary {packed.dictionary}, which is not at hand")
    data, size = packed.keyframe
    raw = compression.unpack(data, dictionary, size=size, digest=None if packed.deltas else packed.hash)
    last = len(packed.deltas) - 1
    for number, (delta_, size) in enumerate(packed.deltas):
        raw = compression.apply(raw, delta_, size=size, digest=packed.hash if number == last else None)
    return Chain(raw, len(packed.deltas), sum(len(delta_) for delta_, _ in packed.deltas), len(data))


def keyframe(raw: bytes, digest: bytes, dictionary: Dictionary | None) -> Body:
    """Pack a body on its own. Pure, and slow enough to be done before a transaction begins."""
    used = dictionary if len(raw) <= compression.SMALL else None
    return Body(digest, len(raw), compression.whole(raw, used), None if used is None else used.id)


def delta(chain: Chain, raw: bytes) -> bytes | None:
    """Return what makes `raw` of the version before; None where a keyframe is the better choice."""
    if chain.depth >= DEEPEST:
        return None
    made = compression.delta(chain.raw, raw)
    if made is None or len(made) >= LARGEST * chain.keyframe:
        return None
    return made if chain.deltas + len(made) <= LONGEST * chain.keyframe else None
