"""Bring a file's bytes to the disk itself, past the caches that are in between."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress

from ingest.model import Descriptor

# macOS alone has it: there `fsync` leaves the bytes in the drive's own cache.
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


def flush(fd: Descriptor) -> None:
    """Return when an open file is on its disk. Raises OSError."""
    if _FULL_SYNC is not None:
        with suppress(OSError):  # a file system that does not have it has `fsync`
            fcntl.fcntl(fd, _FULL_SYNC)
            return
    os.fsync(fd)
