"""When a file was made, and its inode: what tells one folder from another in its place.

Python has no `statx`; the C library's is called. Where there is none, no birth time is told.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

import msgspec

from ingest.disk.read import signature_of
from ingest.model import Descriptor

_SECOND = 1_000_000_000  # nanoseconds
_EMPTY_PATH = 0x1000  # AT_EMPTY_PATH: the descriptor itself
_BIRTH = 0x800  # STATX_BTIME
_SIZE = 256  # bytes of `struct statx`
_MASK_AT, _BIRTH_AT = 0, 80  # offsets in it: u32, and s64 seconds with u32 nanoseconds
_statx = getattr(ctypes.CDLL(None), "statx", None) if sys.platform == "linux" else None


class Facts(msgspec.Struct, frozen=True):
    """What tells a folder from another.

    Its inode (None: not recorded) and birth time, in nanoseconds (None: not told).
    """

    inode: int | None
    birth_ns: int | None

    @property
    def is_exact(self) -> bool:
        """Tell whether the birth time has a fraction of a second, so that no other folder has the same."""
        return self.birth_ns is not None and self.birth_ns % _SECOND != 0


def facts_of(fd: Descriptor) -> Facts:
    """Return the facts of an open file or folder. Raises OSError."""
    found = os.fstat(fd)
    return Facts(signature_of(found).inode, _birth(fd, found))


def _birth(fd: Descriptor, found: os.stat_result) -> int | None:
    """Return the birth time in nanoseconds. Zero is what image makers write where they know none."""
    if sys.platform != "linux":
        seconds = getattr(found, "st_birthtime", None)
        return None if not seconds else int(seconds * _SECOND)
    if _statx is None:
        return None
    buffer = ctypes.create_string_buffer(_SIZE)
    if _statx(fd, b"", _EMPTY_PATH, _BIRTH, buffer) != 0:
        return None
    (mask,) = struct.unpack_from("I", buffer, _MASK_AT)
    seconds, fraction = struct.unpack_from("qI", buffer, _BIRTH_AT)
    return seconds * _SECOND + fraction if mask & _BIRTH and seconds > 0 else None
