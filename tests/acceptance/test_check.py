"""Disk against store: `check` and `scan` say what differs, in lines, counts and exit codes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from tests.acceptance.place import Place, brief
from tests.command import PATIENCE, Word


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


def without_reader(place: Place, *words: Word, lines: int = 0) -> int:
    """The exit code of a call whose reader goes away after some lines."""
    with subprocess.Popen(
        place.command.argv(*words),
        cwd=place.folder,
        env=place.command.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as call:
        assert call.stdout is not None
        for _ in range(lines):
            call.stdout.readline()
        call.stdout.close()
        return call.wait(PATIENCE)


@pytest.mark.parametrize("lines", [0, 1])
def test_the_exit_code_is_the_same_when_nobody_reads_the_output_to_its_end(place: Place, lines: int) -> None:
    """The output of each is longer than what is written at once."""
    for number in range(400):
        place.write(f"a document with a long name, number {number}.txt", f"This is document {number}.\n")
    place.scan()
    place.write("large.txt", "x" * 5000)
    for number in range(400):
        place.write(f"a document with a long name, number {number}.txt", f"Changed, number {number}.\n")

    assert without_reader(place, "check", lines=lines) == 16 + 64
    (place.folder / "c.toml").write_text("max_bytes = 4000\n")
    assert without_reader(place, "scan", place.root, "--config", "c.toml", lines=lines) == 3
    assert place.command.record("status")["seq"] == 801
    assert without_reader(place, "diff", "--from", "seq:400", lines=lines) == 1
    assert without_reader(place, "status", "--exit-code", lines=lines) == 4
    with closing(sqlite3.connect(place.folder / "store" / "ingest.db")) as database, database:
        database.execute("UPDATE version SET size = size + 1")
    assert without_reader(place, "verify", lines=lines) == 5
    assert without_reader(place, "log", lines=lines) == 0
