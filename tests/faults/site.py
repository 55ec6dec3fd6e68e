"""Where a fault test works: a root, a store, the command, and how to ask what it says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Literal

from tests import oracle
from tests.command import Command, Record, Word
from tests.daemon import Daemon, until
from tests.forked import Quick


@dataclass(frozen=True)
class Prefixed(Command):
    """The command behind another one that sets its limits, its rights or its libraries."""

    prefix: Sequence[str] = field(default=())

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The whole command line of a call."""
        return [os.fsencode(word) for word in self.prefix] + super().argv(*words, json=json)


@dataclass(frozen=True)
class Site:
    """A folder for one test, with the watched root, a place outside it, and the command."""

    place: Path
    command: Command
    daemons: list[Daemon] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The watched folder."""
        return self.place / "root"

    @property
    def outside(self) -> Path:
        """A folder beside it on the same file system."""
        return self.place / "outside"

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
        """The same place, the command behind `prefix` and with these variables."""
        common = {**self.command.variables, **variables}
        if prefix:
            return replace(self, command=Prefixed(self.command.database, self.place, common, prefix))
        return replace(self, command=Quick(self.command.database, self.place, common))

    def daemon(self, *words: Word, ready: Literal["synced", "started", "no"] = "synced") -> Daemon:
        """A daemon on the root, or with these words; to be entered with `with`."""
        daemon = Daemon(self.command, *(words or (self.root,)), ready=ready)
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
            cwd=self.place,
            env=self.command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )

    def write(self, **files: str) -> None:
        """Write `name.txt` for each name; two underscores stand for a folder."""
        for name, text in files.items():
            path = self.root / (name.replace("__", "/") + ".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def status(self) -> Record:
        """What `status` says."""
        return self.command.record("status")

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

    def until_told(self, code: str) -> Record:
        """Wait until `status` has a problem of this code; returns the status."""
        return self.until_status(lambda status: code in _codes(status), code)

    def until_healthy(self) -> Record:
        """Wait until `status` says ok."""
        return self.until_status(lambda status: status["health"] == "ok", "health is ok")

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


def compile_shim(source: Path, folder: Path) -> Path:
    """Compile a library for LD_PRELOAD."""
    library = folder / source.with_suffix(".so").name
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"],
        check=True,
        capture_output=True,
    )
    return library
