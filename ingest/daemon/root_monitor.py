"""One root under observation: what is due and when, what casts doubt on it, who waits for it.

`step` does one bounded slice of whatever is due and returns; the daemon calls it again and again
and sleeps until `next_due`. Everything here runs in the daemon's one capturing thread.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import msgspec

from ingest.capture.capture import Capture
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.coverage import Notes
from ingest.daemon.health import Health, Problem
from ingest.daemon.ledger import Ledger
from ingest.daemon.open_root import NeedsOwnProcess
from ingest.daemon.root_record import RootRecord
from ingest.daemon.root_session import RootSession
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.shortage import Shortage
from ingest.daemon.stall import StallDetector
from ingest.daemon.sync import Barriers, SyncBarrier
from ingest.disk import descriptors
from ingest.disk.walk import topmost
from ingest.errors import AlreadyRunning, RootUnavailable, StoreUnavailable
from ingest.logging import Log
from ingest.model import Cause
from ingest.store import coverage
from ingest.store.engine import Store
from ingest.store.new_rows import CLOCK_BEHIND
from ingest.store.root_reports import RootReport
from ingest.store.roots import Root

CHECK = 1.0  # seconds between two looks at the root itself


class RootMonitor:
    """One root: its session is opened before the first step, and again where it was lost."""

    def __init__(
        self,
        store: Store,
        root: Root,
        *,
        settings: Settings,
        clock: Clock,
        log: Log,
        wake: Callable[[], None],
        hidden: Callable[[bytes], frozenset[bytes]],
        once: bool = False,
        may_wait: bool = False,
        while_waiting: Callable[[], None] | None = None,
    ) -> None:
        self.clock = clock
        self.log = log
        self.once = once
        self.overflows = 0
        self.retired = False
        self.needs_own_process = False  # it is closed, and may be captured where nobody else waits for it
        self.crowded = False  # whether clients of the daemon wait for want of a descriptor
        self.record = RootRecord(store, root, clock)
        self.notes = Notes()
        self.health = Health(root, clock)
        self.scans = ScanSchedule(settings, clock)
        self.session = RootSession(
            store, root, settings=settings, clock=clock, log=log, health=self.health, scans=self.scans,
            notes=self.notes, wake=wake, hidden=hidden, once=once,
            may_wait=may_wait or once, while_waiting=while_waiting or self.live_on,
        )  # fmt: skip
        self.ledger = Ledger(
            self.session, record=self.record, notes=self.notes, scans=self.scans, health=self.health,
            clock=clock, once=once,
        )  # fmt: skip
        self.shortage = Shortage(
            self.session, scans=self.scans, health=self.health, notes=self.notes, clock=clock, log=log
        )
        self._reported: RootReport | None = None  # with the last sign of life
        self._finished: dict[str, object] | None = None  # columns of the root's row, of a scan that ended
        self.barriers = Barriers(self.session, self.scans, self.health, clock)
        now = clock.monotonic()
        self._checked = now  # when the root itself was looked at last
        self._next_check = now
        self._next_beat = now
        self._stall = StallDetector(clock)

    @property
    def root(self) -> Root:
        """Return the root as it was last looked up."""
        return self.session.root

    @property
    def capture(self) -> Capture | None:
        """Return what captures it, while its folder is open."""
        return self.session.capture

    def close(self, *, reason: str | None = None, state: coverage.State = "scanned") -> None:
        """Stop watching and let the folder go; `reason` ends the coverage, as a clean stop does."""
        if self.capture is not None:
            with suppress(StoreUnavailable, OSError, NeedsOwnProcess):
                self._hear(self.clock.monotonic())  # what a scan found was announced, if it is only heard now
        until = self.session.certain_until(self._stall.last)
        self.session.close()
        if reason is not None and not self.retired:
            self.notes.worsen(reason, until, state=state)
        with suppress(StoreUnavailable):
            self._tell()

    def answered(self) -> None:
        """Scan: the root did not answer for a while, and the daemon may have written so."""
        with suppress(StoreUnavailable):
            self.record.reread()
        self.scans.ask("root answers")

    def scan(self) -> SyncBarrier:
        """Start a scan that somebody waits for: they may have put the root back, or adopted it, just now."""
        self._next_check = self.clock.monotonic()
        return self.barriers.scan()

    def lost(self, barrier: SyncBarrier) -> Problem | None:
        """Tell why the root cannot be scanned, by a look at it that began after this was asked for."""
        assert barrier.scan_after is not None
        return self.health.lost() if self._checked >= barrier.scan_after else None

    def reconfigure(self, settings: Settings) -> None:
        """Go on under other settings: everything is opened and looked at anew."""
        if self.capture is not None:
            self._next_check = self.clock.monotonic()
        self.session.reconfigure(settings)

    # -- what happens in a step ------------------------------------------------------------

    def step(self) -> bool:
        """Do one slice of work, then what follows for the ledger; returns whether there is more to do."""
        now = self.clock.monotonic()
        gap, jump = self._stall.begin(now)
        if gap and self.capture is not None:
            self._stalled(gap)
        if jump and self.capture is not None:
            self._jumped(jump)
        if self.retired or now < self.shortage.retry_at:
            return False
        try:
            more = self._guarded(now)
            self._tell(now)
        except StoreUnavailable as error:
            self.shortage.of_store(error)
            return False
        finally:
            self._stall.end()  # to wait for a lock is not to be suspended
        return more

    def _guarded(self, now: float) -> bool:
        """Work; where the store or the descriptors do not suffice, all is done again later."""
        try:
            return self._step(now)
        except NeedsOwnProcess:
            self.close(reason="other settings")
            self.needs_own_process = self.retired = True
        except StoreUnavailable as error:
            self.shortage.of_store(error)
        except OSError as error:
            if not descriptors.are_too_few(error):
                raise
            self.shortage.of_descriptors()
        return False

    def _step(self, now: float) -> bool:
        self.session.require_answering()
        if now >= self._next_check:
            self._checked, self._next_check = now, now + CHECK
            self.ledger.doubts_due = True
            if self.capture is None:
                self._reopen()
            else:
                self.session.check()
        if now >= self._next_beat and not self._heed_record():
            return not self.retired
        if self.capture is None:
            return False
        self._hear(now)
        if not self.session.is_in_place():
            # The kernel goes on telling of a renamed folder under its old name.
            self.session.check()
            return self.capture is not None
        self._tend_watcher(now)
        commits = self.capture.commits
        more = self._advance_scan(now)
        looked = self.capture.look()
        self.shortage.heed(crowded=self.crowded)
        if self.capture.commits != commits:
            self.shortage.store_is_back()
        self.session.tell_offline()
        return more or looked > 0

    def _tell(self, now: float | None = None) -> None:
        """End a step: what is claimed of the root is written, with a sign of life where one is due.

        Raises StoreUnavailable.
        """
        report, beats = None, now is not None and self.clock.monotonic() >= self._next_beat
        if beats and not self.once:
            assert now is not None
            report = msgspec.structs.replace(self.report(), certain_until=self.session.certain_until(now))
            self._reported = report
        finished, self._finished = self._finished, None
        self.ledger.tell(columns=finished, report=report)
        if beats:
            self._next_beat = self.clock.monotonic() + self.session.settings.liveness_seconds * 2
            if self.capture is None or not self.capture.pending.busy:
                self.shortage.store_is_back()  # else what waits is the proof: a beat needs less room
        if finished is not None and self.scans.why != "poll":
            ms = round((self.clock.monotonic() - self.scans.began) * 1000)
            files = self.capture.survey.files if self.capture is not None else 0
            self.log.info("scan_finished", root=self.root.name, why=self.scans.why, files=files, ms=ms)

    def live_on(self) -> None:
        """Give a sign of life in the middle of a step, where one is due; what is claimed stays as it was."""
        now = self.clock.monotonic()
        if (
            self.once
            or self.retired
            or self._reported is None
            or now < max(self._next_beat, self.shortage.retry_at)
        ):
            return
        with suppress(StoreUnavailable):  # the end of the step meets it too
            self.record.live_on(self._reported)
        self._next_beat = now + self.session.settings.liveness_seconds * 2

    def _reopen(self) -> None:
        lost = "root_missing" in self.health or "root_replaced" in self.health
        try:
            self.session.open()
        except RootUnavailable as error:
            if error.code not in self.health:
                self.health.clear("root_missing", "root_replaced")
                self.notes.worsen(error.code, self.session.proven, state="blind")
            self.health.lose(error)
            return
        except AlreadyRunning as error:
            self.health.trouble("root_missing", None, error.message)
            return
        self.session.start_watcher()
        self.scans.ask(self.scans.wanted or ("root is back" if lost else "other settings"))
        if lost:
            self.log.info("root_back", root=self.root.name)

    def _hear(self, now: float) -> None:
        """Drain the watcher's table into the settler."""
        assert self.capture is not None
        assert self.session.liveness is not None
        heard, cookies = self.session.liveness.hear(now)
        if heard.overflow:
            self.warned("too many paths at once", overflow=True)
        if heard.folders:
            self.session.watches_due = True
        if heard.root_event:
            self._next_check = now
        self.barriers.heard(cookies)
        if cookies and "blind" in self.health:
            self.health.clear("blind")
        try:
            self.capture.hear(heard, now)
        except StoreUnavailable:
            self.scans.ask("store is back")  # what was heard and could not be kept
            raise

    def _stalled(self, gap: float) -> None:
        """Look at everything again: the process was stopped or suspended, or the clock jumped."""
        self.log.warning("stalled", root=self.root.name, seconds=round(gap, 1))
        self._look_anew("stalled", "stalled", self.clock.wall() - round(gap * 1e6))

    def _jumped(self, micros: int) -> None:
        """Scan: the wall clock was set, or the machine slept, and nobody heard what happened meanwhile."""
        seconds = round(micros / 1e6, 1)
        self.log.warning("clock_jumped", root=self.root.name, seconds=seconds)
        self.health.trouble("clock", None, f"the clock jumped by {seconds:g} s")
        self._look_anew("the clock jumped", "clock", self.session.proven)

    def _look_anew(self, why: str, reason: str, since: int) -> None:
        self.notes.worsen(reason, since)
        if self.session.liveness is not None:
            self.session.liveness.recall()
        self.scans.ask(why)

    def continued(self) -> None:
        """Scan: the process was stopped and goes on (SIGCONT)."""
        self.health.trouble("clock", None, "the process was stopped and continued")
        if self.capture is not None:
            # states in which files rested meanwhile are heard of all at once
            self.notes.worsen("stalled", self.session.wall(self._stall.last))
        self.scans.ask("continued")

    def warned(self, detail: str, *, overflow: bool) -> None:
        """Scan: the watcher's library complained, and only a scan knows what may be lost."""
        reason = "overflow" if overflow else "watcher warning"
        if overflow and self.capture is not None:
            self.capture.pending.lose_order()
        if overflow and "overflow" not in self.health:  # it says the same many times
            self.overflows += 1
            self.health.trouble("overflow", None, detail)
        if self.scans.wanted != reason:
            self.notes.worsen(reason, self.session.proven)
            self.log.warning(
                "overflow" if overflow else "watcher_warning", root=self.root.name, detail=detail
            )
        self.scans.ask(reason)

    def _tend_watcher(self, now: float) -> None:
        """Make a watcher anew that does not hear; barriers get the cookie that it took with it."""
        assert self.session.liveness is not None
        polled, why = self.session.polled, self.session.liveness.trouble(now)
        if why is not None:
            self.session.rebuild_watcher(why)
        elif self.session.polled and not polled:
            # The folder of the cookies is not watched any more: others may not be either.
            self.session.watches_due = True
            self._next_check = now
        self.barriers.renew(now)

    # -- scans -----------------------------------------------------------------------------

    def _advance_scan(self, now: float) -> bool:
        """Begin, continue or finish a scan; true while one is under way."""
        assert self.capture is not None
        if self.scans.poll_due(now):
            if self.session.polled:
                self.scans.ask("poll")
            elif apart := self.session.looked_at_apart:
                self.capture.hint(list(self.capture.untold()), now)  # files may be among them
                for path in topmost(apart):
                    self.capture.hint_below(path, now)
                self.scans.last_began = now
        cause: Cause = "scan" if self.session.ready or self.once else "startup"
        try:
            state = self.scans.advance(self.capture, now, cause)
        except OSError as error:
            if descriptors.are_too_few(error):
                raise
            self.scans.drop("root is back")
            self._next_check = now
            self.shortage.wait()
            self.log.error("scan_failed", root=self.root.name, detail=str(error))
            return False
        if state == "finished":
            self._finish_scan()
        return state == "running"

    def _finish_scan(self) -> None:
        assert self.capture is not None
        again = self.scans.scanning
        if not again:
            self.health.clear("overflow", "clock")
        self.session.compare_watches()
        if not (again and self.session.ready):
            self.notes.scanned(self.scans.began_at)
        self.session.ready = True
        self.session.unannounced.since = self.scans.began_at
        left_out = self.capture.survey.left_out or {}
        self._finished = {"last_scan_at": self.clock.wall(), "left_out": left_out}

    def next_due(self) -> float:
        """Tell when `step` may have something to do."""
        if self.retired:
            return float("inf")
        times = [self._next_check, self._next_beat]
        if self.capture is not None and self.session.liveness is not None:
            due = self.capture.next_due()
            times += [self.scans.next_due(), self.session.liveness.next_due()]
            times += [] if due is None else [due]
        return max(min(times), self.shortage.retry_at)

    def report(self) -> RootReport:
        """Return the root's part of `status`."""
        return self.session.report(self.overflows)

    def _heed_record(self) -> bool:
        """Take over what was recorded of the root; false when it was closed, now or for ever."""
        if self.once:
            return True
        recorded = self.record.recorded()
        if recorded.retired_at is not None:
            self.close(reason="retired", state="blind")  # nobody looks any more
            self.retired = True
            self.log.info("root_retired", root=self.root.name)
            return False
        if (recorded.name, recorded.path) != (self.root.name, self.root.path):
            self.session.follow(recorded)
            self._next_check = self.clock.monotonic()
            return False
        if self.capture is not None and self.capture.clock_behind > CLOCK_BEHIND:
            behind = self.capture.clock_behind // 1_000_000
            self.health.trouble("clock", None, f"the clock is {behind} s behind the log's last label")
        elif not self.scans.scanning:
            self.health.clear("clock")
        return True
