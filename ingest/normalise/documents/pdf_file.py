"""A PDF that is open in pdfium, and the characters of its pages."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents import pdf_accents, pdf_bidi
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdfium import Pdfium, fast, library, short, wide
from ingest.normalise.extraction import Annotation, Limits, Refused

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

_PASSWORD = 4
# pdfium says so of a hyphen at the end of a line.
HYPHEN = "\x02"
_NONE = 0xFFFE  # no text has it
_UNTOLD = frozenset((0, _NONE))
_HALVES = expression("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_AT_ONCE = 24  # characters: where the first and the last are of one object, all are
# Some files give the letters of a ligature with their bytes exchanged: `fi` as two letters of Chinese. Beside
# a letter of Latin they are none; of three the library adds up the last two.
_LIGATURES = (
    "[\u5400\u6600\u6800\u6900\u6a00\u6c00\u7300\u7400]{1,2}"
    "[\u6600\u6800\u6900\u6a00\u6c00\u7400\ucf00\ud200]"
)
_SWAPPED = expression(
    rf"(?<=[a-zA-Z]){_LIGATURES}(?![\u3400-\u9fff])|(?<![\u3400-\u9fff]){_LIGATURES}(?=[a-zA-Z])"
)
_LETTERS = expression(r"[^\W\d_]{3,}")
_SUMS = {"\ucf00": "\ufb01", "\ud200": "\ufb02"}


class Found(msgspec.Struct, kw_only=True):
    """What one way of reading made: the body, the notes, what stands beside, and the pages without text."""

    way: str
    draft: Draft
    notes: list[Closed]
    beside: dict[str, list[Annotation]]
    empty: set[int]


class Run(msgspec.Struct, kw_only=True):
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
                page = Page(self.raw, handle, text, number + 1)
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

    def __init__(self, raw: Pdfium, handle: Handle, text: Handle, number: int) -> None:
        self.raw = raw
        self.handle = handle
        self.number = number
        self._text = text
        self._address = ctypes.cast(text, ctypes.c_void_p).value
        self.text = self._characters()
        # Asked for each word: what pdfium writes to is made once.
        self._doubles = [ctypes.c_double() for _ in range(4)]
        self._places = [ctypes.addressof(double) for double in self._doubles]
        self._origin = fast(raw.FPDFText_GetCharOrigin, ctypes.c_int, 2)
        self._box = fast(raw.FPDFText_GetCharBox, ctypes.c_int, 4)
        self._font_size = fast(raw.FPDFText_GetFontSize, ctypes.c_double)
        self._matrix = fast(raw.FPDFText_GetMatrix, ctypes.c_int, 1)
        self._turn = (ctypes.c_float * 6)()  # a, b, c, d, e, f
        self._count_marks = fast(raw.FPDFPageObj_CountMarks, ctypes.c_int, numbers=0)
        self._mark = fast(raw.FPDFPageObj_GetMark, ctypes.c_void_p)
        self._number = fast(raw.FPDFPageObj_GetMarkedContentID, ctypes.c_int, numbers=0)
        self.height = float(raw.FPDF_GetPageHeightF(handle))
        # By the addresses of an object's marks, which many objects share.
        self._marks: dict[tuple[int | None, ...], tuple[int, bool, bool]] = {}
        # As read, where the library's order is not: its own places, and where the characters stand.
        self._order: list[pdf_bidi.Glyph] | None = None
        if pdf_bidi.has_letters(self.text):
            self._order = self._in_order()
            self.text = "".join(glyph.text for glyph in self._order)
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

    def _characters(self) -> str:
        """Return a character for each that the library counts: what is none is one that no text has."""
        count = max(self.raw.FPDFText_CountChars(self._text), 0)
        buffer = (ctypes.c_ushort * (count + 1))()
        length = self.raw.FPDFText_GetText(self._text, 0, count, buffer) - 1
        units = buffer[:count] if length == count else [0] * count
        code = fast(self.raw.FPDFText_GetUnicode, ctypes.c_uint)
        # A hyphen at the end of a line is told only where it is asked for.
        for index in [index for index, unit in enumerate(units) if unit in _UNTOLD]:
            told = code(self._address, index)
            units[index] = told if 0 < told < _NONE else _NONE
        text = "".join(map(chr, units))
        # The library counts the two halves of a character: the first stands for it.
        text = _HALVES.sub(_joined, text)
        return unswapped(text)

    def runs(self) -> list[Run]:
        """Return the characters by the object that they are of; of a word drawn by letters they are one."""
        owners = self._owners()
        if self._order is None:
            self._join_letters(owners)
        found: list[Run] = []
        before: Run | None = None
        for start, end, owner in _spans(owners):
            text = self.text[start:end]
            x, y = self.origin(start)
            mark, is_artifact, is_soft = self._about(owner)
            if (
                before is not None
                and before.y == y
                and before.mark == mark
                and before.is_artifact == is_artifact
                and not is_soft
                and text[0].isalpha()
                and before.text[-1].isalpha()
            ):
                before.text += text
                continue
            # A hyphen that is drawn by itself at the end of a line was made by the line's end.
            if is_soft or text.strip() == HYPHEN:
                text = text.replace(HYPHEN, "\u00ad").replace("-", "\u00ad")
            size = self._size(start) if self._order is None else self._order[start].size
            before = Run(start=start, text=text, mark=mark, is_artifact=is_artifact, x=x, y=y, size=size)
            found.append(before)
        return found

    def _owners(self) -> list[int | None]:
        """Return the object of each character. The characters of one follow each other."""
        owner = fast(self.raw.FPDFText_GetTextObject, ctypes.c_void_p)
        if self._order is not None:
            return [owner(self._address, glyph.index) for glyph in self._order]
        count = len(self.text)
        found: list[int | None] = []
        for start in range(0, count, _AT_ONCE):
            end = min(start + _AT_ONCE, count)
            first = owner(self._address, start)
            if first is not None and first == owner(self._address, end - 1):
                found += [first] * (end - start)
            else:
                found += map(owner, itertools.repeat(self._address, end - start), range(start, end))
        return found

    def _join_letters(self, owners: list[int | None]) -> None:
        """Make one object of the letters of a word where each is one, as some files draw them.

        Where the first and the last stand on one line under one mark, so do those between them.
        """
        for word in _LETTERS.finditer(self.text):
            start, end = word.span()
            first, last = owners[start], owners[end - 1]
            if first == last or first is None or last is None or not word[0].isalpha():
                continue
            if (start and owners[start - 1] == first) or (end < len(owners) and owners[end] == last):
                continue  # they hold more than letters of this word
            if self._about(first) == self._about(last) and self.origin(start)[1] == self.origin(end - 1)[1]:
                owners[start:end] = [first] * (end - start)

    def origin(self, index: int) -> tuple[float, float]:
        """Return where the baseline of a character begins."""
        if self._order is not None:
            return self._order[index].left, self._order[index].y
        return self._origin_of(index)

    def right(self, index: int) -> float:
        """Return where a character ends."""
        return self._order[index].right if self._order is not None else self._right_of(index)

    def _in_order(self) -> list[pdf_bidi.Glyph]:
        found = []
        for index, text in enumerate(self.text):
            x, y = self._origin_of(index)
            glyph = pdf_bidi.Glyph(index, text, x, max(self._right_of(index), x), y, self._size(index))
            found.append(glyph)
        return pdf_bidi.in_order(found, float(self.raw.FPDF_GetPageWidthF(self.handle)))

    def _origin_of(self, index: int) -> tuple[float, float]:
        if not self._origin(self._address, index, self._places[0], self._places[1]):
            return 0.0, 0.0
        return self._doubles[0].value, self._doubles[1].value

    def _right_of(self, index: int) -> float:
        # In the order of the call: left, right, bottom, top.
        return self._doubles[1].value if self._box(self._address, index, *self._places) else 0.0

    def _placed(self, index: int) -> tuple[float, float, float]:
        right = self._right_of(index)
        left = self._doubles[0].value
        return left, right, self._origin_of(index)[1]

    def _size(self, index: int) -> float:
        size = self._font_size(self._address, index)
        if self._matrix(self._address, index, ctypes.addressof(self._turn)):
            size *= math.hypot(self._turn[2], self._turn[3]) or 1.0
        return size

    def _about(self, owner: int) -> tuple[int, bool, bool]:
        """Return an object's number among the tags, whether it is no content, whether its hyphen is soft."""
        marks = tuple([self._mark(owner, index) for index in range(self._count_marks(owner))])
        known = self._marks.get(marks)
        if known is not None:
            return known
        is_artifact = is_soft = False
        for address in marks:
            mark = ctypes.cast(address or 0, self.raw.FPDF_PAGEOBJECTMARK)
            name = short(self.raw.FPDFPageObjMark_GetName, mark)
            if name == "Artifact":
                is_artifact = True
            elif name == "Span":
                said = short(self.raw.FPDFPageObjMark_GetParamStringValue, mark, b"ActualText")
                is_soft = is_soft or said == "\u00ad"
        known = self._number(owner), is_artifact, is_soft
        self._marks[marks] = known
        return known


def _spans(owners: list[int | None]) -> Iterator[tuple[int, int, int]]:
    """Give the stretches of characters that are of one object, with it.

    What the library put in is of no object, and goes with what stands before it.
    """
    start = 0
    current: int | None = None
    for index, one in enumerate(owners):
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
    return text if text.isascii() else _SWAPPED.sub(_letters, text)


def _letters(found: re.Match[str]) -> str:
    return "".join(_SUMS.get(each) or chr(ord(each) >> 8) for each in found[0])
