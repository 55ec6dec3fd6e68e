"""Which format a document has, by its content; its name decides only where the content leaves it open."""

from __future__ import annotations

import re
import zlib

from ingest.expressions import expression
from ingest.normalise import magic

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOK_AT = 65_536
_DEFLATED = 8
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Streams of a compound file, by their names in UTF-16.
_STREAMS = (
    ("EncryptedPackage", "application/x-ole-encrypted-package"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_IN_PACKAGE = (
    (b"word/document", _OFFICE + "wordprocessingml.document"),
    (b"ppt/presentation", _OFFICE + "presentationml.presentation"),
    (b"xl/workbook", _OFFICE + "spreadsheetml.sheet"),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_PROSE = (*_MARKS, b"From ", b"{", b"<")
# Each comment ends at its first `-->`: one that might also end later would be tried with all that follow.
_HTML = expression(
    rb"\s*+(?:(?><!--.{0,2000}?-->)\s*+|<\?xml[^>]{0,200}\?>\s*+){0,9}"
    rb"<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_HEADER = 77  # characters of a header's name, and its colon
_HEADER = expression(rb"([!-9;-~]{1,76}):[ \t]?[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_MAIL_LIST = b"""
    received return-path delivered-to message-id mime-version from to date subject x-mailer content-type
    reply-to cc sender dkim-signature
"""
_OF_MAIL = frozenset(_MAIL_LIST.split())
_MAIL_AT_LEAST = 3
_BY_NAME = {
    "eml": "message/rfc822",
    "htm": "text/html",
    "html": "text/html",
    "xhtml": "text/html",
}


def media_type(data: bytes, name: str) -> str | None:
    """Return the media type of a document, whether a reader is made for it or not; None for plain text.

    A compound file that holds an encrypted document is `application/x-ole-encrypted-package`.
    """
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    if data.startswith(_OLE):
        return _compound(data)
    start = data[:1024]
    # A byte alone is asked for as a number, which takes a fifth of the time, here and below.
    if 0x25 in start and b"%PDF-" in start and (start.lstrip().startswith(b"%PDF-") or not _is_text(start)):
        return "application/pdf"
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in _BY_NAME and _is_prose(start):
        return None
    head = data[:_LOOK_AT]
    if head.startswith(_MARKS):
        head = _as_bytes(head)
    if head.lstrip().startswith(b"{\\rtf"):
        return "application/rtf"
    if _HTML.match(head) is not None:
        return "text/html"
    if extension == "eml" or _is_mail(head):
        return "message/rfc822" if _HEADER.match(head) or extension == "eml" else None
    named = _BY_NAME.get(extension)
    return named if named is not None and _is_text(head) else None


def _is_prose(start: bytes) -> bool:
    """Tell whether the beginning shows that it is no RTF, no HTML and no mail, as most plain texts do.

    RTF begins with a brace and HTML with a bracket, blanks aside, mail with the name of a header or a line
    of an mbox.
    """
    if start[:1].isspace():
        start = start.lstrip()
    if not start or start.startswith(_NO_PROSE):
        return False
    return 0x3A not in start[:_LONGEST_HEADER]  # a colon


def _package(data: bytes) -> str | None:
    found = _declared(data) or magic.kind(data)
    if found is not None and found != "application/zip":
        return found
    ends = data[:_LOOK_AT] + data[-_LOOK_AT:]
    for part, media in _IN_PACKAGE:
        if part in ends:
            return media
    if b"META-INF/container.xml" in ends and b".opf" in ends:
        return "application/epub+zip"
    if b"META-INF/manifest.xml" in ends and b"content.xml" in ends:
        return "application/vnd.oasis.opendocument.text"
    return found


def _declared(data: bytes) -> str | None:
    """Return what the first part says, where it is `mimetype` and was packed, which it should not be."""
    if data[30:38] != b"mimetype" or int.from_bytes(data[8:10], "little") != _DEFLATED:
        return None
    body = 38 + int.from_bytes(data[28:30], "little")
    try:
        declared = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[body : body + 200], 100)
    except zlib.error:
        return None
    is_named = declared.startswith(b"application/") and declared.isascii()
    return declared.decode("ascii").strip() if is_named else None


def _compound(data: bytes) -> str:
    for name, media in _STREAMS:
        if name.encode("utf-16-le") in data:
            return media
    return "application/x-ole-storage"


def _as_bytes(head: bytes) -> bytes:
    if head.startswith(b"\xef\xbb\xbf"):
        return head[3:]
    little = head.startswith(b"\xff\xfe")
    text = head[2 : len(head) // 2 * 2].decode("utf-16-le" if little else "utf-16-be", "replace")
    return text.encode("ascii", "replace")


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and magic.controls(head) * magic.CONTROL_SHARE <= len(head)


def _is_mail(head: bytes) -> bool:
    """Tell whether it begins with a block of header lines of which three are a message's own."""
    at, known = 0, set()
    if head.startswith(b"From "):
        at = head.find(b"\n") + 1
    for _ in range(60):
        match = _HEADER.match(head, at)
        if match is None:
            break
        if match[1].lower() in _OF_MAIL:
            known.add(match[1].lower())
        at = match.end()
    return len(known) >= _MAIL_AT_LEAST and bool(
        known & {b"received", b"message-id", b"mime-version", b"return-path"}
    )
