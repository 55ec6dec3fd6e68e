"""The command with a way to kill one of its threads, for tests alone: SIGUSR1 raises in the thread named.

python -m tests.faults.wounded CLASS-OR-NAME-OF-THE-THREAD ARGUMENTS-OF-INGEST...
"""

from __future__ import annotations

import ctypes
import faulthandler
import signal
import sys
import threading


class Wound(Exception):
    """Raised in a thread that must die."""


def main() -> int:
    """Run `ingest`; on SIGUSR1 kill the thread."""
    name = sys.argv[1]

    def strike(_number: int, _frame: object) -> None:
        for thread in threading.enumerate():
            if name in (type(thread).__name__, thread.name) and thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident), ctypes.py_object(Wound)
                )

    faulthandler.register(signal.SIGUSR2)
    signal.signal(signal.SIGUSR1, strike)
    from ingest.__main__ import main as ingest

    sys.argv = ["ingest", *sys.argv[2:]]
    ingest()
    return 0


if __name__ == "__main__":
    sys.exit(main())
