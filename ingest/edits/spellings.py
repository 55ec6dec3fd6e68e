"""Words of a language that are one word in two spellings, where both spellings are words of it."""

from __future__ import annotations

from ingest.expressions import expression
from ingest.text.lexicon import Lexicon
from ingest.text.misspelling import spelt_otherwise

# Two spellings of one word where both are words. Of the second kind only the ends count.
_BOTH_WAYS = (
    ("ise", "ize"), ("isi", "izi"), ("isa", "iza"), ("our", "or"), ("yse", "yze"), ("grey", "gray"),
    ("gement", "gment"), ("practis", "practic"), ("licens", "licenc"), ("sulph", "sulf"), ("ence", "ense"),
    ("ogue", "og"), ("ae", "e"), ("oe", "e"),
)  # fmt: skip
_ENDINGS = (("re", "er"), ("elled", "eled"), ("elling", "eling"), ("eller", "eler"))
_LEAST_BOTH_WAYS = 5  # letters
_LEAST_VERB = 6
_BEFORE_VERB = ("be", "ge", "her", "ont", "ver")
_SINGULAR = frozenset(("hij", "zij", "ze", "men", "wie"))
_SUBJECTS = _SINGULAR | {"het", "dat", "dit", "er"}
_OPEN = frozenset("aiouy")  # Dutch vowels that keep their length before an apostrophe
_NUMBERED = expression(r"[^\W\d_]+-?[0-9]+")


def is_numbered(old: str, new: str) -> bool:
    """Tell whether letters and the figure behind them have a hyphen between them or none: `F-16`, `F16`."""
    return _NUMBERED.fullmatch(old) is not None and old.replace("-", "", 1) == new.replace("-", "", 1)


def apostrophe_alone(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether the apostrophe of a plural is there or not: `1980's`, `1980s`; Dutch `auto's`, `autos`."""
    with_one, without = (old, new) if "'" in old else (new, old)
    stem = with_one.removesuffix("'s")
    if f"{stem}s" != without or not with_one.endswith("'s"):
        return False
    return stem.isdecimal() or (lexicon.language == "nl" and stem[-1:] in _OPEN)


def spelt_both_ways(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether two words of a language are one in two spellings: `colour`, `color`; `check`, `cheque`."""
    if spelt_otherwise(old, new, lexicon):
        return True
    if min(len(old), len(new)) < _LEAST_BOTH_WAYS or {old, new} & lexicon.meant:
        return False
    known = [pair for pair in _BOTH_WAYS if pair in lexicon.variants and lexicon.language in ("en", None)]
    return any(
        old.replace(one, other) == new.replace(one, other) and old != new for one, other in known
    ) or any(
        old.endswith(one) and new.endswith(other) and old.removesuffix(one) == new.removesuffix(other)
        for pair in _ENDINGS
        for one, other in (pair, pair[::-1])
        if lexicon.language == "en"
    )


def cannot_stand(first: str, one: str, other: str, lexicon: Lexicon) -> bool:
    """Tell whether one of two endings of a Dutch verb that sound alike cannot stand: `hij word`, `hij wordt`.

    It stands behind the word that begins the sentence, which has no other verb then.
    """
    if lexicon.language != "nl" or one[:-1] == other[:-1] == "":
        return False
    short, long = sorted((one, other), key=len)
    if long == f"{short}t" and short.endswith("d"):
        return first in _SINGULAR  # `het geld`, `het geldt`
    ends = {one[-1:], other[-1:]} == {"d", "t"} and len(one) >= _LEAST_VERB
    return ends and one[:-1] == other[:-1] and one.startswith(_BEFORE_VERB) and first in _SUBJECTS
