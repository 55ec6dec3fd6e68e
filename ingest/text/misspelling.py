"""Tell which two words are one misspelt, one in two spellings, or opposites by a prefix.

Two words are one misspelt when they are alike enough that a slip of the hand explains it, and nothing says
that both were meant.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Set as AbstractSet
from operator import ne

from rapidfuzz.distance import DamerauLevenshtein

from ingest.expressions import expression
from ingest.text import wordlist
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.words import unaccented

_ROMAN = expression(r"(?=.)c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})\Z")
_JOINT = expression(r"['-]")
_DUTCH_ENDINGS = ("dt", "d", "t", "")
_VOWELS = frozenset("aeiouy")
_SHORT_PREFIX = 3  # letters
_LONGEST = 64  # letters; the distance takes the square of it


def misspelt(
    before: str,
    after: str,
    attested: AbstractSet[str] = frozenset(),
    names: AbstractSet[str] = frozenset(),
    language: str | None = None,
) -> bool:
    """Tell whether the one word may be the other with a slip of the hand in it.

    It may be within a Damerau-Levenshtein distance of 2 for words of six letters and more, of 1 for shorter
    ones. At a distance of 2, and where both have a capital, the first letter has to be the same. Never one
    are two words of which one has a digit, two short ones in capitals, and any of a language without words.

    Both were meant where both are common words, are `attested` (folded) elsewhere, are words that the
    language has (`wordlist`), are numbers or months, or where a prefix makes one the opposite of the other:
    `legal`, `illegal`. They are one all the same where they are often confused (`then`, `than`), are one in
    British and American spelling, or end in the Dutch `d`, `t` and `dt`.

    Two names (`names` has one of them, folded) that sound alike are one: `John`, `Jon`. Else a name with
    another consonant is another: `Iran`, `Iraq`. Of words with hyphens one part alone may be misspelt.
    """
    told = _by_themselves(before, after, language)
    if told is not None:
        return told
    if _has_parts(before, after) and (part := _differing(before, after)):
        if {unaccented(before), unaccented(after)} & names:
            names = names | set(map(unaccented, part))
        return misspelt(*part, attested, names, language)
    old, new = unaccented(before), unaccented(after)
    if old in attested and new in attested:
        return False
    if _named(before, after) and (old in names or new in names):
        if _sound(old) == _sound(new):
            return True
        if len(old) == len(new) and sorted(old) != sorted(new):
            replaced = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
            if len(replaced) > 1 or not set(replaced[0]) <= _VOWELS:
                return False
    return not _both_meant(before, after, old, new, language)


def alike(before: str, after: str, language: str | None) -> bool:
    """Tell whether one of two words may be the other misspelt, whatever is attested and is a name."""
    return _by_themselves(before, after, language) is not False


def _by_themselves(before: str, after: str, language: str | None) -> bool | None:
    """Tell what two words alone tell of whether one is the other misspelt; None where they do not.

    Of words that are not long the answer is kept: who looks for facts and who looks for words ask the same.
    """
    ask = _kept if max(len(before), len(after)) <= _LONGEST else _told
    return ask(before, after, language)


def _told(before: str, after: str, language: str | None) -> bool | None:
    lexicon = lexicon_of(language)
    if not lexicon.is_known:
        return False
    if _has_parts(before, after):
        part = _differing(before, after)
        return False if part is None else _by_themselves(*part, language)
    old, new = unaccented(before), unaccented(after)
    if (
        old == new
        or {old, new} in lexicon.confused
        or spelt_otherwise(old, new, lexicon)
        or (old[-1] == new[-1] in "sd" and {old[:-1], new[:-1]} in lexicon.confused)
    ):
        return True
    longest = max(len(old), len(new))
    if longest > _LONGEST or min(len(old), len(new)) == 1:  # `(i)`, `(ii)`
        return False
    if _ROMAN.match(old) and _ROMAN.match(new):  # `(xiii)`, `(xviii)`
        return False
    if before.isupper() and after.isupper() and len(before) < 6:
        return False
    distance = DamerauLevenshtein.distance(old, new, score_cutoff=2)
    if distance > (1 if longest < 6 else 2):
        return False
    # A slip seldom takes the first letter, so two long words or names that differ there are two.
    named = _named(before, after)
    if (named or distance == 2) and old[0] != new[0] and old[:2] != new[1::-1]:
        return False
    if not all(part.isalpha() for word in (old, new) for part in _JOINT.split(word) if part):
        return False
    if (
        (old in lexicon.meant and new in lexicon.meant)
        or (old in lexicon.common and new in lexicon.common)
        or opposite(old, new, lexicon)
        or opposite_prefixes(old, new, lexicon)
        or opposite_roles(old, new, lexicon)
    ):
        return False
    if longest < 4 and not (old in lexicon.common or new in lexicon.common or sorted(old) == sorted(new)):
        return False
    return False if not named and _both_meant(before, after, old, new, language) else None


_kept = functools.lru_cache(maxsize=2048)(_told)


def _has_parts(before: str, after: str) -> bool:
    """Tell whether two words have as many parts, with hyphens between them."""
    return "-" in before and before.count("-") == after.count("-")


def _differing(before: str, after: str) -> tuple[str, str] | None:
    """Return the one part by which two words differ; None where more do: `Mary-Ann`, `Anne-Jane`."""
    pairs = zip(before.split("-"), after.split("-"), strict=True)
    one, *more = [pair for pair in pairs if pair[0] != pair[1]] or [("", "")]
    return one if not more and all(one) else None


def _named(before: str, after: str) -> bool:
    """Tell whether two words both have a capital, as names have."""
    return before[:1].isupper() and after[:1].isupper()


def _both_meant(before: str, after: str, old: str, new: str, language: str | None) -> bool:
    """Tell whether the language has both words, and they are not one in two spellings."""
    return wordlist.both_meant(before, after, language) and not _one_word(old, new, lexicon_of(language))


def _sound(name: str) -> str:
    """Return what is heard of a folded name: consonants, the first vowel and the last letter, roughly."""
    spelt = name[0] + name[1:].replace("h", "")
    for one, other in (("ck", "k"), ("c", "k"), ("z", "s"), ("ie", "i"), ("y", "i")):
        spelt = spelt.replace(one, other)
    spelt = re.sub(r"(.)\1+", r"\1", spelt)
    first = next((at for at, char in enumerate(spelt) if char in _VOWELS), 0) + 1
    return spelt[:first] + "".join(char for char in spelt[first:-1] if char not in _VOWELS) + spelt[-1:]


def spelt_otherwise(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether two words are one in British and American, older and newer Dutch, or Swiss spelling."""
    for british, american in lexicon.regional:
        for one, other in ((old, new), (new, old)):
            if british in one and one.replace(british, american) == other:
                return True
    if lexicon.language == "de" and old.replace("ß", "ss") == new.replace("ß", "ss"):
        # Swiss, or older, unless each is a word: `Maße`, `Masse`.
        return wordlist.is_known(old, "de") != wordlist.is_known(new, "de")
    if lexicon.language == "en" or abs(len(old) - len(new)) != 1:
        return False
    # `pannekoek`, `pannenkoek`
    short, long = sorted((old, new), key=len)
    same = [pair[0] == pair[1] for pair in zip(short, long, strict=False)]
    at = same.index(False) if False in same else len(short)
    between = len(short) > 7 and 2 < at < len(short) - 2
    return between and long[at - 1 : at + 1] == "en" and short[at:] == long[at + 1 :]


