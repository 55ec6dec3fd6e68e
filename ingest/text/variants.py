"""Tell words that are one in another form: contractions, abbreviations, small words that say the same.

What is one stands in the closed lists of the languages, whose words are small and without accents. Words that
are given may have capitals and accents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.text.lexicon import Lexicon
from ingest.text.words import unaccented

_APOSTROPHES = frozenset("'’`´")
_STREETS = ("str", "straat")


def written_out(words: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return the words, contractions as the words they are of; those that changed are small then."""
    found: list[str] = []
    for word in words:
        low = "" if _APOSTROPHES.isdisjoint(word) else unaccented(word)
        whole = lexicon.contracted.get(low or word.lower())
        ending = (
            next((end for end in lexicon.contracted_endings if low.endswith(end)), None)
            if low and whole is None
            else None
        )
        if whole is not None:
            found += whole
        elif ending is not None:
            found += (low.removesuffix(ending), lexicon.contracted_endings[ending])
        else:
            found.append(word)
    return found


def abbreviate(before: Sequence[str], after: Sequence[str], lexicon: Lexicon) -> bool:
    """Tell whether one of two runs of words abbreviates the other: `o.a.`, `onder andere`; `US`, `U.S.`."""
    old, new = ("".join(map(unaccented, side)) for side in (before, after))
    if frozenset((old, new)) in lexicon.abbreviated:
        return True
    if any(
        one.endswith(_STREETS[0]) and other == one.removesuffix(_STREETS[0]) + _STREETS[1]
        for one, other in ((old, new), (new, old))
    ):
        return True
    return _initials(before, after) or _initials(after, before)


def _initials(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether one is the other's first letters, all capitals: `US` or `U.S.`, `United States`."""
    letters = "".join(short)
    together = len(short) == 1 or all(len(word) == 1 for word in short)
    begun = "".join(word[0] for word in long)
    return len(letters) > 1 and together and letters.isupper() and letters == begun and short != long


def say_the_same(gone: set[str], came: set[str], lexicon: Lexicon) -> set[str]:
    """Return those of the words that went and came that stand for each other."""
    may_be = not (lexicon.same_words.isdisjoint(gone) or lexicon.same_words.isdisjoint(came))
    found = {
        word for pair in (lexicon.same if may_be else ()) if pair & gone and pair & came for word in pair
    }
    # `he'd` is `he had` or `he would`
    return found | {"'d", "had", "would"} if "'d" in gone | came else found
