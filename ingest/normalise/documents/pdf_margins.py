"""Where the lines of a PDF's text end on the right, and how far one is below the other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from ingest.normalise.documents.pdf_lines import Line

# Distances, in sizes of the letters.
STRETCHED = 0.004  # the blanks of stretched lines differ by more
_SAME_COLUMN = 0.05
_NEXT_LINE = 1.8
# Distances, in points.
_BUCKET = 8.0
_SAME_PLACE = 3.0
# Shares of lines.
_MANY = 0.12
_FEW = 0.1
_EVEN = 0.55  # end at the margin
_EVEN_FOLLOWED = 0.75
# Lines at least.
_SEVERAL = 3
_ENOUGH = 10


class Margins:
    """How far to the right lines go that begin at some place, and how far one is below the other."""

    def __init__(self, lines: Sequence[Line]) -> None:
        ends: dict[tuple[int, int], list[float]] = {}
        columns: dict[tuple[int, int], list[Line]] = {}
        steps: Counter[tuple[int, int]] = Counter()
        sizes: Counter[int] = Counter()
        before: Line | None = None
        followed: list[Line] = []
        for line in lines:
            ends.setdefault((round(line.size), int(line.x0 // _BUCKET)), []).append(line.x1)
            columns.setdefault(_column(line), []).append(line)
            sizes[round(line.size * 10)] += sum(len(word.text) for word in line.words)
            if before is not None and before.page == line.page:
                step = before.y - line.y
                if 0.5 * line.size < step < 4 * line.size:
                    steps[round(line.size), round(step * 2)] += 1
                if (
                    0 < step < _NEXT_LINE * line.size
                    and abs(line.x0 - before.edge) < _SAME_COLUMN * line.size
                ):
                    followed.append(before)
            before = line
        self.size = max(sizes, key=lambda size: (sizes[size], size)) / 10 if sizes else 0.0
        self._ends = {key: (_reached(found), len(found)) for key, found in ends.items()}
        self._rights: dict[tuple[int, int, int], float | None] = {}
        self._boxes = {key: end for key, held in columns.items() if (end := _margin(held)) is not None}
        # In a text with even margins every line of a paragraph but its last reaches the margin.
        is_even = self._is_full(lines, _EVEN) or (
            len(followed) >= _ENOUGH and self._is_full(followed, _EVEN_FOLLOWED)
        )
        self._is_even = is_even
        self._even: dict[tuple[int, int], bool] = {}
        held: dict[tuple[int, int], list[Line]] = {}
        for line in followed:
            held.setdefault(_column(line), []).append(line)
        for key, own in held.items():
            if is_even and len(own) >= _SEVERAL and not self._is_full(own, _FEW):
                self._even[key] = False
        self._steps: dict[int, float] = {}
        for (size, step), _ in sorted(steps.items(), key=lambda item: (item[1], -item[0][1])):
            self._steps[size] = step / 2

    def is_even(self, line: Line) -> bool:
        """Tell whether lines are stretched to the margin where this one stands."""
        return self._even.get(_column(line), self._is_even)

    def _is_full(self, lines: Sequence[Line], least: float) -> bool:
        return sum(self.right(line) - line.x1 < 1 for line in lines) > least * len(lines)

    def right(self, line: Line) -> float:
        """Return where lines of this column end."""
        box = self._boxes.get(_column(line))
        if box is not None:
            return box
        reach = 4 * line.size
        first, last = int((line.x0 - reach) // _BUCKET), int((line.x0 + reach) // _BUCKET)
        key = (round(line.size), first, last)
        if key not in self._rights:
            self._rights[key] = self._right(*key)
        end = self._rights[key]
        return line.x1 if end is None else end

    def _right(self, size: int, first: int, last: int) -> float | None:
        near = [self._ends.get((size, bucket)) for bucket in range(first, min(last, first + 100) + 1)]
        ends = [end for end in near if end is not None]
        most = max((count for _, count in ends), default=0)
        return max((end for end, count in ends if count * 4 >= most), default=None)

    def sticks_out(self, line: Line) -> bool:
        """Tell whether a line ends beyond where others of its column do."""
        return line.x1 - self.right(line) > 0.5 * line.size

    def step(self, line: Line) -> float:
        """Return how far a line of this size is usually below the one before."""
        return self._steps.get(round(line.size), 1.4 * line.size)


def _column(line: Line) -> tuple[int, int]:
    return round(line.size), round(line.edge)


def _margin(column: Sequence[Line]) -> float | None:
    """Return where lines that begin at one place were stretched to end, if few go farther; None where not.

    It is the margin of a box that is narrower than the text around it. Lines that end at one place because
    they say the same, or in letters of one width, have blanks alike.
    """
    ends = Counter(round(line.x1) for line in column)
    end, _ = max(ends.items(), key=lambda item: (item[1], item[0]))
    full = [line for line in column if abs(line.x1 - end) < 1]
    if len(full) < _SEVERAL or sum(line.x1 > end + 1 for line in column) > _FEW * len(column):
        return None
    blanks = sorted(blank for line in full if (blank := line.blank) is not None)
    steps = sum(after - one > STRETCHED * column[0].size for one, after in itertools.pairwise(blanks))
    return max(line.x1 for line in full) if steps + 1 >= _SEVERAL else None


def _reached(ends: list[float]) -> float:
    """Return how far lines reach: where many end and few beyond it, or else the farthest but two."""
    found = sorted(ends, reverse=True)
    if len(found) < _ENOUGH:
        return found[0]
    stop = 0
    for start, end in enumerate(found[: max(6, int(_FEW * len(found)))]):
        while stop < len(found) and found[stop] >= end - _SAME_PLACE:
            stop += 1
        if stop - start >= max(3, _MANY * len(found)):
            return found[start + 2]
    return found[2]
