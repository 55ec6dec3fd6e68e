"""What is known of words put for each other: the same word, synonyms, opposites, one broader than the other.

A language has a file for it, or nothing is known. It is mapped when the first edit of words asks for it.
`tools/thesaurus.py` makes the files; NOTICE says of what. Dutch words are also looked up in the dictionary of
FreeDict, where it is installed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal

import msgspec

from ingest.text import translations
from ingest.text.lemmas import lemmas
from ingest.text.wordlist import FOLDER

LANGUAGES = ("en", "nl")
FORM = "="  # before a form that no ending tells, of which the file has the lemma
THING = 1  # the bit of what can be seen or touched
_LISTS = 4
_MOST_KEPT = 50_000  # words, and pairs of words, whose answer is kept

# How two words stand to each other; `things`: two that can be seen or touched, and neither is the other.
Nearness = Literal["same", "synonyms", "opposites", "broader", "things", "unknown"]


class Entry(msgspec.Struct, frozen=True):
    """A word: the numbers of what it means, of what is broader, of its opposites, and of its derivations.

    Two words with a number in common stand in that relation. `thing` says that it is chiefly the name of
    something that can be seen or touched.
    """

    thing: bool = False
    means: frozenset[int] = frozenset()
    broader: frozenset[int] = frozenset()
    opposites: frozenset[int] = frozenset()
    derived: frozenset[int] = frozenset()

    def joined(self, other: Entry) -> Entry:
        """Return the entry of a form that belongs to two words: what either of them says."""
        return Entry(
            self.thing and other.thing,
            self.means | other.means,
            self.broader | other.broader,
            self.opposites | other.opposites,
            self.derived | other.derived,
        )


class Thesaurus:
    """The words of one language. All that is asked of it is small and without accents."""

    def __init__(self, language: str, get: Callable[[str], bytes | None]) -> None:
        self._language = language
        self._get = get
        self._known: dict[str, tuple[frozenset[str], Entry]] = {}
        self._told: dict[tuple[str, str], Nearness] = {}

    def nearness(self, one: str, other: str) -> Nearness:
        """Return how two words stand to each other. Opposites are told before all else."""
        found = self._told.get((one, other))
        if found is None:
            if len(self._told) > _MOST_KEPT:
                self._told.clear()
            found = self._told[one, other] = self._nearness(one, other)
        return found

    def _nearness(self, one: str, other: str) -> Nearness:
        forms, left = self._look_up(one)
        others, right = self._look_up(other)
        if left.opposites & right.opposites and not forms & others:
            return "opposites"
        if one == other or forms & others or left.derived & right.derived:
            return "same"
        if left.means & right.means:
            return "synonyms"
        if left.means & right.broader or left.broader & right.means:
            return "broader"
        if left.thing and right.thing:
            return "things"
        return "synonyms" if self._language == "nl" and translations.share(forms, others) else "unknown"

    def forms(self, word: str) -> frozenset[str]:
        """Return the words of which this one may be a form, itself included."""
        return self._look_up(word)[0]

    def knows(self, word: str) -> bool:
        """Tell whether the file has a word itself, and not only a form of it."""
        return word.isprintable() and self._get(word) is not None

    def _look_up(self, word: str) -> tuple[frozenset[str], Entry]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            found = self._known[word] = self._read(word)
        return found

    def _read(self, word: str) -> tuple[frozenset[str], Entry]:
        told = self._get(FORM + word)
        found = [word, *(told.decode().split() if told else lemmas(word, self._language))]
        keys = (each for each in dict.fromkeys(found) if each[:1] != FORM)
        entries = [decode(packed) for packed in map(self._get, keys) if packed is not None]
        entry = functools.reduce(Entry.joined, entries) if entries else Entry()
        return frozenset(found), entry


@functools.cache
def thesaurus_of(language: str | None) -> Thesaurus | None:
    """Return the thesaurus of a language; None where it has none."""
    if language not in LANGUAGES:
        return None
    from marisa_trie import BytesTrie  # noqa: PLC0415 - few edits put words for others

    trie = BytesTrie().mmap(f"{FOLDER}/{language}.near.marisa")

    def get(word: str) -> bytes | None:
        # The library takes a NUL for the end of a word, and fails on half a surrogate pair.
        found: list[bytes] | None = trie.get(word) if word.isprintable() else None
        return found[0] if found else None

    return Thesaurus(language, get)


def encode(entry: Entry) -> bytes:
    """Return an entry as the file has it: a byte of what it is, and lists of growing numbers."""
    packed = bytearray((THING if entry.thing else 0,))
    for numbers in (entry.means, entry.broader, entry.opposites, entry.derived):
        packed += _number(len(numbers))
        last = 0
        for number in sorted(numbers):
            packed += _number(number - last)
            last = number
    return bytes(packed)


def decode(packed: bytes) -> Entry:
    """Return the entry of these bytes."""
    numbers = _numbers(packed[1:])
    lists: list[frozenset[int]] = []
    at = 0
    for _ in range(_LISTS):
        end = at + 1 + numbers[at]
        found: set[int] = set()
        last = 0
        for step in numbers[at + 1 : end]:
            last += step
            found.add(last)
        lists.append(frozenset(found))
        at = end
    return Entry(bool(packed[0] & THING), *lists)


def _number(value: int) -> bytes:
    """Return a number in base 128, the lowest digit first; each byte but the last has its top bit set."""
    packed = bytearray()
    while value > 127:
        packed.append(value & 127 | 128)
        value >>= 7
    packed.append(value)
    return bytes(packed)


def _numbers(packed: bytes) -> list[int]:
    found: list[int] = []
    value = shift = 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found
