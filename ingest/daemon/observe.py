"""One root under observation: its folder, its watcher, its scans, its liveness, what is wrong with it.

`step` does one bounded slice of whatever is due and returns; the daemon calls it again and again
and sleeps until `next_due`. Everything here runs in the daemon's one capturing thread.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest.config import Settings
from ingest.daemon.barrier import Barrier
from ingest.daemon.condition import Condition, Problem
from ingest.daemon.held import Held
from ingest.daemon.scans import Scans
from ingest.daemon.sight import Sight
from ingest.disk import mounts
from ingest.disk.scan import topmost
from ingest.errors import AlreadyRunning, RootUnavailable, StoreUnavailable
from ingest.escape import path as show
from ingest.logging import Log
from ingest.model import Cause
from ingest.pipeline.capture import Capture
from ingest.pipeline.limits import Clock, Limits
from ingest.store import roots, seen
from ingest.store.engine import Store
from ingest.store.entries import CLOCK_BEHIND
from ingest.store.roots import Root

CHECK = 1.0  # seconds between two looks at the root itself
STALL = 5.0  # a gap this long between two steps: stopped, suspended, or the clock jumped
RETRY = 1.0
JUMP = 5_000_000  # microseconds by which the wall clock may leave the monotonic one in a step
WATCHES = 10.0  # seconds between two looks at the kernel's watches where nothing suggests one
_STORE = ("store_full", "store_locked", "store_unreachable")
# While one of these holds, nobody can say that what was announced is in the store.
_BLOCKING = (
    "blind",
    "overflow",
    "root_missing",
    "root_replaced",
    *_STORE,
)


class Observation:
    """One root, from `open` to `close`."""

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
        self.root = root
        self.settings = settings
        self.clock = clock
        self.log = log
        self.once = once
        self.backend = settings.backend_of(root.name)
        self.capture: Capture | None = None
        self.sight: Sight | None = None
        self.overflows = 0
        self.ready = False
        self.retired = False
        self.last_scan_at = root.last_scan_at
        self.unwatched: dict[bytes, str] = {}
        self.condition = Condition(store, root, clock)
        self._wake = wake
        self._hidden = hidden
        self._held = Held(store, root)
        self._barriers: list[Barrier] = []
        self.scans = Scans(settings, clock)
        now = clock.monotonic()
        self._next_check = now
        self._next_beat = now
        self._retry_at = now
        self._last_step = now
        self._offset = clock.wall() - round(now * 1e6)
        self._watches_due = True
        self._next_watches = now

    # -- the root itself -------------------------------------------------------------------

    def open(self) -> None:
        """Open and lock the folder, make what sees and captures it.

        Raises RootUnavailable, AlreadyRunning or StoreUnavailable; then nothing is held.
        """
        root, settings = self.root, self.settings
        self._held.open()
        hidden, folder = self._hidden(root.path), self._held.folder
        self.sight = Sight(
            root.path, folder=folder, writable=self._held.write_id(), hidden=hidden,
            period=settings.liveness_seconds, clock=self.clock, wake=self._wake,
        )  # fmt: skip
        limits = Limits(
            quiet=settings.quiet_seconds, hold=settings.hold_seconds,
            move=settings.move_seconds, max_bytes=settings.max_bytes,
        )  # fmt: skip
        self.capture = Capture(
            self.store, root=root.id, folder=folder, patterns=settings.patterns_of(root.name),
            hidden=hidden, limits=limits, clock=self.clock, shifted=self._mounts_shifted,
        )  # fmt: skip
        try:
            self._compare_mounts()
        except StoreUnavailable:
            self.close()
            raise
        self.condition.clear("root_missing", "root_replaced")

    def start_watcher(self) -> None:
        """Watch, unless this root is polled; the scan that must follow is asked for."""
        assert self.sight is not None
        if self.backend == "poll" or (self.backend == "auto" and mounts.needs_polling(self.root.path)):
            return
        why = self.sight.start()
        if why is None:
            self.condition.clear("unwatched", path=b"")
        else:
            self.condition.trouble("unwatched", b"", f"no notifications: {why}")

    def close(self, *, reason: str | None = None) -> None:
        """Stop watching and let the folder go; `reason` ends the coverage as a clean stop does."""
        if self.sight is not None:
            self.sight.stop()
            self.sight = None
        self.scans.drop(None)
        if self.capture is not None:
            self.capture.workers.close()
        self.capture = None
        self._held.close()
        if reason is not None and not self.retired:
            self.condition.cover("scanned", reason)

    def lose(self, error: RootUnavailable) -> None:
        """The root is gone or is another folder: nothing is reconciled until it is back."""
        proven = self._proven_at()
        self.close()
        self.condition.clear("root_missing", "root_replaced")
        self.condition.trouble(error.code, None, error.message)
        self.condition.cover("blind", error.code, proven)
        self.ready = False
        self.rescan("root is back")
        self.log.error("root_lost", root=self.root.name, code=error.code, detail=error.message)

    def _check_root(self) -> None:
        """Is the folder still there, still the same, still ours, with the same mounts below?"""
        assert self.sight is not None
        try:
            taken, id_missing = self._held.check()
        except RootUnavailable as error:
            self.lose(error)
            return
        if taken:
            self.rescan("lock taken anew")
        if id_missing or not self.sight.writable:
            polled, self.sight.writable = self.polled, self._held.write_id()
            if polled and not self.polled:
                self.rescan("the root can be written to")  # from now on the watcher can prove itself
        self._mounts_shifted()
        if self._watches_due or self.unwatched or self.clock.monotonic() >= self._next_watches:
            self._compare_watches()

    def _mounts_shifted(self) -> bool:
        """Whether the table of mounts changed since the last look; what that means is seen to."""
        if not self._held.mounts_changed():
            return False
        if self._compare_mounts():
            self.rescan("mounts changed")
        return True

    def _compare_mounts(self) -> bool:
        """Close the folders that became or ceased to be mount points with documents below them."""
        assert self.capture is not None
        before = self.capture.closed
        changed = self._held.compare_mounts(self._any_below)
        self.capture.closed = self._held.closed
        for point in before - self._held.closed:
            self.condition.clear("root_replaced", path=point)
        for point in self._held.closed:
            self.condition.trouble("root_replaced", point, "a file system was mounted or unmounted here")
        if self._held.closed - before and self.ready:
            self._cover_as_watched(self._proven_at() or self.clock.wall())
        return changed

    def reconfigure(self, settings: Settings) -> None:
        """Go on under other settings: everything is opened and looked at anew."""
        self.settings = settings
        self.backend = settings.backend_of(self.root.name)
        self.scans.settings = settings
        if self.capture is not None:
            self.condition.cover("scanned", "other settings", self._proven_at())
            self.close()
            self._next_check = self.clock.monotonic()

    # -- what happens in a step ------------------------------------------------------------

    def step(self) -> bool:
        """One slice of work; returns whether there is more to do at once."""
        now = self.clock.monotonic()
        if now - self._last_step > STALL and self.capture is not None:
            self._stalled(now - self._last_step)
        offset = self.clock.wall() - round(now * 1e6)
        jump, self._offset = offset - self._offset, offset
        if abs(jump) > JUMP and self.capture is not None:
            self._jumped(jump)
        if self.retired or now < self._retry_at:
            self._last_step = now
            return False
        try:
            return self._step(now)
        except StoreUnavailable as error:
            # nothing is forgotten: hints wait in the settler, the scan is begun again
            self.scans.drop("store is back")
            if error.code not in self.condition:
                self.log.error("store_unavailable", code=error.code, detail=error.message)
                # hints are kept, but several saves of one file become one version
                self.condition.cover("scanned", error.code, self._proven_at())
            self.condition.trouble(error.code, None, error.message)
            self._retry_at = self.clock.monotonic() + RETRY
            return False
        finally:
            self._last_step = self.clock.monotonic()  # to wait for a lock is not to be suspended

    def _step(self, now: float) -> bool:
        if now >= self._next_check:
            self._next_check = now + CHECK
            if self.capture is None:
                self._reopen()
            else:
                self._check_root()
        if self.capture is None:
            if now >= self._next_beat:
                self._beat(now)
            return False
        self._hear(now)
        if not self._held.is_in_place():
            # The kernel goes on telling of a renamed folder under its old name.
            self._check_root()
            return self.capture is not None
        self._tend_sight(now)
        if now >= self._next_beat and not self._beat(now):
            return not self.retired
        commits = self.capture.commits
        more = self._advance_scan(now)
        looked = self.capture.look()
        if self.capture.commits != commits:
            self._store_is_back()
        return more or looked > 0

    def _reopen(self) -> None:
        lost = "root_missing" in self.condition or "root_replaced" in self.condition
        try:
            self.open()
        except RootUnavailable as error:
            if error.code not in self.condition:
                self.condition.clear("root_missing", "root_replaced")
            self.condition.trouble(error.code, None, error.message)
            return
        except AlreadyRunning as error:
            self.condition.trouble("root_missing", None, error.message)
            return
        self.start_watcher()
        self.rescan(self.scans.wanted or ("root is back" if lost else "other settings"))
        if lost:
            self.log.info("root_back", root=self.root.name)

    def _hear(self, now: float) -> None:
        """Drain the watcher's table into the settler."""
        assert self.capture is not None
        assert self.sight is not None
        heard, came = self.sight.hear(now)
        if heard.overflow:
            self.warned("too many paths at once", overflow=True)
        if heard.folders:
            self._watches_due = True
        if heard.root_event:
            self._next_check = now
        for barrier in self._barriers:
            barrier.heard(came)
        if came and "blind" in self.condition:
            self.condition.clear("blind")
            if self.ready and not self.scanning:
                self._cover_as_watched(self.scans.began_at)
        try:
            self.capture.hear(heard, now)
        except StoreUnavailable:
            self.rescan("store is back")  # what was heard and could not be kept
            raise

    def _stalled(self, gap: float) -> None:
        """Stopped, suspended, or a jump of the clock: look at everything again."""
        self.log.warning("stalled", root=self.root.name, seconds=round(gap, 1))
        self.condition.cover("scanned", "stalled", self.clock.wall() - round(gap * 1e6))
        if self.sight is not None:
            self.sight.recall()
        self.rescan("stalled")

    def _jumped(self, micros: int) -> None:
        """The wall clock was set, or the machine slept: what happened meanwhile is told by a scan."""
        seconds = round(micros / 1e6, 1)
        self.log.warning("clock_jumped", root=self.root.name, seconds=seconds)
        self.condition.trouble("clock", None, f"the clock jumped by {seconds:g} s")
        self.condition.cover("scanned", "clock", self._proven_at())
        if self.sight is not None:
            self.sight.recall()
        self.rescan("the clock jumped")

    def continued(self) -> None:
        """The process was stopped and goes on (SIGCONT)."""
        self.condition.trouble("clock", None, "the process was stopped and continued")
        self.rescan("continued")

    def rescan(self, why: str) -> None:
        """Ask for a scan of the whole root as soon as one can begin."""
        self.scans.ask(why)

    def warned(self, detail: str, *, overflow: bool) -> None:
        """The watcher's library complained: something may be lost, and only a scan knows what."""
        reason = "overflow" if overflow else "watcher warning"
        if overflow and "overflow" not in self.condition:  # it says the same many times
            self.overflows += 1
            self.condition.trouble("overflow", None, detail)
        if self.scans.wanted != reason:
            if "blind" not in self.condition:  # that is worse, and is already said
                self.condition.cover("scanned", reason, self._proven_at())
            self.log.warning(
                "overflow" if overflow else "watcher_warning", root=self.root.name, detail=detail
            )
        self.rescan(reason)

    def _rebuild(self, why: str) -> None:
        """The watcher is not to be trusted: a new one, and a scan."""
        self.log.error("watcher_rebuilt", root=self.root.name, why=why)
        self.condition.trouble("blind", None, why)
        self.condition.cover("blind", why, self._proven_at())
        assert self.sight is not None
        self.sight.stop()
        self.start_watcher()
        self.rescan("watcher rebuilt")

    def _tend_sight(self, now: float) -> None:
        """A watcher that does not hear is made anew; barriers get the cookie that it took with it."""
        assert self.sight is not None
        why = self.sight.trouble(now)
        if why is not None:
            self._rebuild(why)
        for barrier in self._barriers:
            barrier.renew(self.sight, now)

    def _proven_at(self) -> int | None:
        """Until then every save was heard: a cookie came back."""
        return self.sight.proven_at if self.sight is not None else None

    # -- scans -----------------------------------------------------------------------------

    @property
    def _cause(self) -> Cause:
        """What a scan's findings are put down to."""
        return "scan" if self.ready or self.once else "startup"

    def _advance_scan(self, now: float) -> bool:
        """Begin, continue or finish a scan; true while one is under way."""
        assert self.capture is not None
        if self.scans.poll_due(now):
            if self.polled:
                self.rescan("poll")
            elif self.unwatched:
                self.capture.hint(list(self.capture.untold()), now)  # files may be among them
                for path in topmost(set(self.unwatched)):
                    self.capture.hint_below(path, now)
                self.scans.last_began = now
        try:
            state = self.scans.advance(self.capture, now, self._cause)
        except OSError as error:
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
        self.capture.workers.close()
        self.last_scan_at = self.clock.wall()
        again = self.scans.scanning
        if not again:
            self.condition.clear("overflow", "clock")
        self._compare_watches()
        with self.store.write() as connection:
            roots.update(connection, self.root.id, last_scan_at=self.last_scan_at)
        self.ready = True
        if "blind" not in self.condition and not again:
            self._cover_as_watched(self.scans.began_at)
        if self.scans.why != "poll":
            ms = round((self.clock.monotonic() - self.scans.began) * 1000)
            files = self.capture.files_seen
            self.log.info("scan_finished", root=self.root.name, why=self.scans.why, files=files, ms=ms)

    @property
    def scanning(self) -> bool:
        """Whether a scan runs or is about to."""
        return self.scans.scanning

    @property
    def polled(self) -> bool:
        """Whether changes are noticed by scanning: chosen so, or nothing better can be had."""
        return self.sight is None or self.sight.polled

    def _cover_as_watched(self, since: int) -> None:
        if self.once:
            self.condition.cover("scanned", None, since)
        elif self.polled:
            self.condition.cover("scanned", "polling", since)
        elif self._held.closed:
            self.condition.cover("scanned", "root_replaced", since)
        elif self.unwatched:
            self.condition.cover("scanned", "unwatched", since)
        else:
            self.condition.cover("watched", None, since)

    def _compare_watches(self) -> None:
        """Which listed folders does the kernel not watch? They are scanned every poll."""
        assert self.capture is not None
        self._watches_due = False
        self._next_watches = self.clock.monotonic() + WATCHES
        missing: dict[bytes, str] = {
            path: why for path, why in self.capture.untold().items() if path not in self.capture.closed
        }
        assert self.sight is not None
        lost = self.sight.unwatched(self.capture.folders)
        for path in lost:
            missing[path] = "the operating system does not watch this folder"
        if self.sight.watch_again(bool(lost), self.clock.monotonic()):
            self.rescan("folders were not watched")
        if missing == self.unwatched:
            return
        for path in self.unwatched.keys() - missing.keys():
            self.condition.clear("unwatched", path=path)
        for path, why in missing.items():
            self.condition.trouble("unwatched", path, why)
        self.unwatched = missing
        self.scans.poll_soon(self.clock.monotonic())
        if not missing:
            # whoever waits for a poll of them need not wait for the hourly scan
            self.rescan("all folders are watched")
        elif self.ready:
            self._cover_as_watched(self._proven_at() or self.clock.wall())

    # -- asked from outside ----------------------------------------------------------------

    def sync_barrier(self) -> Barrier:
        """Start a `sync`: send a cookie through the watcher, or wait for the next poll."""
        now = self.clock.monotonic()
        cookie = self.sight.send(now) if self.sight is not None else None
        barrier = Barrier(cookie=cookie, scan_after=now if cookie is None or self.unwatched else None)
        self._barriers.append(barrier)
        return barrier

    def scan_barrier(self) -> Barrier:
        """Start a `scan` that somebody waits for."""
        self.rescan("asked")
        barrier = Barrier(scan_after=self.clock.monotonic(), is_scan=True)
        self._barriers.append(barrier)
        return barrier

    def lost(self) -> Problem | None:
        """Why the root itself cannot be looked at, if it cannot."""
        troubles = self.condition.problems
        return troubles.get(("root_missing", None)) or troubles.get(("root_replaced", None))

    def end_barrier(self, barrier: Barrier) -> None:
        """Nobody waits for it any more; may be called twice."""
        if barrier in self._barriers:
            self._barriers.remove(barrier)

    def passes(self, barrier: Barrier) -> bool:
        """Whether everything that was announced before the barrier is in the store."""
        if self.capture is None or not self.ready or self.scanning:
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
            due = self.capture.next_due()
            times.append(self.scans.next_due())
            times += [] if self.sight is None else [self.sight.next_due()]
            times += [] if due is None else [due]
        return max(min(times), self._retry_at)

    def report(self) -> dict[str, object]:
        """The root's part of `status`."""
        return {
            "backend": "poll" if self.polled else "native",
            "watched_directories": self._watched_directories(),
            "unwatched_directories": len(self.unwatched),
            "overflows": self.overflows,
            "pending": len(self.capture.waiting()) if self.capture is not None else 0,
            "ready": self.ready,
            "problems": self.condition.records()[:1000],
            "problems_total": len(self.condition.problems),
        }

    def _watched_directories(self) -> int:
        if self.capture is None or self.sight is None or not self.sight.watching:
            return 0
        return max(0, len(self.capture.folders) - len(self.unwatched))

    def _beat(self, now: float) -> bool:
        """Say that the root is captured; false when it was closed, to be opened elsewhere or never again."""
        self._next_beat = now + self.settings.liveness_seconds * 2
        if self.once:
            return True
        recorded = self.condition.recorded()
        if recorded.retired_at is not None:
            self.close(reason="retired")
            self.retired = True
            self.log.info("root_retired", root=self.root.name)
            return False
        if (recorded.name, recorded.path) != (self.root.name, self.root.path):
            self._follow(recorded)
            return False
        if self.capture is not None and self.capture.clock_behind > CLOCK_BEHIND:
            behind = self.capture.clock_behind // 1_000_000
            self.condition.trouble("clock", None, f"the clock is {behind} s behind the log's last label")
        elif not self.scanning:
            self.condition.clear("clock")
        self.condition.beat(self.report())
        if self.capture is None or not self.capture.busy:
            self._store_is_back()  # else what waits is the proof: a beat needs less room
        return True

    def _follow(self, recorded: Root) -> None:
        """Somebody renamed or relocated the root: go on with it as it is recorded now."""
        self.log.info("root_changed", root=recorded.name, path=show(recorded.path), before=self.root.name)
        self.condition.cover("scanned", "other settings", self._proven_at())
        self.close()
        self.condition.clear("root_missing", "root_replaced")
        self.root = recorded
        self.condition.rename(recorded)
        self._held = Held(self.store, recorded)
        self._next_check = self.clock.monotonic()

    def _store_is_back(self) -> None:
        """Something was written: only that proves it."""
        if any(code in self.condition for code in _STORE):
            self.condition.clear(*_STORE)
            if self.ready and not self.scanning and "blind" not in self.condition:
                self._cover_as_watched(self.clock.wall())

    def _any_below(self, folder: bytes) -> bool:
        with self.store.read() as connection:
            return seen.any_below(connection, self.root.id, folder)
