"""What is mounted where, as the kernel tells it, and what kind of file system a folder is on."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ingest.disk.descriptors import are_too_few
from ingest.disk.read import open_beneath
from ingest.disk.statx import Facts, facts_of
from ingest.expressions import expression
from ingest.model import Descriptor

# File systems that tell every write by a notification, and whose clock is this machine's. Of these, some take
# names of other letter case for one. Whatever is not among them is polled.
LOCAL = frozenset(
    (
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs", "tmpfs", "ramfs", "overlay",
        "vfat", "exfat", "ntfs3", "fuseblk",
    )
)  # fmt: skip
# What the kernel makes itself, such as the files in /dev and /proc: there is no other side to fall silent.
KERNELS = frozenset(("devpts", "devtmpfs", "proc", "sysfs"))
# File systems on which other hosts, or the other side of the mount, write.
SERVERS = frozenset(
    (
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "vboxsf", "vmhgfs", "afs", "ceph",
        "glusterfs", "lustre", "ncpfs", "prl_fs", "beegfs", "davfs", "fuse",
    )
)  # fmt: skip
FOLDING = frozenset(("vfat", "exfat", "ntfs3", "fuseblk", "cifs", "smb3", "smbfs"))
# File systems that may take names for one that differ in their form of Unicode, while letter case counts: any
# that is not this machine's, and of those that are, this.
_FORMS_FOLDED = "zfs"
_TABLE = "/proc/self/mountinfo"
_OCTAL = expression(rb"\\([0-7]{3})")
_O_PATH = getattr(os, "O_PATH", os.O_RDONLY)


class Line(NamedTuple):
    """A line of the kernel's table: `source` is the folder of the file system that is mounted on `point`."""

    id: int
    parent: int
    device: bytes
    source: bytes
    point: bytes
    type: str


class Mount(msgspec.Struct, frozen=True, array_like=True):
    """What was mounted below a root at its last good look. `path` is relative to the root."""

    path: bytes
    inode: int | None = None
    birth_ns: int | None = None

    @property
    def facts(self) -> Facts:
        """Return the facts by which a file system is told from another one at the same path."""
        return Facts(self.inode, self.birth_ns)


def table() -> list[Line] | None:
    """Return what the kernel's table says is mounted and can be reached, in the order of mounting.

    None where there is none to read. Raises OSError where there are too few descriptors to ask: that says
    nothing of the system.
    """
    try:
        with open(_TABLE, "rb") as lines:
            return reached(parse(lines.read()))
    except OSError as error:
        if are_too_few(error):
            raise
        return None


def parse(raw: bytes) -> list[Line]:
    """Return the lines of a `mountinfo`."""
    mounts = []
    for line in raw.splitlines():
        left, _, right = line.partition(b" - ")
        number, parent, device, source, point, *_ = left.split(b" ")
        kind_ = right.split(b" ")[0].decode("utf-8", "replace")
        mounts.append(Line(int(number), int(parent), device, _plain(source), _plain(point), kind_))
    return mounts


def reached(mounts: Sequence[Line]) -> list[Line]:
    """Return the lines without those of what lies behind another mount, on a folder above it.

    Such a mount is there, and no path leads to it while the other one lasts.
    """
    lines = {line.id: line for line in mounts}
    found: list[Line] = []
    later: dict[bytes, list[Line]] = {}  # what was mounted after the line that is looked at, by its point
    for line in reversed(mounts):
        above = [other for folder in _folders_of(line.point) for other in later.get(folder, ())]
        under = _mounted_on(line, lines) if above else set()
        if not any(other.id not in under and other.parent in under for other in above):
            found.append(line)
        later.setdefault(line.point, []).append(line)
    return found[::-1]


def _folders_of(point: bytes) -> Iterator[bytes]:
    """Yield every folder above an absolute one, the nearest first."""
    while (end := point.rfind(b"/")) > 0:
        point = point[:end]
        yield point
    yield b"/"


def _mounted_on(line: Line, lines: Mapping[int, Line]) -> set[int]:
    """Return the mounts that a mount stands on, one on another."""
    found: set[int] = set()
    while line.parent in lines and line.parent not in found:
        found.add(line.parent)
        line = lines[line.parent]
    return found


