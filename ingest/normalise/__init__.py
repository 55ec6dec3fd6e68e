r"""From the bytes of a file to its canonical text and what can be said of it.

`normalise` is a pure function: it reads no clock and writes nothing, it raises on no input,
and the same bytes under the same name give the same rendition with the same libraries. The
only file it reads is the model of languages. The interpreter has no part in it but for the
number of words and the title, in which it does not know letters newer than itself. What a file
is, is decided by its content; of a text the name picks the format. A document that is more than
plain text is given to `read`, which has it read elsewhere: no foreign format is parsed here.

What cannot be read is a replacement character in the text, and the rendition is `lossy`.

The canonical text is in NFC, its lines end in `\n`, and a leading U+FEFF and the date header
are gone; what a format changes beyond that stands in the format's module. Nothing else is
altered. The header's date goes before one that the text gives in its front matter, and the
language that it gives there before the one that is told from its words. Normalising the UTF-8
bytes of a plain text's canonical text under the same name gives the same text again.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator

import msgspec
import unicodedata2

from ingest import standoff
from ingest.model import Rendition
from ingest.normalise import (
    count,
    document_formats,
    header,
    language,
    magic,
    markdown,
    newline,
    plain,
    subtitles,
)
from ingest.normalise.decode import decode
from ingest.normalise.decoding_result import Decoded
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extraction import Extracted
from ingest.normalise.format import Format
from ingest.standoff import Heading, Places, Standoff

__all__ = [
    "Read",
    "again",
    "expected",
    "extension_of",
    "is_current",
    "normalise",
    "normaliser",
    "normalisers",
    "places",
    "prepare",
    "unread_places",
]

# Has a document read, in this format and so, and says what came of it. Raises nothing.
ReadDocument = Callable[[DocumentFormat, bytes, Html], Extracted | Unread]

_BYTE_ORDER_MARK = "\ufeff"
# The same library under another name from 3.14 on.
_FASTTEXT = "fasttext-predict" if sys.version_info < (3, 14) else "fasttext-predict-v2"
_LIBRARIES = ("chardet", _FASTTEXT, "sentencex", "unicodedata2")

_FORMATS: dict[bytes, Format] = {
    extension: known
    for known in (plain.FORMAT, markdown.FORMAT, subtitles.SUBRIP, subtitles.WEBVTT)
    for extension in known.extensions
}


_AS_IT_COMES = Html()


def normalise(
    raw: bytes, name: bytes, *, read: ReadDocument | None = None, html: Html = _AS_IT_COMES
) -> Rendition:
    """Return the rendition of a file's bytes; `name` is the last part of its path.

    Either `text` is set, or `text_reason` is: `binary`, `nul` or `undecodable`, of a document also what
    its reader says. With a reason, only the normaliser, the libraries, the media type and `bom` are known.

    Without `read` a document is as on a system that grants no lock: one that is text by itself (HTML, RTF,
    mail) is read as plain text, any other has the reason `not_confined`.
    """
    media = document_formats.kind(raw, name)
    if media is None:
        return _plain(raw, name)
    return _document(raw, media, read, html) or msgspec.structs.replace(_plain(raw, name), media_type=media)


def _document(raw: bytes, media: str, read: ReadDocument | None, html: Html) -> Rendition | None:
    """Return a document's rendition; None where it is to be read as plain text."""
    never = document_formats.never_read(media)
    if never is not None:
        return _without_document(media, plain.FORMAT.normaliser, never)
    found: Extracted | Unread
    fmt = document_formats.format_of(media, html, frozenset(_installed()))
    missing = [package for package in fmt.packages if package not in _installed()]
    if missing:
        found = Unread("no_extractor", f"{', '.join(missing)}: not installed")
    elif read is None:
        found = Unread("not_confined", "nobody reads documents here")
    else:
        found = read(fmt, raw, html)
    if isinstance(found, Extracted) and not (found.way in fmt.ways and document_formats.is_sound(found)):
        found = Unread("extractor_failed", "the reader gave what cannot be recorded")
    if isinstance(found, Unread):
        if found.reason == "not_confined" and fmt.textual:
            return None
        passing = found.reason in document_formats.PASSING
        return _without_document(media, document_formats.UNREAD if passing else fmt.ways[0], found, fmt, html)
    return _of_document(found, media, fmt, html)


