"""Paragraphs of a page of PDF, from its lines.

A paragraph ends where the first word of the next line would still have fitted, where the distance grows, the
size changes, or a line is set in or begins an item. What hangs behind a dash or a number goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.pdf_file import CUT
from ingest.normalise.documents.pdf_lines import (
    ALIKE,
    BULLETS,
    DASHES,
    GAP,
    NUMBER,
    UNIT,
    Line,
    Word,
    is_label,
)
from ingest.normalise.documents.pdf_margins import STRETCHED, Margins
from ingest.normalise.documents.pdf_wide import WIDE
from ingest.normalise.extraction import BlockKind

_GAP_OF_RUNS = 0.75
_AT_MARGIN = 0.15  # of the size, as what follows
_FARTHER = 1.2
_WITH_MARK = 1.5
_SAME_PLACE = 0.05  # of the size, as what follows
_SAME_END = 0.1
_HANGING = 6.0
_FIRST_LINE = 3.0
_NARROWER = 2.0
_NEXT_LINE = 1.6
_SEVERAL = 3
_WIDE_END = expression(rf"[{WIDE}]\Z")
_ENDS = frozenset('.!?:…”"’»)')


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
        if self.kind == "item" and words[0].text in BULLETS and len(words) > 1:
            words = words[1:]
        first = msgspec.structs.replace(self.lines[0], words=words)
        return "\n".join(line.text for line in (first, *self.lines[1:]))


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
    """Return where cells begin. What stands behind the mark of an item is none."""
    words = line.words[1:] if is_label(line.words[0].text) else line.words
    return [after.x0 for before, after in itertools.pairwise(words) if _is_gap(before, after, line)]


def _is_gap(before: Word, after: Word, line: Line) -> bool:
    """Tell whether more than a blank is between two words: much more, unless the file draws them apart."""
    gap = after.x0 - before.x1
    return after.begins_cell or gap > (_GAP_OF_RUNS if after.begins_run else GAP) * line.size


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
    is_alike = len(gaps) > 1 and max(gaps) - min(gaps) < ALIKE * line.size
    return is_alike and abs(margins.right(line) - line.x1) < _AT_MARGIN * line.size


def paragraphs(found: Sequence[Line], margins: Margins | None = None) -> list[Paragraph]:
    """Return the paragraphs of lines in the order in which they are read."""
    margins = margins or Margins(found)
    made: list[Paragraph] = []
    boxed = _boxed(found, margins)
    for index, line in enumerate(found):
        if _is_row(found, index, margins):
            made.append(Paragraph("row", [line], is_row=True))
        elif id(line) in boxed or (
            made and not made[-1].is_row and goes_on(made[-1], line, margins, found[index + 1 : index + 2])
        ):
            made[-1].lines.append(line)
        else:
            kind: BlockKind = "paragraph"
            if line.size > 1.15 * margins.size:
                kind = "heading"
            elif line.is_item() and (line.is_marked or len(line.words) > 1):
                kind = "item"
            made.append(Paragraph(kind, [line]))
    return made


def _boxed(found: Sequence[Line], margins: Margins) -> set[int]:
    """Return which lines go on with the one before by the margin of a box of their own, by identity.

    Several lines stand apart, begin at one place and end well before the margin of their column. They are one
    paragraph where each is as long as it can be if the longest reaches the end of the box, and some go on
    in the midst of a sentence.
    """
    gone_on: set[int] = set()
    start = 0
    for end in range(1, len(found) + 1):
        if end < len(found) and _is_below(found[end - 1], found[end]):
            continue
        lines = found[start:end]
        start = end
        if len(lines) < _SEVERAL or any(line.is_item() for line in lines[1:]):
            continue
        right = max(line.x1 for line in lines)
        if margins.right(lines[0]) - right < _NARROWER * lines[0].size or any(map(_starts, lines)):
            continue
        beginnings = [line.words[0].text[0] for line in lines[1:]]
        if sum(each.isupper() for each in beginnings) * 3 > 2 * len(beginnings):
            continue
        if all(
            len(last.words) >= _SEVERAL and last.x1 + 0.2 * last.size + line.first_width > right
            for last, line in itertools.pairwise(lines)
        ):
            gone_on.update(map(id, lines[1:]))
    return gone_on


def _is_below(last: Line, line: Line) -> bool:
    """Tell whether a line stands below another, at the same place and no farther than lines of a text do."""
    return (
        line.page == last.page
        and abs(line.size - last.size) < _SAME_PLACE * last.size
        and abs(line.x0 - last.x0) < _SAME_PLACE * last.size
        and 0 < last.y - line.y < _NEXT_LINE * last.size
    )


def goes_on(paragraph: Paragraph, line: Line, margins: Margins, after: Sequence[Line] = ()) -> bool:
    """Tell whether the line goes on with the paragraph. `after` has the line behind it, if there is one."""
    last = paragraph.lines[-1]
    if abs(line.size - last.size) > 0.08 * last.size:
        return False
    is_cut = last.words[-1].text.endswith(CUT)
    if line.page == last.page and last.y > line.y:
        step = last.y - line.y
        farthest = _WITH_MARK if line.has_raised else _FARTHER
        if step > farthest * margins.step(line) + 0.5:
            return False
        if step < 0.5 * line.size:
            return False
        if is_cut:
            return True
        is_hanging = _is_hanging(paragraph, line, margins, after)
        if not is_hanging and (_is_set_in(paragraph, line) or _is_set_out(paragraph, line)):
            return False
    elif is_cut:
        return True
    elif _is_set_in_from(line, paragraph, margins):
        return False
    if line.is_marked or _is_next_dash(paragraph, line):
        return False
    is_beside = abs(line.x0 - last.x0) > _SAME_PLACE * line.size
    if line.is_item() and (paragraph.kind == "item" or is_beside) and len(line.words) > 1:
        return False
    if margins.sticks_out(last) and margins.sticks_out(line) and abs(last.x1 - line.x1) > 0.5 * line.size:
        return False  # rows of a table that is wider than its column
    if _is_next_first_line(paragraph, line, margins, after):
        return False
    if any(_are_stretched_alike(one, last) for one in paragraph.lines[-2:-1]):
        return True
    return _are_stretched_alike(last, line) or not would_fit(last, line, margins)


def _are_stretched_alike(line: Line, other: Line) -> bool:
    """Tell whether two lines were made to reach one place by blanks that differ: the margin of their box.

    Lines of even letters, as programs have, and lines that end where their words do have blanks alike.
    """
    if line.page != other.page or abs(line.x0 - other.x0) > _SAME_PLACE * line.size:
        return False
    if abs(line.x1 - other.x1) > _SAME_END * line.size:
        return False
    one, two = line.blank, other.blank
    return one is not None and two is not None and abs(one - two) > STRETCHED * line.size


def _is_next_first_line(paragraph: Paragraph, line: Line, margins: Margins, after: Sequence[Line]) -> bool:
    """Tell whether a line and the only one before it are each set in as the first of a paragraph.

    The one before is a sentence to its end, and the line after stands where the others of a paragraph do.
    """
    last = paragraph.lines[-1]
    if (
        len(paragraph.lines) > 1
        or paragraph.kind == "item"
        or abs(last.x0 - line.x0) > _SAME_PLACE * line.size
    ):
        return False
    if last.words[-1].text[-1] not in _ENDS or not line.words[0].text[0].isupper():
        return False
    return any(
        0.7 * line.size < line.x0 - one.x0 < _HANGING * line.size
        and 0 < line.y - one.y <= _FARTHER * margins.step(line)
        for one in after
    )


def _is_hanging(paragraph: Paragraph, line: Line, margins: Margins, after: Sequence[Line]) -> bool:
    """Tell whether a line is set in as all behind the first of a paragraph are, which begins with a term.

    The first line reaches the margin, and the line after stands where this one does, or below a distance.
    """
    first = paragraph.lines[0]
    offset = line.x0 - first.x0
    if len(paragraph.lines) > 1 or not 0.7 * line.size < offset < _HANGING * line.size:
        return False
    if would_fit(first, line, margins):
        return False
    return all(
        abs(one.x0 - line.x0) < _SAME_PLACE * line.size or line.y - one.y > _FARTHER * margins.step(line)
        for one in after
    )


def would_fit(last: Line, line: Line, margins: Margins) -> bool:
    """Tell whether the first word of a line would still have had its place in the one before."""
    is_parted_anywhere = UNIT.match(line.words[0].text) is not None
    is_even = margins.is_even(last)
    if is_even and not is_parted_anywhere and margins.right(last) - last.x1 > 0.3 * last.size:
        return True
    width = line.first_width
    if not is_even and (is_parted_anywhere or _WIDE_END.search(last.words[-1].text) is not None):
        width += last.size  # some makers leave room for one letter more
    return last.x1 + 0.2 * last.size + width < margins.right(last) - 0.05 * last.size


def _is_set_in(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line begins further to the right than the paragraph's, and so begins one."""
    last = paragraph.lines[-1]
    offset = line.x0 - last.x0
    if paragraph.kind == "item" and len(paragraph.lines) == 1:
        return False
    if len(paragraph.lines) == 1 and (offset < 0 or _hangs(last, line)):
        return False
    return offset > 0.7 * line.size