def _plain(escaped: bytes) -> bytes:
    return _OCTAL.sub(lambda octal: bytes([int(octal[1], 8)]), escaped)


def mount_points(mounts: Sequence[Line]) -> set[bytes]:
    """Return the folders and files on which something else is mounted.

    A bind of a folder onto itself shows what stood there before: it is none.
    """
    lines = {line.id: line for line in mounts}
    return {line.point for line in mounts if not _shows_the_same(line, lines.get(line.parent))}


def _shows_the_same(line: Line, parent: Line | None) -> bool:
    if parent is None or parent.device != line.device:
        return False
    within = os.path.relpath(line.point, parent.point)
    return line.source == os.path.normpath(os.path.join(parent.source, within))


def is_mount_point(folder: bytes, mounts: Sequence[Line] | None) -> bool | None:
    """Tell whether an absolute folder is a mount point of its own; None where that cannot be told."""
    return None if mounts is None else folder in mount_points(mounts)


def points_below(folder: bytes, mounts: Sequence[Line]) -> set[bytes]:
    """Return the mount points below an absolute folder, relative to it."""
    prefix = folder.rstrip(b"/") + b"/"
    points = mount_points(mounts) - {folder}
    return {point[len(prefix) :] for point in points if point.startswith(prefix)}


def concerning(folder: bytes, mounts: Sequence[Line]) -> list[Line]:
    """Return the lines of what is mounted on the way to an absolute folder, on it, and below it."""
    prefix = folder.rstrip(b"/") + b"/"
    return [
        line
        for line in mounts
        if prefix.startswith(line.point.rstrip(b"/") + b"/") or line.point.startswith(prefix)
    ]


def found_below(fd: Descriptor, folder: bytes, mounts: Sequence[Line]) -> dict[bytes, Facts | None]:
    """Return what is mounted below an absolute folder that is open as `fd`.

    None for what cannot be looked at.

    Raises OSError where there are too few descriptors to look.
    """
    found: dict[bytes, Facts | None] = {}
    for point in points_below(folder, mounts):
        try:
            opened = open_beneath(fd, point, _O_PATH | os.O_NOFOLLOW)
        except OSError as error:
            if are_too_few(error):
                raise
            found[point] = None
            continue
        try:
            found[point] = facts_of(opened)
        except OSError:
            found[point] = None
        finally:
            os.close(opened)
    return found


class Events:
    """Whether anything was mounted or unmounted since it was asked last, by the kernel's own count.

    A file system that was swapped for another may have the very same line in the table.
    """

    def __init__(self) -> None:
        self._poll = None
        self._fd = None
        try:
            self._fd = os.open(_TABLE, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLPRI)

    def any(self) -> bool | None:
        """Tell whether anything was; None where the kernel does not tell."""
        return None if self._poll is None else bool(self._poll.poll(0))

    def close(self) -> None:
        """Let the table go; may be called twice."""
        if self._fd is not None:
            os.close(self._fd)
        self._poll = self._fd = None


