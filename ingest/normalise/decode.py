"""From bytes to text: which encoding, how sure, or why there is no text.

In this order: a byte-order mark; content with NUL; the escapes of ISO-2022 and HZ; strict UTF-8; known
binary kinds; CESU-8; UTF-8 with a few bad bytes; what the file's own head declares; the detector's guess;
cp1252. What cannot be read is a replacement character, and `places` says how many such places there are: a
run of bytes that nothing can be made of, or a run of NULs as a power cut leaves them. No replacement
character is put in otherwise.
"""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from ingest.expressions import expression
from ingest.normalise import magic
from ingest.normalise.decoding_result import REPLACEMENT, SURE, Decoded, is_plausible, replaced
from ingest.normalise.guess import MERE_GUESS, by_declaration, by_likeness
from ingest.normalise.iso2022 import read_escapes

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ANY_MARK = tuple(mark for mark, _ in _MARKS)
_UTF16_BY_NULS = 900
_UTF16_BY_SCRIPT = 700
_FEWEST_UNITS_CUT = 8
_NUL_RUN = expression("\0{8,}|\0+\\Z")
_ESCAPE_HATCH = expression("[\udc80-\udcff]+")
# Two bytes or three of a character, or the first of one that hardly ends a word in Windows-1252: Â, Ã.
_CUT_END = expression(rb"(?:[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2}|(?<=[a-z])[\xc2\xc3])\Z")
_CESU_PAIR = expression(rb"\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])")

_HIGH = bytes(range(0x80, 0x100))
_NUL_AND_PRINTABLE = bytes([0, 9, 10, 13, *range(0x20, 0x7F)])
_LOOK_AT = 4096


def decode(raw: bytes) -> Decoded:
    """Return the text of the bytes, or `binary`, `nul` or `undecodable`. The text may hold any character."""
    if raw.startswith(_ANY_MARK):
        mark, encoding = next(each for each in _MARKS if raw.startswith(each[0]))
        return _marked(raw[len(mark) :], encoding)
    if 0 in raw:  # as a number, which is found in a fifth of the time
        return _with_nul(raw)
    escaped = read_escapes(raw)
    if escaped is not None:
        return escaped
    try:
        return Decoded(text=raw.decode(), encoding="utf-8", confidence=SURE)
    except UnicodeDecodeError:
        return _not_utf8(raw)


def _marked(rest: bytes, encoding: str) -> Decoded:
    try:
        found = Decoded(text=rest.decode(encoding), encoding=encoding, bom=True, confidence=SURE)
    except UnicodeDecodeError:
        mended = replaced(rest, encoding)
        if mended is None:
            return Decoded(reason="undecodable", bom=True)
        found = msgspec.structs.replace(mended, bom=True)
    return _without_nul_runs(found) or found


def _without_nul_runs(found: Decoded) -> Decoded | None:
    """Return a decoded text with a replacement character for each run of NULs; None where one stands alone.

    A run is eight or more, or what stands at the end.
    """
    text = found.text or ""
    runs = _NUL_RUN.findall(text)
    rest = _NUL_RUN.sub(REPLACEMENT, text)
    if not runs or "\0" in rest or not rest.strip(REPLACEMENT):
        return None
    return msgspec.structs.replace(found, text=rest, places=found.places + len(runs))


def _with_nul(raw: bytes) -> Decoded:
    if media_type := magic.kind(raw):
        return _binary(media_type)
    return (
        _unmarked_utf16(raw)
        or _with_nul_runs(raw)
        or (Decoded(reason="nul") if _is_text_but_for_nul(raw) else _binary())
    )


