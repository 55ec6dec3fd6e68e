"""What a root wants for a while: its store, or descriptors. What was begun is done again when it is back."""

from __future__ import annotations

from ingest.clock import Clock
from ingest.daemon.coverage import STORE, Notes
from ingest.daemon.health import SHORT, Health
from ingest.daemon.root_session import RootSession
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.errors import StoreUnavailable
from ingest.logging import Log

RETRY = 1.0


class Shortage:
    """The wants of one root; nothing is tried before `retry_at`."""

    def __init__(
        self,
        session: RootSession,
        *,
        scans: ScanSchedule,
        health: Health,
        notes: Notes,
        clock: Clock,
        log: Log,
    ) -> None:
        self.retry_at = clock.monotonic()
        self._session = session
        self._scans = scans
        self._health = health
        self._notes = notes
        self._clock = clock
        self._log = log

    def wait(self) -> None:
        """Try nothing for a second."""
        self.retry_at = self._clock.monotonic() + RETRY

    def of_store(self, error: StoreUnavailable) -> None:
        """Note that the store is away: hints wait in the settler, the scan is begun again."""
        self._scans.drop("store is back")
        if error.code not in self._health:
            self._log.error("store_unavailable", code=error.code, detail=error.message)
            # hints are kept, but several saves of one file become one version
            self._notes.worsen(error.code, self._session.proven)
        self._health.trouble(error.code, None, error.message)
        self.wait()

    def store_is_back(self) -> None:
        """Note that the store is back: something was written, and only that proves it."""
        if any(code in self._health for code in STORE):
            self._health.clear(*STORE)
            self._notes.recovered_at = self._clock.wall()

    def of_descriptors(self) -> None:
        """Note that there are too few descriptors: what was begun is given up, and done again by a scan."""
        self._scans.drop(None)
        self._scans.ask("descriptors are back")
        if SHORT not in self._health.problems:
            # hints are kept, but several saves of one file become one version
            self._notes.worsen("too few descriptors", self._session.proven)
        self._health.note_shortage(self._log)
        self.wait()

    def heed(self, *, crowded: bool) -> None:
        """Note whether descriptors suffice; `crowded` says that clients of the daemon wait for one."""
        if crowded:
            self._health.note_shortage(self._log)
        elif SHORT in self._health.problems and not self._scans.scanning:
            self._health.clear("unwatched")
            self._log.info("descriptors_are_back", root=self._session.root.name)
