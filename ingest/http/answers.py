"""What a route gives back: a value or bytes, and what a cache may do with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec
from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from ingest import escape
from ingest.expressions import expression
from ingest.http.problems import Refused

JSON = "application/json"
BYTES = "application/octet-stream"
TEXT = "text/plain"
HTML = "text/html"
FRESH = "private, no-cache"  # kept, and asked for again each time: an ETag makes that cheap
FOR_EVER = "private, max-age=31536000, immutable"

_RANGE = expression(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A body and what is said of it. `etag` is its hash where one is known already.

    Of one `in_parts` a reader may ask for what it lacks, where it was cut off.
    """

    body: bytes
    media_type: str
    etag: str | None = None
    cache: str = FRESH
    headers: Mapping[str, str] = {}
    in_parts: bool = False


def of_record(record: object) -> Answer:
    """Return a record as JSON."""
    return Answer(body=escape.json(_encode(record)), media_type=JSON)


def encoded(html: str) -> bytes:
    """Return markup as it is sent."""
    return html.encode("utf-8", "replace")


def page(html: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a page."""
    return Answer(body=html, media_type=HTML, headers=headers or {})


def text(words: str, *, sha256: str) -> Answer:
    """Return a text as it is."""
    return Answer(body=words.encode(), media_type=TEXT, etag=sha256, in_parts=True)


def download(body: bytes, *, sha256: str, name: str, for_ever: bool) -> Answer:
    """Return bytes to keep, never to show; `for_ever` says that this address never gives others."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
    shown = f"attachment; filename=\"{plain or 'document'}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Answer(
        body=body,
        media_type=BYTES,
        etag=sha256,
        cache=FOR_EVER if for_ever else FRESH,
        headers={"content-disposition": shown, "content-security-policy": "default-src 'none'; sandbox"},
        in_parts=True,
    )


def with_etag(answer: Answer) -> Answer:
    """Return an answer with its hash as `etag`: where it is kept, the hash is made once."""
    return structs.replace(answer, etag=answer.etag or hashlib.sha256(answer.body).hexdigest())


def response(answer: Answer, request: Request) -> Response:
    """Return the response to a request: the whole answer, the part that was asked for, or 304.

    Raises Refused for a part that lies behind the end.
    """
    etag = f'"{answer.etag or hashlib.sha256(answer.body).hexdigest()}"'
    headers = {"etag": etag, "cache-control": answer.cache, **answer.headers}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if answer.in_parts:
        headers["accept-ranges"] = "bytes"
        part = _part(request, etag, len(answer.body))
        if part is not None:
            headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{len(answer.body)}"
            body = answer.body[part.start : part.stop]
            return Response(body, 206, headers=headers, media_type=answer.media_type)
    return Response(answer.body, headers=headers, media_type=answer.media_type)


def _part(request: Request, etag: str, size: int) -> range | None:
    """Return the bytes that a request asks for; None for all of them.

    Several parts at once are not given, nor one of what is packed, nor of what it had before another came:
    then the answer is whole.
    """
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    had = request.headers.get("if-range", etag)
    if request.method != "GET" or found is None or is_packed or had != etag or not any(found.groups()):
        return None
    first, last = (None if each == "" else int(each) for each in found.groups())
    if first is None:
        begin, end = max(0, size - (last or 0)), size
    else:
        begin, end = first, size if last is None else min(last + 1, size)
        if last is not None and last < first:
            return None
    if begin >= size:
        raise Refused(
            416, "range", f"there are {size:,} bytes", hint="ask for a part of these",
            headers={"content-range": f"bytes */{size}"},
        )  # fmt: skip
    return range(begin, end)


def head_of_stream(headers: Mapping[str, str], media_type: str) -> Response:
    """Return the head of an answer that is sent as it is made: nobody knows before how long it is."""
    head = Response(headers=dict(headers), media_type=media_type)
    del head.headers["content-length"]
    return head


def wanted(request: Request, offered: tuple[str, ...]) -> str:
    """Return which of the media types a request wants most; the first where it names none of them.

    Raises Refused where it takes none.
    """
    said = request.headers.get("accept", "*/*")
    weighed: list[tuple[float, int, str]] = []
    for part in said.split(","):
        kind, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = 1.0
        for each in parameters:
            if each.startswith("q="):
                try:
                    weight = float(each[2:])
                except ValueError:
                    weight = 0.0
        for place, offer in enumerate(offered):
            exact = kind == offer
            if weight > 0 and (exact or kind in ("*/*", offer.partition("/")[0] + "/*")):
                weighed.append((weight + exact * 1e-6, -place, offer))
    if not weighed:
        raise Refused(
            406, "accept", f"there is {', '.join(offered)} at this address", hint="name it in Accept"
        )
    return max(weighed)[2]
