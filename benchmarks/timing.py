"""Commands timed as a whole, from outside, and the memory of all their processes.

Before the clock starts everything written earlier is on the disk, so that no command pays for another's
write-back. Output is thrown away, as all the programs compared are told to be quiet or have nothing to say.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.command import Word

SAMPLE_SECONDS = 0.05


class CommandFailed(Exception):
    """A command ended with a code that was not asked for."""


def wall(
    *commands: Sequence[Word],
    cwd: Path,
    environment: Mapping[str, str],
    codes: Sequence[int] = (0,),
    memory: Memory | None = None,
    settled: bool = True,
) -> float:
    """Run commands one after the other; the seconds from the first one's start to the last one's end.

    `memory` watches them while they run, which costs them a little time. With `settled=False` what was
    written before is not waited for. Raises CommandFailed.
    """
    if settled:
        os.sync()
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        for words in commands:
            process = subprocess.Popen(
                [os.fsencode(word) for word in words],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            if memory is not None:
                memory.watch(process.pid)
            code = process.wait()
            if memory is not None:
                memory.done()
            if code not in codes:
                said.seek(0)
                told = said.read()[-2000:].decode(errors="replace")
                raise CommandFailed(
                    f"{[os.fsdecode(os.fsencode(word)) for word in words]}: exit {code}: {told}"
                )
        return time.perf_counter() - began


class Memory:
    """The most memory that a command and its children took at once, in bytes, sampled every so many seconds.

    Proportional set size: a page that several processes share counts once. A sample costs the processes that
    are looked at milliseconds, the more the larger they are.
    """

    def __init__(self, *, every: float = SAMPLE_SECONDS) -> None:
        self.every = every
        self.peak = 0
        self.processes = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, pid: int) -> None:
        """Begin to sample a process and all below it."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._sample, args=(pid,), daemon=True)
        self._thread.start()

    def done(self) -> None:
        """Stop sampling."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self, pid: int) -> None:
        while not self._ended.wait(self.every):
            found = list(tree(pid))
            self.peak = max(self.peak, sum(map(pss, found)))
            self.processes = max(self.processes, len(found))


def tree(pid: int) -> list[int]:
    """A process and all below it that live now."""
    found = [pid]
    for parent in found:
        try:
            tasks = os.listdir(f"/proc/{parent}/task")
        except OSError:
            continue
        for task in tasks:
            try:
                with open(f"/proc/{parent}/task/{task}/children") as children:
                    found.extend(map(int, children.read().split()))
            except OSError:
                continue
    return found


def pss(pid: int) -> int:
    """The proportional set size of a process in bytes; 0 where it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def median(values: Sequence[float]) -> float:
    """The middle of several figures."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The figure that so many percent of the values do not exceed, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-len(ordered) * int(percent * 10) // 1000) - 1))]


def stored(folder: Path, *, without: Sequence[str] = ()) -> int:
    """The bytes of all files below a folder, by their sizes; `without` are names left out, with all below."""
    total = 0
    for entry in os.scandir(folder):
        if entry.name in without:
            continue
        if entry.is_dir(follow_symlinks=False):
            total += stored(Path(entry.path), without=without)
        else:
            total += entry.stat(follow_symlinks=False).st_size
    return total
