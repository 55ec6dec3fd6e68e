"""What two texts say of their words, all around a sentence: which are names, which stand in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from itertools import chain, islice

from ingest.facts import names
from ingest.text.lexicons import lexicon_of
from ingest.text.misspelling import alike, misspelt
from ingest.text.words import each_word, unaccented, words

_LONG = 1_000_000  # characters
_AT_ONCE = 50_000  # words

Texts = tuple[str, str, str]
_NONE: frozenset[str] = frozenset()


class Context:
    """What the two texts say of their words, unaccented and small, and their language.

    `names` stand capitalised inside a sentence; `attested` are in both texts; `replaced` are in one
    alone, took or gave all of two or more places, and never stand in small letters: names, since a small
    word may be misspelt twice; `small` stand in small letters somewhere.
    """

    def __init__(
        self,
        *,
        names: frozenset[str] = _NONE,
        attested: frozenset[str] = _NONE,
        replaced: frozenset[str] = _NONE,
        small: frozenset[str] = _NONE,
        language: str | None = None,
    ) -> None:
        self._names, self._attested, self._replaced, self._small = names, attested, replaced, small
        self.language = language

    @property
    def names(self) -> frozenset[str]:
        """Return the words that stand capitalised inside a sentence."""
        return self._names

    @property
    def attested(self) -> frozenset[str]:
        """Return the words that are in both texts."""
        return self._attested

    @property
    def replaced(self) -> frozenset[str]:
        """Return the names that one text alone has, and twice or more."""
        return self._replaced

    @property
    def small(self) -> frozenset[str]:
        """Return the words that stand in small letters somewhere."""
        return self._small

    def misspelt(self, before: str, after: str) -> bool:
        """Tell whether the one word is the other with a slip of the hand in it, by what the texts say.

        The texts are asked only of words that are alike.
        """
        return (
            alike(before, after, self.language)
            and self.replaced.isdisjoint((unaccented(before), unaccented(after)))
            and misspelt(before, after, self.attested, self.names, self.language)
        )


def context_of(a: str, b: str, language: str | None = None, *, both: str = "") -> Context:
    """Return the context of two texts; what stands in `both` need not stand in `a` and `b`."""
    return context_within(lambda: (a, b, both), language)


def context_within(texts: Callable[[], Texts], language: str | None) -> Context:
    """Return the context of texts that are made when something is asked of it: most edits ask nothing."""
    return _Within(texts, language)


class _Within(Context):
    """A context of which each part is found out when it is first asked for."""

    def __init__(self, texts: Callable[[], Texts], language: str | None) -> None:
        super().__init__(language=language)
        self._made = texts

    @cached_property
    def _texts(self) -> Texts:
        return self._made()

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the words that stand capitalised inside a sentence."""
        lexicon = lexicon_of(self.language)
        return _NONE.union(*(names.names_of(text, lexicon) for text in self._texts))

    @cached_property
    def attested(self) -> frozenset[str]:
        """Return the words that are in both texts."""
        return self._counted[0]

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Return the names that one text alone has, and twice or more."""
        return self._counted[1]

    @cached_property
    def small(self) -> frozenset[str]:
        """Return the words that stand in small letters somewhere."""
        return self._counted[2]

    @cached_property
    def _counted(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        written: set[str] = set()
        spoken: dict[str, str] = {}  # each word that a long text has, as it is counted
        old, new, kept = (
            _counted(text, written) if len(text) < _LONG else _counted_in_parts(text, spoken)
            for text in self._texts
        )
        small = frozenset(chain(written, spoken)) if spoken else frozenset(written)
        spoken.clear()  # of a long text this is a good part of all that is held
        gone = {word for word in old.keys() - new.keys() - kept.keys() if old[word] > 1}
        came = {word for word in new.keys() - old.keys() - kept.keys() if new[word] > 1}
        replaced = gone | came
        if replaced:
            replaced = {word for word in replaced if word not in small or not word.islower()}
            replaced -= {unaccented(word) for word in small if not word.isascii() and word.islower()}
        attested = frozenset(chain(kept, (word for word in old if word in new)))
        return attested, frozenset(replaced), small


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
