"""What makes a paragraph a heading, a case a line of `headings.tsv`: a format, styles, a body, the kinds of its blocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.normalise.documents import docx, epub, html_whole, mail, odt, pptx, rtf
from ingest.normalise.extraction import Extracted, Limits
from tests.unit.documents import made

LINES = [line.split("\t") for line in Path(__file__).with_name("headings.tsv").read_text().splitlines()]
MAKE: dict[str, tuple[Callable[[str, str], bytes], Callable[[bytes, Limits], Extracted]]] = {
    "docx": (
        lambda head, body: made.docx(body, parts={"word/styles.xml": made.story("styles", head)}),
        docx.read,
    ),
    "odt": (lambda head, body: made.odt(body, styles=head), odt.read),
    "rtf": (lambda head, body: rf"{{\rtf1{{\stylesheet{head}}}{body}}}".encode(), rtf.read),
    "html": (lambda _, body: body.encode(), html_whole.read),
    "epub": (lambda _, body: made.epub({"a.xhtml": f"<html><body>{body}</body></html>"}), epub.read),
    "mail": (lambda _, body: f"Subject: \nContent-Type: text/html\n\n{body}".encode(), mail.read),
    "pptx": (lambda _, body: made.pptx([body]), pptx.read),
}


def read(form: str, head: str, body: str) -> Extracted:
    make, by = MAKE[form]
    return by(make(head, body), Limits())


@pytest.mark.parametrize(("form", "what", "head", "body", "kinds"), LINES)
def test_what_is_a_heading(form: str, what: str, head: str, body: str, kinds: str) -> None:
    assert [block.kind for block in read(form, head, body).blocks] == kinds.split(), what
