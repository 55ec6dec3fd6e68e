"""Whether a folder is watched: by the kernel's list, and by the name under which the library tells of it."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.disk.watch import Watches, watched_inodes


def test_a_folder_that_the_library_takes_for_another_is_not_watched(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    here = os.stat(tmp_path)
    top = (here.st_dev, here.st_ino)
    watches = Watches({top: root, (1, 10): root + b"/a", (1, 11): root + b"/b", (1, 12): None}, here, root)

    assert watches.has(b"", *top)
    assert watches.has(b"a", 1, 10)
    assert not watches.has(b"a", 1, 11)  # its events are told of `b`
    assert watches.has(b"c", 1, 12)  # the library does not say
    assert not watches.has(b"d", 1, 13)


def test_a_device_that_stat_calls_otherwise_is_that_of_the_root(tmp_path: Path) -> None:
    """So it is on btrfs."""
    root = os.fsencode(tmp_path)
    here = os.stat(tmp_path)
    watches = Watches({(7, here.st_ino): root, (7, 10): root + b"/a"}, here, root)

    assert watches.has(b"a", here.st_dev, 10)
    assert not watches.has(b"b", here.st_dev, 10)


def test_what_is_no_inotify_descriptor_has_no_watches() -> None:
    with open(os.devnull, "rb") as other:
        assert watched_inodes(other.fileno()) == {}
    assert watched_inodes(2**30) is None
