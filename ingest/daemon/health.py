"""What is wrong with a root, how it is being observed, and saying both to the store."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ingest.clock import Clock
from ingest.errors import StoreUnavailable
from ingest.escape import path_fields
from ingest.moments import show
from ingest.store import coverage, roots
from ingest.store.engine import Store, now_at
from ingest.store.roots import Root


class Problem(msgspec.Struct, frozen=True):
    """Something wrong, with one of the contract's codes; `since` is microseconds."""

    code: str
    path: bytes | None
    detail: str
    since: int


class Health:
    """The problems of one root and its line in the ledger of coverage."""

    def __init__(self, store: Store, root: Root, clock: Clock) -> None:
        self.problems: dict[tuple[str, bytes | None], Problem] = {}
        self._store = store
        self._root = root
        self._clock = clock
        self._pending: list[tuple[coverage.State, int, str | None]] = []
        self.doubts: Callable[[], list[tuple[int, str]]] = list

    def __contains__(self, code: str) -> bool:
        return any(known == code for known, _ in self.problems)

    def lost(self) -> Problem | None:
        """Why the root itself cannot be looked at, if it cannot."""
        return self.problems.get(("root_missing", None)) or self.problems.get(("root_replaced", None))

    def trouble(self, code: str, path: bytes | None, detail: str) -> None:
        """Note a problem; the first note of it keeps its time."""
        known = self.problems.get((code, path))
        since = known.since if known is not None else self._clock.wall()
        self.problems[code, path] = Problem(code, path, detail, since)

    def clear(self, *codes: str, path: bytes | None = None, everywhere: bool = False) -> None:
        """End the problem; with `everywhere` whatever path it was noted for."""
        for code, place in list(self.problems):
            if code in codes and (everywhere or place == path):
                del self.problems[code, place]

    def cover(self, state: coverage.State, reason: str | None, when: int | None = None) -> None:
        """From now on, or from `when`, the root is observed so.

        Where the store cannot be written now it is written with the next `cover` or `beat`. Before it is
        observed worse, `doubts` is asked since when it was not as well observed as was said, and why.
        """
        if state != "watched" and reason not in ("unannounced", "late"):
            self._pending += [("scanned", since, why) for since, why in self.doubts()]
        self._pending.append((state, self._clock.wall() if when is None else when, reason))
        try:
            self._write_pending()
        except StoreUnavailable:
            return

    def begin(self) -> None:
        """Close what a killed process left open: blind from its last heartbeat on."""
        with self._store.write() as connection:
            now = coverage.current(connection, self._root.id)
            beat = self._root.certain_until
            # A daemon that was stopped says so, and a lone scan gives no reason.
            if now is None or beat is None:
                return
            if coverage.is_kept_by_daemon(now):
                coverage.turn(connection, self._root.id, "blind", beat, "killed")

    def recorded(self) -> Root:
        """Return the root as it is recorded now: it may have been retired, renamed or relocated."""
        with self._store.read() as connection:
            found = [root for root in roots.every(connection) if root.id == self._root.id]
        return found[0] if found else self._root

    def rename(self, root: Root) -> None:
        """Take over the same root under another name or at another path."""
        self._root = root

    def beat(self, report: dict[str, object]) -> None:
        """Say that the daemon lives and what it has to say. Raises StoreUnavailable."""
        self._write_pending()
        with self._store.write() as connection:
            now = now_at(connection, self._clock.wall())
            roots.report(connection, self._root.id, report, heartbeat_at=now)

    def records(self) -> list[dict[str, object]]:
        """Return the problems as the contract shows them."""
        return [
            {
                "code": problem.code,
                "root": self._root.name,
                **path_fields("path", problem.path),
                "detail": problem.detail,
                "since": show(problem.since),
            }
            for problem in self.problems.values()
        ]

    def _write_pending(self) -> None:
        if not self._pending:
            return
        with self._store.write() as connection:
            for state, when, reason in self._pending:
                coverage.turn(connection, self._root.id, state, when, reason)
        self._pending.clear()
