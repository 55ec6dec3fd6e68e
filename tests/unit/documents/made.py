"""Documents that the tests make: the smallest package of each format around a body."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:basedOn w:val="Heading1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="List"><w:name w:val="List Bullet"/><w:pPr><w:numPr/></w:pPr></w:style>'
    '<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP of the parts, in this order and without a date."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def encrypted(package: bytes) -> bytes:
    """Return the package with each part said to be encrypted."""
    return re.sub(rb"(PK\x01\x02.{4}).", lambda found: found[1] + b"\x01", package, flags=re.DOTALL)


def relations(leads: Mapping[str, tuple[str, str]]) -> str:
    """Return a part of relations: id to kind and target; a target with :// is outside."""
    listed = ""
    for key, (kind, target) in leads.items():
        mode = ' TargetMode="External"' if "://" in target else ""
        listed += f'<Relationship Id="{key}" Type="{_R}/{kind}" Target="{escape(target)}"{mode}/>'
    return f'<Relationships xmlns="{_RELATIONS}">{listed}</Relationships>'


def docx(
    body: str,
    *,
    leads: Mapping[str, tuple[str, str]] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
    properties: str = "",
) -> bytes:
    """Return a document of Word with this body; `parts` are written beside it, as they are or as parts of stories."""
    lead = {"s": ("styles", "styles.xml"), **(leads or {})}
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(
            {
                "d": ("officeDocument", "word/document.xml"),
                "p": ("metadata/core-properties", "docProps/core.xml"),
            }
        ),
        "word/document.xml": story("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations(lead),
        "word/styles.xml": story("styles", _STYLES),
    }
    if properties:
        made["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"{properties}</cp:coreProperties>"
        )
    return zipped({**made, **(parts or {})})


def story(element: str, body: str) -> str:
    """Return a part of Word's with this root element."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{element} {_SPACES}>{body}</w:{element}>'
    )


def p(*runs: str, properties: str = "") -> str:
    """Return a paragraph of Word's; a run that begins with < is mark-up."""
    inside = "".join(run if run.startswith("<") else r(run) for run in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Return a run of Word's."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def gone(text: str) -> str:
    """Return a run of Word's whose text was deleted."""
    return f'<w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r>'


def field(instruction: str, *result: str) -> str:
    """Return a field of Word's, its result between its characters."""
    inside = "".join(run if run.startswith("<") else r(run) for run in result)
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{escape(instruction)}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{inside}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def table(*rows: list[str]) -> str:
    """Return a table of Word's; a cell that begins with < is mark-up."""
    body = ""
    for row in rows:
        cells = [cell if cell.startswith("<") else p(cell) for cell in row]
        body += f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{body}</w:tbl>"


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_SPACES = (
    f'xmlns:office="{_ODF}office:1.0" xmlns:text="{_ODF}text:1.0" xmlns:table="{_ODF}table:1.0" '
    f'xmlns:draw="{_ODF}drawing:1.0" xmlns:style="{_ODF}style:1.0" xmlns:meta="{_ODF}meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def odt(body: str, *, styles: str = "", master: str = "", meta: str = "", manifest: str = "") -> bytes:
    """Return a text of OpenDocument with this body; `styles` are automatic ones, `master` the part of styles."""
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": _odf("content", f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
                            f"<office:text>{body}</office:text></office:body>"),
        "styles.xml": _odf("styles", master),
        "meta.xml": _odf("meta", f"<office:meta>{meta}</office:meta>"),
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
    }  # fmt: skip
    return zipped(parts)


def _odf(part: str, body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><office:document-{part} {_ODF_SPACES}>{body}</office:document-{part}>'


def epub(
    pages: Mapping[str, str], *, spine: str = "", parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """Return a book of these pages, by their names in the folder of the book; `spine` is added to it."""
    items = "".join(
        f'<item id="i{number}" href="{name}" media-type="application/xhtml+xml"{" properties=" + chr(34) + "nav" + chr(34) if name == "nav.xhtml" else ""}/>'
        for number, name in enumerate(pages)
    )
    order = "".join(f'<itemref idref="i{number}"/>' for number in range(len(pages)))
    made: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>A book</dc:title></metadata><manifest>{items}</manifest><spine>{order}{spine}</spine></package>",
        **{f"OEBPS/{name}": body for name, body in pages.items() if "/" not in name},
        **(parts or {}),
    }
    return zipped(made)


_P188 = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"


def pptx(
    slides: list[str],
    *,
    parts: Mapping[str, str | bytes] | None = None,
    leads: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """Return a presentation of slides with these trees of shapes; `leads` are the first slide's."""
    made: dict[str, str | bytes] = {
        "_rels/.rels": relations({"d": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": f"<p:presentation {_SPACES}><p:sldIdLst>"
        + "".join(f'<p:sldId r:id="s{number}"/>' for number in range(len(slides)))
        + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            {f"s{number}": ("slide", f"slides/slide{number}.xml") for number in range(len(slides))}
            | {"a": ("commentAuthors", "authors.xml")}
        ),
        "ppt/slides/_rels/slide0.xml.rels": relations(leads or {}),
    }
    for number, slide in enumerate(slides):
        made[f"ppt/slides/slide{number}.xml"] = slide if slide.startswith("<p:sld") else sld(slide)
    return zipped({**made, **(parts or {})})


def sld(shapes: str, element: str = "sld", about: str = "") -> str:
    """Return a slide with these shapes."""
    return f"<p:{element} {_SPACES} {about}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{element}>"


def shape(*paragraphs: str, placeholder: str = "") -> str:
    """Return a shape of a slide; a paragraph that begins with < is mark-up."""
    kind = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else ""
    inside = "".join(
        f"<a:p>{text if text.startswith('<') else f'<a:r><a:t>{escape(text)}</a:t></a:r>'}</a:p>"
        for text in paragraphs
    )
    return f"<p:sp>{kind}<p:txBody>{inside}</p:txBody></p:sp>"
