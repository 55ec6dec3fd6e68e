r"""Differences by line and by word.

The longest common subsequence of the parts between a common head and tail (bit-parallel, after
Hyyrö 2004, by rapidfuzz). Past a bound on its size the middle counts as replaced whole: the answer
is then coarse, and still right. Lines end at `\n` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal

import msgspec
from rapidfuzz.distance import Indel

LARGEST = 400_000_000  # cells of the alignment's table; an eighth of it is bytes of memory
_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


class Span(msgspec.Struct, frozen=True):
    """Parts `a_start:a_end` of A became parts `b_start:b_end` of B, or stayed when `same`."""

    same: bool
    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Line(msgspec.Struct, frozen=True):
    """One line of a hunk, with its line end if it has one."""

    op: Literal[" ", "-", "+"]
    text: str


class Hunk(msgspec.Struct, frozen=True):
    """A stretch of changed lines with what surrounds it. Starts count from 1, as in a unified diff."""

    from_start: int
    from_lines: int
    to_start: int
    to_lines: int
    lines: list[Line]


class Edit(msgspec.Struct, frozen=True):
    """Words of A that became words of B; offsets are in characters."""

    from_offset: int
    from_text: str
    to_offset: int
    to_text: str


def align(a: Sequence[str], b: Sequence[str]) -> list[Span]:
    """Spans that cover both sequences in order, same and changed in turn."""
    head = _in_common(zip(a, b, strict=False))
    tail = _in_common(islice(zip(reversed(a), reversed(b), strict=False), min(len(a), len(b)) - head))
    a_end, b_end = len(a) - tail, len(b) - tail
    spans: list[Span] = []
    _add(spans, Span(True, 0, head, 0, head))
    for span in _middle(a[head:a_end], b[head:b_end]):
        _add(
            spans,
            Span(span.same, span.a_start + head, span.a_end + head, span.b_start + head, span.b_end + head),
        )
    _add(spans, Span(True, a_end, len(a), b_end, len(b)))
    return spans


def _in_common(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are of equal parts before the first that is not."""
    count = 0
    for old, new in pairs:
        if old != new:
            break
        count += 1
    return count


def _middle(a: Sequence[str], b: Sequence[str]) -> list[Span]:
    if not a or not b or len(a) * len(b) > LARGEST:
        return [Span(False, 0, len(a), 0, len(b))]
    numbers: dict[str, int] = {}
    coded = [[numbers.setdefault(part, len(numbers)) for part in side] for side in (a, b)]
    return [
        Span(code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in Indel.opcodes(coded[0], coded[1])
    ]


def _add(spans: list[Span], span: Span) -> None:
    """Append, joined to the last span where both are changed or both the same."""
    if span.a_start == span.a_end and span.b_start == span.b_end:
        return
    if spans and spans[-1].same == span.same:
        last = spans.pop()
        span = Span(span.same, last.a_start, span.a_end, last.b_start, span.b_end)
    spans.append(span)


def lines_of(text: str) -> list[str]:
    r"""The lines of a text, each with its `\\n`; the last may have none."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def hunks(a: str, b: str, *, context: int = 3) -> list[Hunk]:
    """The changed lines from A to B with `context` lines around them; empty for equal texts."""
    old, new = lines_of(a), lines_of(b)
    changed = [span for span in align(old, new) if not span.same]
    groups: list[list[Span]] = []
    for span in changed:
        if groups and span.a_start - groups[-1][-1].a_end <= 2 * context:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [_hunk(old, new, group, context) for group in groups]


def _hunk(old: list[str], new: list[str], group: list[Span], context: int) -> Hunk:
    before = min(context, group[0].a_start)
    after = min(context, len(old) - group[-1].a_end)
    a_start, a_end = group[0].a_start - before, group[-1].a_end + after
    b_start, b_end = group[0].b_start - before, group[-1].b_end + after
    lines: list[Line] = []
    at = a_start
    for span in group:
        lines += [Line(" ", text) for text in old[at : span.a_start]]
        lines += [Line("-", text) for text in old[span.a_start : span.a_end]]
        lines += [Line("+", text) for text in new[span.b_start : span.b_end]]
        at = span.a_end
    lines += [Line(" ", text) for text in old[at:a_end]]
    return Hunk(
        from_start=a_start + 1 if a_end > a_start else a_start,
        from_lines=a_end - a_start,
        to_start=b_start + 1 if b_end > b_start else b_start,
        to_lines=b_end - b_start,
        lines=lines,
    )


def apply(a: str, changes: Sequence[Hunk]) -> str:
    """A with the hunks applied. Raises ValueError when they were not made from A."""
    old = lines_of(a)
    result: list[str] = []
    at = 0
    for hunk in changes:
        start = hunk.from_start - 1 if hunk.from_lines else hunk.from_start
        result += old[at:start]
        at = start
        for line in hunk.lines:
            if line.op != "+":
                if at >= len(old) or old[at] != line.text:
                    raise ValueError(f"line {at + 1} is not the one that the hunk was made from")
                at += 1
            if line.op != "-":
                result.append(line.text)
    return "".join(result + old[at:])


def tokens(text: str) -> list[str]:
    """Words, runs of blanks, line ends and single marks; joined they are the text."""
    return _TOKEN.findall(text)


def words(a: str, b: str) -> list[tuple[bool, str, str]]:
    """The texts in stretches: (same, text of A, text of B), in order."""
    old, new = tokens(a), tokens(b)
    return [
        (span.same, "".join(old[span.a_start : span.a_end]), "".join(new[span.b_start : span.b_end]))
        for span in align(old, new)
    ]


def edits(a: str, b: str) -> list[Edit]:
    """The changed words from A to B."""
    found: list[Edit] = []
    a_at = b_at = 0
    for same, old, new in words(a, b):
        if not same:
            found.append(Edit(a_at, old, b_at, new))
        a_at += len(old)
        b_at += len(new)
    return found


def count_words(text: str) -> int:
    """How many of a text's tokens are words."""
    return sum(1 for token in tokens(text) if token[0].isalnum() or token[0] == "_")
