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
_SAME_COLUMN = 0.05
_CELL_GAP = 0.08  # between two words that are drawn one by one
_FAR_CELLS = 3.0
_NEAR = 0.15  # two sizes differ by less
# Numbers at least.
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
