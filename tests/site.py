"""Where a test works: a root, a folder beside it, a store, the command, and how to ask what it says."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Literal

import pytest

from tests import oracle
from tests.command import PATIENCE, Command, Record, Word
from tests.daemon import Daemon, until
from tests.forked import Quick

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
class Prefixed(Command):
    """The command behind another one that sets its limits, its rights or its libraries."""

    prefix: Sequence[str] = field(default=())

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The whole command line of a call."""
        return [os.fsencode(word) for word in self.prefix] + super().argv(*words, json=json)


@dataclass(frozen=True)
class Site:
    """A folder for one test with the watched root and a folder beside it, and the command with a store.

    The command's processes are forked ones as a rule; daemons, and what the pages show, are started.
    """

    folder: Path
    command: Command
    daemons: list[Daemon] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The watched folder."""
        return self.folder / "root"

    @property
    def outside(self) -> Path:
        """A folder beside it, on the same file system."""
        return self.folder / "outside"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        assert self.command.database is not None
        return Path(self.command.database.removeprefix("sqlite:///"))

    @property
    def on_sqlite(self) -> bool:
        """Whether the store is a file."""
        return str(self.command.database).startswith("sqlite")

    def using(self, *prefix: str, **variables: str) -> Site:
        """The same site, the command behind `prefix` and with these variables."""
        common = {**self.command.variables, **variables}
        if prefix:
            return replace(self, command=Prefixed(self.command.database, self.folder, common, prefix))
        return replace(self, command=Quick(self.command.database, self.folder, common))

    def write(self, name: str, body: str | bytes) -> Path:
        """Write a file below the root, in place, making its folders."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return path

    def write_texts(self, **files: str) -> None:
        """Write `name.txt` for each name; two underscores stand for a folder."""
        for name, text in files.items():
            self.write(name.replace("__", "/") + ".txt", text)

    def watch(self, *words: Word, ready: Literal["synced", "started", "no"] = "synced") -> Daemon:
        """A daemon on the root, to be entered with `with`."""
        daemon = Daemon(self.command, self.root, *words, ready=ready)
        self.daemons.append(daemon)
        return daemon

    def clear(self) -> None:
        """End what a failed test left running."""
        for daemon in self.daemons:
            if daemon.alive:
                daemon.kill()

    def start(self, *words: Word, stderr: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a call and do not wait for it."""
        return subprocess.Popen(
            self.command.argv(*words),
            cwd=self.folder,
            env=self.command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )

    def scan(self, *words: Word, code: int = 0) -> Record:
        """`ingest scan` of the root; its counts."""
        return self.command.records("scan", self.root, *words, code=code)[-1]

    def status(self) -> Record:
        """What `status` says."""
        return self.command.record("status")

    @property
    def seq(self) -> int:
        """How long the log is."""
        return int(self.status()["seq"])

    def codes(self) -> set[str]:
        """The codes of the problems that `status` lists."""
        return _codes(self.status())

    def until_status(self, holds: Callable[[Record], bool], what: str) -> Record:
        """Wait until `holds` is true of what `status` says; returns it."""

        def found() -> Record | None:
            status = self.status()
            return status if holds(status) else None

        status: Record = until(found, every=0.1, what=what)
        return status

    def until_problem(self, code: str) -> Record:
        """Wait until `status` has a problem of this code; returns the status."""
        return self.until_status(lambda status: code in _codes(status), code)

    def until_healthy(self) -> Record:
        """Wait until `status` says ok."""
        return self.until_status(lambda status: status["health"] == "ok", "health is ok")

    def told(self, since: int = 0) -> list[str]:
        """Every change after a place in the log, in short, oldest first."""
        return [brief(change) for change in self.command.records("changes", "--since", str(since))]

    def log(self, *words: Word) -> list[tuple[str, str, int | None]]:
        """The log, oldest first, as (type, path, version)."""
        return [
            (change["type"].removeprefix("document."), change["path"], change["version"])
            for change in self.command.records("log", "--reverse", *words)
        ]

    def deleted(self) -> list[str]:
        """The paths that the log says were deleted."""
        return [path for _, path, _ in self.log("--type", "deleted")]

    def listing(self) -> dict[str, tuple[str, int]]:
        """`ls`: path to (document, version)."""
        return {d["path"]: (d["document"], d["version"]) for d in self.command.records("ls")}

    def holds(
        self, *, before: oracle.Snapshot | None = None, after: Sequence[Daemon] = (), sample: int = 4
    ) -> None:
        """Ask the oracle. `after` are the daemons that named roots of the tree: three of those are held
        against the log, the first, the last and one between."""
        anchors = list(dict.fromkeys(anchor for daemon in after for anchor in daemon.anchors))
        held = {anchors[at] for at in (0, len(anchors) // 2, -1)} if anchors else set()
        oracle.holds(
            self.command, {self.root.name: self.root}, before=before, held=sorted(held), sample=sample
        )

    def coverage(self) -> list[tuple[str, str | None]]:
        """The ledger as (state, reason)."""
        return [(line["state"], line["reason"]) for line in self.command.records("coverage")]


def _codes(status: Record) -> set[str]:
    return {problem["code"] for problem in status["problems"]}


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """A folder with `root` and `outside` in it; not below /tmp, where vim saves otherwise than elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="ingest-site-", dir="/var/tmp"))
    (folder / "root").mkdir()
    (folder / "outside").mkdir()
    try:
        yield folder
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def new_site(folder: Path, url: str | None = None, **variables: str) -> Site:
    """The command in this folder, with this store; without one, on SQLite, and it does not exist yet."""
    return Site(folder, Quick(url or f"sqlite:///{folder}/store/ingest.db", folder, variables))
