"""`ingest` as it is measured: the command as a user has it, on a store of its own."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.timing import CommandFailed, Memory, wall
from tests import oracle
from tests.command import Answer, Command, Word

PATIENCE = 7200.0
START_SECONDS = 3600.0
STOP_SECONDS = 120.0
SIDE_FILES = ("", "-wal", "-journal")


class Patient(Command):
    """The command with the patience that a large store needs."""

    def run(self, *words: Word, json: bool = False, timeout: float = PATIENCE) -> Answer:
        """Call it, whatever the exit code."""
        return super().run(*words, json=json, timeout=max(timeout, PATIENCE))


class Ingest:
    """A store in `folder` for the documents below `tree`; without `database` a SQLite file."""

    name = "ingest"

    def __init__(self, folder: Path, tree: Path, *, database: str | None = None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self.tree = tree
        self.file = folder / "store.db"
        self.url = database or f"sqlite:///{self.file}"
        # The socket of a daemon on Postgres lies in the folder of the run.
        self.command = Patient(self.url, folder)

    def run(self, *words: Word, memory: Memory | None = None) -> float:
        """Run a verb; the seconds it took."""
        environment = self.command.environment()
        return wall(self.command.argv(*words), cwd=self.folder, environment=environment, memory=memory)

    def record(self, memory: Memory | None = None) -> float:
        """Record the folder as it stands: `ingest scan`; the seconds it took."""
        return self.run("scan", self.tree, memory=memory)

    def ask(self) -> float:
        """Look for changes where there are none: `ingest scan` too."""
        return self.record()

    def stored(self) -> int:
        """The bytes of the record: the database file, its log of changes emptied into it first."""
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _together(self.file)

    def index(self) -> int | None:
        """The bytes of the derived index, brought up to the log; None where there is none."""
        answer = self.command.run("index", "update", timeout=3600)
        if answer.code != 0:
            raise CommandFailed(f"index update: {answer}")
        file = self.file.with_name(self.file.name + ".index.db")
        return _together(file) if file.exists() else None

    def findings(self, *, sample: int) -> list[str]:
        """What the oracle of the fault tests finds wrong; `sample` versions are also shown one by one."""
        return oracle.findings(self.command, {self.tree.name: self.tree}, sample=sample)

    @contextmanager
    def watched(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that has done its first reconcile; its log lines go to a file."""
        with self.started() as daemon:
            self.await_daemon(daemon)
            yield daemon

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that was started just now; ended in order afterwards."""
        with (self.folder / "daemon.log").open("ab") as log:
            daemon = subprocess.Popen(
                self.command.argv("watch", self.tree),
                cwd=self.folder,
                env=self.command.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
            try:
                yield daemon
            finally:
                daemon.send_signal(signal.SIGTERM)
                try:
                    code = daemon.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    code = daemon.wait()
        if code != 0:
            raise CommandFailed(f"ingest watch: exit {code}")

    def await_daemon(self, daemon: subprocess.Popen[bytes]) -> None:
        """Wait until `sync` answers 0. Raises CommandFailed."""
        deadline = time.monotonic() + START_SECONDS
        while self.command.run("sync", "--timeout", "600").code != 0:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise CommandFailed("ingest watch: it did not come to answer `sync`")
            time.sleep(0.1)


def _together(file: Path) -> int:
    found = [file.with_name(file.name + end) for end in SIDE_FILES]
    return sum(one.stat().st_size for one in found if one.exists())
