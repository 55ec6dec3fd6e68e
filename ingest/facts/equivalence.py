"""Tell whether two slots say the same, may say the same, or stand for one another with different values."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from ingest.facts.kinds import NUMERIC
from ingest.facts.model import (
    CalendarDate,
    Decade,
    Face,
    Figure,
    Multiple,
    Name,
    Ordinal,
    Quantity,
    Range,
    Repetition,
    Share,
    Slot,
    Some,
    Value,
)
from ingest.text.lexicon import Lexicon
from ingest.text.variants import abbreviate

SMALL = 5  # words on a side of a change that can turn a sentence round, or put one name for another
_MOST_BETWEEN = 12  # words on a side of a change within which numbers stand for each other

_OF_PEOPLE = frozenset({"people", "dead", "hurt"})
_ABOUT = 2  # percentage points within which `a third` is `34 %`


def equal(old: Slot, new: Slot) -> bool:
    """Tell whether the values are the same."""
    return old.value == new.value and (old.kind == new.kind or {old.kind, new.kind} <= NUMERIC)


def agree(old: Slot, new: Slot, lexicon: Lexicon) -> bool:
    """Tell whether the one may be the other, more exactly said."""
    match old.value, new.value:
        case Name(), Name():
            return _names_agree(old, new, lexicon)
        case Decade() as was, Decade() as is_:
            short, long = sorted((was.years, is_.years), key=len)
            parts = {was.part, is_.part}
            return long.endswith(short) and (len(parts) == 1 or None in parts)  # `the 80s`, `the mid-1980s`
        case CalendarDate() as was, CalendarDate() as is_:
            return _dates_agree(was, is_)
    return _one_way(old, new) or _one_way(new, old) or _figures_agree(old, new)


def written_otherwise(old: Slot, new: Slot) -> bool:
    """Tell whether two values of other types, or times of a clock, are exactly one: `9:30`, `9.30`."""
    match old.value, new.value:
        case CalendarDate() as was, CalendarDate() as is_:
            parts = list(zip(msgspec.structs.astuple(was), msgspec.structs.astuple(is_), strict=True))
            return all((one is None) == (other is None) for one, other in parts) and _dates_agree(was, is_)
        case (Share(value=share), Quantity(value=number)) | (Quantity(value=number), Share(value=share)):
            if "percentage" in (old.kind, new.kind):
                return share * 100 == number
            return share == number and (_is_bare(old) or _is_bare(new))
        case (Multiple() | Ordinal(), _) | (_, Multiple() | Ordinal()):
            return False
    return _one_way(old, new) or _one_way(new, old)


def _names_agree(old: Slot, new: Slot, lexicon: Lexicon) -> bool:
    was, is_ = set(_words(old)), set(_words(new))
    between = [side & lexicon.particles for side in (was, is_)]
    if all(between) and between[0] != between[1]:
        return False  # `van Vliet`, `van der Vliet`
    gone, came = list(was - is_), list(is_ - was)
    if len(gone) == len(came) == 1 and (
        abbreviate(gone, came, lexicon)
        or gone[0].replace("-", "") == came[0].replace("-", "")  # `F-16`, `F16`
    ):
        return True
    return was <= is_ or is_ <= was or _initials(old, new) or _initials(new, old)


def _initials(short: Slot, long: Slot) -> bool:
    """Tell whether one name is the other with first letters for words: `FO`, `Foreign Office`.

    Letters with dots may be of the first words alone: `J.P. Smit`, `Jan Peter Smit`. The first of them may
    lack its word, which at a sentence's beginning is no name.
    """
    words = _words(long)
    begun = "".join(word[0] for word in words)
    letters, *rest = _words(short)
    if not rest:
        return len(words) > 1 and letters == begun
    given = len(words) - len(rest)
    return (
        short.letters
        and given > 0
        and list(words[given:]) == rest
        and begun[:given] in (letters, letters[1:])
    )


def _words(name: Slot) -> tuple[str, ...]:
    return name.value.words if isinstance(name.value, Name) else ()


def _dates_agree(old: CalendarDate, new: CalendarDate) -> bool:
    """Tell whether two dates say something of one part, and nothing else of any."""
    both = _said_of_both(old, new)
    return bool(both) and all(was == is_ or _same_on_a_clock(was, is_) for was, is_ in both)


def _said_of_both(old: CalendarDate, new: CalendarDate) -> list[tuple[int | str, int | str]]:
    pairs = zip(msgspec.structs.astuple(old), msgspec.structs.astuple(new), strict=True)
    return [(was, is_) for was, is_ in pairs if was is not None and is_ is not None]


def _same_on_a_clock(was: int | str, is_: int | str) -> bool:
    if isinstance(was, str) or isinstance(is_, str):
        return False
    return (isinstance(was, Face) or isinstance(is_, Face)) and was % 12 == is_ % 12


def _one_way(one: Slot, other: Slot) -> bool:
    """Tell whether a fact of one type is one of another, written otherwise."""
    match one.value, other.value:
        case Share(value=share), Quantity(value=number) if other.kind == "percentage":
            return abs(share * 100 - number) < _ABOUT
        case Multiple(value=times), Quantity(value=number) if other.kind == "percentage":
            return (times - 1) * 100 == number  # `doubled`, `rose 100 %`
        case CalendarDate(hour=int() as hour, minute=int() as minute), Quantity(value=number):
            return _is_time(one, other) and number == hour + Fraction(minute, 100)  # `9:30`, `9.30`
        case Ordinal(number=place), Quantity(value=number):
            return _is_bare(other) and place == number  # `tweede lid`, `lid 2`
        case Quantity(value=short, unit="m"), Quantity(value=long, unit=None):
            return short * 10**6 == long  # `1.2m copies`, the millions written out
    return False


def _figures_agree(old: Slot, new: Slot) -> bool:
    """Tell whether two figures are the same, of which one does not say of what, or both are of people."""
    match old.value, new.value:
        case Figure() as was, Figure() as is_ if "percentage" not in (old.kind, new.kind):
            of = {was.measure, is_.measure}
            if any(isinstance(each, Repetition) for each in (was, is_)) and None in of:
                return False  # `one tablet twice`, `two tablets once`
            return was.value == is_.value and (None in of or ("people" in of and of <= _OF_PEOPLE))
    return False


def stands_for(old: Slot, new: Slot, longest: int) -> bool:
    """Tell whether another value stands in place of the old one, in at most `longest` words."""
    if any(_is_year(*pair) or _is_time(*pair) for pair in ((old, new), (new, old))):
        return longest <= _MOST_BETWEEN
    if old.weak and new.weak:
        return old.kind == new.kind == "date"
    if old.kind == new.kind == "name":
        weak = old.weak or new.weak
        return longest <= (max(len(_words(old)), len(_words(new))) if weak else SMALL)
    if old.kind in NUMERIC and new.kind in NUMERIC:
        return longest <= _MOST_BETWEEN and _counts_alike(old, new, longest)
    if old.kind == new.kind == "date":
        return not (old.weak or new.weak) and longest <= _MOST_BETWEEN and _same_parts(old.value, new.value)
    return False


def _is_year(date: Slot, number: Slot) -> bool:
    """Tell whether a year stands beside a number that may be one written wrongly: `1090`."""
    match date.value, number.value:
        case CalendarDate(year=int() as year) as said, Quantity(value=value):
            return said == CalendarDate(year=year) and _is_bare(number) and 99 < value < 3000
    return False


def _is_time(date: Slot, number: Slot) -> bool:
    """Tell whether a time with minutes stands beside a number, as which it may have been read: `9.75`."""
    match date.value:
        case CalendarDate(hour=int() as hour, minute=int() as minute) as said:
            return said == CalendarDate(hour=hour, minute=minute) and _is_bare(number)
    return False


def _is_bare(number: Slot) -> bool:
    """Tell whether a number is a figure with no unit."""
    return number.kind == "number" and isinstance(number.value, Quantity) and number.value.unit is None


def _counts_alike(old: Slot, new: Slot, longest: int) -> bool:
    """Tell whether two figures may be of one thing: `a man`, `two men`; not `a man`, `a 34-year-old`."""
    for one, other in ((old, new), (new, old)):
        if one.weak and isinstance(one.value, Figure) and one.value.value == 1:
            number = other.value
            whole = isinstance(number, Figure) and number.value.denominator == 1 and number.measure != "year"
            if longest > 3 or other.kind != "number" or not whole:
                return False
    if old.kind != "number" or new.kind != "number" or longest <= 3 or _is_bare(old) or _is_bare(new):
        return True
    match old.value, new.value:
        case (Some(), _) | (_, Some()):
            return True
        case Figure() as was, Figure() as is_:
            return was.measure == is_.measure
        case Range() as was, Range() as is_:
            return was.text == is_.text
    return old.value == new.value


def _same_parts(old: Value, new: Value) -> bool:
    """Tell whether two dates say something of the same part, a weekday, a month, an hour."""
    if isinstance(old, CalendarDate) and isinstance(new, CalendarDate):
        return bool(_said_of_both(old, new))
    if isinstance(old, CalendarDate) or isinstance(new, CalendarDate):
        return False
    return isinstance(old, Decade) == isinstance(new, Decade)
