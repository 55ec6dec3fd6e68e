"""The capture of one root in a process of its own: one whose file system may not answer for ever.

The daemon starts it and speaks with it over its standard input and output, a line of JSON each way. A call
that hangs here holds up nobody else; not even a kill ends it before the file system answers.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Literal

import msgspec
import structlog

from ingest import logging, normalise
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.door import BarrierReply, Request
from ingest.daemon.requests import Requests
from ingest.daemon.root_monitor import RootMonitor
from ingest.daemon.wakeup import Announcer, Waker
from ingest.disk.watch import Listener
from ingest.errors import AlreadyRunning, IngestError, NotFound, RootUnavailable
from ingest.forking import ignore_stops
from ingest.store import roots
from ingest.store.engine import open_store
from ingest.store.root_reports import RootReport
from ingest.typed_values import decoder

OFTEN = 1.0  # seconds between two reports of a root that answers
_SLEEP = 1.0
_PATIENCE = 5.0  # seconds after which a process that is to stop, and hangs, ends itself


class ProcessTask(msgspec.Struct, frozen=True):
    """What the process begins with: `root` is the root's id, `name` what its errors call it."""

    database_url: str
    busy_seconds: float
    settings: Settings
    root: str
    name: str


class Order(msgspec.Struct, frozen=True):
    """What the daemon says: a question with its number, that the root is to be scanned, or the end."""

    kind: Literal["ask", "scan", "stop"]
    number: int = 0
    request: Request | None = None


class ProcessReply(msgspec.Struct, frozen=True):
    """What the process says: how the root is, or the answer to a question."""

    kind: Literal["begun", "report", "answer"]
    number: int = 0
    report: RootReport | None = None
    answer: BarrierReply | None = None
    seq: int = 0
    retired: bool = False


class Process:
    """The process, from its first line to its end."""

    def __init__(self, given: ProcessTask) -> None:
        self._stopping = self._scan = False
        self._writing = threading.Lock()
        self._waker = Waker()
        self._announcer = Announcer()
        self._clock = Clock(
            monotonic=time.monotonic,
            wall=lambda: time.time_ns() // 1000,
            sleep=time.sleep,
            entropy=os.urandom,
        )
        self._store = store = open_store(given.database_url, busy_seconds=given.busy_seconds)
        with store.read() as connection:
            root = next((each for each in roots.every(connection) if each.uid.hex() == given.root), None)
        if root is None:
            raise NotFound(f"the root '{given.name}' is recorded no more")
        self._monitor = RootMonitor(
            store, root, settings=given.settings, clock=self._clock, log=structlog.get_logger(),
            wake=self._waker.wake, hidden=store.files_below, may_wait=True,
        )  # fmt: skip
        self._requests = Requests([self._monitor], self._announcer, self._waker)
        self._next_report = 0.0

    def run(self) -> None:
        """Capture until the daemon says stop, or is gone, or the root is retired."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        Listener(lambda overflow, words: self._monitor.warned(words, overflow=overflow)).attach()
        normalise.prepare()
        self._say(ProcessReply("begun"))
        try:
            self._monitor.session.open()
        except (RootUnavailable, AlreadyRunning) as error:
            self._monitor.record.begin()
            code = error.code if isinstance(error, RootUnavailable) else "root_missing"
            self._monitor.session.lose(RootUnavailable(error.message, code=code, hint=error.hint))
        else:
            self._monitor.record.begin()
            self._monitor.session.start_watcher()
        while not (self._stopping or self._monitor.retired):
            self._turn()
        self._monitor.close(reason="stopped")
        self._report()
        self._store.dispose()

    def _turn(self) -> None:
        monitor = self._monitor
        if self._scan:
            self._scan = False
            monitor.answered()
        more = monitor.step()
        if monitor.capture is not None:
            self._announcer.announce(monitor.capture.last_seq)
        now = self._clock.monotonic()
        if self._requests.are_waited_for or now >= self._next_report:
            self._report()  # before the answer: whoever hears that finds the root as it is
        self._requests.answer()
        if not more:
            due = min(max(monitor.next_due(), now), now + _SLEEP)
            self._waker.sleep(due - now)

    def _report(self) -> None:
        self._next_report = self._clock.monotonic() + OFTEN
        monitor = self._monitor
        self._say(
            ProcessReply("report", report=monitor.report(), seq=self._announcer.seq, retired=monitor.retired)
        )

    def _say(self, said: ProcessReply) -> None:
        line = msgspec.json.encode(said) + b"\n"
        with self._writing:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            order = decoder(Order).decode(line)
            if order.kind == "scan":
                self._scan = True
            elif order.kind == "ask" and order.request is not None:
                threading.Thread(target=self._answer, args=(order.number, order.request), daemon=True).start()
            elif order.kind == "stop":
                break
            self._waker.wake()
        self._stopping = True
        self._waker.wake()
        time.sleep(_PATIENCE)
        os._exit(1)  # it hangs, or the daemon is gone and nobody reads what is said

    def _answer(self, number: int, request: Request) -> None:
        answer = self._requests.wait(request)
        self._say(ProcessReply("answer", number=number, answer=answer, seq=self._announcer.seq))


def main() -> None:
    """Live as the process, from what stands on standard input."""
    ignore_stops()
    os.umask(0o077)
    line = sys.stdin.buffer.readline()
    if not line:
        return  # the daemon ended before it said anything
    given = decoder(ProcessTask).decode(line)
    logging.configure(level=given.settings.log_level, format_=given.settings.log_format)
    code, log = 0, structlog.get_logger()
    try:
        Process(given).run()
    except IngestError as error:
        log.error("root_process_failed", root=given.name, detail=error.message)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread still reads the orders


if __name__ == "__main__":
    main()
