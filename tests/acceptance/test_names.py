"""A name is bytes: whatever is in it, the file is a document, and no output is disturbed by it."""

from __future__ import annotations

import base64
import os
import unicodedata
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench
from tests.command import path_of
from tests.site import Site

NAMES = {
    "newline": b"x\n2026-01-01 INFO ok.txt",
    "escape": b"\x1b[31mred\x1b]0;title\x07.txt",
    "bell and backspace": b"\x07\x08\r.txt",
    "delete and C1": "\x7f\x9b31m.txt".encode(),
    "bidi override": "annex\u202etxt.exe".encode(),
    "bidi isolate": "\u2066left\u2069.txt".encode(),
    "line separator": "a\u2028b.txt".encode(),
    "255 bytes": b"n" * 251 + b".txt",
    "255 bytes of two each": ("é" * 125 + "n.txt"[:5]).encode(),
    "invalid UTF-8": b"bad \xff\xfe.txt",
    "cut UTF-8": b"caf\xc3",
    "surrogate": b"\xed\xa0\x80.txt",
    "looks escaped": b"bad \\xff.txt",
    "quotes and wildcards": b'it\'s 100% "a_c" [x] *.txt',
    "SQL": b"'; DROP TABLE change; --.txt",
    "markup": b"<script>alert(1)<|script>.txt",
    "only blanks": b"  ",
    "a dash": b"--raw",
    "an at sign": b"mail@example.txt",
    "like a revision": b"notes@3",
    "homoglyph": "p\u0430ypal.txt".encode(),
    "emoji": "\U0001f5d2\ufe0f.txt".encode(),
}


def test_a_file_of_any_name_is_a_document_and_its_bytes_come_back(watched: Bench) -> None:
    folder = os.fsencode(watched.next())
    bodies = {}
    for what, name in NAMES.items():
        path = os.path.join(os.path.basename(folder), name)
        bodies[path] = f"A file whose name is: {what}\n".encode()
        with open(os.path.join(folder, name), "wb") as file:
            file.write(bodies[path])
    changes = watched.changes()
    command = watched.site.command

    assert {change["type"] for change in changes} == {"document.created"}
    assert sorted(map(path_of, changes)) == sorted(bodies)
    for change in changes:
        assert (
            command.ask("show", "--raw", "--rev", "latest", "--", path_of(change)).out
            == bodies[path_of(change)]
        )
    # people see one line for each, escaped: `Command` refuses control characters in any answer
    assert len(command.ask("ls", f"{watched.case.name}/").text.splitlines()) == len(NAMES) + 2
    assert len(command.ask("log", "-n", str(len(NAMES))).text.splitlines()) == len(NAMES)


@pytest.mark.parametrize("what", ["newline", "invalid UTF-8", "looks escaped", "a dash", "like a revision"])
def test_a_file_of_any_name_is_edited_moved_and_removed_as_any_other(watched: Bench, what: str) -> None:
    folder = os.fsencode(watched.next())
    path = os.path.join(folder, NAMES[what])
    kinds = []
    for act in (
        lambda: Path(os.fsdecode(path)).write_text(f"First, {what}.\n"),
        lambda: Path(os.fsdecode(path)).write_text(f"Second, {what}.\n"),
        lambda: os.rename(path, os.path.join(folder, b"plain.txt")),
        lambda: os.rename(os.path.join(folder, b"plain.txt"), path),
        lambda: os.remove(path),
    ):
        act()
        kinds += [change["type"].removeprefix("document.") for change in watched.changes()]

    assert kinds == ["created", "changed", "moved", "moved", "deleted"]


