"""The command line many times over: a process that has imported it forks once a call.

A call takes a fifth of what a new interpreter takes, and still is a process of its own, with its exit code,
its streams, and nothing left of it afterwards. Daemons are started as everybody starts them.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import select
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command import PATIENCE, Answer, Command, Word, dirty

SEPARATOR = b"\n--- the next call ---\n"

# One forking process for each set of mounts and of preloaded libraries.
_servers: dict[tuple[str, str], subprocess.Popen[bytes]] = {}


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


def _ask(
    command: Command, calls: list[list[bytes]], variables: Mapping[str, str], timeout: float
) -> Mapping[str, Any]:
    server = _server(command)
    assert server.stdin is not None
    assert server.stdout is not None
    request = {
        "calls": [[word.hex() for word in words] for words in calls],
        "environment": {**command.environment(), **variables},
        "cwd": str(command.cwd),
    }
    server.stdin.write(json.dumps(request).encode() + b"\n")
    server.stdin.flush()
    if not select.select([server.stdout], [], [], timeout)[0]:
        server.kill()
        raise subprocess.TimeoutExpired([word for words in calls for word in words], timeout)
    said: Mapping[str, Any] = json.loads(server.stdout.readline())
    return said


def _server(command: Command) -> subprocess.Popen[bytes]:
    key = (os.readlink("/proc/thread-self/ns/mnt"), command.variables.get("LD_PRELOAD", ""))
    found = _servers.get(key)
    if found is None or found.poll() is not None:
        found = _servers[key] = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            env=command.environment(),
        )
    return found


def close(namespace: str | None = None) -> None:
    """End the forking processes, or those of one set of mounts."""
    for key in [key for key in _servers if namespace in {None, key[0]}]:
        server = _servers.pop(key)
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.close()
        server.wait(20)
        server.stdout.close()


# -- the process that forks ------------------------------------------------------------------


def _serve() -> None:
    # Whatever a verb imports when it is called is imported once, here.
    for name in ("audit", "cli", "config", "queries", "status", "store.engine", "store.reader"):
        importlib.import_module(f"ingest.{name}")
    for line in sys.stdin.buffer:
        request = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _call(request, out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said: dict[str, Any] = {"code": code}
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
