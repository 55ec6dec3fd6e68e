"""Whether this process can be forked, and that what was forked dies with it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def is_alone() -> bool:
    """Tell whether no other thread could hold a lock when this one forks.

    On macOS the system itself has some.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """End when `parent` does, which a lock would otherwise outlive; leave signals to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, by)
    except (OSError, AttributeError):
        return  # another system: the pipe's end tells the process in time
    if os.getppid() != parent:
        os._exit(1)
