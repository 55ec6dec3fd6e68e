"""The stems of words by language, made here, so that both databases hold the same.

Dutch is stemmed by `dutch` (Kraaij and Pohlmann) and not by `dutch_porter`: it finds `huis` for `huizen`,
`brief` for `brieven` and `werk` for `gewerkt`, and keeps `man` and `maan`, `bom` and `boom` apart, all of
which the other does not. The price is the adjective: it leaves `goede` and `rode` as they are.
"""

from __future__ import annotations

from collections.abc import Collection

import Stemmer
import unicodedata2

ALGORITHMS = {"en": "english", "nl": "dutch", "de": "german"}
# What the words and stems in an index depend on: made by anything else, it is made anew.
MADE_BY = " ".join(
    (
        f"unicode {unicodedata2.unidata_version}",
        f"snowball {Stemmer.version()}",
        *(f"{of}={by}" for of, by in ALGORITHMS.items()),
    )
)
_LONGEST = 200  # characters: what is longer is no word of a language
_MOST_HELD = 8_000_000  # characters of the words that are remembered, and `_EACH` for each
_EACH = 100


class Stem(dict[str, str]):
    """The stems of the words of one language, with the language: `brug.nl`. Each is made once."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._end = f".{language}"
        self._others: dict[str, str] = {}
        self._held = 0
        self._stemmer = Stemmer.Stemmer(ALGORITHMS[language], 0)

    def __missing__(self, word: str) -> str:
        if self._held > _MOST_HELD:
            self.clear()
            self._others.clear()
            self._held = 0
        self._held += len(word) + _EACH
        made = word if len(word) > _LONGEST else self._stemmer.stemWord(word) or word
        self[word] = found = made + self._end
        return found

    def others(self, words: Collection[str]) -> set[str]:
        """Return the stems of these words, but for each word that is its own stem."""
        known = self._others
        try:
            found = {*map(known.__getitem__, words)}
        except KeyError:
            made = {word: "" if self[word] == word + self._end else self[word] for word in words}
            known.update(made)
            found = set(made.values())
        found.discard("")
        return found

    def is_own(self, stem: str) -> bool:
        """Tell whether the stem of this stem is itself."""
        return self[stem.removesuffix(self._end)] == stem


class Stems:
    """The stems of each language that has a stemmer."""

    def __init__(self) -> None:
        self._known = {language: Stem(language) for language in ALGORITHMS}

    def of(self, language: str | None) -> Stem | None:
        """Return the stems of a language's folded words.

        None where it has no stemmer: its words are themselves.
        """
        return self._known.get(language or "")

    def asked(self, word: str, language: str | None) -> dict[str, str]:
        """Return the stem of a word of a query by language: in this language, else in each."""
        return {
            each: stem[word] for each, stem in self._known.items() if language is None or each == language
        }
