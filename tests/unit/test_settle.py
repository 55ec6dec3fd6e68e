"""Which paths have gone quiet; every time is an argument."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Signature
from ingest.settle import Due, Settler

QUIET, HOLD = 0.3, 5.0


def settler() -> Settler:
    return Settler(quiet=QUIET, hold=HOLD)


def due(waiting: Settler, now: float, limit: int = 1000) -> list[bytes]:
    return [entry.path for entry in waiting.take_due(now, limit)]


def test_a_path_is_due_when_it_was_quiet_long_enough() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0)

    assert due(waiting, 10.29) == []
    assert waiting.take_due(10.3, 1000) == [
        Due(b"a", held=False, first=10.0, signature=None, cause="watch", rests=10.3)
    ]
    assert due(waiting, 99.0) == []
    assert len(waiting) == 0


def test_every_hint_begins_the_quiet_time_anew() -> None:
    waiting = settler()
    for now in (10.0, 10.2, 10.4):
        waiting.hint(b"a", now)

    assert due(waiting, 10.6) == []
    assert due(waiting, 10.71) == [b"a"]


def test_a_file_that_never_rests_is_due_after_the_longest_wait() -> None:
    """SEQ-24: an append-only writer; and it is told that it did not rest."""
    waiting = settler()
    taken: list[Due] = []
    for step in range(60):
        now = 100.0 + step / 10
        waiting.hint(b"log", now)
        taken += waiting.take_due(now, 1000)

    assert [(entry.path, entry.held, entry.first) for entry in taken] == [(b"log", True, 100.0)]


def test_a_file_at_rest_is_due_at_once() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0, at_rest=True)
    waiting.hint(b"b", 9.9)
    waiting.hint(b"b", 10.0, at_rest=True)

    assert sorted(due(waiting, 10.0)) == [b"a", b"b"]


def test_a_hint_after_the_rest_makes_it_wait_again() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0, at_rest=True)
    waiting.hint(b"a", 10.0)

    assert due(waiting, 10.1) == []
    assert due(waiting, 10.3) == [b"a"]


def test_a_file_that_is_being_written_waits_twice_as_long() -> None:
    """SEQ-18: a writer that pauses 0.3 s between its parts must not leave half a version."""
    waiting = settler()
    waiting.hint(b"a", 10.0, writing=True)

    assert due(waiting, 10.59) == []
    assert due(waiting, 10.6) == [b"a"]


def test_being_written_does_not_lengthen_the_longest_wait() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0)
    waiting.hint(b"a", 14.9, writing=True)

    assert due(waiting, 15.0) == [b"a"]


def test_an_earlier_wait_can_be_carried_over() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0, first=5.1)

    assert [(entry.path, entry.held) for entry in waiting.take_due(10.2, 1000)] == [(b"a", True)]


def test_the_longest_waiting_comes_first_and_the_rest_later() -> None:
    waiting = settler()
    for at, path in enumerate((b"c", b"a", b"b")):
        waiting.hint(path, 10.0 + at / 100)

    assert due(waiting, 11.0, limit=2) == [b"c", b"a"]
    assert due(waiting, 11.0, limit=2) == [b"b"]


def test_a_forgotten_path_is_never_due() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0)
    waiting.forget(b"a")
    waiting.forget(b"never heard of")

    assert b"a" not in waiting
    assert due(waiting, 99.0) == []
    waiting.hint(b"a", 100.0)
    assert due(waiting, 100.2) == []
    assert due(waiting, 100.3) == [b"a"]


def test_a_deferred_path_is_due_when_told() -> None:
    waiting = settler()
    waiting.hint(b"a", 10.0)
    waiting.defer(b"a", 20.0, first=8.0)

    assert due(waiting, 19.9) == []
    assert [entry.first for entry in waiting.take_due(20.0, 1000)] == [8.0]


def test_the_last_signature_is_the_one_to_be_seen_again() -> None:
    waiting = settler()
    one, two = Signature(1, 2, 3, 4, 5), Signature(1, 2, 3, 4, 6)
    waiting.hint(b"a", 10.0, signature=one)
    waiting.hint(b"a", 10.1, signature=two)

    assert [entry.signature for entry in waiting.take_due(11.0, 1000)] == [two]


def test_the_first_hint_is_the_cause() -> None:
    """What a scan found first is the scan's, though the watcher speaks of it meanwhile."""
    waiting = settler()
    waiting.hint(b"a", 10.0, cause="startup")
    waiting.hint(b"a", 10.1, cause="watch")
    waiting.hint(b"b", 10.0)
    waiting.hint(b"b", 10.1, cause="scan")

    assert [(entry.path, entry.cause) for entry in waiting.take_due(11.0, 1000)] == [
        (b"a", "startup"),
        (b"b", "watch"),
    ]


def test_the_next_due_is_never_too_late() -> None:
    waiting = settler()
    assert waiting.next_due() is None
    waiting.hint(b"a", 10.0)
    waiting.hint(b"b", 10.1)

    next_due = waiting.next_due()
    assert next_due is not None
    assert next_due <= 10.3
    assert waiting.waits_since(b"b") == 10.1
    assert waiting.waits_since(b"c") is None
    assert waiting.paths() == {b"a", b"b"}


HINTS = st.lists(
    st.tuples(
        st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 40), st.sampled_from(["", "rest", "writing"])
    ),
    max_size=60,
)


@given(HINTS)
def test_every_hinted_path_is_due_once_quiet_and_never_later_than_the_hold(
    hints: list[tuple[bytes, int, str]],
) -> None:
    """Against the rule said plainly: of each wait the first hint, and the due time of the last."""
    waiting = settler()
    now = 0.0
    plain: dict[bytes, tuple[float, float]] = {}
    for path, step, kind in hints:
        now += step / 20
        expected = {name for name, (_, until) in plain.items() if until <= now}
        assert set(due(waiting, now)) == expected
        for name in expected:
            del plain[name]
        first = plain.get(path, (now, 0.0))[0]
        quiet = {"": QUIET, "rest": 0.0, "writing": QUIET * 2}[kind]
        plain[path] = (first, max(now, min(now + quiet, first + HOLD)))
        waiting.hint(path, now, at_rest=kind == "rest", writing=kind == "writing")

    assert waiting.paths() == set(plain)
    assert set(due(waiting, now + HOLD + 1)) == set(plain)


@pytest.mark.parametrize("paths", [1, 1000])
def test_a_million_hints_stay_cheap(paths: int) -> None:
    """FLT-31: a storm of saves takes neither memory that grows with the hints nor more than linear time."""
    waiting = settler()
    names = [b"%d" % n for n in range(paths)]
    begun = time.process_time()
    for n in range(1_000_000):
        waiting.hint(names[n % paths], n / 1e9)
    spent = time.process_time() - begun

    assert len(waiting) == paths
    assert len(waiting._queue) <= 64 + 4 * paths + 1
    assert spent < 400
