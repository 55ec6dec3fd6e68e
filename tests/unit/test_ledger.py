"""Intervals of coverage: one laid over others, and none that claims less lost behind one that claims more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.store import coverage
from ingest.store.coverage import Interval, State, overlaid
from tests.docs import source
from tests.recording import add_root, opened

LEDGER = [
    Interval("watched", 10, 20, None),
    Interval("scanned", 20, 30, "stopped"),
    Interval("watched", 30, None, None),
]


@pytest.mark.parametrize(
    ("since", "until", "states"),
    [
        (5, 8, ["watched 10 20", "scanned 20 30", "watched 30 None"]),
        (12, 15, ["watched 10 12", "blind 12 15", "watched 15 20", "scanned 20 30", "watched 30 None"]),
        (10, 20, ["blind 10 20", "scanned 20 30", "watched 30 None"]),
        (15, 35, ["watched 10 15", "blind 15 35", "watched 35 None"]),
        (40, None, ["watched 10 20", "scanned 20 30", "watched 30 40", "blind 40 None"]),
        (0, None, ["blind 0 None"]),
    ],
)
def test_one_interval_is_laid_over_the_others(since: int, until: int | None, states: list[str]) -> None:
    found = overlaid(LEDGER, Interval("blind", since, until, "too_large"))

    assert [f"{each.state} {each.since} {each.until}" for each in found] == states


@pytest.mark.parametrize(
    ("before", "after"), [("blind", "scanned"), ("blind", "watched"), ("scanned", "watched")]
)
def test_an_interval_is_kept_behind_one_that_claims_more(before: State, after: State, tmp_path: Path) -> None:
    """The clock was set back between the two: the second would begin before the first."""
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        root = add_root(store)
        with store.write() as connection:
            coverage.turn(connection, root, before, 1000, "stopped")
            coverage.turn(connection, root, after, 400)
            coverage.turn(connection, root, "blind", 400, "killed")
        with store.read() as connection:
            found = coverage.intervals(connection, root)

    assert found == [
        Interval(before, 1000, 1001, "stopped"),
        Interval("blind", 1001, None, "killed"),
    ]


def test_each_reason_with_which_a_daemon_scans_ends_with_a_kill() -> None:
    """The time after its last heartbeat is blind, whatever it said before."""
    assert source.scanned_reasons() <= coverage.BY_DAEMON


def test_a_root_that_lost_a_part_of_its_log_stays_blind_whoever_is_killed() -> None:
    """A daemon that met the loss while it ran called it scanned: that ends with its last heartbeat."""
    assert coverage.is_kept_by_daemon(Interval("scanned", 1, None, "log_shortened"))
    assert not coverage.is_kept_by_daemon(Interval("blind", 1, None, "log_shortened"))
    assert coverage.is_kept_by_daemon(Interval("watched", 1, None, None))
    assert not coverage.is_kept_by_daemon(Interval("scanned", 1, None, "stopped"))
