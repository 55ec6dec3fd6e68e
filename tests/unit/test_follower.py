"""The loop of what follows the log: each sink at its own pace, errors told once, nothing left at the end."""

from __future__ import annotations

import threading
from typing import Any

from ingest.errors import StoreUnavailable
from ingest.followers.follower import Follower, SinkState
from ingest.model import Seq
from tests.command import PATIENCE


class Log:
    """Keeps the warnings."""

    def __init__(self) -> None:
        self.warnings: list[tuple[str, str]] = []

    def warning(self, event: str, **fields: Any) -> None:
        self.warnings.append((event, fields["detail"]))

    info = error = warning


class Deliveries:
    """A log of numbers and a sink of them: the step delivers one, or raises what is next in `errors`."""

    failure: str | None = "not_delivered"
    retry = 0.01

    def __init__(
        self, name: str, log: list[int], *, rest: float = 0.0, errors: list[Exception] | None = None
    ):
        self.state = SinkState(name)
        self.log, self.rest, self.errors = log, rest, errors or []
        self.delivered: list[int] = []
        self.finished = 0
        self.reached = threading.Event()

    def step(self) -> float | None:
        if self.errors:
            raise self.errors.pop(0)
        place = self.state.cursor or 0
        if place == len(self.log):
            self.reached.set()
            return None
        self.delivered.append(self.log[place])
        self.state.cursor = Seq(place + 1)
        return self.rest

    def finish(self) -> None:
        self.finished += 1


def waiting(ended: threading.Event) -> Any:
    """A wait that lasts until the test ends, however long it may be."""
    return lambda _beyond, _timeout: ended.wait(0.01)


def test_what_is_in_the_log_is_delivered_and_what_comes_later_too() -> None:
    log, ended = [1, 2, 3], threading.Event()
    sink = Deliveries("a", log)
    follower = Follower("test", [sink], Log(), wait=waiting(ended), idle=1.0)
    follower.start()
    assert sink.reached.wait(PATIENCE)
    sink.reached.clear()
    log.append(4)
    assert sink.reached.wait(PATIENCE)
    while len(sink.delivered) < 4:
        sink.reached.wait(PATIENCE)
    follower.stop(PATIENCE)
    follower.join(PATIENCE)

    assert sink.delivered == [1, 2, 3, 4]
    assert sink.finished == 1


def test_a_sink_that_rests_keeps_no_other_waiting() -> None:
    slow = Deliveries("slow", [1, 2, 3], rest=PATIENCE)
    quick = Deliveries("quick", [1, 2, 3])
    follower = Follower("test", [slow, quick], Log(), wait=waiting(threading.Event()), idle=1.0)
    follower.start()
    assert quick.reached.wait(PATIENCE)
    follower.stop(PATIENCE)
    follower.join(PATIENCE)

    assert (quick.delivered, slow.delivered) == ([1, 2, 3], [1])


def test_an_error_is_told_once_while_it_is_the_same_and_nothing_is_lost() -> None:
    errors: list[Exception] = [
        OSError("full"),
        OSError("full"),
        StoreUnavailable("locked", code="store_locked"),
    ]
    told = Log()
    sink = Deliveries("a", [1, 2], errors=errors)
    follower = Follower("test", [sink], told, wait=waiting(threading.Event()), idle=1.0)
    follower.start()
    assert sink.reached.wait(PATIENCE)
    follower.stop(PATIENCE)
    follower.join(PATIENCE)

    assert told.warnings == [("not_delivered", "full"), ("not_delivered", "locked")]
    assert (sink.delivered, sink.state.last_error) == ([1, 2], None)


def test_a_follower_that_drains_delivers_what_is_left_without_its_pauses_and_gives_up_what_fails() -> None:
    started = threading.Event()
    left = Deliveries("left", list(range(50)), rest=PATIENCE)
    broken = Deliveries("broken", [1], errors=[OSError("gone")] * 50)
    broken.failure = None

    def wait(_beyond: int, _timeout: float) -> None:
        raise AssertionError("both have more to do")

    told = Log()
    follower = Follower("test", [left, broken], told, wait=wait, idle=1.0, drain=True)
    started.set()
    follower.start()
    while not left.delivered:
        started.wait(0.01)
    follower.stop(PATIENCE)

    assert not follower.is_alive()
    assert left.delivered == list(range(50))
    assert (broken.delivered, broken.state.last_error, broken.finished) == ([], None, 1)
    assert told.warnings == []
