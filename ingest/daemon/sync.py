"""Those who wait for a `sync` or a `scan` of a root."""

from __future__ import annotations

from ingest.capture.capture import Capture
from ingest.clock import Clock
from ingest.daemon.coverage import STORE
from ingest.daemon.health import Health
from ingest.daemon.root_session import RootSession
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.watcher_liveness import WatcherLiveness

# While one of these holds, nobody can say that what was announced is in the store.
_BLOCKING = ("blind", "overflow", "root_missing", "root_replaced", *STORE)


class SyncBarrier:
    """Passed when everything announced before it is in the store.

    `cookie` is the one that has yet to come back, `scan_after` when a scan must have begun,
    `outstanding` the paths that still waited when both had happened.
    """

    def __init__(
        self, *, cookie: bytes | None = None, scan_after: float | None = None, is_scan: bool = False
    ) -> None:
        self.is_scan = is_scan
        self.cookie = cookie
        self.scan_after = scan_after
        self.outstanding: dict[bytes, float] | None = None

    def heard(self, cookies: set[bytes]) -> None:
        """Note that these cookies came back."""
        if self.cookie in cookies:
            self.cookie = None

    def renew(self, liveness: WatcherLiveness, now: float) -> None:
        """Send another cookie where the first one went with its watcher; else wait for a scan."""
        if self.cookie is not None and not liveness.is_out(self.cookie):
            self.cookie = liveness.send(now)
            if self.cookie is None:
                self.scan_after = now

    def passes(self, capture: Capture, *, last_scan_began: float, now: float) -> bool:
        """Tell whether it is passed; asked only while no scan runs and nothing is known to be wrong."""
        if self.cookie is not None:
            return False
        if self.scan_after is not None and last_scan_began < self.scan_after:
            return False
        if self.outstanding is None:
            self.outstanding = dict.fromkeys(capture.pending.paths(), now)
        self.outstanding = {
            path: since
            for path, since in self.outstanding.items()
            if capture.pending.waits_since(path, since)
        }
        return not self.outstanding


class Barriers:
    """Those that wait at one root."""

    def __init__(self, session: RootSession, scans: ScanSchedule, health: Health, clock: Clock) -> None:
        self._session = session
        self._scans = scans
        self._health = health
        self._clock = clock
        self._waiting: list[SyncBarrier] = []

    def sync(self) -> SyncBarrier:
        """Start a `sync`: send a cookie through the watcher, or wait for the next poll."""
        now, liveness = self._clock.monotonic(), self._session.liveness
        cookie = None if liveness is None else liveness.send(now)
        waits = cookie is None or bool(self._session.looked_at_apart)
        return self._add(SyncBarrier(cookie=cookie, scan_after=now if waits else None))

    def scan(self) -> SyncBarrier:
        """Start a `scan` that somebody waits for."""
        self._scans.ask("asked")
        return self._add(SyncBarrier(scan_after=self._clock.monotonic(), is_scan=True))

    def _add(self, barrier: SyncBarrier) -> SyncBarrier:
        self._waiting.append(barrier)
        return barrier

    def end(self, barrier: SyncBarrier) -> None:
        """Drop a barrier for which nobody waits any more; may be called twice."""
        if barrier in self._waiting:
            self._waiting.remove(barrier)

    def heard(self, cookies: set[bytes]) -> None:
        """Note that these cookies came back."""
        for barrier in self._waiting:
            barrier.heard(cookies)

    def renew(self, now: float) -> None:
        """Give them the cookies that a watcher which is no more took with it."""
        if self._session.liveness is not None:
            for barrier in self._waiting:
                barrier.renew(self._session.liveness, now)

    def passes(self, barrier: SyncBarrier) -> bool:
        """Tell whether everything that was announced before the barrier is in the store."""
        session, now = self._session, self._clock.monotonic()
        if session.capture is None or not session.ready:
            return False
        if session.watches_due and not barrier.is_scan and barrier.cookie is None:
            session.compare_watches()  # of a folder renamed at once the watch may be lost
            if session.unwatched and barrier.scan_after is None:
                barrier.scan_after = now
        if self._scans.scanning or (session.watches.suspects and not barrier.is_scan):
            return False
        # a scan is over though a folder below cannot be told; a `sync` is not
        troubles = self._health.problems
        if any(code in _BLOCKING and not (barrier.is_scan and path) for code, path in troubles):
            return False
        return barrier.passes(session.capture, last_scan_began=self._scans.last_began, now=now)
