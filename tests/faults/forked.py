"""The command line many times over: a process that has imported it forks once a call.

A call takes a tenth of what a new interpreter takes, and still has a process of its own: its exit
code, its streams, and nothing left of it afterwards.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.command import Answer, Command, Word, dirty

SEPARATOR = b"\n--- the next call ---\n"


class Forked:
    """Calls of one `Command`, to be used with `with`."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=command.environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def run(self, *words: Word, json_lines: bool = False, database: str | None = None) -> Answer:
        """One call, and what is asserted of every call: no traceback, no control characters."""
        store = database or self._command.database
        assert store is not None
        flags: list[Word] = ["--database", store, *(["--json"] if json_lines else [])]
        argv = [os.fsencode(word) for word in (*flags, *words)]
        said = self._ask({"calls": [[word.hex() for word in argv]]})
        answer = Answer(
            tuple(argv), said["code"], base64.b64decode(said["out"]), base64.b64decode(said["err"])
        )
        assert b"Traceback" not in answer.err, answer
        assert "--raw" in words or dirty(answer.out) is None, f"{dirty(answer.out)}\n{answer}"
        assert dirty(answer.err) is None, f"{dirty(answer.err)}\n{answer}"
        return answer

    def outputs(self, calls: Sequence[Sequence[Word]], *, database: str) -> list[bytes]:
        """Many calls in one process, one after the other: what each wrote, with its exit code."""
        argv = [[os.fsencode(word) for word in ("--database", database, *words)] for words in calls]
        said = self._ask({"calls": [[word.hex() for word in words] for words in argv]})
        return base64.b64decode(said["out"]).split(SEPARATOR)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request | {"cwd": str(self._command.cwd)}).encode() + b"\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def records(self, *words: Word) -> list[dict[str, Any]]:
        """A call with --json that must succeed, taken apart."""
        answer = self.run(*words, json_lines=True)
        assert answer.code == 0, answer
        return answer.records


def _serve() -> None:
    import ingest.audit
    import ingest.cli
    import ingest.config
    import ingest.queries
    import ingest.status
    import ingest.store.engine
    import ingest.store.reader

    assert ingest.audit is not None
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
        os.chdir(request["cwd"])
        sys.stdin = open(os.devnull)  # noqa: SIM115  # ends with the process
        for number, words in enumerate(request["calls"]):
            if number:
                os.write(1, b"%d" % code + SEPARATOR)
            code = _run([os.fsdecode(bytes.fromhex(word)) for word in words])
        if len(request["calls"]) > 1:
            os.write(1, b"%d" % code)
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
