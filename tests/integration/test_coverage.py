"""The ledger of how a root was observed: what an interval becomes when another begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.store import coverage
from ingest.store.coverage import Interval, State
from ingest.store.engine import Store
from tests.recording import add_root, opened

Turn = tuple[State, int, str | None]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as store:
        yield store


def after(store: Store, *turns: Turn) -> list[Interval]:
    root = add_root(store)
    with store.write() as connection:
        for state, when, reason in turns:
            coverage.turn(connection, root, state, when, reason)
        return coverage.intervals(connection, root)


def test_intervals_tile_the_time(store: Store) -> None:
    found = after(store, ("watched", 10, None), ("blind", 20, "killed"), ("watched", 30, None))

    assert found == [
        Interval("watched", 10, 20, None),
        Interval("blind", 20, 30, "killed"),
        Interval("watched", 30, None, None),
    ]


def test_what_is_so_already_begins_no_interval(store: Store) -> None:
    assert after(store, ("watched", 10, None), ("watched", 20, None)) == [Interval("watched", 10, None, None)]


def test_blind_takes_the_place_of_what_began_at_the_same_moment(store: Store) -> None:
    found = after(store, ("watched", 10, None), ("scanned", 20, "watcher warning"), ("blind", 20, "died"))

    assert found == [Interval("watched", 10, 20, None), Interval("blind", 20, None, "died")]


@pytest.mark.parametrize("when", [20, 5])
def test_a_blind_interval_never_vanishes(store: Store, when: int) -> None:
    """Not by what is said of the same moment, nor when the clock is set back before it."""
    found = after(store, ("watched", 10, None), ("blind", 20, "died"), ("watched", when, None))

    assert found == [
        Interval("watched", 10, 20, None),
        Interval("blind", 20, 21, "died"),
        Interval("watched", 21, None, None),
    ]
