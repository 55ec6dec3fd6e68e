"""What is mounted where, as the kernel tells it, and what kind of file system a folder is on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from ingest.disk.descriptors import are_too_few

# File systems on which other hosts, or the other side of the mount, write unseen by inotify.
UNTOLD = frozenset(
    (
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "vboxsf", "vmhgfs", "afs", "ceph",
        "glusterfs", "lustre", "ncpfs", "prl_fs", "beegfs", "davfs",
    )
)  # fmt: skip
_TABLE = "/proc/self/mountinfo"
_OCTAL = re.compile(rb"\\([0-7]{3})")


def table() -> list[tuple[bytes, str]]:
    """(mount point, file system type), in the order of mounting; empty where it cannot be told.

    Raises OSError where there are too few descriptors to ask.
    """
    try:
        with open(_TABLE, "rb") as lines:
            found = lines.read().splitlines()
    except OSError as error:
        if are_too_few(error):
            raise
        return []
    mounts = []
    for line in found:
        left, _, right = line.partition(b" - ")
        point = _OCTAL.sub(lambda octal: bytes([int(octal[1], 8)]), left.split(b" ")[4])
        mounts.append((point, right.split(b" ")[0].decode()))
    return mounts


def below(folder: bytes, mounts: list[tuple[bytes, str]]) -> frozenset[bytes]:
    """The mount points below an absolute folder, relative to it. Two mounts on one point are told
    apart by their number: `sub` and `sub#2`."""
    prefix = folder.rstrip(b"/") + b"/"
    points: dict[bytes, int] = {}
    for point, _ in mounts:
        if point.startswith(prefix):
            relative = point[len(prefix) :]
            points[relative] = points.get(relative, 0) + 1
    return frozenset(point if count == 1 else point + b"#%d" % count for point, count in points.items())


def point_of(entry: bytes) -> bytes:
    """The folder that an entry of `below` stands for."""
    return re.sub(rb"#\d+\Z", b"", entry)


class Mounts:
    """The mount points below one root: those believed, and those that came or went since.

    A folder that became or ceased to be a mount point shows other files than before; while
    documents are known below it, it is `closed`: nothing below it is reconciled.
    """

    def __init__(self, root: bytes, known: Sequence[str]) -> None:
        self._root = root
        self._table: list[tuple[bytes, str]] = []
        self.known = frozenset(name.encode("utf-8", "surrogateescape") for name in known)
        self.closed: frozenset[bytes] = frozenset()

    def look(self) -> bool:
        """Read the kernel's table; whether it changed since the last look."""
        before, self._table = self._table, table()
        return before != self._table

    def compare(self, any_below: Callable[[bytes], bool]) -> bool:
        """Find what came or went; `any_below` says whether documents are known below a folder.

        Without such a folder the table is believed as it is. Returns whether a scan must follow.
        """
        current = below(self._root, self._table)
        points = {point_of(entry) for entry in current ^ self.known}
        before, self.closed = self.closed, frozenset(filter(any_below, points))
        if not self.closed:
            self.known = current
        return bool(points) or before != self.closed

    def names(self) -> list[str]:
        """The believed mount points as the store keeps them."""
        return sorted(entry.decode("utf-8", "surrogateescape") for entry in self.known)


def kind(folder: bytes, mounts: list[tuple[bytes, str]]) -> str | None:
    """The type of the file system that an absolute folder is on; the latest mount wins."""
    best, found = -1, None
    for point, type_ in mounts:
        inside = folder == point or folder.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= best:
            best, found = len(point), type_
    return found


def needs_polling(folder: bytes) -> bool:
    """Whether notifications cannot be relied on for this folder."""
    type_ = kind(os.path.abspath(folder), table())
    return type_ is not None and (type_ in UNTOLD or type_.startswith("fuse."))
