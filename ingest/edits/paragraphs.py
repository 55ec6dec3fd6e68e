"""Which paragraphs of a text moved down: what is buried is still there, and fewer read it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import islice

import msgspec

from ingest.diff.sentences import Comparison
from ingest.expressions import expression

_LONGEST = 80  # characters that are shown of a paragraph
_MOST = 2_000  # paragraphs of a text; of a longer one nothing is told
_PART = expression(r"\n[^\S\n]*\n\s*")
_LINE = expression(r"\n\s*")


class MovedDown(msgspec.Struct, frozen=True):
    """A paragraph's place before and after, from 1, and how many there are now; `text` is how it begins."""

    start: int
    to: int
    of: int
    text: str


def moved_down(a: str, b: str, comparison: Comparison) -> tuple[MovedDown, ...]:
    """Return the paragraphs that others passed, in the order of the old text.

    A paragraph is the same where half of its sentences or more went into one paragraph of the new text. Of
    those that stayed in their order none moved. Blank lines part paragraphs; where there are none, each line
    is one.
    """
    if not any(piece.kind == "moved" for piece in comparison.pieces):
        return ()
    old, new = _starts(a), _starts(b)
    if max(len(old), len(new)) > _MOST:
        return ()
    went = _matched(comparison, old, new)
    places = sorted(went)
    stay = _in_order([went[place] for place in places])
    kept = {places[at] for at in stay}
    found: list[MovedDown] = []
    for place in places:
        passed = [each for each in kept if each > place and went[each] < went[place]]
        if place not in kept and passed:
            found.append(MovedDown(place + 1, went[place] + 1, len(new), _beginning(a, old[place])))
    return tuple(found)


def _beginning(text: str, start: int) -> str:
    """Return the first words of the line that begins there."""
    line = text[start : start + _LONGEST + 1].split("\n", maxsplit=1)[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rpartition(' ')[0] or line[:_LONGEST]}…"


def _starts(text: str) -> list[int]:
    """Return where each paragraph begins; of more than `_MOST`, some more than these."""
    first = len(text) - len(text.lstrip())
    parts = [match.end() for match in islice(_PART.finditer(text, first), _MOST + 2)]
    if not any(end < len(text) for end in parts):
        parts = [match.end() for match in islice(_LINE.finditer(text, first), _MOST + 2)]
    return [first, *(end for end in parts if end < len(text))]


def _matched(comparison: Comparison, old: Sequence[int], new: Sequence[int]) -> dict[int, int]:
    """Return into which paragraph each of the old went, one into one."""
    total: Counter[int] = Counter()
    shared: Counter[tuple[int, int]] = Counter()
    for piece in comparison.pieces:
        first, end = piece.a_sentences
        b_first, b_end = piece.b_sentences
        for number in range(first, end):
            was = _of(old, comparison.a_cut[number].text_start)
            total[was] += 1
            if b_first < b_end:
                at = min(b_first + number - first, b_end - 1)
                shared[was, _of(new, comparison.b_cut[at].text_start)] += 1
    found: dict[int, int] = {}
    taken: set[int] = set()
    for (was, became), count in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
        if 2 * count >= total[was] and was not in found and became not in taken:
            found[was] = became
            taken.add(became)
    return found


def _of(starts: Sequence[int], offset: int) -> int:
    return max(0, bisect_right(starts, offset) - 1)


def _in_order(places: Sequence[int]) -> set[int]:
    """Return the positions of the longest growing subsequence; of several the one that ends lowest."""
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int] = {}
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        if length:
            before[at] = ends[length - 1]
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    found: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        found.add(at)
        at = before.get(at, -1)
    return found
