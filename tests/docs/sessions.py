"""The sessions that the pages show: their commands are run again, and what they print is compared.

A page's sessions are one: they follow each other in a folder that holds a copy of `seeds/`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.command import PATIENCE, Command

PROJECT = Path(__file__).parents[2]
# What differs from run to run. The order matters: a time holds a date and seconds.
VARYING = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b[0-9a-f]{16}…"), "HASH…"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"), "TIME"),
    (re.compile(r"\b0[0-9a-v]{25}\b"), "ID"),
    (re.compile(r"\b\d+\.\d s\b"), "N s"),
    (re.compile(r'"(pid|seconds)":[0-9.]+'), r'"\1":N'),
    (re.compile(r"stored     [0-9,]+ bytes"), "stored     N bytes"),
)
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Step = tuple[str, str]


def pages() -> list[Path]:
    """Every page that may show a session."""
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def masked(output: str) -> str:
    """An output without what differs from run to run."""
    for pattern, word in VARYING:
        output = pattern.sub(word, output)
    return "\n".join(line.rstrip() for line in output.rstrip("\n").split("\n"))


def steps(text: str) -> list[Step]:
    """The commands of a page's sessions, each with what the page shows of its output."""
    found: list[Step] = []
    for block in _BLOCK.findall(text):
        assert block.startswith("$ "), f"a session begins with a command: {block[:80]!r}"
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            found.append((command, shown))
    return found


def outputs(commands: list[str], folder: Path) -> Iterator[str]:
    """What each command prints, run by `sh` one after the other, with nothing of ours in the environment.

    `folder` is an empty one; the commands are run in a folder of it, which is shown as `/srv/desk`.
    """
    (folder / "bin").mkdir()
    program = folder / "bin" / "ingest"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ingest "$@"\n')
    program.chmod(0o755)
    scratch = folder / "scratch"
    shutil.copytree(PROJECT / "seeds", scratch / "seeds")
    environment = Command(None, scratch).environment() | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TZ": "UTC",
    }
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        yield done.stdout.decode().replace(str(scratch), "/srv/desk")


def renewed(text: str, folder: Path) -> str:
    """The page with what its sessions print now; what differs from run to run alone stays as it is."""
    shown = steps(text)
    printed = outputs([command for command, _ in shown], folder)

    def block(found: re.Match[str]) -> str:
        written = ""
        for command, before in steps(found[0]):
            output = next(printed)
            keeps = masked(output) == masked(before)
            written += f"$ {command}\n{before if keeps else output}"
            written += "" if written.endswith("\n") else "\n"
        return f"```console\n{written}```"

    return _BLOCK.sub(block, text)
