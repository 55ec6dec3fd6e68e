"""Tell whether one word is proved to be the other with a slip of the hand in it.

A letter more or less is a slip where it leaves no word, and the other is a word of the language that was
meant. Of a name nobody knows how it is written: Jansen and Janssen, Rene and René may be two. So a word where
a name may stand is proved only if the language has it so often in small letters that it is none, no family,
firm or place is known by it, and the slip makes no name of it either (`Crow`, `Crowe`). A word that is hardly
used (`phosphate`) is proved by a letter that was left out, put in or exchanged with the next, not by another
in its place, which may make a term that no list has.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from operator import attrgetter

from rapidfuzz.distance import OSA

from ingest.edits.reading import ComparedToken
from ingest.edits.spellings import spelt_both_ways
from ingest.facts.document_words import Context
from ingest.text import wordlist
from ingest.text.lexicon import Lexicon
from ingest.text.misspelling import spelt_otherwise
from ingest.text.words import unaccented

# Letters of a word. Families are seldom called by a longer one with a slip in it.
_SHORT = 6
_LONG = 8


class Place(IntEnum):
    """What may stand at a place: no name, a name or another word, a name alone."""

    WORD = 0
    MAYBE_NAME = 1
    NAME = 2


def place_of(word: ComparedToken, whole: Sequence[ComparedToken], lexicon: Lexicon) -> Place:
    """Tell whether a name may stand where a word does: a capital begins it, or it begins a sentence with one.

    Behind what somebody is called one does, `Frau Bauer`. Where every noun has a capital, none is taken to
    stand behind an article.
    """
    if not word.text[:1].isupper():
        return Place.WORD
    at = bisect_left(whole, word.start, key=attrgetter("start"))
    before = next(
        (unaccented(each.text) for each in reversed(whole[max(0, at - 2) : at]) if each.is_word), ""
    )
    if before in lexicon.honorifics:
        return Place.NAME
    if lexicon.capitals_are_names or before not in lexicon.articles | lexicon.before_noun:
        return Place.MAYBE_NAME
    return Place.WORD


def is_proved(old: str, new: str, place: Place, context: Context, lexicon: Lexicon) -> bool:
    """Tell whether of two words that are alike one is the other with a slip in it."""
    if old.count("-") != new.count("-"):
        return False  # `co-respondent`, `correspondent`
    language = context.language
    was, became = unaccented(old), unaccented(new)
    if {old.lower(), new.lower()} in lexicon.accented or (was == became and _stressed_otherwise(old, new)):
        return False
    if _is_form(was, became, lexicon) or _denies_in_part(was, became, lexicon):
        return False
    if {was, became} in lexicon.confused:
        return spelt_both_ways(was, became, lexicon)
    both_words = any(wordlist.both_meant(old, new, each) for each in wordlist.LANGUAGES) or all(
        wordlist.is_known(each, language) for each in (old, new)
    )
    if both_words or {was, became} <= lexicon.common:
        return spelt_both_ways(was, became, lexicon)
    if was != became and {was, became} & context.attested:
        return True
    if language == "de" and spelt_otherwise(was, became, lexicon):
        return True
    if place is not Place.WORD:
        if was != became and {was, became} & context.names:
            return False
        return place is Place.MAYBE_NAME and _are_no_names(old, new, lexicon)
    if was == became:
        return True
    return any(
        wordlist.is_known(word, each)
        and (_is_common_slip(word, other) or wordlist.is_used(word, each))
        and wordlist.is_told_apart(word, other, each)
        for word, other in ((was, became), (became, was))
        for each in wordlist.LANGUAGES
    )


def _are_no_names(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether one of two words is so usual that neither is a name, nor one made of the other."""
    if any(_is_also_name(word, lexicon) for word in (old, new)):
        return False
    return any(
        _is_no_name(word, lexicon) and not _may_make_name(unaccented(word), unaccented(other), lexicon)
        for word, other in ((old, new), (new, old))
    )


def _is_also_name(word: str, lexicon: Lexicon) -> bool:
    bare = unaccented(word)
    whose = bare.removesuffix("s").rstrip("'")  # `Vissers plan`
    return any(name in lexicon.also_names or name in lexicon.also_families for name in (bare, whose))


def _is_no_name(word: str, lexicon: Lexicon) -> bool:
    """Tell whether a word is one that the language has in small letters."""
    return wordlist.is_usual(word, lexicon.language) or (
        not lexicon.capitals_are_names
        and unaccented(word).endswith(lexicon.noun_endings)
        and wordlist.is_known(word, lexicon.language)
    )


def _may_make_name(word: str, wrong: str, lexicon: Lexicon) -> bool:
    """Tell whether families write a word with another letter: `Crowe`, `Krafft`, `Schildt`.

    They do with short ones, and of those that are not long with one more or less at the end.
    """
    if word in lexicon.common or sorted(word) == sorted(wrong):
        return False
    at_end = word.startswith(wrong) or wrong.startswith(word)
    return len(word) < _SHORT or (len(word) < _LONG and at_end)


def _is_common_slip(word: str, wrong: str) -> bool:
    """Tell whether a letter was left out or put in, or exchanged with the next one."""
    return OSA.distance(word, wrong, score_cutoff=1) == 1 and (
        len(word) != len(wrong) or sorted(word) == sorted(wrong)
    )


def _is_form(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether two words are one with two endings that say something: `licensor`, `licensee`."""
    same = [pair[0] == pair[1] for pair in zip(old, new, strict=False)]
    shared = same.index(False) if False in same else len(same)
    for stem in range(shared, max(2, shared - 2), -1):
        one, other = sorted((old[stem:], new[stem:]), key=len)
        if one != other and {one, other} <= lexicon.inflections:
            # `abgebrochn`, `abgebrochen`; `adviser`, `advisor`
            return other != f"e{one}" and {one[:2], other[:2]} != {"er", "or"}
    return False


def _denies_in_part(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether one of two words is what denies the other, but for its `'t`: `is`, `isn`."""
    short, long = sorted((old, new), key=len)
    return long == f"{short}n" and f"{long}t" in lexicon.contracted


def _stressed_otherwise(old: str, new: str) -> bool:
    """Tell whether both writings of a word have accents, and other ones: `voorkómen`, `vóórkomen`."""
    return not old.isascii() and not new.isascii() and old.lower() != new.lower()
