"""What pdfium is asked of many characters of a page, or of many of its objects, at once.

A call takes longer to make than to answer. So the places of all words are asked in one go, by addresses, and
what the library writes is read when all of it is there.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import math
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from ingest.normalise.documents.pdfium import Pdfium, fast, library

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

_LONGEST = 64  # bytes of a mark's name
_ARTIFACT = "Artifact".encode("utf-16-le")
_SPAN = "Span".encode("utf-16-le")
_SOFT = "\u00ad".encode("utf-16-le")
_ADDRESS, _NUMBER, _LENGTH = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong


class Mark(msgspec.Struct, frozen=True):
    """What the marks of an object say: its number among the tags, -1 where there is none, and two more."""

    number: int
    is_artifact: bool
    is_soft: bool


class Calls:
    """The functions of pdfium that are asked of each word, each character or each object."""

    def __init__(self, raw: Pdfium) -> None:
        self.code = fast(raw.FPDFText_GetUnicode, ctypes.c_uint, _NUMBER)
        self.owner = fast(raw.FPDFText_GetTextObject, ctypes.c_void_p, _NUMBER)
        self.origin = fast(raw.FPDFText_GetCharOrigin, ctypes.c_int, _NUMBER, *(_ADDRESS,) * 2)
        self.box = fast(raw.FPDFText_GetCharBox, ctypes.c_int, _NUMBER, *(_ADDRESS,) * 4)
        self.font_size = fast(raw.FPDFText_GetFontSize, ctypes.c_double, _NUMBER)
        self.matrix = fast(raw.FPDFText_GetMatrix, ctypes.c_int, _NUMBER, _ADDRESS)
        self.count_marks = fast(raw.FPDFPageObj_CountMarks, ctypes.c_int)
        self.mark = fast(raw.FPDFPageObj_GetMark, ctypes.c_void_p, _NUMBER)
        self.number = fast(raw.FPDFPageObj_GetMarkedContentID, ctypes.c_int)
        string = _ADDRESS, _LENGTH, _ADDRESS
        self.name = fast(raw.FPDFPageObjMark_GetName, ctypes.c_int, *string)
        self.said = fast(raw.FPDFPageObjMark_GetParamStringValue, ctypes.c_int, ctypes.c_char_p, *string)


@functools.cache
def calls() -> Calls:
    """Return the functions. They are made once: that takes as long as some pages."""
    return Calls(library())


class Characters:
    """The characters of a page that is open, by the places at which the library has them."""

    def __init__(self, calls: Calls, text: Handle) -> None:
        self._calls = calls
        self._page = ctypes.cast(text, ctypes.c_void_p).value
        self._written = (ctypes.c_char * _LONGEST)()
        self._length = ctypes.c_ulong()
        self._marks: dict[int, Mark] = {}
        self._same: dict[tuple[int | None, ...], Mark] = {}  # many objects share theirs

    def code(self, index: int) -> int:
        """Return what a character is by number."""
        return self._calls.code(self._page, index)

    def origins(self, indexes: Sequence[int]) -> tuple[Sequence[float], Sequence[float]]:
        """Return where the baselines of characters begin: all from the left, then all from below."""
        found, at = _room("d", 2 * len(indexes))
        page = itertools.repeat(self._page)
        _ask(map(self._calls.origin, page, indexes, itertools.count(at, 16), itertools.count(at + 8, 16)))
        return found[::2], found[1::2]

    def boxes(self, indexes: Sequence[int]) -> tuple[Sequence[float], Sequence[float]]:
        """Return where characters begin and end: all that begin, then all that end."""
        found, at = _room("d", 2 * len(indexes) + 2)
        end = at + 16 * len(indexes)  # two that are not used
        below, above = itertools.repeat(end), itertools.repeat(end + 8)
        page = itertools.repeat(self._page)
        begins, ends = itertools.count(at, 16), itertools.count(at + 8, 16)
        _ask(map(self._calls.box, page, indexes, begins, ends, below, above))
        return found[:-2:2], found[1:-2:2]

    def sizes(self, indexes: Sequence[int]) -> list[float]:
        """Return the sizes of characters as they are drawn: that of the font by the matrix."""
        turns, at = _room("f", 6 * len(indexes))  # a, b, c, d, e, f of each
        page = itertools.repeat(self._page)
        sizes = list(map(self._calls.font_size, page, indexes))
        _ask(map(self._calls.matrix, page, indexes, itertools.count(at, 24)))
        heights = map(math.hypot, turns[2::6], turns[3::6])
        return [size * (height or 1.0) for size, height in zip(sizes, heights, strict=True)]

    def owners(self, indexes: Sequence[int]) -> list[int | None]:
        """Return the object that each character is of."""
        return list(map(self._calls.owner, itertools.repeat(self._page), indexes))

    def owner_of_all(self, start: int, end: int) -> int | None:
        """Return the object that all these characters are of, since the first and the last are of it."""
        first = self._calls.owner(self._page, start)
        return first if first is not None and first == self._calls.owner(self._page, end - 1) else None

    def marks(self, objects: Iterable[int]) -> dict[int, Mark]:
        """Return what the marks of objects say, of these and of those that were asked before."""
        calls = self._calls
        new = [one for one in dict.fromkeys(objects) if one not in self._marks]
        for one, count in zip(new, map(calls.count_marks, new), strict=True):
            marks = tuple(map(calls.mark, itertools.repeat(one), range(count))) if count else ()
            made = self._same.get(marks)
            if made is None:
                made = self._same[marks] = self._mark(calls.number(one), marks)
            self._marks[one] = made
        return self._marks

    def _mark(self, number: int, marks: Sequence[int | None]) -> Mark:
        is_artifact = is_soft = False
        to = ctypes.addressof(self._written), _LONGEST, ctypes.addressof(self._length)
        for mark in marks:
            name = self._string(self._calls.name(mark, *to))
            if name == _ARTIFACT:
                is_artifact = True
            elif name == _SPAN:
                is_soft = is_soft or self._string(self._calls.said(mark, b"ActualText", *to)) == _SOFT
        return Mark(number, is_artifact, is_soft)

    def _string(self, is_told: int) -> bytes:
        """Return the short string that was written, in UTF-16 and ended by a zero."""
        length = self._length.value
        return self._written.raw[: max(length - 2, 0)] if is_told and length <= _LONGEST else b""


def _room(kind: Literal["d", "f"], count: int) -> tuple[array[float], int]:
    """Return place for so many numbers, and its address."""
    made = array(kind, bytes(count * (8 if kind == "d" else 4)))
    return made, made.buffer_info()[0]


def _ask(calls: map[int]) -> None:
    """Make all these calls."""
    deque(calls, maxlen=0)
