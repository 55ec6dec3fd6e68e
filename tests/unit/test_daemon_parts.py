"""The parts of the daemon that need no disk: what a gap in time means, when a root is scanned, who waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Literal, cast

import msgspec
import pytest

from ingest.capture.capture import Capture
from ingest.capture.folder import Limits
from ingest.capture.pending import Pending, PendingUpdate
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.door import BarrierReply, Request
from ingest.daemon.requests import Requests
from ingest.daemon.root_process import Order, ProcessReply
from ingest.daemon.root_processes import RootProcess
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.stall import StallDetector
from ingest.daemon.sync import SyncBarrier
from ingest.daemon.wakeup import Announcer, Waker
from ingest.logging import Silent
from tests.command import PATIENCE


class Hands:
    """Two clocks that stand still until they are moved."""

    def __init__(self) -> None:
        self.monotonic, self.wall = 1000.0, 1_700_000_000_000_000
        self.clock = Clock(
            monotonic=lambda: self.monotonic,
            wall=lambda: self.wall,
            sleep=lambda _: None,
            entropy=bytes,
        )

    def pass_(self, seconds: float, *, jump: float = 0.0) -> float:
        """Let time go by, the wall clock by `jump` seconds more; returns the monotonic one."""
        self.monotonic += seconds
        self.wall += round((seconds + jump) * 1e6)
        return self.monotonic


class Scans:
    """A capture whose scans take so many slices."""

    def __init__(self, slices: int) -> None:
        self.slices = slices
        self.causes: list[str] = []

    def scan(self, cause: str) -> Iterator[None]:
        self.causes.append(cause)
        yield from [None] * self.slices


def waiting(*paths: bytes) -> Pending:
    """These paths wait since the moment 0."""
    limits = Limits(quiet=0.3, hold=5.0, move=1.0, max_bytes=1000)
    pending = Pending(limits, lambda _: True)
    for path in paths:
        pending.hint(path, 0.0)
    return pending


def taken_from(pending: Pending) -> Any:
    """A capture that has only what waits."""
    capture = cast("Any", Scans(0))
    capture.pending = pending
    return capture


# -- time ----------------------------------------------------------------------------------


def test_a_gap_between_two_steps_is_told_once_and_a_long_step_is_no_gap() -> None:
    hands = Hands()
    stall = StallDetector(hands.clock)
    assert stall.begin(hands.pass_(5.0)) == (0.0, 0)
    assert stall.begin(hands.pass_(5.5)) == (5.5, 0)
    assert stall.begin(hands.pass_(0.1)) == (0.0, 0)
    hands.pass_(60.0)  # within a step: a lock was waited for
    stall.end()
    assert stall.begin(hands.pass_(0.1)) == (0.0, 0)


def test_a_wall_clock_that_is_set_is_told_with_its_sign_and_one_that_is_slewed_is_not() -> None:
    hands = Hands()
    stall = StallDetector(hands.clock)
    assert stall.begin(hands.pass_(1.0, jump=4.0)) == (0.0, 0)
    assert stall.begin(hands.pass_(1.0, jump=-3600.0)) == (0.0, -3_600_000_000)
    assert stall.begin(hands.pass_(1.0)) == (0.0, 0)


# -- scans ---------------------------------------------------------------------------------


def test_a_root_is_scanned_at_once_then_after_its_period_and_whenever_asked() -> None:
    hands = Hands()
    settings = Settings(rescan_seconds=100.0, poll_seconds=5.0)
    schedule, capture = ScanSchedule(settings, hands.clock), Scans(1)
    scans = cast("Capture", capture)
    assert schedule.scanning
    assert not schedule.routine
    assert schedule.advance(scans, hands.monotonic, "startup") == "running"
    assert schedule.advance(scans, hands.monotonic, "scan") == "finished"
    assert (capture.causes, schedule.why, schedule.scanning) == (["startup"], "startup", False)

    assert schedule.next_due() == hands.monotonic + 5.0  # the poll, which is asked for apart
    assert schedule.advance(scans, hands.pass_(74.9), "scan") == "idle"
    assert schedule.advance(scans, hands.pass_(0.1), "scan") == "running"
    assert (schedule.why, schedule.routine) == ("time", True)
    schedule.ask("overflow")
    schedule.ask("asked")  # by somebody, who is no cause
    assert schedule.advance(scans, hands.monotonic, "scan") == "finished"
    assert schedule.scanning, "what was asked for meanwhile follows"
    assert schedule.advance(scans, hands.monotonic, "scan") == "running"
    assert (schedule.why, schedule.routine) == ("overflow", False)


def test_a_scan_that_is_dropped_begins_again_only_with_a_reason() -> None:
    hands = Hands()
    schedule, scans = ScanSchedule(Settings(), hands.clock), cast("Capture", Scans(3))
    schedule.drop("store is back")
    assert schedule.wanted == "startup", "none runs, so none is lost"
    schedule.advance(scans, hands.monotonic, "startup")
    schedule.drop("store is back")
    assert (schedule.wanted, schedule.scanning) == ("store is back", True)
    schedule.advance(scans, hands.monotonic, "startup")
    schedule.drop(None)
    assert not schedule.scanning


def test_a_poll_is_due_once_a_period_and_never_while_a_scan_runs() -> None:
    hands = Hands()
    schedule, scans = ScanSchedule(Settings(poll_seconds=5.0), hands.clock), cast("Capture", Scans(1))
    schedule.advance(scans, hands.monotonic, "startup")
    assert not schedule.poll_due(hands.pass_(60.0)), "a scan runs"
    schedule.advance(scans, hands.monotonic, "startup")
    assert not schedule.poll_due(hands.pass_(4.9))
    assert schedule.poll_due(hands.pass_(0.2))
    assert not schedule.poll_due(hands.pass_(4.9))
    schedule.poll_soon(hands.monotonic)
    assert schedule.poll_due(hands.pass_(0.2)), "soon is never later than it was"


# -- who waits -----------------------------------------------------------------------------


def test_a_sync_passes_when_its_cookie_is_back_and_what_waited_then_is_told() -> None:
    pending = waiting(b"a", b"b")
    barrier = SyncBarrier(cookie=b"c1")

    def passes(now: float) -> bool:
        return barrier.passes(taken_from(pending), last_scan_began=-1.0, now=now)

    barrier.heard({b"other"})
    assert not passes(1.0)
    barrier.heard({b"c1"})
    assert not passes(1.0), "a and b wait"
    pending.hint(b"later", 1.5)
    for path in (b"a", b"b"):
        pending.take_due(10.0, 10)
        pending.apply(PendingUpdate(now=10.0, settled=frozenset((path,)), looked=(path,)))
    assert passes(10.0), "what came after the cookie is not waited for"


def test_a_scan_that_is_waited_for_must_have_begun_after_it_was_asked_for() -> None:
    barrier = SyncBarrier(scan_after=5.0, is_scan=True)
    capture = taken_from(waiting())
    assert not barrier.passes(capture, last_scan_began=4.9, now=6.0)
    assert barrier.passes(capture, last_scan_began=5.0, now=6.0)


# -- wake-ups ------------------------------------------------------------------------------


def test_a_wake_up_before_the_sleep_ends_it_and_counts_once() -> None:
    waker = Waker()
    waker.wake()
    waker.wake()
    waker.sleep(PATIENCE)
    threading.Timer(0.05, waker.wake).start()
    waker.sleep(PATIENCE)
    waker.sleep(0.0)


def test_who_waits_for_the_log_to_grow_is_told_and_an_older_place_never_counts() -> None:
    announcer = Announcer()
    announcer.announce(7)
    announcer.announce(3)
    announcer.wait(6, PATIENCE)
    threading.Timer(0.05, announcer.announce, (8,)).start()
    announcer.wait(7, PATIENCE)

    assert announcer.seq == 8


def test_two_who_ask_a_root_at_once_hear_each_its_own_answer_and_a_late_one_is_kept_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hands, root = Hands(), cast("Any", SimpleNamespace(uid=b"u" * 16, name="far"))
    process = RootProcess(
        cast("Any", None), root, settings=Settings(), clock=hands.clock, log=Silent(), announcer=Announcer(),
        waker=Waker(),
    )  # fmt: skip
    sent: list[int] = []

    def send(order: Order) -> None:
        sent.append(order.number)
        if len(sent) == 1:
            assert process.ask(question) == 2  # before the first has its number back

    def answer(number: int, files: int) -> bytes:
        return msgspec.json.encode(
            ProcessReply("answer", number=number, answer=BarrierReply(done=True, files=files))
        )

    question = Request("sync", [], 1.0)
    monkeypatch.setattr(process, "_send", send)
    assert (process.ask(question), sent) == (1, [1, 2])
    late = process.answer(process.ask(question), until=hands.monotonic, is_scan=False)
    assert late == BarrierReply(done=False, roots=[root.uid.hex()])
    process._listen(cast("Any", [answer(1, 10), answer(2, 20), answer(3, 30)]))
    until = hands.monotonic + 1
    assert [process.answer(number, until=until, is_scan=False).files for number in (2, 1)] == [20, 10]
    assert (process._asked, process._answers) == (set(), {})


# -- who waits at the door -----------------------------------------------------------------


@pytest.mark.parametrize("verb", ["scan", "sync"])
@pytest.mark.parametrize("end", ["retired", "moved"])
def test_who_waits_for_a_root_that_is_captured_here_no_more_is_told_so(
    verb: Literal["scan", "sync"], end: str
) -> None:
    """And not when the wait is over, a day later. A root that is retired holds up nobody else."""
    passes: set[bytes] = set()

    def monitor(uid: bytes) -> Any:
        barriers = SimpleNamespace(sync=lambda: uid, passes=passes.__contains__, end=lambda _: None)
        return SimpleNamespace(
            root=SimpleNamespace(uid=uid), retired=False, barriers=barriers, capture=None,
            scan=lambda: uid, lost=lambda _: None,
        )  # fmt: skip

    monitors = [monitor(b"1"), monitor(b"2")]
    requests = Requests(monitors, Announcer(), Waker())
    for roots, lost in (([], end == "moved"), ([b"1".hex()], True)):
        monitors[:] = [monitor(b"1"), monitor(b"2")]
        found: list[BarrierReply] = []
        asking = threading.Thread(
            target=lambda roots, found: found.append(requests.wait(Request(verb, roots, PATIENCE))),
            args=(roots, found),
        )
        asking.start()
        while not requests.are_waited_for:
            requests.answer()
        if end == "retired":
            monitors[0].retired = True
        else:
            del monitors[0]
        passes.add(b"2")
        requests.answer()
        asking.join(PATIENCE)
        (answer,) = found
        assert (answer.done, answer.lost is not None) == (not lost, lost)