def _hangs(first: Line, line: Line) -> bool:
    """Tell whether a line begins where the first one does behind its dash or its number."""
    words = first.words
    is_label = words[0].text in DASHES or NUMBER.fullmatch(words[0].text)
    return bool(len(words) > 1 and is_label and abs(line.x0 - words[1].x0) < 0.3 * line.size)


def _is_next_dash(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line begins with a dash where the paragraph does."""
    first = paragraph.lines[0]
    dash = first.words[0].text
    return dash in DASHES and line.words[0].text == dash and abs(line.x0 - first.x0) < 0.1 * line.size


def _is_set_out(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line begins further to the left than the item, or than the paragraph after its first."""
    first, last = paragraph.lines[0], paragraph.lines[-1]
    if len(paragraph.lines) == 1 and (paragraph.kind != "item" or _is_first_line(first, line)):
        return False
    least = min(first.x0, last.x0) if paragraph.kind == "item" else last.x0
    return line.x0 < least - 0.7 * line.size


def _is_first_line(first: Line, line: Line) -> bool:
    """Tell whether a numbered line is the first of a paragraph, set in, whose sentence goes on below."""
    is_numbered = NUMBER.fullmatch(first.words[0].text) is not None
    return is_numbered and first.x0 - line.x0 < _FIRST_LINE * line.size and first.text[-1] not in _ENDS


def _is_set_in_from(line: Line, paragraph: Paragraph, margins: Margins) -> bool:
    """Tell whether the first line of a page or column is set in, as far as the paragraph before is not."""
    if line.page == paragraph.lines[-1].page:
        return False
    usual = min(one.x0 for one in paragraph.lines[-2:])
    return 0.7 * line.size < line.x0 - usual < 4 * line.size and margins.size > 0 and paragraph.kind != "item"
