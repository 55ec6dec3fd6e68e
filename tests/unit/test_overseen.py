"""Work in a process of its own: what it tells, what it raises, and what becomes of it where a call hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A pipe that nobody writes into is a file system that does not answer: to open it waits for ever.
PROGRAM = """
import os, signal, sys, time
from functools import partial
from pathlib import Path
from ingest import overseen
from ingest.disk import write
from ingest.errors import LogShortened, RootUnavailable, Unreachable

overseen.QUIET, overseen.LONGEST, overseen._BEAT = 0.2, 0.6, 0.1
case, place = sys.argv[1:]
path = os.fsencode(place)
asked = []

def answers(place):
    asked.append(place)
    return case != "silent"

overseen.answers = answers

def raising(error):
    raise error

def hang():
    write.write_file(path + b"/pipe", b"")

def tidy():
    try:
        hang()
    finally:
        Path(place, "tidied").touch()

def tell(tell):
    for number in range(1000):
        tell(number)
    time.sleep(0.5)  # no call of files: it may take as long as it takes
    tell(-1)

WORK = {
    "result": lambda: os.getpid() == parent,
    "own error": partial(raising, RootUnavailable("a", code="root_missing", hint="b")),
    "shortened": partial(raising, LogShortened("a", hint="b")),
    "system's": partial(raising, FileExistsError(17, "File exists", b"/c")),
    "defect": partial(raising, KeyError("d")),
    "descriptors": lambda: len(os.listdir("/proc/self/fd")),
    "silent": hang, "one call": hang, "tidies": tidy,
}
parent = os.getpid()
began = time.monotonic()
try:
    if case == "told":
        print(sum(overseen.told([path], tell, int)))
    elif case == "here":
        print(overseen.answered([], WORK["result"], bool))
    else:
        print(overseen.answered([path], WORK[case], bool | int | None, tidies=case == "tidies"))
except Exception as error:
    print(type(error).__name__, *(getattr(error, name, None) for name in ("message", "hint", "code")))
    if isinstance(error, OSError):
        print(error.errno, error.filename)
    if isinstance(error, RuntimeError):
        print(str(error).splitlines()[-1])
if case == "tidies":
    while not Path(place, "tidied").exists():
        time.sleep(0.01)
assert time.monotonic() - began < 10
print(len(set(asked)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("here", "True\n0\n"),
        ("result", "False\n0\n"),
        ("told", f"{sum(range(1000)) - 1}\n1\n"),
        ("own error", "RootUnavailable a b root_missing\n0\n"),
        ("shortened", "LogShortened a b log_shortened\n0\n"),
        ("system's", "FileExistsError None None None\n17 b'/c'\n0\n"),
        ("defect", "RuntimeError None None None\nKeyError: 'd'\n0\n"),
        ("descriptors", "5\n0\n"),  # three that lead nowhere, the pipe, and the one that lists them
        ("silent", "Unreachable {place} does not answer see to what is mounted there None\n1\n"),
        ("one call", "Unreachable {place} does not answer see to what is mounted there None\n1\n"),
        ("tidies", "Unreachable {place} does not answer see to what is mounted there None\n1\n"),
    ],
)
def test_what_a_process_of_its_own_does_comes_back_and_its_silence_too(
    tmp_path: Path, case: str, said: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, case, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (answer.stdout, answer.stderr) == (said.format(place=tmp_path), "")
