"""Which readings of a page hold when its root's settings are others, and what reads a document in one way."""

from __future__ import annotations

import pytest

from ingest import normalise
from ingest.normalise import document_formats
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.documents import html_article, html_whole
from ingest.normalise.extraction import Extracted, Limits

PAGE = f"<html><body><nav>Home</nav><p>{'The council decided on the plan. ' * 30}</p></body></html>".encode()
ARTICLE, AUTO, WHOLE = (Html(mode=mode) for mode in ("article", "auto", "whole"))


def read(fmt: DocumentFormat, raw: bytes, _html: Html) -> Extracted | Unread:
    readers = {"html_article": html_article, "html_auto": html_whole, "html_whole": html_whole}
    found: Extracted | Unread = readers[fmt.module].read(raw, Limits())
    return found


@pytest.mark.parametrize(
    ("made", "asked", "holds"),
    [
        (ARTICLE, ARTICLE, True),
        (ARTICLE, AUTO, False),
        (ARTICLE, WHOLE, False),
        (AUTO, AUTO, True),
        (AUTO, ARTICLE, False),
        (WHOLE, WHOLE, True),
        (WHOLE, ARTICLE, False),
    ],
)
def test_a_reading_holds_under_the_mode_that_made_it(made: Html, asked: Html, holds: bool) -> None:
    pytest.importorskip("trafilatura")
    rendition = normalise.normalise(PAGE, b"a.html", read=read, html=made)
    told = normalise.is_current(
        b"a.html",
        media_type=rendition.media_type,
        by=rendition.normaliser,
        libraries=rendition.libraries,
        reason=rendition.text_reason,
        html=asked,
    )
    assert told is holds


def test_a_document_is_read_again_in_the_way_that_is_asked_for_or_not_at_all() -> None:
    again = normalise.again(PAGE, "html-whole/2", read)
    assert again is not None
    assert (again.normaliser, (again.text or "")[:4]) == ("html-whole/2", "Home")
    assert normalise.again(PAGE, "html-selected/2", read) is None  # by which selectors nobody knows
    assert normalise.again(PAGE, "html-whole/0", read) is None
    assert normalise.again(PAGE, "docx/2", lambda *_: Unread("refused", "no ZIP")) is None
    ways = {way for fmt in document_formats.FORMATS.values() for way in fmt.ways}
    assert {way for way in ways if document_formats.reading(way) is None} == set()
