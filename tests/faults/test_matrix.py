"""Each file system that can be had here: edit, move, delete, case, the same second, hang, die, return.

What cannot be mounted is skipped and says what it lacks.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon import until
from tests.faults import mounts
from tests.faults.fuse import Fuse
from tests.faults.machine import needs_file_system, needs_fuse, needs_mounts
from tests.faults.mounts import Disk, in_own_mounts
from tests.site import Site

pytestmark = [needs_mounts, pytest.mark.full]

PROGRAM = "fuse"
# Programs that show another folder as a file system, and how each is told to.
SHOWING: dict[str, tuple[str, ...]] = {
    "bindfs": ("bindfs", "{kept}", "{root}"),
    "mergerfs": ("mergerfs", "{kept}", "{root}"),
    "unionfs": ("unionfs", "{kept}=RW", "{root}"),
    "rclone": (
        "rclone", "mount", "{kept}", "{root}", "--daemon", "--config=", "--cache-dir={kept}.cache",
        "--vfs-cache-mode=writes", "--vfs-write-back=100ms",
    ),
}  # fmt: skip
POLLED = (PROGRAM, "sshfs", *SHOWING)
DISKS = ("ext4", "xfs", "btrfs", "vfat", "exfat")


def needs_program(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"needs {name}")


# The server that sshd starts. It is started without one: no key, no port, the same file system.
SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")
needs_sftp_server = pytest.mark.skipif(not SFTP_SERVER.exists(), reason=f"needs {SFTP_SERVER}")

EVERY = [
    *[pytest.param(type_, marks=needs_file_system(type_)) for type_ in DISKS],
    "tmpfs",
    "overlay",
    "bind",
    pytest.param(PROGRAM, marks=needs_fuse),
    *[pytest.param(name, marks=[needs_fuse, needs_program(name)]) for name in SHOWING],
    pytest.param("sshfs", marks=[needs_fuse, needs_program("sshfs"), needs_sftp_server]),
]


class Mounted:
    """One file system on a root's folder, which can go and come back."""

    def __init__(self, type_: str, site: Site, disk: Disk, held: ExitStack) -> None:
        self._type = type_
        self._site = site
        self._disk = disk
        self._held = held
        self._kept = site.folder / "kept"
        self._kept.mkdir()
        self._image = disk.make(type_) if type_ in DISKS else None
        if type_ == "tmpfs":
            mounts.mount_tmpfs(self._kept)
        self.fuse: Fuse | None = None

    def come(self) -> None:
        """Mount it, with what was on it before."""
        root, kept = self._site.root, self._kept
        if self._image is not None:
            self._disk.put(self._image, root)
        elif self._type in ("tmpfs", "bind"):
            mounts.bind(kept, root)
        elif self._type == "overlay":
            lower = self._site.folder / "lower"
            lower.mkdir(exist_ok=True)
            mounts.mount_overlay(lower, kept, root)
        elif self._type == PROGRAM:
            self.fuse = self._held.enter_context(Fuse(kept, root))
        elif self._type in SHOWING:
            words = [word.format(kept=kept, root=root) for word in SHOWING[self._type]]
            subprocess.run(words, check=True, capture_output=True)
        else:
            subprocess.run(["sshfs", "-o", f"ssh_command={self._ssh()}", f"x:{kept}", str(root)], check=True)

    def _ssh(self) -> Path:
        """What sshfs starts for `ssh`: whatever it is told, the server itself."""
        script = self._site.folder / "ssh"
        script.write_text(f"#!/bin/sh\nexec {SFTP_SERVER}\n")
        script.chmod(0o700)
        return script

    def go(self) -> None:
        """Take it away: its disk is pulled, its program dies."""
        if self.fuse is not None:
            self.fuse.die()
        else:
            mounts.unmount(self._site.root)

    def clear(self) -> None:
        """Leave nothing mounted."""
        mounts.unmount_all(self._site.root)


@pytest.mark.parametrize("type_", EVERY)
@in_own_mounts
def test_what_happens_on_a_file_system_is_found_and_its_loss_deletes_nothing(
    site: Site, disk: Disk, type_: str
) -> None:
    with ExitStack() as held:
        mounted = Mounted(type_, site, disk, held)
        held.callback(mounted.clear)
        mounted.come()
        site.write_texts(a="one", b="two", c="three", d="four", e="five")
        with site.using(INGEST_POLL_SECONDS="0.5").watch() as daemon:
            backend = site.status()["roots"][0]["backend"]
            assert backend == ("poll" if type_ in POLLED else "native")
            begun = [("created", f"{name}.txt", 1) for name in "abcde"]
            assert site.log() == begun

            site.write_texts(a="one, edited")
            daemon.sync()
            until(lambda: ("changed", "a.txt", 2) in site.log(), what="edit")
            (site.root / "b.txt").rename(site.root / "moved.txt")
            daemon.sync()
            until(lambda: ("moved", "moved.txt", 1) in site.log(), what="move")
            (site.root / "c.txt").unlink()
            until(lambda: ("deleted", "c.txt", 1) in site.log(), what="delete")
            (site.root / "d.txt").rename(site.root / "D.txt")
            daemon.sync()
            until(lambda: ("moved", "D.txt", 1) in site.log(), what="case")
            for number in range(2, 5):  # as many bytes, within a second
                site.write_texts(e=f"fiv{number}")
                daemon.sync()
                seen = ("changed", "e.txt", number)
                until(lambda seen=seen: seen in site.log(), what="same second")  # type: ignore[misc]

            if mounted.fuse is not None:
                mounted.fuse.hang()
                site.until_problem("unreachable")
                mounted.fuse.answer()
                site.until_healthy()
            mounted.go()
            until(lambda: site.codes() & {"root_missing", "root_replaced", "unreachable"}, what="die")
            mounted.clear()
            mounted.come()
            site.until_healthy()
            site.write_texts(a="one, edited again")
            daemon.sync()
            until(lambda: ("changed", "a.txt", 3) in site.log(), what="return")
            assert site.deleted() == ["c.txt"]
            assert len(site.log()) == len(begun) + 8
