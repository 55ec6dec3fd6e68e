"""Find where the words of two sentences differ, and mend the misspelt words of one of them."""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from ingest.diff import sequences
from ingest.facts.document_words import Context
from ingest.text.words import is_word, tokens


class WordDifference(msgspec.Struct):
    """A place where the words differ: what of each sentence, and the words there, without marks."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    before: list[str]
    after: list[str]


def word_differences(before: str, after: str) -> list[WordDifference]:
    """Return where two sentences differ, in order; places with only white space between them are one."""
    old, new = tokens(before), tokens(after)
    found: list[WordDifference] = []
    a_at = b_at = 0
    for span in sequences.align(old, new):
        was, became = old[span.a_start : span.a_end], new[span.b_start : span.b_end]
        a_end, b_end = a_at + sum(map(len, was)), b_at + sum(map(len, became))
        if not span.same:
            last = found[-1] if found else None
            if last and before[last.a_end : a_at].isspace() and after[last.b_end : b_at].isspace():
                last.a_end, last.b_end = a_end, b_end
                last.before += filter(is_word, was)
                last.after += filter(is_word, became)
            else:
                was, became = list(filter(is_word, was)), list(filter(is_word, became))
                found.append(WordDifference(a_at, a_end, b_at, b_end, was, became))
        a_at, b_at = a_end, b_end
    return found


Shifts = list[tuple[int, int]]


def respelt(after: str, differences: list[WordDifference], within: Context) -> tuple[str, Shifts]:
    """Return `after` with its misspelt words as `before` has them, and where that moved the offsets."""
    parts: list[str] = []
    shifts: Shifts = []
    at = length = 0
    for each in differences:
        if len(each.before) != len(each.after):
            continue
        place = each.b_start
        for old, new in zip(each.before, each.after, strict=True):
            start = after.index(new, place)
            place = start + len(new)
            if old != new and within.misspelt(old, new):
                parts += (after[at:start], old)
                length += start - at + len(old)
                at = place
                shifts.append((length, at - length))
    return "".join([*parts, after[at:]]), shifts


def moved_back(offset: int, shifts: Shifts) -> int:
    """Return where a place of the mended sentence is in the one as it was written."""
    at = bisect_right(shifts, offset, key=lambda shift: shift[0])
    return offset + (shifts[at - 1][1] if at else 0)


def moved_forth(offset: int, shifts: Shifts) -> int:
    """Return where a place of the sentence as it was written is in the mended one."""
    moved = offset
    for place, shift in shifts:
        if offset >= place + shift:
            moved = offset - shift
    return moved
