"""Moments: what people's words for times mean, and how times are shown. Clock and zone are arguments.

A moment names a place in the log. Words may name a stretch of time: a day, a whole second. They mean its end,
and where they begin a period, its start. So a time that was printed in whole seconds, when it is read back,
takes in the change that it was printed for.
"""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import msgspec

from ingest.errors import UsageError
from ingest.expressions import expression

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = timedelta(days=1)
_TIME = expression(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?"
    r"(?: ?([Zz]|UTC|[+-]\d\d:?[0-5]\d(?::[0-5]\d)?))?)?",
    re.ASCII,
)
_SEQ = expression(r"(?:seq:|#)(\d{1,18})", re.ASCII)
_AGO = expression(r"(\d{1,9})(?:([smhdw])(?i: ago)?|(?i: (second|minute|hour|day|week)s? ago))", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
FORMS = "write 2026-11-28, '2026-11-28 12:00', yesterday, 2d, '90 minutes ago', RFC 3339, seq:N or #17"


class Moment(msgspec.Struct, frozen=True):
    """A place in the log: exactly one of `seq` and `time` (microseconds) is set."""

    seq: int | None = None
    time: int | None = None


class Calendar(msgspec.Struct, frozen=True):
    """What the words of a call are read by: the time it is (microseconds), and the zone of local times."""

    now: int
    zone: tzinfo


_ANY = Calendar(0, UTC)


# -- what is said ----------------------------------------------------------------------------


def parse(words: str, calendar: Calendar, *, start: bool = False) -> Moment:
    """Return the moment that words name: those of `FORMS`.

    A day or a whole second means its end, with `start` its beginning.

    Without an offset a time is local. One that occurs twice is the last, with `start` the first. One that
    the clock jumps over is the last instant before the jump, with `start` the first after it. `ago` counts
    elapsed time: a day is 24 hours there. Raises UsageError for anything else.
    """
    moment = _parsed(words, calendar, start=start)
    if moment is None:
        raise UsageError(f"'{words}' is not a moment", hint=FORMS)
    return moment


def is_moment(words: str) -> bool:
    """Tell whether words are a moment, whatever the time is and wherever they are read."""
    return _parsed(words, _ANY, start=True) is not None


def _parsed(words: str, calendar: Calendar, *, start: bool) -> Moment | None:
    if found := _SEQ.fullmatch(words):
        return Moment(seq=int(found[1]))
    try:
        time = _time(words, calendar, start=start)
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
    return None if time is None or show(time) is None else Moment(time=time)


def _time(words: str, calendar: Calendar, *, start: bool) -> int | None:
    day = words.lower()
    if day == "now":
        return calendar.now
    if day in ("today", "yesterday"):
        today = datetime.fromtimestamp(calendar.now // _SECOND, calendar.zone).date()
        return _of_day(today if day == "today" else today - _DAY, calendar.zone, start=start)
    if found := _AGO.fullmatch(words):
        unit = found[2] or found[3][0].lower()
        return calendar.now - int(found[1]) * _UNITS[unit] * _SECOND
    if not (found := _TIME.fullmatch(words)):
        return None
    day, minute, second, fraction, offset = found.groups()
    if minute is None:
        return _of_day(date.fromisoformat(day), calendar.zone, start=start)
    wall = datetime.fromisoformat(f"{day} {minute}:{second or '00'}")
    zone = calendar.zone if offset is None else _zone(offset)
    time, occurs = _of_local(wall, zone, start=start)
    if not occurs:
        return time
    if fraction is not None:
        return time + int(fraction[:6].ljust(6, "0"))
    return time if start else time + _SECOND - 1


def _zone(offset: str) -> tzinfo:
    if offset in ("Z", "z", "UTC"):
        return UTC
    digits = offset[1:].replace(":", "").ljust(6, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    return timezone(-away if offset[0] == "-" else away)


def local_day(micros: int, zone: tzinfo) -> date:
    """Return the day of a zone at an instant."""
    return _local(micros, zone).date()


def day_begins(day: date, zone: tzinfo) -> int:
    """Tell where a day of a zone begins."""
    return _of_day(day, zone, start=True)


def _of_day(day: date, zone: tzinfo, *, start: bool) -> int:
    """Tell where a local day begins, or its last microsecond."""
    if not start and day == date.max:
        return _of_local(datetime.combine(day, datetime.max.time()), zone, start=False)[0]
    midnight = datetime.combine(day if start else day + _DAY, datetime.min.time())
    return _of_local(midnight, zone, start=True)[0] - (not start)


def _of_local(wall: datetime, zone: tzinfo, *, start: bool) -> tuple[int, bool]:
    """Return the instant of a local time, and whether it occurs.

    Of two the first with `start`, else the last.
    """
    local = to_micros(wall.replace(tzinfo=UTC))
    first, last = sorted(
        local - _offset(wall.replace(tzinfo=zone, fold=fold)) // _MICROSECOND for fold in (0, 1)
    )
    if first == last or _local(first, zone).replace(tzinfo=None, fold=0) == wall:
        return (first if start else last), True
    # the clock jumps over it: the jump lies between the two, where the offset changes
    before = _offset(_local(first, zone))
    low, high = first // _SECOND, last // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(_local(middle * _SECOND, zone)) == before else (low, middle)
    return high * _SECOND - (not start), False


def _local(micros: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(zone)


def _offset(when: datetime) -> timedelta:
    return when.utcoffset() or timedelta()


def days(words: str) -> tuple[str, str]:
    """Return the first and last day of `2021`, `2021-02`, `2021-02-20` or `2021-02/2021-04`.

    Raises UsageError.
    """
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


# -- what is shown ---------------------------------------------------------------------------


def to_micros(when: datetime) -> int:
    """Return microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def show(micros: int | None) -> str | None:
    """Show as RFC 3339, UTC, microseconds, `Z`; None for None and for years that it cannot write."""
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


def offset_at(micros: int, zone: tzinfo) -> timedelta:
    """Tell how far a zone's local time is ahead of UTC at an instant."""
    return _offset(_local(micros, zone))


def offset_name(offset: timedelta) -> str:
    """Return an offset as it is shown: `UTC`, or `+01:00`."""
    return "UTC" if not offset else _suffix(offset)


@functools.lru_cache(maxsize=4096)
def _shown(second: int, zone: tzinfo, named: timedelta | None) -> str:
    try:
        when = _local(second * _SECOND, zone)
    except OverflowError:
        return " " * 19
    offset, written = _offset(when), when.isoformat(" ")[:19]
    once = _offset(when.replace(fold=0)) == _offset(when.replace(fold=1))
    return written if offset == named and once else written + _suffix(offset)


def _suffix(offset: timedelta) -> str:
    return "Z" if not offset else _EPOCH.replace(tzinfo=timezone(offset)).isoformat()[19:]


def show_local(micros: int, zone: tzinfo, *, named: timedelta | None = None) -> str:
    """Show `2021-02-20 12:00:00` for people, with its offset unless `named` above it.

    A local time that occurs twice always has its offset. Blank for years that nobody writes.
    """
    return _shown(micros // _SECOND, zone, named)
