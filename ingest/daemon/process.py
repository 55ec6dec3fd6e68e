"""The process that watches: one capturing thread, a door, and a follower that writes log lines."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec

from ingest import merkle, normalise
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import signals
from ingest.daemon.door import Answer, Door, Request, beside_store, clear_away, made_for
from ingest.daemon.root_monitor import RootMonitor
from ingest.daemon.sync import SyncBarrier
from ingest.daemon.wakeup import Announcer, Waker
from ingest.disk import descriptors
from ingest.disk.watch import Listener
from ingest.errors import IngestError, RootUnavailable, StoreUnavailable, UsageError
from ingest.escape import path as show
from ingest.followers.follower import Follower, Sink
from ingest.followers.index_filling import IndexFilling
from ingest.followers.log_lines import Detail, LogLines
from ingest.logging import Log, Stderr
from ingest.store import reader
from ingest.store.engine import Row, Store
from ingest.store.roots import Root

LONGEST_SLEEP = 1.0
_FIXED = (  # taken at the start only
    "database_url", "busy_seconds", "fill_index", "log_format", "log_level", "tell_new_readings",
)  # fmt: skip
_LOOKED_AT = "once you have looked at it: tell_new_readings = false"
SWITCH = 0.0005  # seconds that a computing thread holds the interpreter while others want it
IMPATIENT = 1.0  # seconds after which a second signal to stop is meant
KEEP_ALIVE = 15.0  # a follower at the door hears something at least so often
_UNFILLED = "the thread that fills the index died; queries fill it, or restart the daemon"
_UNTOLD = "the thread that writes the log lines died; restart the daemon"


class Job(msgspec.Struct):
    """Something asked at the door that only the capturing thread can answer."""

    kind: str
    roots: list[str]
    done: threading.Event
    barriers: dict[bytes, SyncBarrier] | None = None
    answer: dict[str, Any] | None = None
    given_up: bool = False


class Daemon:
    """`run` returns when a signal asks for it."""

    def __init__(
        self,
        store: Store,
        roots: list[Root],
        *,
        settings: Settings,
        load: Callable[[], Settings],
        clock: Clock,
        log: Log,
        sink: Stderr,
        detail: Detail = "changes",
    ) -> None:
        self.store = store
        self.load = load
        self.clock = clock
        self.log = log
        self.sink = sink
        self.settings = self.started_with = settings
        self.store_type = store.remote_type()  # asked while there are descriptors for it
        self.waker = Waker()
        self.announcer = Announcer()
        self.observations = [
            RootMonitor(
                store,
                root,
                settings=settings,
                clock=clock,
                log=log,
                wake=self.waker.wake,
                hidden=store.files_below,
            )
            for root in roots
        ]
        rules, wait = settings.edit_rules, self.announcer.wait
        self.log_lines = {root.id: LogLines(store, root, log, rules=rules, detail=detail) for root in roots}
        self.index_filling = IndexFilling(store, rules=rules)
        # The lines that are due are written before the end; whoever searches fills the index.
        self.lines = Follower("log-lines", [*self.log_lines.values()], log, wait=wait, idle=1.0, drain=True)
        self.indexing = Follower("index", [self.index_filling], log, wait=wait, idle=5.0)
        self.listener = Listener(self._library_said)
        self.heard: queue.SimpleQueue[tuple[bool, str]] = queue.SimpleQueue()
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.working: list[Job] = []
        self.doors: list[Door] = []
        self.stopping = False
        self.running = False
        self.stopped_by: str | None = None
        self.continued = self.hung_up = False

    def run(self) -> None:
        """Watch until SIGTERM, SIGINT or the end of the terminal; a later signal ends the process at once.

        The caller holds the lock of a SQLite store. Raises AlreadyRunning when another process captures
        one of the roots.
        """
        with ExitStack() as held:
            held.push(self._failed)
            self._handle_signals()
            threading.excepthook = self._thread_died
            self.listener.attach()
            normalise.prepare()  # what cannot be opened now is not met in the middle of a capture
            with self.store.read() as connection:
                head = reader.head(connection)
            if self.store.is_sqlite:  # before the roots, so that whoever asks hears why one cannot be opened
                self._add_doors(held)
            self._open(held)
            # What the index computes must not keep the other threads waiting for the interpreter.
            sys.setswitchinterval(SWITCH)
            self.lines.start()
            if self.settings.fill_index:
                self.indexing.start()
            held.callback(self._finish)
            if not self.store.is_sqlite:
                self._add_doors(held)
            self._log_start(head)
            self.running = True
            while not self.stopping:
                self._turn()
        self.log.info("stopped", signal=self.stopped_by, seq=self.announcer.seq)
        if self.lines.is_alive():
            # Nobody reads the log: to close it would be to wait for them. The next daemon tells the rest.
            os._exit(0)

    def _failed(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Say what ends the daemon once it runs, where that is no signal."""
        if error is not None and self.running:
            detail = error.message if isinstance(error, IngestError) else str(error)
            self.log.error(
                "stopped", error=f"{type(error).__name__}: {detail}".rstrip(": "), seq=self.announcer.seq
            )

    # -- the loop --------------------------------------------------------------------------

    def _turn(self) -> None:
        more = False
        self._library_trouble()
        self._lines_trouble()
        self._door_trouble()
        if self.continued:
            self.continued = False
            for observation in self.observations:
                observation.continued()
        if self.hung_up:
            self.hung_up = False
            self._reload()
        for observation in self.observations:
            more = observation.step() or more
            if self.stopping:
                return
        seq = max((o.capture.last_seq for o in self.observations if o.capture is not None), default=0)
        if seq > self.announcer.seq:
            self.announcer.announce(seq)
        self._do_jobs()
        if not more:
            now = self.clock.monotonic()
            due = min((o.next_due() for o in self.observations), default=now + LONGEST_SLEEP)
            due = min(max(due, now), now + LONGEST_SLEEP)
            self.waker.sleep(due - now)
            woken = self.clock.monotonic()
            if woken - due > self.settings.quiet_seconds:
                for observation in self.observations:
                    observation.overslept(now, woken)

    def _open(self, held: ExitStack) -> None:
        for observation in self.observations:
            try:
                observation.ground.open()
            except RootUnavailable as error:
                observation.condition.begin()
                observation.ground.lose(error)
                continue
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                observation.condition.begin()
                observation.run_short()
                continue
            # not before it is held: whoever is refused has nothing to say of how it was observed
            observation.condition.begin()
            held.callback(observation.close)
            try:
                observation.ground.start_watcher()
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                observation.run_short()

    def _finish(self) -> None:
        for door in self.doors:
            door.close()
        self.indexing.stop(timeout=1.0)
        for observation in self.observations:
            seq = observation.capture.last_seq if observation.capture is not None else 0
            try:
                observation.close(reason="stopped")
            except StoreUnavailable as error:
                self.log.error("store_unavailable", code=error.code, detail=error.message)
            self.announcer.announce(max(seq, self.announcer.seq))
        self.lines.stop(timeout=5.0)

    def _log_start(self, head: Row) -> None:
        self.announcer.announce(head.seq)
        self.log.info(
            "started",
            database=self.store.address,
            roots=[show(o.root.path) for o in self.observations],
            seq=head.seq,
            tree_root=merkle.root(merkle.unpack(head.frontier)).hex(),
            pid=os.getpid(),
        )
        if self.store_type is not None:
            self.log.warning("store_on_server", database=self.store.address, type=self.store_type)
        if self.settings.tell_new_readings:
            for pattern, now in self.settings.new_readings(o.root.name for o in self.observations).items():
                self.log.warning("pattern_read_otherwise", pattern=pattern, now=now, hint=_LOOKED_AT)

    # -- signals, what the library says, and threads that died -----------------------------

    def _handle_signals(self) -> None:
        first: float | None = None

        def stop(number: int) -> None:
            nonlocal first
            now = self.clock.monotonic()
            # One wish to stop may come twice: to this process and to its group.
            if first is not None and now - first >= IMPATIENT:
                os._exit(128 + number)
            first = now if first is None else first
            self.stopped_by = self.stopped_by or signal.Signals(number).name
            self.stopping = True
            self.waker.wake()

        def go_on(_number: int) -> None:
            self.continued = True
            self.waker.wake()

        def load_again(_number: int) -> None:
            self.hung_up = True
            self.waker.wake()

        handlers: dict[int, Callable[[int], None]] = {
            signal.SIGTERM: stop,
            signal.SIGINT: stop,
            signal.SIGCONT: go_on,
        }
        if not os.isatty(0):
            handlers[signal.SIGHUP] = load_again
        elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            handlers[signal.SIGHUP] = stop  # the terminal was closed
        signals.hear(handlers)

    def _reload(self) -> None:
        """Take the settings anew; those that cannot be read leave the old ones in force."""
        try:
            settings = self.load()
        except (UsageError, OSError) as error:
            detail = error.message if isinstance(error, UsageError) else str(error)
            self.log.error("settings_refused", detail=detail)
            return
        fixed = [name for name in _FIXED if getattr(settings, name) != getattr(self.started_with, name)]
        fixed += [
            f"roots.{name}"
            for name in settings.roots.keys() | self.started_with.roots.keys()
            if _path_of(settings, name) != _path_of(self.started_with, name)
        ]
        before, self.settings = self.settings, settings
        if settings.edit_rules != before.edit_rules:
            self.index_filling.rules = settings.edit_rules
            for sink in self.log_lines.values():
                sink.rules = settings.edit_rules
        for observation in self.observations:
            name = observation.root.name
            # To take up settings is to begin anew, which leaves a gap: not for nothing.
            if _concerning(settings, name) != _concerning(before, name):
                observation.reconfigure(settings)
        self.log.info("settings_loaded", changed=settings != before, needs_a_restart=sorted(fixed) or None)

    def _library_said(self, overflow: bool, words: str) -> None:
        """Take in what a watcher's library said; called in the watcher's thread."""
        self.heard.put((overflow, words))
        self.waker.wake()

    def _library_trouble(self) -> None:
        while True:
            try:
                overflow, words = self.heard.get_nowait()
            except queue.Empty:
                return
            # The library does not say whose watch it was.
            for observation in self.observations:
                observation.warned(words, overflow=overflow)

    def _thread_died(self, died: threading.ExceptHookArgs) -> None:
        """Tell of a thread that ended by an error nobody foresaw; a new one would only meet it again."""
        name = died.thread.name if died.thread is not None else None
        self.log.error(
            "thread_died", thread=name, exc_info=(died.exc_type, died.exc_value, died.exc_traceback)
        )
        self.waker.wake()

    def _lines_trouble(self) -> None:
        # The daemon lives on: what it records can be told later, what it does not record is lost. A query
        # fills the index itself, so that the death of that thread is a line and no trouble.
        if not self.lines.is_alive():
            for observation in self.observations:
                observation.condition.trouble("sink", None, _UNTOLD)
        for observation in self.observations:
            told = self.log_lines[observation.root.id].state
            if told.unstored and told.last_error is not None:
                number, error = told.unstored, told.last_error
                detail = f"{number} changes are told beyond the place that could be stored: {error}"
                observation.condition.trouble("cursor", None, detail)
            elif not told.unstored:
                observation.condition.clear("cursor")

    def _add_doors(self, held: ExitStack) -> None:
        for door in self._doors():
            held.callback(door.close)
            self.doors.append(door)
        self._open_doors()

    def _open_doors(self) -> None:
        """Those that are not open; for want of descriptors they stay so until the next turn."""
        for door in self.doors:
            if door.is_open:
                if door.full:
                    door.keep_spare()
                continue
            try:
                door.open()
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                door.full = True

    def _door_trouble(self) -> None:
        self._open_doors()
        crowded = any(door.full for door in self.doors)
        for observation in self.observations:
            observation.crowded = crowded

    # -- the door --------------------------------------------------------------------------

    def _doors(self) -> Iterator[Door]:
        if self.store.is_sqlite:
            yield Door(beside_store(str(self.store.url.database)), self.answer, shared=False)
        else:
            clear_away()
            for observation in self.observations:
                yield Door(made_for(observation.root.uid), self.answer, shared=True)

    def answer(self, request: Request) -> Answer:
        """Answer one request; runs in a thread of the door."""
        if request.verb == "status":
            yield self._status()
        elif request.verb == "follow":
            yield from self._follow()
        else:
            yield self._ask(request)

    def _follow(self) -> Answer:
        seen = -1
        while not self.stopping:
            seen = max(seen, self.announcer.seq)
            yield {"seq": seen}
            self.announcer.wait(seen, KEEP_ALIVE)

    def _ask(self, request: Request) -> dict[str, Any]:
        job = Job(request.verb, request.roots, threading.Event())
        self.jobs.put(job)
        self.waker.wake()
        done = job.done.wait(request.timeout)
        job.given_up = True
        return {"done": done, **(job.answer or {})}

    def _status(self) -> dict[str, Any]:
        job = Job("status", [], threading.Event())
        self.jobs.put(job)
        self.waker.wake()
        job.done.wait(10.0)
        untold = None if self.lines.is_alive() else _UNTOLD
        sinks = [self._sink(sink, untold) for sink in self.lines.sinks]
        if self.started_with.fill_index:
            sinks.append(self._sink(self.index_filling, None if self.indexing.is_alive() else _UNFILLED))
        return {"live": job.answer, "sinks": sinks, "log_errors": self.sink.errors}

    def _sink(self, sink: Sink, died: str | None) -> dict[str, Any]:
        state = sink.state
        lag = None if state.cursor is None else max(0, self.announcer.seq - state.cursor)
        return {
            "name": state.name,
            "cursor": state.cursor,
            "lag": lag,
            "last_error": died or state.last_error,
        }

    def _do_jobs(self) -> None:
        while True:
            try:
                self._begin(self.jobs.get_nowait())
            except queue.Empty:
                break
        for job in list(self.working):
            if job.given_up or self._is_done(job):
                self.working.remove(job)
                for observation in self.observations:
                    if job.barriers and observation.root.uid in job.barriers:
                        observation.end_barrier(job.barriers[observation.root.uid])

    def _begin(self, job: Job) -> None:
        chosen = [
            o for o in self.observations if not o.retired and (not job.roots or o.root.uid.hex() in job.roots)
        ]
        if job.kind == "status":
            job.answer = {o.root.uid.hex(): o.report() for o in self.observations}
            job.done.set()
            return
        job.answer = {"roots": [o.root.uid.hex() for o in chosen]}
        if not chosen:
            job.done.set()
            return
        if job.kind == "scan":
            job.barriers = {o.root.uid: o.scan_barrier() for o in chosen}
        else:
            job.barriers = {o.root.uid: o.sync_barrier() for o in chosen}
        self.working.append(job)

    def _is_done(self, job: Job) -> bool:
        assert job.barriers is not None
        lost = [o.condition.lost() for o in self.observations if o.root.uid in job.barriers]
        if job.kind == "scan" and (problem := next(filter(None, lost), None)) is not None:
            job.answer = {**(job.answer or {}), "lost": {"code": problem.code, "detail": problem.detail}}
            job.done.set()
            return True
        passed = [o.passes(job.barriers[o.root.uid]) for o in self.observations if o.root.uid in job.barriers]
        if passed and all(passed):
            captures = [o.capture for o in self.observations if o.root.uid in job.barriers]
            files = sum(capture.survey.files for capture in captures if capture is not None)
            job.answer = {**(job.answer or {}), "files": files, "to_seq": self.announcer.seq}
            job.done.set()
        return job.done.is_set()


def _concerning(settings: Settings, name: str) -> Settings:
    """Return what of the settings the capture of one root heeds."""
    own = settings.roots.get(name)
    if own is not None:
        own = msgspec.structs.replace(own, boilerplate=())  # which edits alone are told by
    return msgspec.structs.replace(
        settings, **dict.fromkeys(_FIXED, ""), notice_phrases={}, roots={} if own is None else {name: own}
    )


def _path_of(settings: Settings, name: str) -> str | None:
    root = settings.roots.get(name)
    return None if root is None else root.path