def _with_nul_runs(raw: bytes) -> Decoded | None:
    """Return a text with runs of NULs in it or behind it, as a power cut leaves them for what was written.

    Behind a text may stand any number. Between its parts, which have to be UTF-8 then, a run is eight or
    more: fewer part the fields of a file that is no text.
    """
    body = raw.rstrip(b"\0")
    if not body or magic.controls(body) * magic.CONTROL_SHARE > len(body):
        return None
    if 0 not in body:
        found = decode(body)
        if found.text is None or found.confidence == MERE_GUESS:
            return None
        at_end = "" if len(body) == len(raw) else "\0"
        return _without_nul_runs(msgspec.structs.replace(found, text=found.text + at_end))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    if magic.controls(body):
        return None
    return _without_nul_runs(Decoded(text=text, encoding="utf-8", confidence=SURE))


def _binary(media_type: str = magic.UNKNOWN) -> Decoded:
    return Decoded(reason="binary", media_type=media_type)


def _unmarked_utf16(raw: bytes) -> Decoded | None:
    units = len(raw) // 2
    cut = len(raw) % 2
    if units < (_FEWEST_UNITS_CUT if cut else 2):
        return None
    even, odd = raw[: units * 2 : 2], raw[1::2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    if zeros_even and zeros_odd:
        return None
    zeros = zeros_even or zeros_odd
    encoding, high = ("utf-16-le", odd) if zeros_odd else ("utf-16-be", even)
    by_nuls = zeros * 4 >= units * 3
    if not by_nuls and not _has_one_script(raw, high, zeros):
        return None
    confidence = _UTF16_BY_NULS if by_nuls else _UTF16_BY_SCRIPT
    text = raw.decode(encoding, errors="replace")
    bad = text.count(REPLACEMENT) - raw.decode(encoding, errors="ignore").count(REPLACEMENT)
    if not is_plausible(text) or bad > (1 if text.endswith(REPLACEMENT) else 0):
        return None  # only the end may be cut within a unit or a pair
    return Decoded(text=text, encoding=encoding, confidence=confidence, places=bad)


def _has_one_script(raw: bytes, high: bytes, zeros: int) -> bool:
    """Tell whether UTF-16 would make of the bytes one script of a small block, with Latin in between.

    An ASCII text with a NUL here and there would become a text in many Chinese characters.
    """
    units = len(high)
    if units < 8 or zeros * 10 < units or not raw.translate(None, _NUL_AND_PRINTABLE):
        return False
    sample = high[:_LOOK_AT]
    commonest = sum(found for _, found in Counter(sample).most_common(2))
    return commonest * 4 >= len(sample) * 3


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
    return _cesu8(raw) or _mended_utf8(raw, "utf-8") or by_declaration(raw) or by_likeness(raw) or _binary()


def _cesu8(raw: bytes) -> Decoded | None:
    """Return the text of UTF-8 in which a character beyond the first plane is a pair of surrogates."""
    if 0xED not in raw:
        return None
    joined, pairs = _CESU_PAIR.subn(_joined_pair, raw)
    if not pairs:
        return None
    try:
        return Decoded(text=joined.decode(), encoding="cesu-8", confidence=SURE)
    except UnicodeDecodeError:
        return _mended_utf8(joined, "cesu-8")


def _joined_pair(found: re.Match[bytes]) -> bytes:
    return (
        found[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()
    )


def _mended_utf8(raw: bytes, encoding: str) -> Decoded | None:
    """Return UTF-8 with bad bytes replaced, if characters beyond ASCII came out whole at least as often.

    A text that is ASCII but for its end, which begins a character and does not go on, was cut there.
    """
    text = raw.decode(errors="replace")
    bad = text.count("\ufffd") - raw.count(b"\xef\xbf\xbd")
    whole = len(text) - len(raw.translate(None, _HIGH)) - bad
    cut = _CUT_END.search(raw)
    if cut is not None and raw[: cut.start()].isascii():
        whole = len(text) - 1
    if bad > whole:
        return None
    confidence = SURE * whole // (whole + bad)
    places = len(_ESCAPE_HATCH.findall(raw.decode(errors="surrogateescape")))
    return Decoded(text=text, encoding=encoding, confidence=confidence, places=places)
