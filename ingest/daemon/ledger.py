"""What a root's ledger is told at the end of each step of its capture."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.capture.unheard_changes import LATEST
from ingest.clock import Clock
from ingest.daemon.coverage import Facts, Notes, turns
from ingest.daemon.health import Health
from ingest.daemon.root_record import RootRecord
from ingest.daemon.root_session import RootSession
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.store.root_reports import RootReport


class Ledger:
    """Gathers the facts of a step, and writes what follows of them. `once`: one scan, without a daemon."""

    def __init__(
        self,
        session: RootSession,
        *,
        record: RootRecord,
        notes: Notes,
        scans: ScanSchedule,
        health: Health,
        clock: Clock,
        once: bool,
    ) -> None:
        self.doubts_due = False  # whether it is time to ask for changes that were not announced
        self._session = session
        self._record = record
        self._notes = notes
        self._scans = scans
        self._health = health
        self._clock = clock
        self._once = once

    def tell(self, *, columns: Mapping[str, object] | None, report: RootReport | None) -> None:
        """Write what is claimed of how the root is observed, then `columns` of its row and a `report`.

        Raises StoreUnavailable; what could not be written is written at the end of the next step.
        """
        self._doubt()
        facts = self._facts()
        told = turns(self._record.claim, facts)
        self._notes.clear(deaf=facts.deaf is not None, scanning=facts.scanning)
        self._record.write(told, columns=columns, report=report)

    def _doubt(self) -> None:
        """Note states that may have been overwritten before they were read, and unannounced changes.

        Each is said once the root can be called watched again, or before anything worse is.
        """
        session, worse, scanning = self._session, self._notes.are_worse, self._scans.scanning
        watched = session.ready and "blind" not in self._health
        if worse or (watched and (not scanning or self._scans.routine)):
            self._notes.doubt(session.take_late())
        due, self.doubts_due = self.doubts_due, False
        # what was announced may still be behind the cookie that is out
        if worse or (due and not scanning and session.waits_since() is None):
            self._notes.doubt(session.take_unannounced(0.0 if worse else LATEST))

    def _facts(self) -> Facts:
        session, notes, scanning = self._session, self._notes, self._scans.scanning
        deaf = self._health.first("blind")
        return Facts(
            now=self._clock.wall(),
            gaps=tuple(notes.gaps),
            scanned_at=notes.scan_to_tell(scanning),
            scanning=scanning,
            recovered_at=notes.recovered_at,
            ready=session.ready,
            deaf=None if deaf is None else deaf.detail,
            once=self._once,
            polled=session.polled,
            closed=session.has_closed,
            unwatched=bool(session.unwatched),
            proven_at=session.proven_at,
        )
