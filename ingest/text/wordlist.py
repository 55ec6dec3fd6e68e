"""Tell which words a language has, and how often they are used.

There are lists of English, Dutch and German, with how often each word stands in a large body of subtitles.

A list is a file that is mapped when the first pair of words asks for it: its pages are shared between
processes, and hardly any of them is read. `tools/wordlists.py` makes the files; NOTICE says of what.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

LANGUAGES = ("en", "nl", "de")
FOLDER = f"{__file__.removesuffix('wordlist.py')}wordlists"
RECORD = "<I"  # what stands beside a word: how often it was counted

# What is written wrongly often is in such a body too, if seldom beside what is right. A letter doubled or
# not is the commonest slip of all: `verassing` stands in it a tenth as often as `verrassing`.
_SELDOM = 0.02
_SELDOM_DOUBLED = 0.2
# In these bodies names stand in capitals, which are not counted with the words: what is left of them is rare.
_RARE = {"en": 3000, "nl": 100, "de": 100}
_USED = {"en": 300, "nl": 100, "de": 100}
_HARDLY = 200
_HALF = 0.5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLURALS = {"en": ("s",), "nl": ("en", "s"), "de": ("en", "er", "e")}


def both_meant(before: str, after: str, language: str | None) -> bool:
    """Tell whether both are words of the language, so that neither is likely the other written wrongly.

    Of a language without a list nothing is known: False.
    """
    if language not in LANGUAGES:
        return False
    count = _counts(language)
    old, new = (count(word.lower()) for word in (before, after))
    least = _SELDOM_DOUBLED if _once(before) == _once(after) else _SELDOM
    return min(old, new) > least * max(old, new)


def was_counted(word: str, language: str | None) -> bool:
    """Tell whether a word was counted in a language; of one without a list, False."""
    return language in LANGUAGES and bool(_counts(language)(word.lower()))


def is_rare(word: str, language: str | None, *, times: int = 1) -> bool:
    """Tell whether a word may be a name: rare in small letters, and no plural of a word in the list.

    Where something else speaks for a name, `times` lets the word be seen so many times as often. In a
    language without a list no word is rare.
    """
    if language not in LANGUAGES:
        return False
    count, low = _counts(language), word.lower()
    if count(low) >= times * _RARE[language]:
        return False
    if language == "nl" and low.endswith("en") and not low.endswith("sen"):
        return False  # compounds, of which there is no list, are plural so
    return not any(low.endswith(end) and count(low.removesuffix(end)) for end in _PLURALS[language])


def is_usual(word: str, language: str | None) -> bool:
    """Tell whether a word is seen so often in small letters that it need be no name."""
    return language in LANGUAGES and _counts(language)(word.lower()) >= _RARE[language]


def is_used(word: str, language: str | None) -> bool:
    """Tell whether a word is seen so often that the list has those too that are much like it."""
    return language in LANGUAGES and _counts(language)(word.lower()) >= _USED[language]


def is_seldom(word: str, language: str | None) -> bool:
    """Tell whether a small word of the language is hardly ever seen: of German, perhaps only a noun.

    Of a language without a list nothing is known: False.
    """
    return language in LANGUAGES and _counts(language)(word) < _HARDLY


def is_known(word: str, language: str | None) -> bool:
    """Tell whether a word is in the list of the language.

    Of a language without a list nothing is known: False.
    """
    return language in LANGUAGES and _counts(language)(word.lower()) > 0


def is_word(word: str) -> bool:
    """Tell whether a word is in a list of any language, seldom or often; in small letters."""
    return any(_counts(language)(word) for language in LANGUAGES)


def is_told_apart(word: str, wrong: str, language: str | None) -> bool:
    """Tell whether a word is what was meant by one that is no word and has another letter in one place.

    It is not where that letter makes another word too that is not much rarer: `seller`, `oeller`, `teller`.
    Where more than one letter differs nothing speaks against it. A slip seldom takes the first letter.
    """
    low, other = word.lower(), wrong.lower()
    places = [at for at, pair in enumerate(zip(low, other, strict=False)) if pair[0] != pair[1]]
    if language not in LANGUAGES or len(low) != len(other) or len(places) != 1:
        return True
    count = _counts(language)
    least = _HALF * count(low)
    return not any(
        other[at] != letter and (made := other[:at] + letter + other[at + 1 :]) != low and count(made) > least
        for at in range(min(places[0], 1), len(other))
        for letter in _LETTERS
    )


def _once(word: str) -> str:
    """Return the small letters with none twice in a row."""
    low = word.lower()
    return "".join(char for char, before in zip(low, " " + low, strict=False) if char != before)


@functools.cache
def _counts(language: str) -> Callable[[str], int]:
    """Tell how often a word was counted, for any word of small letters: 0 for one that is not in the list."""
    from marisa_trie import RecordTrie  # noqa: PLC0415 - few edits ask how often a word is used

    trie = RecordTrie(RECORD).mmap(f"{FOLDER}/{language}.marisa")

    def count(word: str) -> int:
        # The library takes a NUL for the end of a word, and fails on half a surrogate pair.
        found: list[tuple[int]] | None = trie.get(word) if word.isprintable() else None
        return found[0][0] if found else 0

    return count
