"""Which file systems are believed, by a table of mounts that is handed in, and how `status` shows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.daemon import mounts_below
from ingest.disk import mounts
from ingest.disk.mounts import Line, Mount, Mounts
from ingest.model import Descriptor

BELIEVED = (
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs", "tmpfs", "ramfs", "overlay",
    "vfat", "exfat", "ntfs3", "fuseblk",
)  # fmt: skip
OTHERS = (
    "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse", "fuse.sshfs", "fuse.bindfs", "ceph", "autofs",
    "squashfs", "erofs", "proc", "udf", "hfsplus", "ntfs", "unheard-of",
)  # fmt: skip


def table(*mounted: tuple[str, str]) -> list[Line]:
    """Lines of the kernel's table: point and type, in the order of mounting."""
    return [
        Line(number, 0, b"0:%d" % number, b"/", point.encode(), type_)
        for number, (point, type_) in enumerate(mounted, 1)
    ]


@pytest.mark.parametrize("type_", BELIEVED)
def test_a_file_system_of_this_machine_is_believed(type_: str) -> None:
    found = table(("/", "unheard-of"), ("/srv", type_), ("/srv/news/sub", type_))
    assert mounts.why_polled(b"/srv/news", found) is None
    assert mounts_below.polled_points(mounts.types_below(b"/srv/news", found)) == frozenset()


@pytest.mark.parametrize("type_", OTHERS)
def test_any_other_is_polled_and_why_is_said(type_: str) -> None:
    found = table(("/", "ext4"), ("/srv", type_), ("/mnt/news/sub", type_))
    assert mounts.why_polled(b"/srv/news", found) == f"{type_} is not known to tell every write"
    assert mounts.why_polled(b"/srv", found) is not None
    assert mounts.why_polled(b"/mnt/news", found) is None
    assert mounts_below.polled_points(mounts.types_below(b"/mnt/news", found)) == {b"sub"}


def test_the_latest_mount_on_a_folder_counts_and_a_name_alike_does_not() -> None:
    found = table(("/", "ext4"), ("/srv", "nfs"), ("/srv", "xfs"), ("/srvs", "nfs"))
    assert mounts.why_polled(b"/srv/news", found) is None
    assert mounts.types_below(b"/", found) == {b"srv": "xfs", b"srvs": "nfs"}


MOUNTINFO = b"""\
20 1 8:1 / / rw - ext4 /dev/a rw
21 20 8:2 / /srv/news rw - ext4 /dev/b rw
22 21 0:9 / /srv/news/old rw - nfs far:/old rw
23 20 0:7 / /srv rw - nfs far:/srv rw
24 23 8:3 / /srv/disk rw - xfs /dev/c rw
25 20 8:4 / /srvs/x rw - ext4 /dev/d rw
26 24 8:5 / /srv/disk rw - xfs /dev/e rw
27 26 8:6 / /srv/disk/x/y rw - xfs /dev/f rw
28 26 0:8 / /srv/disk/x rw - tmpfs none rw
"""


def test_what_lies_behind_another_mount_says_nothing_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk on /srv/news is out of reach since a server was mounted on /srv: the folder is on the server."""
    monkeypatch.setattr(mounts, "_TABLE", os.fspath(tmp_path / "mountinfo"))
    (tmp_path / "mountinfo").write_bytes(MOUNTINFO)
    found = mounts.table()
    assert found is not None
    assert [line.id for line in found] == [20, 23, 24, 25, 26, 28]
    assert mounts.kind(b"/srv/news", found) == "nfs"
    assert mounts.is_mount_point(b"/srv/news", found) is False
    assert mounts.types_below(b"/srv", found) == {b"disk": "xfs", b"disk/x": "tmpfs"}


def test_where_nobody_tells_what_is_mounted_a_root_is_polled() -> None:
    assert mounts.why_polled(b"/srv", None) == "the system does not tell what is mounted"


def test_each_mount_is_shown_with_what_the_ledger_would_say_of_it() -> None:
    types = {b"disk": "ext4", b"server": "nfs4", b"gone": "ext4"}

    def shown(**facts: object) -> list[tuple[object, object, object]]:
        facts = {"polled": {b"server"}, "blind": {b"gone"}, "watched": True, **facts}
        found = mounts_below.records(types, **facts)  # type: ignore[arg-type]
        return [(each.type, each.backend, each.state) for each in found]

    assert shown() == [
        ("ext4", "native", "watched"),
        ("nfs4", "poll", "scanned"),
        ("ext4", "native", "blind"),
    ]
    assert [state for _, _, state in shown(watched=False)] == ["scanned", "scanned", "blind"]
    assert shown(polled=types, blind=types)[0] == ("ext4", "poll", "blind")


@pytest.mark.parametrize(
    ("documents", "closed", "known"), [(True, {b"gone"}, {b"gone"}), (False, set(), set())]
)
def test_a_mount_that_went_closes_its_point_while_documents_are_known_below(
    tmp_path: Path, documents: bool, closed: set[bytes], known: set[bytes]
) -> None:
    below = Mounts(os.fsencode(tmp_path), [Mount(b"gone", 12, 1)])
    fd = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    below.look()

    assert below.compare(fd, any_below=lambda _: documents, is_proven=lambda *_: False)
    assert (set(below.closed), set(below.known)) == (closed, known)
    assert below.compare(fd, any_below=lambda _: documents, is_proven=lambda *_: False) is documents
    below.close()
    os.close(fd)
