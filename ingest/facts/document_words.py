"""Tell what two texts say of their words, all around a sentence: which are names, which stand in both.

Of texts from `_LONG` characters on only the words of the edited sentences are counted, `_MOST` at most, so
that no more is held than the texts take. Of any other word nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain, islice

from ingest.expressions import expression
from ingest.facts import names
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.misspelling import alike, misspelt
from ingest.text.plain import plain
from ingest.text.variants import written_out
from ingest.text.words import each_word, unaccented

_LONG = 1_000_000  # characters
_MOST = 200_000  # words of a long text that are counted, in each form in which one may be asked about
_DOTTED = expression(r"(?:[^\W\d_]\.){2,}")  # `U.S.`, which is a word `us` too

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
        if not alike(before, after, self.language):
            return False
        both = {unaccented(before), unaccented(after)}
        return (
            self.knows(both)
            and self.replaced.isdisjoint(both)
            and misspelt(before, after, self.attested, self.names, self.language)
        )

    def knows(self, _words: set[str]) -> bool:
        """Tell whether the texts were asked of these words."""
        return True


def context_of(a: str, b: str, language: str | None = None, *, both: str = "") -> Context:
    """Return the context of two texts; what stands in `both` need not stand in `a` and `b`."""
    return context_within(lambda: (a, b, both), lambda: (a, b), language)


def context_within(
    texts: Callable[[], Texts], edited: Callable[[], Iterable[str]], language: str | None
) -> Context:
    """Return the context of texts that are made when something is asked of it: most edits ask nothing.

    `edited` gives the sentences of whose words it may be asked.
    """
    return _Within(texts, edited, language)


class _Within(Context):
    """A context of which each part is found out when it is first asked for."""

    def __init__(
        self, texts: Callable[[], Texts], edited: Callable[[], Iterable[str]], language: str | None
    ) -> None:
        super().__init__(language=language)
        self._made = texts
        self._edited = edited

    @cached_property
    def _texts(self) -> Texts:
        return self._made()

    @cached_property
    def _asked(self) -> frozenset[str] | None:
        """Return the words that are counted; None for all."""
        if max(map(len, self._texts)) < _LONG:
            return None
        return frozenset(islice(_forms(self._edited(), lexicon_of(self.language)), _MOST))

    def knows(self, words: set[str]) -> bool:
        """Tell whether the texts were asked of these words."""
        return self._asked is None or words <= self._asked

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the words that stand capitalised inside a sentence."""
        lexicon = lexicon_of(self.language)
        return _NONE.union(*(names.names_of(text, lexicon, only=self._asked) for text in self._texts))

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
        known: dict[str, str] = {}
        old, new, kept = (
            _counted(text, written, known) if self._asked is None else _counted_of(text, self._asked, written)
            for text in self._texts
        )
        known.clear()
        small = frozenset(written)
        written.clear()
        gone = (word for word, n in old.items() if n > 1 and word not in new and word not in kept)
        came = (word for word, n in new.items() if n > 1 and word not in old and word not in kept)
        replaced = {*gone, *came}
        if replaced:
            replaced = {word for word in replaced if word not in small or not word.islower()}
            replaced -= {unaccented(word) for word in small if not word.isascii() and word.islower()}
        attested = frozenset(chain(kept, (word for word in old if word in new)))
        return attested, frozenset(replaced), small


def _forms(sentences: Iterable[str], lexicon: Lexicon) -> Iterator[str]:
    """Yield each word of sentences, in the forms in which it may be asked about."""
    for sentence in (each for written in sentences for each in dict.fromkeys((written, plain(written)))):
        for word in each_word(sentence):
            for each in (word, *written_out([word], lexicon)):
                for form in dict.fromkeys((each, each.lower(), unaccented(each))):
                    yield form
                    if form.endswith("'s"):
                        yield form.removesuffix("'s")
        for found in _DOTTED.finditer(sentence):
            yield from (joined := found[0].replace(".", ""), joined.lower(), unaccented(joined))


def _counted(text: str, written: set[str], known: dict[str, str]) -> Counter[str]:
    """Count the words of a text, unaccented and small; each is put into `written` as it stands.

    `known` has one string for each word, so that two texts share it.
    """
    counts = Counter[str]()
    for word, number in Counter(known.setdefault(word, word) for word in each_word(text)).items():
        written.add(word)
        low = word.lower()
        if not low.isascii():
            low = unaccented(low)
        counts[known.setdefault(low, low)] += number
    return counts


def _counted_of(text: str, asked: AbstractSet[str], written: set[str]) -> Counter[str]:
    """Count as `_counted` does, but only the words that are `asked` about, and without a table of all."""
    counts = Counter[str]()
    for word in each_word(text):
        low = word.lower() if word.isascii() else unaccented(word.lower())
        if low in asked:
            counts[low] += 1
        if low in asked or word in asked:
            written.add(word)
    return counts
