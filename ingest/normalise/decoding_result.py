"""What reading bytes as text gives: a text and its encoding, or the reason for none."""

from __future__ import annotations

from typing import Final

import msgspec
import unicodedata2

from ingest.expressions import expression

SURE: Final = 1000  # thousandths
REPLACEMENT: Final = "\ufffd"
_REPLACED = expression("\ufffd+")
_LOOK_AT = 4096


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """Either a text with its encoding, or the reason for none.

    An encoding is the canonical name of a Python codec, or `cesu-8`. A byte-order mark is no part of the
    text. `media_type` is set for a binary kind only. `places` is how many places could not be read.
    """

    text: str | None = None
    reason: str | None = None
    media_type: str | None = None
    encoding: str | None = None
    bom: bool = False
    confidence: int | None = None
    places: int = 0

    @property
    def lossy(self) -> bool:
        """Tell whether there are places that could not be read."""
        return self.places > 0

    @property
    def is_plain_utf8(self) -> bool:
        """Tell whether the text's UTF-8 bytes are those of the file, byte-order mark aside."""
        return self.encoding == "utf-8" and not self.lossy


def replaced(raw: bytes, encoding: str) -> Decoded | None:
    """Return the text with what is bad replaced, if that is the smaller part and the rest can be a text."""
    text = raw.decode(encoding, errors="replace")
    bad = text.count(REPLACEMENT) - raw.decode(encoding, errors="ignore").count(REPLACEMENT)
    whole = len(text) - bad
    if bad > whole or not is_plausible(text):
        return None
    return Decoded(text=text, encoding=encoding, confidence=SURE * whole // len(text), places=places_in(text))


def places_in(text: str) -> int:
    """Tell how many places of a text are replaced: runs of replacement characters."""
    return len(_REPLACED.findall(text))


def is_plausible(text: str) -> bool:
    """Tell whether hardly a character at the start of a text is a control, unassigned or for private use."""
    sample = text[:_LOOK_AT]
    category = unicodedata2.category
    odd = sum(1 for char in sample if category(char) in ("Cc", "Cn", "Co") and not char.isspace())
    return odd * 20 <= len(sample)
