"""Ids that the outside sees: made from a clock and random bytes that are handed in."""

from __future__ import annotations

import base64
from collections.abc import Callable

UID_BYTES = 16
Entropy = Callable[[int], bytes]


def new_uid(micros: int, entropy: Entropy) -> bytes:
    """16 bytes: 6 of the time in milliseconds, 10 random. Rising in time, so that an index over
    them grows at one end; unique by the random part alone."""
    return (micros // 1000 & (1 << 48) - 1).to_bytes(6, "big") + entropy(10)


def show_uid(uid: bytes) -> str:
    """26 characters, URL-safe, the first a letter or digit."""
    return base64.b32hexencode(uid).decode().rstrip("=").lower()


def parse_uid(words: str) -> bytes | None:
    """The inverse of `show_uid`, or None for what is no id."""
    if len(words) != 26 or not words.isascii():
        return None
    try:
        uid = base64.b32hexdecode(words.upper() + "======")
    except ValueError:
        return None
    return uid if show_uid(uid) == words.lower() else None
