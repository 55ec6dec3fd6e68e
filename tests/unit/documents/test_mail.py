"""What is read of a message."""

from __future__ import annotations

import hashlib
import time

import pytest

from ingest.normalise.documents.mail import read
from ingest.normalise.extraction import Annotation, Limits, Refused

HEAD = "From: Ann <ann@example.org>\r\nSubject: The rent\r\nMIME-Version: 1.0\r\n"


def parts(kind: str, *bodies: str, boundary: str = "b") -> str:
    inside = "".join(f"--{boundary}\r\n{body}\r\n" for body in bodies)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nPay."
PAGE = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Pay <b>now</b>.</p>"

TEXTS = {
    "plain": (HEAD + "\r\nOne\r\ntwo.\r\n\r\n\r\nThree.", "The rent\n\nOne\ntwo.\n\nThree."),
    "HTML": (HEAD + PAGE, "The rent\n\nPay now."),
    "of two forms the plain one": (HEAD + parts("alternative", PLAIN, PAGE), "The rent\n\nPay."),
    "of two forms the HTML one, where the plain one is empty": (
        HEAD + parts("alternative", "Content-Type: text/plain\r\n\r\n \r\n", PAGE), "The rent\n\nPay now."),
    "several texts": (HEAD + parts("mixed", PLAIN, PLAIN), "The rent\n\nPay.\n\nPay."),
    "quoted-printable": (
        HEAD + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9 =\r\nx",
        "The rent\n\ncafé x"),
    "base64": (HEAD + "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nUGF5Lg==", "The rent\n\nPay."),
    "an unknown character set": (HEAD + "Content-Type: text/plain; charset=nosuch\r\n\r\ncafé", "The rent\n\ncafé"),
    "lines cut for width": (
        HEAD + "Content-Type: text/plain; format=flowed\r\n\r\nOne \r\ntwo\r\nthree", "The rent\n\nOne two\nthree"),
    "a subject in encoded words": ("Subject: =?utf-8?q?Caf=C3=A9_?=\r\n =?utf-8?b?4oKs?=\r\n\r\nx", "Café €\n\nx"),
    "a subject in encoded words that are none": ("Subject: =?utf-8?b?a?= b\r\n\r\nx", "=?utf-8?b?a?= b\n\nx"),
    "a subject in bytes": ("Subject: Café\r\n\r\nx", "Café\n\nx"),
    "a line of a mailbox": ("From ann@example.org Mon\r\n" + HEAD + "\r\nx", "The rent\n\nx"),
    "no boundary": (HEAD + 'Content-Type: multipart/mixed; boundary="x"\r\n\r\nlost?', "The rent\n\nlost?"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_message(case: str) -> None:
    message, text = TEXTS[case]

    assert read(message.encode(), Limits()).text == text


def test_attachments_and_headers_stand_beside() -> None:
    file = 'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="=?utf-8?q?=C3=A9.pdf?="\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj'
    inner = "Content-Type: message/rfc822\r\n\r\nSubject: older\r\n\r\nold"
    date = "Date: Fri, 2 Jan 2026 03:04:05 +0100\r\nTo: b@example.org\r\n"

    found = read((date + HEAD + parts("mixed", PLAIN, file, inner)).encode(), Limits())

    assert found.text == "The rent\n\nPay."
    assert found.annotations.attachments[0] == Annotation(
        name="é.pdf", media_type="application/pdf", size=3, sha256=hashlib.sha256(b"abc").hexdigest()
    )
    assert [(one.media_type, one.name) for one in found.annotations.attachments[1:]] == [
        ("message/rfc822", "older")
    ]
    assert [(one.name, one.text) for one in found.annotations.properties] == [
        ("from", "Ann <ann@example.org>"),
        ("to", "b@example.org"),
        ("date", "Fri, 2 Jan 2026 03:04:05 +0100"),
        ("subject", "The rent"),
    ]


def nested(depth: int) -> bytes:
    return "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    ).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"X: y\r\n" * 500_000 + b"\r\nbody", "refused"),
        (nested(3000), "refused"),
        (HEAD.encode() + parts("mixed", *["Content-Type: a/b\r\n\r\n"] * 10_001).encode(), "refused"),
    ],
)
def test_what_is_past_a_limit_is_refused(data: bytes, reason: str) -> None:
    began = time.process_time()

    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert refused.value.reason == reason
    assert time.process_time() - began < 4


def test_what_is_nested_within_the_limit_is_read() -> None:
    assert not read(nested(90), Limits()).text
