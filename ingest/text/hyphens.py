"""Tell whether a word with a hyphen is the one without: `co-operate`, `cooperate`, but `re-sign`, `resign`.

It is where both are known for one word: by a closed list; where the hyphen keeps two vowels apart; or where
what is written without it is no word of the list and can be cut into two of its words in one place alone:
`minister-president`, but not `druck-erzeugnisse`, `drucker-zeugnisse`. Behind a prefix that is heard as a
part of the word nothing is known: `un-ionised`, `re-cover`.
"""

from __future__ import annotations

from ingest.text import wordlist
from ingest.text.lexicon import word_set

# What stands before a word, and is heard as a part of it where no hyphen stands behind.
_PREFIXES = {
    "en": word_set(
        "re un in im il ir en em be mis fore pre pro de dis extra over under out up off by co counter inter a"
    ),
    "nl": word_set("her be ge ver ont on over onder voor door oud aan af op uit in mis wan"),
    "de": word_set("be ge ver ent er un um uber durch unter wieder ur miss zer an ab auf aus ein vor zu"),
}
_BOUND = word_set(
    "ex non anti semi pseudo quasi neo multi ultra super micro macro mini"
)  # no words of sentences
# Behind these two vowels that meet are two syllables, whatever word they make: `reenter`.
_BEFORE_VOWEL = word_set("co re pre de anti semi micro macro zee")
# Words and, with an `s`, their plurals.
_ONE = {
    "en": word_set(
        "e-mail on-line off-line web-site week-end to-day to-night to-morrow good-bye non-profit anti-war"
        " pre-war post-war co-worker co-founder co-author sub-continent sub-committee multi-national"
        " multi-cultural non-violent non-violence non-existent non-stop cease-fire air-strike policy-maker"
        " law-maker peace-keeper life-long long-time teen-ager well-being cyber-attack counter-terrorism"
    ),
    "nl": word_set("e-mail on-line off-line web-site week-end"),
    "de": word_set("on-line off-line web-site"),
}
_VERBAL = ("en", "ern", "eln", "t")  # endings of German verbs and participles
_LINKS = ("s", "en", "er", "es", "n", "e")  # between the parts of a Dutch or German word
_VOWELS = frozenset("aeiou")
_SOFTENED = {"f": "v", "s": "z"}
_LEAST = 3  # letters of a part
_LEAST_BEHIND_VOWEL = 4  # `co-ops`, `coops`


def is_one(old: str, new: str, language: str | None) -> bool:
    """Tell whether two words that differ by one hyphen alone are one; small letters."""
    if abs(old.count("-") - new.count("-")) != 1 or language not in wordlist.LANGUAGES:
        return False
    parted, joined = (old, new) if old.count("-") > new.count("-") else (new, old)
    for at, mark in enumerate(parted):
        if mark == "-" and parted[:at] + parted[at + 1 :] == joined:
            return _makes_one(parted[:at].rpartition("-")[2], parted[at + 1 :].partition("-")[0], language)
    return False


def _makes_one(first: str, rest: str, language: str) -> bool:
    """Tell whether two parts with a hyphen between them are what they make without it."""
    joined = first + rest
    if not _ONE[language].isdisjoint((f"{first}-{rest}", f"{first}-{rest}".removesuffix("s"))):
        return True
    is_part, is_word = wordlist.is_known(rest, language), wordlist.is_known(joined, language)
    vowels = first[-1:] in _VOWELS and first[-1:] == rest[:1] and len(rest) >= _LEAST_BEHIND_VOWEL
    if vowels and (first in _BEFORE_VOWEL or not is_word):
        return is_part or is_word  # `co-operate`
    if is_word:
        # `govern-ment`, but not `re-sign`, `man-date`, `co-op`
        return not is_part and len(rest) >= _LEAST and first not in _PREFIXES[language]
    if not is_part or first in _PREFIXES[language]:
        return False
    if len(first) == 1 or first in _BOUND:
        return True  # `e-bike`
    return (
        _is_first_part(first, language) and len(rest) >= _LEAST and _is_cut_once(joined, len(first), language)
    )


def _is_first_part(part: str, language: str) -> bool:
    """Tell whether words may begin with a word of the list, with a letter behind it that links the next."""
    if len(part) < _LEAST:
        return False
    return wordlist.is_known(part, language) or (language != "en" and _is_linked(part, language))


def _is_linked(part: str, language: str) -> bool:
    return any(
        part.endswith(link) and wordlist.is_known(part.removesuffix(link), language) for link in _LINKS
    )


def _is_cut_once(joined: str, at: int, language: str) -> bool:
    """Tell whether what is written as one word can be cut into two words of the list at one place alone."""
    return not any(
        wordlist.is_known(joined[place:], language)
        and (wordlist.is_known(joined[:place], language) or _is_first_part(joined[:place], language))
        for place in range(2, len(joined) - 1)
        if place != at
    )


def _may_be_adjective(word: str, language: str) -> bool:
    """Tell whether a Dutch or German word may say what another is like: it has the forms of such a word."""
    if language == "de":
        return all(wordlist.is_known(word + ending, "de") for ending in ("e", "er", "es"))
    if len(word) > _LEAST and word.endswith("e"):
        return wordlist.is_known(word, "nl")
    # `rood`, `rode`; `dik`, `dikke`; `lief`, `lieve`
    softened = f"{word[:-1]}{_SOFTENED.get(word[-1], word[-1])}"
    forms = {word, f"{word}{word[-1]}", softened}
    if len(word) > _LEAST and word[-2] == word[-3] in _VOWELS:
        forms |= {word[:-2] + word[-1], softened[:-2] + softened[-1]}
    return any(wordlist.is_known(f"{form}e", "nl") for form in forms)


def joins(parts: list[str], joined: str, language: str | None) -> bool:
    """Tell whether words that stand apart are the one that they were joined to, with hyphens or without.

    They are where that cannot be read otherwise: one of them, or what they make, is no word by itself. A
    Dutch or German adjective that a word is joined to says something else of it: `rode wijnglas`.
    """
    if language not in wordlist.LANGUAGES:
        return False
    apart = all(wordlist.is_known(word, language) for part in parts for word in part.split("-") if word)
    if "-" in joined:
        return not apart or parts[0] in _BOUND
    if language != "en" and any(_may_be_adjective(part, language) for part in parts[:-1]):
        return False
    if language == "de" and apart and parts[-1].endswith(_VERBAL):
        return False  # `gut geschrieben`, `gutgeschrieben`
    return not (apart and wordlist.is_known(joined, language))
