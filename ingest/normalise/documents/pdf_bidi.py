"""Letters that are written from right to left: a line's characters in the order in which they are read.

A file draws them in whatever order its program liked, and the library turns each piece of a line by itself.
So they are put in order by where they stand. What is compared with other lines, where one begins and how far
it reaches, is counted from the side on which reading begins: a page written from right to left is mirrored.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec
import unicodedata2

from ingest.expressions import expression

_LETTERS = expression("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_RIGHT = frozenset(("R", "AL"))
_DIGITS = frozenset(("EN", "AN"))
_BETWEEN_DIGITS = frozenset(("CS", "ES"))
_OF_NUMBERS = _DIGITS | _BETWEEN_DIGITS | {"ET"}
_BRACKETS = {**dict(zip("([{<«", ")]}>»", strict=True)), **dict(zip(")]}>»", "([{<«", strict=True))}
_OPENING = "([{<«"
_ALONE = 3  # what a bracket costs that opens or closes nothing: as much as three that are turned
_MOST_BRACKETS = 1_000  # of one kind on a page
_LONGEST_NUMBER = 100  # characters
_APART = 2  # the same for two of different lines
_DEEPEST = 3
_NUMBER = 2  # characters of an item's number
_ALEFS = "\u0622\u0623\u0625\u0627"
_LAM = "\u0644"
_SAME_PLACE = 0.01  # of the size
_GAP = 0.3  # of the size: it parts words
_GAP_OF_WORDS = 0.14  # the same, where the library parts them too
_SAME_LINE = 0.6  # of the size: a raised mark is of its line


class Glyph(msgspec.Struct, gc=False):
    """A character as the library gives it: its place in the page's text, and where it stands.

    `is_bracket` one that may look the other way: in a line from right to left, but not where it ends the
    number of an item.
    """

    index: int
    text: str
    left: float
    right: float
    y: float
    size: float
    is_bracket: bool = False


class _Cluster(msgspec.Struct, gc=False):
    """A character with the marks on it; `word` tells in which word of its line the library has it."""

    glyphs: list[Glyph]
    kind: str
    word: int


def _left(cluster: _Cluster) -> float:
    return cluster.glyphs[0].left


def has_letters(text: str) -> bool:
    """Tell whether a text holds letters that are written from right to left."""
    return _LETTERS.search(text) is not None


def in_order(glyphs: Sequence[Glyph], width: float) -> list[Glyph]:
    """Return the characters of a page as they are read; along each line `left` and `right` grow.

    On a page that is written from right to left they are counted from there.
    """
    kinds = [unicodedata2.bidirectional(glyph.text) for glyph in glyphs]
    is_right = sum(map(kinds.count, _RIGHT)) > kinds.count("L")
    for before, glyph in itertools.pairwise(glyphs):
        is_lam = _LAM in (glyph.text, before.text)
        if is_lam and abs(before.left - glyph.left) < _SAME_PLACE * glyph.size:
            glyph.right = before.right
    ordered: list[Glyph] = []
    for line in _lines(glyphs):
        if is_right:
            for glyph in line:
                glyph.left, glyph.right = width - glyph.right, width - glyph.left
        ordered += _line(line, is_right=is_right)
    brackets = [glyph for glyph in ordered if glyph.is_bracket]
    _mend_brackets(brackets)
    return _without_inner_blanks(ordered) if brackets else ordered


def _without_inner_blanks(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Leave out a blank behind a bracket that opens and before one that closes: no text has it there."""
    found: list[Glyph] = []
    for before, glyph, after in zip((None, *glyphs), glyphs, (*glyphs[1:], None), strict=False):
        is_inner = (before is not None and before.is_bracket and before.text in _OPENING) or (
            after is not None and after.is_bracket and after.text not in _OPENING
        )
        if not (is_inner and glyph.text == " "):
            found.append(glyph)
    return found


def _mend_brackets(brackets: Sequence[Glyph]) -> None:
    """Turn the brackets of a page that would open and close nothing.

    Some files say which character a bracket is, others which one it looks like, and the library turns those
    that it takes for letters of a line from right to left.
    """
    for opening in _OPENING:
        pair = [glyph for glyph in brackets if glyph.text in {opening, _BRACKETS[opening]}]
        if len(pair) > _MOST_BRACKETS:
            continue  # the time grows with their square
        turns = _turns([(glyph.text == opening, round(glyph.y)) for glyph in pair])
        for glyph, is_turned in zip(pair, turns, strict=True):
            if is_turned:
                glyph.text = _BRACKETS[glyph.text]


