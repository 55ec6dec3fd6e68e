"""The process that watches: one capturing thread, a door, and a follower that writes log lines."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

from ingest import merkle, normalise
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import reload, signals
from ingest.daemon.door import Answer, DaemonStatus, LogEnd, Request
from ingest.daemon.doors import Doors
from ingest.daemon.open_root import NeedsOwnProcess
from ingest.daemon.requests import Requests
from ingest.daemon.root_monitor import RootMonitor
from ingest.daemon.root_processes import RootProcess, RootProcesses, is_wanted
from ingest.daemon.store_lock import StoreLock
from ingest.daemon.wakeup import Announcer, Waker
from ingest.disk import descriptors, mounts
from ingest.disk.watch import Listener
from ingest.errors import IngestError, RootUnavailable, StoreUnavailable, UsageError
from ingest.escape import path as show
from ingest.followers.follower import Follower, Sink
from ingest.followers.index_filling import IndexFilling
from ingest.followers.log_lines import Detail, LogLines
from ingest.logging import Log, Stderr
from ingest.records.status import SinkStatus
from ingest.store import reader
from ingest.store.engine import Row, Store
from ingest.store.roots import Root

LONGEST_SLEEP = 1.0
_LOOKED_AT = "once you have looked at it: tell_new_readings = false"
SWITCH = 0.0005  # seconds that a computing thread holds the interpreter while others want it
IMPATIENT = 1.0  # seconds after which a second signal to stop is meant
KEEP_ALIVE = 15.0  # a follower at the door hears something at least so often
_UNFILLED = "the thread that fills the index died; queries fill it, or restart the daemon"
_UNTOLD = "the thread that writes the log lines died; restart the daemon"


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
        lock: StoreLock | None = None,
    ) -> None:
        self.store = store
        self.lock = lock
        self.load = load
        self.clock = clock
        self.log = log
        self.sink = sink
        self.settings = self.started_with = settings
        self.store_type = store.remote_type()  # asked while there are descriptors for it
        self.waker = Waker()
        self.announcer = Announcer()
        table = mounts.table()
        self.monitors = [
            RootMonitor(
                store,
                root,
                settings=settings,
                clock=clock,
                log=log,
                wake=self.waker.wake,
                hidden=store.files_below,
                while_waiting=self._live_on,
            )
            for root in roots
            if not is_wanted(root.path, table)
        ]
        self.processes = RootProcesses(self._begin_process, clock)
        for root in roots:
            if is_wanted(root.path, table):
                self.processes.add(root)
        rules, wait = settings.edit_rules, self.announcer.wait
        self.log_lines = {root.id: LogLines(store, root, log, rules=rules, detail=detail) for root in roots}
        self.index_filling = IndexFilling(store, rules=rules)
        # The lines that are due are written before the end; whoever searches fills the index.
        self.lines = Follower("log-lines", [*self.log_lines.values()], log, wait=wait, idle=1.0, drain=True)
        self.indexing = Follower("index", [self.index_filling], log, wait=wait, idle=5.0)
        self.listener = Listener(self._library_said)
        self.heard: queue.SimpleQueue[tuple[bool, str]] = queue.SimpleQueue()
        self.requests = Requests(self.monitors, self.announcer, self.waker)
        self.doors = Doors(store, self.answer)
        self.stopping = False
        self.running = False
        self.stopped_by: str | None = None
        self.continued = self.hung_up = False

    @property
    def captured(self) -> list[RootMonitor | RootProcess]:
        """Return every root: those of this process, and those of others."""
        return [*self.monitors, *self.processes]

    def _begin_process(self, root: Root) -> RootProcess:
        return RootProcess(
            self.store, root, settings=self.settings, clock=self.clock, log=self.log,
            announcer=self.announcer, waker=self.waker,
        )  # fmt: skip

    def run(self) -> None:
        """Watch until SIGTERM, SIGINT or the end of the terminal; a later signal ends the process at once.

        The caller holds the lock of a SQLite store. Raises AlreadyRunning when another process captures
        one of the roots, StoreUnavailable when that lock is lost.
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
                held.callback(self.doors.close)
                self.doors.open([each.root for each in self.captured])
            self._open(held)
            # What the index computes must not keep the other threads waiting for the interpreter.
            sys.setswitchinterval(SWITCH)
            self.lines.start()
            if self.settings.fill_index:
                self.indexing.start()
            held.callback(self._finish)
            if not self.store.is_sqlite:
                held.callback(self.doors.close)
                self.doors.open([each.root for each in self.captured])
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
        if self.lock is not None:
            self.lock.require()
        self._library_trouble()
        self._lines_trouble()
        crowded = self.doors.tend()
        for monitor in self.monitors:
            monitor.crowded = crowded
        if self.continued:
            self.continued = False
            for monitor in self.monitors:
                monitor.continued()
        if self.hung_up:
            self.hung_up = False
            self._reload()
        self.processes.tend()
        for monitor in list(self.monitors):
            more = (not monitor.needs_own_process and monitor.step()) or more
            if monitor.needs_own_process:
                self.monitors.remove(monitor)
                self.processes.add(monitor.root)
            if self.stopping:
                return
        seq = max(
            (monitor.capture.last_seq for monitor in self.monitors if monitor.capture is not None), default=0
        )
        if seq > self.announcer.seq:
            self.announcer.announce(seq)
        self.requests.answer()
        if not more:
            now = self.clock.monotonic()
            due = min((monitor.next_due() for monitor in self.monitors), default=now + LONGEST_SLEEP)
            due = min(max(due, now), now + LONGEST_SLEEP)
            self.waker.sleep(due - now)
            woken = self.clock.monotonic()
            if woken - due > self.settings.quiet_seconds:
                for monitor in self.monitors:
                    if monitor.capture is not None:  # what is heard next may be several states
                        monitor.capture.lateness.slept(now, woken)

    def _live_on(self) -> None:
        """Give the signs of life that are due while one root's documents are waited for."""
        for monitor in self.monitors:
            monitor.live_on()

    def _open(self, held: ExitStack) -> None:
        for each in self.processes:
            each.require_free()
        for monitor in self.monitors:
            try:
                monitor.session.open()
            except NeedsOwnProcess:
                monitor.needs_own_process = True
                continue
            except RootUnavailable as error:
                monitor.record.begin()
                monitor.session.lose(error)
                continue
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                monitor.record.begin()
                monitor.shortage.of_descriptors()
                continue
            # not before it is held: whoever is refused has nothing to say of how it was observed
            monitor.record.begin()
            held.callback(monitor.close)
            try:
                monitor.session.start_watcher()
            except OSError as error:
                if not descriptors.are_too_few(error):
                    raise
                monitor.shortage.of_descriptors()

    def _finish(self) -> None:
        self.doors.close()
        self.indexing.stop(timeout=1.0)
        self.processes.stop()
        for monitor in self.monitors:
            seq = monitor.capture.last_seq if monitor.capture is not None else 0
            try:
                monitor.close(reason="stopped")
            except StoreUnavailable as error:
                self.log.error("store_unavailable", code=error.code, detail=error.message)
            self.announcer.announce(max(seq, self.announcer.seq))
        self.lines.stop(timeout=5.0)

    def _log_start(self, head: Row) -> None:
        self.announcer.announce(head.seq)
        self.log.info(
            "started",
            database=self.store.address,
            roots=[show(each.root.path) for each in self.captured],
            seq=head.seq,
            tree_root=merkle.root(merkle.unpack(head.frontier)).hex(),
            pid=os.getpid(),
        )
        if self.store_type is not None:
            self.log.warning("store_on_server", database=self.store.address, type=self.store_type)
        if self.settings.tell_new_readings:
            for pattern, now in self.settings.new_readings(each.root.name for each in self.captured).items():
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
        fixed = reload.needing_a_restart(self.started_with, settings)
        before, self.settings = self.settings, settings
        if settings.edit_rules != before.edit_rules:
            self.index_filling.rules = settings.edit_rules
            for sink in self.log_lines.values():
                sink.rules = settings.edit_rules
        for monitor in self.monitors:
            name = monitor.root.name
            # To take up settings is to begin anew, which leaves a gap: not for nothing.
            if reload.concerning(settings, name) != reload.concerning(before, name):
                monitor.reconfigure(settings)
        for each in self.processes:
            each.reconfigure(settings)
        self.log.info("settings_loaded", changed=settings != before, needs_a_restart=fixed or None)

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
            for monitor in self.monitors:
                monitor.warned(words, overflow=overflow)

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
            for monitor in self.captured:
                monitor.health.trouble("sink", None, _UNTOLD)
        for monitor in self.captured:
            told = self.log_lines[monitor.root.id].state
            if told.unstored and told.last_error is not None:
                number, error = told.unstored, told.last_error
                detail = f"{number} changes are told beyond the place that could be stored: {error}"
                monitor.health.trouble("cursor", None, detail)
            elif not told.unstored:
                monitor.health.clear("cursor")

    # -- the door --------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Answer one request; runs in a thread of the door."""
        if request.verb == "status":
            yield self._status()
        elif request.verb == "follow":
            yield from self._follow()
        else:
            yield self.processes.ask(request, self.requests.wait)

    def _follow(self) -> Answer:
        seen = -1
        while not self.stopping:
            seen = max(seen, self.announcer.seq)
            yield LogEnd(seen)
            self.announcer.wait(seen, KEEP_ALIVE)

    def _status(self) -> DaemonStatus:
        untold = None if self.lines.is_alive() else _UNTOLD
        sinks = [self._sink(sink, untold) for sink in self.lines.sinks]
        if self.started_with.fill_index:
            sinks.append(self._sink(self.index_filling, None if self.indexing.is_alive() else _UNFILLED))
        live = {**(self.requests.reports() or {}), **{each.uid: each.report() for each in self.processes}}
        return DaemonStatus(live=live, sinks=sinks, log_errors=self.sink.errors)

    def _sink(self, sink: Sink, died: str | None) -> SinkStatus:
        state = sink.state
        lag = None if state.cursor is None else max(0, self.announcer.seq - state.cursor)
        error = died or state.last_error
        return SinkStatus(name=state.name, cursor=state.cursor, lag=lag, last_error=error)
