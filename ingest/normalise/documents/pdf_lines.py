"""Words and lines of a page of PDF, by where they stand.

The baseline makes a line, not the boxes of its characters, which fonts give as they like.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.pdf_file import Page, Run
from ingest.normalise.documents.pdf_wide import CLOSING, OPENING, WIDE

# Of scripts without blanks: one character, and the marks that begin no line or end none.
UNIT = expression(rf"[{OPENING}]*[{WIDE}][{CLOSING}]*")
_WORD = expression(r"\S+")
# Marks of items; fonts of symbols have theirs in an area of Unicode that is nobody's.
BULLETS = frozenset("•‣◦▪▫●○■□·⁃∙◆◇♦►▶➤➢→✓✔✗✘★☆☐☑❖❑❒").union(map(chr, range(0xF020, 0xF100)))
DASHES = frozenset("–—‒―-‐*+")
NUMBER = expression(r"(?:\d{1,3}|[A-Za-z])[.)]|\([A-Za-z0-9]{1,4}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?")
# Digits that a font has small and high by themselves, alone or beside such as are drawn so.
_HIGH_DIGITS = expression("[0-9⁰¹²³⁴-⁹]{0,2}[⁰¹²³⁴-⁹][0-9⁰¹²³⁴-⁹]{0,2}")
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_PAGE_NUMBER = expression(r"\d{1,4}|[ivxlcIVXLC]{1,8}")
_LEADER_DOTS = 4  # in a row at least
_SEVERAL = 3  # lines
_MARK = expression(r"\d{1,3}|[*†‡§¶]{1,3}")
# Distances, in sizes of the letters.
GAP = 1.8  # between two cells of a row
ALIKE = 0.2  # two blanks differ by less
STRETCHED = 0.004  # and those of stretched lines by more
_SAME_COLUMN = 0.05
_CELL_GAP = 0.08  # between two words that are drawn one by one
_FAR_CELLS = 3.0
_NEXT_LINE = 1.8
_NEAR = 0.15  # two sizes differ by less
# Distances, in points.
_BUCKET = 8.0
_SAME_PLACE = 3.0
# Shares of lines.
_MANY = 0.12
_FEW = 0.1
_EVEN = 0.55  # end at the margin
_EVEN_FOLLOWED = 0.75
# Numbers at least.
_ENOUGH = 10  # lines
_ENOUGH_BLANKS = 4


class Word(msgspec.Struct, gc=False):
    """A word where it stands: `is_glued` without a blank before it, `is_raised` where small and high.

    `begins_cell` where a word of another row begins at its place, however close the word before is.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_glued: bool = False
    is_raised: bool = False
    begins_run: bool = False
    begins_cell: bool = False

    @property
    def mark(self) -> str:
        """Return the word as the mark of a note is compared: in digits that stand on the line."""
        return self.text.strip(",;").translate(DIGITS)


class Line(msgspec.Struct, gc=False):
    """Words on one baseline.

    `is_marked` where the mark of an item stands before it, drawn by itself; `has_raised` where a raised word
    sets it lower than others.
    """

    words: list[Word]
    y: float
    size: float
    page: int
    is_marked: bool = False
    has_raised: bool = False

    @property
    def x0(self) -> float:
        """Return where the line begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Return where the line ends."""
        return self.words[-1].x1

    @property
    def text(self) -> str:
        """Return the words, parted by blanks."""
        return "".join(word.text if word.is_glued else f" {word.text}" for word in self.words).lstrip(" ")

    @property
    def edge(self) -> float:
        """Return where the text of the line begins: behind the mark of an item."""
        return self.words[1].x0 if len(self.words) > 1 and is_label(self.words[0].text) else self.x0

    @property
    def blank(self) -> float | None:
        """Return how wide the blanks are; None where there are few, or some are wider than others."""
        gaps = [after.x0 - one.x1 for one, after in itertools.pairwise(self.words) if not after.is_glued]
        if len(gaps) < _ENOUGH_BLANKS or max(gaps) - min(gaps) > ALIKE * self.size:
            return None
        return sum(gaps) / len(gaps)

    @property
    def first_width(self) -> float:
        """Return how wide the first word is, or what else cannot be parted."""
        unit = UNIT.match(self.words[0].text)
        if unit is not None:
            return min(len(unit[0]) * self.size, self.words[-1].x1 - self.x0)
        end = self.words[0].x1
        for word in self.words[1:]:
            if not word.is_glued:
                break
            end = word.x1
        return end - self.x0

    def is_item(self) -> bool:
        """Tell whether the line begins as an item of a list does."""
        if self.is_marked:
            return True
        first = self.words[0].text
        return first in BULLETS or NUMBER.fullmatch(first) is not None


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


def lines(page: Page, runs: Iterable[Run]) -> list[Line]:
    """Return the lines of these runs, in their order."""
    found: list[Line] = []
    for word in _words(page, runs):
        _add(found, word, page.number)
    _part_cells(found)
    for line in found:
        line.size = _size(line)
        highest, largest = line.y + 0.15 * line.size, 1.05 * line.size
        before = ""
        for word in line.words:
            # Some fonts have small high digits of their own: they stand on the line, behind a word.
            if (
                (word.y > highest and word.size < largest)
                or (word.is_glued and before and word.text.isdigit() and not before[-1].isdigit())
                or (not word.is_glued and _HIGH_DIGITS.fullmatch(word.text))
            ):
                word.is_raised = line.has_raised = True
            before = word.text
    return _without_leaders(_without_bullets(found))


