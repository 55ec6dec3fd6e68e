"""Write a file whole or not at all, without doing harm to what stands in its place."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress


def write_file(path: bytes, body: bytes, *, modified_at: int | None = None, replace: bool = True) -> None:
    """Write `body` beside its place and rename it there; missing folders are made.

    With `replace`, a link in last place is written through, a regular file keeps its mode, and a
    device or pipe is written to and not replaced. Without it, whatever is there stays: raises
    FileExistsError. `modified_at` is in microseconds. Raises OSError.
    """
    mode = None
    if replace:
        path = os.path.realpath(path)
        with suppress(FileNotFoundError):
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                _write_through(path, body)
                return
            mode = stat.S_IMODE(found.st_mode)
    folder = os.path.dirname(path)
    os.makedirs(folder or b".", exist_ok=True)
    temporary = os.path.join(folder, b"." + secrets.token_hex(8).encode() + b".tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        if modified_at is not None:
            with suppress(OverflowError, OSError):  # a year that this file system cannot keep
                os.utime(temporary, ns=(modified_at * 1000, modified_at * 1000))
        if replace:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)
            os.unlink(temporary)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _write_through(path: bytes, body: bytes) -> None:
    with open(path, "wb", buffering=0) as file:
        rest = memoryview(body)
        while rest:
            rest = rest[file.write(rest) :]
