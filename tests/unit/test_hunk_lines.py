"""Lines of a hunk for people: the last line of a document has no newline, and is no other line for that."""

from __future__ import annotations

import pytest

from ingest.cli.hunks import with_last_line_kept
from ingest.diff.sequences import hunks


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        ("x\n\nT", "x\n\nT\n\nnew", [" x", " ", " T", "+", "+new"]),
        ("x\n\nT\n\nold", "x\n\nT", [" x", " ", " T", "-", "-old"]),
        ("x\n\nT", "y\n\nT\n\nnew", ["-x", "+y", " ", " T", "+", "+new"]),
        ("x\nT", "y\nT\nnew", ["-x", "+y", " T", "+new"]),
        ("x\nT\nold", "y\nT", ["-x", "+y", " T", "-old"]),
        ("x\nT", "x\nU", [" x", "-T", "+U"]),
        ("T", "T\nnew", [" T", "+new"]),
        ("", "new", ["+new"]),
        ("x\nT", "x\nT\n", [" x", " T"]),
    ],
)
def test_the_last_line_is_kept_where_another_follows_it(a: str, b: str, shown: list[str]) -> None:
    (hunk,) = hunks(a, b)

    lines = list(with_last_line_kept(hunk.lines))

    assert [line.op + line.text.removesuffix("\n") for line in lines] == shown
    assert sum(line.op != "+" for line in lines) == hunk.from_lines
    assert sum(line.op != "-" for line in lines) == hunk.to_lines
