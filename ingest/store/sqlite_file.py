"""How a SQLite file is opened by a process that may write it, and by one that may only read it.

A file in WAL mode is read with the help of two others beside it, `-wal` and `-shm`. Who may not write their
folder cannot make them. While somebody writes the store they are there, and it is read as usual. Where they
are not, nobody on this host writes it: then the file is read without `-shm`, and without any lock. Another
host may write it all the same; `require_unchanged` tells that afterwards.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import struct
from urllib.parse import quote

import msgspec

from ingest.errors import StoreUnavailable

_SHARED = 0x40000002, 510  # the bytes on which every SQLite that has the file open holds a lock
_FLOCK = "hhqqi4x"
# What says of a path that no file stands there; anything else says nothing of it.
_NONE_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)

State = tuple[tuple[int, int] | None, tuple[int, int] | None]


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How one file is opened.

    `state`: what the file and its `-wal` were before, where it is read without a lock. `alone`: it is read so
    together with its `-wal`, in a locking mode that must be set. `missing` says in words what cannot be seen
    this way.
    """

    path: str
    uri: str
    writable: bool = False
    alone: bool = False
    state: State | None = None
    missing: str | None = None

    def connect(self, *, timeout: float) -> sqlite3.Connection:
        """Return a connection of this kind. Raises sqlite3.Error."""
        connection = sqlite3.connect(
            self.uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        if self.alone:
            connection.execute("PRAGMA main.locking_mode=EXCLUSIVE")
        return connection

    def attach(self, connection: sqlite3.Connection, schema: str) -> None:
        """Attach the file under this name to a connection that has read nothing yet."""
        (mode,) = connection.execute("PRAGMA main.locking_mode").fetchone()
        if self.alone:  # what is attached is read at once, so the mode must be that of all before
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute(f"ATTACH ? AS {schema}", (self.uri,))
        if self.alone:
            connection.execute(f"PRAGMA main.locking_mode={mode}")

    def require_unchanged(self) -> None:
        """Raise where a file that was read without locks has been written meanwhile."""
        if self.state is not None and self.state != _state(self.path):
            raise StoreUnavailable(
                f"the store {self.path} was written while it was read without its locks",
                code="store_locked",
                hint="ask again",
            )


def access(path: str) -> Access:
    """Tell how this process may open a SQLite file.

    Raises StoreUnavailable where it cannot be read safely.
    """
    name = quote(os.fsencode(path))
    wal, shm = path + "-wal", path + "-shm"
    folder_writable = os.access(os.path.dirname(path) or ".", os.W_OK)
    if not os.access(path, os.R_OK) or (folder_writable and os.access(path, os.W_OK)):
        return Access(path=path, uri=f"file:{name}?mode=rw", writable=True)
    side_files = os.path.exists(wal), os.path.exists(shm)
    if folder_writable or (all(side_files) and os.access(wal, os.R_OK) and os.access(shm, os.R_OK)):
        return Access(path=path, uri=f"file:{name}?mode=ro")
    if any(side_files) and _is_open(path):
        raise StoreUnavailable(
            f"the store {path} is in use, and {shm if side_files[1] else wal} cannot be read",
            code="store_unreachable",
            hint="whoever may read the store must be able to read its -wal and -shm too: give them its group",
        )
    state = _state(path)
    if state[1] is not None and state[1][0] and os.access(wal, os.R_OK):
        # A SQLite that takes no lock keeps in its own memory what else stands in -shm.
        return Access(path=path, uri=f"file:{name}?mode=ro&vfs=unix-none", alone=True, state=state)
    missing = None
    if state[1] is not None and state[1][0]:
        missing = f"{wal} cannot be read: the latest changes are missing"
    return Access(path=path, uri=f"file:{name}?mode=ro&immutable=1", state=state, missing=missing)


def require_readable(path: str) -> None:
    """Raise StoreUnavailable where this process has no right to read a file, or cannot look for it."""
    try:
        os.stat(path)
        may = os.access(path, os.R_OK)
    except PermissionError:
        may = False
    except OSError as error:
        if error.errno in _NONE_THERE:
            return
        raise StoreUnavailable(
            f"the store {path} cannot be looked at: {os.strerror(error.errno or 0)}",
            code="store_unreachable",
            hint="see to what is mounted there",
        ) from error
    if not may:
        raise StoreUnavailable(
            f"the store {path} may not be read by this user",
            code="store_unreachable",
            hint="ask as its owner, who can let a group read it: docs/how-to/read-only.md",
        )


def _state(path: str) -> State:
    """Return size and mtime (nanoseconds) of the file and of its `-wal`; None for one that is missing."""
    found: list[tuple[int, int] | None] = []
    for name in (path, path + "-wal"):
        try:
            here = os.stat(name)
        except OSError:
            found.append(None)
        else:
            found.append((here.st_size, here.st_mtime_ns))
    return found[0], found[1]


def _is_open(path: str) -> bool:
    """Tell whether a SQLite of another process on this host has the file open.

    This process must not have it open: to close the descriptor drops the locks on it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, *_SHARED, 0)
        answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, asked)
    finally:
        os.close(descriptor)
    return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
