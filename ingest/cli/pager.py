"""The program that shows a long answer on a terminal, chosen as git chooses it."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from typing import Self

# How `less` shows it where nothing else is said: it ends by itself where all fits, keeps colours, and
# leaves what it showed.
LESS = "FRX"
_OF_A_SHELL = frozenset("|&;<>()$`\\\"'*?[]#~=%{}\n")


class PagerMissing(Exception):
    """The program that `PAGER` names is not there."""


def command(environment: Mapping[str, str]) -> str | None:
    """Return the pager's command line; None where none is wanted. Raises PagerMissing."""
    chosen = environment.get("PAGER")
    if chosen is None:
        return None if environment.get("TERM") == "dumb" or shutil.which("less") is None else "less"
    words = chosen.strip()
    if words in ("", "cat"):
        return None
    if not _OF_A_SHELL & set(words) and shutil.which(shlex.split(words)[0]) is None:
        raise PagerMissing(words)
    return words


class Pager:
    """A running pager. Whoever quits it has seen enough: a write then raises BrokenPipeError."""

    def __init__(self, words: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", words],
            stdin=subprocess.PIPE,
            env={"LESS": LESS, "LV": "-c", **environment},
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        self._quit = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self | None:
        """Start the one that the environment asks for, if any. Raises PagerMissing."""
        words = command(environment)
        return None if words is None else cls(words, environment)

    def write(self, output: bytes) -> None:
        """Write bytes to the pager; after `forget` they are dropped. Raises BrokenPipeError."""
        if not self._quit:
            self._input.write(output)

    def flush(self) -> None:
        """Hand over what was written so far. Raises BrokenPipeError."""
        if not self._quit:
            self._input.flush()

    def forget(self) -> None:
        """Drop what is written from now on: nobody sees the pager any more."""
        self._quit = True

    def close(self) -> None:
        """Say that this was all, and wait until it is quit: Ctrl-C is the pager's own business."""
        with contextlib.suppress(BrokenPipeError):
            self._input.close()
        while True:
            try:
                self._process.wait()
                return
            except KeyboardInterrupt:
                continue
