"""Folders on file systems that may not answer: how they are named and asked without waiting for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from ingest.disk.mounts import KERNELS, LOCAL, Line, kind, line_of, table, types_below

PATIENCE = 5.0  # seconds
_LINKS = 40  # that are followed in one path
_ASK = "import os, sys; next(os.scandir(os.fsencode(sys.argv[1])), None)"


def may_hang(path: bytes, mounts: Sequence[Line] | None) -> bool:
    """Tell whether an absolute path is on a file system that is not known as this machine's own."""
    return mounts is not None and kind(path, mounts) not in LOCAL


def real_path(path: bytes, mounts: Sequence[Line] | None) -> bytes:
    """Return the path without links, as far as that can be told by file systems that answer."""
    if mounts is None:
        return os.path.realpath(path)
    rest = os.path.join(os.getcwdb(), path).split(b"/")
    done, links = b"/", 0
    while rest:
        name = rest.pop(0)
        if name in (b"", b"."):
            continue
        if name == b"..":
            done = os.path.dirname(done)
            continue
        here = os.path.join(done, name)
        if may_hang(here, mounts):
            return os.path.normpath(os.path.join(here, *rest))
        try:
            target = os.readlink(here)
        except OSError:
            done = here
            continue
        links += 1
        if links > _LINKS:
            return os.path.realpath(path)
        if target.startswith(b"/"):
            done = b"/"
        rest = [*target.split(b"/"), *rest]
    return done


def answers(path: bytes) -> bool:
    """Tell whether a folder can be listed, or that be refused, in time.

    It is asked by a process that is left behind where it hangs: not even a kill ends it before the answer.
    """
    if b"\0" in path:
        return True  # no file system need be asked: there is none such
    asking = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _ASK, path],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        asking.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        asking.kill()
        return False
    return True


def silent_of(path: bytes) -> list[bytes]:
    """Return where the file system is mounted that a path leads to, if that may not answer."""
    mounts = table()
    line = None if mounts is None or b"\0" in path else line_of(real_path(path, mounts), mounts)
    return [] if line is None or line.type in LOCAL | KERNELS else [line.point]


def silent_of_root(path: bytes) -> list[bytes]:
    """Return what may not answer of a root: its folder, and what is mounted below it.

    A link is followed above the root alone: one in its place is no root.
    """
    mounts = table()
    if mounts is None or b"\0" in path:
        return []
    path = os.path.join(real_path(os.path.dirname(path), mounts), os.path.basename(path))
    below = types_below(path, mounts).items()
    return [path] * may_hang(path, mounts) + [
        os.path.join(path, point) for point, type_ in below if type_ not in LOCAL | KERNELS
    ]
