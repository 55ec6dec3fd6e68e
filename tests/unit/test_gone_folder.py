"""A call from a folder that somebody removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import cli


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
