"""The long run: a workload and random faults, and the oracle after each round, until time is up.

    python -m tests.faults.soak MINUTES [--database URL | --postgres] [--seed N] [--kills N]

A round is some twenty faults under load; then the load is held, the daemon catches up, and the oracle is
asked. At the end a summary is printed. Exit 0 when nothing was lost, 1 when the oracle found something:
then the folder with the root and the store is kept, and named.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import oracle
from tests.command import PATIENCE, Command
from tests.daemon import Daemon
from tests.faults import mounts
from tests.faults.deafen import lose_a_watch
from tests.faults.workload import RunningWorkload
from tests.postgres import OwnServer, Run, StopMode
from tests.site import Site

FAULTS_A_ROUND = 20
ROOM = "200m"


class Lost(Exception):
    """What must hold does not: the message says what."""


class Soak:
    """One root and one store under load and faults."""

    def __init__(self, site: Site, *, seed: int, server: OwnServer | None, can_mount: bool) -> None:
        self.site = site
        self.seed = seed
        self.random = random.Random(seed)
        self.server = server
        self.daemon: Daemon | None = None
        self.operations: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.anchors: list[tuple[int, str]] = []
        self.before: oracle.Snapshot | None = None
        self.rounds = 0
        self.lives = 0
        self.told: set[str] = set()
        self.slowest = 0.0
        self.changes = 0
        self.versions = 0
        kinds: list[tuple[int, Callable[[], None]]] = [
            (12, self.kill),
            (3, self.stop),
            (2, self.suspend),
            (1, self.root_away),
            (1, self.own_folder_deleted),
            (1, self.deafen),
        ]
        if site.on_sqlite:
            kinds.append((1, self.lock))
            if can_mount:
                kinds.append((1, self.disk_full))
        if server is not None:
            kinds.append((3, self.server_restarts))
        self._kinds = [kind for _, kind in kinds]
        self._weights = [weight for weight, _ in kinds]

    # -- a round -----------------------------------------------------------------------------

    def round(self, kills: int | None) -> None:
        """Faults under load, then a rest and the oracle. Raises Lost."""
        self.rounds += 1
        with RunningWorkload(self.site.root, self.site.outside, seed=self.seed + self.rounds) as load:
            for _ in range(FAULTS_A_ROUND):
                if kills is not None and self.faults["kill"] >= kills:
                    break
                kind = self.random.choices(self._kinds, self._weights)[0]
                kind()
                self.faults[kind.__name__] += 1
            self.operations.update(load.stop())
        self.rest()
        self.ask()

    def rest(self) -> None:
        """Wait until everything is in the store; note how long a start takes."""
        began = time.monotonic()
        self.running()
        while self.site.command.run("sync", "--timeout", "20").code != 0:
            if time.monotonic() - began > PATIENCE:
                raise Lost(f"not in the store after {PATIENCE:g} s: {self.site.command.run('status').text}")
            self.running()
        self.slowest = max(self.slowest, time.monotonic() - began)
        while (status := self.site.status())["health"] != "ok":
            if time.monotonic() - began > PATIENCE:
                raise Lost(f"health is not ok after {PATIENCE:g} s: {status['problems']}")
            time.sleep(0.2)

    def ask(self) -> None:
        """The oracle. Raises Lost."""
        held = [*self.anchors, *(self.daemon.anchors if self.daemon is not None else [])]
        some = {held[at] for at in (0, len(held) // 2, -1)} if held else set()
        found = oracle.findings(
            self.site.command, {"root": self.site.root}, before=self.before, held=sorted(some), sample=4
        )
        if found:
            raise Lost("\n".join(found[:50]))
        self.before = oracle.snapshot(self.site.command)
        status = self.site.status()
        self.changes, self.versions = status["seq"], status["versions"]

    def finish(self) -> None:
        """Stop in order; by then each change was told. Raises Lost."""
        self.rest()
        assert self.daemon is not None
        self.daemon.stop()
        self.ended()
        missing = {change["id"] for change in self.site.command.records("changes")} - self.told
        if missing:
            raise Lost(f"{len(missing)} changes were never told as lines, {min(missing)} among them")

    def running(self) -> Daemon:
        """The daemon; a new life of it where there is none."""
        if self.daemon is not None and self.daemon.alive:
            return self.daemon
        self.ended()
        self.daemon = self.site.watch(ready="no")
        self.daemon.start()
        self.lives += 1
        return self.daemon

    def ended(self) -> None:
        """Note what a life said, and forget it."""
        if self.daemon is None:
            return
        if self.daemon.alive:
            self.daemon.kill()
        self.daemon.check_lines()
        self.told.update(change["id"] for change in self.daemon.changes)
        self.anchors = [*self.anchors, *self.daemon.anchors][-500:]
        self.site.daemons.clear()
        self.daemon = None

    # -- faults ------------------------------------------------------------------------------

    def kill(self) -> None:
        daemon = self.running()
        time.sleep(self.random.uniform(0.1, 1.5))
        with contextlib.suppress(AssertionError):  # it ended by itself: its store was away
            daemon.kill()
        self.ended()

    def stop(self) -> None:
        daemon = self.running()
        time.sleep(self.random.uniform(1.0, 2.5))
        if daemon.alive:
            daemon.stop(None)
        self.ended()

    def suspend(self) -> None:
        daemon = self.running()
        time.sleep(self.random.uniform(0.8, 1.5))
        if daemon.alive:
            daemon.pause()
            time.sleep(self.random.choice((0.5, 2.0, 6.0)))
            daemon.resume()
            time.sleep(self.random.uniform(0.0, 1.0))

    def root_away(self) -> None:
        self.running()
        time.sleep(self.random.uniform(0.5, 1.5))
        away = self.site.root.with_name("away")
        self.site.root.rename(away)
        time.sleep(self.random.uniform(0.0, 2.5))
        away.rename(self.site.root)

    def own_folder_deleted(self) -> None:
        self.running()
        time.sleep(self.random.uniform(0.5, 1.0))
        shutil.rmtree(self.site.root / ".ingest", ignore_errors=True)

    def deafen(self) -> None:
        """The recipe that ends the library's reading thread."""
        self.running()
        time.sleep(self.random.uniform(0.8, 1.5))
        with contextlib.suppress(OSError):  # the workload may move or remove what this makes
            lose_a_watch(self.site.root, self.site.folder / f"deaf-{time.monotonic_ns()}", 0.1)

    def lock(self) -> None:
        self.running()
        time.sleep(self.random.uniform(0.5, 1.0))
        if not self.site.database.exists():
            return
        holder = sqlite3.connect(self.site.database, isolation_level=None, timeout=5)
        with contextlib.closing(holder), contextlib.suppress(sqlite3.OperationalError):
            holder.execute("BEGIN IMMEDIATE")
            time.sleep(self.random.choice((0.3, 3.0)))
            holder.execute("ROLLBACK")

    def disk_full(self) -> None:
        """Something else takes all the space that is left, for a while."""
        self.running()
        time.sleep(self.random.uniform(0.5, 1.0))
        store = self.site.database.parent
        hog = store / "hog"
        with hog.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        with hog.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(512))
        time.sleep(self.random.uniform(0.5, 3.0))
        if self.random.random() < 0.3 and self.daemon is not None and self.daemon.alive:
            self.daemon.kill()
        hog.unlink()

    def server_restarts(self) -> None:
        assert self.server is not None
        self.running()
        time.sleep(self.random.uniform(0.5, 1.5))
        mode: StopMode = self.random.choice(["fast", "immediate", "kill"])
        self.server.stop(mode)
        time.sleep(self.random.uniform(0.0, 2.0))
        self.server.start()

    # -- the end -----------------------------------------------------------------------------

    def summary(self, lost: str, seconds: float) -> str:
        """What was done, and what was lost."""
        made = ", ".join(f"{count} {kind}" for kind, count in sorted(self.operations.items()))
        done = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items()))
        return "\n".join(
            (
                f"seed        {self.seed}, {seconds / 60:.1f} minutes, {self.rounds} rounds",
                f"operations  {sum(self.operations.values())}: {made}",
                f"kills       {self.faults['kill']}, in {self.lives} lives of the daemon",
                f"faults      {sum(self.faults.values())}: {done}",
                f"log         {self.changes} changes, {self.versions} versions, {len(self.told)} told",
                f"recovery    at most {self.slowest:.1f} s from a start until all was in the store",
                f"lost        {lost}",
            )
        )


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("minutes", type=float, metavar="MINUTES")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database", metavar="URL", help="an empty database of a server; default: SQLite")
    where.add_argument("--postgres", action="store_true", help="a Postgres of its own, restarted as well")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--kills", type=int, help="end when the daemon was killed so often")
    given = parser.parse_args()
    with contextlib.ExitStack() as held:
        can_mount = _own_mounts()
        folder = Path(tempfile.mkdtemp(prefix="ingest-soak-", dir="/var/tmp"))
        server = held.enter_context(_server()) if given.postgres else None
        url = given.database or (
            server.create_database() if server else f"sqlite:///{folder}/store/ingest.db"
        )
        for name in ("root", "outside", "store"):
            (folder / name).mkdir()
        if can_mount:
            mounts.mount_tmpfs(folder / "store", size=ROOM)
        soak = Soak(Site(folder, Command(url, folder)), seed=given.seed, server=server, can_mount=can_mount)
        lost = _run(soak, given.minutes * 60, given.kills)
        if can_mount and lost:
            shutil.copytree(folder / "store", folder / "kept-store", ignore=shutil.ignore_patterns("*.sock"))
        if not lost:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _say(f"kept: {folder}")
    return 1 if lost else 0


def _run(soak: Soak, seconds: float, kills: int | None) -> str:
    """Round after round; returns what was lost, or nothing."""
    began, lost = time.monotonic(), ""
    try:
        while time.monotonic() - began < seconds and (kills is None or soak.faults["kill"] < kills):
            soak.round(kills)
            _say(
                f"round {soak.rounds}: {sum(soak.operations.values())} operations, "
                f"{soak.faults['kill']} kills, {soak.versions} versions, nothing lost"
            )
        soak.finish()
    except (Lost, AssertionError) as error:
        lost = str(error) or repr(error)
    except KeyboardInterrupt:
        _say("interrupted")
    finally:
        soak.site.clear()
    _say(soak.summary(lost or "nothing", time.monotonic() - began))
    return lost


@contextlib.contextmanager
def _server() -> Iterator[OwnServer]:
    run = Run()
    server = OwnServer(run.folder)
    server.start()
    try:
        yield server
    finally:
        server.close()
        run.close()


def _own_mounts() -> bool:
    """Whether this process may mount; then it has its mounts for itself."""
    try:
        mounts.leave()
    except OSError:
        return False
    return os.geteuid() == 0


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # a program of its own


if __name__ == "__main__":
    sys.exit(main())
