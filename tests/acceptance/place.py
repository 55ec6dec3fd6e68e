"""Where an acceptance test works: a root, a place outside it, the command, and what was told in short."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests import oracle
from tests.command import PATIENCE, Command, Record, Word
from tests.daemon import Daemon

OLD = "The council met on Monday.\nNothing was decided.\n"


def brief(change: Record) -> str:
    """A change in short: `changed a.txt @2`, `moved a.txt -> b.txt @1`, `deleted a.txt (removed)`."""
    kind = change["type"].removeprefix("document.")
    came = f"{change['from_path']} -> " if change["from_path"] is not None else ""
    version = f" @{change['version']}" if change["version"] is not None and kind != "deleted" else ""
    reason = f" ({change['reason']})" if change["reason"] is not None else ""
    return f"{kind} {came}{change['path']}{version}{reason}"


def tool(name: str) -> str:
    """The path of a program that a test needs, which `./dev test` installs. Fails without it, unless the
    run was told to go without tools."""
    found = shutil.which(name)
    if found is None:
        if "tools" in os.environ.get("INGEST_TEST_WITHOUT", "").split(","):
            pytest.skip("told to run without tools")
        pytest.fail(f"{name} is missing: install it, or ./dev test --without tools", pytrace=False)
    return found


def run(*words: Word, cwd: Path, timeout: float = PATIENCE) -> bytes:
    """Run some other program, which must succeed; its output."""
    done = subprocess.run(
        words, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@dataclass(frozen=True)
class Place:
    """A folder for one test, not below /tmp, with a root, a folder beside it and a store.

    The command's processes are forked ones as a rule; daemons, and what the pages show, are started.
    """

    folder: Path
    command: Command

    @property
    def root(self) -> Path:
        """The watched folder."""
        return self.folder / "root"

    @property
    def outside(self) -> Path:
        """A folder beside it, on the same file system."""
        return self.folder / "outside"

    def write(self, name: str, body: str | bytes) -> Path:
        """Write a file below the root, in place, making its folders."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return path

    def watch(self, *words: Word, ready: Literal["synced", "started", "no"] = "synced") -> Daemon:
        """A daemon on the root, to be entered with `with`."""
        return Daemon(self.command, self.root, *words, ready=ready)

    def scan(self, *words: Word, code: int = 0) -> Record:
        """`ingest scan` of the root; its counts."""
        return self.command.records("scan", self.root, *words, code=code)[-1]

    def told(self, since: int = 0) -> list[str]:
        """Every change after a place in the log, in short, oldest first."""
        return [brief(change) for change in self.command.records("changes", "--since", str(since))]

    @property
    def seq(self) -> int:
        """How long the log is."""
        return int(self.command.record("status")["seq"])

    def holds(self, sample: int = 0) -> None:
        """The oracle finds nothing."""
        oracle.holds(self.command, {"root": self.root}, sample=sample)
