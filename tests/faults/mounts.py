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
import time
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


def unmount_all(place: Path) -> None:
    """Unmount all that lies on a folder, one over the other."""
    while subprocess.run(["umount", str(place)], check=False, capture_output=True).returncode == 0:
        pass


class Disk:
    """A loop device, on which one image at a time lies, as disks lie in a slot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._device: str | None = None
        self._images = 0

    def make(self, type_: str, *, made_at: int | None = None) -> Path:
        """An image with an empty file system; `made_at` in seconds (ext4 alone: it lets itself be told)."""
        self._images += 1
        image = self._folder / f"{type_}-{self._images}.img"
        with image.open("wb") as file:
            file.truncate({"xfs": 320 << 20, "btrfs": 128 << 20}.get(type_, 16 << 20))
        fake = {} if made_at is None else {"E2FSPROGS_FAKE_TIME": str(made_at)}
        command = [f"mkfs.{type_}", *(["-q"] if type_ != "exfat" else []), str(image)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **fake})
        return image

    def put(self, image: Path, place: Path, *options: str) -> None:
        """Put an image into the device, in place of the one that is there, and mount it."""
        self.take_out()
        place_in = ["losetup", "-f", "--show"] if self._device is None else ["losetup", self._device]
        for _ in range(600):  # who served the mount before may still have the device
            said = subprocess.run([*place_in, str(image)], check=False, capture_output=True, text=True)
            if said.returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise OSError(f"{place_in}: {said.stderr}")
        self._device = self._device or said.stdout.strip()
        if image.name.startswith("exfat"):
            mount = ["mount.exfat-fuse", self._device, str(place)]
        else:
            mount = ["mount", *(["-o", ",".join(options)] if options else []), self._device, str(place)]
        subprocess.run(mount, check=True, capture_output=True)

    def take_out(self) -> None:
        """Leave the device empty; what was on it is to be unmounted before."""
        if self._device is not None:
            subprocess.run(["losetup", "-d", self._device], check=False, capture_output=True)


def mount_overlay(lower: Path, upper: Path, place: Path) -> None:
    """Mount two folders, one over the other, on a third."""
    work = upper.with_name(upper.name + ".work")
    work.mkdir(exist_ok=True)
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", str(place)], check=True)
