"""Is this folder still the root that was recorded? And who captures it?

A root is the same if its device and inode are the recorded ones, or if its `.ingest/root-id`
holds its id. Anyone may delete `.ingest/`; it is written again while the inode still proves it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from ingest.disk.patterns import OWN_FOLDER
from ingest.disk.read import open_beneath, signature_of
from ingest.errors import AlreadyRunning, RootUnavailable, StoreUnavailable
from ingest.escape import path as show

_ID_FILE = OWN_FOLDER + b"/root-id"
_LOCKED = (errno.EWOULDBLOCK, errno.EACCES)


class Anchor(msgspec.Struct, frozen=True):
    """An opened root folder: its descriptor, what `stat` says of it, and the id it holds."""

    fd: int
    device: int
    inode: int
    uid: bytes | None

    def is_root(self, *, place: tuple[int, int] | None, uid: bytes) -> bool:
        """Whether this folder is the recorded root: by its device and inode, if these count, or by its id."""
        return (self.device, self.inode) == place or self.uid == uid


def open_root(path: bytes) -> Anchor:
    """Open a root's folder, not through a link in last place. Raises RootUnavailable."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        missing = error.errno == errno.ENOENT
        code = "root_replaced" if error.errno in (errno.ENOTDIR, errno.ELOOP) else "root_missing"
        raise RootUnavailable(
            f"root {show(path)} cannot be opened: {os.strerror(error.errno or 0)}",
            code=code,
            hint="put the folder back, or: ingest roots relocate NAME PATH" if missing else None,
        ) from error
    found = signature_of(os.fstat(fd))
    return Anchor(fd, found.device, found.inode, read_id(fd))


def open_recorded(path: bytes, *, name: str, place: tuple[int, int] | None, uid: bytes) -> Anchor:
    """Open a root's folder if it is the recorded one, as `is_root` has it. Raises RootUnavailable."""
    opened = open_root(path)
    if opened.is_root(place=place, uid=uid):
        return opened
    os.close(opened.fd)
    raise RootUnavailable(
        f"root {name}: {show(path)} is not the folder that was recorded",
        code="root_replaced",
        hint=f"put the folder back, or accept this one: ingest scan --adopt {name}",
    )


def read_id(root: int) -> bytes | None:
    """The id that a root's `.ingest/root-id` holds, or None."""
    try:
        fd = open_beneath(root, _ID_FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return bytes.fromhex(os.read(fd, 64).decode("ascii").strip()) or None
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)


def write_id(root: int, uid: bytes) -> bool:
    """Write `.ingest/root-id`; False where the root cannot be written to. May be called again."""
    if read_id(root) == uid:
        return True
    temporary = OWN_FOLDER + b"/" + secrets.token_hex(8).encode()
    try:
        with suppress(FileExistsError):
            os.mkdir(OWN_FOLDER, 0o700, dir_fd=root)
        fd = open_beneath_new(root, temporary)
        try:
            os.write(fd, uid.hex().encode() + b"\n")
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, _ID_FILE, src_dir_fd=root, dst_dir_fd=root)
    except OSError:
        return False
    return True


def is_writable(root: int) -> bool:
    """Whether a file could be made in a root's `.ingest`; the id may be there from before."""
    try:
        return os.access(OWN_FOLDER, os.W_OK | os.X_OK, dir_fd=root, effective_ids=True)
    except (OSError, NotImplementedError):
        return True


def open_beneath_new(root: int, path: bytes) -> int:
    """Create a file in a root's `.ingest`, which must be a folder and no link. Raises OSError."""
    folder = open_beneath(root, OWN_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        name = path.rpartition(b"/")[2]
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, 0o600, dir_fd=folder)
    finally:
        os.close(folder)


@contextmanager
def lock_root(anchor: Anchor, path: bytes) -> Iterator[None]:
    """Hold the exclusive right to capture this folder on this host. Raises AlreadyRunning."""
    try:
        fcntl.flock(anchor.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _LOCKED:
            raise
        raise AlreadyRunning(
            f"root {show(path)} is captured by {holder(anchor.fd)}",
            hint="one process captures a root; stop that one first",
        ) from error
    try:
        yield
    finally:
        fcntl.flock(anchor.fd, fcntl.LOCK_UN)


@contextmanager
def lock_store(path: str) -> Iterator[None]:
    """Hold the exclusive right to capture into a SQLite store. Raises AlreadyRunning.

    The lock is on a file beside the database: opening and closing the database itself would drop
    SQLite's own locks.
    """
    try:
        fd = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"the lock {path}.lock cannot be made: {os.strerror(error.errno or 0)}",
            code="store_unreachable",
            hint="run: ingest doctor",
        ) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os_error, who = error, holder(fd)
        os.close(fd)
        if os_error.errno not in _LOCKED:
            raise
        raise AlreadyRunning(
            f"the store {path} is being written by {who}",
            hint="one process captures into a SQLite store; stop that one, or use its watch",
        ) from error
    try:
        yield
    finally:
        os.close(fd)


def holder(fd: int) -> str:
    """Who holds the flock on this open file, as the kernel lists it: `process 1234`."""
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
