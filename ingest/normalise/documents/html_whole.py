"""A page of HTML, whole: all its text, in the order of the page, menus and footers too.

A block is what stands between two block elements; a row of a table is one block unless a cell of it holds
several. Text that the page's own mark-up hides stands beside the text; scripts, styles and comments are left
out. Title, author and dates that the page claims are properties. Alternative texts of images are not read.
"""

from __future__ import annotations

import codecs
import re

from ingest.expressions import expression
from ingest.normalise.decode import decode
from ingest.normalise.documents.draft import Draft
from ingest.normalise.documents.html_blocks import Page
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "html-whole/2"
MEDIA_TYPE = "text/html"

_NAME = rb"""([A-Za-z0-9_:.-]{1,40})"""
_DECLARED = expression(
    rb"""<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?\s{0,9}"""
    + _NAME
    + rb"""|<\?xml[^>]{0,200}encoding\s{0,9}=\s{0,9}["']"""
    + _NAME,
    re.IGNORECASE,
)
_LOOK_AT = 4096
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What pages call Latin-1 is read as browsers read it.
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874"}


def read(data: bytes, limits: Limits) -> Extracted:
    """Return all text of a page."""
    if len(data) > limits.markup:
        raise Refused("too_large", f"more than {limits.markup} bytes of HTML")
    draft = Draft(limits)
    page = Page(draft, limits)
    page.read(characters(data))
    claims = [Annotation(name=name, text=value) for name, value in page.properties.items()]
    return draft.extracted(way=WAY, media_type=MEDIA_TYPE, notes=page.notes, beside={"properties": claims})


def characters(data: bytes) -> str:
    """Return a page's characters: by its mark, as UTF-8 if it is, by its declaration, else by its words."""
    if not data.startswith(_MARKS):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            declared = _DECLARED.search(data, 0, _LOOK_AT)
        if declared is not None:
            encoding = _codec((declared[1] or declared[2]).decode("ascii"))
            if encoding is not None:
                return data.decode(encoding, "replace")
    decoded = decode(data).text
    return data.decode("cp1252", "replace") if decoded is None else decoded


def _codec(declared: str) -> str | None:
    """Return the codec of a declared character set, if it is one of bytes to text; a mark tells UTF-16."""
    try:
        found = codecs.lookup(declared)
    except LookupError:
        return None
    if not found._is_text_encoding or found.name.startswith(("utf", "idna", "punycode", "raw", "unicode")):  # noqa: SLF001
        return None
    return _AS_BROWSERS.get(found.name, found.name)
