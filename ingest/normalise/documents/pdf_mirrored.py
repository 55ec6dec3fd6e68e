"""Mirrored margins: pages on the left hand begin at another place than those on the right.

What is compared with lines of other pages, where they begin and how far they reach, must not depend on that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ingest.normalise.documents.pdf_lines import Line

_COMMON = 0.1  # of the lines of one side begin at a place: it is one of those that count
_LEAST = 8  # lines that begin there
_MOST = 0.8  # of the lines of the other side begin there, once they are shifted
_TIMES = 2.0  # as many as without


def unmirror(pages: Sequence[list[Line]]) -> None:
    """Shift the words of every second page so that lines begin where those of the others do.

    Pages whose lines begin at the same places already, or at others in no common distance, are left.
    """
    first, second = (_starts(pages[side::2]) for side in (0, 1))
    by = _distance(first, second)
    if by:
        for lines in pages[1::2]:
            for line in lines:
                for word in line.words:
                    word.x0 -= by
                    word.x1 -= by


def _starts(pages: Sequence[list[Line]]) -> Counter[int]:
    return Counter(round(line.x0) for lines in pages for line in lines)


def _distance(first: Counter[int], second: Counter[int]) -> int:
    """Return how far the second pages are to the right of the first; 0 where that is not clear."""
    here, there = _common(first), _common(second)
    possible = sorted({b - a for a in here for b in there}, key=lambda by: (abs(by), by))
    found = max(possible, key=lambda by: _shared(here, second, by), default=0)
    shared = _shared(here, second, found)
    is_clear = shared >= _MOST and shared > _TIMES * _shared(here, second, 0)
    return found if is_clear else 0


def _common(side: Counter[int]) -> set[int]:
    least = max(_LEAST, _COMMON * side.total())
    return {place for place, count in side.items() if count >= least}


def _shared(here: set[int], second: Counter[int], by: int) -> float:
    """Return the share, 0 to 1, of the second pages' lines that begin `by` points after one of these places.

    One point more or less is allowed.
    """
    shared = sum(
        count for place, count in second.items() if not here.isdisjoint(range(place - by - 1, place - by + 2))
    )
    return shared / max(second.total(), 1)
