"""Parts of a whole: `half a million`, `a third of`, `drie kwart`, `zwei Drittel`, `seven-eighths`.

A word may be a part and a place in an order (`third`). It is a part where a word such as `of` stands behind
it, or nothing that it could be said of; and always where the place is another word.
"""

from __future__ import annotations

from fractions import Fraction

from ingest.facts.model import Tokens, low_at

_THOUSAND = Fraction(1000)
_HALF = Fraction(1, 2)
_SHORT = 3  # digits of a figure above a part: `3 Viertel`

_Read = tuple[Fraction, int] | None  # a value, and the token behind it


def is_half(cut: Tokens, at: int) -> bool:
    """Tell whether half of what follows is meant: `half a million`, `een half procent`, `a half hour`."""
    low, following, then = cut[at].low, low_at(cut, at + 1), low_at(cut, at + 2)
    halved = (low == "half" and following in ("a", "an")) or (
        low in cut.lexicon.ones and following in cut.lexicon.halves
    )
    return halved and then in cut.lexicon.counted


def read_share(cut: Tokens, at: int) -> _Read:
    """Return a part of a large number or of a measure, and where it ends; else None.

    `a quarter of a million`, `een kwart liter`. The measure itself is still to be read.
    """
    lexicon = cut.lexicon
    read = _fraction(cut, at)
    if read is None:
        return None
    share, end, is_place = read
    is_of = low_at(cut, end) in lexicon.before_part
    is_one = low_at(cut, end + is_of) in lexicon.ones
    whole = end + is_of + is_one
    large = lexicon.magnitudes.get(low_at(cut, whole), Fraction(0))
    if large >= _THOUSAND:
        return share * large, whole + 1
    if (is_one if is_of else not is_one and not is_place) and low_at(cut, whole) in lexicon.measures:
        return share, whole
    return None


def read_part(cut: Tokens, at: int) -> _Read:
    """Return a part of a whole, `a third of`, `two-thirds`, `de helft`, and where it ends; else None."""
    lexicon = cut.lexicon
    if is_half(cut, at):
        return None
    if cut[at].low in lexicon.shares:
        # `the first half` is a time
        return None if lexicon.ordinal(low_at(cut, at - 1)) else (lexicon.shares[cut[at].low], at + 1)
    read = _fraction(cut, at)
    if read is None:
        return None
    share, end, is_place = read
    if (end == at + 1 and not is_place) or low_at(cut, end) in lexicon.before_part or _is_last(cut, end):
        return share, end
    # `a third man` is no part, nor is `three quarter finals`
    return None if is_place or low_at(cut, at + 1) not in lexicon.plain_parts else (share, end)


def read_more(cut: Tokens, at: int) -> _Read:
    """Return the part that a whole number has behind it, `and a half`, `en driekwart`, and where it ends."""
    lexicon = cut.lexicon
    if low_at(cut, at) not in lexicon.joiners or at + 1 >= len(cut):
        return None
    if low_at(cut, at + 1) in lexicon.ones and low_at(cut, at + 2) in lexicon.halves:
        return _HALF, at + 3
    read = _fraction(cut, at + 1)
    if read is None or read[0] == _HALF:
        return None
    share, end, is_place = read
    following = low_at(cut, end)
    if following in lexicon.before_part or (
        is_place and following not in lexicon.counted and not _is_last(cut, end)
    ):
        return None  # `two, and a third of the others`
    return share, end


def _fraction(cut: Tokens, at: int) -> tuple[Fraction, int, bool] | None:
    """Return a part at a token, where it ends, and whether its lower number may be a place as well."""
    low, lexicon = low_at(cut, at), cut.lexicon
    share = lexicon.shares.get(low) or lexicon.part_in_word(low)
    if share is not None:
        return share, at + 1, lexicon.ordinal(low) is not None
    part = low_at(cut, at + 1)
    size = lexicon.parts.get(part)
    if size is None:
        return None
    if low in lexicon.ones:
        number: Fraction | None = Fraction(1)
    elif low.isascii() and low.isdigit() and len(low) <= _SHORT:
        number = Fraction(low)
    else:
        number = lexicon.numbers.get(low)
    if number is None or not 0 < number < size:
        return None
    return number / size, at + 2, lexicon.ordinal(part) is not None


def _is_last(cut: Tokens, at: int) -> bool:
    """Tell whether no word stands here that one before it might be said of."""
    following = low_at(cut, at)
    return not following[:1].isalpha() or following in cut.lexicon.behind_whole
