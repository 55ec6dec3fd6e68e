"""A PDF that is open in pdfium, and the characters of its pages."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents import pdf_bidi
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdfium import Pdfium, fast, library, short, wide
from ingest.normalise.extracted import Annotation, Limits, Refused

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

_PASSWORD = 4
# pdfium says so of a hyphen at the end of a line.
HYPHEN = "\x02"
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
        self._characters = 0

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

    def pages(self) -> list[Annotation]:
        """Return the pages by number, with their own labels where they have them."""
        found = []
        for number in range(self.count):
            label = wide(self.raw.FPDF_GetPageLabel, self.handle, number)
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
        count = max(raw.FPDFText_CountChars(text), 0)
        self._address = ctypes.cast(text, ctypes.c_void_p).value
        code = fast(raw.FPDFText_GetUnicode, ctypes.c_uint)
        self.text = _characters(list(map(code, itertools.repeat(self._address, count), range(count))))
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

    @property
    def goes_left(self) -> bool:
        """Tell whether the page holds letters that are written from right to left."""
        return self._order is not None

    @property
    def shows(self) -> bool:
        """Tell whether anything is drawn on the page."""
        return bool(self.raw.FPDFPage_CountObjects(self.handle) > 0)

    def runs(self) -> list[Run]:
        """Return the characters by the object that they are of."""
        owners = self._owners()
        found: list[Run] = []
        start = 0
        current = None
        for index, one in enumerate(owners):
            # What pdfium put in is of no object, and goes with what stands before it.
            if one is None or one == current:
                continue
            if current is not None:
                self._add(found, start, index, current)
                start = index
            current = one
        if current is not None:
            self._add(found, start, len(owners), current)
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

    def _add(self, found: list[Run], start: int, end: int, owner: int) -> None:
        """Add characters of one object: some files draw each letter of a word by itself."""
        x, y = self.origin(start)
        about = self._about(owner)
        text = self.text[start:end]
        if found and text[0].isalpha():
            before = found[-1]
            is_same = before.y == y and (before.mark, before.is_artifact, False) == about
            if is_same and before.text[-1].isalpha():
                before.text += text
                return
        mark, is_artifact, is_soft = about
        # A hyphen that is drawn by itself at the end of a line was made by the line's end.
        if is_soft or text.strip() == HYPHEN:
            text = text.replace(HYPHEN, "\u00ad").replace("-", "\u00ad")
        size = self._size(start) if self._order is None else self._order[start].size
        found.append(Run(start=start, text=text, mark=mark, is_artifact=is_artifact, x=x, y=y, size=size))

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


def _characters(codes: list[int]) -> str:
    """Return a character for each code: what is none is one that no text has."""
    if 0 in codes or max(codes, default=0) > sys.maxunicode:
        codes = [code if 0 < code <= sys.maxunicode else 0xFFFE for code in codes]
    text = "".join(map(chr, codes))
    if not text.isascii() and _SWAPPED.search(text) is not None:
        text = _SWAPPED.sub(_letters, text)
    return text


def _letters(found: re.Match[str]) -> str:
    return "".join(_SUMS.get(each) or chr(ord(each) >> 8) for each in found[0])
