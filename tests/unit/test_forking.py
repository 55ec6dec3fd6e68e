"""Ctrl-C while a process is being begun: it is met once, by the one that began it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.forking import hold_stops

# The terminal sends it to both, here at the moment of the fork.
PROGRAM = r"""
import os, signal, sys
from functools import partial
from ingest import overseen
from ingest.capture.workers import Ask, Workers
from ingest.confined import probe
from ingest.confined.reader import Documents
from ingest.forked import ForkedTask
from ingest.index.fill_process import FillProcess
from ingest.store.migrate import open_or_create

signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background is deaf to it
(place,) = sys.argv[1:]
store = open_or_create("sqlite:///" + place + "/ingest.db", busy_seconds=1.0)
whom = "nobody"

def interrupt(who):
    if who == whom:
        os.kill(os.getpid(), signal.SIGINT)

def work():
    return [1]

def ask_workers():
    workers = Workers(os.open(place, os.O_RDONLY), max_bytes=9, documents=Documents())
    workers.ask([Ask(b"none", b"")], None)
    print(len(workers.answers()))
    workers.close()

def fill():
    filler = FillProcess(store, None).begin()
    print(filler._is_of_use)
    filler.close()

CASES = {
    "overseen": lambda: print(overseen.result([os.fsencode(place)], lambda: len(work()), int)),
    "task": lambda: print(len(list(ForkedTask(store.dispose, work, int)))),
    "workers": ask_workers,
    "probe": lambda: print(probe.locks_granted().seccomp is not None),
    "filler": fill,  # the last: another thread hears it
}
for each in ("child", "parent"):
    os.register_at_fork(**{"after_in_" + each: partial(interrupt, each)})
for case, run in CASES.items():
    for whom in ("parent", "child"):
        try:
            run()
        except KeyboardInterrupt:
            print("stopped")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_ctrl_c_at_a_fork_ends_the_one_that_forked_and_is_told_by_nobody_else(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    done = [f"stopped\n{found}\n" for found in (1, 1, 1, True, True)]
    assert (answer.stdout, answer.stderr) == ("".join(done), "")


SPAWNING = r"""
import os, signal, sys
from multiprocessing.context import SpawnProcess
from ingest.capture import workers
from ingest.confined.reader import Documents

held = []

class Process(SpawnProcess):
    def start(self):
        super().start()
        held.append(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
        self.kill()

workers.is_alone = lambda: False
workers.CORES = 2
workers.multiprocessing.get_context("spawn").Process = Process
found = workers.Workers(os.open(sys.argv[1], os.O_RDONLY), max_bytes=9, documents=Documents())
try:
    found._open(None)
finally:
    print([[signal.Signals(each).name for each in every] for every in held])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs processes of Linux")
def test_what_asks_to_stop_waits_while_the_first_process_is_spawned_too(tmp_path: Path) -> None:
    """The library begins one of its own before it, and hears Ctrl-C again after that."""
    answer = subprocess.run(
        [sys.executable, "-c", SPAWNING, tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.stdout.startswith("[['SIGHUP', 'SIGINT', 'SIGTERM']"), answer


def test_the_process_of_a_root_leaves_it_to_the_daemon_to_stop_from_its_first_moment_on() -> None:
    with hold_stops():
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.daemon.root_process"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(number)
    assert process.communicate()[1] == b""
    assert process.returncode == 0
