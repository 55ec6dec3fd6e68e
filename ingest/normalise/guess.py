"""The encoding of bytes that are no UTF-8: what the file's own head declares, else what it is most like."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ingest.expressions import expression
from ingest.normalise.decoding_result import REPLACEMENT, SURE, Decoded, places_in, replaced

if TYPE_CHECKING:
    from chardet import DetectionDict

_DECLARED = 950
MERE_GUESS = 10
# Below it the detector has taken a few Western European letters for Greek or Czech.
_LEAST_CONFIDENCE = 0.1
# Below it, what the guess makes of the words is looked at too.
_UNSURE = 0.5
# Northern, Celtic and Maltese: seldom written, and more often guessed for a short French text.
_SELDOM = frozenset(("iso8859-3", "iso8859-4", "iso8859-10", "iso8859-14"))
_WORD = expression(r"[^\W\d_]+")
# Greek to Arabic: scripts with words, of which each stands in one script.
_FOREIGN = expression("[\u0370-\u08ff]")
_FIRST_HIGH = expression(rb"[\x80-\xff]")
_BEFORE_HIGH = 1024
_SAMPLE = 65_536
_WHOLE = 1024  # bytes that are asked about as they are
_RARELY = 20
_HEAD = 4096  # bytes in which a file says what it is written in
_CHARSET = rb"[\"']?([A-Za-z][A-Za-z0-9._:-]{1,30})"
_DECLARATIONS = (
    expression(rb"\A\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*" + _CHARSET),
    expression(rb"<meta\s[^>]{0,500}?charset\s*=\s*" + _CHARSET, re.IGNORECASE),
    expression(rb"\A@charset\s+" + _CHARSET),
    expression(rb"^content-type:[^\n]{0,200}?charset\s*=\s*" + _CHARSET, re.IGNORECASE | re.MULTILINE),
    expression(
        rb"\A(?:[^\n]*\n)?[^\n]{0,20}?(?:-\*-[^\n]*?|vim?:[^\n]*?file)(?:en)?coding[:=][ \t]*" + _CHARSET
    ),
    expression(rb"\\usepackage\[" + rb"([A-Za-z0-9]{2,20})\]\{inputenc\}"),
)
_NAMED_OTHERWISE = {"ansinew": "cp1252", "applemac": "mac_roman", "latin9": "iso8859-15", "x-sjis": "cp932",
                    "windows-31j": "cp932", "x-gbk": "gbk", "x-mac-roman": "mac_roman"}  # fmt: skip
# What no head that can be read as ASCII is in, and codecs that make no text.
_NOT_DECLARED = frozenset(
    (
        *("ascii", "utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *("idna", "punycode", "raw-unicode-escape", "unicode-escape", "palmos", "undefined", "mbcs", "oem"),
    )
)
_LARGER = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-8": "cp1255", "iso8859-11": "cp874",
           "tis-620": "cp874"}  # fmt: skip
_SIBLINGS = {"cp1250": "iso8859-2", "cp1253": "iso8859-7"}
_NO_OGONEK = frozenset(("cs", "sk", "sl", "hr", "hu", "ro", "sq"))
_WINDOWS_ALONE = expression(rb"[\x80-\x9f]")
_SIGN_IN_WORD = expression(r"[±¶¦¬©®ˇ](?=[^\W\d_])|(?<=[^\W\d_])[»«¤±¶¦](?=[^\W\d_])")
_C1 = expression("[\x80-\x84\x86-\x9f]")


def by_declaration(raw: bytes) -> Decoded | None:
    """Return the text in the encoding that a head names: of XML, HTML, CSS, a mail, a line for an editor."""
    head = raw[:_HEAD]
    found = next((match for shape in _DECLARATIONS if (match := shape.search(head))), None)
    if found is None:
        return None
    name = found[1].decode("ascii").lower()
    try:
        encoding = codecs.lookup(_NAMED_OTHERWISE.get(name, name)).name
        text = raw.decode(encoding)
        text.encode()
    except (UnicodeError, LookupError):
        return None
    if encoding in _NOT_DECLARED:
        return None
    return _in_larger(Decoded(text=text, encoding=encoding, confidence=_DECLARED), raw)


def _in_larger(found: Decoded, raw: bytes) -> Decoded:
    """Return the text in the Windows page that holds an ISO one whole, where it has what that one lacks.

    ISO 8859-1 is always read so, since the two make the same of all that a text has.
    """
    larger = _LARGER.get(found.encoding or "")
    if larger is None or (found.encoding != "iso8859-1" and _C1.search(found.text or "") is None):
        return found
    try:
        text = raw.decode(larger)
    except UnicodeDecodeError:
        return found
    return msgspec.structs.replace(found, text=text, encoding=larger)


def by_likeness(raw: bytes) -> Decoded | None:
    """Return the text in the encoding that it is most like, else in cp1252; None where it is like none."""
    guess = _detector()(_sample(raw))
    encoding, confidence = guess["encoding"], float(guess["confidence"])
    if encoding is None:
        return None
    if confidence >= _LEAST_CONFIDENCE:
        try:
            text = raw.decode(encoding)
            # A codec that lets half a surrogate pair through has not decoded anything.
            text.encode()
            name = codecs.lookup(encoding).name
        except UnicodeDecodeError:
            cut = replaced(raw, encoding) if confidence >= _UNSURE else None
            if cut is not None and cut.places * _RARELY <= len(cut.text or ""):
                return msgspec.structs.replace(cut, encoding=codecs.lookup(encoding).name)
        except (UnicodeError, LookupError):
            pass
        else:
            if confidence >= _UNSURE or not (name in _SELDOM or _mixes_scripts(text)):
                found = Decoded(text=text, encoding=name, confidence=round(confidence * SURE))
                return _in_larger(_of_siblings(found, raw, guess.get("language")), raw)
    return _windows_1252(raw)


def _of_siblings(found: Decoded, raw: bytes, language: str | None) -> Decoded:
    """Return the text in the ISO page instead of the Windows one that differs in a few letters alone.

    That is where nothing is in the range that the Windows page alone has, and a sign stands inside a word, or
    a letter that the language does not have: `seąlo` in Czech.
    """
    sibling = _SIBLINGS.get(found.encoding or "")
    text = found.text or ""
    if sibling is None or _WINDOWS_ALONE.search(raw) is not None:
        return found
    foreign = language in _NO_OGONEK and "ą" in text
    if not foreign and _SIGN_IN_WORD.search(text) is None:
        return found
    other = raw.decode(sibling, errors="replace")
    if REPLACEMENT in other or _SIGN_IN_WORD.search(other) is not None:
        return found
    return msgspec.structs.replace(found, text=other, encoding=sibling)


def _mixes_scripts(text: str) -> bool:
    """Tell whether letters of another script stand among Latin ones too often, or make no word."""
    mixed = whole = alone = 0
    for word in _WORD.findall(text[:_SAMPLE]):
        foreign = len(_FOREIGN.findall(word))
        mixed += 0 < foreign < len(word)
        whole += 1 < foreign == len(word)
        alone += 1 == foreign == len(word)
    return mixed > whole or (alone > 0 and not whole)


def _windows_1252(raw: bytes) -> Decoded:
    text = raw.decode("cp1252", errors="replace")
    holes = text.count(REPLACEMENT)
    if holes * 10 > len(text):
        return Decoded(reason="undecodable")
    places = places_in(text)
    return Decoded(text=text, encoding="cp1252", confidence=MERE_GUESS, places=places)


def _sample(raw: bytes) -> bytes:
    """Return the lines that have bytes beyond ASCII: the others say nothing, and many of them drown these.

    No encoding in question has a line end within a character. A line that is very long is cut at blanks.
    """
    if len(raw) <= _WHOLE:
        return raw
    found: list[bytes] = []
    size = at = 0
    while size < _SAMPLE and (high := _FIRST_HIGH.search(raw, at)):
        start = max(raw.rfind(b"\n", at, high.start()) + 1, high.start() - _BEFORE_HIGH)
        at = raw.find(b"\n", high.end()) + 1 or len(raw)
        if at - start > _SAMPLE - size:
            cut = raw.rfind(b" ", high.end(), start + _SAMPLE - size) + 1
            at = max(cut or start + _SAMPLE - size, high.end())
        found.append(raw[start:at])
        size += at - start
    return b"".join(found)


@functools.cache
def _detector() -> Callable[[bytes], DetectionDict]:
    import chardet  # noqa: PLC0415 - slow to load, and few texts need it
    from chardet.enums import EncodingEra  # noqa: PLC0415 - the same

    # EBCDIC makes letters of nearly any bytes, and UTF-7 makes surrogates of plain ASCII.
    era = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    return functools.partial(
        chardet.detect,
        encoding_era=era,
        compat_names=False,
        exclude_encodings=("utf-7",),
    )
