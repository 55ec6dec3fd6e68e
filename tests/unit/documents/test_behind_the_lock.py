"""What a reader gives where it can load nothing any more is what it gives elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ingest.confined.reader import Documents, Reader
from ingest.media_types import HTML
from ingest.normalise.document_formats import ARTICLE, FORMATS, DocumentFormat, Html, Unread
from ingest.normalise.documents import docx, epub, html_article, html_whole, mail, odt, pdf, pptx, rtf
from ingest.normalise.extraction import Extracted, Limits, Refused
from tests.unit.documents import made, test_docx, test_html_whole, test_mail, test_odt, test_pdf, test_rtf
from tests.unit.documents.prose import paragraphs
from tests.unit.documents.test_html_article import page

_OFFICE = "application/vnd.openxmlformats-officedocument."
BODY = paragraphs(seed=5, count=4)
CASES: dict[str, tuple[DocumentFormat, Callable[[bytes, Limits], Extracted], list[bytes]]] = {
    "docx": (
        FORMATS[_OFFICE + "wordprocessingml.document"],
        docx.read,
        [made.docx(body) for body, _ in test_docx.TEXTS.values()],
    ),
    "odt": (
        FORMATS["application/vnd.oasis.opendocument.text"],
        odt.read,
        [made.odt(body) for body, _ in test_odt.TEXTS.values()],
    ),
    "epub": (FORMATS["application/epub+zip"], epub.read, [made.epub({"a.xhtml": f"<p>{text}</p>"}) for text in BODY]),
    "pptx": (
        FORMATS[_OFFICE + "presentationml.presentation"],
        pptx.read,
        [made.pptx([made.shape(text)]) for text in BODY],
    ),
    "rtf": (FORMATS["application/rtf"], rtf.read, [test_rtf.rtf(body) for body, _ in test_rtf.TEXTS.values()]),
    "mail": (
        FORMATS["message/rfc822"],
        mail.read,
        [
            *(message.encode() for message, _ in test_mail.TEXTS.values()),
            (
                test_mail.HEAD
                + test_mail.parts("mixed", test_mail.PLAIN, "Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\nb")
            ).encode(),
        ],
    ),
    "html": (
        FORMATS[HTML],
        html_whole.read,
        [
            *(source.encode() for source, _ in test_html_whole.TEXTS.values()),
            "<meta charset=koi8-r><p>мир</p>".encode("koi8-r"),
            "<p>Größe und café</p>".encode("cp1252"),
            "<p>łódź i żółw</p>".encode("iso-8859-2"),
        ],
    ),
    "article": (
        ARTICLE,
        html_article.read,
        [page(BODY), b"<div>short</div>", b"<html><body><div><span>one two three</span></div></body></html>"],
    ),
    "pdf": (
        FORMATS["application/pdf"],
        pdf.read,
        [
            test_pdf.article(),
            test_pdf.made(
                "#set page(width: 5cm, height: 20cm)\n#set text(hyphenate: true, lang: \"nl\")\n#set par(justify: true)\n"
                "De verantwoordelijkheden van de huurovereenkomst gelden onverminderd voor verhuurders en huurders. "
            ),
            *test_pdf.HOSTILE.values(),
        ],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made_here = Reader(Documents())
    yield made_here
    made_here.close()


@pytest.mark.parametrize("name", CASES)
def test_the_same_is_read_behind_the_lock(name: str, reader: Reader) -> None:
    fmt, read, documents = CASES[name]
    for data in documents:
        expected: Extracted | Unread
        try:
            expected = read(data, Limits())
        except Refused as refused:
            expected = Unread(refused.reason, refused.detail)

        assert reader.read(fmt, data, Html()) == expected
