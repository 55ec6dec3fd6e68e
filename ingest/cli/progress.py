"""How far something is, on a terminal, once it takes longer than a second."""

from __future__ import annotations

import shutil
import sys
import time
from typing import ClassVar, Self

from ingest.width import width

PATIENCE = 1.0  # seconds before anything is shown
OFTEN = 0.1  # seconds between two looks at a terminal that people cannot follow anyway
CELLS = 30  # of the bar
_LEAST = 2.0  # seconds of work before its rate says how long the rest takes


class Bar:
    """One line on standard error, gone at the end. Anywhere but on a terminal it shows nothing.

        index [#########.....................] 1,980 of 6,620 changes, 66 a second, 1:10 left

    It leaves room for the ^C of whoever stops it, and is never wider than the terminal: what does not fit is
    left out, the time left last. `open_bar` is the one that may be shown now: who writes to the terminal
    hides it before.
    """

    open_bar: ClassVar[Bar | None] = None

    def __init__(self, what: str, things: str) -> None:
        self._what, self._things = what, things
        self._began = time.monotonic()
        self._next = self._began + PATIENCE
        self._first = 0  # of these things, how many were done when they were begun with
        self._shown = False

    def __enter__(self) -> Self:
        Bar.open_bar = self
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()
        Bar.open_bar = None

    def hide(self) -> None:
        """Take the line away until it is shown again."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False

    def show(self, done: int, total: int | None = None, things: str | None = None) -> None:
        """Say how many are done, and of how many where that is known; from now on of these `things`."""
        now = time.monotonic()
        if things is not None and things != self._things:
            self._things, self._began, self._first = things, now, done
        if now < self._next or not sys.stderr.isatty():
            return
        self._next, self._shown = now + OFTEN, True
        columns = shutil.get_terminal_size().columns - len("^C") - 1  # which must not break the line
        line = self._line(done, total, now - self._began, columns)
        print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)

    def _line(self, done: int, total: int | None, seconds: float, columns: int) -> str:
        """Give what is shown after so many seconds, in so many columns."""
        count = f"{done:,} {self._things}" if total is None else f"{done:,} of {total:,} {self._things}"
        parts = [self._what, count]
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        if rate:
            parts.append(f"{rate:,.0f} a second" if rate >= 10 else f"{rate:,.1f} a second")
        if rate and total is not None and seconds >= _LEAST:
            parts.append(f"{_clock(max(0, total - done) / rate)} left")
        bar = ""
        if total is not None:
            filled = min(CELLS, CELLS * done // max(1, total))
            bar = f" [{'#' * filled}{'.' * (CELLS - filled)}]"
        shown = f"{parts[0]}{bar} {', '.join(parts[1:])}"
        if width(shown) > columns:
            shown = f"{parts[0]} {', '.join(parts[1:])}"
        while width(shown) > columns and len(parts) > 1:
            parts.pop()
            shown = f"{parts[0]} {', '.join(parts[1:])}".rstrip()
        return shown if width(shown) <= columns else ""


def _clock(seconds: float) -> str:
    """Return seconds as `0:07`, `12:30` or `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
