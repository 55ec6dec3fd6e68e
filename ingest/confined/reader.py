"""Has documents read by the confined processes: bytes in, text or a reason out."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec

from ingest.confined import frames
from ingest.confined.frames import Confine
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extracted import Extracted, Limits

WAITING = 1.0  # seconds
_BEYOND = 60.0  # seconds beyond the deadline in which the warden answers: it loads libraries first
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ingest.confined.warden import main; main()"
)


def do_nothing() -> None:
    """Do nothing while a document is waited for."""


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """How a root's documents are read: only where the system grants a lock or not, and how long (seconds)."""

    html: Html = Html()
    confine: Confine = "require"
    deadline: float = 20.0
    limits: Limits = Limits()


class Reader:
    """Reads documents, one at a time: `read` is what `normalise` takes. `close` ends the processes.

    They are started with the first document. After a fork the new process starts its own. While a document
    is waited for, `while_waiting` is called every second.
    """

    def __init__(self, documents: Documents, while_waiting: Callable[[], None] = do_nothing) -> None:
        self._documents = documents
        self._while_waiting = while_waiting
        self._warden: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
        """Return what a document holds, or why it has no text. Raises nothing."""
        if len(raw) > self._documents.limits.bytes:
            return Unread("too_large", f"more than {self._documents.limits.bytes:,} bytes")
        ask = frames.Ask(
            module=fmt.module,
            elsewhere=fmt.elsewhere,
            native=fmt.native,
            confine=self._documents.confine,
            deadline=self._documents.deadline,
            limits=self._documents.limits,
            html=html,
        )
        try:
            found = frames.decode_answer(self._asked(frames.encode(ask), raw))
        except (frames.Ended, frames.Late, OSError, msgspec.DecodeError) as error:
            self.close()
            return Unread("extractor_failed", f"no answer: {type(error).__name__}")
        return found.extracted if isinstance(found, frames.Text) else found.unread

    def _asked(self, ask: bytes, raw: bytes) -> bytes:
        warden = self._started()
        assert warden.stdin is not None
        assert warden.stdout is not None
        until = time.monotonic() + self._documents.deadline + _BEYOND
        frames.send(warden.stdin.fileno(), ask, raw, until=until)
        waiting = select.poll()
        waiting.register(warden.stdout.fileno(), select.POLLIN)
        while not waiting.poll(WAITING * 1000) and time.monotonic() < until:
            self._while_waiting()
        return frames.receive(warden.stdout.fileno(), until=until)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._warden is not None and self._owner == os.getpid() and self._warden.poll() is None:
            return self._warden
        self.close()
        path = json.dumps([os.path.abspath(folder) for folder in sys.path])
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            bufsize=0,
        )
        self._owner = os.getpid()
        for end in (self._warden.stdin, self._warden.stdout):
            assert end is not None
            os.set_blocking(end.fileno(), False)
        return self._warden

    def close(self) -> None:
        """End the processes; `read` may be called again."""
        warden, self._warden = self._warden, None
        if warden is None:
            return
        for end in (warden.stdin, warden.stdout):
            if end is not None:
                end.close()
        if self._owner != os.getpid():
            return  # another process's
        try:
            warden.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            warden.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                warden.wait(timeout=5)
