"""Dates in a sentence: days, weekdays, months, years, times of day, and stretches of time.

`12 maart` and `March 12` have one value, a `CalendarDate`. A year alone is a date where a preposition or a
bracket stands before it. A stretch of time, such as `next week`, `the 1980s` or `15e eeuw`, has a value of
another type.
"""

from __future__ import annotations

import re
from itertools import pairwise

import msgspec

from ingest.expressions import expression
from ingest.facts.model import (
    CalendarDate,
    Century,
    Decade,
    Face,
    PartOfDay,
    Period,
    Relative,
    Season,
    SlotParts,
    Tokens,
    low_at,
)
from ingest.text.lexicon import Lexicon, word_set

_ISO = expression(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?\Z")
_ISO_TIME = expression(r"([0-9]{4})-([0-9]{2})-([0-9]{2})t([0-9]{2})([0-9]{2})?\Z")
_MINUTES = expression(r"([0-5][0-9])z?\Z")
_MONTH_NAMED = expression(r"([0-9]{1,2})-([^\W\d_]+)-([0-9]{4})\Z")
_DAY_FIRST = expression(r"([0-9]{1,2})[-.]([0-9]{1,2})[-.]([0-9]{4})\Z")
_CLOCK = expression(r"([0-9]{1,2})[:.]([0-9]{2})(am|pm|u|uur)?\Z")
_HOUR = expression(r"(1?[0-9]|2[0-4])(am|pm)\Z")
_ZONES = word_set("am pm gmt bst utc cet cest est edt")
_DAY = expression(r"([0-9]{1,2})(?:st|nd|rd|th|e|ste|de)?\Z")
_YEAR = expression(r"(?:1[5-9]|20)[0-9]{2}\Z")
_DECADE = expression(r"(?:(mid|early|late|pre|post)-)?([0-9]{4}|[0-9]{2})s\Z")
_LAST_DAY = 31
_POINTS = word_set("point points punten")


def find_date(cut: Tokens, at: int) -> SlotParts | None:
    """Return the date that begins at a token; None where none does."""
    low = cut[at].low
    if low in cut.lexicon.relative:
        return "date", Relative(cut.lexicon.relative[low]), at + 1, True
    which, period = cut.lexicon.which.get(low), cut.lexicon.periods.get(low_at(cut, at + 1))
    if which and period:
        return "date", Period(which, period), at + 2, True
    told = _clock_in_words(cut, at) or _age(cut, at)
    if told is not None:
        return told
    weekday = cut.lexicon.weekdays.get(low)
    if weekday is None:
        return _calendar(cut, at, None)
    after = at + 2 if low_at(cut, at + 1) == "," else at + 1
    dated = _calendar(cut, after, weekday) if after < len(cut) else None
    part = cut.lexicon.weekday_parts.get(low)
    if dated is not None and not (isinstance(dated[1], CalendarDate) and dated[1].day is None):
        kind, value, end, weak = dated
        return kind, msgspec.structs.replace(value, part=part) if part else value, end, weak
    return "date", CalendarDate(weekday, part=part), at + 1, False


def _calendar(cut: Tokens, at: int, weekday: int | None) -> SlotParts | None:
    low = cut[at].low
    if decade := _DECADE.match(low):
        return "date", Decade(decade[2], decade[1]), at + 1, False
    if low[0].isdigit():
        if (iso := _ISO.match(low)) and int(iso[2]) <= 12:
            day = int(iso[3]) if iso[3] else None
            return "date", CalendarDate(weekday, day, int(iso[2]), int(iso[1])), at + 1, False
        if joined := _in_one(cut, at, weekday):
            return joined
        if slashed := _slashed(cut, at):
            return "date", CalendarDate(weekday, *slashed), at + 5, False
        if clock := _clock(cut, at):
            return clock
        if numbered := _DAY.match(low):
            between = "." if cut.lexicon.dotted_ordinals else "of"
            month_at = at + 2 if low_at(cut, at + 1) == between else at + 1
            month = cut.lexicon.months.get(low_at(cut, month_at))
            if (
                cut.lexicon.month_first
                and low_at(cut, month_at) in ("may", "march")
                and cut[month_at].text[0].islower()
            ):
                month = None  # `those aged 11 may join`
            if month is not None and 1 <= int(numbered[1]) <= 31:
                year, end = _year(cut, month_at + 1)
                return "date", CalendarDate(weekday, int(numbered[1]), month, year), end, False
        if _YEAR.match(low) and _is_year(cut, at):
            return "date", CalendarDate(weekday, year=int(low)), at + 1, False
        return None
    month = cut.lexicon.months.get(low)
    if month is None:
        return _day_in_words(cut, at, weekday)
    # `in september 45 mensen` is no date; nor is the English of it.
    day_at = _past_stop(cut, at + 1)
    day = _day_behind(cut, day_at) if cut.lexicon.month_first else None
    if day is not None:
        year, end = _year(cut, day_at + 1)
        return "date", CalendarDate(weekday, day, month, year), end, False
    year, end = _year(cut, at + 1)
    sure = low not in cut.lexicon.unsure_months or (
        cut[at].text[0].isupper() and low_at(cut, at - 1) in cut.lexicon.before_month
    )
    if year is not None or sure:
        return "date", CalendarDate(weekday, None, month, year), end, False
    return None


def _day_behind(cut: Tokens, at: int) -> int | None:
    """Return the day that stands behind its month: `May 21`, `May twenty-first`; not in `May 21 days`."""
    low = low_at(cut, at)
    written = _DAY.match(low)
    day = int(written[1]) if written else cut.lexicon.ordinal(low)
    if day is None or not 1 <= day <= _LAST_DAY or low_at(cut, at + 1) in cut.lexicon.units:
        return None
    return None if day < 3 and not written else day  # `in May first responders`


def _day_in_words(cut: Tokens, at: int, weekday: int | None) -> SlotParts | None:
    """Return a day that is written out: `the twenty-first of May`, `dreißigsten Mai`; not `the first May`."""
    day = cut.lexicon.ordinal(cut[at].low)
    if day is None or day > _LAST_DAY:
        return None
    is_of = cut.lexicon.month_first
    month = cut.lexicon.months.get(low_at(cut, at + 1 + is_of))
    if month is None or (is_of and low_at(cut, at + 1) != "of"):
        return None
    year, end = _year(cut, at + 2 + is_of)
    return "date", CalendarDate(weekday, day, month, year), end, False


def _in_one(cut: Tokens, at: int, weekday: int | None) -> SlotParts | None:
    """Return `20-2-2021`, `20-Feb-2021`, or day and time, `2021-02-20T10:00`; seconds are beside it."""
    if (written := _DAY_FIRST.match(cut[at].low)) and int(written[2]) <= 12:
        day, month, year = map(int, written.groups())
        return "date", CalendarDate(weekday, day, month, year), at + 1, False
    named = _MONTH_NAMED.match(cut[at].low)
    if named is not None and named[2] in cut.lexicon.months:
        month = cut.lexicon.months[named[2]]
        return "date", CalendarDate(weekday, int(named[1]), month, int(named[3])), at + 1, False
    timed = _ISO_TIME.match(cut[at].low)
    if timed is None or int(timed[2]) > 12 or int(timed[4]) > 24:
        return None
    minute, end = int(timed[5] or 0), at + 1
    minutes = _MINUTES.match(low_at(cut, at + 2))
    if minutes and cut[at + 1].text == ":" and cut[at].end + 1 == cut[at + 1].end == cut[at + 2].start:
        minute, end = int(minutes[1]), at + 3
    day, month, year = int(timed[3]), int(timed[2]), int(timed[1])
    return "date", CalendarDate(weekday, day, month, year, int(timed[4]) % 24, minute), end, False


def _slashed(cut: Tokens, at: int) -> tuple[int, int, int] | None:
    """Return day, month and year of `12/3/2021`: in the language's order, unless a month would be past 12."""
    parts = cut[at : at + 5]
    if [part.text for part in parts[1::2]] != ["/", "/"] or not _YEAR.match(low_at(cut, at + 4)):
        return None
    if any(part.end != following.start for part, following in pairwise(parts)):
        return None
    if not all(re.fullmatch("[0-9]{1,2}", part.low) for part in parts[0:4:2]):
        return None
    first, second, year = (int(part.low) for part in parts[::2])
    day, month = (
        (second, first) if (cut.lexicon.month_first and first <= 12) or second > 12 else (first, second)
    )
    return (day, month, year) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _year(cut: Tokens, at: int) -> tuple[int | None, int]:
    """Return a year at a token, after a comma perhaps, and where the date ends."""
    year_at = at + 1 if low_at(cut, at) == "," else _past_stop(cut, at)
    year = low_at(cut, year_at)
    return (int(year), year_at + 1) if _YEAR.match(year) else (None, at)


def _past_stop(cut: Tokens, at: int) -> int:
    """Return the token after the full stop of a month, `Sept. 5`, where there is one."""
    return at + 1 if low_at(cut, at) == "." and low_at(cut, at + 1)[:1].isdigit() else at


def _is_year(cut: Tokens, at: int) -> bool:
    before, after = low_at(cut, at - 1), low_at(cut, at + 1)
    if after in cut.lexicon.counted:
        return False
    dash = cut[at + 1].text if at + 1 < len(cut) else ""
    if before in cut.lexicon.currencies or (dash in ("/", "–", "—") and low_at(cut, at + 2)[:1].isdigit()):
        return False  # `2020/21` is a range
    return before in cut.lexicon.before_year or before in "(-/" or after in (")", ".", ",", ";", "")


def _clock(cut: Tokens, at: int) -> SlotParts | None:
    low = cut[at].low
    following = low_at(cut, at + 1)
    half = following if following in _ZONES or following in cut.lexicon.hours else ""
    end = at + 2 if half else at + 1
    if following in ("a", "p") and low_at(cut, at + 2) == "." and low_at(cut, at + 3) == "m":
        half = following + "m"
        end = at + 5 if low_at(cut, at + 4) == "." else at + 4
    clock = _CLOCK.match(low)
    if (
        clock
        and (":" in low or clock[3] or half or _is_time(cut, at))
        and int(clock[1]) < 25
        and int(clock[2]) < 60
    ):
        half = clock[3] or half
        hour, minute = int(clock[1]), int(clock[2])
    elif on_the_hour := _HOUR.match(low):
        half, hour, minute = on_the_hour[2], int(on_the_hour[1]), 0
    elif low.isascii() and low.isdigit() and len(low) < 3 and half in ("am", "pm"):
        hour, minute = int(low), 0
    else:
        return None
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0) if hour < 13 else hour
        return _time(hour, minute, end)
    told = _in_part(cut, hour, end)
    return _time(told[0], minute, told[1]) if told else _time(hour, minute, end)


