"""Where the files that stood at a path went, by the renames that were reported."""

from __future__ import annotations

import pytest

from ingest.capture.renames import Renames


def told(*renames: tuple[bytes | None, bytes]) -> Renames:
    found = Renames()
    for old, new in renames:
        found.note(old, new, 0.0)
    return found


@pytest.mark.parametrize(
    ("path", "renames", "targets"),
    [
        (b"a", [(b"a", b"b")], [b"b"]),
        (b"a", [(b"a", b"b"), (b"b", b"c")], [b"b", b"c"]),
        (b"a", [(b"a", b"b"), (None, b"a"), (b"a", b"c")], [b"b", b"c"]),
        (b"a", [(b"a", b"b"), (b"x", b"b"), (b"b", b"c")], [b"b"]),  # what left there was another
        (b"d/a", [(b"d/a", b"d/b"), (b"d", b"e"), (b"e/b", b"e/c")], [b"d/b", b"e/b", b"e/c", b"e/a"]),
        (b"a", [(b"a", b"b"), (b"b", b"a"), (b"a", b"c")], [b"b", b"a", b"c"]),
        (b"a", [(b"b", b"a")], []),
    ],
)
def test_a_file_is_followed_from_path_to_path(
    path: bytes, renames: list[tuple[bytes | None, bytes]], targets: list[bytes]
) -> None:
    assert list(told(*renames).targets(path)) == targets


def test_what_is_told_follows_what_is_noted() -> None:
    renames = told((b"a", b"b"))
    assert list(renames.targets(b"a")) == [b"b"]
    renames.note(b"b", b"c", 1.0)
    assert list(renames.targets(b"a")) == [b"b", b"c"]
    renames.recorded(b"a")
    assert list(renames.targets(b"a")) == []
    renames.note(b"a", b"d", 2.0)
    assert list(renames.targets(b"a")) == [b"d"]
    renames.forget(3.0)
    assert list(renames.targets(b"a")) == []


def test_a_file_that_goes_back_and_forth_is_followed_once_along_each_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever may write into a root could else keep the capture busy for hours."""
    number, asked = 300, 0
    renames = told(*[(b"a", b"b"), (b"b", b"a")] * number)
    follow = Renames._next

    def counted(self: Renames, path: bytes, since: int) -> object:
        nonlocal asked
        asked += 1
        return follow(self, path, since)

    monkeypatch.setattr(Renames, "_next", counted)
    assert list(renames.targets(b"a")) == [b"b", b"a"]
    assert list(renames.targets(b"a")) == [b"b", b"a"]
    assert asked <= 3 * number + 1
