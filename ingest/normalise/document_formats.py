"""The formats of documents that are no plain text: which reader each has, and what it asks for.

A reader is a module of `normalise.documents`, named here and loaded only where documents are read: in a
process that can do nothing else. What decides is the content; a name only where the content leaves it open.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from ingest.media_types import HTML, MAIL, RTF, TEXTUAL
from ingest.normalise.documents.media import media_type
from ingest.normalise.extraction import Extracted

HtmlMode = Literal["auto", "article", "whole"]
Reading = Literal["whole", "article", "selected"]
_OFFICE = "application/vnd.openxmlformats-officedocument."
# A rendition by this name says only why nothing was read. So a later reading is another rendition.
UNREAD = "unread/1"
# Reasons that say nothing of the document: `renormalise` tries it again.
PASSING = frozenset({"no_extractor", "extractor_failed", "not_confined"})


class Html(msgspec.Struct, frozen=True, kw_only=True):
    """How a root's pages of HTML are read; `select` and `remove` are CSS selectors."""

    mode: HtmlMode = "auto"
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def is_selected(self) -> bool:
        """Tell whether selectors decide, and the mode does not."""
        return bool(self.select or self.remove)


class DocumentFormat(msgspec.Struct, frozen=True, kw_only=True):
    """One format.

    `module` reads it, or hands it to `elsewhere`. `ways` are the names that its texts can have, the first
    that of a document which has no text for good. `packages` are what the reader needs beside the core,
    an extra's. `native` says that foreign code reads it, so that each document gets a process of its own.
    """

    media_type: str
    module: str
    ways: tuple[str, ...]
    elsewhere: str | None = None
    packages: tuple[str, ...] = ()
    native: bool = False

    @property
    def textual(self) -> bool:
        """Tell whether it is text by itself, so that it can be read as plain text."""
        return self.media_type in TEXTUAL


class Unread(msgspec.Struct, frozen=True):
    """Why there is no text: the rendition's `text_reason`, and a sentence for who looks into it."""

    reason: str
    detail: str


_PDF = ("pypdfium2",)
_ARTICLE = ("trafilatura", "lxml")
FORMATS: dict[str, DocumentFormat] = {
    each.media_type: each
    for each in (
        DocumentFormat(media_type=_OFFICE + "wordprocessingml.document", module="docx", ways=("docx/2",)),
        DocumentFormat(media_type=_OFFICE + "presentationml.presentation", module="pptx", ways=("pptx/2",)),
        DocumentFormat(media_type="application/vnd.oasis.opendocument.text", module="odt", ways=("odt/3",)),
        DocumentFormat(media_type="application/epub+zip", module="epub", ways=("epub/2",)),
        DocumentFormat(media_type=RTF, module="rtf", ways=("rtf/5",)),
        DocumentFormat(media_type=MAIL, module="mail", ways=("mail/3",)),
        DocumentFormat(media_type=HTML, module="html_whole", ways=("html-whole/2",)),
        DocumentFormat(
            media_type="application/pdf",
            module="pdf",
            ways=("pdf-geometry/6", "pdf-tags/6"),
            packages=_PDF,
            native=True,
        ),
    )
}
ARTICLE = DocumentFormat(
    media_type=HTML,
    module="html_article",
    ways=("html-article/3", "html-whole/2"),
    packages=_ARTICLE,
    native=True,
)
SELECTED = DocumentFormat(media_type=HTML, module="html_selection", ways=("html-selected/2",))
AUTO = DocumentFormat(
    media_type=HTML,
    module="html_auto",
    ways=("html-whole/2", "html-article/3"),
    elsewhere="html_article",
    packages=_ARTICLE,
)
_UNTAGGED = DocumentFormat(
    media_type="application/pdf",
    module="pdf_without_tags",
    ways=("pdf-geometry/6",),
    packages=_PDF,
    native=True,
)
# What reads a document in one way, so that two versions can be compared. Selectors are not known afterwards.
_BY_WAY: dict[str, DocumentFormat] = {
    **{each.ways[-1]: each for each in FORMATS.values()},
    ARTICLE.ways[0]: ARTICLE,
    _UNTAGGED.ways[0]: _UNTAGGED,
}
# The readers that stand on the standard library: one process reads many documents with them.
STANDARD = tuple(sorted({each.module for each in (*FORMATS.values(), SELECTED, AUTO) if not each.native}))
# Known, and no reader is made for them.
_UNSUPPORTED = frozenset(
    {
        _OFFICE + "spreadsheetml.sheet",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-outlook",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
    }
)
_LOCKED = "application/x-ole-encrypted-package"
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")


def kind(raw: bytes, name: bytes) -> str | None:
    """Return the media type of a document that is more than plain text; None for every other file."""
    shown = name.decode("utf-8", "replace")
    found = media_type(raw, shown)
    if found == HTML and shown.lower().endswith(_MARKDOWN):
        return None  # Markdown may begin with HTML
    if found in FORMATS or found in _UNSUPPORTED or found == _LOCKED:
        return found
    return None


def never_read(media: str) -> Unread | None:
    """Return why a document of this type has no text whoever reads it; None where there is a reader."""
    if media == _LOCKED:
        return Unread("password", "the document is encrypted")
    if media in _UNSUPPORTED:
        return Unread("unsupported", f"there is no reader of {media}")
    return None


def format_of(media: str, html: Html, installed: frozenset[str]) -> DocumentFormat:
    """Return how a document of this type is read. `installed` are the packages that are there."""
    if media != HTML:
        return FORMATS[media]
    if html.is_selected:
        return SELECTED
    if html.mode == "article":
        return ARTICLE
    return AUTO if html.mode == "auto" and installed.issuperset(_ARTICLE) else FORMATS[HTML]


def reading(way: str) -> DocumentFormat | None:
    """Return what can read a document in this way; None where nothing does. It may give another way."""
    return _BY_WAY.get(way)


PACKAGES = frozenset(_PDF + _ARTICLE)


def selectors_mark(html: Html) -> str:
    """Return a short name of these selectors: a page read by others is read anew."""
    return sha256(msgspec.json.encode((html.select, html.remove))).hexdigest()[:12]


def is_sound(extracted: Extracted) -> bool:
    """Tell whether what a reader gave can be recorded: whoever breaks into a reader can give anything."""
    text, end = extracted.text, 0
    if "\0" in text or not _is_unicode(text):
        return False
    for block in extracted.blocks:
        if block.offset < end or block.length < 0 or block.offset + block.length > len(text):
            return False
        end = block.offset
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
