"""The blocks and annotations of a text, which are recorded apart from it: one value with one hash.

The bytes are JSON, the same for the same value in every process: the blocks as arrays of offset, length, kind
and page, then the annotations, without what they do not have.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from ingest.model import Annotations, Block, BlockKind

_Line = tuple[int, int, BlockKind, int | None]
_Recorded = tuple[tuple[_Line, ...], Annotations]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Recorded).decode  # made here, before two threads can (see `typed_values`)


class Standoff(msgspec.Struct, frozen=True):
    """The blocks of a text, in order, and its annotations."""

    blocks: tuple[Block, ...]
    annotations: Annotations


class Place(msgspec.Struct, frozen=True):
    """Where in the document a place of its text is: the page, and the heading above. None: not known."""

    page: int | None = None
    heading: str | None = None


NOWHERE = Place()


class Heading(msgspec.Struct, frozen=True):
    """A heading of a text: where its first line begins, where its last one ends, and its words."""

    start: int
    end: int
    words: str


def written(blocks: Sequence[Block], annotations: Annotations) -> bytes:
    """Return the bytes that are recorded."""
    lines = [(block.offset, block.length, block.kind, block.page) for block in blocks]
    return _encode((lines, annotations))


def read(recorded: bytes) -> Standoff:
    """Return what `written` was given. Raises ValueError for other bytes."""
    try:
        lines, annotations = _decode(recorded)
    except msgspec.MsgspecError as error:
        raise ValueError("no blocks and annotations") from error
    blocks = tuple(
        Block(offset=offset, length=length, kind=kind, page=page) for offset, length, kind, page in lines
    )
    return Standoff(blocks, annotations)


class Places:
    """Finds pages and headings in one text, by its blocks, or by the headings that it has without them."""

    def __init__(self, text: str, known: Standoff | None, headings: Iterable[Heading] = ()) -> None:
        blocks = () if known is None else known.blocks
        pages = () if known is None else known.annotations.pages
        self._starts = [block.offset for block in blocks]
        self._blocks = blocks
        of_blocks = (
            Heading(block.offset, end := block.offset + block.length, text[block.offset : end])
            for block in blocks
            if block.kind == "heading"
        )
        self._headings = [*of_blocks, *headings]
        self._heads = [heading.start for heading in self._headings]
        # A block may go on over a page's end: where the pages begin is told apart.
        begun = [page for page in pages if page.place is not None and page.page is not None]
        self._page_starts = [page.place or 0 for page in begun]
        self._pages = [page.page for page in begun]

    def at(self, offset: int) -> Place:
        """Return where a character of the text is, by its offset."""
        return Place(self._page(offset), self._heading(offset))

    def is_heading(self, offset: int) -> bool:
        """Tell whether a character of the text is in a heading."""
        number = bisect_right(self._heads, offset)
        return number > 0 and offset < self._headings[number - 1].end

    def _page(self, offset: int) -> int | None:
        number = bisect_right(self._page_starts, offset)
        if number:
            return self._pages[number - 1]
        number = bisect_right(self._starts, offset)
        return self._blocks[number - 1].page if number else None

    def _heading(self, offset: int) -> str | None:
        number = bisect_right(self._heads, offset)
        return self._headings[number - 1].words if number else None
