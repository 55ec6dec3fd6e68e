"""The tree over the log: RFC 6962 section 2.1 (the same in RFC 9162), SHA-256.

Only the frontier is kept: the roots of the perfect subtrees that the leaves so far fall into,
largest first. It has one hash for each set bit of the number of leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32

Frontier = tuple[bytes, ...]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def extend(frontier: Frontier, size: int, leaves: Iterable[bytes]) -> tuple[Frontier, int]:
    """Append leaf hashes to a tree of `size` leaves; returns the new frontier and size."""
    stack = list(frontier)
    for leaf in leaves:
        node, carry = leaf, size
        while carry & 1:
            node = node_hash(stack.pop(), node)
            carry >>= 1
        stack.append(node)
        size += 1
    return tuple(stack), size


def root(frontier: Frontier) -> bytes:
    """Return the root hash of the tree with this frontier."""
    if not frontier:
        return EMPTY_ROOT
    node = frontier[-1]
    for left in reversed(frontier[:-1]):
        node = node_hash(left, node)
    return node


def pack(frontier: Frontier) -> bytes:
    """Return the frontier as bytes, largest subtree first."""
    return b"".join(frontier)


def unpack(packed: bytes) -> Frontier:
    """Return the inverse of `pack`. Raises ValueError when the length is not a whole number of hashes."""
    if len(packed) % HASH_BYTES:
        raise ValueError(f"a frontier of {len(packed)} bytes")
    return tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
