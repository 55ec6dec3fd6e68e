"""Disk against store: `check` and `scan` say what differs, in lines, counts and exit codes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from tests.command import PATIENCE, Word
from tests.site import Site, brief


def test_check_says_what_differs_and_writes_nothing(site: Site) -> None:
    """16 new, 32 removed, 64 changed, summed."""
    for name in ("a.txt", "b.txt", "c.txt"):
        site.write(name, f"Text of {name}.\n")
    site.scan()
    check = site.command.records
    assert check("check")[-1]["files"] == 3
    site.write("new.txt", "New.\n")
    assert [(one["path"], one["state"]) for one in check("check", code=16)[:-1]] == [("new.txt", "new")]
    (site.root / "new.txt").unlink()
    (site.root / "b.txt").unlink()
    assert [(one["path"], one["state"]) for one in check("check", code=32)[:-1]] == [("b.txt", "removed")]
    site.write("a.txt", "Changed text.\n")
    check("check", code=96)
    site.write("new.txt", "New.\n")
    *found, counts = check("check", "root", code=112)
    assert [(one["path"], one["state"]) for one in found] == [
        ("a.txt", "changed"),
        ("b.txt", "removed"),
        ("new.txt", "new"),
    ]
    assert (counts["new"], counts["removed"], counts["changed"]) == (1, 1, 1)
    assert site.seq == 3
    site.scan()
    site.command.ask("check", code=0)
    (site.root / "a.txt").touch()
    site.command.ask("check", code=0)


def test_check_deep_reads_every_file(site: Site) -> None:
    """A change that left size, times and inode as they were is found by reading alone."""
    path = site.write("a.txt", "one\n")
    site.scan()
    site.command.ask("check", "--deep", code=0)
    path.write_text("two\n")
    site.command.ask("check", "--deep", code=64)


def test_scan_counts_and_ends_with_3_where_a_file_is_rejected(site: Site) -> None:
    site.write("a.txt", "x\n")
    with (site.root / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    *changes, counts = site.command.records("scan", site.root, code=3)

    assert sorted(map(brief, changes)) == ["created a.txt @1", "rejected huge.txt (too_large)"]
    assert (counts["created"], counts["rejected"], counts["seq"]) == (1, 1, 2)
    assert site.scan(code=3)["created"] == 0
    assert "huge.txt" in site.command.ask("ls", "--rejected").text
    os.truncate(site.root / "huge.txt", 3)
    assert site.scan()["rejected"] == 0


def without_reader(site: Site, *words: Word, lines: int = 0) -> int:
    """The exit code of a call whose reader goes away after some lines."""
    with subprocess.Popen(
        site.command.argv(*words),
        cwd=site.folder,
        env=site.command.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as call:
        assert call.stdout is not None
        for _ in range(lines):
            call.stdout.readline()
        call.stdout.close()
        return call.wait(PATIENCE)


@pytest.mark.parametrize("lines", [0, 1])
def test_the_exit_code_is_the_same_when_nobody_reads_the_output_to_its_end(site: Site, lines: int) -> None:
    """The output of each is longer than what is written at once."""
    for number in range(400):
        site.write(f"a document with a long name, number {number}.txt", f"This is document {number}.\n")
    site.scan()
    site.write("large.txt", "x" * 5000)
    for number in range(400):
        site.write(f"a document with a long name, number {number}.txt", f"Changed, number {number}.\n")

    assert without_reader(site, "check", lines=lines) == 16 + 64
    (site.folder / "c.toml").write_text("max_bytes = 4000\n")
    assert without_reader(site, "scan", site.root, "--config", "c.toml", lines=lines) == 3
    assert site.command.record("status")["seq"] == 801
    assert without_reader(site, "diff", "--from", "seq:400", lines=lines) == 1
    assert without_reader(site, "status", "--exit-code", lines=lines) == 4
    with closing(sqlite3.connect(site.folder / "store" / "ingest.db")) as database, database:
        database.execute("UPDATE version SET size = size + 1")
    assert without_reader(site, "verify", lines=lines) == 5
    assert without_reader(site, "log", lines=lines) == 0
