"""What is asked at the door and only the capturing thread can answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

import msgspec

from ingest.daemon.door import BarrierReply, LostRoot, Request
from ingest.daemon.root_monitor import RootMonitor
from ingest.daemon.sync import SyncBarrier
from ingest.daemon.wakeup import Announcer, Waker
from ingest.store.root_reports import RootReport

STATUS_WAIT = 10.0  # seconds
_NO_MORE = LostRoot("unreachable", "it was retired meanwhile, or is captured by another process now")


class Job(msgspec.Struct):
    """One question, and how far its answer is."""

    kind: str
    roots: list[str]
    done: threading.Event
    barriers: dict[bytes, SyncBarrier] | None = None
    answer: BarrierReply | None = None
    reports: dict[str, RootReport] | None = None
    given_up: bool = False  # nobody waits for it any more
    refused: bool = False  # it can no more be done here


class Requests:
    """Threads of the door put questions and wait; the capturing thread calls `answer` again and again."""

    def __init__(self, monitors: Sequence[RootMonitor], announcer: Announcer, waker: Waker) -> None:
        self._monitors = monitors
        self._announcer = announcer
        self._waker = waker
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._working: list[Job] = []

    def wait(self, request: Request) -> BarrierReply:
        """Wait for a `sync` or a `scan` as long as the request says."""
        job = self._put(request.verb, request.roots)
        done = job.done.wait(request.timeout) and not job.refused
        job.given_up = True
        return msgspec.structs.replace(job.answer or BarrierReply(done=False), done=done)

    def reports(self) -> dict[str, RootReport] | None:
        """Return what each root has to say of itself; None where that takes too long."""
        job = self._put("status", [])
        job.done.wait(STATUS_WAIT)
        return job.reports

    @property
    def are_waited_for(self) -> bool:
        """Tell whether somebody waits for an answer."""
        return bool(self._working)

    def _put(self, kind: str, roots: list[str]) -> Job:
        job = Job(kind, roots, threading.Event())
        self._jobs.put(job)
        self._waker.wake()
        return job

    def answer(self) -> None:
        """Begin what was asked, answer what can be answered by now."""
        while True:
            try:
                self._begin(self._jobs.get_nowait())
            except queue.Empty:
                break
        for job in list(self._working):
            if job.given_up or self._is_done(job):
                self._working.remove(job)
                for monitor in self._monitors:
                    if job.barriers and monitor.root.uid in job.barriers:
                        monitor.barriers.end(job.barriers[monitor.root.uid])

    def _begin(self, job: Job) -> None:
        chosen = [
            monitor
            for monitor in self._monitors
            if not monitor.retired and (not job.roots or monitor.root.uid.hex() in job.roots)
        ]
        if job.kind == "status":
            job.reports = {monitor.root.uid.hex(): monitor.report() for monitor in self._monitors}
            job.done.set()
            return
        job.answer = BarrierReply(done=False, roots=[monitor.root.uid.hex() for monitor in chosen])
        if not chosen:
            job.done.set()
            return
        if job.kind == "scan":
            job.barriers = {monitor.root.uid: monitor.scan() for monitor in chosen}
        else:
            job.barriers = {monitor.root.uid: monitor.barriers.sync() for monitor in chosen}
        self._working.append(job)

    def _is_done(self, job: Job) -> bool:
        assert job.barriers is not None
        assert job.answer is not None
        found = [monitor for monitor in self._monitors if monitor.root.uid in job.barriers]
        waited = [monitor for monitor in found if not monitor.retired]
        if len(found) < len(job.barriers) or not waited:
            job.answer, job.refused = msgspec.structs.replace(job.answer, lost=_NO_MORE), True
            job.done.set()
            return True
        if job.kind == "scan":
            problems = (monitor.lost(job.barriers[monitor.root.uid]) for monitor in waited)
            if (problem := next(filter(None, problems), None)) is not None:
                job.answer = msgspec.structs.replace(job.answer, lost=LostRoot.of(problem))
                job.done.set()
                return True
        # each is asked: a barrier notes what it waits for when it is
        passed = [monitor.barriers.passes(job.barriers[monitor.root.uid]) for monitor in waited]
        if all(passed):
            captures = [monitor.capture for monitor in waited if monitor.capture is not None]
            job.answer = msgspec.structs.replace(
                job.answer,
                files=sum(capture.survey.files for capture in captures),
                unknown=sum(len(capture.untold()) for capture in captures),
                to_seq=self._announcer.seq,
            )
            job.done.set()
        return job.done.is_set()
