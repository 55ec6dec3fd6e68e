"""What the store has of a root while it is captured: its row, its daemon's report, its line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from ingest.clock import Clock
from ingest.daemon.coverage import Turn
from ingest.store import coverage, roots
from ingest.store.coverage import State
from ingest.store.databases import now_at
from ingest.store.engine import Store
from ingest.store.root_reports import RootReport
from ingest.store.roots import Root


class RootRecord:
    """`claim` is what the ledger says now, or will say when what waits is written; None: it has not begun."""

    def __init__(self, store: Store, root: Root, clock: Clock) -> None:
        self.claim: tuple[State, str | None] | None = None
        self._store = store
        self._root = root
        self._clock = clock
        self._turns: list[Turn] = []
        self._columns: dict[str, object] = {}

    def begin(self) -> None:
        """Read what the ledger says, and close what a killed process left open: blind from its last beat on.

        Raises StoreUnavailable.
        """
        with self._store.write() as connection:
            now = coverage.current(connection, self._root.id)
            beat = self._root.certain_until
            # A daemon that was stopped says so, and a lone scan gives no reason.
            if now is not None and beat is not None and coverage.is_kept_by_daemon(now):
                coverage.turn(connection, self._root.id, "blind", beat, "killed")
                now = coverage.current(connection, self._root.id)
        self.claim = None if now is None else (cast("State", now.state), now.reason)

    def reread(self) -> None:
        """Read what the ledger says: another process may have written to it. Raises StoreUnavailable."""
        with self._store.read() as connection:
            now = coverage.current(connection, self._root.id)
        self.claim = None if now is None else (cast("State", now.state), now.reason)

    def recorded(self) -> Root:
        """Return the root as it is recorded now: it may have been retired, renamed or relocated."""
        with self._store.read() as connection:
            found = [root for root in roots.every(connection) if root.id == self._root.id]
        return found[0] if found else self._root

    def live_on(self, report: RootReport) -> None:
        """Write a sign of life with the report of the last one. Raises StoreUnavailable."""
        with self._store.write() as connection:
            now = now_at(connection, self._clock.wall())
            roots.report(connection, self._root.id, report, heartbeat_at=now)

    def write(
        self,
        turns: Sequence[Turn] = (),
        *,
        columns: Mapping[str, object] | None = None,
        report: RootReport | None = None,
    ) -> None:
        """Write these lines of the ledger, then columns of the root's row, in one transaction.

        A `report` is what the daemon has to say with a sign of its life. Raises StoreUnavailable; what could
        not be written is written with the next call, but for the report.
        """
        self._turns += turns
        self._columns |= columns or {}
        if self._turns:
            self.claim = self._turns[-1].state, self._turns[-1].reason
        if not (self._turns or self._columns) and report is None:
            return
        with self._store.write() as connection:
            for turn in self._turns:
                coverage.turn(connection, self._root.id, turn.state, turn.since, turn.reason)
            if self._columns:
                roots.update(connection, self._root.id, **self._columns)
            if report is not None:
                now = now_at(connection, self._clock.wall())
                roots.report(connection, self._root.id, report, heartbeat_at=now)
        self._turns, self._columns = [], {}
