"""Values that a library takes for a fault, or takes long over, end in a text or in a reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from ingest.normalise.documents import docx, html_whole, mail, odt, rtf
from ingest.normalise.extraction import Extracted, Limits, Refused
from tests.unit.documents import made, test_odt

DIGITS = "9" * 5_000  # more than Python makes a number of
PART = (
    b"Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nc\r\n--b\r\n%s\r\n\r\nx\r\n--b--\r\n"
)


def spaces(count: str) -> bytes:
    return made.odt(f'<text:p>a<text:s text:c="{count}"/>b</text:p>', styles=test_odt.NONE)


def in_encoding(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(made.docx(made.p(made.r("a"))))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    document = parts["word/document.xml"].partition(b"?>")[2] or parts["word/document.xml"]
    declared = f'<?xml version="1.0" encoding="{name}"?>'.encode()
    return made.zipped({**parts, "word/document.xml": declared + document})


@pytest.mark.parametrize(
    ("read", "data", "text"),
    [
        (odt.read, spaces(DIGITS), "a b"),
        (odt.read, spaces("\u00b2"), "a b"),
        (odt.read, spaces("3"), "a   b"),
        (rtf.read, rb"{\rtf1\ansi a{\*\annotation{\*\atndate --5}b}}", "a"),
        (rtf.read, b"{\\rtf1\\ansi a{\\*\\annotation{\\*\\atndate \xb2}b}}", "a"),
        (html_whole.read, f"<p>&#{DIGITS};a".encode(), "\ufffda"),
        (html_whole.read, b"<p>&#%s65;" % (b"0" * 5_000), "A"),
        (html_whole.read, b"<p>&#99999999a&#128512;&#0065", "\ufffda\U0001f600A"),
        (mail.read, PART % b"Content-Type: application/pdf; name*=utf-8''a; name*0*=b", "a\n\nc"),
    ],
)
def test_a_strange_value_hides_no_text(
    read: Callable[[bytes, Limits], Extracted], data: bytes, text: str
) -> None:
    assert read(data, Limits()).text == text


@pytest.mark.parametrize(
    ("read", "data", "detail"),
    [
        (docx.read, in_encoding("utf-7"), "XML that is not well-formed"),
        (docx.read, in_encoding("hex"), "XML that is not well-formed"),
        (mail.read, b"Subject: %s\r\n\r\na" % (b"=?utf-8?q?a?= " * 20_000), "a header of more than"),
        (
            mail.read,
            PART % (b"Content-Type: text/plain; " + b";".join(b"a%d=b" % n for n in range(30_000))),
            "a header of more than",
        ),
    ],
)
def test_a_strange_value_is_a_reason(
    read: Callable[[bytes, Limits], Extracted], data: bytes, detail: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert refused.value.reason == "refused"
    assert refused.value.detail.startswith(detail)
