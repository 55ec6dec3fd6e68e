"""A large root is looked at in two halves by two processes, to the same answer, whatever happens to one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.command import PATIENCE, Record
from tests.faults import mounts
from tests.faults.machine import needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.recording import opened
from tests.site import Site

# The command with forty files taken for many, and the process beside it killed when it is told to.
PROGRAM = """
import os, signal, sys
from ingest import audit, check
from ingest import forked

forked.LARGE = check.LARGE_DEEP = audit.LARGE = 10
begin = forked.ForkedTask.__init__

def begun(self, *arguments):
    begin(self, *arguments)
    print("apart", file=sys.stderr)
    if KILLED:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

forked.ForkedTask.__init__ = begun
from ingest.__main__ import main
main()
"""

# The same, telling each time how far it is.
SHOWING = PROGRAM.replace(
    "forked.ForkedTask.__init__ = begun",
    """
from ingest.cli import progress

def show(_self, done, total=None, things="files"):
    print(done, total, things, file=sys.stderr)

progress.Bar.show = show
forked.ForkedTask.__init__ = begun
""",
)

# Before the command: there is no room for another process.
FULL = """
import errno, os

def full():
    raise OSError(errno.EAGAIN, "no room")

os.fork = full
"""


def filled(site: Site) -> Site:
    """Forty files in eight folders, recorded."""
    for number in range(40):
        site.write(f"{number % 8}/{number:02d}.txt", f"File {number} of forty.\n")
    site.scan()
    return site


def change(site: Site) -> None:
    """One edit, one deletion, one move and one new file in each half."""
    for folder in ("1", "6"):
        at = site.root / folder
        first, second, third, *_ = sorted(at.iterdir())
        first.write_text("Another text.\n")
        second.unlink()
        third.rename(at / "moved.txt")
        (at / "new.txt").write_text(f"New in {folder}.\n")


def in_halves(
    site: Site, *words: str, killed: bool = False, program: str = PROGRAM, said: Sequence[str] = ("apart",)
) -> list[Record]:
    """What the command with these words answers with --json, by two processes; `said`: its standard error."""
    program = program.replace("KILLED", str(killed))
    done = subprocess.run(
        [sys.executable, "-c", program, "--database", str(site.command.database), "--json", *words],
        cwd=site.folder,
        env=site.command.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines() == list(said), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def large(each_site: Site) -> Site:
    return filled(each_site)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_a_scan_in_halves_finds_what_one_finds(large: Site, killed: bool) -> None:
    assert in_halves(large, "scan", str(large.root), killed=killed)[-1]["files"] == 40
    change(large)
    *changes, counts = in_halves(large, "scan", str(large.root), killed=killed)
    told = sorted((change["type"].removeprefix("document."), change["path"]) for change in changes)

    assert told == sorted(
        (kind, path)
        for folder, edited, deleted in (("1", "01", "09"), ("6", "06", "14"))
        for kind, path in (
            ("changed", f"{folder}/{edited}.txt"),
            ("deleted", f"{folder}/{deleted}.txt"),
            ("moved", f"{folder}/moved.txt"),
            ("created", f"{folder}/new.txt"),
        )
    )
    assert counts["files"] == 40
    assert large.command.records("check")[-1]["files"] == 40


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_a_process_lost_in_the_middle_of_its_answers_costs_nothing(site: Site) -> None:
    """What was heard of it stands, and the scan goes on behind it."""
    filled(site)
    for number in range(2500):
        site.write(f"9/{number:04d}.txt", f"Number {number}.\n")
    site.scan()
    for number in range(2500):
        site.write(f"9/{number:04d}.txt", f"Number {number}, changed.\n")
    program = PROGRAM.replace("KILLED", "False").replace(
        "forked.ForkedTask.__init__ = begun",
        """forked.ForkedTask.__init__ = begun
iterate = forked.ForkedTask.__iter__

def halfway(self):
    for number, found in enumerate(iterate(self)):
        if number == 700:
            print("lost", file=sys.stderr)
            self._answers.close()
        yield found

