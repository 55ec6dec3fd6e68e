"""Which format a file has is told alike whether or not its beginning is looked at first."""

from __future__ import annotations

import pytest

from ingest.normalise.documents import media

_MAIL = b"Received: from a\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: c\r\n\r\nWords.\r\n"
_LONG = b"X-" + b"a" * 74 + b": 1\r\n" + _MAIL


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"Words of a text.\n", "a.txt", None),
        (b"Words of a page.\n", "a.html", "text/html"),
        (b"Words of a letter.\n", "a.eml", "message/rfc822"),
        (b" \r\n{\\rtf1 words}", "a.txt", "application/rtf"),
        (b"\xef\xbb\xbf{\\rtf1 words}", "a", "application/rtf"),
        (b" " * 2000 + b"{\\rtf1 words}", "a", "application/rtf"),
        (b" " * 2000 + b"<html><p>words", "a", "text/html"),
        (b" \r\n%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"Words of %PDF-1.7\n", "a.txt", None),
        (b" " * 1100 + b"Subject: words\n", "a.txt", None),
        (b" " * 90 + _MAIL, "a.txt", None),
        (b"\x0c<!-- a note --><body>words", "a.txt", "text/html"),
        ("<html>words".encode("utf-16"), "a.txt", "text/html"),
        (_MAIL, "a", "message/rfc822"),
        (_LONG, "a", "message/rfc822"),
        (b"From a Mon Mar  2 10:00:00 2026\n" + _MAIL, "a", None),
        (b"\xff\xfe" + _MAIL.decode().encode("utf-16-le"), "a", "message/rfc822"),
        (b"Dear all: words\n", "a.txt", None),
    ],
)
def test_the_content_tells_the_format(
    data: bytes, name: str, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert media.media_type(data, name) == told
    monkeypatch.setattr(media, "_is_prose", lambda _start: False)
    assert media.media_type(data, name) == told
