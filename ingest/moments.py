"""Moments and times: RFC 3339, dates, `seq:N`; how times are shown."""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import msgspec

from ingest.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_SEQ = re.compile(r"seq:(\d{1,18})\Z", re.ASCII)


class Moment(msgspec.Struct, frozen=True):
    """A place in the log: exactly one of `seq` and `time` (microseconds) is set."""

    seq: int | None = None
    time: int | None = None


def parse(words: str, *, start: bool = False) -> Moment:
    """A moment as the contract writes it; a date means its end, with `start` its beginning.

    Raises UsageError for anything else.
    """
    moment = try_parse(words, start=start)
    if moment is None:
        raise UsageError(
            f"'{words}' is not a moment",
            hint="write a date (2021-02-20), a time (2021-02-20T12:00:00Z) or seq:N",
        )
    return moment


def try_parse(words: str, *, start: bool = False) -> Moment | None:
    """Like `parse`, but None for what is not a moment."""
    try:
        if found := _SEQ.match(words):
            return Moment(seq=int(found[1]))
        if _DATE.match(words):
            day = date.fromisoformat(words)
            begin = to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))
            return Moment(time=begin if start else begin + 86_400_000_000 - 1)
        if found := _RFC3339.match(words):
            if found[1] and len(found[1]) > 7:
                words = words.replace(found[1], found[1][:7])
            return Moment(time=to_micros(datetime.fromisoformat(words.upper())))
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
    return None


def days(words: str) -> tuple[str, str]:
    """The first and last day of `2021`, `2021-02`, `2021-02-20` or `2021-02/2021-04`. Raises UsageError."""
    first, slash, last = words.partition("/")
    begin, end = _days(first), _days(last if slash else first)
    if begin is None or end is None or begin[0] > end[1]:
        raise UsageError(
            f"'{words}' is not a date", hint="write 2021-02-20, 2021-02, 2021, or 2021-02/2021-04"
        )
    return begin[0], end[1]


def _days(words: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", words, re.ASCII)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = first if day else date(year or 0, month or 12, monthrange(year or 1, month or 12)[1])
    except ValueError:
        return None
    return first.isoformat(), last.isoformat()


def to_micros(when: datetime) -> int:
    """Microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def show(micros: int | None) -> str | None:
    """RFC 3339, UTC, microseconds, `Z`; None for None and for years that RFC 3339 cannot write."""
    if micros is None:
        return None
    second = _second(micros // 1_000_000)
    return None if second is None else f"{second}.{micros % 1_000_000:06}Z"


@functools.lru_cache(maxsize=4096)
def _second(seconds: int) -> str | None:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    except OverflowError:
        return None


def show_seconds(micros: int) -> str:
    """`2021-02-20 12:00:00`, UTC, for people; blank for years that nobody writes."""
    second = _second(micros // 1_000_000)
    return " " * 19 if second is None else second.replace("T", " ")
