"""What is asked at the door and only the capturing thread can answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

import msgspec

from ingest.daemon.door import Done, Lost, Request
from ingest.daemon.root_monitor import RootMonitor
from ingest.daemon.sync import SyncBarrier
from ingest.daemon.wakeup import Announcer, Waker
from ingest.store.root_reports import RootReport

STATUS_WAIT = 10.0  # seconds


class Job(msgspec.Struct):
    """One question, and how far its answer is."""

    kind: str
    roots: list[str]
    done: threading.Event
    barriers: dict[bytes, SyncBarrier] | None = None
    answer: Done | None = None
    reports: dict[str, RootReport] | None = None
    given_up: bool = False


class Requests:
    """Threads of the door put questions and wait; the capturing thread calls `answer` again and again."""

    def __init__(self, monitors: Sequence[RootMonitor], announcer: Announcer, waker: Waker) -> None:
        self._monitors = monitors
        self._announcer = announcer
        self._waker = waker
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._working: list[Job] = []

    def wait(self, request: Request) -> Done:
        """Wait for a `sync` or a `scan` as long as the request says."""
        job = self._put(request.verb, request.roots)
        done = job.done.wait(request.timeout)
        job.given_up = True
        return msgspec.structs.replace(job.answer or Done(done=False), done=done)

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
            o for o in self._monitors if not o.retired and (not job.roots or o.root.uid.hex() in job.roots)
        ]
        if job.kind == "status":
            job.reports = {o.root.uid.hex(): o.report() for o in self._monitors}
            job.done.set()
            return
        job.answer = Done(done=False, roots=[o.root.uid.hex() for o in chosen])
        if not chosen:
            job.done.set()
            return
        if job.kind == "scan":
            job.barriers = {o.root.uid: o.barriers.scan() for o in chosen}
        else:
            job.barriers = {o.root.uid: o.barriers.sync() for o in chosen}
        self._working.append(job)

    def _is_done(self, job: Job) -> bool:
        assert job.barriers is not None
        assert job.answer is not None
        lost = [o.health.lost() for o in self._monitors if o.root.uid in job.barriers]
        if job.kind == "scan" and (problem := next(filter(None, lost), None)) is not None:
            job.answer = msgspec.structs.replace(job.answer, lost=Lost(problem.code, problem.detail))
            job.done.set()
            return True
        passed = [
            o.barriers.passes(job.barriers[o.root.uid]) for o in self._monitors if o.root.uid in job.barriers
        ]
        if passed and all(passed):
            captures = [o.capture for o in self._monitors if o.root.uid in job.barriers]
            files = sum(capture.survey.files for capture in captures if capture is not None)
            job.answer = msgspec.structs.replace(job.answer, files=files, to_seq=self._announcer.seq)
            job.done.set()
        return job.done.is_set()
