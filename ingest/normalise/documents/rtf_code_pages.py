"""The code pages of RTF: that of the document, and those of its fonts."""

from __future__ import annotations

import codecs
from collections.abc import Callable

_CHARSETS = {
    0: "cp1252",
    2: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
}


class CodePages:
    """Keeps the codec of the document, and of each font that the table of fonts gave another one."""

    def __init__(self) -> None:
        self.document = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = self._default = 0

    def controls(self) -> dict[str, Callable[[int | None], None]]:
        """Return what the document's own controls set."""
        return {
            "ansicpg": self.ansi,
            "mac": self.mac,
            "pc": self.pc,
            "pca": self.pca,
            "deff": self.set_default,
        }

    def set_default(self, number: int | None) -> None:
        """Set which font text has that names none."""
        self._default = number or 0

    def of_default_font(self) -> str | None:
        """Return the codec of text that names no font; None where it is the document's."""
        return self._fonts.get(self._default)

    def of_font(self, number: int) -> str | None:
        """Return the codec of a font, None where it is the document's; what is set next is for this font."""
        self._font = number
        return self._fonts.get(number)

    def set_charset(self, number: int | None) -> None:
        """Set the codec of that font by a character set of Windows; 0 and 2 name none."""
        if number in _CHARSETS and number not in {0, 2}:
            self._fonts[self._font] = _CHARSETS[number]

    def set_font(self, number: int | None) -> None:
        """Set the codec of the font that is being described, by the number of a code page."""
        self._fonts[self._font] = code_page(number)

    def ansi(self, number: int | None) -> None:
        """Set the codec of the document by the number of a code page."""
        self.document = code_page(number)

    def mac(self, _: int | None) -> None:
        """Set the codec of the document: Western European of the Macintosh."""
        self.document = "mac_roman"

    def pc(self, _: int | None) -> None:
        """Set the codec of the document: that of the first PC."""
        self.document = "cp437"

    def pca(self, _: int | None) -> None:
        """Set the codec of the document: that of DOS in Western Europe."""
        self.document = "cp850"


def code_page(number: int | None) -> str:
    """Return the codec of a code page; Western European where Python has none."""
    name = {10000: "mac_roman", 65001: "utf-8", 936: "gb18030"}.get(number or 0, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def character(code: int) -> str:
    """Return a character; a sign of a symbol font, which has a private place, as its byte is read."""
    return bytes((code & 0xFF,)).decode("cp1252", "replace") if 0xF020 <= code <= 0xF0FF else chr(code)