def again(raw: bytes, way: str, read: ReadDocument) -> Rendition | None:
    """Return the rendition of a document's bytes in this way; None where they cannot be read in it.

    It is for a comparison with a version that was read so, and recorded nowhere.
    """
    fmt = document_formats.reading(way)
    if fmt is None or not _installed().keys() >= set(fmt.packages):
        return None
    found = read(fmt, raw, _AS_IT_COMES)
    if isinstance(found, Unread) or found.way != way or not document_formats.is_sound(found):
        return None
    return _of_document(found, fmt.media_type, fmt, _AS_IT_COMES)


def _of_document(found: Extracted, media: str, fmt: DocumentFormat, html: Html) -> Rendition:
    spoken = language.detect(found.text)
    return Rendition(
        normaliser=found.way,
        libraries=_libraries_of(fmt, html),
        media_type=media,
        text=found.text,
        language=spoken,
        title=_title(found),
        words=count.words(found.text),
        sentences=count.sentences(found.text, spoken or "en"),
        beside=standoff.written(found.blocks, found.annotations),
    )


def _without_document(
    media: str, name: str, found: Unread, fmt: DocumentFormat | None = None, html: Html = _AS_IT_COMES
) -> Rendition:
    libraries = _libraries() if fmt is None else _libraries_of(fmt, html)
    return Rendition(normaliser=name, libraries=libraries, media_type=media, text_reason=found.reason)


def _title(found: Extracted) -> str | None:
    """Return the first heading, where the text begins with it, or a first line that reads as one.

    What a file's properties call its title is a claim that nobody who reads the document sees.
    """
    first = next(iter(found.blocks), None)
    if first is None:
        return None
    if first.kind == "heading":
        said = " ".join(found.text[first.offset : first.offset + first.length].split())
        return said if 0 < len(said) <= plain.LONGEST_TITLE else None
    return plain.headline(found.text)


def _libraries_of(fmt: DocumentFormat, html: Html) -> str:
    """Return what a document of this format is read with."""
    told = [
        _libraries(),
        *(f"{package} {_installed()[package]}" for package in fmt.packages if package in _installed()),
    ]
    if fmt is document_formats.SELECTED:
        told.append(f"selectors {document_formats.selectors_mark(html)}")
    if fmt is document_formats.ARTICLE:
        told.append("html article")  # by `auto` another page may be none
    return ", ".join(told)


@functools.cache
def _installed() -> dict[str, str]:
    """Return the packages of the extra that are there, and their releases."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - as below

    found = {}
    for package in sorted(document_formats.PACKAGES):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def is_current(
    name: bytes, *, media_type: str, by: str, libraries: str, reason: str | None, html: Html = _AS_IT_COMES
) -> bool:
    """Tell whether this program would read the file in the way of the rendition; `by` is its normaliser."""
    if media_type not in document_formats.FORMATS:
        return (by, libraries) == normaliser(name)
    fmt = document_formats.format_of(media_type, html, frozenset(_installed()))
    if reason == "no_extractor":
        return not _installed().keys() >= set(fmt.packages)
    if reason in document_formats.PASSING:
        return False
    return by in fmt.ways and libraries == _libraries_of(fmt, html)


def expected(name: bytes, media_type: str, html: Html = _AS_IT_COMES) -> str:
    """Return the normaliser that is expected to read a file; of several ways the first."""
    if media_type not in document_formats.FORMATS:
        return _format(name).normaliser
    return document_formats.format_of(media_type, html, frozenset(_installed())).ways[0]


def _plain(raw: bytes, name: bytes) -> Rendition:
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
    text, stands_beside = nfc(fmt.body(newline.to_lf(body))), None
    if fmt.apart is not None:
        text, stands_beside = fmt.apart(text, nfc)
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
        beside=stands_beside,
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


def places(text: str, known: Standoff | None, by: str | None) -> Places | None:
    """Return what finds pages and headings in a text, by what stands beside it or by its own marks.

    `by` is its normaliser. None where neither a page nor a heading is known.
    """
    if known is not None:
        return Places(text, known)
    finds = _finds_headings(by)
    return None if finds is None else Places(text, None, finds(text))


def _finds_headings(by: str | None) -> Callable[[str], Iterator[Heading]] | None:
    family = "" if by is None else by.partition("/")[0]
    return next(
        (each.headings for each in _FORMATS.values() if each.normaliser.partition("/")[0] == family), None
    )


def extension_of(name: str) -> bytes | None:
    """Return an extension whose files a normaliser of plain text reads; None for any other."""
    return next((known.extensions[0] for known in _FORMATS.values() if known.normaliser == name), None)


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
