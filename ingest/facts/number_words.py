"""Numbers that are written in words: `drieentwintig`, `one hundred and five`, `two and a half million`.

The parts of a number grow smaller, in each of the languages: `two hundred and five` is one number, `two
hundred and five hundred` are two. So are any that stand behind `between`, or that grow: `twee en dertig`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ingest.facts.model import Tokens, low_at

_HUNDRED = Fraction(100)
_THOUSAND = Fraction(1000)
_UNITS = frozenset(map(Fraction, range(1, 10)))
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
    return _thousands(cut, at, None, is_apart=is_apart)


def read_share(cut: Tokens, at: int) -> tuple[Fraction, int] | None:
    """Return a part of a large number, `a quarter of a million`, and where it ends; else None."""
    low, lexicon = cut[at].low, cut.lexicon
    share, end = lexicon.shares.get(low), at + 1
    if share is None:
        size = lexicon.parts.get(low_at(cut, at + 1))
        number = Fraction(1) if low in lexicon.ones else lexicon.numbers.get(low)
        if size is None or number is None:
            return None
        share, end = number / size, at + 2
    end += low_at(cut, end) in lexicon.before_part
    end += low_at(cut, end) in lexicon.ones
    large = lexicon.magnitudes.get(low_at(cut, end), Fraction(0))
    return (share * large, end + 1) if large >= _THOUSAND else None


def is_half(cut: Tokens, at: int) -> bool:
    """Whether half of what follows is meant: `half a million`, `een half procent`, `a half hour`."""
    low, following, then = cut[at].low, low_at(cut, at + 1), low_at(cut, at + 2)
    halved = (low == "half" and following in ("a", "an")) or (
        low in cut.lexicon.ones and following in cut.lexicon.halves
    )
    return halved and then in cut.lexicon.counted


def _thousands(cut: Tokens, at: int, limit: Fraction | None, *, is_apart: bool) -> _Read:
    """Return a number of thousands, millions and more, each fewer than those before.

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
    """Return a number up to the hundreds, or what one word says, which may be more.

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
    if half := _end_of_half(cut, end):
        return value + Fraction(1, 2), half
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


def _end_of_half(cut: Tokens, at: int) -> int | None:
    """Where `and a half` ends, behind a number."""
    lexicon = cut.lexicon
    is_there = (
        low_at(cut, at) in lexicon.joiners
        and low_at(cut, at + 1) in lexicon.ones
        and low_at(cut, at + 2) in lexicon.halves
    )
    return at + 3 if is_there else None