def _words(page: Page, runs: Iterable[Run]) -> list[Word]:
    """Return the words of runs where they stand; the library is asked of all of them at once."""
    found: list[Word] = []
    within: list[Word] = []  # those that do not begin a run
    firsts: list[int] = []  # characters: where they begin
    lasts: list[int] = []  # and where all end
    ended_in = False
    for run in runs:
        begins_run = True
        for match in _WORD.finditer(run.text):
            start, end = match.span()
            text = match[0].replace("\ufffe", "")
            is_glued = start == 0 and ended_in
            ended_in = end == len(run.text)
            if text:
                word = Word(text, run.x, 0.0, run.y, run.size, is_glued, False, begins_run)
                found.append(word)
                if start:
                    within.append(word)
                    firsts.append(run.start + start)
                lasts.append(run.start + end - 1)
            begins_run = False
        if begins_run or run.text[-1].isspace():
            ended_in = False
    for word, left in zip(within, page.origins(firsts)[0], strict=True):
        word.x0 = left
    for word, right in zip(found, page.rights(lasts), strict=True):
        word.x1 = max(right, word.x0)
    return found


def _without_leaders(found: list[Line]) -> list[Line]:
    """Return the lines without leader dots and the numbers of pages behind them.

    On a page with several such lines, a number behind a wide gap at the end of any other is one too.
    """
    led = 0
    for line in found:
        words = line.words
        end = len(words) - 1 if _PAGE_NUMBER.fullmatch(words[-1].text) else len(words)
        start = end
        while start > 0 and not words[start - 1].text.strip("."):
            start -= 1
        if start > 0 and sum(len(word.text) for word in words[start:end]) >= _LEADER_DOTS:
            line.words = words[:start]
            led += 1
    if led >= _SEVERAL:
        for line in found:
            words = line.words
            is_number = len(words) > 1 and _PAGE_NUMBER.fullmatch(words[-1].text)
            if is_number and words[-1].x0 - words[-2].x1 > GAP * line.size:
                line.words = words[:-1]
    return found


def _without_bullets(found: list[Line]) -> list[Line]:
    """Return the lines without those that are the mark of an item alone, and mark the items."""
    numbers = [line for line in found if len(line.words) == 1 and NUMBER.fullmatch(line.words[0].text)]
    alone = [line for line in found if all(word.text in BULLETS for word in line.words)]
    alone += [number for number in numbers if any(_is_marked_by(line, number) for line in found)]
    if not alone:
        return found
    gone = {id(line) for line in alone}
    kept = [line for line in found if id(line) not in gone]
    for line in kept:
        line.is_marked = any(_is_marked_by(line, mark) for mark in alone)
    return kept


def _is_marked_by(line: Line, mark: Line) -> bool:
    return abs(mark.y - line.y) < 0.3 * line.size and mark.x1 < line.x0 < mark.x1 + 3 * line.size


def _add(found: list[Line], word: Word, page: int) -> None:
    line = found[-1] if found else None
    if line is not None and _goes_on(line, word):
        line.words.append(word)
        if word.size > line.size * 1.15:
            line.y, line.size = word.y, word.size
        return
    word.is_glued = False
    found.append(Line([word], word.y, word.size, page))


def _goes_on(line: Line, word: Word) -> bool:
    size = max(line.size, word.size)
    if word.x0 < line.x1 - 0.5 * size:
        return False
    off = abs(word.y - line.y)
    if off <= 0.2 * size:
        return True
    is_mark = min(word.size, line.size) < 0.95 * size or (word.y > line.y and _MARK.fullmatch(word.text))
    return bool(is_mark) and off <= 0.65 * size and word.x0 - line.x1 < size


def _size(line: Line) -> float:
    """Return the size of most letters of a line, among those near the one that it has."""
    if all(word.size == line.size for word in line.words):
        return line.size
    letters: Counter[float] = Counter()
    for word in line.words:
        if abs(word.size - line.size) <= _NEAR * line.size:
            letters[word.size] += len(word.text)
    return max(letters, key=lambda size: (letters[size], size), default=line.size)


def is_label(text: str) -> bool:
    """Tell whether a word is the mark of an item: a bullet, a dash, a number."""
    return text in BULLETS or text in DASHES or NUMBER.fullmatch(text) is not None


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


def _part_cells(found: Sequence[Line]) -> None:
    """Part words that the file draws close to each other, where cells above or below begin at that place."""
    glued = [
        (line, word)
        for line in found
        for before, word in itertools.pairwise(line.words)
        if word.is_glued and word.begins_run and word.x0 - before.x1 > _CELL_GAP * word.size
    ]
    if not glued:
        return
    starts: dict[int, list[tuple[float, float]]] = {}
    for line in found:
        for word in line.words[1:]:
            if word.begins_run and not word.is_glued:
                starts.setdefault(round(word.x0), []).append((word.x0, line.y))
    for line, word in glued:
        place = round(word.x0)
        near = (one for at in (place - 1, place, place + 1) for one in starts.get(at, ()))
        word.begins_cell = any(
            abs(x0 - word.x0) < _SAME_COLUMN * word.size and abs(y - line.y) < _FAR_CELLS * word.size
            for x0, y in near
        )
        word.is_glued = not word.begins_cell


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
