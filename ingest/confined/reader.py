"""Have documents read by the confined processes: bytes in, text or a reason out."""

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
from ingest.forking import hold_stops
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extraction import Extracted, Limits

WAITING = 1.0  # seconds
STARTING = 10.0  # seconds in which a process is expected to be ready, where not all time is waited for it
_BEYOND = 60.0  # seconds beyond the deadline in which the warden answers: it loads libraries first
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ingest.confined.warden import main; main()"
)


def do_nothing() -> None:
    """Do nothing while a document is waited for."""


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """How a root's documents are read: `confine`, whether without a lock too; `deadline`, in seconds."""

    html: Html = Html()
    confine: Confine = "require"
    deadline: float = 20.0
    limits: Limits = Limits()


class Reader:
    """Reads documents, one at a time: `read` is what `normalise` takes. `close` ends the processes.

    They are started with the first document. After a fork the new process starts its own. While a document
    is waited for, `while_waiting` is called every second.

    `begin` and `answer` are the two halves of `read`.
    """

    def __init__(self, documents: Documents, while_waiting: Callable[[], None] = do_nothing) -> None:
        self._documents = documents
        self._while_waiting = while_waiting
        self._warden: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._asked = self._until = 0.0
        self._begun: float | None = None
        self._known: Unread | None = None  # an answer that needs no process

    def read(self, fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
        """Return what a document holds, or why it has no text. Raises nothing."""
        self.begin(fmt, raw, html)
        found = self.answer()
        assert found is not None
        return found

    def begin(self, fmt: DocumentFormat, raw: bytes, html: Html) -> None:
        """Give a document to the processes; `answer` says what came of it. Raises nothing."""
        self._known, self._begun = None, None
        self._asked = time.monotonic()
        self._until = self._asked + self._documents.deadline + _BEYOND
        if len(raw) > self._documents.limits.bytes:
            self._known = Unread("too_large", f"more than {self._documents.limits.bytes:,} bytes")
            return
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
            warden = self._running()
            assert warden.stdin is not None
            frames.send(warden.stdin.fileno(), frames.encode(ask), raw, until=self._until)
        except (frames.Ended, frames.Late, OSError) as error:
            self._known = self._failed(error)

    def answer(
        self, *, patience: float | None = None, starting: float = STARTING
    ) -> Extracted | Unread | None:
        """Return what the document that was begun holds, or why it has no text. Raises nothing.

        None where that is not known `patience` seconds after a process was given the document, or where none
        was ready to be given it within `starting` seconds; it may be asked again then.
        """
        try:
            while self._known is None:
                frame = self._frame(patience, starting)
                if frame is None:
                    return None
                found = frames.decode_answer(frame)
                if isinstance(found, frames.Text):
                    return found.extracted
                if isinstance(found, frames.NoText):
                    return found.unread
                self._begun = time.monotonic()
        except (frames.Ended, frames.Late, OSError, msgspec.DecodeError) as error:
            self._known = self._failed(error)
        return self._known

    @property
    def seconds(self) -> float:
        """Tell how long a process has been at the document that was begun."""
        return 0.0 if self._begun is None else time.monotonic() - self._begun

    def _frame(self, patience: float | None, starting: float) -> bytes | None:
        """Return what the warden says next; None where that takes longer. Raises as `receive` does."""
        warden = self._warden
        if warden is None or self._owner != os.getpid():
            raise frames.Ended
        assert warden.stdout is not None
        last = self._until
        if patience is not None:
            last = min(last, self._asked + starting if self._begun is None else self._begun + patience)
        waiting = select.poll()
        waiting.register(warden.stdout.fileno(), select.POLLIN)
        while not waiting.poll(min(WAITING, max(0.0, last - time.monotonic())) * 1000):
            if time.monotonic() >= last:
                if last == self._until:
                    raise frames.Late
                return None
            self._while_waiting()
        return frames.receive(warden.stdout.fileno(), until=self._until)

    def _failed(self, error: Exception) -> Unread:
        self.close()
        return Unread("extractor_failed", f"no answer: {type(error).__name__}")

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the warden of this process, started where none runs. Raises OSError."""
        if self._warden is not None and self._owner == os.getpid() and self._warden.poll() is None:
            return self._warden
        self.close()
        path = json.dumps([os.path.abspath(folder) for folder in sys.path])
        with hold_stops():  # else one that begins would end, and its document have no text
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
