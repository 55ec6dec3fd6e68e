"""Folders on file systems that may not answer: how they are named and asked without waiting for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from ingest.disk.descriptors import are_too_few
from ingest.disk.mounts import KERNELS, LOCAL, Line, kind, line_of, table, types_below
from ingest.errors import Unreachable
from ingest.model import Descriptor

PATIENCE = 5.0  # seconds
_ANSWERING = LOCAL | KERNELS
_LINKS = 40  # that are followed in one path
_left: list[Callable[[], bool]] = []  # tell whether a process ended that was left behind
_lock = threading.Lock()
_ASK = "import os, sys; next(os.scandir(os.fsencode(sys.argv[1])), None)"


def may_hang(path: bytes, mounts: Sequence[Line] | None) -> bool:
    """Tell whether an absolute path is on what is neither this machine's own nor its kernel's."""
    return mounts is not None and kind(path, mounts) not in _ANSWERING


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


def own_descriptor(path: bytes) -> Descriptor | None:
    """Return the descriptor of this process that a path stands for, as `/dev/stdout` does; else None."""
    mounts, own = table(), b"/proc/%d/fd" % os.getpid()
    for _ in range(_LINKS):
        folder, name = os.path.split(os.path.join(os.getcwdb(), path))
        folder = real_path(folder, mounts)
        if folder == own:
            return Descriptor(int(name)) if name.isdigit() else None
        path = os.path.join(folder, name)
        if may_hang(path, mounts):
            return None
        try:
            path = os.path.join(folder, os.readlink(path))
        except OSError:
            return None
    return None


def answers(path: bytes) -> bool:
    """Tell whether a folder can be listed, or that be refused, in time.

    It is asked by a process that is left behind where it hangs: not even a kill ends it before the answer.
    Raises Unreachable where none can be begun.
    """
    reap()
    if b"\0" in path:
        return True  # no file system need be asked: there is none such
    try:
        asking = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _ASK, path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        if are_too_few(error):
            raise
        raise no_process(error) from error
    try:
        asking.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        asking.kill()
        leave_behind(lambda: asking.poll() is not None)
        return False
    return True


def no_process(error: OSError) -> Unreachable:
    """Return what to raise where the system begins no process that asks a file system."""
    return Unreachable(
        f"no process can be begun that asks the file system: {os.strerror(error.errno or 0)}",
        hint="see how many processes run, and how many may",
    )


def leave_behind(has_ended: Callable[[], bool]) -> None:
    """Leave a process behind that hangs; `reap` takes it up when it ended, which `has_ended` tells."""
    with _lock:
        _left.append(has_ended)


def reap() -> None:
    """Take up the processes that were left behind and ended since: else they stay listed as defunct."""
    with _lock:
        _left[:] = [has_ended for has_ended in _left if not has_ended()]


def silent_of(path: bytes) -> list[bytes]:
    """Return where the file system is mounted that a path leads to, if that may not answer."""
    mounts = table()
    line = None if mounts is None or b"\0" in path else line_of(real_path(path, mounts), mounts)
    return [] if line is None or line.type in _ANSWERING else [line.point]


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
        os.path.join(path, point) for point, type_ in below if type_ not in _ANSWERING
    ]
