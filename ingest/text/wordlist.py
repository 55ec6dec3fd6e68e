"""Which words are real ones: the lists of Dutch and English that pyspellchecker carries, with how often
each stands in a large body of text.

They are loaded when the first pair of words asks for them. pyspellchecker itself is not imported: its way
of reading them takes four times as long.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
from collections.abc import Mapping

import msgspec

LANGUAGES = ("en", "nl", "de")
# What is written wrongly often is in such a body too, if seldom beside what is right. A letter doubled or
# not is the commonest slip of all: `verassing` stands in it a tenth as often as `verrassing`.
_SELDOM = 0.02
_SELDOM_DOUBLED = 0.2


def both_meant(before: str, after: str, language: str | None) -> bool:
    """Whether both are words of the language, so that neither is likely the other written wrongly.

    Of a language without a list nothing is known: False.
    """
    if language not in LANGUAGES:
        return False
    known = _words(language)
    old, new = (known.get(word.lower(), 0) for word in (before, after))
    least = _SELDOM_DOUBLED if _once(before) == _once(after) else _SELDOM
    return min(old, new) > least * max(old, new)


# In these bodies names stand in capitals, which are not counted with the words: what is left of them is rare.
_RARE = {"en": 3000, "nl": 100, "de": 100}
_PLURALS = {"en": ("s",), "nl": ("en", "s"), "de": ("en", "er", "e")}


def is_rare(word: str, language: str | None) -> bool:
    """Whether a word is seldom seen in small letters, and no plural of one that is seen: perhaps a name.

    Of a language without a list nothing is known: False.
    """
    if language not in LANGUAGES:
        return False
    known, low = _words(language), word.lower()
    if known.get(low, 0) >= _RARE[language]:
        return False
    if language == "nl" and low.endswith("en") and not low.endswith("sen"):
        return False  # compounds, of which there is no list, are plural so
    return not any(low.endswith(end) and known.get(low.removesuffix(end), 0) for end in _PLURALS[language])


def _once(word: str) -> str:
    """The small letters with none twice in a row."""
    low = word.lower()
    return "".join(char for char, before in zip(low, " " + low, strict=False) if char != before)


@functools.cache
def _words(language: str) -> Mapping[str, int]:
    spec = importlib.util.find_spec("spellchecker")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("spellchecker", name="spellchecker")
    with gzip.open(f"{spec.submodule_search_locations[0]}/resources/{language}.json.gz") as file:
        return msgspec.json.decode(file.read(), type=dict[str, int])
