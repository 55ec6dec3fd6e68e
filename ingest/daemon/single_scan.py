"""One full reconcile outside a daemon, or through the one that runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import NamedTuple

import msgspec

from ingest import overseen, witnesses
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import door
from ingest.daemon.door import BarrierReply, LostRoot, Request
from ingest.daemon.health import SHORT, Problem
from ingest.daemon.root_monitor import RootMonitor
from ingest.disk import descriptors, locks
from ingest.disk.reachability import silent_of_root
from ingest.errors import (
    AlreadyRunning,
    LogShortened,
    NoDaemon,
    RootUnavailable,
    StoreUnavailable,
    Unreachable,
)
from ingest.logging import Silent
from ingest.store.engine import Store
from ingest.store.roots import Root

PATIENCE = 86_400.0  # seconds; a scan asked of a daemon takes as long as it takes


class Seen(NamedTuple):
    """How many files were looked at, and how many files and folders could not be."""

    files: int = 0
    unknown: int = 0

    def plus(self, more: Seen) -> Seen:
        """Return this and what another root adds."""
        return Seen(self.files + more.files, self.unknown + more.unknown)


class SingleScan(msgspec.Struct, frozen=True):
    """What one scan of some roots works with, and who is told how many files it has seen, and when."""

    store: Store
    settings: Settings
    clock: Clock
    progress: Callable[[int, float], None]


def scan_roots(
    store: Store,
    roots: Sequence[Root],
    *,
    settings: Settings,
    clock: Clock,
    progress: Callable[[int, float], None],
    alone: bool,
) -> tuple[Seen, list[RootUnavailable]]:
    """Reconcile these roots, through the daemon where one runs.

    `alone` says that the caller holds the lock of a SQLite store.

    Returns what was seen, and which roots could not be looked at: one that is gone keeps
    none of the others waiting. Raises AlreadyRunning, StoreUnavailable or Unreachable.
    """
    seen = Seen()
    remaining: list[Root] = []
    lost: list[RootUnavailable] = []
    for root in roots:
        try:
            found = _asked_daemon(store, root)
        except RootUnavailable as error:
            lost.append(error)
            continue
        if found is None:
            remaining.append(root)
        else:
            seen = seen.plus(found)
    if not remaining:
        return seen, lost
    quiet = msgspec.structs.replace(settings, backend="poll", log_level="error")
    scan = SingleScan(store, quiet, clock, progress)
    with ExitStack() as held:
        if store.is_sqlite and not alone:
            held.enter_context(locks.lock_store(str(store.url.database)))
        apart = {root.id: silent_of_root(root.path) for root in remaining}
        for root in sorted(remaining, key=lambda root: bool(apart[root.id])):  # those that answer come first
            try:
                seen = seen.plus(_scan_by(apart[root.id], scan, root))
            except RootUnavailable as error:
                lost.append(error)
    return seen, lost


def _scan_by(places: Sequence[bytes], scan: SingleScan, root: Root) -> Seen:
    """Scan; where `places` of the root may not answer, in a process of its own."""
    if not places:
        return _scan(scan, root)

    def work(tell: Callable[[Seen], None]) -> None:
        tell(_scan(msgspec.structs.replace(scan, progress=lambda files, _: tell(Seen(files))), root))

    seen = Seen()
    try:
        for seen in overseen.results(places, work, Seen, of_root=True, release=scan.store.dispose):
            scan.progress(seen.files, scan.clock.monotonic())
    except RootUnavailable as error:
        if error.code == "unreachable":  # else its process wrote down that it is gone
            _lose(_monitor(scan, root), root, error, scan.clock)
        elif error.code == "killed":
            _leave(_monitor(scan, root))
        raise
    except KeyboardInterrupt:
        _leave(_monitor(scan, root))
        raise
    return seen


def _monitor(scan: SingleScan, root: Root) -> RootMonitor:
    return RootMonitor(
        scan.store, root, settings=scan.settings, clock=scan.clock, log=Silent(), wake=lambda: None,
        hidden=scan.store.files_below, once=True,
    )  # fmt: skip


def _leave(monitor: RootMonitor) -> None:
    """Write down what a scan writes that was stopped in its midst: its process may not have come so far."""
    with suppress(StoreUnavailable):
        monitor.record.begin()
        monitor.close()


def _lose(monitor: RootMonitor, root: Root, error: RootUnavailable, clock: Clock) -> None:
    """Write down that the root could not be looked at: the last state known is the last good scan's."""
    monitor.record.begin()
    monitor.notes.worsen(error.code, root.last_scan_at or clock.wall(), state="blind")
    monitor.close()


def _scan(scan: SingleScan, root: Root) -> Seen:
    monitor, clock = _monitor(scan, root), scan.clock
    try:
        monitor.session.open()
    except RootUnavailable as error:
        _lose(monitor, root, error, clock)
        raise
    assert monitor.capture is not None
    monitor.record.begin()
    try:
        while True:
            more = monitor.step()
            _raise_trouble(monitor)
            now = clock.monotonic()
            scan.progress(monitor.capture.survey.files, now)
            if monitor.session.ready and not (monitor.scans.scanning or monitor.capture.pending.has_untold):
                return Seen(monitor.capture.survey.files, len(monitor.capture.untold()))
            if not more:
                clock.sleep(min(max(monitor.next_due() - now, 0.001), 0.05))
    finally:
        monitor.close()


def _raise_trouble(monitor: RootMonitor) -> None:
    """Raise what is wrong: a scan does not wait for things to mend."""
    for problem in monitor.health.problems.values():
        if problem.code in ("root_missing", "root_replaced") and problem.path is None:
            raise _unavailable(monitor.root, problem)
        if problem.code == "log_shortened":
            raise LogShortened(problem.detail, hint=witnesses.ACCEPT)
        if (problem.code, problem.path) == SHORT:
            raise Unreachable(problem.detail, hint=descriptors.HINT)
        if problem.code.startswith("store_"):
            raise StoreUnavailable(problem.detail, code=problem.code, hint="run: ingest doctor")


def _unavailable(root: Root, why: Problem | LostRoot) -> RootUnavailable:
    """Return the error, which names the root once."""
    named = why.detail.startswith("root ")
    message = why.detail if named else f"root {root.name}: {why.detail}"
    return RootUnavailable(message, code=why.code, hint=why.hint)


def _asked_daemon(store: Store, root: Root) -> Seen | None:
    """Return what the daemon saw that captures this root; None when there is none."""
    path = door.beside_store(str(store.url.database)) if store.is_sqlite else door.found_for(root.uid)
    try:
        answers = list(
            door.ask(path, Request("scan", [root.uid.hex()], PATIENCE), BarrierReply, timeout=PATIENCE)
        )
    except NoDaemon:
        return None
    answer = answers[0] if answers else BarrierReply(done=False)
    if not answer.roots:
        raise AlreadyRunning(
            f"the daemon that writes this store does not capture the root '{root.name}'",
            hint="stop it, or start it with this root too",
        )
    if lost := answer.lost:
        raise _unavailable(root, lost)
    if not answer.done:
        raise Unreachable("the daemon ended before the scan did", hint="run: ingest status")
    return Seen(answer.files, answer.unknown)
