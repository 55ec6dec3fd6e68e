"""Whether two slots say the same, may say the same, or stand for one another with different values."""

from __future__ import annotations

from fractions import Fraction

from ingest.facts.model import NUMERIC, Face, Slot
from ingest.text.lexicon import Lexicon
from ingest.text.variants import abbreviate

SMALL = 5  # words on a side of a change that can turn a sentence round, or put one name for another
_MOST_BETWEEN = 12  # words on a side of a change within which numbers stand for each other

_OF_PEOPLE = frozenset({"people", "dead", "hurt"})
_ABOUT = 2  # percentage points within which `a third` is `34 %`


def equal(old: Slot, new: Slot) -> bool:
    """Whether the values are the same."""
    return old.value == new.value and (old.kind == new.kind or {old.kind, new.kind} <= NUMERIC)


def agree(old: Slot, new: Slot, lexicon: Lexicon) -> bool:
    """Whether the one may be the other, more exactly said."""
    if old.kind == new.kind == "name":
        was, is_ = set(old.value), set(new.value)
        between = [side & lexicon.particles for side in (was, is_)]
        if all(between) and between[0] != between[1]:
            return False  # `van Vliet`, `van der Vliet`
        gone, came = ([str(word) for word in side] for side in (was - is_, is_ - was))
        if len(gone) == len(came) == 1 and (
            abbreviate(gone, came, lexicon)
            or gone[0].replace("-", "") == came[0].replace("-", "")  # `F-16`, `F16`
        ):
            return True
        return was <= is_ or is_ <= was or _initials(old, new) or _initials(new, old)
    if old.kind == new.kind == "date":
        if old.value[0] == new.value[0] == "decade":
            short, long = sorted((str(old.value[1]), str(new.value[1])), key=len)
            parts = {old.value[2], new.value[2]}
            return long.endswith(short) and (len(parts) == 1 or None in parts)  # `the 80s`, `the mid-1980s`
        if len(old.value) != 6 or len(new.value) != 6:
            return False
        both = [(was, is_) for was, is_ in zip(old.value, new.value, strict=True) if None not in (was, is_)]
        return bool(both) and all(was == is_ or _same_on_a_clock(was, is_) for was, is_ in both)
    if {old.kind, new.kind} == {"number", "percentage"} and "part" in (old.value[-1], new.value[-1]):
        part, percentage = (old, new) if old.kind == "number" else (new, old)
        return abs(Fraction(str(part.value[0])) * 100 - Fraction(str(percentage.value[0]))) < _ABOUT
    if {old.kind, new.kind} == {"number", "percentage"} and "fold" in (old.value[-1], new.value[-1]):
        fold, percentage = (old, new) if old.kind == "number" else (new, old)
        return (Fraction(str(fold.value[0])) - 1) * 100 == Fraction(str(percentage.value[0]))
    for date, number in ((old, new), (new, old)):
        if _is_time(date, number):  # `9:30`, `9.30`
            hour, minute = (int(str(part)) for part in date.value[_HOUR:])
            return Fraction(str(number.value[0])) == hour + Fraction(minute, 100)
    for ordinal, number in ((old, new), (new, old)):
        if ordinal.value[0] == "ordinal" and _is_bare(number):  # `lid 2`, `tweede lid`
            return ordinal.value[1] == number.value[0]
    if {old.kind, new.kind} <= {"number", "amount"} and len(old.value) == len(new.value) == 2:
        if _is_millions(old, new) or _is_millions(new, old):
            return True
        units = {old.value[1], new.value[1]}
        return old.value[0] == new.value[0] and (None in units or ("people" in units and units <= _OF_PEOPLE))
    return False


def _is_millions(short: Slot, long: Slot) -> bool:
    """Whether the letter at a figure is for the millions that are written out: `1.2m copies`."""
    if short.value[1] != "m" or long.value[1] is not None or not isinstance(long.value[0], Fraction):
        return False
    return Fraction(str(short.value[0])) * 10**6 == long.value[0]


def _same_on_a_clock(was: object, is_: object) -> bool:
    if not (isinstance(was, Face) or isinstance(is_, Face)):
        return False
    return isinstance(was, int) and isinstance(is_, int) and was % 12 == is_ % 12


def _initials(short: Slot, long: Slot) -> bool:
    """Whether one name is the other with first letters for words: `FO`, `Foreign Office`.

    Letters with dots may be of the first words alone: `J.P. Smit`, `Jan Peter Smit`. The first of them may
    lack its word, which at a sentence's beginning is no name.
    """
    words = [str(word) for word in long.value]
    begun = "".join(word[0] for word in words)
    letters, *rest = map(str, short.value)
    if not rest:
        return len(words) > 1 and letters == begun
    given = len(words) - len(rest)
    return short.letters and given > 0 and words[given:] == rest and begun[:given] in (letters, letters[1:])


def stands_for(old: Slot, new: Slot, longest: int) -> bool:
    """Whether another value stands in the place of the old one, in a change of at most `longest` words."""
    if any(_is_year(*pair) or _is_time(*pair) for pair in ((old, new), (new, old))):
        return longest <= _MOST_BETWEEN
    if old.weak and new.weak:
        return old.kind == new.kind == "date"
    if old.kind == new.kind == "name" and (old.weak or new.weak):
        return longest <= max(len(old.value), len(new.value))
    if old.kind in NUMERIC and new.kind in NUMERIC:
        return longest <= _MOST_BETWEEN and _counts_alike(old, new, longest)
    if old.kind == new.kind == "date":
        return not (old.weak or new.weak) and longest <= _MOST_BETWEEN and _same_parts(old, new)
    return old.kind == new.kind == "name" and longest <= SMALL


def _is_year(date: Slot, number: Slot) -> bool:
    """Whether a year stands beside a number that may be one written wrongly: `1090`."""
    return _says_only(date, _YEAR) and _is_bare(number) and 99 < Fraction(str(number.value[0])) < 3000


def _is_time(date: Slot, number: Slot) -> bool:
    """Whether a time of day with minutes stands beside a number, as which it may have been read: `9.75`."""
    return _says_only(date, _HOUR, _MINUTE) and _is_bare(number)


_YEAR, _HOUR, _MINUTE = 3, 4, 5  # of a date's parts


def _says_only(date: Slot, *parts: int) -> bool:
    if date.kind != "date" or len(date.value) != 6:
        return False
    return all((part is not None) == (at in parts) for at, part in enumerate(date.value))


def _is_bare(number: Slot) -> bool:
    """Whether a number is a figure with no unit."""
    return (
        number.kind == "number"
        and len(number.value) == 2
        and number.value[1] is None
        and isinstance(number.value[0], Fraction)
    )


def _counts_alike(old: Slot, new: Slot, longest: int) -> bool:
    """Whether two figures may be of one thing: `a man` and `two men`, not `a man` and `a 34-year-old`."""
    for one, other in ((old, new), (new, old)):
        if one.weak and one.value[0] == 1:
            number = other.value[0]
            whole = isinstance(number, Fraction) and number.denominator == 1
            if longest > 3 or other.kind != "number" or not whole or other.value[1] == "year":
                return False
    if len(old.value) == len(new.value) == 2 and old.kind == new.kind == "number":
        return longest <= 3 or None in (old.value[1], new.value[1]) or old.value[1] == new.value[1]
    return True


def _same_parts(old: Slot, new: Slot) -> bool:
    """Whether two dates say something of the same part, a weekday, a month, an hour."""
    if len(old.value) != 6 or len(new.value) != 6:
        return len(old.value) == len(new.value)
    return any(None not in pair for pair in zip(old.value, new.value, strict=True))