def _is_time(cut: Tokens, at: int) -> bool:
    """Tell whether `8.30` stands where a time of day does, and not a figure."""
    following = low_at(cut, at + 1)
    per_cent = following == "per" and low_at(cut, at + 2) == "cent"
    return (
        low_at(cut, at - 1) in cut.lexicon.before_time
        and not per_cent
        and following not in _POINTS | cut.lexicon.counted
    )


def _clock_in_words(cut: Tokens, at: int) -> SlotParts | None:
    """Return a time of day in words: `noon`; after a word for `at` also `half tien`, `nine o'clock`.

    Before a part of the day it needs no such word: `negen uur 's ochtends`.
    """
    low = cut[at].low
    if low in cut.lexicon.times_of_day:
        return _time(cut.lexicon.times_of_day[low], 0, at + 1)
    if low in cut.lexicon.half_hours:
        return _spoken(cut, cut.lexicon.half_hours[low] - 1, 30, _past_hour(cut, at + 1))
    led = low_at(cut, at - 1) in cut.lexicon.before_half
    told = _half(cut, at) or _past_or_to(cut, at)
    if told is not None and (led or _is_part(cut[told[2] - 1].low, cut.lexicon)):
        return told
    # `tot 12 uur` may be how long
    led = low_at(cut, at - 1) in cut.lexicon.before_time
    if led and _in_part(cut, 1, at + 1) and (hour := _hour(cut, at)):
        return _spoken(cut, hour, 0, at + 1)
    at_it = led or _in_part(cut, 1, at + 2) is not None
    if low_at(cut, at + 1) in cut.lexicon.on_the_hour and at_it and (hour := _hour(cut, at)):
        return _spoken(cut, hour, 0, at + 2)
    return None


