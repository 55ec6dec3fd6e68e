"""Mounts that nobody else sees: a thread with a mount namespace of its own.

What the thread starts inherits the namespace, the rest of the process does not. When the thread
and its children are gone, so are the mounts.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from tests import forked

CLONE_NEWNS = 0x00020000
MS_REC = 0x4000
MS_PRIVATE = 1 << 18

Arguments = ParamSpec("Arguments")


def in_own_mounts(test: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Run a test in a thread whose mounts are its own; what it raises is raised here."""

    @functools.wraps(test)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        raised: list[BaseException] = []

        def body() -> None:
            try:
                leave()
                test(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # carried over to the test's own thread
                raised.append(error)
            finally:
                forked.close(os.readlink("/proc/thread-self/ns/mnt"))

        thread = threading.Thread(target=body, name="own-mounts")
        thread.start()
        thread.join()
        if raised:
            raise raised[0]

    return run


def leave() -> None:
    """Give the calling thread, and all it starts, mounts of its own. Raises OSError where it may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount_tmpfs(place: Path, *, size: str = "16m") -> None:
    """Mount an empty file system of this size on a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)], check=True)


def resize(place: Path, size: str) -> None:
    """Give a mounted tmpfs another size."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


def unmount(place: Path) -> None:
    """Take the latest mount away from a folder, even while it is in use."""
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def bind(source: Path, place: Path) -> None:
    """Show one folder at the place of another."""
    subprocess.run(["mount", "--bind", str(source), str(place)], check=True)


def make_read_only(place: Path) -> None:
    """A bind mount of a folder on itself that cannot be written to."""
    bind(place, place)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
