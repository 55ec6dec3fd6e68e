"""A document's text while it is being read: blocks one after another, and what stands beside them.

A reader writes into the open block, marks what stands at that place, and closes the block. What belongs
after a block (a text box) or into a row (the cells of a table) is written into a frame of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import unicodedata2

from ingest.expressions import expression
from ingest.normalise.extraction import Annotation, Annotations, Block, BlockKind, Extracted, Limits, Refused

# What shows nothing, and what is no character: both would make an edit of what looks the same.
_ODD = expression(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060\ufdd0\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAK = expression(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_GONE = expression(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufdd0\ufeff\ufffe\uffff]")
_LONE = expression(r"[\ud800-\udfff]")
_BLANKS = expression(r"\s+")
_PLACE = "\ufdd0"


class PlacedAnnotation(msgspec.Struct):
    """An annotation at a place of a block: `key` is its field in `Annotations`, `said` its text so far."""

    key: str
    annotation: Annotation
    place: int
    said: list[str] = msgspec.field(default_factory=list)

    def placed(self, place: int) -> Annotation:
        """Return the annotation with its text, at this place of the whole text."""
        text = canonical("".join(self.said)) or None if self.said else self.annotation.text
        return msgspec.structs.replace(self.annotation, text=text, place=place)


class Closed(msgspec.Struct, frozen=True):
    """A block that is done: canonical text, and the marks with their places in it."""

    kind: BlockKind
    page: int | None
    text: str
    marks: tuple[PlacedAnnotation, ...]


class _Frame:
    """Blocks that are done, and the one that is open."""

    __slots__ = ("asides", "blocks", "marks", "number", "pieces")

    def __init__(self, number: int) -> None:
        self.number = number
        self.blocks: list[Closed] = []
        self.pieces: list[str] = []
        self.marks: list[PlacedAnnotation] = []
        self.asides: list[Closed] = []


class Draft:
    """Blocks in the order in which they are closed; `limits.characters` of them at most."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._frame = _Frame(0)
        self._frames = 0
        self._outer: list[_Frame] = []
        self._characters = 0

    def write(self, text: str) -> None:
        """Add to the open block."""
        self._frame.pieces.append(text)

    def mark(self, key: str, annotation: Annotation) -> PlacedAnnotation:
        """Put an annotation at this place. Return its mark, to which text may be added."""
        mark = PlacedAnnotation(key, annotation, len(self._frame.pieces))
        self._frame.marks.append(mark)
        return mark

    @property
    def here(self) -> tuple[int, int]:
        """Return the place in the open block: another one as soon as something was written or closed."""
        return self._frame.number, len(self._frame.pieces) + (self._characters << 32)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing that shows was written into the open block."""
        return not any(piece.strip() for piece in self._frame.pieces)

    def close(self, kind: BlockKind, page: int | None = None) -> None:
        """End the open block; one without text is none, and its marks go to the next."""
        frame = self._frame
        if not frame.pieces and not frame.marks and not frame.asides:
            return
        marks = frame.marks
        text = _settled(frame.pieces, marks)
        frame.pieces = []
        if text:
            self._characters += len(text)
            if self._characters > self._limits.characters:
                raise Refused("too_large", f"more than {self._limits.characters} characters of text")
            frame.blocks.append(Closed(kind, page, text, tuple(marks)))
            frame.marks = []
        else:
            for mark in marks:
                mark.place = 0
        if frame.asides:
            frame.blocks += frame.asides
            frame.asides = []

    def push(self) -> None:
        """Begin a frame: what is closed from here on is given to `pop`."""
        self._outer.append(self._frame)
        self._frames += 1
        self._frame = _Frame(self._frames)
        if len(self._outer) > self._limits.depth:
            raise Refused("refused", f"tables or boxes within each other more than {self._limits.depth} deep")

    def pop(self) -> list[Closed]:
        """End the frame; return its blocks. Marks that no block took go to the outer one."""
        self.close("paragraph")
        inner, self._frame = self._frame, self._outer.pop()
        here = len(self._frame.pieces)
        for mark in inner.marks:
            mark.place = here
        self._frame.marks += inner.marks
        return inner.blocks

    def put(self, blocks: Iterable[Closed]) -> None:
        """Add blocks that are done."""
        self._frame.blocks += blocks

    def put_aside(self, blocks: Iterable[Closed]) -> None:
        """Add blocks that are done, after the one that is open."""
        self._frame.asides += blocks

    def put_row(self, cells: list[list[Closed]], page: int | None = None) -> None:
        """Add a row: one block, its cells parted by a tab, from the first that is not empty to the last.

        Where a cell holds several blocks, each stands alone.
        """
        if len(cells) > 1 and all(len(cell) <= 1 for cell in cells):
            self.close("paragraph")
            self._frame.blocks += _row(cells, page)
        else:
            for cell in cells:
                self.put(cell)

    def take(self) -> list[Closed]:
        """Return all blocks that are closed, and begin anew."""
        self.close("paragraph")
        blocks, self._frame.blocks = self._frame.blocks, []
        return blocks

    def extracted(
        self,
        *,
        way: str,
        media_type: str,
        notes: Iterable[Closed] = (),
        beside: dict[str, list[Annotation]] | None = None,
        pages: Iterable[Annotation] = (),
    ) -> Extracted:
        """Return what was written: the notes after the body, `beside` after what has a place in the text.

        Each of `pages` gets the place where its text begins, or would.
        """
        self.close("paragraph")
        left = self._frame.marks
        found: dict[str, list[Annotation]] = {}
        texts: list[str] = []
        blocks: list[Block] = []
        offset = 0
        for closed in (*self._frame.blocks, *notes):
            blocks.append(Block(offset=offset, length=len(closed.text), kind=closed.kind, page=closed.page))
            texts.append(closed.text)
            for mark in closed.marks:
                found.setdefault(mark.key, []).append(mark.placed(offset + mark.place))
            offset += len(closed.text) + 2
        end = max(offset - 2, 0)
        for mark in left:
            found.setdefault(mark.key, []).append(mark.placed(end))
        for key, values in (beside or {}).items():
            found.setdefault(key, []).extend(values)
        if placed := _places(pages, blocks, end):
            found["pages"] = placed
        return Extracted(
            text="\n\n".join(texts),
            blocks=tuple(blocks),
            annotations=Annotations(**{key: tuple(values) for key, values in found.items()}),
            way=way,
            media_type=media_type,
        )


def _places(pages: Iterable[Annotation], blocks: list[Block], end: int) -> list[Annotation]:
    body = [block for block in blocks if block.kind != "note" and block.page is not None]
    placed: list[Annotation] = []
    at = 0
    for page in pages:
        while at < len(body) and (body[at].page or 0) < (page.page or 0):
            at += 1
        place = body[at].offset if at < len(body) else end
        placed.append(msgspec.structs.replace(page, place=place))
    return placed


def canonical(text: str) -> str:
    """Return the text in NFC, without what shows nothing, without blanks at the ends of its lines."""
    if _ODD.search(text) is not None:
        text = _LONE.sub("\ufffd", _GONE.sub("", _BREAK.sub("\n", text)))
    return _shaped(text)


def plain(closed: Iterable[Closed]) -> str:
    """Return the texts of blocks, a line each."""
    return "\n".join(block.text for block in closed)


def _shaped(text: str) -> str:
    text = text.strip()
    if "\n" in text:
        text = "\n".join(line for line in map(str.rstrip, text.split("\n")) if line)
    if not text.isascii():
        text = unicodedata2.normalize("NFC", text)
    return text


def _settled(pieces: list[str], marks: list[PlacedAnnotation]) -> str:
    """Return the canonical text, and give each mark its place in it, where it had one among the pieces."""
    text = canonical("".join(pieces))
    if not marks:
        return text
    # A character that no text has stands at each place while the text takes its form.
    parts: list[str] = []
    done = 0
    marks.sort(key=lambda mark: mark.place)
    for mark in marks:
        parts.append("".join(pieces[done : mark.place]))
        done = mark.place
    parts.append("".join(pieces[done:]))
    cleaned = [_LONE.sub("\ufffd", _GONE.sub("", _BREAK.sub("\n", part))) for part in parts]
    shaped = _shaped(_PLACE.join(cleaned))
    at = -1
    for number, mark in enumerate(marks):
        at = shaped.find(_PLACE, at + 1)
        mark.place = min(at - number, len(text))
    return text


def _row(cells: list[list[Closed]], page: int | None) -> list[Closed]:
    text = ""
    marks: list[PlacedAnnotation] = []
    for cell in cells:
        if text:
            text += "\t"
        for closed in cell:
            inner = closed.text if closed.kind == "row" else _BLANKS.sub(" ", closed.text)
            for mark in closed.marks:
                mark.place = len(text) + min(mark.place, len(inner))
                marks.append(mark)
            text += inner
            page = closed.page if page is None else page
    text = text.rstrip("\t")
    if not text:
        return []
    return [Closed("row", page, text, tuple(marks))]
