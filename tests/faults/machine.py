"""What a fault needs of the machine: marks that skip a test, in one line, where it cannot be had."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import PATIENCE


@functools.cache
def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc to compile a shim")
needs_mounts = pytest.mark.skipif(
    not _works("unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"),
    reason="needs the right to mount (root, and `unshare -m`)",
)


def needs_file_system(type_: str) -> pytest.MarkDecorator:
    """Skip where a file system of this type cannot be made, or the kernel cannot mount it."""
    maker = {"exfat": "mkfs.exfat"}.get(type_, f"mkfs.{type_}")
    missing = [name for name in (maker, "losetup") if shutil.which(name) is None]
    if type_ == "exfat" and shutil.which("mount.exfat-fuse") is None:
        missing.append("mount.exfat-fuse")
    if type_ != "exfat" and type_ not in _file_systems():
        missing.append(f"{type_} in /proc/filesystems")
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@functools.cache
def _file_systems() -> frozenset[str]:
    try:
        with open("/proc/filesystems", encoding="ascii") as lines:
            return frozenset(line.split()[-1] for line in lines)
    except OSError:
        return frozenset()


needs_own_limits = pytest.mark.skipif(
    not _works("unshare", "-Ur", "sh", "-c", "echo 5 >/proc/sys/user/max_inotify_watches"),
    reason="needs user namespaces (`unshare -Ur`) to set a limit of its own",
)
needs_least_power = pytest.mark.skipif(
    os.geteuid() == 0 and not _works("setpriv", "--bounding-set=-dac_override,-dac_read_search", "true"),
    reason="needs `setpriv`, since root may read everything",
)


def without_power() -> list[str]:
    """What to put before a command so that a file's mode counts for it, even when root runs it."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


needs_fuse = pytest.mark.skipif(
    "fuse" not in _file_systems() or not os.access("/dev/fuse", os.R_OK | os.W_OK),
    reason="needs /dev/fuse",
)


def compile_shim(source: Path, folder: Path) -> Path:
    """Compile a library for LD_PRELOAD."""
    library = folder / source.with_suffix(".so").name
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"],
        check=True,
        capture_output=True,
    )
    return library
