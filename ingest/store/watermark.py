"""The high-water mark of a SQLite store's log: seq and leaf of its head, in the lock file beside it.

It is written after each commit. Since it lies outside the database, it is still there where the database lost
its end: a write-ahead log that was removed, an older file put back. It is written without waiting for the
disk: a kill does not harm it, and where the machine dies it may be older than the log, never newer.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256

import msgspec

from ingest.expressions import expression

_SUM = 16  # hexadecimal digits of the SHA-256 of what stands before it
_FORM = expression(rb"ingest/1 (\d{20}) ([0-9a-f]{64}) ([0-9a-f]{16})\n")
_LENGTH = len("ingest/1 ") + 20 + 1 + 64 + 1 + _SUM + 1


class Watermark(msgspec.Struct, frozen=True):
    """A place in the log and the leaf of its change; 0 and no leaf before the first."""

    seq: int
    leaf: bytes | None


def read(path: str | None) -> Watermark | None:
    """Return the mark in this file.

    None where there is none, it cannot be read, or it is not as it was written.
    """
    if path is None:
        return None
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _parsed(os.pread(fd, _LENGTH, 0))
    except OSError:
        return None
    finally:
        os.close(fd)


def write(path: str | None, seq: int, leaf: bytes | None) -> None:
    """Note in this file where the log stands, after the commit that brought it there.

    What cannot be written is left: the commit is done, and the next one writes it again. Of two processes
    that append, the later commit may be noted first: then the mark is a step behind the log, which is no
    harm.
    """
    if path is None:
        return
    # The file is the lock of who captures, too: a `flock` is not dropped by closing another descriptor.
    with suppress(OSError):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(fd, _written(seq, leaf), 0)
        finally:
            os.close(fd)


def _written(seq: int, leaf: bytes | None) -> bytes:
    words = b"ingest/1 %020d %s " % (seq, (leaf or bytes(32)).hex().encode())
    return words + _sum(words) + b"\n"


def _parsed(record: bytes) -> Watermark | None:
    found = _FORM.fullmatch(record)
    if found is None or _sum(record[: -_SUM - 1]) != found[3]:
        return None
    seq = int(found[1])
    if seq >= 2**63:  # more than a log can hold
        return None
    return Watermark(seq, bytes.fromhex(found[2].decode()) if seq else None)


def _sum(words: bytes) -> bytes:
    return sha256(words).hexdigest()[:_SUM].encode()
