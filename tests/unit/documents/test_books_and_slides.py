"""What is read of books and presentations, and how formats are told apart."""

from __future__ import annotations

import pytest

from ingest.normalise.documents import epub as epub_reader
from ingest.normalise.documents import pptx as pptx_reader
from ingest.normalise.documents.media import media_type
from ingest.normalise.extraction import Annotation, Annotations, Block, Limits, Refused
from tests.unit.documents.made import docx, epub, odt, p, pptx, shape, sld, zipped

W = "application/vnd.openxmlformats-officedocument."


def test_a_book_is_its_spine_with_the_notes_after_it() -> None:
    pages = {
        "nav.xhtml": "<nav><ol><li>One</li></ol></nav>",
        "two.xhtml": "<!DOCTYPE html><html xmlns:epub='x'><h1>Two</h1><p>b<a epub:type='noteref' href='#n'>1</a></p>"
        "<aside epub:type='footnote' id='n'><p>note</p></aside></html>",
        "one.xhtml": "<p>a&nbsp;&eacute;</p>",
    }

    found = epub_reader.read(epub(pages), Limits())

    assert found.text == "Two\n\nb\n\na\u00a0é\n\nnote"
    assert [block.kind for block in found.blocks] == ["heading", "paragraph", "paragraph", "note"]
    assert found.annotations == Annotations(
        fields=(Annotation(kind="TOC", text="OEBPS/nav.xhtml"),),
        properties=(Annotation(name="title", text="A book"),),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (epub({"../../etc/passwd": ""}), "refused"),
        (epub({"one.xhtml": "a"}, spine='<itemref idref="none"/>'), "refused"),
        (epub({}), "refused"),
        (
            epub(
                {"one.xhtml": "a"},
                parts={
                    "META-INF/encryption.xml": '<e xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
                    '<enc:CipherReference URI="OEBPS/one.xhtml"/></e>'
                },
            ),
            "password",
        ),
        (epub({"one.xhtml": "a"}, parts={"OEBPS/book.opf": '<!DOCTYPE a [<!ENTITY e "x">]><a/>'}), "refused"),
    ],
)
def test_a_book_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        epub_reader.read(data, Limits())

    assert refused.value.reason == reason


def test_a_page_of_a_book_is_read_once() -> None:
    again = '<itemref idref="i0"/>'
    other = {
        "OEBPS/book.opf": epub_package(
            '<item id="j" href="a.xhtml" media-type="text/html"/>', '<itemref idref="j"/>'
        )
    }

    assert (
        epub_reader.read(epub({"a.xhtml": "a", "b.xhtml": "b"}, spine=again * 3), Limits()).text == "a\n\nb"
    )
    assert epub_reader.read(epub({"a.xhtml": "a"}, parts=other), Limits()).text == "a"


def epub_package(items: str, spine: str) -> str:
    first = '<item id="i" href="a.xhtml" media-type="text/html"/>'
    return (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{first}{items}</manifest>'
        f'<spine><itemref idref="i"/>{spine}</spine></package>'
    )


def test_encrypted_fonts_hide_no_text() -> None:
    encryption = (
        '<e xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:CipherReference URI="OEBPS/a.ttf"/></e>'
    )

    assert (
        epub_reader.read(epub({"a.xhtml": "a"}, parts={"META-INF/encryption.xml": encryption}), Limits()).text
        == "a"
    )


def test_a_slide_is_a_page() -> None:
    table = (
        "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc>"
        "<a:tc><a:txBody><a:p><a:r><a:t>y</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"
    )
    slides = [
        shape("Body", "<a:pPr><a:buChar/></a:pPr><a:r><a:t>point</a:t></a:r>")
        + shape("Title", placeholder="title")
        + shape("ACME", placeholder="ftr"),
        sld(shape("secret"), about='show="0"'),
        table + shape("<a:r><a:t>p. </a:t></a:r><a:fld type='slidenum'><a:t>3</a:t></a:fld>"),
    ]
    parts: dict[str, str | bytes] = {
        "ppt/notesSlides/n.xml": sld(
            shape("Say it.", placeholder="body") + shape("1", placeholder="sldNum"), "notes"
        ),
        "ppt/comments/c.xml": '<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:cm authorId="0" dt="2026"><p:text>Why?</p:text></p:cm></p:cmLst>',
        "ppt/authors.xml": '<p:cmAuthorLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:cmAuthor id="0" name="Ann"/></p:cmAuthorLst>',
    }
    leads = {"n": ("notesSlide", "../notesSlides/n.xml"), "c": ("comments", "../comments/c.xml")}

    found = pptx_reader.read(pptx(slides, parts=parts, leads=leads), Limits())

    assert found.text == "Title\n\nBody\n\npoint\n\nx\ty\n\np.\n\nSay it."
    assert found.blocks == (
        Block(offset=0, length=5, kind="heading", page=1),
        Block(offset=7, length=4, kind="paragraph", page=1),
        Block(offset=13, length=5, kind="item", page=1),
        Block(offset=20, length=3, kind="row", page=3),
        Block(offset=25, length=2, kind="paragraph", page=3),
        Block(offset=29, length=7, kind="note", page=1),
    )
    assert found.annotations == Annotations(
        comments=(Annotation(text="Why?", author="Ann", date="2026", page=1),),
        hidden=(Annotation(text="secret", page=2),),
        fields=(Annotation(kind="SLIDENUM", text="slidenum", page=3, place=27),),
        running_heads=(Annotation(kind="foot", text="ACME"),),
        pages=(Annotation(page=1, place=0), Annotation(page=3, place=20)),
    )


MAIL = b"Received: from a\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nbody"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (docx(p("a")), "a", W + "wordprocessingml.document"),
        (pptx([]), "a.docx", W + "presentationml.presentation"),
        (odt(""), "a.zip", "application/vnd.oasis.opendocument.text"),
        (epub({"a.xhtml": ""}), "a", "application/epub+zip"),
        (zipped({"xl/workbook.xml": ""}), "a", W + "spreadsheetml.sheet"),
        (zipped({"a.txt": "word"}), "a.docx", "application/zip"),
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"\x00\x01 junk %PDF-1.4\n", "a", "application/pdf"),
        (b"{\\rtf1 a}", "a.doc", "application/rtf"),
        (b"<!DOCTYPE html><p>", "a.txt", "text/html"),
        (b"\xef\xbb\xbf <!-- x --><HTML>", "a", "text/html"),
        ("<html>".encode("utf-16"), "a", "text/html"),
        (b"<p>a", "a.html", "text/html"),
        (b"<p>a", "a.txt", None),
        (MAIL, "a", "message/rfc822"),
        (b"Subject: x\n\nbody", "a.eml", "message/rfc822"),
        (b"From: a\nTo: b\nSubject: c\n\nnotes of a talk", "a.txt", None),
        (b"How %PDF-1.4 begins", "a.txt", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "application/x-ole-encrypted-package"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.doc", "application/msword"),
        (b"plain text", "a.txt", None),
        (b"", "a.html", "text/html"),
    ],
)  # fmt: skip
def test_a_format_is_told_by_its_content(data: bytes, name: str, kind: str | None) -> None:
    assert media_type(data, name) == kind
