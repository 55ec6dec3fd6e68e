"""Disk against store: `check` and `scan` say what differs, in lines, counts and exit codes."""

from __future__ import annotations

import os

from tests.acceptance.place import Place, brief


def test_check_says_what_differs_and_writes_nothing(place: Place) -> None:
    """16 new, 32 removed, 64 changed, summed."""
    for name in ("a.txt", "b.txt", "c.txt"):
        place.write(name, f"Text of {name}.\n")
    place.scan()
    check = place.command.records
    assert check("check")[-1]["files"] == 3
    place.write("new.txt", "New.\n")
    assert [(one["path"], one["state"]) for one in check("check", code=16)[:-1]] == [("new.txt", "new")]
    (place.root / "new.txt").unlink()
    (place.root / "b.txt").unlink()
    assert [(one["path"], one["state"]) for one in check("check", code=32)[:-1]] == [("b.txt", "removed")]
    place.write("a.txt", "Changed text.\n")
    check("check", code=96)
    place.write("new.txt", "New.\n")
    *found, counts = check("check", "root", code=112)
    assert [(one["path"], one["state"]) for one in found] == [
        ("a.txt", "changed"),
        ("b.txt", "removed"),
        ("new.txt", "new"),
    ]
    assert (counts["new"], counts["removed"], counts["changed"]) == (1, 1, 1)
    assert place.seq == 3
    place.scan()
    place.command.ask("check", code=0)
    (place.root / "a.txt").touch()
    place.command.ask("check", code=0)


def test_check_deep_reads_every_file(place: Place) -> None:
    """A change that left size, times and inode as they were is found by reading alone."""
    path = place.write("a.txt", "one\n")
    place.scan()
    place.command.ask("check", "--deep", code=0)
    path.write_text("two\n")
    place.command.ask("check", "--deep", code=64)


def test_scan_counts_and_ends_with_3_where_a_file_is_rejected(place: Place) -> None:
    place.write("a.txt", "x\n")
    with (place.root / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    *changes, counts = place.command.records("scan", place.root, code=3)

    assert sorted(map(brief, changes)) == ["created a.txt @1", "rejected huge.txt (too_large)"]
    assert (counts["created"], counts["rejected"], counts["seq"]) == (1, 1, 2)
    assert place.scan(code=3)["created"] == 0
    assert "huge.txt" in place.command.ask("ls", "--rejected").text
    os.truncate(place.root / "huge.txt", 3)
    assert place.scan()["rejected"] == 0
