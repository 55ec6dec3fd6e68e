"""Words, lines and paragraphs of a page of PDF, by where they stand.

The baseline makes a line, not the boxes of its characters, which fonts give as they like. A paragraph ends
where the first word of the next line would still have fitted, where the distance grows, the size changes,
or a line is set in or begins an item.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.pdf_file import HYPHEN, Page, Run
from ingest.normalise.documents.pdf_wide import CLOSING, OPENING, WIDE
from ingest.normalise.extracted import BlockKind

# Of scripts without blanks: one character, and the marks that begin no line or end none.
_UNIT = expression(rf"[{OPENING}]*[{WIDE}][{CLOSING}]*")
_WORD = expression(r"\S+")
_BULLETS = frozenset("•‣◦▪▫●○■□·⁃∙")
_NUMBER = expression(r"(?:\d{1,3}|[A-Za-z])[.)]|\([A-Za-z0-9]{1,4}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?")
_PAGE_NUMBER = expression(r"\d{1,4}|[ivxlcIVXLC]{1,8}")
_LEADER_DOTS = 4
_SEVERAL = 3
_MARK = expression(r"\d{1,3}|[*†‡§¶]{1,3}")
_GAP = 1.8
_GAP_OF_RUNS = 0.75
_ALIKE = 0.2  # of the size, as what follows
_AT_MARGIN = 0.15
_FARTHER = 1.2
_WITH_MARK = 1.5
_BUCKET = 8.0
_ENOUGH = 10
_MANY = 0.12  # of the lines of a column
_SAME_PLACE = 3.0  # points
_FEW = 0.1  # of the lines of a column
_EVEN = 0.55


class Word(msgspec.Struct):
    """A word where it stands: `is_glued` without a blank before it, `is_raised` where small and high."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_glued: bool = False
    is_raised: bool = False
    begins_run: bool = False


class Line(msgspec.Struct):
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
    def first_width(self) -> float:
        """Return how wide the first word is, or what else cannot be parted."""
        unit = _UNIT.match(self.words[0].text)
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
        return first in _BULLETS or _NUMBER.fullmatch(first) is not None


class Paragraph(msgspec.Struct):
    """Lines that are one block."""

    kind: BlockKind
    lines: list[Line]
    is_row: bool = False

    @property
    def text(self) -> str:
        """Return the lines; a row has a tab between its cells."""
        if self.is_row:
            return "\t".join(cells(self.lines[0]))
        words = self.lines[0].words
        if self.kind == "item" and words[0].text in _BULLETS and len(words) > 1:
            words = words[1:]
        first = msgspec.structs.replace(self.lines[0], words=words)
        return "\n".join(line.text for line in (first, *self.lines[1:]))


