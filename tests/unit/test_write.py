"""Files that are written: whole, with the rights they end with from the first, and nowhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ingest.disk import read, write
from ingest.model import Descriptor


def _rights(folder: Path) -> dict[str, int]:
    return {entry.name: stat.S_IMODE(entry.lstat().st_mode) for entry in folder.iterdir()}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400, 0o755])
def test_a_file_is_at_no_time_open_to_more_than_it_ends_with(
    tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    seen: list[int] = []
    sync = os.fsync

    def look(fd: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(fd).st_mode))
        sync(fd)

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(0)
    try:
        write.write_file(os.fsencode(tmp_path / "a"), b"new")
    finally:
        os.umask(before)
    assert [found & ~mode for found in seen] == [0]
    assert _rights(tmp_path) == {"a": mode}
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("path", [b"", b"..", b"a/../b", b"a//b", b"a/", b"/a", b"a\0b", b"./a"])
def test_a_path_that_is_none_below_a_folder_is_written_to_nowhere(tmp_path: Path, path: bytes) -> None:
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    try:
        assert not write.is_beneath(path)
        with pytest.raises(OSError, match="Invalid cross-device link"):
            write.write_beneath(root, path, b"body")
    finally:
        os.close(root)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_gives_way_to_no_file(tmp_path: Path, replace: bool) -> None:
    (tmp_path / "a").mkdir()
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    try:
        with pytest.raises(IsADirectoryError):
            write.write_beneath(root, b"a", b"body", replace=replace)
    finally:
        os.close(root)
    assert [entry.name for entry in tmp_path.rglob("*")] == ["a"]


def test_a_path_with_a_nul_is_no_other_path(tmp_path: Path) -> None:
    """The system would cut it there, and answer for the file of that name."""
    (tmp_path / "a").write_bytes(b"another file")
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    try:
        assert read.look(root, b"a\0b") == read.Unknown("Invalid argument")
        assert read.read_stable(root, b"a\0b", max_bytes=99) == read.Unknown("Invalid argument")
    finally:
        os.close(root)
