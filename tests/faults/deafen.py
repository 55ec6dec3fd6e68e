"""What makes a watcher deaf while everything about it seems alive."""

from __future__ import annotations

import ctypes
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

PIDFD_OPEN, PIDFD_GETFD = 434, 438


def lose_a_watch(root: Path, gone: Path, gap: float) -> None:
    """Five steps after which the library's reading thread is dead and everything else seems alive."""
    steps: list[Callable[[], object]] = [
        (root / "d").mkdir,
        lambda: (root / "d").rename(gone),
        (root / "d").mkdir,
        (root / "d").rmdir,
        gone.rmdir,
    ]
    for step in steps:
        step()
        time.sleep(gap)


def take_all_watches(pid: int) -> int:
    """Remove every inotify watch of another process, whose threads live on; returns how many there were."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = _checked(libc.syscall(PIDFD_OPEN, pid, 0))
    taken = 0
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{name}") != "anon_inode:inotify":
                continue
            told = Path(f"/proc/{pid}/fdinfo/{name}").read_text()
            ours = _checked(libc.syscall(PIDFD_GETFD, process, int(name), 0))
            for watch in re.findall(r"inotify wd:([0-9a-f]+)", told):
                _checked(libc.inotify_rm_watch(ours, int(watch, 16)))
                taken += 1
            os.close(ours)
    finally:
        os.close(process)
    return taken


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
