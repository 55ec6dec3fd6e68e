"""What people see: names of columns and colour on a terminal, times in one form, numbers that agree."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.acceptance.past import Past
from tests.command import PATIENCE, Command, Word
from tests.site import Site

_STYLE = re.compile("\x1b\\[[0-9;]*m")


# The program, waiting for nothing before it says how far it is.
EAGER = """
import sys
from ingest import cli
from ingest.cli import progress

progress.PATIENCE = progress.OFTEN = 0.0
sys.exit(cli.run(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Eager(Command):
    """The command of that program."""

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The command line, through another beginning."""
        usual = super().argv(*words, json=json)
        return [usual[0], b"-c", EAGER.encode(), *usual[3:]]


def styled(command: Command, *words: Word) -> list[str]:
    """The lines of a call on a terminal."""
    return _on_terminal(command, *words).splitlines()


def _on_terminal(command: Command, *words: Word, progress: bool = False, both: bool = False) -> str:
    """What a call writes to a terminal as its results, or as everything else; or both."""
    master, slave = os.openpty()
    call = subprocess.Popen(
        command.argv(*words),
        cwd=command.cwd,
        env=command.environment() | {"TERM": "xterm", "PAGER": "cat"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if progress else slave,
        stderr=slave if progress or both else None,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
    call.wait(PATIENCE)
    os.close(master)
    return shown.decode()


def plain(lines: list[str]) -> list[list[str]]:
    return [_STYLE.sub("", line).split() for line in lines]


def test_a_terminal_sees_the_names_of_the_columns_and_a_pipe_does_not(past: Past) -> None:
    headers = {
        ("changes",): ["seq", "change", "path"],
        ("coverage",): ["state", "from", "(UTC)", "to", "why"],
        ("roots",): ["name", "path"],
        ("ls",): ["ver", "bytes", "date", "lang", "path", "title"],
        ("ls", "--rejected"): ["reason", "path", "detail"],
    }
    for words, header in headers.items():
        first, *rest = plain(styled(past.command, *words))
        assert first == header, words
        # in a pipe the first time names its offset, which is in the header here
        piped = re.sub(r"(:\d\d)Z", r"\1", past.command.ask(*words).text, count=1)
        assert [" ".join(line) for line in rest] == [" ".join(line.split()) for line in piped.splitlines()]


def test_columns_stand_below_their_names(past: Past) -> None:
    header, row, *_ = (_STYLE.sub("", line) for line in styled(past.command, "coverage"))
    assert re.match(r"\d{4}-", row[header.index("from") :])
    header, row, *_ = (_STYLE.sub("", line) for line in styled(past.command, "ls"))
    assert row[header.index("path") :].startswith("a.txt")


def test_times_for_people_have_one_form(past: Past) -> None:
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    zone = "Z"
    for line in past.command.ask("coverage", "--utc").text.splitlines():
        form = rf"(watched|scanned|blind)\s+{time}{zone}  to  ({time}|now)\s*(  \(.*\))?"
        assert re.fullmatch(form, line), line
        zone = ""
    assert re.search(rf"^last scan  {time}Z$", past.command.ask("status", "--utc").text, re.MULTILINE)
    assert re.search(rf"^ +on record since {time}$", past.command.ask("status", "--utc").text, re.MULTILINE)
    assert re.search(rf"  deleted {time}Z$", past.command.ask("--utc", "ls", "--deleted").text, re.MULTILINE)


def test_a_diff_of_the_corpus_is_coloured_and_names_the_versions_there_are(past: Past) -> None:
    words = ("diff", "--from", "seq:2", "--to", "seq:8")
    assert past.command.ask(*words, code=1).text.splitlines() == [
        "changed  a.txt @1 -> @3  substantive: factual",
        "moved    d/b.txt -> d/c.txt @1",
        "created  logo.png @1",
    ]
    assert past.command.ask("diff", "--from", "seq:3", "--to", "seq:6", code=1).text.splitlines()[-1] == (
        "deleted  gone.txt @1"
    )
    starts = [line.partition("m")[0] for line in styled(past.command, *words)]
    assert len(set(starts)) == 3
    assert all(start.startswith("\x1b[") for start in starts)


def test_one_is_not_several(site: Site) -> None:
    site.write("a.txt", "x")
    assert site.command.ask("scan", site.root).text.splitlines()[-1].startswith("1 file, 1 created")
    assert site.command.ask("check").text == "1 file, no difference\n"
    assert "1 change, 1 version, 1 blob\n" in site.command.ask("verify").text
    said = site.command.ask("export", site.folder / "out").text
    assert said.startswith("wrote 1 file, 1 byte, to ")
    assert site.command.ask("coverage", "--document", "a.txt").text.endswith(": 1 stretch\n")
    with closing(sqlite3.connect(site.folder / "store" / "ingest.db")) as database, database:
        database.execute("UPDATE root SET name = 'other'")
    assert site.command.ask("verify", code=5).text.endswith("\n1 finding\n")


def test_what_takes_long_says_how_far_it_is(past: Past) -> None:
    """On a terminal alone, and the line is gone in the end."""
    eager = Eager(past.command.database, past.command.cwd, past.command.variables)
    report = _on_terminal(eager, "report", progress=True)
    renormalised = _on_terminal(eager, "renormalise", "--dry-run", progress=True)

    assert f"\rreport [{'#' * 30}] 9 of 9 changes" in report
    assert "\rrenormalise root 4 documents" in renormalised
    assert report.endswith("\r\033[K")
    assert renormalised.endswith("\r\033[K")
    assert eager.ask("report").notes == eager.ask("renormalise", "--dry-run").notes == []


def test_check_and_verify_say_how_far_they_are(past: Past) -> None:
    eager = Eager(past.command.database, past.command.cwd, past.command.variables)
    told = {
        ("check",): ["\rcheck 4 files"],
        ("check", "--deep"): ["\rcheck 1 files", "\rcheck 4 files"],
        ("verify",): [f"\rverify [{'#' * 30}] 9 of 9 changes"],
        ("verify", "--deep"): [" 9 of 9 changes", " 1 of 7 bodies", f"\rverify [{'#' * 30}] 7 of 7 bodies"],
    }
    for words, parts in told.items():
        shown = _on_terminal(eager, *words, progress=True)
        places = [shown.find(part) for part in parts]
        assert places == sorted(places), (words, shown)
        assert places[0] >= 0, (words, shown)
        assert shown.endswith("\r\033[K")
        assert eager.ask(*words).notes == []


def screen(written: str) -> list[str]:
    """What stands on a terminal after this was written, line by line."""
    rows, at = [""], 0
    for part in re.findall(r"\r|\n|\033\[K|\033\[[0-9;]*m|[^\r\n\033]+", written):
        if part == "\n":
            rows.append("")
        elif part == "\r":
            at = 0
        elif part == "\033[K":
            rows[-1] = rows[-1][:at]
        elif not part.startswith("\033"):
            rows[-1] = rows[-1][:at].ljust(at) + part + rows[-1][at + len(part) :]
            at += len(part)
    return rows


def test_a_bar_gives_way_to_each_line_that_is_told_meanwhile(site: Site) -> None:
    for number in range(30):
        site.write(f"{number:02d}.txt", f"File {number}.\n")
    site.scan()
    for number in range(0, 30, 2):
        site.write(f"{number:02d}.txt", f"File {number}, changed.\n")
    eager = Eager(site.command.database, site.command.cwd, site.command.variables)
    shown = _on_terminal(eager, "check", "--deep", both=True)

    assert shown.count("\rcheck ") == 30
    assert screen(shown) == [*site.command.ask("check", "--deep", code=64).text.splitlines(), ""]
    assert [line.split() for line in screen(shown)[:2]] == [["changed", "00.txt"], ["changed", "02.txt"]]
    # at once: the first is there before the last file is read
    assert shown.index("00.txt") < shown.index("\rcheck 29 files")


def test_a_relocation_to_another_folder_says_what_to_do(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    moved = site.folder / "moved"
    shutil.copytree(site.root, moved, ignore=shutil.ignore_patterns(".ingest"))
    hint = site.command.refused("roots", "relocate", "root", moved, code=2).hint

    assert f"move it to {site.root} and run: ingest scan --adopt root" in hint
    shutil.rmtree(site.root)
    moved.rename(site.root)
    site.command.ask("scan", "--adopt", "root")


def test_a_first_scan_of_many_files_tells_them_by_folder(site: Site) -> None:
    for number in range(30):
        site.write(f"many/{number}.txt", f"{number}\n")
        site.write(f"folder-{number:02}/sub/a.txt", f"{number}\n")
    site.write("top.txt", "x\n")
    lines = site.command.ask("scan", site.root).text.splitlines()
    assert len(lines) == 21
    assert lines[:3] == [
        "created   30 files in many/",
        "created   1 file in .",
        "created   1 file in folder-00/",
    ]
    assert lines[-2] == "          13 files in 13 more folders"
    assert lines[-1].startswith("61 files, 61 created (")

    for number in range(30):
        site.write(f"many/{number}.txt", f"{number} again\n")
    assert len(site.command.ask("scan").text.splitlines()) == 31, "a later scan tells each file"
    site.write("top.txt", "y\n")
    for words in (("scan", "--quiet"), ("-q", "scan"), ("-q", "check"), ("check", "--quiet")):
        (only,) = site.command.run(*words).text.splitlines()
        assert "file" in only
        assert len(site.command.run(*words, json=True).records) == 1


def test_a_first_scan_tells_each_file_where_they_are_few_or_asked_for(site: Site) -> None:
    for number in range(20):
        site.write(f"all/in/one/{number}.txt", f"{number}\n")
    assert len(site.command.ask("scan", site.root).text.splitlines()) == 21
    other = site.outside
    for number in range(25):
        (other / f"{number % 2}").mkdir(exist_ok=True)
        (other / f"{number % 2}" / f"{number}.txt").write_text(f"{number}\n")
    asked = site.command.ask("scan", "-v", other).text.splitlines()
    assert len(asked) == 26
    third = site.folder / "third"
    (third / "deep/down/a").mkdir(parents=True)
    (third / "deep/down/b").mkdir(parents=True)
    for number in range(22):
        (third / "deep/down" / "ab"[number % 2] / f"{number}.txt").write_text(f"{number}\n")
    told = site.command.ask("scan", third, "root").text.splitlines()
    assert told[:2] == [
        "created   11 files in third/deep/down/a/",
        "created   11 files in third/deep/down/b/",
    ]
    assert len(site.command.records("changes", "--prefix", str(third))) == 22


def _watched(site: Site, *words: Word, until: str) -> list[str]:
    """What `watch` shows on a terminal, without the times; it is stopped once a line has these words."""
    master, slave = os.openpty()
    daemon = subprocess.Popen(
        site.command.argv(*words),
        cwd=site.command.cwd,
        env=site.command.environment() | {"TERM": "xterm", "INGEST_LOG_FORMAT": "auto"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    shown, stopped = b"", False
    while True:
        if until.encode() in shown and not stopped:
            daemon.terminate()
            stopped = True
        try:
            shown += os.read(master, 65536)
        except OSError:  # the other end is closed
            break
    assert daemon.wait(PATIENCE) == 0
    os.close(master)
    return [line[9:] for line in shown.decode().splitlines()]


def _told(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(("started", "scan_finished", "stopped"))]


def test_watch_tells_a_first_scan_by_folder_on_a_terminal_and_what_comes_after_by_file(site: Site) -> None:
    for number in range(30):
        site.write(f"many/{number}.txt", f"{number}\n")
        site.write(f"folder-{number:02}/sub/a.txt", f"{number}\n")
    first = _told(_watched(site, "watch", site.root, until="more folders"))
    assert len(first) == 20
    assert first[:2] == ["created   root: 30 files in many/", "created   root: 1 file in folder-00/"]
    assert first[-1] == "          root: 12 files in 12 more folders"

    for number in range(30):
        site.write(f"many/{number}.txt", f"{number} again\n")
    second = _told(_watched(site, "watch", until="#90 "))
    assert [line.split()[1] for line in second] == ["changed"] * 30, "no second first scan; none of it again"
    site.write("many/1.txt", "quiet\n")
    time.sleep(0.5)  # it has rested before the scan, which then records it
    assert _told(_watched(site, "-q", "watch", until="scan_finished")) == []
    site.write("many/1.txt", "loud\n")
    (last,) = _told(_watched(site, "watch", until="#92 "))
    assert last.startswith("#92 changed   root: many/1.txt @4"), "what was not told is not told later"


def test_watch_tells_by_folder_what_scan_recorded_before_it_and_each_file_where_asked(site: Site) -> None:
    for number in range(25):
        site.write(f"a/{number}.txt", f"{number}\n")
    site.command.ask("scan", site.root)
    assert _told(_watched(site, "watch", until=" in a/")) == ["created   root: 25 files in a/"]
    other = site.outside
    for number in range(25):
        (other / f"{number}.txt").write_text(f"{number}\n")
    each = _told(_watched(site, "watch", "-v", other, until="#50 "))
    assert [line.split()[0] for line in each] == [f"#{seq}" for seq in range(26, 51)]


LOADING = """
import sys

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "ingest.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stop())
from ingest.__main__ import main
main()
"""
RUNNING = """
import sys
from ingest.store import engine

def stop(*_, **__):
    raise KeyboardInterrupt

engine.open_store = stop
from ingest.__main__ import main
sys.argv = ["ingest", "log"]
main()
"""


@pytest.mark.parametrize("program", [LOADING, RUNNING], ids=["loading", "running"])
def test_a_call_that_is_stopped_says_so_on_a_line_of_its_own(site: Site, program: str) -> None:
    argv = [sys.executable, "-c", program]
    master, slave = os.openpty()
    call = subprocess.Popen(argv, cwd=site.folder, stdin=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    assert call.wait(PATIENCE) == 130
    assert os.read(master, 4096).decode() == "\r\033[Knote: stopped\r\n"
    os.close(master)
    piped = subprocess.run(argv, cwd=site.folder, capture_output=True, check=False, timeout=PATIENCE)
    assert (piped.returncode, piped.stdout, piped.stderr) == (130, b"", b"")
