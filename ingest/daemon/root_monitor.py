"""One root under observation: what is due and when, what casts doubt on it, who waits for it.

`step` does one bounded slice of whatever is due and returns; the daemon calls it again and again
and sleeps until `next_due`. Everything here runs in the daemon's one capturing thread.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ingest.capture.capture import Capture
from ingest.capture.unheard import LATEST, UnheardChanges
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.health import Health
from ingest.daemon.root_session import RootSession
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.stall import StallDetector
from ingest.daemon.sync import SyncBarrier
from ingest.disk import descriptors
from ingest.disk.walk import topmost
from ingest.errors import AlreadyRunning, RootUnavailable, StoreUnavailable
from ingest.logging import Log
from ingest.model import Cause
from ingest.store import coverage, roots
from ingest.store.engine import Store
from ingest.store.new_rows import CLOCK_BEHIND
from ingest.store.roots import Root

CHECK = 1.0  # seconds between two looks at the root itself
RETRY = 1.0
SHORT = ("unwatched", None)  # the problem of too few descriptors: it is of no path
_STORE = ("store_full", "store_locked", "store_unreachable", "log_shortened")
# While one of these holds, nobody can say that what was announced is in the store.
_BLOCKING = ("blind", "overflow", "root_missing", "root_replaced", *_STORE)


class RootMonitor:
    """One root: its ground is opened before the first step, and again where it was lost."""

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
    ) -> None:
        self.store = store
        self.clock = clock
        self.log = log
        self.once = once
        self.overflows = 0
        self.retired = False
        self.crowded = False  # whether clients of the daemon wait for want of a descriptor
        self.last_scan_at = root.last_scan_at
        self.condition = Health(store, root, clock)
        self.scans = ScanSchedule(settings, clock)
        # a scan that something gave cause for follows a doubt that is in the ledger already
        self.unannounced = UnheardChanges(
            lambda: self.scans.routine and not self.ground.polled and not self.ground.unwatched
        )
        self.condition.doubts = self._doubts
        self.ground = RootSession(
            store, root, settings=settings, clock=clock, log=log, condition=self.condition, scans=self.scans,
            wake=wake, hidden=hidden, unannounced=self.unannounced, once=once,
        )  # fmt: skip
        self._barriers: list[SyncBarrier] = []
        now = clock.monotonic()
        self._next_check = now
        self._next_beat = now
        self._retry_at = now
        self._pulse = StallDetector(clock)

    @property
    def root(self) -> Root:
        """The root as it was last looked up."""
        return self.ground.root

    @property
    def capture(self) -> Capture | None:
        """What captures it, while its folder is open."""
        return self.ground.capture

    def close(self, *, reason: str | None = None, state: coverage.State = "scanned") -> None:
        """Stop watching and let the folder go; `reason` ends the coverage, as a clean stop does."""
        if self.capture is not None:
            with suppress(StoreUnavailable, OSError):
                self._hear(self.clock.monotonic())  # what a scan found was announced, if it is only heard now
            self._tell_late()
        until = self.ground.certain_until(self._pulse.last)
        observed = self.ground.ready and "blind" not in self.condition
        self.ground.close()
        # only a good scan ends what was not observed
        if reason is not None and observed and not self.retired:
            self.condition.cover(state, reason, until)

    def reconfigure(self, settings: Settings) -> None:
        """Go on under other settings: everything is opened and looked at anew."""
        if self.capture is not None:
            self._next_check = self.clock.monotonic()
        self.ground.reconfigure(settings)

    # -- what happens in a step ------------------------------------------------------------

    def step(self) -> bool:
        """One slice of work; returns whether there is more to do at once."""
        now = self.clock.monotonic()
        gap, jump = self._pulse.feel(now)
        if gap and self.capture is not None:
            self._stalled(gap)
        if jump and self.capture is not None:
            self._jumped(jump)
        if self.retired or now < self._retry_at:
            return False
        try:
            return self._step(now)
        except StoreUnavailable as error:
            # nothing is forgotten: hints wait in the settler, the scan is begun again
            self.scans.drop("store is back")
            if error.code not in self.condition:
                self.log.error("store_unavailable", code=error.code, detail=error.message)
                # hints are kept, but several saves of one file become one version
                self.condition.cover("scanned", error.code, self.ground.proven_at)
            self.condition.trouble(error.code, None, error.message)
            self._retry_at = self.clock.monotonic() + RETRY
            return False
        except OSError as error:
            if not descriptors.are_too_few(error):
                raise
            self.run_short()
            return False
        finally:
            self._pulse.rest()  # to wait for a lock is not to be suspended

    def _step(self, now: float) -> bool:
        if now >= self._next_check:
            self._next_check = now + CHECK
            if self.capture is None:
                self._reopen()
            else:
                self.ground.check()
                self._doubt_sight()
        if self.capture is None:
            if now >= self._next_beat:
                self._beat(now)
            return False
        self._hear(now)
        if not self.ground.is_in_place():
            # The kernel goes on telling of a renamed folder under its old name.
            self.ground.check()
            return self.capture is not None
        self._tend_sight(now)
        if now >= self._next_beat and not self._beat(now):
            return not self.retired
        commits = self.capture.commits
        more = self._advance_scan(now)
        looked = self.capture.look()
        if self.crowded:
            self._note_shortage()
        elif SHORT in self.condition.problems and not self.scanning:
            self.condition.clear("unwatched")
            self.log.info("descriptors_are_back", root=self.root.name)
        if self.capture.commits != commits:
            self._store_is_back()
        self._tell_late()
        if not more:
            self.ground.tell_offline()
        return more or looked > 0

    def run_short(self) -> None:
        """Too few descriptors: what was begun is given up, and done again by a scan when there are more."""
        self.scans.drop(None)
        self.scans.ask("descriptors are back")
        if SHORT not in self.condition.problems and "blind" not in self.condition:
            # hints are kept, but several saves of one file become one version
            self.condition.cover("scanned", "too few descriptors", self.ground.proven_at)
        self._note_shortage()
        self._retry_at = self.clock.monotonic() + RETRY

    def _note_shortage(self) -> None:
        detail = descriptors.shortage()
        if SHORT not in self.condition.problems:
            self.log.error("too_few_descriptors", root=self.root.name, detail=detail, hint=descriptors.HINT)
        self.condition.trouble("unwatched", None, detail)

    def _reopen(self) -> None:
        lost = "root_missing" in self.condition or "root_replaced" in self.condition
        try:
            self.ground.open()
        except RootUnavailable as error:
            if error.code not in self.condition:
                self.condition.clear("root_missing", "root_replaced")
            self.condition.trouble(error.code, None, error.message)
            return
        except AlreadyRunning as error:
            self.condition.trouble("root_missing", None, error.message)
            return
        self.ground.start_watcher()
        self.rescan(self.scans.wanted or ("root is back" if lost else "other settings"))
        if lost:
            self.log.info("root_back", root=self.root.name)

    def _hear(self, now: float) -> None:
        """Drain the watcher's table into the settler."""
        assert self.capture is not None
        assert self.ground.sight is not None
        heard, came = self.ground.sight.hear(now)
        if heard.overflow:
            self.warned("too many paths at once", overflow=True)
        if heard.folders:
            self.ground.watches_due = True
        if heard.root_event:
            self._next_check = now
        for barrier in self._barriers:
            barrier.heard(came)
        if came and "blind" in self.condition:
            self.condition.clear("blind")
            if self.ground.ready and not self.scanning:
                self.ground.cover_as_watched(self.scans.began_at)
        try:
            self.capture.hear(heard, now)
        except StoreUnavailable:
            self.rescan("store is back")  # what was heard and could not be kept
            raise

    def _stalled(self, gap: float) -> None:
        """Look at everything again: the process was stopped or suspended, or the clock jumped."""
        self.log.warning("stalled", root=self.root.name, seconds=round(gap, 1))
        self._look_anew("stalled", "stalled", self.clock.wall() - round(gap * 1e6))

    def _jumped(self, micros: int) -> None:
        """Scan: the wall clock was set, or the machine slept, and nobody heard what happened meanwhile."""
        seconds = round(micros / 1e6, 1)
        self.log.warning("clock_jumped", root=self.root.name, seconds=seconds)
        self.condition.trouble("clock", None, f"the clock jumped by {seconds:g} s")
        self._look_anew("the clock jumped", "clock", self.ground.proven_at)

    def _look_anew(self, why: str, reason: str, since: int | None) -> None:
        self.condition.cover("scanned", reason, since)
        if self.ground.sight is not None:
            self.ground.sight.recall()
        self.rescan(why)

    def continued(self) -> None:
        """Scan: the process was stopped and goes on (SIGCONT)."""
        self.condition.trouble("clock", None, "the process was stopped and continued")
        if self.capture is not None:
            # states in which files rested meanwhile are heard of all at once
            self.condition.cover("scanned", "stalled", self._wall(self._pulse.last))
        self.rescan("continued")

    def overslept(self, since: float, until: float) -> None:
        """Note that the process was not run for a while: what is heard next may be several states."""
        if self.capture is not None:
            self.capture.late.slept(since, until)

    def _wall(self, moment: float) -> int:
        """Return a moment of the monotonic clock by the other one, microseconds."""
        return self.clock.wall() - round((self.clock.monotonic() - moment) * 1e6)

    def rescan(self, why: str) -> None:
        """Ask for a scan of the whole root."""
        self.scans.ask(why)

    def warned(self, detail: str, *, overflow: bool) -> None:
        """Scan: the watcher's library complained, and only a scan knows what may be lost."""
        reason = "overflow" if overflow else "watcher warning"
        if overflow and self.capture is not None:
            self.capture.pending.lose_order()
        if overflow and "overflow" not in self.condition:  # it says the same many times
            self.overflows += 1
            self.condition.trouble("overflow", None, detail)
        if self.scans.wanted != reason:
            if "blind" not in self.condition:  # that is worse, and is already said
                self.condition.cover("scanned", reason, self.ground.proven_at)
            self.log.warning(
                "overflow" if overflow else "watcher_warning", root=self.root.name, detail=detail
            )
        self.rescan(reason)

    def _tend_sight(self, now: float) -> None:
        """Make a watcher anew that does not hear; barriers get the cookie that it took with it."""
        assert self.ground.sight is not None
        polled = self.ground.polled
        why = self.ground.sight.trouble(now)
        if why is not None:
            self.ground.rebuild_watcher(why)
        elif self.ground.polled and not polled:
            # The folder of the cookies is not watched any more: others may not be either.
            self.ground.watches_due = True
            self._next_check = now
        for barrier in self._barriers:
            barrier.renew(self.ground.sight, now)

    def _doubt_sight(self) -> None:
        """Doubt what was claimed where a scan found what nothing announced: it was changed unseen."""
        if self.scanning or (self.ground.sight is not None and self.ground.sight.waits_since() is not None):
            return  # what was announced may still be behind the cookie that is out
        since = self._unheard(LATEST)
        if since is not None and "blind" not in self.condition:
            self.condition.cover("scanned", "unannounced", since)
            self.ground.cover_as_watched(self.scans.began_at)

    def _unheard(self, age: float = 0.0) -> int | None:
        """Since when changes were made unseen, if so; `age` is how long a notification is waited for."""
        files, since = self.unannounced.take(self.clock.monotonic(), age)
        if files:
            self.log.warning("unannounced", root=self.root.name, files=files)
        return since

    def _doubts(self) -> list[tuple[int, str]]:
        """Since when the root was less well observed than was said, and why, in order."""
        late = self.capture.late.take() if self.capture is not None and self._heard_of_all else None
        found = [] if late is None else [(self._wall(late[0]), "late")]
        since = self._unheard()
        return sorted([*found, (since, "unannounced")] if since is not None else found)

    @property
    def _heard_of_all(self) -> bool:
        """Whether all that happens below the root is announced, and so may be called watched."""
        return not (self.ground.polled or self.ground.unwatched or self.once)

    def _tell_late(self) -> None:
        """States that rested may have been overwritten before they were read: that was not watched."""
        assert self.capture is not None
        if (self.scanning and not self.scans.routine) or not self.ground.ready or "blind" in self.condition:
            return  # once it is called watched again
        late = self.capture.late.take()
        if late is not None and self._heard_of_all:
            since, until = map(self._wall, late)
            self.log.warning("late", root=self.root.name, seconds=round(late[1] - late[0], 1))
            self.condition.cover("scanned", "late", since)
            self.ground.cover_as_watched(max(until, since + 1))

    # -- scans -----------------------------------------------------------------------------

    @property
    def _cause(self) -> Cause:
        """What a scan's findings are put down to."""
        return "scan" if self.ground.ready or self.once else "startup"

    def _advance_scan(self, now: float) -> bool:
        """Begin, continue or finish a scan; true while one is under way."""
        assert self.capture is not None
        if self.scans.poll_due(now):
            if self.ground.polled:
                self.rescan("poll")
            elif self.ground.unwatched:
                self.capture.hint(list(self.capture.untold()), now)  # files may be among them
                for path in topmost(set(self.ground.unwatched)):
                    self.capture.hint_below(path, now)
                self.scans.last_began = now
        try:
            state = self.scans.advance(self.capture, now, self._cause)
        except OSError as error:
            if descriptors.are_too_few(error):
                raise
            self.scans.drop("root is back")
            self._next_check = now
            self._retry_at = now + RETRY
            self.log.error("scan_failed", root=self.root.name, detail=str(error))
            return False
        if state == "finished":
            self._finish_scan()
        return state == "running"

    def _finish_scan(self) -> None:
        assert self.capture is not None
        self.last_scan_at = self.clock.wall()
        again = self.scans.scanning
        if not again:
            self.condition.clear("overflow", "clock")
        self.ground.compare_watches()
        if again and not self.ground.ready:
            self.condition.cover("scanned", "startup", self.scans.began_at)  # the next one says more
        self.ground.ready = True
        self.unannounced.since = self.scans.began_at
        if "blind" not in self.condition and not again:
            self.ground.cover_as_watched(self.scans.began_at)
        # after the ledger has it: whoever reads both finds no scan that it does not know
        left_out = self.capture.survey.left_out or {}
        with self.store.write() as connection:
            roots.update(connection, self.root.id, last_scan_at=self.last_scan_at, left_out=left_out)
        if self.scans.why != "poll":
            ms = round((self.clock.monotonic() - self.scans.began) * 1000)
            files = self.capture.survey.files
            self.log.info("scan_finished", root=self.root.name, why=self.scans.why, files=files, ms=ms)

    @property
    def scanning(self) -> bool:
        """Whether a scan runs or is about to."""
        return self.scans.scanning

    # -- asked from outside ----------------------------------------------------------------

    def sync_barrier(self) -> SyncBarrier:
        """Start a `sync`: send a cookie through the watcher, or wait for the next poll."""
        now = self.clock.monotonic()
        cookie = self.ground.sight.send(now) if self.ground.sight is not None else None
        barrier = SyncBarrier(
            cookie=cookie, scan_after=now if cookie is None or self.ground.unwatched else None
        )
        self._barriers.append(barrier)
        return barrier

    def scan_barrier(self) -> SyncBarrier:
        """Start a `scan` that somebody waits for."""
        self.rescan("asked")
        barrier = SyncBarrier(scan_after=self.clock.monotonic(), is_scan=True)
        self._barriers.append(barrier)
        return barrier

    def end_barrier(self, barrier: SyncBarrier) -> None:
        """Nobody waits for it any more; may be called twice."""
        if barrier in self._barriers:
            self._barriers.remove(barrier)

    def passes(self, barrier: SyncBarrier) -> bool:
        """Whether everything that was announced before the barrier is in the store."""
        if self.capture is None or not self.ground.ready:
            return False
        if self.ground.watches_due and not barrier.is_scan and barrier.cookie is None:
            self.ground.compare_watches()  # of a folder renamed at once the watch may be lost
            if self.ground.unwatched and barrier.scan_after is None:
                barrier.scan_after = self.clock.monotonic()
        if self.scanning or (self.ground.suspects and not barrier.is_scan):
            return False
        # a scan is over though a folder below cannot be told; a `sync` is not
        troubles = self.condition.problems
        if any(code in _BLOCKING and not (barrier.is_scan and path) for code, path in troubles):
            return False
        return barrier.passes(self.capture, last_scan_began=self.scans.last_began, now=self.clock.monotonic())

    def next_due(self) -> float:
        """When `step` may have something to do."""
        if self.retired:
            return float("inf")
        times = [self._next_check, self._next_beat]
        if self.capture is not None:
            due = self.capture.pending.next_due()
            times.append(self.scans.next_due())
            times += [] if self.ground.sight is None else [self.ground.sight.next_due()]
            times += [] if due is None else [due]
        return max(min(times), self._retry_at)

    def report(self) -> dict[str, object]:
        """Return the root's part of `status`."""
        return {**self.ground.report(), "overflows": self.overflows}

    def _beat(self, now: float) -> bool:
        """Say that the root is captured; false when it was closed, to be opened elsewhere or never again."""
        self._next_beat = now + self.ground.settings.liveness_seconds * 2
        if self.once:
            return True
        recorded = self.condition.recorded()
        if recorded.retired_at is not None:
            self.close(reason="retired", state="blind")  # nobody looks any more
            self.retired = True
            self.log.info("root_retired", root=self.root.name)
            return False
        if (recorded.name, recorded.path) != (self.root.name, self.root.path):
            self.ground.follow(recorded)
            self._next_check = self.clock.monotonic()
            return False
        if self.capture is not None and self.capture.clock_behind > CLOCK_BEHIND:
            behind = self.capture.clock_behind // 1_000_000
            self.condition.trouble("clock", None, f"the clock is {behind} s behind the log's last label")
        elif not self.scanning:
            self.condition.clear("clock")
        self.condition.beat({**self.report(), roots.CERTAIN_UNTIL: self.ground.certain_until(now)})
        if self.capture is None or not self.capture.pending.busy:
            self._store_is_back()  # else what waits is the proof: a beat needs less room
        return True

    def _store_is_back(self) -> None:
        """Something was written: only that proves it."""
        if any(code in self.condition for code in _STORE):
            self.condition.clear(*_STORE)
            if self.ground.ready and not self.scanning and "blind" not in self.condition:
                self.ground.cover_as_watched(self.clock.wall())
