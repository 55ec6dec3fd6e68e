"""What two texts say of their words, all around a sentence: which are names, which stand in both."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice

import msgspec

from ingest.facts import names
from ingest.text.lexicons import lexicon_of
from ingest.text.words import each_word, unaccented, words

_LONG = 1_000_000  # characters
_AT_ONCE = 50_000  # words


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
    written: set[str] = set()
    spoken: dict[str, str] = {}  # each word that a long text has, as it is counted
    kept, old, new = (
        _counted(text, written) if len(text) < _LONG else _counted_in_parts(text, spoken)
        for text in (both, a, b)
    )
    small = frozenset(chain(written, spoken)) if spoken else frozenset(written)
    spoken.clear()  # of a long text this is a good part of all that is held
    gone = {word for word in old.keys() - new.keys() - kept.keys() if old[word] > 1}
    came = {word for word in new.keys() - old.keys() - kept.keys() if new[word] > 1}
    named = frozenset().union(*(names.names_of(text, lexicon_of(language)) for text in (both, a, b)))
    replaced = gone | came
    if replaced:
        replaced = {word for word in replaced if word not in small or not word.islower()}
        replaced -= {unaccented(word) for word in small if not word.isascii() and word.islower()}
    attested = frozenset(chain(kept, (word for word in old if word in new)))
    return Context(named, attested, frozenset(replaced), small, language)


def _counted(text: str, written: set[str]) -> Counter[str]:
    """Count the words of a text, unaccented and small; each is put into `written` as it stands."""
    every = words(text)
    written.update(every)
    counts = Counter(map(str.lower, every))
    for word in [word for word in counts if not word.isascii()]:
        number = counts.pop(word)
        counts[unaccented(word)] += number
    return counts


def _counted_in_parts(text: str, spoken: dict[str, str]) -> Counter[str]:
    """Count the same of a long text, part by part; each is put into `spoken` by how it stands."""
    counts = Counter[str]()
    every = each_word(text)
    while some := Counter(islice(every, _AT_ONCE)):
        for word, number in some.items():
            said = spoken.get(word)
            if said is None:
                low = word.lower() if word.isascii() else unaccented(word.lower())
                said = spoken[word] = word if low == word else low
            counts[said] += number
    return counts
