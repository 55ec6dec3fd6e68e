"""One root under observation: its folder, its watcher, its scans, its liveness, what is wrong with it.

`step` does one bounded slice of whatever is due and returns; the daemon calls it again and again
and sleeps until `next_due`. Everything here runs in the daemon's one capturing thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from ingest.config import Settings
from ingest.daemon.condition import Condition
from ingest.disk import anchor, mounts
from ingest.disk.cookie import Cookies
from ingest.disk.watch import Heard, Watcher
from ingest.errors import AlreadyRunning, RootUnavailable, StoreUnavailable
from ingest.logging import Log
from ingest.model import Cause
from ingest.pipeline.capture import Capture
from ingest.pipeline.limits import Clock, Limits
from ingest.store import roots, seen
from ingest.store.engine import Store
from ingest.store.entries import CLOCK_BEHIND
from ingest.store.locks import RootLock
from ingest.store.roots import Root

CHECK = 1.0  # seconds between two looks at the root itself
COOKIE_LOST = 4.0  # a cookie out for longer: the watcher is blind
COOKIE_LATEST = 30.0
STALL = 5.0  # a gap this long between two steps: stopped, suspended, or the clock jumped
RETRY = 1.0
# While one of these holds, nobody can say that what was announced is in the store.
_BLOCKING = (
    "blind",
    "overflow",
    "root_missing",
    "root_replaced",
    "store_full",
    "store_locked",
    "store_unreachable",
)


class Barrier:
    """A `sync` or a `scan` on its way: done when everything announced before it is in the store.

    `cookie` is the one that has yet to come back, `scan_after` when the scan must have begun,
    `outstanding` the paths that still waited when both had happened.
    """

    def __init__(self, *, cookie: bytes | None = None, scan_after: float | None = None) -> None:
        self.cookie = cookie
        self.scan_after = scan_after
        self.outstanding: dict[bytes, float] | None = None


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
        self.watcher: Watcher | None = None
        self.overflows = 0
        self.scans = 0
        self.ready = False
        self.last_scan_at = root.last_scan_at
        self.unwatched: dict[bytes, str] = {}
        self.condition = Condition(store, root, clock)
        self._wake = wake
        self._hidden = hidden
        self._anchor: anchor.Anchor | None = None
        self._held = ExitStack()
        self._lock: RootLock | None = None
        self._cookies: Cookies | None = None
        self._barriers: list[Barrier] = []
        self._last_heard = 0.0
        # Until then every save was heard: a cookie came back.
        self._proven_at: int | None = None
        self._writable = False
        self._scan: Iterator[None] | None = None
        self._scan_cause: Cause = "scan" if once else "startup"
        self._scan_began = 0.0
        self._scan_began_at = 0
        self._last_scan_began = -1.0
        self._scan_wanted: str | None = "startup"
        self._scan_why = ""
        self._mounts = mounts.Mounts(root.path, root.mounts)
        now = clock.monotonic()
        self._next_check = now
        self._next_cookie = now
        self._next_beat = now
        self._next_scan = float("inf")
        self._next_poll = float("inf")
        self._retry_at = now
        self._last_step = now

    # -- the root itself -------------------------------------------------------------------

    def open(self) -> None:
        """Open the folder, take the lock, start the watcher. Raises RootUnavailable, AlreadyRunning."""
        root = self.root
        opened = anchor.open_recorded(
            root.path, name=root.name, device=root.device, inode=root.inode, uid=root.uid
        )
        held = ExitStack()
        held.callback(os.close, opened.fd)
        try:
            held.enter_context(anchor.lock_root(opened, self.root.path))
            if not self.store.is_sqlite:
                self._lock = RootLock(self.store, self.root.id, self.root.name)
                held.callback(self._lock.release)
                self._lock.hold()
        except (AlreadyRunning, StoreUnavailable):
            held.close()
            raise
        self._held, self._anchor = held, opened
        self._writable = anchor.write_id(opened.fd, self.root.uid)
        self.capture = Capture(
            self.store, root=self.root.id, folder=opened.fd,
            patterns=self.settings.patterns_of(self.root.name), hidden=self._hidden(self.root.path),
            limits=Limits(
                quiet=self.settings.quiet_seconds, hold=self.settings.hold_seconds,
                move=self.settings.move_seconds, max_bytes=self.settings.max_bytes,
            ),
            clock=self.clock,
        )  # fmt: skip
        self._cookies = Cookies(opened.fd, self.clock.entropy)
        self._cookies.sweep()
        self._mounts.look()
        try:
            self._compare_mounts()
            if (opened.device, opened.inode) != (self.root.device, self.root.inode):
                self._update_root(device=opened.device, inode=opened.inode)
        except StoreUnavailable:
            self.close()
            raise
        self.condition.clear("root_missing", "root_replaced")

    def start_watcher(self) -> None:
        """Watch, unless this root is polled; the scan that must follow is asked for."""
        assert self._anchor is not None
        polled = self.backend == "poll" or (self.backend == "auto" and mounts.needs_polling(self.root.path))
        if not polled:
            watcher = Watcher(self.root.path, hidden=self._hidden(self.root.path), wake=self._wake)
            try:
                watcher.start()
                self.watcher = watcher
                self.condition.clear("unwatched", path=b"")
            except OSError as error:
                watcher.stop()
                self.condition.trouble("unwatched", b"", f"no notifications: {os.strerror(error.errno or 0)}")
        self._next_cookie = self.clock.monotonic()

    def close(self, *, reason: str | None = None) -> None:
        """Stop watching and let the folder go; `reason` ends the coverage as a clean stop does."""
        if self.watcher is not None:
            self.watcher.stop()
            self.watcher = None
        if self._cookies is not None:
            self._cookies.recall()
            self._cookies = None
        self._scan = None
        if self.capture is not None:
            self.capture.workers.close()
        self.capture = None
        self._anchor = None
        self._held.close()
        if reason is not None:
            self.condition.cover("scanned", reason)

    def lose(self, error: RootUnavailable) -> None:
        """The root is gone or is another folder: nothing is reconciled until it is back."""
        self.close()
        self.condition.trouble(error.code, None, error.message)
        self.condition.cover("blind", error.code)
        self.ready = False
        self._scan_wanted = "root is back"
        self.log.error("root_lost", root=self.root.name, code=error.code, detail=error.message)

    def _check_root(self) -> None:
        """Is the folder still there, still the same, still ours, with the same mounts below?"""
        assert self._anchor is not None
        if self._lock is not None and self._lock.hold():
            self.rescan("lock taken anew")
        try:
            found = anchor.open_root(self.root.path)
        except RootUnavailable as error:
            self.lose(error)
            return
        os.close(found.fd)
        if (found.device, found.inode) != (self._anchor.device, self._anchor.inode):
            self.lose(RootUnavailable("another folder stands here now", code="root_replaced"))
            return
        if not self._writable or found.uid != self.root.uid:
            self._writable = anchor.write_id(self._anchor.fd, self.root.uid)
        if self._mounts.look() and self._compare_mounts():
            self.rescan("mounts changed")
        if self.watcher is not None:
            trouble = self.watcher.trouble()
            if trouble is not None:
                self._rebuild(trouble)
        self._compare_watches()

    def _compare_mounts(self) -> bool:
        """Close the folders that became or ceased to be mount points with documents below them."""
        assert self.capture is not None
        before = self.capture.closed
        believed = self._mounts.known
        changed = self._mounts.compare(self._any_below)
        self.capture.closed = self._mounts.closed
        for point in before - self._mounts.closed:
            self.condition.clear("root_replaced", path=point)
        for point in self._mounts.closed:
            self.condition.trouble("root_replaced", point, "a file system was mounted or unmounted here")
        if self._mounts.known != believed:
            self._update_root(mounts=self._mounts.names())
        return changed

    # -- what happens in a step ------------------------------------------------------------

    def step(self) -> bool:
        """One slice of work; returns whether there is more to do at once."""
        now = self.clock.monotonic()
        if now - self._last_step > STALL and self.capture is not None:
            self._stalled(now - self._last_step)
        self._last_step = now
        if now < self._retry_at:
            return False
        try:
            return self._step(now)
        except StoreUnavailable as error:
            # nothing is forgotten: hints wait in the settler, the scan is begun again
            if self._scan is not None:
                self._scan, self._scan_wanted = None, "store is back"
            if error.code not in self.condition:
                self.log.error("store_unavailable", code=error.code, detail=error.message)
            self.condition.trouble(error.code, None, error.message)
            self._retry_at = now + RETRY
            return False

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
        self._tend_cookies(now)
        if now >= self._next_beat:
            self._beat(now)
        more = self._advance_scan(now)
        looked = self.capture.look("watch" if self.ready and not self.once else self._scan_cause)
        self.condition.clear("store_full", "store_locked", "store_unreachable")
        return more or looked > 0

    def _reopen(self) -> None:
        try:
            self.open()
        except RootUnavailable as error:
            self.condition.trouble(error.code, None, error.message)
            return
        except AlreadyRunning as error:
            self.condition.trouble("root_missing", None, error.message)
            return
        self.start_watcher()
        self._scan_wanted = self._scan_wanted or "root is back"
        self.log.info("root_back", root=self.root.name)

    def _hear(self, now: float) -> None:
        """Drain the watcher's table into the settler."""
        assert self.capture is not None
        if self.watcher is None:
            return
        heard = self.watcher.take()
        if heard.events:
            self._last_heard = now
        if heard.overflow:
            self.overflowed("too many paths at once")
        if heard.root_event:
            self._next_check = now
        came = self._cookies.heard(heard.cookies) if self._cookies is not None else set()
        for barrier in self._barriers:
            if barrier.cookie in came:
                barrier.cookie = None
        if came:
            self._proven_at = self.clock.wall()
            if "blind" in self.condition:
                self.condition.clear("blind")
                if self.ready and not self.scanning:
                    self._cover_as_watched(self._scan_began_at)
        try:
            self._hint(heard, now)
            for folder in _topmost(heard.folders):
                self.capture.hint_below(folder, now)
        except StoreUnavailable:
            self.rescan("store is back")  # what was heard and could not be kept
            raise

    def _hint(self, heard: Heard, now: float) -> None:
        assert self.capture is not None
        for old, new in heard.renames:
            self.capture.renamed(old, new, now)
        closed = heard.touched & heard.at_rest
        writing = heard.touched & heard.writing
        self.capture.hint(writing, now, writing=True)
        self.capture.hint(heard.touched - closed - writing, now)
        if closed:
            self.capture.hint(closed, now, at_rest=True)

    def _stalled(self, gap: float) -> None:
        """Stopped, suspended, or a jump of the clock: look at everything again."""
        self.log.warning("stalled", root=self.root.name, seconds=round(gap, 1))
        self.condition.cover("scanned", "stalled", self.clock.wall() - round(gap * 1e6))
        if self._cookies is not None:
            self._cookies.recall()
        self.rescan("stalled")

    def rescan(self, why: str) -> None:
        """Ask for a scan of the whole root as soon as one can begin."""
        self._scan_wanted = why

    def overflowed(self, detail: str) -> None:
        """The operating system's queue overflowed: only a scan knows what was lost."""
        self.overflows += 1
        self.condition.trouble("overflow", None, detail)
        self.condition.cover("scanned", "overflow", self._proven_at)
        self.log.warning("overflow", root=self.root.name, detail=detail)
        self.rescan("overflow")

    def _rebuild(self, why: str) -> None:
        """The watcher is not to be trusted: a new one, and a scan."""
        self.log.error("watcher_rebuilt", root=self.root.name, why=why)
        self.condition.trouble("blind", None, why)
        self.condition.cover("blind", why, self._proven_at)
        if self.watcher is not None:
            self.watcher.stop()
            self.watcher = None
        if self._cookies is not None:
            self._cookies.recall()
        self.start_watcher()
        self.rescan("watcher rebuilt")

    def _tend_cookies(self, now: float) -> None:
        """Send one when it is time; one that stays out means that the watcher is blind."""
        if self._cookies is None or self.watcher is None:
            return
        oldest = self._cookies.oldest()
        # behind a long queue of events a cookie comes late: a watcher that still hears is given time
        deaf = oldest is not None and now - max(oldest, self._last_heard) > COOKIE_LOST
        if deaf or (oldest is not None and now - oldest > COOKIE_LATEST):
            self._rebuild("a cookie did not come back")
        elif oldest is None and now >= self._next_cookie:
            self._next_cookie = now + self.settings.liveness_seconds
            if self._cookies.send(now) is None:
                self._writable = False
        for barrier in self._barriers:
            if barrier.cookie is not None and not self._cookies.is_out(barrier.cookie):
                barrier.cookie = self._cookies.send(now)  # the first one went with its watcher

    # -- scans -----------------------------------------------------------------------------

    def _advance_scan(self, now: float) -> bool:
        """Begin, continue or finish a scan; true while one is under way."""
        assert self.capture is not None
        if self._scan is None:
            if now >= self._next_scan and self._scan_wanted is None:
                self._scan_wanted = "time"
            if now >= self._next_poll and self._scan_wanted is None:
                self._next_poll = now + self.settings.poll_seconds
                if self.polled:
                    self._scan_wanted = "poll"
                else:
                    for folder in sorted(self.unwatched):
                        self.capture.hint_below(folder, now)
                    self.scans += 1
                    self._last_scan_began = now
            if self._scan_wanted is None:
                return False
            self._scan_cause = "scan" if self.ready or self.once else "startup"
            self._scan_why, self._scan_wanted = self._scan_wanted, None
            self._scan_began, self._scan_began_at = now, self.clock.wall()
            self._scan = self.capture.scan(self._scan_cause)
        try:
            next(self._scan)
        except StopIteration:
            self._finish_scan()
            return False
        except OSError as error:
            self._scan = None
            self._next_check = now
            self._scan_wanted = "root is back"
            self._retry_at = now + RETRY
            self.log.error("scan_failed", root=self.root.name, detail=str(error))
            return False
        return True

    def _finish_scan(self) -> None:
        assert self.capture is not None
        now = self.clock.monotonic()
        self._scan = None
        self.capture.workers.close()
        self.scans += 1
        self._last_scan_began = self._scan_began
        self.last_scan_at = self.clock.wall()
        self._next_scan = now + self.settings.rescan_seconds * (0.75 + self.clock.entropy(1)[0] / 512)
        self._next_poll = now + self.settings.poll_seconds
        if self._scan_wanted is None:
            self.condition.clear("overflow")
        self._compare_watches()
        with self.store.write() as connection:
            roots.update(connection, self.root.id, last_scan_at=self.last_scan_at)
        self.ready = True
        if "blind" not in self.condition and self._scan_wanted is None:
            self._cover_as_watched(self._scan_began_at)
        if self._scan_why != "poll":
            self.log.info(
                "scan_finished", root=self.root.name, why=self._scan_why, files=self.capture.files_seen,
                ms=round((now - self._scan_began) * 1000),
            )  # fmt: skip

    @property
    def scanning(self) -> bool:
        """Whether a scan runs or is about to."""
        return self._scan is not None or self._scan_wanted is not None

    @property
    def polled(self) -> bool:
        """Whether changes are noticed by scanning: chosen so, or nothing better can be had."""
        return self.watcher is None or not self._writable

    def _cover_as_watched(self, since: int) -> None:
        if self.once:
            self.condition.cover("scanned", None, since)
        elif self.polled:
            self.condition.cover("scanned", "polling", since)
        elif self.unwatched:
            self.condition.cover("scanned", "unwatched", since)
        else:
            self.condition.cover("watched", None, since)

    def _compare_watches(self) -> None:
        """Which listed folders does the kernel not watch? They are scanned every poll."""
        assert self.capture is not None
        missing: dict[bytes, str] = {
            path: why for path, why in self.capture.unknown.items() if path not in self.capture.closed
        }
        watched = self.watcher.watched() if self.watcher is not None else None
        if watched is not None:
            for path, inode in self.capture.folders.items():
                if inode not in watched:
                    missing[path] = "the operating system does not watch this folder"
        if missing == self.unwatched:
            return
        for path in self.unwatched.keys() - missing.keys():
            self.condition.clear("unwatched", path=path)
        for path, why in missing.items():
            self.condition.trouble("unwatched", path, why)
        self.unwatched = missing
        self._next_poll = min(self._next_poll, self.clock.monotonic() + self.settings.poll_seconds)
        if self.ready:
            self._cover_as_watched(self.clock.wall())

    # -- asked from outside ----------------------------------------------------------------

    def sync_barrier(self) -> Barrier:
        """Start a `sync`: send a cookie through the watcher, or wait for the next poll."""
        now = self.clock.monotonic()
        cookie = None
        if self.watcher is not None and self._cookies is not None and self._writable:
            cookie = self._cookies.send(now)
        barrier = Barrier(cookie=cookie, scan_after=now if cookie is None or self.unwatched else None)
        self._barriers.append(barrier)
        return barrier

    def scan_barrier(self) -> Barrier:
        """Start a `scan` that somebody waits for."""
        self.rescan("asked")
        barrier = Barrier(scan_after=self.clock.monotonic())
        self._barriers.append(barrier)
        return barrier

    def end_barrier(self, barrier: Barrier) -> None:
        """Nobody waits for it any more; may be called twice."""
        if barrier in self._barriers:
            self._barriers.remove(barrier)

    def passes(self, barrier: Barrier) -> bool:
        """Whether everything that was announced before the barrier is in the store."""
        if self.capture is None or not self.ready or self.scanning or barrier.cookie is not None:
            return False
        if any(code in self.condition for code in _BLOCKING):
            return False
        if barrier.scan_after is not None and self._last_scan_began < barrier.scan_after:
            return False
        if barrier.outstanding is None:
            barrier.outstanding = dict.fromkeys(self.capture.waiting(), self.clock.monotonic())
        barrier.outstanding = {
            path: since
            for path, since in barrier.outstanding.items()
            if self.capture.waits_since(path, since)
        }
        return not barrier.outstanding

    def next_due(self) -> float:
        """When `step` may have something to do."""
        times = [self._next_check, self._next_beat]
        if self.capture is not None:
            due = self.capture.next_due()
            times += [self._next_cookie, self._next_scan, self._next_poll]
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
        if self.watcher is None or self.capture is None:
            return 0
        return max(0, len(self.capture.folders) - len(self.unwatched))

    def _beat(self, now: float) -> None:
        self._next_beat = now + self.settings.liveness_seconds * 2
        if self.once:
            return
        if self.capture is not None and self.capture.clock_behind > CLOCK_BEHIND:
            behind = self.capture.clock_behind // 1_000_000
            self.condition.trouble("clock", None, f"the clock is {behind} s behind the log's last label")
        else:
            self.condition.clear("clock")
        self.condition.beat(self.report())

    def _any_below(self, folder: bytes) -> bool:
        with self.store.read() as connection:
            return seen.any_below(connection, self.root.id, folder)

    def _update_root(self, **values: object) -> None:
        with self.store.write() as connection:
            roots.update(connection, self.root.id, **values)


def _topmost(folders: set[bytes]) -> list[bytes]:
    """The folders that lie below no other of them: to compare one is to compare all below it."""
    kept: list[bytes] = []
    for folder in sorted(folders, key=lambda path: path + b"/"):
        if not kept or not folder.startswith(kept[-1] + b"/"):
            kept.append(folder)
    return kept
