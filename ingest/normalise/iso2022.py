"""Text in bytes below 128 that escapes make characters of: ISO-2022-JP and -KR, and HZ."""

from __future__ import annotations

import codecs

import msgspec

from ingest.expressions import expression
from ingest.normalise.decoding_result import Decoded, is_plausible, replaced

_ESCAPED = 950
_HZ_RUN = expression(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)~\}")
_FEWEST_IN_HZ = 8  # bytes, two a character
_RARELY = 10


def read_escapes(raw: bytes) -> Decoded | None:
    """Return the text of bytes in ISO 2022 or HZ; None where they have no such escapes, as ASCII has none."""
    if not (0x1B in raw or 0x7E in raw):  # one byte, as a number, is found ten times as fast as two
        return None
    if not (b"\x1b$" in raw or b"~{" in raw) or not raw.isascii():
        return None
    if b"\x1b$" in raw:
        for encoding in ("iso2022_kr",) if b"\x1b$)C" in raw else ("iso2022_jp_2", "iso2022_jp_ext"):
            found = _escaped(raw, encoding)
            if found is not None:
                return found
    if sum(map(len, _HZ_RUN.findall(raw))) >= _FEWEST_IN_HZ:
        return _escaped(raw, "hz")
    return None


def _escaped(raw: bytes, encoding: str) -> Decoded | None:
    """Return the text if it has other than ASCII and no escape is left; its end may be cut in a character."""
    try:
        found = Decoded(text=raw.decode(encoding), encoding=encoding)
    except UnicodeDecodeError:
        mended = replaced(raw, encoding)
        if mended is None or (mended.places - 1) * _RARELY > len(mended.text or ""):
            return None
        found = mended
    text = found.text or ""
    if text.isascii() or "\x1b$" in text or "\x1b(" in text or not is_plausible(text):
        return None
    name = codecs.lookup(encoding).name
    return msgspec.structs.replace(found, encoding=name, confidence=_ESCAPED)