def _turns(brackets: Sequence[tuple[bool, int]]) -> tuple[bool, ...]:
    """Return which brackets are to be turned: of each is said whether it opens, and its height.

    So that few are left alone, few are turned, and few lines are between two that belong together.
    """
    best: dict[int, tuple[int, tuple[bool, ...]]] = {0: (0, ())}
    height = 0
    for is_opening, y in brackets:
        if y != height:
            left = min((cost + _ALONE * depth, turned) for depth, (cost, turned) in best.items())
            best = {depth: (cost + _APART * depth, turned) for depth, (cost, turned) in best.items()}
            best[0] = left
            height = y
        found: dict[int, tuple[int, tuple[bool, ...]]] = {}
        for depth, (cost, turned) in best.items():
            for is_turned in (False, True):
                goes_in = is_opening != is_turned
                inner = depth + 1 if goes_in else max(depth - 1, 0)
                here = cost + is_turned + (_ALONE if not goes_in and depth == 0 else 0)
                if inner <= _DEEPEST and (inner not in found or here < found[inner][0]):
                    found[inner] = here, (*turned, is_turned)
        best = found
    return min((cost + _ALONE * depth, turned) for depth, (cost, turned) in best.items())[1]


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return the characters by line: those that follow each other and stand on one baseline."""
    line: list[Glyph] = []
    found = [line]
    y = size = 0.0
    is_begun = False
    for glyph in glyphs:
        if not glyph.text.isspace():
            if is_begun and abs(glyph.y - y) > _SAME_LINE * max(size, glyph.size):
                line = []
                found.append(line)
            is_begun = True
            y, size = glyph.y, glyph.size
        line.append(glyph)
    return found


def _line(line: list[Glyph], *, is_right: bool) -> list[Glyph]:
    """Return a line's characters as they are read: what goes the other way is turned where it stands."""
    clusters: list[_Cluster] = []
    blanks: list[Glyph] = []
    for glyph in line:
        kind = unicodedata2.bidirectional(glyph.text)
        if glyph.text.isspace():
            blanks.append(glyph)
        elif kind == "NSM" and clusters:
            clusters[-1].glyphs.append(glyph)
        else:
            clusters.append(_Cluster([glyph], kind, len(blanks)))
    clusters.sort(key=_left)
    _mend_ligatures(clusters)
    if is_right:
        for at, cluster in enumerate(clusters):
            glyph = cluster.glyphs[0]
            if glyph.text in _BRACKETS:
                glyph.is_bracket = at == 0 or at > _NUMBER
                if not glyph.is_bracket and glyph.text in _OPENING:
                    glyph.text = _BRACKETS[glyph.text]  # the number of an item ends with it
        _turn_left(clusters)
    else:
        for start, end in _runs_to_the_right(clusters):
            turned = _turned(clusters[start:end])
            _turn_left(turned)
            clusters[start:end] = turned
    return _with_blanks(clusters, blanks)


def _mend_ligatures(clusters: list[_Cluster]) -> None:
    """Put lam and alef that are one glyph in this order: no glyph has them in the other."""
    for at, (first, second) in enumerate(itertools.pairwise(clusters)):
        alef, lam = first.glyphs[0], second.glyphs[0]
        is_pair = lam.text == _LAM and alef.text in _ALEFS
        if is_pair and abs(alef.left - lam.left) < _SAME_PLACE * alef.size:
            clusters[at : at + 2] = second, first


def _with_blanks(clusters: Sequence[_Cluster], blanks: Sequence[Glyph]) -> list[Glyph]:
    """Return the characters with a blank between words; the line's end stands behind them.

    The library's blanks stand where words meet as the file draws them, which is not where they meet as read.
    """
    found: list[Glyph] = []
    word, end = -1, math.inf
    for cluster in clusters:
        first = cluster.glyphs[0]
        if first.left - end > (_GAP if cluster.word == word else _GAP_OF_WORDS) * first.size:
            last = found[-1]
            found.append(Glyph(last.index, " ", end, end, last.y, last.size))
        word, end = cluster.word, first.right
        found += cluster.glyphs
    return found + [blank for blank in blanks if blank.text in "\r\n"]


def _turned(clusters: Sequence[_Cluster]) -> list[_Cluster]:
    """Mirror clusters within the width they take together, and return them from left to right again."""
    glyphs = [glyph for cluster in clusters for glyph in cluster.glyphs]
    axis = min(glyph.left for glyph in glyphs) + max(glyph.right for glyph in glyphs)
    for glyph in glyphs:
        glyph.left, glyph.right = axis - glyph.right, axis - glyph.left
    return sorted(clusters, key=_left)


def _turn_left(clusters: list[_Cluster]) -> None:
    """Turn what goes from left to right in a row that is in order from right to left.

    It stands the other way round there: a word of Latin letters with all up to the next letter from right
    to left, or a number by itself.
    """
    backwards = clusters[::-1]
    end = len(backwards)
    at = 0
    while at < end:
        if backwards[at].kind in _RIGHT:
            at += 1
            continue
        stop = _end_of_left(backwards, at)
        if stop > at:
            low, high = end - stop, end - at
            clusters[low:high] = _turned(clusters[low:high])
        at = max(stop, at + 1)


def _end_of_left(row: Sequence[_Cluster], start: int) -> int:
    """Return where ends what begins at a place and goes from left to right: there, if nothing does."""
    stop = start
    if row[start].kind == "L":
        for at in range(start, len(row)):
            if row[at].kind in _RIGHT:
                break
            if row[at].kind == "L" or row[at].kind in _DIGITS:
                stop = at + 1
        return stop
    at = start
    while (
        at < min(len(row), start + _LONGEST_NUMBER)
        and row[at].word == row[start].word
        and row[at].kind in _OF_NUMBERS
    ):
        if row[at].kind not in _BETWEEN_DIGITS:
            stop = at + 1
        at += 1
    is_number = any(each.kind in _DIGITS for each in row[start:stop])
    return stop if is_number and row[start].kind not in _BETWEEN_DIGITS else start


def _runs_to_the_right(clusters: Sequence[_Cluster]) -> list[tuple[int, int]]:
    """Return where letters from right to left begin and end in a row that goes from left to right."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    stop = 0
    for at, cluster in enumerate(clusters):
        if cluster.kind in _RIGHT:
            start = at if start is None else start
            stop = at + 1
        elif cluster.kind == "L" and start is not None:
            found.append((start, stop))
            start = None
    if start is not None:
        found.append((start, stop))
    return found
