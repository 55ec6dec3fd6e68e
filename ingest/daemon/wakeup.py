"""How a thread of the daemon that sleeps learns that there is something to do."""

from __future__ import annotations

import os
import select
import threading
from contextlib import suppress


class Waker:
    """Ends the capturing thread's sleep from any thread, and from a signal handler."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        self._pending = False

    def wake(self) -> None:
        """End the sleep, or the next one."""
        if not self._pending:
            self._pending = True
            with suppress(BlockingIOError):
                os.write(self._write, b"!")

    def sleep(self, seconds: float) -> None:
        """Sleep until woken, `seconds` at most."""
        if seconds > 0 and not self._pending:
            select.select([self._read], [], [], seconds)
        self._pending = False
        with suppress(BlockingIOError):
            os.read(self._read, 4096)


class Announcer:
    """Tells waiting threads that the log grew."""

    def __init__(self) -> None:
        self.seq = 0
        self._grew = threading.Condition()

    def announce(self, seq: int) -> None:
        """Announce that the log has this many entries now."""
        with self._grew:
            self.seq = max(self.seq, seq)
            self._grew.notify_all()

    def wait(self, beyond: int, timeout: float) -> None:
        """Wait until the log is longer than `beyond`, `timeout` seconds at most."""
        with self._grew:
            self._grew.wait_for(lambda: self.seq > beyond, timeout)
