"""Which capitals speak: those that make a name of a word within a sentence, or take it away.

`polish` and `Polish`, `the rijn` and `the Rijn`, `aids` and `AIDS`, `7a` and `7A` are two. The capital that a
word begins with says nothing where a sentence, a quotation or an item begins, and any says nothing in a
sentence that is written in capitals, in a title whose words all have one, and in words that have one by rule
(`capitalised` of the language: weekdays, `English`), by house style (`styled`: `the Mayor`, behind an article
or before another capital), or that join a name (`Bank Of England`). In German a capital speaks in whatever
may be another word without it; a noun by its ending or its place is one in both.
"""

from __future__ import annotations

import functools

from ingest.expressions import expression
from ingest.text import wordlist
from ingest.text.lexicon import Lexicon
from ingest.text.words import is_word, unaccented

_BEFORE = frozenset(",;)]&/")  # marks behind which no sentence begins
_ABBREVIATION = 5  # letters: a longer word in capitals is one that is stressed
_INFLECTED = expression(r"(?:e|e[mnrs]|e[lr]n|t|[^aeiouäöü]s)\Z")  # German; so may verbs and adjectives end
_FEWEST = 2  # words with a capital that make a title


def is_title(cut: list[str], lexicon: Lexicon) -> bool:
    """Tell whether all words of a sentence that are not small ones have a capital, and no stop ends it."""
    last = next((mark for mark in reversed(cut) if not mark.isspace()), "")
    if last in ".!?…":
        return False
    said = [mark for mark in cut if mark[0].isalpha() and mark.lower() not in lexicon.common]
    return len(said) >= _FEWEST and all(mark[0].isupper() for mark in said)


def is_inside(before: str) -> bool:
    """Tell whether the mark before a word shows that no sentence begins with it."""
    return bool(before) and (is_word(before) or before in _BEFORE)


def speaks(mark: str, low: str, beside: tuple[str, str], lexicon: Lexicon, *, titled: bool) -> bool:
    """Tell whether the capitals of a word within a sentence speak.

    `beside` are the marks before and behind it.
    """
    if any(map(str.isdigit, mark)):
        letters = mark.lstrip("0123456789.,:-").lower()
        return mark[0].isalpha() or not _is_measure(letters, lexicon)
    if len(mark) == 1:
        return beside in (("(", ")"), ("[", "]")) or (is_word(beside[0]) and low not in lexicon.pronouns)
    if mark.isupper():
        stressed = any(len(each) > 1 and each.isalpha() and each.isupper() for each in beside)
        short = len(mark) <= _ABBREVIATION and wordlist.is_word(low)
        return not stressed and (short or low in lexicon.also_names)
    bare = unaccented(mark)
    if titled:
        return bare in lexicon.also_names
    if bare in lexicon.styled and (beside[0] in lexicon.articles or beside[1][:1].isupper()):
        return False
    if bare in lexicon.capitalised:
        return False
    if lexicon.capitals_are_names:
        return not (bare in _joining(lexicon) and all(each[:1].isupper() for each in beside))
    return bare in lexicon.common or not _is_noun(low, bare, beside, lexicon)  # German `Sie`


@functools.cache
def _joining(lexicon: Lexicon) -> frozenset[str]:
    """Return the small words that stand with a capital or without within a name: `Bank Of England`."""
    return (
        frozenset(lexicon.articles | lexicon.joiners | lexicon.leading | lexicon.particles) & lexicon.common
    )


def _is_noun(low: str, bare: str, beside: tuple[str, str], lexicon: Lexicon) -> bool:
    """Tell whether a word is a noun, with a capital or without, in a language where every noun has one.

    One of three must hold: its ending is of nouns alone; it is hardly ever written small, and no form of a
    verb or an adjective; or a word stands before it that a noun follows, and no noun behind it that it could
    be the adjective of: `im haus.`
    """
    if bare.endswith(lexicon.noun_endings):
        return True
    before, behind = beside
    # Behind an article no adjective ends in `t`.
    may_be = low[-1] == "t" and unaccented(before or ".") in lexicon.articles
    if (may_be or not _INFLECTED.search(low)) and wordlist.is_seldom(low, lexicon.language):
        return True
    closes = not is_word(behind or ".") or unaccented(behind) in lexicon.common
    return closes and unaccented(before or ".") in lexicon.before_noun


def _is_measure(letters: str, lexicon: Lexicon) -> bool:
    return (
        letters in lexicon.units
        or letters in lexicon.ordinal_endings
        or letters in lexicon.stuck
        or letters in lexicon.hours
        or letters in ("am", "pm", "d", "s", "m", "h", "x")
    )
