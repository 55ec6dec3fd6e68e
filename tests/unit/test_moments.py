"""Moments and times, as the contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import moments
from ingest.errors import UsageError
from ingest.moments import Calendar, Moment

NOON = 1_613_822_400_000_000  # 2021-02-20T12:00:00Z
DAY = 86_400_000_000


SECOND = 1_000_000
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
HAVANA = ZoneInfo("America/Havana")  # its clock goes back from one o'clock to midnight
HERE = Calendar(NOON, UTC)


def at(words: str) -> int:
    """The microseconds of an RFC 3339 time."""
    return moments.to_micros(datetime.fromisoformat(words))


def both(words: str, calendar: Calendar = HERE) -> tuple[int | None, int | None]:
    """What words mean as the beginning of a period, and else."""
    return moments.parse(words, calendar, start=True).time, moments.parse(words, calendar).time


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("2021-02-20T12:00:00.5Z", NOON + 500_000),
        ("2021-02-20T12:00:00.000001Z", NOON + 1),
        ("2021-02-20T12:00:00.000001999Z", NOON + 1),
        ("2021-02-20 12:00:00.5", NOON + 500_000),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("now", NOON),
        ("90 minutes ago", NOON - 5400 * SECOND),
        ("1 minute ago", NOON - 60 * SECOND),
        ("2 days ago", NOON - 2 * DAY),
        ("90m", NOON - 5400 * SECOND),
        ("30s", NOON - 30 * SECOND),
        ("12h", NOON - DAY // 2),
        ("2d", NOON - 2 * DAY),
        ("3w", NOON - 21 * DAY),
        ("0s", NOON),
    ],
)
def test_an_instant_is_itself(words: str, time: int) -> None:
    assert both(words) == (time, time)


@pytest.mark.parametrize("words", ["Yesterday", "NOW", "Today", "90 Minutes Ago", "2d Ago"])
def test_words_for_times_are_taken_however_they_begin(words: str) -> None:
    assert moments.is_moment(words)
    assert moments.parse(words, HERE) == moments.parse(words.lower(), HERE)


def test_the_hint_has_a_change_as_log_prints_it() -> None:
    with pytest.raises(UsageError) as refused:
        moments.parse("17", HERE)
    assert "#17" in str(refused.value.hint)


@pytest.mark.parametrize("words", ["seq:42", "#42"])
def test_a_place_in_the_log_has_no_time(words: str) -> None:
    assert moments.parse(words, HERE) == moments.parse(words, HERE, start=True) == Moment(seq=42)


@pytest.mark.parametrize(
    "words",
    [
        "2021-02-20T12:00:00Z",
        "2021-02-20t12:00:00z",
        "2021-02-20 12:00:00Z",
        "2021-02-20 12:00:00 UTC",
        "2021-02-20T13:00:00+01:00",
        "2021-02-20 13:00:00 +0100",
        "2021-02-20T06:30:00-05:30",
        "2021-02-20 12:00",
        "2021-02-20T12:00",
        "2021-02-20T12:00:00",
    ],
)
def test_a_whole_second_is_its_end_and_for_a_start_its_beginning(words: str) -> None:
    assert both(words) == (NOON, NOON + SECOND - 1)


@pytest.mark.parametrize(
    ("words", "day"), [("2021-02-20", 0), ("today", 0), ("yesterday", -1), ("2021-02-18", -2)]
)
def test_a_day_is_its_end_and_for_a_start_its_beginning(words: str, day: int) -> None:
    midnight = NOON - DAY // 2 + day * DAY

    assert both(words) == (midnight, midnight + DAY - 1)


@pytest.mark.parametrize(
    ("words", "zone", "first", "last"),
    [
        ("2021-02-20 13:00", AMSTERDAM, "2021-02-20T12:00:00Z", "2021-02-20T12:00:00.999999Z"),
        ("2021-02-20 07:00", NEW_YORK, "2021-02-20T12:00:00Z", "2021-02-20T12:00:00.999999Z"),
        ("today", NEW_YORK, "2021-02-20T05:00:00Z", "2021-02-21T04:59:59.999999Z"),
        # 23 and 25 hours long
        ("2026-03-29", AMSTERDAM, "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z"),
        ("2026-10-25", AMSTERDAM, "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999999Z"),
        # midnight occurs twice
        ("2026-11-01", HAVANA, "2026-11-01T04:00:00Z", "2026-11-02T04:59:59.999999Z"),
        ("2026-10-31", HAVANA, "2026-10-31T04:00:00Z", "2026-11-01T03:59:59.999999Z"),
        # twice: the first begins a period, the last ends one
        ("2026-10-25 02:30", AMSTERDAM, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00.999999Z"),
        ("2026-11-01 01:30:00.25", NEW_YORK, "2026-11-01T05:30:00.25Z", "2026-11-01T06:30:00.25Z"),
        # never: the jump of the clock, and the instant before it
        ("2026-03-29 02:00", AMSTERDAM, "2026-03-29T01:00:00Z", "2026-03-29T00:59:59.999999Z"),
        ("2026-03-29 02:30", AMSTERDAM, "2026-03-29T01:00:00Z", "2026-03-29T00:59:59.999999Z"),
        ("2026-03-08 02:59:59.5", NEW_YORK, "2026-03-08T07:00:00Z", "2026-03-08T06:59:59.999999Z"),
    ],
)
def test_without_an_offset_a_time_is_local(words: str, zone: tzinfo, first: str, last: str) -> None:
    assert both(words, Calendar(NOON, zone)) == (at(first), at(last))


@pytest.mark.parametrize(
    "words",
    [
        "",
        "2021-02",
        "2021-02-30",
        "2021-2-3",
        "20210220",
        "2021-02-20T12",
        "2021-02-20Z",
        "2021-02-20T12:00:60Z",
        "2021-02-20T12:00:00+01:75",
        "2 fortnights ago",
        "2 days",
        "-2d",
        "2.5h",
        "999999999w",
        "in 2 days",
        "#",
        "2021-02-20T25:00:00Z",
        "2021-02-20T12:00:00+25:00",
        "2021-02-20T12:00:00.Z",
        "2021-02-20\n",
        "２０２１-02-20",
        "0000-01-01",
        "seq:",
        "seq:-1",
        "seq:1.5",
        "seq:9999999999999999999999",
        "SEQ:1",
    ],
)
def test_what_is_no_moment_is_refused_with_the_forms_there_are(words: str) -> None:
    assert not moments.is_moment(words)
    with pytest.raises(UsageError) as refused:
        moments.parse(words, HERE)
    assert refused.value.hint is not None
    assert "seq:N" in refused.value.hint


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_shown_is_read_as_the_same_time(when: datetime) -> None:
    micros = moments.to_micros(when)
    shown = moments.show(micros)

    assert shown == when.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    assert moments.parse(shown, HERE) == Moment(time=micros)


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    zone = timezone(timedelta(hours=5, minutes=45))

    assert moments.to_micros(datetime(2021, 2, 20, 17, 45, tzinfo=zone)) == NOON


@pytest.mark.parametrize("micros", [None, 10**18, -(10**18), 2**63 - 1])
def test_a_time_that_cannot_be_written_is_none(micros: int | None) -> None:
    """A file's mtime may lie in any year; RFC 3339 ends with 9999."""
    assert moments.show(micros) is None