@pytest.mark.parametrize("what", ["invalid UTF-8", "cut UTF-8", "surrogate"])
def test_a_name_that_is_not_utf_8_is_shown_escaped_and_given_exactly(scanned: Bench, what: str) -> None:
    folder = os.fsencode(scanned.next())
    with open(os.path.join(folder, NAMES[what]), "wb") as file:
        file.write(b"x")
    (created,) = scanned.changes()

    path = os.path.basename(folder) + b"/" + NAMES[what]
    assert created["path"] == path.decode("utf-8", "backslashreplace")
    assert base64.b64decode(created["path_base64"]) == path
    os.rename(os.path.join(folder, NAMES[what]), os.path.join(folder, b"good.txt"))
    (moved,) = scanned.changes()
    assert "path_base64" not in moved
    assert base64.b64decode(moved["from_path_base64"]) == path


def test_a_name_with_a_newline_is_one_line_of_the_log(site: Site) -> None:
    site.write("x\n2026-01-01 INFO ok.txt", "One record, one line.\n")
    with site.watch() as daemon:
        daemon.wait_for("change")

    (change,) = daemon.changes
    assert change["path"] == "x\n2026-01-01 INFO ok.txt"
    assert [line["event"] for line in daemon.lines].count("change") == 1


def test_two_unicode_forms_of_one_name_are_two_documents(watched: Bench) -> None:
    folder = watched.next()
    for form in ("NFC", "NFD"):
        (folder / unicodedata.normalize(form, "café.txt")).write_text(f"{form}\n")
    assert len(watched.news()) == 2
    (folder / unicodedata.normalize("NFC", "café.txt")).write_text("NFC, mended\n")

    assert watched.news() == [f"changed {unicodedata.normalize('NFC', 'café.txt')} @2"]


def test_a_path_longer_than_the_store_takes_is_rejected_and_said(site: Site) -> None:
    """Never silent: `status` lists it, `scan` ends with 3, and all else goes on."""
    site.write("a.txt", "A plain neighbour.\n")
    folder = site.root
    for number in range(10):
        folder = folder / f"{number}{'d' * 219}"
        folder.mkdir()
    (folder / "deep.txt").write_text("Deep down.\n")
    site.scan(code=3)

    (problem,) = site.command.record("status")["problems"]
    assert problem["code"] == "path_too_long"
    assert problem["path"] == str((folder / "deep.txt").relative_to(site.root))
    assert sorted(line.split()[0] for line in site.told()) == ["created", "rejected"]
    site.holds(sample=0)


def test_a_sparse_file_of_a_terabyte_is_rejected_unread(site: Site) -> None:
    """`fstat` is asked before reading: the daemon stays small, and mending the file ends the rejection."""
    site.write("a.txt", "A plain neighbour.\n")
    with site.watch() as daemon:
        with (site.root / "huge.txt").open("wb") as file:
            file.truncate(1 << 40)
        daemon.sync()

        assert site.told(since=1) == ["rejected huge.txt (too_large)"]
        status = site.command.record("status")
        assert [(one["code"], one["path"]) for one in status["problems"]] == [("too_large", "huge.txt")]
        assert (status["health"], status["rejected"]) == ("ok", 1)
        peak = Path(f"/proc/{daemon.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        assert int(peak) < 300_000, f"{peak} kB"
        site.holds(sample=0)
        # told once: another look at it changes nothing
        (site.root / "huge.txt").touch()
        site.scan(code=3)
        assert site.told(since=2) == []
        (site.root / "huge.txt").write_text("Mended.\n")
        daemon.sync()
        assert site.told(since=2) == ["created huge.txt @1"]
        assert site.command.record("status")["rejected"] == 0
        site.holds(sample=0)


def test_a_document_that_becomes_too_large_keeps_its_last_version(site: Site) -> None:
    site.write("a.txt", "Small.\n")
    with site.watch() as daemon:
        with (site.root / "a.txt").open("r+b") as file:
            file.truncate(1 << 40)
        daemon.sync()
        assert site.told(since=1) == ["rejected a.txt (too_large)"]
        assert site.command.ask("show", "--raw", "a.txt").out == b"Small.\n"
        site.holds(sample=0)
        with (site.root / "a.txt").open("r+b") as file:
            file.truncate(5)
        daemon.sync()

        assert site.told(since=2) == ["changed a.txt @2"]
        site.holds(sample=0)
