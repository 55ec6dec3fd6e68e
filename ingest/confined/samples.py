"""A tiny document for each reader, made here: reading it loads all that a reader loads late."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def sample_of(module: str) -> tuple[bytes, ...]:
    """Return what this reader is warmed with; nothing for one that is not known."""
    makers: tuple[Callable[[], bytes], ...] = _SAMPLES.get(module, ())
    return tuple(make() for make in makers)


def packed(parts: Mapping[str, str], *, media_type: str | None = None) -> bytes:
    """Return a package of these parts; `media_type` stands first, and is not packed."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        if media_type is not None:
            package.writestr(zipfile.ZipInfo("mimetype"), media_type)
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def docx(body: str = "<w:p><w:r><w:t>Sample</w:t></w:r></w:p>") -> bytes:
    """Return a Word document with this body."""
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        }
    )


def _odt() -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0">'
        "<office:body><office:text><text:p>Sample</text:p></office:text></office:body>"
        "</office:document-content>"
    )
    return packed({"content.xml": content}, media_type="application/vnd.oasis.opendocument.text")


def _epub() -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    parts = {"META-INF/container.xml": container, "a.opf": book, "a.xhtml": _PAGE.decode()}
    return packed(parts, media_type="application/epub+zip")


def _pptx() -> bytes:
    p, a = (f"http://schemas.openxmlformats.org/{kind}/2006/main" for kind in ("presentationml", "drawingml"))
    relation = f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}'
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'{relation}/officeDocument" Target="ppt/presentation.xml"/></Relationships>',
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{p}" xmlns:r="{_OFFICE}"><p:sldIdLst>'
            '<p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": f'{relation}/slide" Target="slides/slide1.xml"/>'
            "</Relationships>",
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{p}" xmlns:a="{a}"><p:cSld><p:spTree><p:sp><p:txBody>'
            "<a:p><a:r><a:t>Sample</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
        }
    )


_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sample</title></head><body><article><h1>Sample</h1>"
    b"<p>caf\xc3\xa9 &eacute; one</p><table><tr><td>a<td>b</table></article></body></html>"
)
_TEXT = b"A sample of words, that a child finds in <a href=/b>some <b>place</b></a> and reads again. " * 4
# What most pages have, so that a child does hardly anything for the first time.
_ARTICLE = (
    b"<!DOCTYPE html><html lang=en><head><title>Sample</title><meta name=description content=a>"
    b"<meta property='og:type' content=article><style>p {}</style><script>a</script>"
    b"<script type='application/ld+json'>{}</script><link rel=icon href=a></head><body class=a>"
    b"<header><nav><ul><li><a href=/>a</a></ul></nav></header><main id=content><article class='post b'>"
    b"<h1>Sample</h1><!-- c --><p class=byline>By <span>A</span> <time datetime=2022-02-01>b</time>"
    b"<figure><img src=a alt=b><figcaption>c</figcaption></figure><p>"
    + _TEXT
    + b"<p style='a:b'>"
    + _TEXT
    + b""
    b"<h2>b</h2><ul><li>"
    + _TEXT
    + b"<li>b</ul><blockquote><p>"
    + _TEXT
    + b"</blockquote><iframe src=a></iframe>"
    b"<table><tr><th>a<th>b<tr><td>c<td>d</table></article><aside class=related><p>" + _TEXT + b"</aside>"
    b"<section id=comments class=comments><p>a</section></main><form><input></form>"
    b"<footer><p>&copy; a</footer></body></html>"
)
_RTF = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\pard Sample caf\'e9 \u8212? text\par}"
_MAIL = (
    b"From: A <a@example.org>\r\nTo: b@example.org\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n"
    b"Date: Tue, 1 Feb 2022 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nSample =C3=A9\r\n--b\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nPHA+U2FtcGxlPC9wPg==\r\n--b\r\n"
    b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a"\r\n\r\n'
    b"x\r\n--b--\r\n"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    b"\nendobj 4 0 obj<</Length 93>>stream\n"
    b"BT /F 12 Tf 20 100 Td (Sample of words that go to the end and hy-)"
    b" Tj 0 -14 Td (phens) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

_SAMPLES: dict[str, tuple[Callable[[], bytes], ...]] = {
    "docx": (docx,),
    "odt": (_odt,),
    "epub": (_epub,),
    "pptx": (_pptx,),
    "rtf": (lambda: _RTF,),
    "mail": (lambda: _MAIL,),
    "html_whole": (lambda: _PAGE, lambda: _PAGE.replace(b"\xc3\xa9", b"\xe9")),
    "html_auto": (lambda: _PAGE,),
    "html_selection": (lambda: _PAGE,),
    "html_article": (lambda: _PAGE, lambda: _ARTICLE),
    "pdf": (lambda: _PDF,),
    "pdf_without_tags": (lambda: _PDF,),
}
