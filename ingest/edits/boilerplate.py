"""Lines and sentences that a root's settings declare boilerplate: where they stand, and a text without them.

A pattern matches a whole line or a whole sentence. Capitals count, the number of blanks does not. `*` stands
for one word, that is a run of characters other than blanks; `**` for any run of words, none too. Beside a
letter or mark a blank may stand or not: `Updated:*` matches `Updated: 12:04` and `Updated:12:04`.

A pattern is tried by walking a text once, with the set of places in the pattern that can have been
reached: the work is at most the length of both multiplied, whatever the pattern. A line or sentence longer
than `LONGEST` characters is never boilerplate.
"""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from ingest.text.sentences import split

LONGEST = 1_000
_BLANK, _WORD, _ANY = " ", "word", "any"  # what a step of a pattern takes, beside one literal character


class Remainder(msgspec.Struct, frozen=True):
    """A text without its boilerplate: what was cut out, and where in the whole text the rest begins.

    `starts` are pairs of places, in `text` and in the whole text, where a kept stretch begins.
    """

    text: str
    cut: tuple[str, ...] = ()
    starts: tuple[tuple[int, int], ...] = ((0, 0),)

    def place(self, offset: int) -> int:
        """Tell where a place of `text` is in the whole text."""
        here, there = self.starts[bisect_right(self.starts, offset, key=lambda each: each[0]) - 1]
        return there + offset - here


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Tell whether a line or a sentence is boilerplate."""
    if len(text) > LONGEST:
        return False
    return any(part in text and pattern.match(text) for part, pattern in map(_compiled, patterns))


def strip(text: str, language: str | None, patterns: Sequence[str]) -> Remainder:
    """Return the text without its boilerplate lines and sentences; a line goes with its end.

    Where the line before is blank, or there is none, the blank lines after it go with it.
    """
    wanted = [pattern for pattern in patterns if _compiled(pattern)[0] in text]
    ranges = _ranges(text, language, wanted) if wanted else []
    if not ranges:
        return Remainder(text)
    kept: list[str] = []
    starts: list[tuple[int, int]] = []
    at = length = 0
    for start, end in [*ranges, (len(text), len(text))]:
        if start > at or not starts:
            starts.append((length, at))
            kept.append(text[at:start])
            length += start - at
        at = end
    cut = (text[start:end].strip() for start, end in ranges)
    return Remainder("".join(kept), tuple(filter(None, cut)), tuple(starts))


def is_boilerplate(line: str, language: str | None, patterns: Sequence[str]) -> bool:
    """Tell whether nothing but boilerplate stands in a line, as one or sentence by sentence."""
    if not patterns or not line.strip():
        return False
    return matches(line, patterns) or not strip(line, language, patterns).text.strip()


def difference(old: Remainder, new: Remainder) -> tuple[str | None, str | None]:
    """Return the first piece of boilerplate that is in one text and not in the other, of each."""
    was, became = Counter(old.cut), Counter(new.cut)
    return next(iter(was - became), None), next(iter(became - was), None)


def same_rest(old: Remainder, new: Remainder) -> bool:
    """Tell whether two texts are the same without their boilerplate and the blank lines where it stood."""
    if old.text.rstrip() == new.text.rstrip():
        return True
    lines, new_lines = _written_lines(old.text), _written_lines(new.text)
    if [said for _, said in lines] != [said for _, said in new_lines]:
        return False
    cut = {*_gaps_with_cuts(old, lines), *_gaps_with_cuts(new, new_lines)}
    gaps = zip(_gaps(old.text, lines), _gaps(new.text, new_lines), strict=True)
    return all(was == became or at in cut for at, (was, became) in enumerate(gaps))


def _written_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are not blank, and where each begins."""
    found: list[tuple[int, str]] = []
    at = 0
    for line in text.rstrip().split("\n"):
        if line.strip():
            found.append((at, line))
        at += len(line) + 1
    return found


def _gaps(text: str, lines: Sequence[tuple[int, str]]) -> list[str]:
    """Return what stands before each line, from the end of the one before."""
    ends = [0, *(at + len(line) for at, line in lines)]
    return [text[end:at] for end, (at, _) in zip(ends, lines, strict=False)]


