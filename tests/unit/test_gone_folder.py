"""A call from a folder that somebody removed, and other errors that name no file."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Never

import pytest

from ingest import cli
from ingest.cli.verbs import check
from ingest.errors import RootUnavailable


@pytest.mark.parametrize("words", [("log",), ("check", "a"), ("restore", "a@1", "--to", "b")])
def test_a_call_from_a_folder_that_is_gone_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    assert cli.run(words) == 4
    assert capsys.readouterr().err == (
        "error: the current folder is gone\nhint: change to one that is there\n"
    )


def test_what_a_file_system_no_longer_has_is_not_taken_for_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a file system of a program an open file can be missing, and the system names none."""

    def fail(*_: object) -> Never:
        raise FileNotFoundError(errno.ENOENT, "")

    monkeypatch.setattr(check, "chosen_roots", fail)
    assert _checked(tmp_path, capsys) == 4
    assert "current folder" not in capsys.readouterr().err


def test_where_nothing_could_be_looked_at_nothing_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def of_this_host(_store: object, _every: object, lost: list[RootUnavailable]) -> list[Never]:
        lost.append(RootUnavailable("that cannot be told", code="unreachable"))
        return []

    monkeypatch.setattr(check, "of_this_host", of_this_host)
    assert _checked(tmp_path, capsys) == 4
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "error: that cannot be told\n")


def _checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    (folder / "root").mkdir()
    (folder / "root" / "a.txt").write_text("One.\n")
    store = ("--database", f"sqlite:///{folder}/ingest.db")
    assert cli.run((*store, "scan", str(folder / "root"))) == 0
    capsys.readouterr()
    return cli.run((*store, "check"))
