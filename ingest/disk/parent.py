"""What a process that works for another one does first."""

from __future__ import annotations

import ctypes
import os
import signal

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def die_with(parent: int) -> None:
    """End when `parent` does, which a lock would otherwise outlive; leave signals to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        return  # another system: the pipe's end tells the process in time
    if os.getppid() != parent:
        os._exit(1)
