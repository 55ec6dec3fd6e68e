"""Whether words with a hyphen are those without: `co-operate`, `cooperate`, but `re-sign`, `resign`.

A hyphen makes another word behind a prefix where what follows and what is written without it are both words:
`re-cover`, `un-ionised`. It makes another phrase where it joins words that each are one: `man-eating`.
"""

from __future__ import annotations

from ingest.text import wordlist
from ingest.text.lexicon import word_set

# What stands before a word, and is heard as a part of it where no hyphen stands behind.
_PREFIXES = {
    "en": word_set("re un pre pro de dis mis multi extra over under out co counter inter"),
    "nl": word_set("her be ge ver ont on over onder voor door oud"),
    "de": word_set("be ge ver ent er un um uber durch unter wieder"),
}
_BOUND = word_set("ex non anti semi pseudo quasi neo")  # no words by themselves
_VERBAL = ("en", "ern", "eln", "t")  # endings of German verbs and participles
_VOWELS = frozenset("aeiou")
_LEAST = 3  # letters of a word that a vowel is kept from


def is_one(old: str, new: str, language: str | None) -> bool:
    """Tell whether two words that differ by hyphens alone are one; small letters."""
    if old.count("-") == new.count("-"):
        return False
    parted, joined = (old, new) if old.count("-") > new.count("-") else (new, old)
    first, _, rest = parted.partition("-")
    if language not in wordlist.LANGUAGES:
        return False
    if len(first) == 1 or (first[-1:] in _VOWELS and first[-1:] == rest[:1] and len(rest) >= _LEAST):
        return True  # `e-mail`, `co-operate`
    if first not in _PREFIXES[language]:
        return True
    both = len(rest) < _LEAST or wordlist.is_known(rest, language)  # `co-op`
    return not (both and wordlist.is_known(joined, language))


def _may_be_adjective(word: str) -> bool:
    return len(word) > _LEAST and word.endswith("e") and wordlist.is_known(word, "nl")


def joins(parts: list[str], joined: str, language: str | None) -> bool:
    """Tell whether words that stand apart are the one that they were joined to, with hyphens or without.

    They are where that cannot be read otherwise: one of them, or what they make, is no word by itself. A
    Dutch adjective that a word is joined to says something else of it: `rode wijnglas`, `rodewijnglas`.
    """
    if language not in wordlist.LANGUAGES:
        return False
    apart = all(wordlist.is_known(word, language) for part in parts for word in part.split("-") if word)
    if "-" in joined:
        return not apart or parts[0] in _BOUND
    if language == "nl" and any(_may_be_adjective(part) for part in parts[:-1]):
        return False
    if language == "de" and apart and parts[-1].endswith(_VERBAL):
        return False  # `gut geschrieben`, `gutgeschrieben`
    return not (apart and wordlist.is_known(joined, language))
