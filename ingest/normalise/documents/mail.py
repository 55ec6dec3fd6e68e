"""E-mail (.eml): the subject as a heading, then the plain part, or where there is none the HTML one.

The text is that of the message as it was sent: quotations and signatures are text. Attachments, and messages
attached, stand beside it by name, type, size and hash; sender, recipients, date and the like are properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ingest.expressions import expression
from ingest.normalise.decode import decode
from ingest.normalise.documents.draft import Draft, canonical
from ingest.normalise.documents.html_blocks import Page
from ingest.normalise.documents.html_whole import characters
from ingest.normalise.documents.ooxml import attachment
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

if TYPE_CHECKING:
    from email.message import Message

T = TypeVar("T")

WAY = "mail/3"
MEDIA_TYPE = "message/rfc822"
_CLAIMS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Message-ID", "In-Reply-To", "Subject")
# Parts within each other that no message has; the library would go as deep as they do.
_MOST_NESTED = 100
_MOST_HEADERS = 10_000
# Characters of one header: the library's time grows with the square of its parameters and encoded words.
_LONGEST_HEADER = 200_000
_MULTIPART = expression(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_HEADER_END = expression(rb"\r?\n\r?\n")
_PARAGRAPH_END = expression(r"\n(?:[ \t]*\n)+")
_FROM_LINE = expression(rb"From [^\r\n]*\r?\n")


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a message and what stands beside it."""
    if len(data) > limits.bytes:
        raise Refused("too_large", f"more than {limits.bytes} bytes")
    if data.startswith(b"From "):
        data = _FROM_LINE.sub(b"", data, count=1)
    end = _HEADER_END.search(data)
    head = data if end is None else data[: end.start()]
    if head.count(b"\n") > _MOST_HEADERS:
        raise Refused("refused", f"more than {_MOST_HEADERS} lines of headers")
    if sum(1 for _ in _MULTIPART.finditer(data)) > _MOST_NESTED:
        raise Refused("refused", f"more than {_MOST_NESTED} parts that hold parts")

    import email.generator  # noqa: F401, PLC0415 - loaded by a message that holds a message, when it may be too late
    from email.parser import BytesParser  # noqa: PLC0415 - only a message needs it
    from email.policy import compat32  # noqa: PLC0415 - the same

    message = BytesParser(policy=compat32).parsebytes(data)
    body, attached = _sorted(message, limits)
    draft = Draft(limits)
    claims = [
        Annotation(name=name.lower(), text=value)
        for name in _CLAIMS
        for value in _headers(message, name)
        if value
    ]
    subject = next(iter(_headers(message, "Subject")), "")
    draft.write(subject)
    draft.close("heading")
    reader = Page(draft, limits)
    for part in body:
        _write(part, draft, reader, limits)
    return draft.extracted(
        way=WAY,
        media_type=MEDIA_TYPE,
        notes=reader.notes,
        beside={"attachments": [_attached(part) for part in attached], "properties": claims},
    )


def _headers(message: Message, name: str) -> list[str]:
    values = [value for key, value in message.raw_items() if key.lower() == name.lower()]
    return [canonical(" ".join(_decoded(value).split())) for value in values]


def _decoded(value: str) -> str:
    """Return a header with its encoded words resolved; bytes beyond ASCII are read as UTF-8 or Western."""
    from email.errors import HeaderParseError  # noqa: PLC0415 - only a message needs it
    from email.header import decode_header  # noqa: PLC0415 - only a message needs it

    if not value.isascii():
        value = _characters(value.encode("utf-8", "surrogateescape"), None)
    if "=?" not in value:
        return value
    parts = []
    try:
        found = decode_header(value)
    except (ValueError, HeaderParseError):
        return value
    for part, encoding in found:
        parts.append(part if isinstance(part, str) else _characters(part, encoding))
    return "".join(parts)


def _characters(data: bytes, encoding: str | None) -> str:
    try:
        return data.decode(encoding or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        found = decode(data).text
        return data.decode("cp1252", "replace") if found is None else found


def _sorted(message: Message, limits: Limits) -> tuple[list[Message], list[Message]]:
    """Return the parts that are the text, and those that are attached."""
    body: list[Message] = []
    attached: list[Message] = []
    waiting: list[Message] = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > limits.members:
            raise Refused("refused", f"more than {limits.members} parts")
        if any(len(value) > _LONGEST_HEADER for _, value in part.raw_items()):
            raise Refused("refused", f"a header of more than {_LONGEST_HEADER} characters")
        kind = part.get_content_type()
        is_text = kind in {"text/plain", "text/html"}
        is_attached = part.get_content_disposition() == "attachment" or (_filename(part) and not is_text)
        if part is not message and (is_attached or kind == "message/rfc822"):
            attached.append(part)
        elif kind == "multipart/alternative" and _inner(part):
            waiting += _chosen(_inner(part))
        elif _inner(part):
            waiting += reversed(_inner(part))
        elif is_text or part.get_content_maintype() == "multipart":
            body.append(part)
        else:
            attached.append(part)
    return body, attached


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if not isinstance(inner, str)] if isinstance(payload, list) else []


def _chosen(forms: list[Message]) -> list[Message]:
    """Return of several forms of one text the plain one, else the HTML one, else the last."""
    for kind in ("text/plain", "text/html"):
        for form in forms:
            if form.get_content_type() == kind:
                if kind == "text/plain" and not _payload(form).strip():
                    continue
                return [form, *(other for other in forms if _holds_files(other))]
    return forms[-1:]


def _told(ask: Callable[[], T]) -> T | None:
    """Return what the library says of a part; None of parameters that it cannot put together."""
    try:
        return ask()
    except (TypeError, ValueError):
        return None


def _filename(part: Message) -> str:
    return _told(lambda: part.get_filename("")) or ""


def _holds_files(form: Message) -> bool:
    return form.get_content_maintype() not in {"text", "multipart"}


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = _inner(part)
    if inner:
        return b"".join(form.as_bytes() for form in inner)
    # A message that names a boundary and has none is all preamble.
    return (part.preamble or "").encode("utf-8", "surrogateescape")


def _write(part: Message, draft: Draft, reader: Page, limits: Limits) -> None:
    data = _payload(part)
    if len(data) > limits.markup:
        raise Refused("too_large", f"more than {limits.markup} bytes of text in one part")
    encoding = _told(lambda: part.get_content_charset("")) or None
    if part.get_content_type() == "text/html":
        reader.read(_characters(data, encoding) if encoding else characters(data))
        return
    text = _characters(data, encoding).replace("\r\n", "\n")
    flowed = _told(lambda: part.get_param("format"))
    if isinstance(flowed, str) and flowed.lower() == "flowed":
        text = _unfolded(text)
    for paragraph in _PARAGRAPH_END.split(text):
        draft.write(paragraph)
        draft.close("paragraph")


def _unfolded(text: str) -> str:
    """Join the lines that a sender cut for width (RFC 3676): they end in a blank."""
    lines: list[str] = []
    goes_on = False
    for stuffed in text.split("\n"):
        line = stuffed.removeprefix(" ")
        if goes_on and not line.startswith(">") and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(lines)


def _attached(part: Message) -> Annotation:
    """Return what is said of an attachment; a message without a name of a file has its subject."""
    name = _decoded(_filename(part))
    if not name and part.get_content_type() == "message/rfc822":
        name = next((subject for inner in _inner(part) for subject in _headers(inner, "Subject")), "")
    return attachment(name, _payload(part), part.get_content_type())
