"""The real command in a subprocess, its answer taken apart.

    command = Command(database=f"sqlite:///{folder}/store.db", cwd=folder)
    command.ask("scan", root)                    # asserts the exit code, 0 unless told otherwise
    documents = command.records("ls")            # with --json: one dictionary a line
    refusal = command.refused("show", "nothing.txt", code=2)
    assert "nothing.txt" in refusal.error

Whatever is called, three facts are asserted of every answer: there is no traceback, no raw control
character (`dirty` says which), and a line on standard error is an error, a hint, a note or JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Word = str | bytes | Path
# Seconds after which what is waited for is taken never to come: a limit on hanging, no measure of speed, and
# far above what a machine needs that has much else to do.
PATIENCE = 600.0

# C0 without tab and newline, DEL and C1, the bidi embeddings, overrides and isolates.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def dirty(output: bytes) -> str | None:
    """The first control character in an output, with what stands around it; None where there is none."""
    found = _CONTROL.search(output.decode("utf-8", "backslashreplace"))
    return None if found is None else f"{found[0]!a} in {found.string[max(0, found.start() - 40) :][:80]!a}"


def path_of(record: Record, name: str = "path") -> bytes:
    """A path of a record as bytes, exactly."""
    import base64

    exact = record.get(f"{name}_base64")
    return base64.b64decode(exact) if exact is not None else os.fsencode(record[name])


@dataclass(frozen=True)
class Answer:
    """What a call gave: its exit code, and what it wrote."""

    words: tuple[bytes, ...]
    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode("utf-8", "backslashreplace")

    @property
    def records(self) -> list[Record]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def notes(self) -> list[str]:
        """The lines on standard error."""
        return self.err.decode("utf-8", "backslashreplace").splitlines()

    def starting(self, kind: str) -> str:
        """The text of the lines on standard error that begin with `kind: `."""
        return "\n".join(
            line.removeprefix(f"{kind}: ") for line in self.notes if line.startswith(f"{kind}: ")
        )

    @property
    def error(self) -> str:
        """What stands after `error: `."""
        return self.starting("error")

    @property
    def hint(self) -> str:
        """What stands after `hint: `."""
        return self.starting("hint")

    @property
    def note(self) -> str:
        """What stands after `note: `."""
        return self.starting("note")

    def __str__(self) -> str:
        words = " ".join(os.fsdecode(word) for word in self.words)
        return f"ingest {words!r}: exit {self.code}\n{self.out[-3000:]!r}\n{self.err[-3000:]!r}"


@dataclass(frozen=True)
class Command:
    """A way to call `ingest`: its store, the folder it is called in, variables beside a clean environment.

    `database=None` leaves `--database` out.
    """

    database: str | None
    cwd: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The environment of a call: ours without what changes how it works, doors below `cwd`, UTC."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INGEST_")}
        for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
            kept.pop(name, None)
        return kept | {"XDG_RUNTIME_DIR": str(self.cwd), "TZ": "UTC"} | self.variables

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The whole command line of a call."""
        common = [] if self.database is None else ["--database", self.database]
        flags = ["--json"] if json else []
        return [os.fsencode(word) for word in (sys.executable, "-m", "ingest", *common, *flags, *words)]

    def run(self, *words: Word, json: bool = False, timeout: float = PATIENCE) -> Answer:
        """Call it, whatever the exit code. `show --raw` alone may write anything."""
        done = subprocess.run(
            self.argv(*words, json=json),
            cwd=self.cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        answer = Answer(tuple(map(os.fsencode, words)), done.returncode, done.stdout, done.stderr)
        assert b"Traceback" not in answer.err, answer
        assert "--raw" in words or dirty(answer.out) is None, f"{dirty(answer.out)}\n{answer}"
        assert dirty(answer.err) is None, f"{dirty(answer.err)}\n{answer}"
        for line in answer.notes:
            assert line.startswith(("error: ", "hint: ", "note: ", "{")), answer
        return answer

    def ask(self, *words: Word, code: int = 0, json: bool = False, timeout: float = PATIENCE) -> Answer:
        """Call it and assert the exit code."""
        answer = self.run(*words, json=json, timeout=timeout)
        assert answer.code == code, answer
        return answer

    def records(self, *words: Word, code: int = 0, timeout: float = PATIENCE) -> list[Record]:
        """Call it with --json, assert the exit code, and take the lines apart."""
        return self.ask(*words, code=code, json=True, timeout=timeout).records

    def record(self, *words: Word, code: int = 0, timeout: float = PATIENCE) -> Record:
        """The one record that a call with --json gives."""
        (only,) = self.records(*words, code=code, timeout=timeout)
        return only

    def refused(self, *words: Word, code: int, json: bool = False, timeout: float = PATIENCE) -> Answer:
        """Call it and assert that it refused as the contract says: an `error:` line, nothing on stdout."""
        answer = self.ask(*words, code=code, json=json, timeout=timeout)
        assert answer.out == b"", answer
        assert answer.error, answer
        return answer
