"""Whether a folder is watched: by the kernel's list, and by the name under which the library tells of it."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.disk.watch import ListedFolders, Watches, watched_inodes
from ingest.model import Descriptor
from tests.unit import another_user


def test_a_folder_that_the_library_takes_for_another_is_told_of_there(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    here = os.stat(tmp_path)
    top = (here.st_dev, here.st_ino)
    listed: ListedFolders = {top: {root}, (1, 10): {root + b"/a"}, (1, 11): {root + b"/b"}, (1, 12): {None}}
    watches = Watches(listed, here, root)

    assert watches.path_of(b"", *top) == b""
    assert watches.path_of(b"a", 1, 10) == b"a"
    assert watches.path_of(b"a", 1, 11) == root + b"/b"
    assert watches.path_of(b"c", 1, 12) == b"c"  # the library does not say
    assert watches.path_of(b"d", 1, 13) is None


def test_a_snapshot_has_the_inodes_of_its_original_and_stat_its_own_device(tmp_path: Path) -> None:
    """So it is on btrfs."""
    root = os.fsencode(tmp_path)
    here = os.stat(tmp_path)
    watches = Watches(
        {(7, here.st_ino): {root, root + b"/s"}, (7, 10): {root + b"/a", root + b"/s/a"}}, here, root
    )

    for path in (b"a", b"s/a"):
        assert watches.path_of(path, here.st_dev, 10) == path
    assert watches.path_of(b"b", here.st_dev, 10) == root + b"/a"


def test_what_is_no_inotify_descriptor_has_no_watches() -> None:
    with open(os.devnull, "rb") as other:
        assert watched_inodes(Descriptor(other.fileno())) == {}
    assert watched_inodes(Descriptor(2**30)) is None


def test_a_cookie_needs_the_right_to_write_below_ingest_and_else_to_make_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name, mode, own in (
        ("unit", 0o555, 0o777),
        ("closed", 0o777, 0o555),
        ("new", 0o777, None),
        ("read", 0o555, None),
    ):
        folder = tmp_path / name
        folder.mkdir()
        if own is not None:
            (folder / ".ingest").mkdir()
            (folder / ".ingest").chmod(own)
        folder.chmod(mode)
    program = """
os.fchdir(root)
answer = {name: cookie.may_be_sent(name.encode()) for name in ("unit", "closed", "new", "read")}
"""

    may = another_user.run(tmp_path, program)

    assert may == {"unit": True, "closed": False, "new": True, "read": False}
