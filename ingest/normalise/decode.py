"""From bytes to text: which encoding, how sure, or why there is no text.

In this order: a byte-order mark; content with NUL; strict UTF-8; known binary kinds; UTF-8
with a few bad bytes; the detector's guess; cp1252. A replacement character is put in only
together with `lossy`.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import unicodedata2

from ingest.normalise import magic

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SURE = 1000
_UTF16_BY_NULS = 900
_UTF16_BY_SCRIPT = 700
_MERE_GUESS = 10
# Below it the detector has taken a few Western European letters for Greek or Czech.
_LEAST_CONFIDENCE = 0.1
# Below it, what the guess makes of the words is looked at too.
_UNSURE = 0.5
# Baltic, Nordic, Celtic and Maltese: seldom written, and more often guessed for a short French text.
_SELDOM = frozenset(("iso8859-3", "iso8859-4", "iso8859-10", "iso8859-13", "iso8859-14"))
_WORD = re.compile(r"[^\W\d_]+")
# Greek to Arabic: scripts with words, of which each stands in one script.
_FOREIGN = re.compile("[\u0370-\u08ff]")

_HIGH = bytes(range(0x80, 0x100))
_FIRST_HIGH = re.compile(rb"[\x80-\xff]")
_NUL_AND_PRINTABLE = bytes([0, 9, 10, 13, *range(0x20, 0x7F)])
_BEFORE_FIRST_HIGH = 1024
_SAMPLE = 65_536
_LOOK_AT = 4096


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """Either a text with its encoding (a Python codec's canonical name), or the reason for none.

    A byte-order mark is no part of the text. `media_type` is set for a binary kind only.
    """

    text: str | None = None
    reason: str | None = None
    media_type: str | None = None
    encoding: str | None = None
    bom: bool = False
    confidence: int | None = None
    lossy: bool = False

    @property
    def is_plain_utf8(self) -> bool:
        """Whether the text's UTF-8 bytes are those of the file, byte-order mark aside."""
        return self.encoding == "utf-8" and not self.lossy


def decode(raw: bytes) -> Decoded:
    """Return the text of the bytes, or `binary`, `nul` or `undecodable`. The text may hold any character."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _marked(raw[len(mark) :], encoding)
    if b"\0" in raw:
        return _with_nul(raw)
    try:
        return Decoded(text=raw.decode(), encoding="utf-8", confidence=_SURE)
    except UnicodeDecodeError:
        return _not_utf8(raw)


def _marked(rest: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(text=rest.decode(encoding), encoding=encoding, bom=True, confidence=_SURE)
    except UnicodeDecodeError:
        return Decoded(reason="undecodable", bom=True)


def _with_nul(raw: bytes) -> Decoded:
    if media_type := magic.kind(raw):
        return _binary(media_type)
    return _unmarked_utf16(raw) or (Decoded(reason="nul") if _is_text_but_for_nul(raw) else _binary())


def _binary(media_type: str = magic.UNKNOWN) -> Decoded:
    return Decoded(reason="binary", media_type=media_type)


def _unmarked_utf16(raw: bytes) -> Decoded | None:
    units = len(raw) // 2
    if len(raw) % 2 or units < 2:
        return None
    even, odd = raw[::2], raw[1::2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    if zeros_even and zeros_odd:
        return None
    zeros = zeros_even or zeros_odd
    encoding, high = ("utf-16-le", odd) if zeros_odd else ("utf-16-be", even)
    by_nuls = zeros * 4 >= units * 3
    if not by_nuls and not _has_one_script(raw, high, zeros):
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    if not _is_plausible(text):
        return None
    confidence = _UTF16_BY_NULS if by_nuls else _UTF16_BY_SCRIPT
    return Decoded(text=text, encoding=encoding, confidence=confidence)


def _has_one_script(raw: bytes, high: bytes, zeros: int) -> bool:
    """Whether UTF-16 would make of the bytes one script of a small block, with Latin in between.

    An ASCII text with a NUL here and there would become a text in many Chinese characters.
    """
    units = len(high)
    if units < 8 or zeros * 10 < units or not raw.translate(None, _NUL_AND_PRINTABLE):
        return False
    sample = high[:_LOOK_AT]
    commonest = sum(found for _, found in Counter(sample).most_common(2))
    return commonest * 4 >= len(sample) * 3


def _is_plausible(text: str) -> bool:
    sample = text[:_LOOK_AT]
    category = unicodedata2.category
    odd = sum(1 for char in sample if category(char) in ("Cc", "Cn", "Co") and not char.isspace())
    return odd * 20 <= len(sample)


def _is_text_but_for_nul(raw: bytes) -> bool:
    rest = raw.replace(b"\0", b"")
    if len(rest) * 2 < len(raw) or magic.controls(rest) * magic.CONTROL_SHARE > len(rest):
        return False
    try:
        rest.decode()
    except UnicodeDecodeError:
        return (len(rest) - len(rest.translate(None, _HIGH))) * 10 <= len(rest) * 3
    return True


def _not_utf8(raw: bytes) -> Decoded:
    if media_type := magic.kind(raw):
        return _binary(media_type)
    return _mended_utf8(raw) or _guessed(raw)


def _mended_utf8(raw: bytes) -> Decoded | None:
    """UTF-8 with bad bytes replaced, if characters beyond ASCII came out whole at least as often."""
    text = raw.decode(errors="replace")
    bad = text.count("\ufffd") - raw.count(b"\xef\xbf\xbd")
    whole = len(text) - len(raw.translate(None, _HIGH)) - bad
    if bad > whole:
        return None
    confidence = _SURE * whole // (whole + bad)
    return Decoded(text=text, encoding="utf-8", confidence=confidence, lossy=True)


def _guessed(raw: bytes) -> Decoded:
    guess = _detector()(_sample(raw))
    encoding, confidence = guess["encoding"], float(guess["confidence"])
    if encoding is None:
        return _binary()
    if confidence >= _LEAST_CONFIDENCE:
        try:
            text = raw.decode(encoding)
            # A codec that lets half a surrogate pair through has not decoded anything.
            text.encode()
            name = codecs.lookup(encoding).name
        except (UnicodeError, LookupError):
            pass
        else:
            if confidence >= _UNSURE or not (name in _SELDOM or _mixes_scripts(text)):
                return Decoded(text=text, encoding=name, confidence=round(confidence * _SURE))
    return _windows_1252(raw)


def _mixes_scripts(text: str) -> bool:
    """Whether letters of another script stand among Latin ones more often than in words, or make no word."""
    mixed = whole = alone = 0
    for word in _WORD.findall(text[:_SAMPLE]):
        foreign = len(_FOREIGN.findall(word))
        mixed += 0 < foreign < len(word)
        whole += 1 < foreign == len(word)
        alone += 1 == foreign == len(word)
    return mixed > whole or (alone > 0 and not whole)


def _windows_1252(raw: bytes) -> Decoded:
    text = raw.decode("cp1252", errors="replace")
    holes = text.count("\ufffd")
    if holes * 10 > len(text):
        return Decoded(reason="undecodable")
    return Decoded(text=text, encoding="cp1252", confidence=_MERE_GUESS, lossy=holes > 0)


def _sample(raw: bytes) -> bytes:
    # Before the first byte beyond ASCII every encoding in question reads the same, and a cut
    # there splits no character.
    high = _FIRST_HIGH.search(raw)
    start = max(0, high.start() - _BEFORE_FIRST_HIGH) if high else 0
    sample = raw[start : start + _SAMPLE]
    if start + _SAMPLE >= len(raw):
        return sample
    cut = max(sample.rfind(b"\n", _SAMPLE // 2), sample.rfind(b" ", _SAMPLE // 2))
    return sample[: cut + 1] if cut > 0 else sample


@functools.cache
def _detector() -> Callable[[bytes], Any]:
    import chardet  # noqa: PLC0415 - slow to load, and few texts need it
    from chardet.enums import EncodingEra  # noqa: PLC0415 - the same

    # EBCDIC makes letters of nearly any bytes, and UTF-7 makes surrogates of plain ASCII.
    era = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    return functools.partial(
        chardet.detect,
        encoding_era=era,
        prefer_superset=True,
        compat_names=False,
        exclude_encodings=("utf-7",),
    )
