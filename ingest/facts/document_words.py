"""What two texts say of their words, all around a sentence: which are names, which stand in both."""

from __future__ import annotations

from collections import Counter

import msgspec

from ingest.facts import names
from ingest.text.lexicons import lexicon_of
from ingest.text.words import unaccented, words


class Context(msgspec.Struct, frozen=True):
    """What the two texts say of their words, unaccented and small, and their language.

    `names` stand capitalised inside a sentence; `attested` are in both texts; `replaced` are in one
    alone, took or gave all of two or more places, and never stand in small letters: names, since a small
    word may be misspelt twice; `small` stand in small letters somewhere.
    """

    names: frozenset[str] = frozenset()
    attested: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    language: str | None = None


def context_of(a: str, b: str, language: str | None = None, *, both: str = "") -> Context:
    """Return the context of two texts; what stands in `both` need not stand in `a` and `b`."""
    every, a_words, b_words = words(both), words(a), words(b)
    kept = set(map(str.lower, every))
    kept |= {unaccented(word) for word in kept if not word.isascii()}
    old, new = _spoken(a_words), _spoken(b_words)
    gone = {word for word in old.keys() - new.keys() - kept if old[word] > 1}
    came = {word for word in new.keys() - old.keys() - kept if new[word] > 1}
    named = frozenset().union(*(names.names_of(text, lexicon_of(language)) for text in (both, a, b)))
    small = frozenset(every).union(a_words, b_words)
    replaced = gone | came
    if replaced:
        replaced = {word for word in replaced if word not in small or not word.islower()}
        replaced -= {unaccented(word) for word in small if not word.isascii() and word.islower()}
    attested = kept | (old.keys() & new.keys())
    return Context(named, frozenset(attested), frozenset(replaced), small, language)


def _spoken(written: list[str]) -> Counter[str]:
    spoken = Counter(map(str.lower, written))
    for word in [word for word in spoken if not word.isascii()]:
        spoken[unaccented(word)] += spoken.pop(word)
    return spoken
