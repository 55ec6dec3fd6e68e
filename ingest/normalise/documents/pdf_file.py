"""A PDF that is open in pdfium, and the characters of its pages."""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents import pdf_accents, pdf_bidi
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdf_asked import Calls, Characters, calls
from ingest.normalise.documents.pdfium import Pdfium, library, wide
from ingest.normalise.extraction import Annotation, Limits, Refused

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

_PASSWORD = 4
# pdfium says so of a hyphen at the end of a line.
HYPHEN = "\x02"
# One that the file draws by itself, behind several words; no text has this character.
APART = "\ufdd0"
# What may be left of a word that a line's end cut.
CUT = (HYPHEN, APART, "\u00ad", "\u2010")
_NONE = 0xFFFE  # no text has it
_UNTOLD = expression(f"[\0{chr(_NONE)}]")
_HALF = expression("[\ud800-\udfff]")
_HALVES = expression("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
# Some files give the letters of a ligature with their bytes exchanged: `fi` as two letters of Chinese. Beside
# a letter of Latin they are none; of three the library adds up the last two.
_LIGATURES = (
    "[\u5400\u6600\u6800\u6900\u6a00\u6c00\u7300\u7400]{1,2}"
    "[\u6600\u6800\u6900\u6a00\u6c00\u7400\ucf00\ud200]"
)
_SWAPPED = expression(
    rf"(?<=[a-zA-Z]){_LIGATURES}(?![\u3400-\u9fff])|(?<![\u3400-\u9fff]){_LIGATURES}(?=[a-zA-Z])"
)
_OF_LIGATURES = expression("[\u6600\u6800\u6900\u6a00\u6c00\u7400\ucf00\ud200]")  # each ends with one
_LETTERS = expression(r"[^\W\d_]{3,}")
_LINE = expression(r"[^\r\n]+|[\r\n]")
_SUMS = {"\ucf00": "\ufb01", "\ud200": "\ufb02"}


class PdfDraft(msgspec.Struct, kw_only=True):
    """What one way of reading made: the body, the notes, what stands beside, and the pages without text."""

    way: str
    draft: Draft
    notes: list[Closed]
    beside: dict[str, list[Annotation]]
    empty: set[int]


class Run(msgspec.Struct, gc=False):
    """Characters of one object of a page, or of a word whose letters are one each.

    They are the page's text from `start` on. `mark` is the number by which tags name them, -1 where there is
    none. `x` and `y` are where their baseline begins.
    """

    start: int
    text: str
    mark: int
    is_artifact: bool
    x: float
    y: float
    size: float


class File:
    """A document in pdfium; to be used as a context, which closes it."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.raw = library()
        self.limits = limits
        self._data = data  # pdfium reads from it as long as the document is open
        self.handle = self.raw.FPDF_LoadMemDocument64(data, len(data), None)
        if not self.handle:
            if self.raw.FPDF_GetLastError() == _PASSWORD:
                raise Refused("password", "the document is encrypted")
            raise Refused("refused", "a damaged PDF")
        self.count = int(self.raw.FPDF_GetPageCount(self.handle))
        self._calls = calls()
        self._characters = self._beside = 0

    def __enter__(self) -> Self:
        if self.count > self.limits.pages:
            self._close()
            raise Refused("too_large", f"more than {self.limits.pages} pages")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        self.raw.FPDF_CloseDocument(self.handle)

    @property
    def is_tagged(self) -> bool:
        """Tell whether the document says that it has tags."""
        return bool(self.raw.FPDFCatalog_IsTagged(self.handle))

    def each_page(self) -> Iterator[Page]:
        """Give the pages, one after another; one is closed when the next is asked for."""
        self._characters = 0
        for number in range(self.count):
            handle = self.raw.FPDF_LoadPage(self.handle, number)
            if not handle:
                raise Refused("refused", f"page {number + 1} is damaged")
            text = self.raw.FPDFText_LoadPage(handle)
            try:
                page = Page(self.raw, self._calls, handle, text, number + 1)
                self._characters += len(page.text)
                if self._characters > self.limits.characters:
                    raise Refused("too_large", f"more than {self.limits.characters} characters of text")
                yield page
            finally:
                self.raw.FPDFText_ClosePage(text)
                self.raw.FPDF_ClosePage(handle)

    def string(self, function: Callable[..., int], *arguments: object) -> str:
        """Return a string that stands beside the text; of all of them no more than a text may have."""
        told = wide(function, *arguments)
        self._beside += len(told)
        if self._beside > self.limits.characters:
            raise Refused("too_large", f"more than {self.limits.characters} characters beside the text")
        return told

    def pages(self) -> list[Annotation]:
        """Return the pages by number, with their own labels where they have them."""
        found = []
        for number in range(self.count):
            label = self.string(self.raw.FPDF_GetPageLabel, self.handle, number)
            found.append(
                Annotation(page=number + 1, name=label if label and label != str(number + 1) else None)
            )
        return found


class Page:
    """A page that is open: its characters, the objects they are of, and where they stand."""

    def __init__(self, raw: Pdfium, calls: Calls, handle: Handle, text: Handle, number: int) -> None:
        self.raw = raw
        self.handle = handle
        self.number = number
        self._text = text
        self._characters = Characters(calls, text)
        self.text = self._read()
        # Whether hyphens in the midst of lines are drawn by themselves, among the runs asked for so far.
        self.draws_hyphens_apart = False
        self.height = float(raw.FPDF_GetPageHeightF(handle))
        # As read, where the library's order is not: its own places, and where the characters stand.
        self._order: list[pdf_bidi.Glyph] | None = None
        self._objects: list[int | None] = []
        if pdf_bidi.has_letters(self.text):
            self._order = self._in_order()
            self.text = "".join([glyph.text for glyph in self._order])
        else:
            self.text = pdf_accents.composed(self.text, self._placed, self._size, chr(_NONE))

    @property
    def goes_left(self) -> bool:
        """Tell whether the page holds letters that are written from right to left."""
        return self._order is not None

    @property
    def shows(self) -> bool:
        """Tell whether anything is drawn on the page."""
        return bool(self.raw.FPDFPage_CountObjects(self.handle) > 0)

    def _read(self) -> str:
        """Return a character for each that the library counts: what is none is one that no text has."""
        count = max(self.raw.FPDFText_CountChars(self._text), 0)
        buffer = (ctypes.c_ushort * (count + 1))()
        length = self.raw.FPDFText_GetText(self._text, 0, count, buffer) - 1
        units = bytes(buffer)[: 2 * count] if length == count else bytes(2 * count)
        text = units.decode("utf-16-le", "surrogatepass")
        if len(text) != count:  # the two halves of a character are counted
            text = "".join(map(chr, memoryview(units).cast("H")))
        # A hyphen at the end of a line is told only where it is asked for.
        if untold := [found.start() for found in _UNTOLD.finditer(text)]:
            made = list(text)
            for index in untold:
                told = self._characters.code(index)
                made[index] = chr(told if 0 < told < _NONE else _NONE)
            text = "".join(made)
        if not text.isascii() and _HALF.search(text) is not None:
            text = _HALVES.sub(_joined, text)  # the first half of a character stands for it
        return unswapped(text)

    def runs(self) -> list[Run]:
        """Return the characters by the object that they are of; of a word drawn by letters they are one."""
        owners = self._owners()
        marks = self._characters.marks(one for one in owners if one is not None)
        spans = list(_spans(owners))
        found: list[Run] = []
        before: Run | None = None
        for (start, end, owner), x, y in zip(
            spans, *self.origins([start for start, _, _ in spans]), strict=True
        ):
            text = self.text[start:end]
            mark = marks[owner]
            if (
                before is not None
                and before.y == y
                and before.mark == mark.number
                and before.is_artifact == mark.is_artifact
                and not mark.is_soft
                and text[0].isalpha()
                and before.text[-1].isalpha()
            ):
                before.text += text
                continue
            if mark.is_soft:
                text = text.replace(HYPHEN, "\u00ad").replace("-", "\u00ad")
            elif text == "-":
                self.draws_hyphens_apart = True
            elif text.strip() == HYPHEN and before is not None and " " in before.text.strip():
                text = text.replace(HYPHEN, APART)
            before = Run(start, text, mark.number, mark.is_artifact, x, y, 0.0)
            found.append(before)
        for run, size in zip(found, self._sizes([run.start for run in found]), strict=True):
            run.size = size
        return found

    def _owners(self) -> list[int | None]:
        """Return the object of each character. The characters of one follow each other.

        The letters of a word of which each is one, as some files draw them, are said to be of one: where the
        first and the last stand on one line under one mark, so do those between them.
        """
        if self._order is not None:
            return [self._objects[glyph.index] for glyph in self._order]
        owners: list[int | None] = [None] * len(self.text)
        asked: list[int] = []
        words: list[tuple[int, int]] = []
        for line in _LINE.finditer(self.text):
            start, end = line.span()
            one = self._characters.owner_of_all(start, end)
            if one is not None:
                owners[start:end] = [one] * (end - start)
                continue
            # Of what is between the first letter of a word and its last more is asked where they differ.
            for word in _LETTERS.finditer(self.text, start, end):
                words.append(word.span())
                asked += range(start, word.start() + 1)
                start = word.end() - 1
            asked += range(start, end)
        for index, one in zip(asked, self._characters.owners(asked), strict=True):
            owners[index] = one
        of_two: list[tuple[int, int, int, int]] = []
        for start, end in words:
            first, last = owners[start], owners[end - 1]
            if first == last is not None:
                owners[start:end] = [first] * (end - start)
            elif (
                first is None
                or last is None
                or (start and owners[start - 1] == first)
                or (end < len(owners) and owners[end] == last)
                or not self.text[start:end].isalpha()
            ):
                owners[start:end] = self._characters.owners(range(start, end))
            else:  # they hold no more than letters of this word
                of_two.append((start, end, first, last))
        marks = self._characters.marks(one for word in of_two for one in word[2:])
        _, heights = self.origins([at for start, end, _, _ in of_two for at in (start, end - 1)])
        for (start, end, first, last), y, other in zip(of_two, heights[::2], heights[1::2], strict=True):
            is_one = y == other and marks[first] == marks[last]
            owners[start:end] = (
                [first] * (end - start) if is_one else self._characters.owners(range(start, end))
            )
        return owners

    def origins(self, indexes: Sequence[int]) -> tuple[Sequence[float], Sequence[float]]:
        """Return where the baselines of characters begin: all from the left, then all from below."""
        order = self._order
        if order is None:
            return self._characters.origins(indexes)
        return [order[index].left for index in indexes], [order[index].y for index in indexes]

    def rights(self, indexes: Sequence[int]) -> Sequence[float]:
        """Return where characters end."""
        if self._order is not None:
            return [self._order[index].right for index in indexes]
        return self._characters.boxes(indexes)[1]

    def _sizes(self, indexes: Sequence[int]) -> list[float]:
        if self._order is not None:
            return [self._order[index].size for index in indexes]
        return self._characters.sizes(indexes)

    def _in_order(self) -> list[pdf_bidi.Glyph]:
        every = range(len(self.text))
        lefts, heights = self._characters.origins(every)
        rights = map(max, self._characters.boxes(every)[1], lefts)
        found = list(map(pdf_bidi.Glyph, every, self.text, lefts, rights, heights, self._sizes_by_object()))
        return pdf_bidi.in_order(found, float(self.raw.FPDF_GetPageWidthF(self.handle)))

    def _sizes_by_object(self) -> Iterator[float]:
        """Give the sizes of all characters: one for the letters of an object, and that of what is put in."""
        self._objects = self._characters.owners(range(len(self.text)))
        keys = [
            one if one is not None and letter.isalpha() else ~index
            for index, (one, letter) in enumerate(zip(self._objects, self.text, strict=True))
        ]
        last = {key: index for index, key in enumerate(keys)}
        sizes = dict(zip(last, self._characters.sizes(list(last.values())), strict=True))
        return map(sizes.__getitem__, keys)

    def _placed(self, index: int) -> tuple[float, float, float]:
        lefts, rights = self._characters.boxes((index,))
        return lefts[0], rights[0], self._characters.origins((index,))[1][0]

    def _size(self, index: int) -> float:
        return self._characters.sizes((index,))[0]


def _spans(owners: list[int | None]) -> Iterator[tuple[int, int, int]]:
    """Give the stretches of characters that are of one object, with it.

    What the library put in is of no object, and goes with what stands before it.
    """
    start = 0
    current: int | None = None
    others = itertools.compress(itertools.count(1), map(operator.ne, owners[1:], owners))
    for index in itertools.chain((0,), others) if owners else ():
        one = owners[index]
        if one is None or one == current:
            continue
        if current is not None:
            yield start, index, current
            start = index
        current = one
    if current is not None:
        yield start, len(owners), current


def _joined(halves: re.Match[str]) -> str:
    whole = halves[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return (whole if len(halves[0]) == 2 else "") + chr(_NONE)


def unswapped(text: str) -> str:
    """Return the text with the letters of its ligatures as they are."""
    if text.isascii() or _OF_LIGATURES.search(text) is None:
        return text
    return _SWAPPED.sub(_letters, text)


def _letters(found: re.Match[str]) -> str:
    return "".join(_SUMS.get(each) or chr(ord(each) >> 8) for each in found[0])
