"""The command line many times over: a process that has imported it forks once a call.

A call takes a fifth of what a new interpreter takes, and still is a process of its own, with its exit code,
its streams, and nothing left of it afterwards. Daemons are started as everybody starts them.

An answer reaches no other question. Who asks takes the forking process out of the idle ones, and puts it
back once the answer is read whole and carries the question's own id. Whatever else happens (a limit of time,
Ctrl-C, the signal of pytest-timeout, another id), the process is killed with all that it forked, and the next
question starts a new one.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command import PATIENCE, Answer, Command, Word, dirty

SEPARATOR = b"\n--- the next call ---\n"

# The idle forking processes, by the set of mounts and the preloaded library that they live with.
_idle: dict[tuple[str, str], list[Server]] = {}


class WrongAnswer(Exception):
    """What a forking process wrote is no answer to the question it was asked."""


@dataclass(frozen=True)
class Quick(Command):
    """A `Command` whose calls are forked."""

    def run(self, *words: Word, json: bool = False, timeout: float = PATIENCE) -> Answer:
        """Call it, whatever the exit code; what `Command` asserts of every answer is asserted of this."""
        said = _ask(self, [self.argv(*words, json=json)[3:]], {}, timeout)
        return _checked(words, said)

    def run_with(self, variables: Mapping[str, str], *words: Word, json: bool = False) -> Answer:
        """One call with variables of its own, which the preloaded library reads too."""
        return _checked(words, _ask(self, [self.argv(*words, json=json)[3:]], variables, PATIENCE))

    def outputs(self, calls: Sequence[Sequence[Word]]) -> list[bytes]:
        """Many calls in one process, one after the other: what each wrote, with its exit code."""
        said = _ask(self, [self.argv(*words)[3:] for words in calls], {}, PATIENCE)
        return base64.b64decode(said["out"]).split(SEPARATOR)


def _checked(words: Sequence[Word], said: Mapping[str, Any]) -> Answer:
    answer = Answer(
        tuple(map(os.fsencode, words)),
        said["code"],
        base64.b64decode(said["out"]),
        base64.b64decode(said["err"]),
    )
    assert b"Traceback" not in answer.err, answer
    assert "--raw" in words or dirty(answer.out) is None, f"{dirty(answer.out)}\n{answer}"
    assert dirty(answer.err) is None, f"{dirty(answer.err)}\n{answer}"
    for line in answer.notes:
        assert line.startswith(("error: ", "hint: ", "note: ", "{")), answer
    return answer


class Server:
    """One forking process, in a process group of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # Nobody writes into this pipe. It ends when the last process that inherited it has ended.
        self._ended, inherited = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=Path(__file__).parents[1],
            env=environment,
            start_new_session=True,
            pass_fds=[inherited],
        )
        os.close(inherited)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """The answer to this request. After an exception it must not be asked again: `kill` it.

        Raises `WrongAnswer` and, after `timeout` seconds, `subprocess.TimeoutExpired`.
        """
        self.send(request)
        lines = self._lines(request, timeout)
        try:
            said: Mapping[str, Any] = json.loads(lines)
        except ValueError:
            raise WrongAnswer(f"not one line of JSON: {lines[:200]!r}") from None
        if said["id"] != request["id"]:
            raise WrongAnswer(f"asked {request['id']}, answered {said['id']}")
        return said

    def send(self, request: Mapping[str, Any]) -> None:
        """Write a request and wait for nothing."""
        assert self._process.stdin is not None
        rest = memoryview(json.dumps(request).encode() + b"\n")
        while rest:
            rest = rest[self._process.stdin.write(rest) :]

    def _lines(self, request: Mapping[str, Any], timeout: float) -> bytes:
        """All that can be read once a line has ended: one line, if all is well."""
        assert self._process.stdout is not None
        stdout = self._process.stdout.fileno()
        deadline = time.monotonic() + timeout
        read: list[bytes] = []
        while not read or not read[-1].endswith(b"\n"):
            if not select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise subprocess.TimeoutExpired(str(request["calls"]), timeout)
            part = os.read(stdout, 1 << 20)
            if not part:
                raise WrongAnswer(f"the forking process ended with {self._process.wait()}")
            read.append(part)
        return b"".join(read)

    def kill(self) -> None:
        """End it and all that it forked, and wait for their end."""
        # Until it is waited for, its id is that of no other group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.read(self._ended, 1)
        os.close(self._ended)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


def _ask(
    command: Command, calls: list[list[bytes]], variables: Mapping[str, str], timeout: float
) -> Mapping[str, Any]:
    key = (os.readlink("/proc/thread-self/ns/mnt"), command.variables.get("LD_PRELOAD", ""))
    server = _taken(key) or Server(command.environment())
    try:
        request = {
            "id": uuid.uuid4().hex,
            "calls": [[word.hex() for word in words] for words in calls],
            "environment": {**command.environment(), **variables},
            "cwd": str(command.cwd),
        }
        said = server.ask(request, timeout)
    except BaseException:
        server.kill()
        raise
    _idle.setdefault(key, []).append(server)
    return said


def _taken(key: tuple[str, str]) -> Server | None:
    """An idle forking process that still runs, from now on nobody else's."""
    idle = _idle.get(key, [])
    while idle:
        server = idle.pop()
        if server.alive:
            return server
        server.kill()
    return None


def close(namespace: str | None = None) -> None:
    """End the forking processes, or those of one set of mounts."""
    for key in [key for key in _idle if namespace in {None, key[0]}]:
        for server in _idle.pop(key):
            server.kill()


# -- the process that forks ------------------------------------------------------------------


def _serve() -> None:
    # Whatever a verb imports when it is called is imported once, here.
    for name in ("audit", "cli", "config", "history.naming", "status", "store.engine", "store.reader"):
        importlib.import_module(f"ingest.{name}")
    for line in sys.stdin.buffer:
        request = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _call(request, out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said: dict[str, Any] = {"id": request["id"], "code": code}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                said[name] = base64.b64encode(file.read()).decode()
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _call(request: dict[str, Any], out: int, err: int) -> None:
    """In the child: be the command, once or several times, and end."""
    code = 70
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["environment"])
        _be_patient(os.environ.pop("TESTS_PATIENCE", None))
        for number, words in enumerate(request["calls"]):
            if number:
                os.write(1, b"%d" % code + SEPARATOR)
            code = _run([os.fsdecode(bytes.fromhex(word)) for word in words])
        if len(request["calls"]) > 1:
            os.write(1, b"%d" % code)
    except BaseException:  # noqa: BLE001  # the test shall see it
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _be_patient(seconds: str | None) -> None:
    """Wait so long for a file system that may not answer, and not as long as the product does."""
    from ingest import overseen
    from ingest.disk import reachability

    if seconds is not None:
        overseen.QUIET, reachability.PATIENCE = float(seconds) / 2, float(seconds)
        overseen.LONGEST = 4 * float(seconds)


def _run(words: list[str]) -> int:
    from ingest.cli import run

    try:
        return run(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  # told as a traceback, as the interpreter would
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    _serve()
