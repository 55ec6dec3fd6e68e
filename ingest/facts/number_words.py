"""Numbers that are written in words: `drieentwintig`, `one hundred and five`, `two and a half million`.

The parts of a number grow smaller, in each of the languages: `two hundred and five` is one number, `two
hundred and five hundred` are two. So are any that stand behind `between`, or that grow: `twee en dertig`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec

from ingest.facts.fractions import is_half, read_more, read_share
from ingest.facts.model import Tokens, low_at

_HUNDRED = Fraction(100)
_THOUSAND = Fraction(1000)
_UNITS = frozenset(map(Fraction, range(1, 10)))
_LONGEST = 12  # words of a place in an order, and digits behind a mark
_Read = tuple[Fraction, int] | None  # a value, and the token behind it


def read_number(cut: Tokens, at: int) -> tuple[Fraction, int] | None:
    """Return the value of the longest number in words that begins at a token, and where it ends; else None.

    An article alone is 1. A word that only makes a number larger (`dozen`) and has none before it is 1 as
    well, and the number ends where it begins, so that the word is still to be read.
    """
    if share := read_share(cut, at):
        return share
    if is_half(cut, at):
        return Fraction(1, 2), at + 2
    is_apart = low_at(cut, at - 1) in cut.lexicon.before_two
    read = _thousands(cut, at, None, is_apart=is_apart)
    return read if read is None else _with_decimals(cut, at, *read)


def read_ordinal(cut: Tokens, at: int) -> tuple[int, int] | None:
    """Return the place in an order that begins at a token, and where it ends; else None.

    `second`, `honderdvijfde`, `one hundred and fifth`: the last word says that the number is one.
    """
    lexicon = cut.lexicon
    place = lexicon.ordinal(cut[at].low)
    if place is not None:
        _, hyphen, unit = cut[at].low.rpartition("-")
        is_long = hyphen and unit in lexicon.unsure_places and low_at(cut, at - 1) in lexicon.ones
        return None if is_long else (place, at + 1)  # `a twenty-second delay`
    for last in range(at + 1, min(at + _LONGEST, len(cut))):
        cardinal = lexicon.cardinal(cut[last].low)
        if cardinal is not None:
            spelt = Tokens([*cut[at:last], msgspec.structs.replace(cut[last], low=cardinal)], lexicon)
            read = read_number(spelt, 0)
            if read is None or read[1] < len(spelt) or read[0].denominator > 1:
                return None
            return (int(read[0]), last + 1) if _is_joined(cut, at, last) else None
        if not _is_of_number(cut, last - 1):
            return None
    return None


def _is_of_number(cut: Tokens, at: int) -> bool:
    low, lexicon = cut[at].low, cut.lexicon
    return (
        low in lexicon.joiners
        or low in lexicon.ones
        or low in lexicon.magnitudes
        or lexicon.spelt(low) is not None
    )


def _is_joined(cut: Tokens, at: int, last: int) -> bool:
    """Tell whether a place's last word belongs to those before it: not in `twenty first graders`."""
    lexicon = cut.lexicon
    return (
        low_at(cut, last - 1) in lexicon.joiners
        or lexicon.cardinal(cut[last].low) in lexicon.magnitudes
        or (low_at(cut, at - 1) in lexicon.articles and cut[last].low not in lexicon.unsure_places)
    )


def _with_decimals(cut: Tokens, at: int, whole: Fraction, end: int) -> tuple[Fraction, int]:
    """Return a number with what a word for the mark puts behind it: `one point five`, `twee komma vijf`."""
    lexicon = cut.lexicon
    if low_at(cut, end) not in lexicon.point or whole.denominator > 1 or lexicon.spelt(cut[at].low) is None:
        return whole, end
    digits, last = "", end + 1
    while last < end + _LONGEST:
        number = lexicon.spelt(low_at(cut, last))
        if number is None or number.denominator > 1 or number >= (10 if digits.strip("0") else _HUNDRED):
            break
        digits, last = f"{digits}{number}", last + 1
        if number >= 10:
            break
    return (Fraction(f"{whole}.{digits}"), last) if digits else (whole, end)


def _thousands(cut: Tokens, at: int, limit: Fraction | None, *, is_apart: bool) -> _Read:
    """Return a number of millions, thousands and below, the largest first.

    None if not below `limit`.
    """
    read = _hundreds(cut, at, limit, is_apart=is_apart)
    if read is None:
        return None
    value, end = read
    size = cut.lexicon.magnitudes.get(low_at(cut, end), Fraction(0))
    if size < _THOUSAND:
        return read
    value, end = value * size, end + 1
    while (larger := cut.lexicon.magnitudes.get(low_at(cut, end), Fraction(0))) > size:
        size, value, end = larger, value * larger, end + 1  # `three hundred thousand million`
    if limit is not None and value >= limit:
        return None
    return _with_more(cut, value, end, size, _thousands, is_apart=is_apart)


def _hundreds(cut: Tokens, at: int, limit: Fraction | None, *, is_apart: bool) -> _Read:
    """Return a number up to its hundreds, `nineteen hundred and five`; a single word may say more.

    None if not below `limit`.
    """
    low, lexicon = low_at(cut, at), cut.lexicon
    value, end = lexicon.spelt(low), at + 1
    if value is None and low in lexicon.ones and limit is None:
        value = Fraction(1)
    elif value is None and low in lexicon.magnitudes:
        value, end = Fraction(1), at
    if value is None or value.denominator > 1:
        return None if value is None else (value, end)
    unit = lexicon.spelt(low_at(cut, end))
    if 20 <= value < 100 and value % 10 == 0 and unit in _UNITS:
        value, end = value + unit, end + 1
    if value < 100 and lexicon.magnitudes.get(low_at(cut, end)) == _HUNDRED:
        value, end = value * _HUNDRED, end + 1
    if limit is not None and value >= limit:
        return None
    if more := None if is_apart else read_more(cut, end):
        return value + more[0], more[1]
    size = next((size for size in (_THOUSAND, _HUNDRED) if value and value % size == 0), None)
    return _with_more(cut, value, end, size, _hundreds, is_apart=is_apart) if size else (value, end)


def _with_more(
    cut: Tokens, value: Fraction, end: int, size: Fraction, read: Callable[..., _Read], *, is_apart: bool
) -> tuple[Fraction, int]:
    """Return a number, and the whole one below `size` that `read` finds behind it, if one is there."""
    is_joined = low_at(cut, end) in cut.lexicon.joiners
    start = end + is_joined
    more = None if is_joined and is_apart else read(cut, start, size, is_apart=is_apart)
    if more is None or more[1] == start or more[0].denominator > 1:
        return value, end
    return value + more[0], more[1]
