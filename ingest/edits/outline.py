"""What the blocks of a Markdown text say beside its words: levels of headings, depths of items, quotations.

A heading is told by its level and its words. Where all of them moved by as many levels, the outline is the
same. A quotation is told by how many sentences each of its paragraphs has: an empty line of it that parts
two of them, or that keeps what follows out of it, is no dress. An item of a list, or what a term of one
means (`: a town`), has a depth. Code is read past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from ingest.diff import sequences
from ingest.expressions import expression

_HEADING = expression(r" {0,3}(#{1,6})(?:[ \t]+(.*))?\Z")
_HEADING_END = expression(r"(?<=[ \t])#+\Z")
_TAG = expression(r"\s*<h([1-6])\b[^>]{0,1000}>(.*)", re.IGNORECASE)
_UNDER = expression(r" {0,3}(=+|-+)[ \t]*\Z")
_QUOTED = expression(r" {0,3}(?:>[ \t]?)+(.*)\Z")
_FENCE = expression(r" {0,3}(`{3,}|~{3,})")
_NO_PARAGRAPH = expression(r" {0,3}(?:[-*+][ \t]|[0-9]{1,9}[.)][ \t]|#{1,6}[ \t]|\||<|`{3}|~{3})| {4}|\t")
_ITEM = expression(r"( {0,40})(?:[-*+:]|[0-9]{1,9}[.)])(?: {1,4}|\t)(?=\S)")
_RULE = expression(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_SENTENCE_END = expression(r"[.!?…][\"'’”)\]*_]*\s+\S")
_NO_WORDS = expression(r"[\W_]+")
_MAY_HAVE = expression(r"^ {0,3}[#>=*+:0-9-]|<[hH][1-6]", re.MULTILINE)


class Heading(msgspec.Struct, frozen=True):
    """A heading: its level, and what it says."""

    level: int
    text: str


class Outline(msgspec.Struct, frozen=True):
    """The headings of a text, the depths of its items, and the sentences of each quotation's paragraphs."""

    headings: tuple[Heading, ...] = ()
    quotations: tuple[str, ...] = ()
    depths: tuple[int, ...] = ()


_NONE = Outline()


def read(text: str, start: int) -> Outline:
    """Return the outline of a Markdown text from `start` on, which is behind its head."""
    if _MAY_HAVE.search(text, start) is None:
        return _NONE
    headings: list[Heading] = []
    quotations: list[str] = []
    quoted: list[list[str]] = []  # the paragraphs of the quotation that was begun
    depths: list[int] = []
    within: list[int] = []  # where what the items hold begins that the line may be within
    before = fence = ""
    for line in text[start:].split("\n"):
        if line[:1].isalpha() and not quoted and not fence and (before or not within):
            before = line  # most lines
            continue
        opened, fence = fence, _fence_behind(line, fence)
        if opened or fence:
            before = ""
            continue
        if found := _ITEM.match(line):
            if _RULE.match(line) is None:
                while within and len(found[1]) < within[-1]:
                    within.pop()
                within.append(found.end())
                depths.append(len(within))
        elif within and not before and line[:1].strip():
            within.clear()
        if found := _HEADING.match(line.rstrip(" \t")) or _TAG.match(line):
            level = len(found[1]) if found[1][0] == "#" else int(found[1])
            said = _HEADING_END.sub("", found[2] or "").partition("</h")[0]
            headings.append(Heading(level, said.strip()))
        elif before and (found := _UNDER.match(line)):
            headings.append(Heading(1 if found[1][0] == "=" else 2, before.strip()))
        found = _QUOTED.match(line)
        _take(quoted, quotations, line, None if found is None else found[1].strip())
        before = "" if found or _ends_paragraph(line) else line.strip()
    if quoted:
        quotations.append(_told(quoted))
    return Outline(tuple(headings), tuple(quotations), tuple(depths))


def _take(quoted: list[list[str]], quotations: list[str], line: str, said: str | None) -> None:
    """Add a line to the quotation that was begun, or end it; `said` is what a line with its mark says."""
    if said is not None:
        _quote(quoted, said)
    elif quoted and not line.strip():
        _quote(quoted, "")  # two quotations with nothing between them are told as one
    elif quoted and (not quoted[-1] or _ends_paragraph(line)):
        quotations.append(_told(quoted))
        quoted.clear()
    elif quoted:
        quoted[-1].append(line.strip())  # it goes on without its mark


def _fence_behind(line: str, fence: str) -> str:
    """Return the marks of the block of code that what follows a line is in, given that of the line."""
    if not fence:
        opened = _FENCE.match(line)
        return opened[1] if opened else ""
    return "" if line.strip().startswith(fence) and not line.strip(" \t`~") else fence


def _ends_paragraph(line: str) -> bool:
    return _NO_PARAGRAPH.match(line) is not None or _RULE.match(line) is not None


def _quote(quoted: list[list[str]], said: str) -> None:
    """Add a line of a quotation; an empty one ends its paragraph."""
    if not quoted or (not said and quoted[-1]):
        quoted.append([])
    if said:
        quoted[-1].append(said)


def _told(quoted: Sequence[Sequence[str]]) -> str:
    """Return how many sentences each paragraph of a quotation has."""
    return " + ".join(str(len(_SENTENCE_END.findall(" ".join(lines))) + 1) for lines in quoted if lines)


def changed_levels(old: Outline, new: Outline) -> Iterator[tuple[int | str | None, int | str | None]]:
    """Yield the levels of a heading that are others, or a heading that came or went: what was, what is.

    None where all headings moved by as many levels.
    """
    if old.headings == new.headings:
        return
    shifts: set[int] = set()
    levels: list[tuple[int, int]] = []
    alone: list[tuple[str | None, str | None]] = []
    said = ([_NO_WORDS.sub("", each.text).casefold() for each in side.headings] for side in (old, new))
    for span in sequences.align(*said):
        was, became = old.headings[span.a_start : span.a_end], new.headings[span.b_start : span.b_end]
        if len(was) != len(became):
            alone += ((each.text, None) for each in was)
            alone += ((None, each.text) for each in became)
            continue
        shifts.update(each.level - one.level for one, each in zip(was, became, strict=True))
        levels += (
            (one.level, each.level) for one, each in zip(was, became, strict=True) if one.level != each.level
        )
    yield from alone
    if len(shifts) > 1:
        yield from levels


def changed_depths(old: Outline, new: Outline) -> Iterator[tuple[int, int]]:
    """Yield the depths of each item that stands deeper or less deep, where as many items stand in both."""
    if old.depths != new.depths and len(old.depths) == len(new.depths):
        yield from (pair for pair in zip(old.depths, new.depths, strict=True) if pair[0] != pair[1])


def changed_quotations(old: Outline, new: Outline) -> Iterator[tuple[str, str]]:
    """Yield of each quotation whose paragraphs are others how many sentences they had, and have."""
    if old.quotations == new.quotations:
        return
    for span in sequences.align(old.quotations, new.quotations):
        was, became = old.quotations[span.a_start : span.a_end], new.quotations[span.b_start : span.b_end]
        if was and became and was != became:  # the mark of one that came or went speaks by itself
            yield ", ".join(was), ", ".join(became)
