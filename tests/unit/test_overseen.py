"""Work in a process of its own: what it tells, what it raises, and what becomes of it where a call hangs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest import overseen
from ingest.message_pipe import message_pipe

# A pipe that nobody writes into is a file system that does not answer: to open it waits for ever.
PROGRAM = r"""
import os, signal, sys, time
from contextlib import suppress
from functools import partial
from pathlib import Path
from ingest import overseen
from ingest.disk import write
from ingest.errors import LogShortened, RootUnavailable, Unreachable
from ingest.message_pipe import message_pipe

overseen.QUIET, overseen.LONGEST, overseen._BEAT = 0.2, 0.6, 0.1
sys.stdout.reconfigure(errors="backslashreplace")
place, *cases = sys.argv[1:]
path = os.fsencode(place)
parent = os.getpid()
began = time.monotonic()
asked = []

def answers(place):
    asked.append(place)
    return case not in ("silent", "left")

overseen.answers = answers

def raising(error):
    raise error

def hang():
    write.write_file(path + b"/pipe", b"")

def tidy():
    try:
        hang()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)  # once more
        Path(place, "tidied").touch()

def stay():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while not Path(place, "go").exists():
        time.sleep(0.01)

def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)

def end_late(code, end=os._exit):
    os.kill(os.getpid(), signal.SIGTERM)
    end(code)

def tell(tell):
    for number in range(1000):
        tell(number)
    time.sleep(0.5)  # no call of files: it may take as long as it takes
    tell(-1)

def tell_much(tell):
    for number in range(20_000):
        tell(number)

def pausing(found):
    for number in found:
        if number == 0:
            time.sleep(1.5 * overseen.LONGEST)
        yield number

WORK = {
    "result": lambda: os.getpid() == parent,
    "own error": partial(raising, RootUnavailable("a", code="root_missing", hint="b")),
    "no UTF-8": partial(raising, RootUnavailable("\udcff", code="root_missing", hint="\udcfe")),
    "shortened": partial(raising, LogShortened("a", hint="b")),
    "system's": partial(raising, FileExistsError(17, "File exists", b"/c")),
    "system's name": partial(raising, FileExistsError(17, "\udcff", os.fsdecode(b"/\xff"))),
    "defect": partial(raising, KeyError("d")),
    "descriptors": lambda: len(os.listdir("/proc/self/fd")),
    "killed": be_killed, "root killed": be_killed, "ends late": bool,
    "silent": hang, "one call": hang, "tidies": tidy, "left": stay,
}

def found_of(case):
    if case == "told":
        return sum(overseen.results([path], tell, int))
    if case == "pauses":
        return sum(pausing(overseen.results([path], tell_much, int)))
    if case == "here":
        return overseen.result([], WORK["result"], bool)
    if case == "ends late":
        os._exit = end_late
    return overseen.result(
        [path], WORK[case], bool | int | None,
        tidies=case in ("tidies", "ends late"), of_root=case == "root killed",
    )

for case in cases:
    asked.clear()
    try:
        print(found_of(case))
    except Exception as error:
        print(type(error).__name__, *(getattr(error, name, None) for name in ("message", "hint", "code")))
        if isinstance(error, OSError):
            print(error.errno, error.filename)
        if isinstance(error, RuntimeError):
            print(str(error).splitlines()[-1])
    except SystemExit:
        Path(place, "escaped").touch()
    print(len(set(asked)))
    if case == "tidies":
        while not Path(place, "tidied").exists():
            time.sleep(0.01)
    if case == "left":
        Path(place, "go").touch()
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        overseen.reap()
        with suppress(ChildProcessError):
            print("left", os.waitpid(-1, 0))
assert not Path(place, "escaped").exists()
assert time.monotonic() - began < 10
"""
SILENT = "Unreachable {place} does not answer see to what is mounted there None\n1\n"
KILLED = "the process that asks {place} was killed try again"
AT_ONCE = {
    "here": "True\n0\n",
    "result": "False\n0\n",
    "own error": "RootUnavailable a b root_missing\n0\n",
    "no UTF-8": "RootUnavailable \\udcff \\udcfe root_missing\n0\n",
    "shortened": "LogShortened a b log_shortened\n0\n",
    "system's": "FileExistsError None None None\n17 b'/c'\n0\n",
    "system's name": "FileExistsError None None None\n17 b'/\\xff'\n0\n",
    "defect": "RuntimeError None None None\nKeyError: 'd'\n0\n",
    "descriptors": "5\n0\n",  # three that lead nowhere, the pipe, and the one that lists them
    "killed": f"Unreachable {KILLED} None\n0\n",
    "root killed": f"RootUnavailable {KILLED} killed\n0\n",
    "ends late": "False\n0\n",  # and never returns into what follows here
}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize(
    "said",
    [
        pytest.param(AT_ONCE, id="at once"),
        pytest.param(
            {"told": f"{sum(range(1000)) - 1}\n1\n", "pauses": f"{sum(range(20_000))}\n0\n"}, id="told"
        ),
        pytest.param({"silent": SILENT, "left": SILENT}, id="silent"),
        pytest.param({"one call": SILENT, "tidies": SILENT}, id="one call"),
    ],
)
def test_what_a_process_of_its_own_does_comes_back_and_its_silence_too(
    tmp_path: Path, said: dict[str, str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, *said],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (answer.stdout, answer.stderr) == ("".join(said.values()).format(place=tmp_path), "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_while_the_reader_pauses_no_call_is_said_to_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tells then waits with the lock until the reader goes on, as this test does."""
    monkeypatch.setattr(overseen, "_BEAT", 0.01)
    reading, writing = message_pipe()
    telling = overseen._Telling(writing)
    threading.Thread(
        target=telling.beat, args=(threading.get_ident(), threading.get_native_id()), daemon=True
    ).start()
    with telling._lock:
        time.sleep(0.3)
        assert not reading.has_news(0)
    assert overseen._decode(reading.receive()).held < 0.2
    reading.close()