def _gaps_with_cuts(stripped: Remainder, lines: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Yield the gaps in which something was cut out, by number; a cut within a line is in none."""
    for place, _ in stripped.starts[1:]:
        after = bisect_left(lines, place, key=lambda line: line[0])
        if after == 0 or lines[after - 1][0] + len(lines[after - 1][1]) <= place:
            yield after


def _ranges(text: str, language: str | None, patterns: Sequence[str]) -> list[tuple[int, int]]:
    """Tell where the boilerplate stands, in order; none overlaps another."""
    lines = list(_lines(text, patterns))
    found = list(lines)
    before = 0
    for each in split(text, language):
        line = bisect_right(lines, each.text_start, key=lambda line: line[0]) - 1
        inside = line >= 0 and each.text_end <= lines[line][1]
        if not inside and matches(text[each.text_start : each.text_end], patterns):
            last = "\n" in text[each.text_end : each.end]
            found.append((before, each.text_end) if last else (each.text_start, each.end))
        before = each.text_end
    return _joined(sorted(found))


def _lines(text: str, patterns: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    after_blank, with_blanks = True, False
    for line in text.split("\n"):
        end = min(at + len(line) + 1, len(text))
        blank = not line.strip()
        if not blank and matches(line, patterns):
            yield at, end
            with_blanks = after_blank
        elif blank and with_blanks:
            yield at, end
        else:
            after_blank, with_blanks = blank, False
        at = end


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


# -- one pattern -----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> tuple[str, _Pattern]:
    """Return the longest run of a pattern that a text must hold, and the pattern."""
    literal = max(pattern.replace("*", " ").split(), key=len, default="")
    return literal, _Pattern(" ".join(pattern.split()))


class _Pattern:
    """A pattern as places with steps between them; a text must lead from the first to a last one."""

    def __init__(self, pattern: str) -> None:
        self._steps: list[list[tuple[str, int]]] = [[]]
        self._free: list[list[int]] = [[]]  # places that are reached without a character
        self._last: set[int] = set()  # places at which the text may end
        at = 0
        end = len(pattern)
        here = 0
        while here < end:
            if pattern[here] != "*":
                at = self._step(at, pattern[here])
                here += 1
                continue
            stars = here
            while here < end and pattern[here] == "*":
                here += 1
            glued = (stars > 0 and pattern[stars - 1] != _BLANK, here < end and pattern[here] != _BLANK)
            if here - stars == 1:
                at = self._word(at, *glued)
            elif any(glued):
                self._steps[at].append((_ANY, at))
            elif here < end:
                at = self._run(at)
                here += 1  # its blank is a part of the run
            else:
                self._last_run(at)
        self._last.add(at)
        self._reached = [self._without(place) for place in range(len(self._steps))]

    def match(self, text: str) -> bool:
        """Tell whether the whole text matches, however many blanks are between its words."""
        places = self._reached[0]
        for char in " ".join(text.split()):
            after: set[int] = set()
            for place in places:
                for takes, to in self._steps[place]:
                    if takes in (char, _ANY) or (takes == _WORD and char != _BLANK):
                        after |= self._reached[to]
            if not after:
                return False
            places = frozenset(after)
        return not self._last.isdisjoint(places)

    def _new(self) -> int:
        self._steps.append([])
        self._free.append([])
        return len(self._steps) - 1

    def _step(self, at: int, takes: str) -> int:
        to = self._new()
        self._steps[at].append((takes, to))
        return to

    def _word(self, at: int, after_mark: bool, before_mark: bool) -> int:
        """Return one word, with a blank beside it or none where the pattern has a letter or mark there."""
        if after_mark:
            at = self._maybe_blank(at)
        at = self._step(at, _WORD)
        self._steps[at].append((_WORD, at))
        return self._maybe_blank(at) if before_mark else at

    def _maybe_blank(self, at: int) -> int:
        to = self._step(at, _BLANK)
        self._free[at].append(to)
        return to

    def _run(self, at: int) -> int:
        """Add steps that lead over any number of words, each with the blank after it, back to this place."""
        word = self._step(at, _WORD)
        self._steps[word] += [(_WORD, word), (_BLANK, at)]
        return at

    def _last_run(self, at: int) -> None:
        """Match any number of words up to the end; without one, the blank before is missing too."""
        self._steps[at].append((_ANY, at))
        self._last.update(before for before, steps in enumerate(self._steps) if (_BLANK, at) in steps)

    def _without(self, place: int) -> frozenset[int]:
        """Return the places that are reached from one without a character, itself too."""
        found, waiting = {place}, [place]
        while waiting:
            new = set(self._free[waiting.pop()]) - found
            found |= new
            waiting += new
        return frozenset(found)
