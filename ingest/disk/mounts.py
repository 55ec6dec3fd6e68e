"""What is mounted where, as the kernel tells it, and what kind of file system a folder is on."""

from __future__ import annotations

import os
import re

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
    """(mount point, file system type), in the order of mounting; empty where it cannot be told."""
    try:
        with open(_TABLE, "rb") as lines:
            found = lines.read().splitlines()
    except OSError:
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
