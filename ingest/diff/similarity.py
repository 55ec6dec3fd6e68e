"""How alike two sentences are, by the words that carry their meaning, and who may be whose edit.

A common word weighs a quarter of another. Alike are sentences that share most of what both say,
or where one says nearly all that the other does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
from rapidfuzz.distance import Indel

from ingest.text.lexicons import every_common
from ingest.text.plain import plain
from ingest.text.words import words

_LIGHT = 0.25
_CONTAINED = 0.75  # what it counts that one sentence holds all of the other
_LEAST_CONTAINED = 3.0
_SPELT_ALIKE = 0.8

_REMEMBERED = 256  # bags
_ALL_PAIRS = 400  # pairs of sentences, past which those alone are scored that share rare words
_MOST_POSTINGS = 30  # sentences that a rare word stands in
_MOST_CANDIDATES = 6

MOVED = 0.7  # how alike two sentences must be to be one that was edited and stands elsewhere
_EDITED = 0.45  # the same, of one that was edited in its place
_ALONE = 0.3  # the same, where each is the only one between its neighbours


class Bag(msgspec.Struct, frozen=True):
    """A sentence's words with their numbers, and what they weigh together."""

    text: str
    counts: dict[str, int]
    weight: float


class Pair(msgspec.Struct, frozen=True):
    """Sentence `a` of one side may have become `b` of the other; `score` goes up to 1."""

    score: float
    a: int
    b: int


@lru_cache(maxsize=_REMEMBERED)  # what an edit brought, the next one may change
def bag(text: str) -> Bag:
    """Return the bag of a sentence."""
    return _bag(text, Counter(words(plain(text).lower())))


class Bags:
    """The bags of the sentences of one text, each made when it is asked for.

    Where they are many, equal words of them are one object.
    """

    def __init__(self, sentences: Callable[[int], str], number: int) -> None:
        self._sentence = sentences
        self._is_many = number > _REMEMBERED
        self._made: dict[int, Bag] = {}
        self._words: dict[str, str] = {}

    def __getitem__(self, number: int) -> Bag:
        """Return the bag of the sentence with this number."""
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._bag(self._sentence(number))
        return made

    def _bag(self, text: str) -> Bag:
        if not self._is_many:
            return bag(text)
        one = self._words.setdefault
        counts = Counter(words(plain(text).lower()))
        return _bag(text, {one(word, word): number for word, number in counts.items()})


def joined(parts: Sequence[Bag]) -> Bag:
    """Return the bag of several sentences together."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    return _bag(" ".join(part.text for part in parts), counts)


def _bag(text: str, counts: dict[str, int]) -> Bag:
    # goes through the sentence's words, which are fewer
    common = sum(counts[word] for word in every_common().intersection(counts))
    return Bag(text, counts, sum(counts.values()) - common * (1 - _LIGHT))


def shared(a: Bag, b: Bag) -> float:
    """Return the weight of the words that both have."""
    old, new = a.counts, b.counts
    total, common = 0.0, every_common()
    for word in old.keys() & new.keys():
        number = min(old[word], new[word])
        total += number * _LIGHT if word in common else number
    return total


def likeness(a: Bag, b: Bag) -> float:
    """Return how alike two sentences are: from 0, nothing in common, to 1."""
    least = min(a.weight, b.weight)
    if not least:
        return 0.0
    common = shared(a, b)
    score = 2 * common / (a.weight + b.weight)
    if least >= _LEAST_CONTAINED:
        score = max(score, _CONTAINED * common / least)
    if score < _SPELT_ALIKE and 3 * least > a.weight + b.weight - least and len(a.text) < 400:
        # Slips of the hand in many words, or one of the few words of a headline.
        spelt = Indel.normalized_similarity(a.text, b.text, score_cutoff=_SPELT_ALIKE)
        score = max(score, spelt * _SPELT_ALIKE)
    return score


def candidates(a: Sequence[Bag], b: Sequence[Bag], *, least: float) -> list[Pair]:
    """Return the pairs that score `least` or more; of many sentences those that share rare words."""
    if len(a) * len(b) <= _ALL_PAIRS:
        scored = [Pair(likeness(old, new), i, j) for i, old in enumerate(a) for j, new in enumerate(b)]
    else:
        index = _index(a)
        scored = [Pair(likeness(a[i], new), i, j) for j, new in enumerate(b) for i in _near(new, index)]
    return [pair for pair in scored if pair.score >= least]


def least_edited(olds: int, news: int) -> float:
    """Return how alike two sentences must be to be an edit, of so many between the same neighbours."""
    return _ALONE if olds == news == 1 else _EDITED


def _index(bags: Sequence[Bag]) -> dict[str, list[int]]:
    """Tell where each word is, for words that are in few sentences."""
    index: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(bags):
        for word in each.counts:
            index[word].append(number)
    return {word: places for word, places in index.items() if len(places) <= _MOST_POSTINGS}


def _near(each: Bag, index: dict[str, list[int]]) -> list[int]:
    """Return the sentences that share most rare words with this one, at least half as many as the best."""
    found: list[int] = []
    for word in each.counts:
        found += index.get(word, ())
    if not found:
        return found
    hits = Counter(found)
    half = (max(hits.values()) + 1) // 2
    best = sorted((-number, place) for place, number in hits.items() if number >= half)
    return [place for _, place in best[:_MOST_CANDIDATES]]


def chain(pairs: Sequence[Pair], width: int) -> list[Pair]:
    """Return the heaviest chain of pairs: from each pair to the next both places grow.

    A pair weighs the square of its score, so one good pair counts for more than two poor ones. Every `b` is
    below `width`.
    """
    ordered = sorted(pairs, key=lambda pair: (pair.a, -pair.b))
    best: list[tuple[float, int]] = [(0.0, -1)] * (width + 1)  # a Fenwick tree of the best chain's end
    back: list[int] = []
    for number, pair in enumerate(ordered):
        before, link = _best_below(best, pair.b)
        back.append(link)
        total = before + pair.score * pair.score
        at = pair.b + 1
        while at <= width:
            if total > best[at][0]:
                best[at] = (total, number)
            at += at & -at
    _, link = _best_below(best, width)
    found: list[Pair] = []
    while link >= 0:
        found.append(ordered[link])
        link = back[link]
    return found[::-1]


def _best_below(best: list[tuple[float, int]], at: int) -> tuple[float, int]:
    top = (0.0, -1)
    while at:
        if best[at][0] > top[0]:
            top = best[at]
        at -= at & -at
    return top
