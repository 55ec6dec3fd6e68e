"""The warden: started by the reader, parses nothing, holds the children and the deadline.

It reads what it is asked from its standard input and answers on its standard output. The child for the
readers that stand on the standard library serves many documents; a document that foreign code reads has a
child of its own, forked from this process once the library is loaded.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType

import msgspec

from ingest.confined import child, frames, large_pages, locks
from ingest.forking import ignore_stops
from ingest.normalise.document_formats import STANDARD

_MOST_DOCUMENTS = 2_000  # after so many the child is ended and another begun: what it leaked is gone
_SOON = 30.0  # seconds in which a child must be ready
_LAST = 0.2  # seconds that a child has to end by itself, and so to tell how it ended


class _Child(msgspec.Struct):
    pid: int
    asks: int
    answers: int
    is_confined: bool = False
    documents: int = 0


class Warden:
    """Answers what is asked, one document at a time; `begun` is called when a child was given one."""

    def __init__(self, begun: Callable[[], None] = lambda: None) -> None:
        self._begun = begun
        self._readers: dict[str, ModuleType | None] = {}
        self._standard: _Child | None = None

    def run(self, asking: int, answering: int) -> None:
        """Answer until nobody asks any more."""
        try:
            while True:
                ask = frames.decode_ask(frames.receive(asking))
                data = frames.receive(asking)
                try:
                    answer = self._answer(ask, data)
                except OSError as error:  # no room for a process
                    answer = frames.failed(f"no process for it: {os.strerror(error.errno or 0)}")
                frames.send(answering, answer)
        except frames.Ended:
            return
        finally:
            if self._standard is not None:
                _end(self._standard)

    def _answer(self, ask: frames.Ask, data: bytes) -> bytes:
        if ask.native:
            return self._alone(ask, data)
        answer = self._together(ask, data)
        if answer == frames.ELSEWHERE and ask.elsewhere is not None:
            return self._alone(msgspec.structs.replace(ask, module=ask.elsewhere), data)
        return answer

    def _together(self, ask: frames.Ask, data: bytes) -> bytes:
        """Have a document read by the child that reads many."""
        one = self._standard
        if one is not None and one.documents >= _MOST_DOCUMENTS:
            _end(one)
            one = None
        if one is None:
            for name in STANDARD:
                self._warm(name)
            one = self._start(STANDARD, once=False)
        answer, lives = self._read_by(one, ask, data)
        self._standard = one if lives else None
        return answer

    def _alone(self, ask: frames.Ask, data: bytes) -> bytes:
        """Have a document read by a child of its own."""
        is_new = ask.module not in self._readers
        if self._warm(ask.module) is None:
            return frames.failed(f"there is no reader {ask.module}", "no_extractor")
        if is_new:
            large_pages.collapse()
        one = self._start((ask.module,), once=True)
        answer, lives = self._read_by(one, ask, data)
        if lives:
            _end(one)
        return answer

    def _read_by(self, one: _Child, ask: frames.Ask, data: bytes) -> tuple[bytes, bool]:
        """Return what a child made of a document, and whether the child lives."""
        if ask.confine == "require" and not one.is_confined:
            _end(one)
            return frames.failed("the system grants no lock", "not_confined"), False
        self._begun()
        until = time.monotonic() + ask.deadline
        one.documents += 1
        try:
            frames.send(one.asks, frames.encode(ask), data, until=until)
            return frames.receive(one.answers, until=until), True
        except frames.Late:
            _end(one)
            return frames.failed(f"it took longer than {ask.deadline:g} s"), False
        except frames.Ended:
            return frames.failed(_ended_by(_end(one))), False

    def _warm(self, name: str) -> ModuleType | None:
        if not self._readers:
            child.warm_common()
            locks.prepare()
        if name not in self._readers:
            self._readers[name] = child.warm(name)
            gc.collect()
            gc.freeze()  # what is loaded stays shared with every child: no collection there writes to it
        return self._readers[name]

    def _start(self, names: tuple[str, ...], *, once: bool) -> _Child:
        readers = {name: found for name in names if (found := self._readers.get(name)) is not None}
        warden = os.getpid()
        with ExitStack() as undo:  # where there is no room for a process, or for its pipes
            theirs_in, ours_out = os.pipe()
            undo.callback(os.close, theirs_in)
            undo.callback(os.close, ours_out)
            ours_in, theirs_out = os.pipe()
            undo.callback(os.close, ours_in)
            undo.callback(os.close, theirs_out)
            pid = os.fork()
            undo.pop_all()
        if pid == 0:
            child.serve(theirs_in, theirs_out, warden, readers, once=once)
        os.close(theirs_in)
        os.close(theirs_out)
        os.set_blocking(ours_out, False)
        os.set_blocking(ours_in, False)
        made = _Child(pid, ours_out, ours_in)
        try:
            ready = frames.decode_ready(frames.receive(ours_in, until=time.monotonic() + _SOON))
            made.is_confined = ready.locks.seccomp
        except (frames.Ended, frames.Late, msgspec.DecodeError):
            pass  # it is not confined, or it ends when it is asked
        return made


def _ended_by(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"its process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return "its process ended"


def _end(one: _Child) -> int:
    """End a child, whatever it is doing; returns how it ended."""
    os.close(one.asks)
    os.close(one.answers)
    waited = time.monotonic() + _LAST
    while time.monotonic() < waited:
        pid, status = os.waitpid(one.pid, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.001)
    os.kill(one.pid, signal.SIGKILL)
    return os.waitpid(one.pid, 0)[1]


def main() -> None:
    """Live as the warden, on standard input and output."""
    ignore_stops()
    asking, answering = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    Warden(lambda: frames.send(answering, frames.BEGUN)).run(asking, answering)
