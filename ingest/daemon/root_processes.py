"""The roots whose file system may not answer: each is captured by a process of its own (`root_process`).

Nothing here waits for one of them, but a thread of the door that asked for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO

import msgspec

from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import mounts_below, reload
from ingest.daemon.coverage import Turn
from ingest.daemon.door import BarrierReply, LostRoot, Request
from ingest.daemon.health import Health
from ingest.daemon.root_process import Order, ProcessReply, ProcessTask
from ingest.daemon.root_record import RootRecord
from ingest.daemon.wakeup import Announcer, Waker
from ingest.disk import descriptors, mounts
from ingest.disk.reachability import reap
from ingest.errors import StoreUnavailable
from ingest.forking import hold_stops
from ingest.logging import Log
from ingest.store.engine import Store
from ingest.store.locks import RootLock
from ingest.store.root_reports import RootReport
from ingest.store.roots import Root
from ingest.typed_values import decoder

SILENT = 6.0  # seconds without a report after which a root does not answer
OFTEN_ENOUGH = 2.0  # seconds since the last report within which it does
SLOW_START = 60.0  # the same, while its process begins
AGAIN = 5.0  # seconds after which a process that ended is begun anew
LEAVE = 2.0  # seconds that processes of roots that answer have to stop
_LOOK = 0.5  # seconds between two looks of who waits for an answer
_HINT = "see to what is mounted there"
_EMPTY = RootReport(backend="poll")


def is_wanted(path: bytes, table: Sequence[mounts.Line] | None) -> bool:
    """Tell whether a root at this path needs a process of its own: it, or a part of it, may not answer.

    Where it cannot be read what is mounted, the root is taken to lie on a disk of this machine.
    """
    if table is None:
        return False
    return mounts.why_polled(path, table) is not None or bool(
        mounts_below.polled_points(mounts.types_below(path, table))
    )


class RootProcess:
    """One such root, as the daemon sees it."""

    def __init__(
        self, store: Store, root: Root, *, settings: Settings, clock: Clock, log: Log, announcer: Announcer,
        waker: Waker,
    ) -> None:  # fmt: skip
        self.root = root
        self.health = Health(root, clock)
        self.retired = False
        self._settings = settings
        self._store = store
        self._record = RootRecord(store, root, clock)
        self._clock = clock
        self._log = log
        self._announcer = announcer
        self._waker = waker
        self._process: subprocess.Popen[bytes] | None = None
        self._begin_at = clock.monotonic()
        self._has_begun = False
        self._has_reported = False  # before that it may not have looked at the root
        self._is_renewed = False  # it is asked to end, and another is to begin
        self._refused: str | None = None  # why the system begins none
        self._heard_at = clock.monotonic()
        self._heard_wall = clock.wall()
        self._said = _EMPTY
        self._asked: set[int] = set()
        self._answers: dict[int, BarrierReply] = {}
        self._answered = threading.Condition()
        self._number = 0
        self._untold: int | None = None  # since when it does not answer, while the ledger does not say so

    @property
    def uid(self) -> str:
        """Return the root's id, as it is asked for."""
        return self.root.uid.hex()

    @property
    def is_unreachable(self) -> bool:
        """Tell whether the root does not answer."""
        return "unreachable" in self.health

    def require_free(self) -> None:
        """Raise AlreadyRunning where another process captures it into a server's store."""
        if not self._store.is_sqlite:
            lock = RootLock(self._store, self.root.id, self.root.name)
            lock.hold()
            lock.release()

    def tend(self, now: float) -> None:
        """Begin its process where none runs; note whether it answers."""
        if self.retired:
            if self._process is not None:
                self._process.poll()  # else it stays listed when it ends
            return
        if self._process is not None and (code := self._process.poll()) is not None:
            self._process, self._begin_at = None, now
            if not self._is_renewed:
                self._begin_at = now + AGAIN
                self._log.error("root_process_ended", root=self.root.name, code=code)
        if self._process is None and now >= self._begin_at:
            self._begin(now)
        silent = now - self._heard_at
        detail = self._refused or "its file system does not answer"
        hint = _HINT if self._refused is None else None
        if not self.is_unreachable and silent > (SILENT if self._has_begun else SLOW_START):
            self._untold = self._heard_wall
            self.health.trouble("unreachable", None, detail, self._heard_wall, hint=hint)
            self._log.error("root_unreachable", root=self.root.name, seconds=round(silent, 1))
        elif self.is_unreachable and self._has_reported and silent <= OFTEN_ENOUGH:
            self.health.clear("unreachable")
            self._untold = None
            self._send(Order("scan"))
            self._log.info("root_answers", root=self.root.name)
        elif self.is_unreachable:
            self.health.trouble(
                "unreachable", None, detail, hint=hint
            )  # what is in the way now may be another thing
        if self._untold is not None:
            self._tell_unreachable(self._untold)

    def _tell_unreachable(self, since: int) -> None:
        try:
            self._record.reread()
            if self._record.claim is not None and self._record.claim[0] != "blind":
                self._record.write([Turn("blind", "unreachable", since)])
        except StoreUnavailable:
            return  # with the next turn
        self._untold = None

    def _begin(self, now: float) -> None:
        self._has_begun = self._has_reported = self._is_renewed = False
        if self._refused is None:  # else the time goes on in which nothing was heard
            self._heard_at, self._heard_wall = now, self._clock.wall()
        url = self._store.url.render_as_string(hide_password=False)
        given = ProcessTask(url, self._settings.busy_seconds, self._settings, self.uid, self.root.name)
        # its lines pass through this process: one that hangs for ever would keep the stream open
        try:
            with hold_stops():
                self._process = process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "ingest.daemon.root_process"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                )  # fmt: skip
        except OSError as error:  # too few descriptors, or no room for a process
            detail = (
                descriptors.shortage() if descriptors.are_too_few(error) else os.strerror(error.errno or 0)
            )
            self._begin_at, self._refused = now + AGAIN, f"no process can be begun for it: {detail}"
            self._log.error("root_process_failed", root=self.root.name, detail=detail)
            return
        self._refused = None
        assert process.stdout is not None
        assert process.stderr is not None
        self._write(msgspec.json.encode(given))
        for target, stream in ((self._listen, process.stdout), (_pass_on, process.stderr)):
            threading.Thread(target=target, args=(stream,), name="apart", daemon=True).start()

    def _listen(self, stream: IO[bytes]) -> None:
        for line in stream:
            said = decoder(ProcessReply).decode(line)
            self._has_begun = True
            self._heard_at, self._heard_wall = self._clock.monotonic(), self._clock.wall()
            self._announcer.announce(said.seq)
            if said.report is not None:
                self.retired = said.retired
                self._said, self._has_reported = said.report, True
            elif said.answer is not None:
                with self._answered:
                    if said.number in self._asked:  # else nobody waits for it any more
                        self._answers[said.number] = said.answer
                        self._answered.notify_all()
        self._waker.wake()

    def _send(self, order: Order) -> None:
        self._write(msgspec.json.encode(order))

    def _write(self, line: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(line + b"\n")
                self._process.stdin.flush()

    def ask(self, request: Request) -> int:
        """Put a question; `answer` waits for what is said to it."""
        with self._answered:  # several may ask at once
            self._number += 1
            number = self._number
            self._asked.add(number)
        self._send(Order("ask", number, request))
        return number

    def answer(self, number: int, *, until: float, is_scan: bool) -> BarrierReply:
        """Wait for the answer to a question; a scan of a root that does not answer is not waited for."""
        try:
            while True:
                with self._answered:
                    if number in self._answers:
                        return self._answers[number]
                    left = until - self._clock.monotonic()
                    if left <= 0:
                        return BarrierReply(done=False, roots=[self.uid])
                    self._answered.wait(min(left, _LOOK))
                if is_scan and (problem := self.health.first("unreachable")) is not None:
                    return BarrierReply(done=True, roots=[self.uid], lost=LostRoot.of(problem))
        finally:
            with self._answered:
                self._asked.discard(number)
                self._answers.pop(number, None)

    def report(self) -> RootReport:
        """Return the root's part of `status`."""
        said = [] if self.is_unreachable else self._said.problems
        problems = [*self.health.records(), *said]
        return msgspec.structs.replace(self._said, problems=problems, problems_total=len(problems))

    def reconfigure(self, settings: Settings) -> None:
        """Stop the process where these settings differ for its root; another one starts with them."""
        if reload.concerning(settings, self.root.name) != reload.concerning(self._settings, self.root.name):
            self._settings, self._is_renewed = settings, True
            self._send(Order("stop"))

    def leave(self) -> None:
        """Ask the process to stop; one whose root does not answer is killed, which may take effect later."""
        self.retired = True
        self._send(Order("stop"))
        if self._process is not None and self.is_unreachable:
            self._process.kill()

    def wait(self, until: float) -> None:
        """Wait for the process to end, not beyond a moment; then it is killed."""
        if self._process is None or self.is_unreachable:
            return
        try:
            self._process.wait(max(0.0, until - self._clock.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()


def _pass_on(stream: IO[bytes]) -> None:
    for line in stream:
        with suppress(OSError, ValueError):
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()


class RootProcesses:
    """All of them."""

    def __init__(self, begin: Callable[[Root], RootProcess], clock: Clock) -> None:
        self._every: list[RootProcess] = []
        self._begin = begin
        self._clock = clock

    def __iter__(self) -> Iterator[RootProcess]:
        return iter(list(self._every))

    def add(self, root: Root) -> None:
        """Capture one more; its process begins with the next `tend`."""
        self._every.append(self._begin(root))

    def tend(self) -> None:
        """See to each."""
        reap()
        now = self._clock.monotonic()
        for each in self._every:
            each.tend(now)

    def ask(self, request: Request, here: Callable[[Request], BarrierReply]) -> BarrierReply:
        """Put a `sync` or a `scan` to those that are meant; `here` puts it to the roots of this process."""
        asked = [
            (each, each.ask(request))
            for each in self._every
            if not each.retired and (not request.roots or each.uid in request.roots)
        ]
        until = self._clock.monotonic() + request.timeout
        answers = [here(request)]
        answers += [
            each.answer(number, until=until, is_scan=request.verb == "scan") for each, number in asked
        ]
        return BarrierReply(
            done=all(answer.done for answer in answers),
            roots=[uid for answer in answers for uid in answer.roots],
            files=sum(answer.files for answer in answers),
            unknown=sum(answer.unknown for answer in answers),
            to_seq=max(answer.to_seq for answer in answers),
            lost=next((answer.lost for answer in answers if answer.lost is not None), None),
        )

    def stop(self) -> None:
        """End every process, and wait for none whose root does not answer. May be called twice."""
        until = self._clock.monotonic() + LEAVE
        for each in self._every:
            each.leave()
        for each in self._every:
            each.wait(until)
