"""Who alone may capture on this host: locks on a root's folder, and on the file beside a SQLite store.

The locks are the kernel's (`flock`): they end with the process. Between hosts, see `ingest/store/locks.py`.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ingest.errors import AlreadyRunning, StoreUnavailable
from ingest.escape import path as show
from ingest.model import Descriptor

_LOCKED = (errno.EWOULDBLOCK, errno.EACCES)


@contextmanager
def lock_root(fd: Descriptor, path: bytes) -> Iterator[None]:
    """Hold the exclusive right to capture the folder open as `fd` on this host. Raises AlreadyRunning."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _LOCKED:
            raise
        raise AlreadyRunning(
            f"root {show(path)} is captured by {_holder(fd)}",
            hint="one process captures a root; stop that one first",
        ) from error
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


@contextmanager
def lock_store(path: str) -> Iterator[Callable[[], bool]]:
    """Hold the exclusive right to capture into a SQLite store. Raises AlreadyRunning.

    Yields a function that tells whether another file has taken the place of the lock's: then the lock keeps
    nobody out. It is on a file beside the database, since to open and close the database itself would drop
    SQLite's own locks.
    """
    try:
        fd = Descriptor(os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(
            f"the lock {path}.lock cannot be opened: {os.strerror(error.errno or 0)}",
            code="store_unreachable",
            hint="capture writes beside the store: run it as a user who may, and where that can be written",
        ) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os_error, who = error, _holder(fd)
        os.close(fd)
        if os_error.errno not in _LOCKED:
            raise
        raise AlreadyRunning(
            f"the store {path} is being written by {who}",
            hint="one process captures into a SQLite store; stop that one, or use its watch",
        ) from error
    held = os.fstat(fd)

    def is_replaced() -> bool:
        try:
            return not os.path.samestat(held, os.stat(path + ".lock"))
        except OSError:
            return False

    try:
        yield is_replaced
    finally:
        with suppress(OSError):  # of a file system that is no more
            os.close(fd)


def _holder(fd: Descriptor) -> str:
    """Name the process that holds the lock on this open file, as the kernel lists it: `process 1234`."""
    here = os.fstat(fd)
    place = f"{os.major(here.st_dev):02x}:{os.minor(here.st_dev):02x}:{here.st_ino}"
    try:
        with open("/proc/locks", encoding="ascii") as lines:
            for line in lines:
                parts = line.split()
                if len(parts) >= 6 and parts[1] == "FLOCK" and parts[5] == place:
                    return f"process {parts[4]}"
    except OSError:
        pass
    return "another process"
