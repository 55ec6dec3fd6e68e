"""Whether this process can be forked, what asks both to stop, and that what was forked dies with it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# What asks a program to stop: the terminal and the system send it to all of its processes at once.
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def is_alone() -> bool:
    """Tell whether no other thread could hold a lock when this one forks.

    On macOS the system itself has some.
    """
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def hold_stops() -> Iterator[None]:
    """Keep what asks to stop waiting while a process is begun; here it comes at the end.

    The process begins with it waiting, until `die_with` or `ignore_stops`: half begun it would end with a
    traceback, beside what this one says.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_stops() -> None:
    """Ignore what asks to stop from now on, and what waits since `hold_stops`: the other process decides."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """End when `parent` does, which a lock would otherwise outlive, and at SIGTERM; ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    try:
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, by)
    except (OSError, AttributeError):
        return  # another system: the pipe's end tells the process in time
    if os.getppid() != parent:
        os._exit(1)
