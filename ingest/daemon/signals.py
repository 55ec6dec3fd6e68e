"""Signals, heard when they come.

Python runs a handler between two steps of the main thread, and that may wait in the database for
seconds. The interpreter's own C handler writes the number of each signal into a pipe at once; a
thread reads it there.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping


def hear(handlers: Mapping[int, Callable[[int], None]]) -> None:
    """Have each of these signals call its function with its number, in a thread of its own.

    To be called once a process, in the main thread; the functions return soon.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in handlers:
        signal.signal(number, _leave)

    def listen() -> None:
        while numbers := os.read(reading, 64):
            for number in numbers:
                if number in handlers:
                    handlers[number](number)

    threading.Thread(target=listen, name="signals", daemon=True).start()


def _leave(_number: int, _frame: object) -> None:
    """Do nothing: without a handler in Python the signal would have its default effect, or none."""
