"""When a root is scanned, why, and how far the scan is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ingest.capture.capture import Capture
from ingest.clock import Clock
from ingest.config import Settings
from ingest.model import Cause


class ScanSchedule:
    """At most one scan of a root runs; another that is asked for meanwhile follows it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.wanted: str | None = "startup"
        self.why = ""
        self.began = 0.0
        self.began_at = 0
        self.last_began = -1.0
        self.settings = settings
        self._clock = clock
        self._running: Iterator[None] | None = None
        self._next_scan = float("inf")
        self._next_poll = float("inf")

    @property
    def scanning(self) -> bool:
        """Tell whether a scan runs or is about to."""
        return self._running is not None or self.wanted is not None

    @property
    def routine(self) -> bool:
        """Tell whether nothing gave cause for the scan that runs, or ran last."""
        return self.why in ("time", "asked")

    def ask(self, why: str) -> None:
        """Scan the whole root as soon as one can begin.

        That somebody asked is no cause: what gave one before is not forgotten for it.
        """
        if why != "asked" or self.wanted is None:
            self.wanted = why

    def drop(self, why: str | None) -> None:
        """Give up the scan that runs; with a reason, begin it again later."""
        if self._running is not None and why is not None:
            self.wanted = why
        self._running = None

    def poll_soon(self, now: float) -> None:
        """Poll within a period: there is something that only polling sees."""
        self._next_poll = min(self._next_poll, now + self.settings.poll_seconds)

    def poll_due(self, now: float) -> bool:
        """Tell whether it is time to poll; asking sets the next time."""
        if now < self._next_poll or self.scanning:
            return False
        self._next_poll = now + self.settings.poll_seconds
        return True

    def advance(self, capture: Capture, now: float, cause: Cause) -> Literal["idle", "running", "finished"]:
        """Do one slice of a scan, of a new one where one is due. Raises what `Capture.scan` raises."""
        if self._running is None:
            if now >= self._next_scan and self.wanted is None:
                self.wanted = "time"
            if self.wanted is None:
                return "idle"
            self.why, self.wanted = self.wanted, None
            self.began, self.began_at = now, self._clock.wall()
            self._running = capture.scan(cause)
        try:
            next(self._running)
        except StopIteration:
            self._finish()
            return "finished"
        return "running"

    def _finish(self) -> None:
        now = self._clock.monotonic()
        self._running = None
        self.last_began = self.began
        # Between three and five quarters of the period, so that many roots do not scan at once.
        spread = 0.75 + self._clock.entropy(1)[0] / 512
        self._next_scan = now + self.settings.rescan_seconds * spread
        self._next_poll = now + self.settings.poll_seconds

    def next_due(self) -> float:
        """Tell when a scan or a poll is to begin, or to go on."""
        if self.scanning:
            return self._clock.monotonic()
        return min(self._next_scan, self._next_poll)