def _one_word(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether two words are one in two spellings, or two endings of a Dutch verb that sound alike."""
    if lexicon.language == "nl":
        for ending in _DUTCH_ENDINGS:
            stem = old.removesuffix(ending)
            if old.endswith(ending) and any(new == stem + other for other in _DUTCH_ENDINGS):
                return True
    return any(
        old.replace(one, other) == new.replace(one, other) or new.replace(other, one) == old
        for one, other in lexicon.variants
        if one in old or one in new
    )


def opposite(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether a prefix turns one of two folded words into the other: `on-`, `un-`, `il-`."""
    short, long = sorted((old, new), key=len)
    if len(short) < 4 or not long.endswith(short):
        return False
    prefix = long[: len(long) - len(short)].rstrip("-")
    return prefix in lexicon.negating


def opposite_prefixes(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether two folded words differ by what they begin with, and that is opposed: `hyper`, `hypo`.

    Where that is one letter of a short prefix, a word that the list has and one that it lacks are a slip:
    `problem`, `preblem`.
    """
    return any(
        one.startswith(first)
        and other.startswith(second)
        and one.removeprefix(first) == rest != ""
        and (not _is_one_letter(first, second) or _are_words_alike(one, other, lexicon))
        for first, second in lexicon.prefixes
        for one, other in ((old, new), (new, old))
        for rest in (other.removeprefix(second),)
    )


def _is_one_letter(first: str, second: str) -> bool:
    """Tell whether two prefixes are short and differ in one letter: `ab`, `ad`; `pre`, `pro`."""
    return len(first) == len(second) <= _SHORT_PREFIX and sum(map(ne, first, second)) == 1


def _are_words_alike(one: str, other: str, lexicon: Lexicon) -> bool:
    return wordlist.is_known(one, lexicon.language) == wordlist.is_known(other, lexicon.language)


def opposite_roles(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether one of two English words is who does it, the other to whom: `payer`, `payee`."""
    return lexicon.language == "en" and any(
        one.endswith(("or", "er")) and other.endswith("ee") and one[:-2] == other[:-2] != ""
        for one, other in ((old, new), (new, old))
    )
