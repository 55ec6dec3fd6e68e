"""A `sync` or a `scan` that somebody waits for."""

from __future__ import annotations

from ingest.capture.capture import Capture
from ingest.daemon.watcher_liveness import WatcherLiveness


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

    def renew(self, sight: WatcherLiveness, now: float) -> None:
        """Send another cookie where the first one went with its watcher; else wait for a scan."""
        if self.cookie is not None and not sight.is_out(self.cookie):
            self.cookie = sight.send(now)
            if self.cookie is None:
                self.scan_after = now

    def passes(self, capture: Capture, *, last_scan_began: float, now: float) -> bool:
        """Ask only while no scan runs and nothing is known to be wrong."""
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
