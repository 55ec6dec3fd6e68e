"""A seeded, random stream of file operations, as people and their programs make them.

It runs as a process of its own beside the daemon, so that neither waits for the other:

    python -m tests.faults.workload ROOT OUTSIDE [--seed N] [--operations N] [--pause SECONDS]

OUTSIDE is a folder on the same file system, for what is moved out and comes back. Without
`--operations` it goes on until SIGTERM. At its end it prints one line of JSON: how often it did
what. An operation that fails because the root is gone, full or closed is counted and passed over.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.command import PATIENCE

FEWEST_FILES = 12  # below it nothing is taken away
MOST_FILES = 120  # past it more is deleted than created
MOST_FOLDERS = 12
BLOCKS = (
    "The council met on Tuesday and agreed to repair the bridge.",
    "De brug over de Maas blijft tot het voorjaar gesloten.",
    "Prices rose by two per cent, a spokesman said.",
    "Een woordvoerder van de gemeente sprak van een vergissing.",
    "Nobody was hurt. The café opened again the next morning.",
    "",
)
RETURNS = 0.2  # of new files come to a path that another one has left
STEMS = (b"note", b"report", b"verslag", b"na\xc3\xafve", b"raw-\xff\xfe", b"two words", b"a\tb", b"x\ny")


class Workload:
    """One seeded stream; `step` does one operation."""

    def __init__(self, root: bytes, outside: bytes, seed: int) -> None:
        self.root = root
        self.outside = outside
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.serial = 0
        self.past: list[bytes] = []
        self.files: list[bytes] = []
        self.folders: list[bytes] = [b""]
        self.away: list[bytes] = []
        kinds: list[tuple[int, Callable[[], None]]] = [
            (8, self.create),
            (2, self.create_folder_with_files),
            (2, self.copy),
            (12, self.overwrite),
            (8, self.append),
            (10, self.save_by_rename),
            (5, self.save_with_backup),
            (4, self.write_slowly),
            (6, self.rename),
            (2, self.rename_over),
            (1, self.swap),
            (2, self.move_folder),
            (3, self.move_out),
            (3, self.move_in),
            (5, self.delete),
            (1, self.delete_folder),
            (2, self.delete_and_return),
            (4, self.forge_times),
            (2, self.touch),
            (1, self.empty),
        ]
        self._removing = [self.delete, self.delete_folder, self.move_out, self.rename_over]
        self._kinds = [kind for _, kind in kinds]
        self._weights = [weight for weight, _ in kinds]

    def step(self) -> None:
        """Do one operation; a failure of the file system is counted and passed over."""
        kind = self.random.choices(self._kinds, self._weights)[0]
        if len(self.files) > MOST_FILES:
            kind = self.random.choice([self.delete, self.delete_folder, self.overwrite])
        if len(self.files) < FEWEST_FILES and kind in self._removing:
            kind = self.create
        try:
            kind()
            self.done[kind.__name__] += 1
        except (OSError, IndexError):
            self.done["failed"] += 1
            self.look()

    def look(self) -> None:
        """See what is there: after a start, and after a failure."""
        self.files, self.folders = [], [b""]
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith(b"."))
            below = os.path.relpath(folder, self.root)
            prefix = b"" if below == b"." else below + b"/"
            self.folders += [prefix + name for name in folders]
            self.files += [prefix + name for name in sorted(names) if not name.startswith(b".")]
        self.away = sorted(os.listdir(self.outside)) if os.path.isdir(self.outside) else []

    # -- what is done ----------------------------------------------------------------------

    def create(self) -> None:
        path = self._new_path()
        self._write(path, self._text())
        self.files.append(path)

    def create_folder_with_files(self) -> None:
        if len(self.folders) > MOST_FOLDERS:
            return self.create()
        folder = self._join(self.random.choice(self.folders), b"d%d" % self._next())
        # One by one: the root itself is never made, where a fault has taken it away.
        os.mkdir(self._at(folder))
        os.mkdir(self._at(folder + b"/deep"))
        self.folders += [folder, folder + b"/deep"]
        for path in (folder + b"/a.txt", folder + b"/deep/b.txt"):
            self._write(path, self._text())
            self.files.append(path)
        return None

    def copy(self) -> None:
        path = self._new_path()
        shutil.copyfile(self._at(self._any()), self._at(path))
        self.files.append(path)

    def overwrite(self) -> None:
        self._write(self._any(), self._text())

    def append(self) -> None:
        with open(self._at(self._any()), "ab") as file:
            file.write(b"Added as number %d.\n" % self._next())

    def save_by_rename(self) -> None:
        path = self._any()
        temporary = self._join(os.path.dirname(path), b".save-%d" % self._next())
        self._write(temporary, self._text())
        os.rename(self._at(temporary), self._at(path))

    def save_with_backup(self) -> None:
        path = self._any()
        os.rename(self._at(path), self._at(path + b"~"))
        self._write(path, self._text())
        os.unlink(self._at(path + b"~"))

    def write_slowly(self) -> None:
        with open(self._at(self._any()), "wb", buffering=0) as file:
            for _ in range(4):
                file.write(self._text()[:200])
                time.sleep(0.002)

    def rename(self) -> None:
        old, new = self._any(), self._new_path()
        os.rename(self._at(old), self._at(new))
        self.files.remove(old)
        self.files.append(new)

    def rename_over(self) -> None:
        old, new = self._any(), self._any()
        if old != new:
            os.rename(self._at(old), self._at(new))
            self.files.remove(old)

    def swap(self) -> None:
        one, other = self._any(), self._any()
        between = self._join(os.path.dirname(one), b".swap-%d" % self._next())
        if one != other:
            os.rename(self._at(one), self._at(between))
            os.rename(self._at(other), self._at(one))
            os.rename(self._at(between), self._at(other))

    def move_folder(self) -> None:
        old = self.random.choice(self.folders[1:])
        above = self.random.choice([f for f in self.folders if f != old and not f.startswith(old + b"/")])
        os.rename(self._at(old), self._at(self._join(above, b"d%d" % self._next())))
        self.look()

    def move_out(self) -> None:
        path = self._any()
        name = b"away-%d" % self._next()
        os.rename(self._at(path), os.path.join(self.outside, name))
        self.files.remove(path)
        self.away.append(name)

    def move_in(self) -> None:
        name, path = self.random.choice(self.away), self._new_path()
        os.rename(os.path.join(self.outside, name), self._at(path))
        self.away.remove(name)
        self.files.append(path)

    def delete(self) -> None:
        path = self._any()
        os.unlink(self._at(path))
        self.files.remove(path)

    def delete_folder(self) -> None:
        shutil.rmtree(self._at(self.random.choice(self.folders[1:])))
        self.look()

    def delete_and_return(self) -> None:
        path = self._any()
        with open(self._at(path), "rb") as file:
            before = file.read()
        os.unlink(self._at(path))
        time.sleep(self.random.choice((0.0, 0.005)))
        self._write(path, before)

    def forge_times(self) -> None:
        """Other bytes of the same size, with the old times put back."""
        path = self._at(self._any())
        before = os.stat(path)
        mark = b"%08d" % self._next()
        with open(path, "r+b") as file:
            file.write(mark[: before.st_size])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def touch(self) -> None:
        os.utime(self._at(self._any()))

    def empty(self) -> None:
        self._write(self._any(), b"")

    # -- parts -----------------------------------------------------------------------------

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def _at(self, path: bytes) -> bytes:
        return os.path.join(self.root, path)

    def _join(self, folder: bytes, name: bytes) -> bytes:
        return folder + b"/" + name if folder else name

    def _any(self) -> bytes:
        return self.random.choice(self.files)

    def _new_path(self) -> bytes:
        """A path that nothing stands at: a new one, or now and then one that something stood at before."""
        if self.past and self.random.random() < RETURNS:
            path = self.random.choice(self.past)
            if os.path.dirname(path) in self.folders and not os.path.lexists(self._at(path)):
                return path
        path = self._unused()
        self.past.append(path)
        return path

    def _unused(self) -> bytes:
        name = b"%s-%d.txt" % (self.random.choice(STEMS), self._next())
        return self._join(self.random.choice(self.folders), name)

    def _text(self) -> bytes:
        lines = self.random.choices(BLOCKS, k=self.random.randint(1, 60))
        # Most texts are like no other; some are, and then only their place tells them apart.
        if self.random.random() < 0.9:
            lines.insert(0, f"Number {self._next()} of {self.random.getrandbits(64):x}.")
        return "\n".join(lines).encode()

    def _write(self, path: bytes, content: bytes) -> None:
        with open(self._at(path), "wb") as file:
            file.write(content)


class RunningWorkload:
    """The workload as a process beside the test. Leaving the `with` ends it."""

    def __init__(
        self, root: Path, outside: Path, *, seed: int, operations: int | None = None, pause: float = 0.005
    ) -> None:
        outside.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "tests.faults.workload", str(root), str(outside)]
        command += [f"--seed={seed}", f"--pause={pause}"]
        command += [] if operations is None else [f"--operations={operations}"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.counts:
            self.stop()

    @property
    def running(self) -> bool:
        """Whether it still makes operations."""
        return self._process.poll() is None

    def finish(self) -> dict[str, int]:
        """Wait until all its operations are done; returns how often it did what."""
        said, _ = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0
        self.counts = json.loads(said)
        return self.counts

    def stop(self) -> dict[str, int]:
        """End it after the operation it is at."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        return self.finish()

    def pause(self) -> None:
        """Hold it where it is, perhaps in the middle of an operation."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)


def main() -> int:
    """Run one stream from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("outside")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--operations", type=int)
    parser.add_argument("--pause", type=float, default=0.005, help="mean seconds between operations")
    given = parser.parse_args()
    stopping = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    load = Workload(os.fsencode(given.root), os.fsencode(given.outside), given.seed)
    load.look()
    while not stopping and (given.operations is None or sum(load.done.values()) < given.operations):
        load.step()
        if given.pause:
            time.sleep(load.random.expovariate(1 / given.pause))
    print(json.dumps(load.done, sort_keys=True))  # noqa: T201  # its one result
    return 0


if __name__ == "__main__":
    sys.exit(main())
