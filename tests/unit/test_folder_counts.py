"""Many changes told by folder: which folders are named, and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ingest.followers.folder_counts import FEW, FolderCount, FolderCounts


def lines(*paths: bytes, types: tuple[str, ...] = ("created",)) -> list[FolderCount]:
    counts = FolderCounts()
    rows: list[Any] = [SimpleNamespace(type=type_, root="r", path=path) for type_ in types for path in paths]
    counts.take(rows)
    return list(counts.lines())


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        ([b"a", b"b"], [("", 2)]),
        ([b"a", b"d/b"], [("", 1), ("d/", 1)]),
        ([b"d/a", b"d/b", b"e/c"], [("d/", 2), ("e/", 1)]),
        ([b"d/x/a", b"d/y/b", b"d/y/c"], [("d/y/", 2), ("d/x/", 1)]),
        ([b"d/a", b"d/x/b"], [("d/", 1), ("d/x/", 1)]),
        ([b"d/x/y/a", b"d/x/y/b"], [("d/x/y/", 2)]),
        ([b"d/x/y/a", b"d/x/z/u/b", b"d/x/z/v/c"], [("d/x/z/", 2), ("d/x/y/", 1)]),
        ([], []),
    ],
)
def test_the_folders_are_those_in_the_one_that_holds_all(
    paths: list[bytes], folders: list[tuple[str, int]]
) -> None:
    assert lines(*paths) == [FolderCount("created", "r", files, folder) for folder, files in folders]


def test_of_several_types_the_folders_at_the_top_are_told() -> None:
    assert lines(b"d/x/a", types=("created", "rejected")) == [
        FolderCount("created", "r", 1, "d/"),
        FolderCount("rejected", "r", 1, "d/"),
    ]


def test_the_rest_of_many_folders_is_one_line() -> None:
    found = lines(*(b"%02d/a" % number for number in range(FEW + 5)))
    assert len(found) == FEW
    assert found[-1] == FolderCount(None, None, 6, "", 6)


def test_folders_are_counted_once_however_deep_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each name that they share."""
    cuts: list[int] = []
    cut = FolderCounts._cut

    def counted(self: FolderCounts, depth: int) -> Any:
        cuts.append(depth)
        return cut(self, depth)

    monkeypatch.setattr(FolderCounts, "_cut", counted)
    assert [each.folder for each in lines(b"d/" * 900 + b"x/a", b"d/" * 900 + b"y/a")] == [
        "d/" * 900 + "x/",
        "d/" * 900 + "y/",
    ]
    assert cuts == [900]
