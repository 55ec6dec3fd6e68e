"""The same bytes by a reading of the same name are the same text: what a reader answers is kept by its name.

A line of `readings.tsv` is a way with its version, the start of the hash of what a document was made of, and
that of what was read. Where a line fails, the version of the way goes up, and the lines of the way before go.
`python -m tests.unit.documents.test_names_of_readings` writes lines for documents that have none, and changes
none that is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from ingest import standoff
from ingest.normalise.document_formats import FORMATS
from ingest.normalise.documents import docx, epub, html_whole, mail, odt, pptx, rtf
from ingest.normalise.extraction import Extracted, Limits
from tests.unit.documents import (
    made,
    test_docx,
    test_headings,
    test_html_whole,
    test_mail,
    test_odt,
    test_rtf,
)
from tests.unit.documents.prose import paragraphs
from tests.unit.documents.test_reader_laws import FORMATS as LAWS

LINES = Path(__file__).with_name("readings.tsv")
CHAPTER = "<html xmlns='x'><head><title>a</title></head><body><h1>A</h1><p>b<br/>c</p>{}</body></html>"
NOTE = "<aside epub:type='footnote'><p>note</p></aside><table><tr><td>a</td><td>b</td></tr></table>"


def short(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def read() -> Iterator[tuple[str, str, Extracted]]:
    """Give each document's source in short, and what is read of it. A package's own bytes are the packer's."""
    limits = Limits()
    for body, _ in test_docx.TEXTS.values():
        yield "docx", short(body.encode()), docx.read(made.docx(body), limits)
    for body, _ in test_odt.TEXTS.values():
        yield "odt", short(body.encode()), odt.read(made.odt(body, styles=test_odt.NONE), limits)
    for source, _ in test_rtf.TEXTS.values():
        raw = test_rtf.rtf(source)
        yield "rtf", short(raw), rtf.read(raw, limits)
    for page, _ in test_html_whole.TEXTS.values():
        yield "html-whole", short(page.encode()), html_whole.read(page.encode(), limits)
    for message, _ in test_mail.TEXTS.values():
        yield "mail", short(message.encode()), mail.read(message.encode(), limits)
    for inside in ("", NOTE):
        book = {"a.xhtml": CHAPTER.format(inside), "b.xhtml": CHAPTER.format("")}
        yield "epub", short(inside.encode()), epub.read(made.epub(book), limits)
    slides = [
        made.shape("A", placeholder="title") + made.shape("b", "c"),
        made.shape("1", placeholder="sldNum"),
    ]
    yield "pptx", short("".join(slides).encode()), pptx.read(made.pptx(slides), limits)
    for form, _, head, body, _ in test_headings.LINES:
        yield (
            "html-whole" if form == "html" else form,
            short((head + body).encode()),
            test_headings.read(form, head, body),
        )
    prose = paragraphs(seed=5, count=6)
    for name, (make, by) in LAWS.items():
        yield (
            "html-whole" if name == "html" else name,
            short(msgspec.json.encode(prose)),
            by(make(prose), limits),
        )


def lines() -> list[tuple[str, str, str]]:
    told = []
    for family, source, found in read():
        assert found.way.partition("/")[0] == family
        answer = found.text.encode() + standoff.written(found.blocks, found.annotations)
        told.append((found.way, source, short(answer)))
    return told


def kept() -> list[tuple[str, str, str]]:
    rows = [line.split("\t") for line in LINES.read_text().splitlines()]
    return [(way, source, answer) for way, source, answer in rows]


def test_what_is_read_under_a_name_stays_the_same() -> None:
    found, known = lines(), kept()
    now = {way.partition("/")[0]: way for way, _, _ in found}

    changed = {
        way for way, source, answer in known
        if any((way, source) == (a, b) and answer != c for a, b, c in found)
    }  # fmt: skip
    assert not changed, f"these read otherwise than they did: their versions go up: {sorted(changed)}"
    assert {way for way, _, _ in known} == set(now.values()), "lines of ways that are no more"
    assert {each[:2] for each in found} <= {each[:2] for each in known}, "documents without a line"


def test_every_way_of_a_reader_stands_in_the_table_of_formats() -> None:
    listed = {way for each in FORMATS.values() for way in each.ways}

    assert {way for way, _, _ in lines()} <= listed


if __name__ == "__main__":
    before = kept() if LINES.exists() else []
    lacking = [each for each in dict.fromkeys(lines()) if each[:2] not in {line[:2] for line in before}]
    LINES.write_text("".join("\t".join(each) + "\n" for each in sorted({*before, *lacking})))
