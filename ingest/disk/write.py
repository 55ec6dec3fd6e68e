"""Write a file whole or not at all, without doing harm to what stands in its place."""

from __future__ import annotations

import errno
import os
import secrets
import select
import stat
from contextlib import suppress
from io import FileIO

from ingest.disk.durable import flush
from ingest.disk.rename import rename_new
from ingest.model import Descriptor

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC


def is_beneath(path: bytes) -> bool:
    """Tell whether a file could stand at this path below a folder: one that was tampered with may not."""
    return b"\0" not in path and not {b"", b".", b".."} & set(path.split(b"/"))


def write_file(path: bytes, body: bytes, *, replace: bool = True) -> None:
    """Write `body` beside its place and rename it there; missing folders are made.

    With `replace`, a link in last place is written through, a regular file keeps its mode, and a
    device or pipe is written to and not replaced. Without it, whatever is there stays: raises
    FileExistsError. Raises OSError.
    """
    if replace:
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe of /proc has no path but this one
                with open(path, "wb", buffering=0) as file:
                    write_all(file, body)
                return
        path = os.path.realpath(path)
    folder, name = os.path.split(path)
    os.makedirs(folder or b".", exist_ok=True)
    at = Descriptor(os.open(folder or b".", _FOLDER))
    try:
        _place(at, name, body, path, None, replace)
    finally:
        os.close(at)


def write_beneath(
    root: Descriptor,
    path: bytes,
    body: bytes,
    *,
    modified_at: int | None = None,
    replace: bool = True,
    durable: bool = True,
) -> None:
    """Write `body` at `path` below the folder descriptor `root`, through no link; missing folders are made.

    With `replace`, whatever stands there but a folder gives way, a link itself and not what it leads to; a
    regular file leaves its mode. Without it: raises FileExistsError. `modified_at` is in microseconds.
    Unless it is to be `durable`, the file is on the disk when the system comes to it.
    Raises NotADirectoryError naming the part of the path that is no folder, IsADirectoryError where a folder
    stands at it, OSError.
    """
    if not is_beneath(path):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), path)
    *folders, name = path.split(b"/")
    at = Descriptor(os.dup(root))
    try:
        for depth, folder in enumerate(folders, 1):
            try:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=at)
                below = Descriptor(os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=at))
            except OSError as error:
                code = errno.ENOTDIR if error.errno == errno.ELOOP else error.errno or 0
                raise OSError(code, os.strerror(code), b"/".join(folders[:depth])) from error
            os.close(at)
            at = below
        _place(at, name, body, path, modified_at, replace, durable=durable)
    finally:
        os.close(at)


def _place(
    folder: Descriptor,
    name: bytes,
    body: bytes,
    shown: bytes,
    modified_at: int | None,
    replace: bool,
    *,
    durable: bool = True,
) -> None:
    """Write a file beside its place in an opened folder and rename it there."""
    temporary = b"." + secrets.token_hex(8).encode() + b".tmp"
    found = _mode_of(folder, name)
    if found is not None and stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), shown)
    mode = stat.S_IMODE(found) if replace and found is not None and stat.S_ISREG(found) else None
    # never with more rights than it ends with, or others could read it while it is written
    created = 0o666 if mode is None else mode & 0o600
    try:
        fd = Descriptor(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, created, dir_fd=folder)
        )
        with open(fd, "wb") as file:
            file.write(body)
            file.flush()
            if durable:
                flush(fd)
            if mode is not None:
                os.fchmod(fd, mode)
            if modified_at is not None:
                with suppress(OverflowError, OSError):  # a year that this file system cannot keep
                    os.utime(fd, ns=(modified_at * 1000, modified_at * 1000))
        if replace:
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            rename_new(folder, temporary, name)
    except BaseException as error:  # who waits for a file system may give it up
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        if not isinstance(error, OSError):
            raise
        raise OSError(error.errno, os.strerror(error.errno or 0), shown) from error


def _mode_of(folder: Descriptor, name: bytes) -> int | None:
    """Return the kind and the rights of what stands there, a link itself."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return None


def write_all(file: FileIO, body: bytes) -> None:
    """Write all of `body` into an open file without a buffer. Raises OSError."""
    rest = memoryview(body)
    while rest:
        if (written := file.write(rest)) is None:  # whoever opened it wants no write that waits
            waiting = select.poll()
            waiting.register(file, select.POLLOUT)
            waiting.poll()
            continue
        rest = rest[written:]