class Mounts:
    """What is mounted below one root: what is believed, and what came or went since.

    A folder that became or ceased to be a mount point, or on which another file system is mounted now,
    shows other files than before; while documents are known below it, it is `closed`: nothing below it is
    reconciled.
    """

    def __init__(self, root: bytes, known: Iterable[Mount]) -> None:
        self._root = root
        self._events = Events()
        self._table: list[Line] | None = None
        self._is_new = True
        self._is_stirred = False
        self.known = {mount.path: mount for mount in known}
        self.closed: frozenset[bytes] = frozenset()

    def is_stirred(self) -> bool:
        """Tell whether anything was mounted or unmounted since the last look, which is still to come."""
        self._is_stirred = bool(self._events.any()) or self._is_stirred
        return self._is_stirred

    def look(self) -> bool:
        """Read the kernel's table where it may have changed; tell whether anything may be other than before.

        What is mounted elsewhere is left out. Yet what came and went between two looks leaves no line, and
        the kernel tells only that there was something: then the answer is yes.
        """
        told = self._events.any()
        if told is not None:
            told, self._is_stirred = told or self._is_stirred, False
        if told is False and not self._is_new:
            return False
        before, self._table = self._table, table()
        if self._table is not None:
            self._table = concerning(self._root, self._table)
        self._is_new = False
        return bool(told) or before != self._table

    @property
    def is_told(self) -> bool:
        """Tell whether the kernel's table can be read."""
        return self._table is not None

    @property
    def types(self) -> dict[bytes, str]:
        """Return the type of the file system at each mount point below."""
        return {} if self._table is None else types_below(self._root, self._table)

    def compare(
        self, fd: Descriptor, *, any_below: Callable[[bytes], bool], is_proven: Callable[[Mount, Facts], bool]
    ) -> bool:
        """Find what came, went or was swapped below the root, which is open as `fd`.

        `any_below` says whether documents are known below a folder: where none are, what is there now is
        believed. `is_proven` says whether a mount is the recorded one. Returns whether a scan must follow.
        """
        if self._table is None:
            return False
        current = found_below(fd, self._root, self._table)
        bound = self._bound_onto_themselves()
        changed, closed = False, set()
        for point in current.keys() | self.known.keys():
            known, facts = self.known.get(point), current.get(point)
            if known is not None and facts is not None and is_proven(known, facts):
                self.known[point] = Mount(point, facts.inode, facts.birth_ns)
                continue
            if known is not None and known.inode is None and facts is None and point in bound:
                del self.known[point]  # recorded when such a bind still counted as a mount
                continue
            changed = True
            if any_below(point):
                closed.add(point)
            elif facts is None:
                self.known.pop(point, None)
            else:
                self.known[point] = Mount(point, facts.inode, facts.birth_ns)
        before, self.closed = self.closed, frozenset(closed)
        return changed or before != self.closed

    def _bound_onto_themselves(self) -> set[bytes]:
        prefix = self._root.rstrip(b"/") + b"/"
        return {line.point.removeprefix(prefix) for line in self._table or ()}

    def close(self) -> None:
        """Let the kernel's table go; may be called twice."""
        self._events.close()


def line_of(folder: bytes, mounts: Sequence[Line]) -> Line | None:
    """Return the line of the file system that an absolute folder is on; the latest mount wins."""
    best, found = -1, None
    for line in mounts:
        inside = folder == line.point or folder.startswith(line.point.rstrip(b"/") + b"/")
        if inside and len(line.point) >= best:
            best, found = len(line.point), line
    return found


def kind(folder: bytes, mounts: Sequence[Line]) -> str | None:
    """Return the type of the file system that an absolute folder is on."""
    line = line_of(folder, mounts)
    return None if line is None else line.type


def may_fold_forms(types: Iterable[str | None]) -> bool:
    """Tell whether one of these file systems may take two forms of a name in Unicode for one."""
    return any(type_ not in LOCAL or type_ == _FORMS_FOLDED for type_ in types)


def is_local(folder: bytes) -> bool:
    """Tell whether this machine's clock stamps the files of this folder; false where nobody can tell."""
    mounts = table()
    return mounts is not None and kind(os.path.abspath(folder), mounts) in LOCAL


def remote_type(folder: bytes) -> str | None:
    """Return the type of the file system that an absolute folder is on, if it is a server's or a program's.

    None for one of this machine, and where nobody can tell.
    """
    mounts = table()
    type_ = None if mounts is None else kind(os.path.realpath(folder), mounts)
    return type_ if type_ is not None and (type_ in SERVERS or type_.startswith("fuse.")) else None


def why_polled(folder: bytes, mounts: Sequence[Line] | None) -> str | None:
    """Tell why not every notification comes from an absolute folder; None: it does. The disk is not asked."""
    if mounts is None:
        return "the system does not tell what is mounted"
    type_ = kind(folder, mounts)
    if type_ in LOCAL:
        return None
    return f"{type_ or 'what it is on'} is not known to tell every write"


def types_below(folder: bytes, mounts: Sequence[Line]) -> dict[bytes, str]:
    """Return the type of what is mounted at each point below an absolute folder; the disk is not asked."""
    points = points_below(folder, mounts)
    prefix = folder.rstrip(b"/") + b"/"
    every = {line.point[len(prefix) :]: line.type for line in mounts if line.point.startswith(prefix)}
    return {point: type_ for point, type_ in sorted(every.items()) if point in points}
