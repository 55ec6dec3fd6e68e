"""A long text in parts, each light enough for a page. Pure.

A part ends between paragraphs; a paragraph that is longer than a part is cut between two sentences, or at a
blank where nothing parts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

import msgspec

from ingest.errors import NotFound
from ingest.web.comparison import Bit, Paragraph, Row, Stretch

T = TypeVar("T")
PART = 30_000  # characters


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Which part is shown, of how many; part and anchor of the nearest change before it, and after it."""

    shown: int = 1
    every: int = 1
    before: tuple[int, str] | None = None
    after: tuple[int, str] | None = None


def grouped(things: Sequence[T], size: Callable[[T], int]) -> list[list[T]]:
    """Put things into parts, in their order: as many into each as fit, one at least."""
    parts: list[list[T]] = [[]]
    room = PART
    for each in things:
        if parts[-1] and size(each) > room:
            parts.append([])
            room = PART
        parts[-1].append(each)
        room -= size(each)
    return parts


def of_inline(stretches: Sequence[Stretch]) -> list[list[Stretch]]:
    """Return the parts of a text with its changes in it; what was folded is folded in each of them."""
    every = [
        (stretch.folded, piece)
        for stretch in stretches
        for paragraph in stretch.paragraphs
        for piece in _pieces(paragraph)
    ]
    return [
        [
            Stretch(paragraphs=[paragraph for _, paragraph in here], folded=folded)
            for folded, here in groupby(part, key=lambda each: each[0])
        ]
        for part in grouped(every, lambda each: _length(each[1].bits))
    ]


def of_rows(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the parts of two texts side by side."""
    return grouped(rows, lambda row: max(_length(row.old), _length(row.new)))


def anchors(part: Sequence[Stretch] | Sequence[Row]) -> Iterator[str]:
    """Yield the changes that begin in a part."""
    for each in part:
        if isinstance(each, Row):
            if each.anchor is not None:
                yield each.anchor
        else:
            yield from (
                bit.anchor
                for paragraph in each.paragraphs
                for bit in paragraph.bits
                if bit.anchor is not None
            )


def around(parts: Sequence[Sequence[str]], shown: int) -> Parts:
    """Return the changes nearest to the part that is shown, from the anchors of each part.

    `shown` counts from one.
    """
    before = [(number, each) for number, part in enumerate(parts[: shown - 1], 1) for each in part]
    after = [(number, each) for number, part in enumerate(parts[shown:], shown + 1) for each in part]
    return Parts(
        shown=shown,
        every=len(parts),
        before=before[-1] if before else None,
        after=after[0] if after else None,
    )


def chosen(part: int | None, otherwise: int, every: int) -> int:
    """Return the part that was asked for, or another where none was. Raises NotFound."""
    if part is not None and part > every:
        raise NotFound(f"the text has no part {part}", hint=f"it has {every}")
    return otherwise if part is None else part


def _length(bits: Sequence[Bit]) -> int:
    return sum(len(bit.text) for bit in bits)


def _pieces(paragraph: Paragraph) -> Iterator[Paragraph]:
    """Yield a paragraph; in pieces where it is longer than a part."""
    if _length(paragraph.bits) <= PART:
        yield paragraph
        return
    bits = [cut for bit in paragraph.bits for cut in _cut(bit)]
    for number, part in enumerate(grouped(bits, lambda bit: len(bit.text))):
        yield msgspec.structs.replace(paragraph, bits=part, page=None if number else paragraph.page)


def _cut(bit: Bit) -> Iterator[Bit]:
    """Yield a bit in pieces of half a part at most."""
    text, anchor = bit.text, bit.anchor
    while len(text) > PART // 2:
        end = text.rfind(" ", 0, PART // 2) + 1 or PART // 2
        yield msgspec.structs.replace(bit, text=text[:end], anchor=anchor)
        text, anchor = text[end:], None
    yield msgspec.structs.replace(bit, text=text, anchor=anchor)