def _half(cut: Tokens, at: int) -> SlotParts | None:
    """Return `half past nine`, and `half nine`, which is past the hour in English and before it in Dutch."""
    if cut[at].text.lower() not in cut.lexicon.half_hour_words:
        return None
    past = low_at(cut, at + 1) == "past"
    hour = _hour(cut, at + 2 if past else at + 1)
    if hour is None:
        return None
    return _spoken(
        cut, hour - 1 if cut.lexicon.half_before else hour, 30, _past_hour(cut, at + 3 if past else at + 2)
    )


def _past_or_to(cut: Tokens, at: int) -> SlotParts | None:
    """Return a time beside an hour: `kwart voor negen`, `tien over half negen`, `ten past nine`."""
    minutes = 15 if cut[at].low in cut.lexicon.quarter_hour else _hour(cut, at)
    if minutes is None or low_at(cut, at + 1) not in cut.lexicon.beside_hour:
        return None
    minutes *= cut.lexicon.beside_hour[low_at(cut, at + 1)]
    half = 1 if cut[at + 2 : at + 3] and cut[at + 2].text.lower() in cut.lexicon.half_hour_words else 0
    hour = _hour(cut, at + 2 + half)
    if hour is None:
        return None
    whole = hour * 60 - 30 * half + minutes
    return _spoken(cut, whole // 60, whole % 60, _past_hour(cut, at + 3 + half))


def _spoken(cut: Tokens, hour: int, minute: int, end: int) -> SlotParts:
    """Return a time of day as a clock shows it; `'s middags` behind it says in which half of the day."""
    told = _in_part(cut, hour, end)
    return _time(Face(hour), minute, end) if told is None else _time(told[0], minute, told[1])


def _in_part(cut: Tokens, hour: int, end: int) -> tuple[int, int] | None:
    """Return the hour that is meant before `'s middags`, `in the afternoon`, and where that ends."""
    with_s = low_at(cut, end + 1) == "s" and low_at(cut, end + 2) in cut.lexicon.parts_of_day_after
    in_the = (low_at(cut, end), low_at(cut, end + 1)) == ("in", "the") and cut.lexicon.month_first
    part = cut.lexicon.day_parts.get(low_at(cut, end + 2))
    if part is None or not (with_s or in_the):
        return None
    if hour < 13 and not (hour == 12 and part == "afternoon"):
        later = part == "afternoon" or (part == "evening" and hour < 12)
        hour = hour % 12 + (12 if later else 0)
    return hour, end + 3


def _is_part(low: str, lexicon: Lexicon) -> bool:
    return low in lexicon.day_parts or low in lexicon.parts_of_day_after


def _hour(cut: Tokens, at: int) -> int | None:
    low = low_at(cut, at)
    number = int(low) if low.isascii() and low.isdigit() and len(low) < 3 else cut.lexicon.spelt(low)
    return int(number) if number is not None and number.denominator == 1 and 0 < number < 25 else None


def _past_hour(cut: Tokens, at: int) -> int:
    return at + 1 if low_at(cut, at) in cut.lexicon.on_the_hour else at


def _time(hour: int, minute: int, end: int) -> SlotParts:
    hour = hour if isinstance(hour, Face) else hour % 24
    return "date", CalendarDate(hour=hour, minute=minute), end, False


def _age(cut: Tokens, at: int) -> SlotParts | None:
    """Return a season, a century or a decade in words: `in the spring`, `15e eeuw`, `jaren tachtig`."""
    low, behind = cut[at].low, at + 1
    if cut.lexicon.dotted_ordinals and low[0].isdigit() and low_at(cut, behind) == ".":
        behind += 1  # `21. Jahrhundert`
    following = low_at(cut, behind)
    if low in cut.lexicon.seasons and low_at(cut, at - 1) in cut.lexicon.before_season:
        return "date", Season(cut.lexicon.seasons[low]), at + 1, False
    if low in cut.lexicon.parts_of_day_after and low_at(cut, at - 1) == "s":
        return "date", PartOfDay(low), at + 1, False
    if following in cut.lexicon.centuries:
        number = cut.lexicon.ordinal(low) or (int(day[1]) if (day := _DAY.match(low)) else None)
        return None if number is None else ("date", Century(number), behind + 1, False)
    if low in cut.lexicon.decades:
        ten = cut.lexicon.spelt(following) or (
            int(following) if re.fullmatch("[0-9]{2}", following) else None
        )
        if ten is not None and ten % 10 == 0 and 10 <= ten < 100:
            return "date", Decade(str(ten)), at + 2, False
    return None