ZONES = st.sampled_from(
    [UTC, AMSTERDAM, NEW_YORK, HAVANA, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe")]
)
TIMES = st.integers(at("1900-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"))


@given(TIMES, ZONES, st.one_of(st.none(), TIMES))
def test_a_local_time_that_is_shown_is_read_as_the_second_it_was_shown_for(
    micros: int, zone: tzinfo, other: int | None
) -> None:
    named = None if other is None else moments.offset_at(other, zone)
    shown = moments.show_local(micros, zone, named=named)
    begin, end = both(shown, Calendar(NOON, zone))

    assert (begin, end) == (micros - micros % SECOND, micros - micros % SECOND + SECOND - 1), shown


def test_a_local_time_has_its_offset_unless_it_was_named_and_says_all() -> None:
    summer, winter = at("2026-07-01T10:00:00Z"), at("2026-12-01T10:00:00Z")
    named = moments.offset_at(winter, AMSTERDAM)

    assert moments.offset_name(named) == "+01:00"
    assert moments.show_local(winter, AMSTERDAM, named=named) == "2026-12-01 11:00:00"
    assert moments.show_local(summer, AMSTERDAM, named=named) == "2026-07-01 12:00:00+02:00"
    assert moments.show_local(winter, AMSTERDAM) == "2026-12-01 11:00:00+01:00"
    twice = [at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")]
    assert [moments.show_local(each, AMSTERDAM, named=named) for each in twice] == [
        "2026-10-25 02:30:00+02:00",
        "2026-10-25 02:30:00+01:00",
    ]
    assert (moments.show_local(winter, UTC), moments.offset_name(timedelta())) == (
        "2026-12-01 10:00:00Z",
        "UTC",
    )
