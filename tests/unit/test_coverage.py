"""What may be claimed of how a root was observed, by the facts of one step: no disk, no store, no clock."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.daemon.coverage import Facts, Gap, Notes, Turn, turns
from ingest.store.coverage import State

WATCHED: tuple[State, str | None] = ("watched", None)
POLLING: tuple[State, str | None] = ("scanned", "polling")
KILLED: tuple[State, str | None] = ("blind", "killed")
STOPPED: tuple[State, str | None] = ("scanned", "stopped")


def told(before: tuple[State, str | None] | None, **facts: Any) -> list[tuple[str, str | None, int]]:
    found = turns(before, Facts(now=1000, **facts))
    return [(turn.state, turn.reason, turn.since) for turn in found]


def lost(reason: str, since: int) -> Gap:
    return Gap(reason, since, state="blind")


# -- a scan says what holds from its beginning on ------------------------------------------


@pytest.mark.parametrize(
    ("facts", "claimed"),
    [
        ({}, ("watched", None)),
        ({"once": True}, ("scanned", None)),
        ({"polled": True}, ("scanned", "polling")),
        ({"closed": True}, ("scanned", "root_replaced")),
        ({"unwatched": True}, ("scanned", "unwatched")),
        ({"unwatched": True, "closed": True, "polled": True}, ("scanned", "polling")),
        ({"unwatched": True, "closed": True}, ("scanned", "root_replaced")),
        ({"scanning": True}, ("scanned", "startup")),
    ],
)
@pytest.mark.parametrize("before", [None, KILLED, ("scanned", "overflow"), STOPPED])
def test_a_good_scan_says_what_holds_since_it_began(
    before: tuple[State, str | None] | None, facts: dict[str, bool], claimed: tuple[str, str | None]
) -> None:
    assert told(before, scanned_at=500, **facts) == [(*claimed, 500)]


def test_a_scan_that_says_the_same_says_nothing() -> None:
    assert told(WATCHED, scanned_at=500) == []
    assert told(POLLING, scanned_at=500, polled=True) == []


def test_a_scan_under_a_watcher_that_is_not_heard_ends_nothing() -> None:
    assert told(("blind", "deaf"), scanned_at=500, deaf="deaf") == []
    assert told(None, scanned_at=500, deaf="deaf") == [("blind", "deaf", 500)], "the ledger begins with it"


def test_nothing_is_said_before_the_first_scan() -> None:
    gaps = (Gap("overflow", 10), Gap("late", 20, 30), lost("root_missing", 40))
    assert told(None, gaps=gaps, ready=False) == []


# -- gaps ----------------------------------------------------------------------------------


def test_a_gap_lasts_from_its_own_beginning() -> None:
    assert told(WATCHED, gaps=(Gap("overflow", 90),)) == [("scanned", "overflow", 90)]
    assert told(POLLING, polled=True, gaps=(Gap("store_full", 90),)) == [("scanned", "store_full", 90)]


@pytest.mark.parametrize(
    "reason", ["overflow", "stalled", "clock", "other settings", "store_locked", "stopped"]
)
@pytest.mark.parametrize("before", [KILLED, ("blind", "root_missing"), ("blind", "deaf")])
def test_what_was_blind_is_ended_by_no_gap(before: tuple[State, str | None], reason: str) -> None:
    assert told(before, gaps=(Gap(reason, 90),), deaf="deaf") == []
    assert told(before, gaps=(Gap(reason, 90),), ready=False) == []


def test_a_root_that_was_not_scanned_yet_stays_as_it_was_left() -> None:
    assert told(STOPPED, ready=False, gaps=(Gap("overflow", 90),)) == []
    assert told(STOPPED, ready=False, gaps=(lost("root_missing", 90),)) == [("blind", "root_missing", 90)]


def test_of_gaps_that_begin_together_the_worst_is_said() -> None:
    gaps = (Gap("overflow", 90), lost("root_missing", 90))
    assert told(WATCHED, gaps=gaps) == [("blind", "root_missing", 90)]
    assert told(WATCHED, gaps=gaps[::-1]) == [("blind", "root_missing", 90)]
    assert told(WATCHED, gaps=(Gap("overflow", 80), lost("root_missing", 90))) == [
        ("scanned", "overflow", 80),
        ("blind", "root_missing", 90),
    ]
    assert told(("blind", "deaf"), gaps=(lost("root_missing", 90),)) == [("blind", "root_missing", 90)]


def test_a_scan_after_a_gap_of_the_same_step_mends_it_and_the_gap_is_not_lost() -> None:
    assert told(WATCHED, gaps=(Gap("overflow", 90),), scanned_at=95) == [
        ("scanned", "overflow", 90),
        ("watched", None, 95),
    ]
    assert told(WATCHED, gaps=(Gap("overflow", 90),), scanned_at=70) == [
        ("scanned", "overflow", 90),
        ("watched", None, 91),
    ], "a clock that was set back"


# -- the store -----------------------------------------------------------------------------


def test_a_store_that_is_back_ends_its_own_gap_alone() -> None:
    for code in ("store_full", "store_locked", "store_unreachable", "log_shortened"):
        assert told(("scanned", code), recovered_at=99) == [("watched", None, 99)]
    assert told(("scanned", "overflow"), recovered_at=99) == []
    assert told(("blind", "log_shortened"), recovered_at=99) == []


@pytest.mark.parametrize("facts", [{"scanning": True}, {"deaf": "deaf"}, {"ready": False}])
def test_a_store_that_is_back_while_a_scan_must_follow_ends_nothing(facts: dict[str, Any]) -> None:
    assert told(("scanned", "store_full"), recovered_at=99, **facts) == []


# -- what is seen less of now --------------------------------------------------------------


def test_less_is_said_from_the_last_cookie_on_and_more_only_by_a_scan() -> None:
    assert told(WATCHED, unwatched=True, proven_at=900) == [("scanned", "unwatched", 900)]
    assert told(WATCHED, polled=True) == [("scanned", "polling", 1000)]
    assert told(("scanned", "unwatched"), closed=True, proven_at=900) == [("scanned", "root_replaced", 900)]
    assert told(("scanned", "unwatched")) == []
    assert told(POLLING) == []


@pytest.mark.parametrize("before", [("scanned", "overflow"), ("scanned", "startup"), STOPPED, KILLED])
def test_what_a_scan_must_mend_is_not_said_otherwise_before(before: tuple[State, str | None]) -> None:
    assert told(before, polled=True, proven_at=900) == []


# -- doubts --------------------------------------------------------------------------------


def test_a_doubt_is_laid_over_what_was_called_watched() -> None:
    assert told(WATCHED, gaps=(Gap("late", 90, 95),)) == [("scanned", "late", 90), ("watched", None, 95)]
    assert told(WATCHED, gaps=(Gap("late", 90, 90),)) == [("scanned", "late", 90), ("watched", None, 91)]
    assert told(POLLING, polled=True, gaps=(Gap("late", 90, 95),)) == []
    assert told(("blind", "deaf"), deaf="deaf", gaps=(Gap("late", 90, 95),)) == []


def test_a_doubt_before_something_worse_is_said_before_it_and_one_within_it_is_no_more() -> None:
    worse = lost("root_missing", 90)
    assert told(WATCHED, gaps=(worse, Gap("late", 70, 80))) == [
        ("scanned", "late", 70),
        ("watched", None, 80),
        ("blind", "root_missing", 90),
    ]
    assert told(WATCHED, gaps=(Gap("late", 85, 95), worse)) == [
        ("scanned", "late", 85),
        ("blind", "root_missing", 90),
    ]
    assert told(WATCHED, gaps=(Gap("late", 95, 99), worse)) == [("blind", "root_missing", 90)]


def test_a_doubt_counts_against_a_scan_only_where_it_is_later() -> None:
    before: tuple[State, str | None] = ("scanned", "overflow")
    assert told(before, scanned_at=90, gaps=(Gap("late", 80, 95),)) == [
        ("scanned", "late", 90),
        ("watched", None, 95),
    ]
    assert told(before, scanned_at=90, gaps=(Gap("late", 70, 80),)) == [("watched", None, 90)]


def test_two_doubts_are_laid_one_after_the_other() -> None:
    gaps = (Gap("unannounced", 80, 90), Gap("late", 60, 70))
    assert told(WATCHED, gaps=gaps) == [
        ("scanned", "late", 60),
        ("watched", None, 70),
        ("scanned", "unannounced", 80),
        ("watched", None, 90),
    ]


def test_that_a_state_was_overwritten_says_more_than_that_the_store_was_away() -> None:
    assert told(("scanned", "store_locked"), recovered_at=99, gaps=(Gap("late", 80, 90),)) == [
        ("scanned", "late", 80),
        ("scanned", "store_locked", 90),
        ("watched", None, 99),
    ]


# -- what a step notes ---------------------------------------------------------------------


def test_a_scan_that_ended_before_a_gap_was_noted_says_nothing_any_more() -> None:
    notes = Notes()
    notes.scanned(50)
    notes.doubt(Gap("late", 60, 70))
    assert (notes.scan_to_tell(scanning=False), notes.are_worse) == (50, False)
    notes.worsen("overflow", 90)
    assert (notes.scan_to_tell(scanning=False), notes.are_worse) == (None, True)


def test_a_scan_under_a_deaf_watcher_is_told_when_that_is_heard_unless_another_runs() -> None:
    notes = Notes()
    notes.scanned(50)
    notes.clear(deaf=True, scanning=False)
    assert notes.scan_to_tell(scanning=True) is None
    notes.clear(deaf=False, scanning=True)
    assert notes.scan_to_tell(scanning=False) == 50
    notes.clear(deaf=False, scanning=False)
    assert notes.scan_to_tell(scanning=False) is None


def test_the_turns_come_in_order_and_each_says_something_new() -> None:
    gaps = (Gap("late", 10, 20), Gap("overflow", 30), Gap("unannounced", 15, 25), lost("root_missing", 40))
    found = turns(WATCHED, Facts(now=1000, gaps=gaps, scanned_at=50))
    assert found == sorted(found, key=lambda turn: turn.since)
    assert [(turn.state, turn.reason) for turn in found] == [
        ("scanned", "late"),
        ("scanned", "unannounced"),
        ("watched", None),
        ("scanned", "overflow"),
        ("blind", "root_missing"),
        ("watched", None),
    ]
    assert Turn("watched", None, 50) == found[-1]
