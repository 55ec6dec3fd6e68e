"""Ids that the outside sees: made from a clock and random bytes that are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

UID_BYTES = 16
SALT_BYTES = 16
_RANDOM_BYTES = 10
Entropy = Callable[[int], bytes]


def new_uid(micros: int, entropy: Entropy) -> bytes:
    """Return 16 bytes: 6 of the time in milliseconds, 10 random.

    Rising in time, so that an index over them grows at one end; unique by the random part alone.
    """
    return _stamp(micros) + entropy(_RANDOM_BYTES)


def new_uids(micros: Sequence[int], entropy: Entropy) -> list[bytes]:
    """Return an id for each of these times, in microseconds."""
    random = draws(_RANDOM_BYTES, len(micros), entropy)
    return [_stamp(when) + drawn for when, drawn in zip(micros, random, strict=True)]


def _stamp(micros: int) -> bytes:
    return (micros // 1000 & (1 << 48) - 1).to_bytes(UID_BYTES - _RANDOM_BYTES, "big")


def draws(size: int, count: int, entropy: Entropy) -> Iterator[bytes]:
    """Yield `count` times `size` random bytes, drawn by one call: a call costs more than the bytes."""
    drawn = entropy(size * count)
    return (drawn[at : at + size] for at in range(0, size * count, size))


def show_uid(uid: bytes) -> str:
    """Return an id as 32 hexadecimal digits."""
    return uid.hex()


def parse_uid(words: str) -> bytes | None:
    """Return the inverse of `show_uid`, or None for what is no id."""
    try:
        uid = bytes.fromhex(words)
    except ValueError:
        return None
    return uid if uid.hex() == words.lower() and len(uid) == UID_BYTES else None
