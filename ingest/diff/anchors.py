"""Find the sentences of two texts that are equal and in order, whatever their number.

Past `ANCHORED` cells of the table of sentences, those that each text has once are aligned first, and then
what lies between them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ingest.diff import sequences

ANCHORED = sequences.LARGEST


def aligned(a: Sequence[str], b: Sequence[str]) -> list[sequences.Span]:
    """Return the equal sentences in order, and what lies between."""
    if len(a) * len(b) <= ANCHORED:
        return sequences.align(a, b)
    spans: list[sequences.Span] = []
    a_at = b_at = 0
    for i, j in [*_anchors(a, b), (len(a), len(b))]:
        for span in sequences.align(a[a_at:i], b[b_at:j]):
            _append(spans, span, a_at, b_at)
        if i < len(a):
            _append(spans, sequences.Span(True, 0, 1, 0, 1), i, j)
        a_at, b_at = i + 1, j + 1
    return spans


def _append(spans: list[sequences.Span], span: sequences.Span, a_at: int, b_at: int) -> None:
    moved = sequences.Span(
        span.same, span.a_start + a_at, span.a_end + a_at, span.b_start + b_at, span.b_end + b_at
    )
    if spans and spans[-1].same == span.same:
        last = spans.pop()
        moved = sequences.Span(span.same, last.a_start, moved.a_end, last.b_start, moved.b_end)
    spans.append(moved)


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest chain of sentences that each side has once, in order on both."""
    a_once, b_once = _once(a), _once(b)
    pairs = [(i, b_once[key]) for key, i in a_once.items() if key in b_once]
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        back.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        ends[at : at + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = back[number]
    return chain[::-1]


def _once(keys: Sequence[str]) -> dict[str, int]:
    """Tell where each sentence is that is there once, in order."""
    places: dict[str, int] = {}
    again: set[str] = set()
    for number, key in enumerate(keys):
        if places.setdefault(key, number) != number:
            again.add(key)
    return {key: number for key, number in places.items() if key not in again}
