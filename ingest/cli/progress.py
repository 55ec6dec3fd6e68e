"""How far something is, on a terminal, once it takes longer than a second."""

from __future__ import annotations

import sys
import time
from typing import Self

PATIENCE = 1.0  # seconds before anything is shown
OFTEN = 0.1  # seconds between two looks at a terminal that people cannot follow anyway


class Bar:
    """One line on standard error, gone at the end. Anywhere but on a terminal it shows nothing."""

    def __init__(self, what: str, things: str) -> None:
        self._what, self._things = what, things
        self._next = time.monotonic() + PATIENCE
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, done: int, total: int | None = None) -> None:
        """Say how many are done, and of how many where that is known."""
        now = time.monotonic()
        if now < self._next or not sys.stderr.isatty():
            return
        self._next, self._shown = now + OFTEN, True
        many = f"{done:,} {self._things}"
        if total is not None:
            filled = 30 * done // max(1, total)
            many = f"[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {total:,} {self._things}"
        print(f"\r{self._what} {many}", end="", file=sys.stderr, flush=True)