forked.ForkedTask.__iter__ = halfway""",
    )
    found = in_halves(site, "scan", str(site.root), program=program, said=["apart", "lost"])
    assert found[-1]["changed"] == 2500
    assert site.command.records("check")[-1]["changed"] == 0
    site.command.ask("verify")


def shown(site: Site, *words: str, killed: bool) -> list[str]:
    """How far a call by two processes said it was, each time."""
    done = subprocess.run(
        [sys.executable, "-c", SHOWING.replace("KILLED", str(killed)),
         "--database", str(site.command.database), *words],
        cwd=site.folder, env=site.command.environment(), capture_output=True, text=True, check=True,
        timeout=PATIENCE,
    )  # fmt: skip
    apart, *lines = done.stderr.splitlines()
    if apart != "apart":
        lines = [apart, *(line for line in lines if line != "apart")]
    return lines


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_how_far_both_processes_are_is_told_together(site: Site, killed: bool) -> None:
    """What the other one has done counts too, and all of it in the end."""
    filled(site)
    for words in (("check",), ("check", "--deep")):
        files = [int(line.removesuffix(" None files")) for line in shown(site, *words, killed=killed)]
        assert files == sorted(files)
        assert files[-1] == 40
    assert len(files) >= 40, "with --deep, as each is read"
    verified = shown(site, "verify", "--deep", killed=killed)
    assert verified[:40] == [f"{number} 40 changes" for number in range(1, 41)]
    assert verified[40:] == [f"{number} 40 bodies" for number in range(1, 41)]


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("words", [("check",), ("check", "--deep")])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_a_check_in_halves_answers_as_one_does(large: Site, words: tuple[str, ...], killed: bool) -> None:
    change(large)
    whole = large.command.run(*words, json=True)

    assert whole.code == 16 + 32 + 64
    assert in_halves(large, *words, killed=killed) == whole.records
    assert whole.records[-1]["files"] == 40


@pytest.mark.parametrize("words", [("check",), ("check", "--deep")])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
@needs_mounts
@in_own_mounts
def test_a_folder_that_reaches_over_the_middle_is_told_once(large: Site, words: tuple[str, ...]) -> None:
    """Both processes meet it, and neither may look into it."""
    for folder in ("3", "4"):
        mounts.mount_tmpfs(large.root / folder)
    *findings, counts = in_halves(large, *words)

    assert [(finding["path"], finding["state"]) for finding in findings] == [
        ("3", "unknown"),
        ("4", "unknown"),
    ]
    assert counts["files"] == 30
    assert large.command.run(*words, json=True).records == [*findings, counts]


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_a_deep_verify_by_two_processes_answers_as_by_one(large: Site, killed: bool) -> None:
    """The damage is in a body, which the process beside the other one reads."""
    assert in_halves(large, "verify", "--deep", killed=killed)[-1]["ok"]
    with opened(str(large.command.database)) as store, store.write() as connection:
        connection.exec_driver_sql("UPDATE version SET size = size + 1 WHERE document_id = 3")
    whole = large.command.run("verify", "--deep", json=True)

    assert whole.code == 5
    assert "body" in {finding.get("what") for finding in whole.records}
    assert in_halves(large, "verify", "--deep", killed=killed) == whole.records


@pytest.mark.parametrize("words", [("scan",), ("check",), ("verify", "--deep")])
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_where_no_process_can_be_made_one_does_all(large: Site, words: tuple[str, ...]) -> None:
    found = in_halves(large, *words, program=FULL + PROGRAM)

    assert found[-1].get("files", 40) == 40
    assert found[-1].get("ok", True)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does all in one process")
def test_a_first_scan_does_without_processes_where_none_can_be_made(site: Site) -> None:
    for number in range(1540):
        (site.root / f"{number}.txt").write_text(f"File {number} of many.\n")
    done = subprocess.run(
        [sys.executable, "-c", FULL + "from ingest.__main__ import main\nmain()\n",
         "--database", str(site.command.database), "--json", "scan", str(site.root)],
        cwd=site.folder, env=site.command.environment(), capture_output=True, text=True, check=True,
        timeout=PATIENCE,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["created"] == 1540
