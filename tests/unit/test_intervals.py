"""Stretches of versions as the sets that they are: every pair of sets of six versions."""

from __future__ import annotations

import random
from itertools import combinations

from ingest.index.intervals import Stretches, both, joined, union, without

NUMBERS = range(1, 7)


def stretches(numbers: frozenset[int]) -> Stretches:
    """The stretches of a set, by hand."""
    begins = sorted(no for no in numbers if no - 1 not in numbers)
    return list(zip(begins, sorted(no for no in numbers if no + 1 not in numbers), strict=True))


def test_stretches_are_the_sets_of_their_versions() -> None:
    every = [frozenset(some) for size in range(7) for some in combinations(NUMBERS, size)]
    for a in every:
        for b in every:
            one, other = stretches(a), stretches(b)
            assert union(one, other) == stretches(a | b)
            assert both(one, other) == stretches(a & b)
            assert without(one, other) == stretches(a - b)


def test_whatever_overlaps_is_joined_in_any_order() -> None:
    drawn = random.Random(13)
    for _ in range(200):
        found = [(first, first + drawn.randint(0, 3)) for first in drawn.choices(range(1, 20), k=4)]
        numbers = frozenset(no for first, last in found for no in range(first, last + 1))
        assert joined(found) == stretches(numbers)