class Margins:
    """How far to the right lines go that begin at some place, and how far one is below the other."""

    def __init__(self, lines: Sequence[Line]) -> None:
        ends: dict[tuple[int, int], list[float]] = {}
        steps: Counter[tuple[int, int]] = Counter()
        sizes: Counter[int] = Counter()
        before: Line | None = None
        for line in lines:
            ends.setdefault((round(line.size), int(line.x0 // _BUCKET)), []).append(line.x1)
            sizes[round(line.size * 10)] += sum(len(word.text) for word in line.words)
            if before is not None and before.page == line.page:
                step = before.y - line.y
                if 0.5 * line.size < step < 4 * line.size:
                    steps[round(line.size), round(step * 2)] += 1
            before = line
        self.size = max(sizes, key=lambda size: (sizes[size], size)) / 10 if sizes else 0.0
        self._ends = {key: (_reached(found), len(found)) for key, found in ends.items()}
        full = sum(self.right(line) - line.x1 < 1 for line in lines)
        # In a text with even margins every line of a paragraph but its last reaches the margin.
        self.is_even = full > _EVEN * len(lines)
        self._steps: dict[int, float] = {}
        for (size, step), _ in sorted(steps.items(), key=lambda item: (item[1], -item[0][1])):
            self._steps[size] = step / 2

    def right(self, line: Line) -> float:
        """Return where lines of this column end."""
        reach = 4 * line.size
        first, last = int((line.x0 - reach) // _BUCKET), int((line.x0 + reach) // _BUCKET)
        size = round(line.size)
        near = [self._ends.get((size, bucket)) for bucket in range(first, min(last, first + 100) + 1)]
        ends = [end for end in near if end is not None]
        most = max((count for _, count in ends), default=0)
        return max((end for end, count in ends if count * 4 >= most), default=line.x1)

    def sticks_out(self, line: Line) -> bool:
        """Tell whether a line ends beyond where others of its column do."""
        return line.x1 - self.right(line) > 0.5 * line.size

    def step(self, line: Line) -> float:
        """Return how far a line of this size is usually below the one before."""
        return self._steps.get(round(line.size), 1.4 * line.size)


def lines(page: Page, runs: Iterable[Run]) -> list[Line]:
    """Return the lines of these runs, in their order."""
    found: list[Line] = []
    ended_in = False
    for run in runs:
        begins_run = True
        for match in _WORD.finditer(run.text):
            start, end = match.span()
            text = match[0].replace("\ufffe", "")
            is_glued = start == 0 and ended_in
            ended_in = end == len(run.text)
            if text:
                x0 = run.x if start == 0 else page.origin(run.start + start)[0]
                x1 = page.right(run.start + end - 1)
                word = Word(text, x0, max(x1, x0), run.y, run.size, is_glued, begins_run=begins_run)
                _add(found, word, page.number)
            begins_run = False
        if begins_run or run.text[-1].isspace():
            ended_in = False
    for line in found:
        highest, largest = line.y + 0.15 * line.size, 1.05 * line.size
        before = ""
        for word in line.words:
            # Some fonts have small high digits of their own: they stand on the line, behind a word.
            if (word.y > highest and word.size < largest) or (
                word.is_glued and before and word.text.isdigit() and not before[-1].isdigit()
            ):
                word.is_raised = line.has_raised = True
            before = word.text
    return _without_leaders(_without_bullets(found))


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
            if is_number and words[-1].x0 - words[-2].x1 > _GAP * line.size:
                line.words = words[:-1]
    return found


def _without_bullets(found: list[Line]) -> list[Line]:
    """Return the lines without those that are the mark of an item alone, and mark the items."""
    numbers = [line for line in found if len(line.words) == 1 and _NUMBER.fullmatch(line.words[0].text)]
    alone = [line for line in found if all(word.text in _BULLETS for word in line.words)]
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


def cells(line: Line) -> list[str]:
    """Return the texts of a line between its wide gaps."""
    found: list[str] = []
    for index, word in enumerate(line.words):
        if index == 0 or _is_gap(line.words[index - 1], word, line):
            found.append(word.text)
        else:
            found[-1] += word.text if word.is_glued else f" {word.text}"
    return found


def _starts(line: Line) -> list[float]:
    return [after.x0 for before, after in itertools.pairwise(line.words) if _is_gap(before, after, line)]


def _is_gap(before: Word, after: Word, line: Line) -> bool:
    """Tell whether more than a blank is between two words: much more, unless the file draws them apart."""
    gap = after.x0 - before.x1
    return gap > (_GAP_OF_RUNS if after.begins_run else _GAP) * line.size


def _is_row(found: Sequence[Line], index: int, margins: Margins) -> bool:
    """Tell whether a line has cells, since one beside it has a gap at the same place."""
    starts = _starts(found[index])
    if not starts or _is_stretched(found[index], margins):
        return False
    for at in (index - 1, index + 1):
        if 0 <= at < len(found) and any(abs(a - b) < 3 for a in starts for b in _starts(found[at])):
            return not _is_stretched(found[at], margins)
    return False


def _is_stretched(line: Line, margins: Margins) -> bool:
    """Tell whether a line's gaps are wide because it was made to reach the margin: all are alike."""
    gaps = [after.x0 - before.x1 for before, after in itertools.pairwise(line.words) if not after.is_glued]
    is_alike = len(gaps) > 1 and max(gaps) - min(gaps) < _ALIKE * line.size
    return is_alike and abs(margins.right(line) - line.x1) < _AT_MARGIN * line.size


def paragraphs(found: Sequence[Line], margins: Margins | None = None) -> list[Paragraph]:
    """Return the paragraphs of lines in the order in which they are read."""
    margins = margins or Margins(found)
    made: list[Paragraph] = []
    for index, line in enumerate(found):
        if _is_row(found, index, margins):
            made.append(Paragraph("row", [line], is_row=True))
        elif made and not made[-1].is_row and goes_on(made[-1], line, margins):
            made[-1].lines.append(line)
        else:
            kind: BlockKind = "paragraph"
            if line.size > 1.15 * margins.size:
                kind = "heading"
            elif line.is_item() and (line.is_marked or len(line.words) > 1):
                kind = "item"
            made.append(Paragraph(kind, [line]))
    return made


def goes_on(paragraph: Paragraph, line: Line, margins: Margins) -> bool:
    """Tell whether the line goes on with the paragraph."""
    last = paragraph.lines[-1]
    if abs(line.size - last.size) > 0.08 * last.size:
        return False
    is_cut = last.words[-1].text.endswith((HYPHEN, "\u00ad", "\u2010"))
    if line.page == last.page and last.y > line.y:
        step = last.y - line.y
        farthest = _WITH_MARK if line.has_raised else _FARTHER
        if step > farthest * margins.step(line) + 0.5:
            return False
        if step < 0.5 * line.size:
            return False
        if is_cut:
            return True
        if _is_set_in(paragraph, line) or _is_set_out(paragraph, line):
            return False
    elif is_cut:
        return True
    elif _is_set_in_from(line, paragraph, margins):
        return False
    if line.is_marked:
        return False
    if line.is_item() and (paragraph.kind == "item" or line.x0 != last.x0) and len(line.words) > 1:
        return False
    if margins.sticks_out(last) and margins.sticks_out(line) and abs(last.x1 - line.x1) > 0.5 * line.size:
        return False  # rows of a table that is wider than its column
    return not would_fit(last, line, margins)


def would_fit(last: Line, line: Line, margins: Margins) -> bool:
    """Tell whether the first word of a line would still have had its place in the one before."""
    is_parted_anywhere = _UNIT.match(line.words[0].text) is not None
    if margins.is_even and not is_parted_anywhere and margins.right(last) - last.x1 > 0.3 * last.size:
        return True
    return last.x1 + 0.2 * last.size + line.first_width < margins.right(last) - 0.05 * last.size


def _is_set_in(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line begins further to the right than the paragraph's, and so begins one."""
    last = paragraph.lines[-1]
    offset = line.x0 - last.x0
    if paragraph.kind == "item" and len(paragraph.lines) == 1:
        return False
    if len(paragraph.lines) == 1 and offset < 0:
        return False
    return offset > 0.7 * line.size


def _is_set_out(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line begins further to the left than the item, or than the paragraph after its first."""
    if paragraph.kind != "item" and len(paragraph.lines) == 1:
        return False
    least = paragraph.lines[0].x0 if paragraph.kind == "item" else paragraph.lines[-1].x0
    return line.x0 < least - 0.7 * line.size


def _is_set_in_from(line: Line, paragraph: Paragraph, margins: Margins) -> bool:
    """Tell whether the first line of a page or column is set in, as far as the paragraph before is not."""
    if line.page == paragraph.lines[-1].page:
        return False
    usual = min(one.x0 for one in paragraph.lines[-2:])
    return 0.7 * line.size < line.x0 - usual < 4 * line.size and margins.size > 0 and paragraph.kind != "item"


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
