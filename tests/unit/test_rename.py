"""A file gets a name that nothing has, whatever the file system can do; what stands there stays."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.disk import rename
from ingest.model import Descriptor


def _without_links(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, "as rclone answers")


@pytest.fixture(params=["renameat2", "link", "neither"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Descriptor]:
    """An open folder, with less and less of what a rename can be made of."""
    if request.param != "renameat2":
        monkeypatch.setattr(rename, "_renameat2", None)
    if request.param == "neither":
        monkeypatch.setattr(os, "link", _without_links)
    fd = Descriptor(os.open(tmp_path, os.O_RDONLY))
    yield fd
    os.close(fd)


def test_a_file_is_renamed_where_nothing_stands(folder: Descriptor, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("whole")
    rename.rename_new(folder, b"a", b"b")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"b": "whole"}


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_what_stands_there_stays(folder: Descriptor, tmp_path: Path, make: Callable[[Path], Any]) -> None:
    (tmp_path / "a").write_text("whole")
    make(tmp_path / "b")
    before = os.lstat(tmp_path / "b")
    with pytest.raises(FileExistsError):
        rename.rename_new(folder, b"a", b"b")

    assert os.path.samestat(os.lstat(tmp_path / "b"), before)
    assert (tmp_path / "a").read_text() == "whole"


def test_a_rename_that_fails_leaves_nothing_at_the_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rename, "_renameat2", None)
    monkeypatch.setattr(os, "link", _without_links)
    folder = Descriptor(os.open(tmp_path, os.O_RDONLY))
    with pytest.raises(FileNotFoundError):
        rename.rename_new(folder, b"a", b"b")
    os.close(folder)

    assert list(tmp_path.iterdir()) == []
