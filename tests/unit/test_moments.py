"""Moments and times, as the contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import moments
from ingest.errors import UsageError
from ingest.moments import Moment

NOON = 1_613_822_400_000_000  # 2021-02-20T12:00:00Z
DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2021-02-20T12:00:00Z", Moment(time=NOON)),
        ("2021-02-20t12:00:00z", Moment(time=NOON)),
        ("2021-02-20 12:00:00Z", Moment(time=NOON)),
        ("2021-02-20T13:00:00+01:00", Moment(time=NOON)),
        ("2021-02-20T06:30:00-05:30", Moment(time=NOON)),
        ("2021-02-20T12:00:00.5Z", Moment(time=NOON + 500_000)),
        ("2021-02-20T12:00:00.000001Z", Moment(time=NOON + 1)),
        ("2021-02-20T12:00:00.000001999Z", Moment(time=NOON + 1)),
        ("1969-12-31T23:59:59.999999Z", Moment(time=-1)),
        ("seq:0", Moment(seq=0)),
        ("seq:42", Moment(seq=42)),
    ],
)
def test_what_a_moment_means(words: str, moment: Moment) -> None:
    assert moments.parse(words) == moment
    assert moments.parse(words, start=True) == moment


def test_a_date_is_its_end_and_for_a_start_its_beginning() -> None:
    midnight = NOON - DAY // 2

    assert moments.parse("2021-02-20", start=True) == Moment(time=midnight)
    assert moments.parse("2021-02-20") == Moment(time=midnight + DAY - 1)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "yesterday",
        "2021-02",
        "2021-02-30",
        "2021-2-3",
        "20210220",
        "2021-02-20T12:00:00",
        "2021-02-20T12:00Z",
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
    assert moments.try_parse(words) is None
    with pytest.raises(UsageError) as refused:
        moments.parse(words)
    assert refused.value.hint is not None
    assert "seq:N" in refused.value.hint


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_shown_is_read_as_the_same_time(when: datetime) -> None:
    micros = moments.to_micros(when)
    shown = moments.show(micros)

    assert shown == when.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    assert moments.parse(shown) == Moment(time=micros)


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    zone = timezone(timedelta(hours=5, minutes=45))

    assert moments.to_micros(datetime(2021, 2, 20, 17, 45, tzinfo=zone)) == NOON


@pytest.mark.parametrize("micros", [None, 10**18, -(10**18), 2**63 - 1])
def test_a_time_that_cannot_be_written_is_none(micros: int | None) -> None:
    """A file's mtime may lie in any year; RFC 3339 ends with 9999."""
    assert moments.show(micros) is None
