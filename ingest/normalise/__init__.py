r"""From the bytes of a file to its canonical text and what can be said of it.

`normalise` is a pure function: it reads no clock and writes nothing, it raises on no input,
and the same bytes under the same name give the same rendition with the same libraries. The
only file it reads is the model of languages. The interpreter has no part in it but for the
number of words and the title, in which it does not know letters newer than itself. The name of
a file picks its format and nothing else; whether it is text at all is decided by its content.

What cannot be read is a replacement character in the text, and the rendition is `lossy`.

The canonical text is in NFC, its lines end in `\n`, and a leading U+FEFF and the date header
are gone; what a format changes beyond that stands in the format's module. Nothing else is
altered. The header's date goes before one that the text gives in its front matter, and the
language that it gives there before the one that is told from its words. Normalising the UTF-8
bytes of a canonical text under the same name gives the same text again.
"""

from __future__ import annotations

import functools
import sys

import unicodedata2

from ingest.model import Rendition
from ingest.normalise import count, header, language, magic, markdown, newline, plain, subtitles
from ingest.normalise.decode import decode
from ingest.normalise.decoded import Decoded
from ingest.normalise.format import Format

__all__ = ["normalise", "normaliser", "normalisers", "prepare", "unread_places"]

_BYTE_ORDER_MARK = "\ufeff"
# The same library under another name from 3.14 on.
_FASTTEXT = "fasttext-predict" if sys.version_info < (3, 14) else "fasttext-predict-v2"
_LIBRARIES = ("chardet", _FASTTEXT, "sentencex", "unicodedata2")

_FORMATS: dict[bytes, Format] = {
    extension: known
    for known in (plain.FORMAT, markdown.FORMAT, subtitles.SUBRIP, subtitles.WEBVTT)
    for extension in known.extensions
}


def normalise(raw: bytes, name: bytes) -> Rendition:
    """Return the rendition of a file's bytes; `name` is the last part of its path.

    Either `text` is set, or `text_reason` is: `binary`, `nul` or `undecodable`. With a reason,
    only the normaliser, the libraries, the media type and `bom` are known.
    """
    fmt = _format(name)
    decoded = decode(raw)
    if decoded.text is None:
        return _without_text(fmt, decoded.reason, decoded.media_type, decoded.bom)
    stripped = decoded.text.lstrip(_BYTE_ORDER_MARK)
    if magic.is_textual_kind(stripped):
        return _without_text(fmt, "binary", magic.PDF, decoded.bom)
    if "\0" in stripped:
        return _without_text(fmt, "nul", None, decoded.bom)

    dated = header.read(stripped)
    body = stripped if dated is None else stripped[dated.length :]
    text = nfc(fmt.body(newline.to_lf(body)))
    if _is_control_heavy(raw, decoded, text):
        return _without_text(fmt, "binary", magic.kind(raw) or magic.UNKNOWN, decoded.bom)

    said = fmt.metadata(text)
    date = said.date if dated is None else dated.date
    spoken = said.language or language.detect(text[said.body :] if said.body else text)
    return Rendition(
        normaliser=fmt.normaliser,
        libraries=_libraries(),
        media_type=fmt.media_type,
        text=text,
        text_slice=_slice(raw, decoded, body, text),
        encoding=decoded.encoding,
        bom=decoded.bom,
        confidence=decoded.confidence,
        lossy=decoded.lossy,
        newline=newline.style(body),
        language=spoken,
        title=said.title,
        date=None if date is None else date.written,
        date_earliest=None if date is None else date.earliest,
        date_latest=None if date is None else date.latest,
        words=count.words(text),
        sentences=count.sentences(text, spoken or "en"),
    )


def unread_places(raw: bytes) -> int:
    """Return how many places of a text could not be read: what `lossy` says of a rendition, counted."""
    return decode(raw).places


def nfc(text: str) -> str:
    """Return the text in NFC, in linear time.

    The interpreter's own way takes minutes for a megabyte of marks.
    """
    composed: str = text if text.isascii() else unicodedata2.normalize("NFC", text)
    return composed


def normaliser(name: bytes) -> tuple[str, str]:
    """Return the name of what `normalise` uses for a file of this name, and the libraries with it."""
    return _format(name).normaliser, _libraries()


def normalisers() -> frozenset[str]:
    """Return the names of what makes texts today."""
    return frozenset(known.normaliser for known in _FORMATS.values())


def prepare() -> None:
    """Load what every text needs, so that the first one is not slower than the next.

    The detector of encodings is not loaded here: it is large, and only a file that is not
    UTF-8 asks for it.
    """
    language.prepare()
    count.prepare()
    _libraries()


def _format(name: bytes) -> Format:
    return _FORMATS.get(name.rpartition(b".")[2].lower(), plain.FORMAT)


def _without_text(fmt: Format, reason: str | None, media_type: str | None, bom: bool) -> Rendition:
    return Rendition(
        normaliser=fmt.normaliser,
        libraries=_libraries(),
        media_type=media_type or fmt.media_type,
        text_reason=reason,
        bom=bom,
    )


def _is_control_heavy(raw: bytes, decoded: Decoded, text: str) -> bool:
    # The share is taken of the canonical text and not of the bytes: otherwise a text that
    # shrinks on its way could be text the first time and binary the second.
    if decoded.is_plain_utf8 and not magic.controls(raw):
        return False
    return magic.controls(text.encode()) * magic.CONTROL_SHARE > len(text)


def _slice(raw: bytes, decoded: Decoded, body: str, text: str) -> tuple[int, int] | None:
    if not decoded.is_plain_utf8:
        return None
    if not body.startswith(text):
        return None
    # Only a head is ever cut off, so the body is what ends the file.
    start = len(raw) - _utf8_length(body)
    return start, len(raw) - start if len(text) == len(body) else _utf8_length(text)


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


@functools.cache
def _libraries() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only who reads a document asks for versions

    return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
