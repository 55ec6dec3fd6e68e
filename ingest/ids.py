"""Ids that the outside sees: made from a clock and random bytes that are handed in."""

from __future__ import annotations

from collections.abc import Callable

UID_BYTES = 16
Entropy = Callable[[int], bytes]


def new_uid(micros: int, entropy: Entropy) -> bytes:
    """16 bytes: 6 of the time in milliseconds, 10 random. Rising in time, so that an index over
    them grows at one end; unique by the random part alone."""
    return (micros // 1000 & (1 << 48) - 1).to_bytes(6, "big") + entropy(10)


def show_uid(uid: bytes) -> str:
    """32 hexadecimal digits, URL-safe."""
    return uid.hex()


def parse_uid(words: str) -> bytes | None:
    """The inverse of `show_uid`, or None for what is no id."""
    try:
        uid = bytes.fromhex(words)
    except ValueError:
        return None
    return uid if uid.hex() == words.lower() and len(uid) == UID_BYTES else None
