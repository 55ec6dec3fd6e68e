"""The unit for systemd: valid, confined, and with all that the daemon needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import PATIENCE, Command
from tests.daemon import Daemon
from tests.site import Site

UNIT = Path(__file__).parents[2] / "config" / "ingest.service"
EXPOSURE = 2.5

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def analyze(*words: str | Path) -> str:
    done = subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def settings(name: str) -> list[str]:
    """The values of a setting of the unit, in order."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def calls_of(group: str) -> set[str]:
    """The system calls of a group, those of the groups within it too."""
    found: set[str] = set()
    for line in analyze("syscall-filter", group).splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            found |= calls_of(name)
        elif name and not name.startswith("#"):
            found.add(name)
    return found


@needs_systemd
def test_the_unit_is_valid(tmp_path: Path) -> None:
    """With a program at its place, which is another one here."""
    unit = tmp_path / "ingest.service"
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/ingest", sys.executable))

    analyze("verify", unit)


@needs_systemd
def test_the_unit_is_confined() -> None:
    shown = analyze("security", "--offline=true", f"--threshold={round(EXPOSURE * 10)}", UNIT)
    found = re.search(r"Overall exposure level for ingest\.service: ([0-9.]+)", shown)
    assert found is not None, shown
    assert float(found[1]) <= EXPOSURE


@needs_systemd
@needs_strace
def test_the_unit_allows_each_system_call_that_the_daemon_makes(tmp_path: Path) -> None:
    """A life of a daemon: a first scan with processes of its own, edits, a scan, a stop."""
    allowed: set[str] = set()
    for words in settings("SystemCallFilter"):
        groups = words.removeprefix("~").split()
        calls = set[str]().union(*map(calls_of, groups))
        allowed = allowed - calls if words.startswith("~") else allowed | calls
    (tmp_path / "root").mkdir()
    site = Site(tmp_path, Command(f"sqlite:///{tmp_path}/store/ingest.db", tmp_path))
    for number in range(1200):
        site.write(f"{number}.txt", f"File {number} of many.\n")
    traced = Traced(site.command.database, tmp_path)
    with Daemon(traced, site.root, ready="started") as daemon:
        daemon.command = site.command
        daemon.sync()
        site.write("0.txt", "Changed.\n")
        (site.root / "1.txt").rename(site.root / "moved.txt")
        site.write("new/folder/a.txt", "New.\n")
        daemon.sync()
        site.command.ask("scan", site.root)
        children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text().split()
        subprocess.run(["kill", "-TERM", *children], check=True)
        assert daemon.wait() == 0
    made = {line.split()[-1] for line in traced.summary.read_text().splitlines()[2:-2]}

    assert {"inotify_add_watch", "openat2", "fdatasync", "flock"} <= made
    # SQLite gives its files to their folder's owner, and only where root runs it.
    assert made - allowed <= ({"fchown"} if os.geteuid() == 0 else set())


class Traced(Command):
    """The command under `strace`, which counts the system calls of it and of all that it starts."""

    @property
    def summary(self) -> Path:
        """Where the counts are."""
        return self.cwd / "calls"

    def argv(self, *words: str | bytes | Path, json: bool = False) -> list[bytes]:
        """The whole command line of a call."""
        tracing = ["strace", "-f", "-c", "-o", str(self.summary)]
        return [word.encode() for word in tracing] + super().argv(*words, json=json)


def test_the_documentation_shows_how_the_unit_is_installed() -> None:
    """The commands make what the unit names: the user, its configuration, the program, the roots."""
    page = (UNIT.parents[1] / "docs" / "how-to" / "service.md").read_text()
    section = page[: page.index("\n## ")]
    program, *words = settings("ExecStart")[0].split()

    for named in (program, words[-1], settings("User")[0], settings("ReadWritePaths")[0], "ingest.service"):
        assert named in section
