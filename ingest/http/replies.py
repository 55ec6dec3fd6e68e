"""Whole replies that are kept: what was asked byte for byte before is answered with the bytes of then.

A request that was let in and answered once is let in again: who may ask, and what is answered, follows from
the bytes of the request and from the store alone. So neither the request is taken apart again nor the answer
put together. What is kept goes as soon as its answer does (`response_cache`).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ingest.errors import IngestError
from ingest.http.response_cache import ResponseCache
from ingest.store.write_check import StoreState

LONGEST = 2_048  # bytes of a request that is looked up
_BEGIN, _END = b"GET ", b"\r\n\r\n"
# What a client says with these is heeded each time: a token, a body, how the connection goes on.
_HEEDED = (
    b"\nauthorization:", b"\nconnection:", b"\ncontent-length:", b"\ncookie:", b"\nexpect:",
    b"\ntransfer-encoding:", b"\nupgrade:",
)  # fmt: skip
_GOES_ON = b"\nconnection: keep-alive\r"

Headers = Iterable[tuple[bytes, bytes]]


class Stays(msgspec.Struct, frozen=True, kw_only=True):
    """Why an answer stays the same: it is of this document, or of the log where None, as the store stood."""

    document: str | None
    seen: StoreState


class Reply(msgspec.Struct, frozen=True):
    """The headers of an answer, as they are sent, with the empty line after them; and its body."""

    headers: bytes
    body: bytes

    def sent(self, before: Headers) -> bytes:
        """Return the bytes of a whole answer; `before` are headers that are made each time."""
        return b"".join((b"HTTP/1.1 200 OK\r\n", _lines(before), self.headers, self.body))


class Replies:
    """The replies that are kept, by the bytes of their requests."""

    def __init__(self, kept: ResponseCache) -> None:
        self._kept = kept

    def find(self, asked: bytes) -> Reply | None:
        """Return the reply to a request; None where none is kept, or to tell takes time to speak of."""
        if len(asked) > LONGEST or not asked.startswith(_BEGIN) or not self._kept.is_quick:
            return None
        try:
            self._kept.look()
        except IngestError:  # who is asked next tells it
            return None
        return self._kept.find(("reply", asked), Reply)

    def keep(self, asked: bytes, headers: Headers, body: bytes, stays: Stays) -> None:
        """Keep the reply to a request, which `is_plain`."""
        if not self._kept.is_quick:
            return
        reply = Reply(_lines(headers) + b"\r\n", body)
        size = len(asked) + len(reply.headers) + len(body)
        self._kept.keep(("reply", asked), reply, document=stays.document, size=size, seen=stays.seen)


def is_plain(asked: bytes) -> bool:
    """Tell whether bytes are one whole question that says nothing which must be heeded each time."""
    if len(asked) > LONGEST or not asked.startswith(_BEGIN) or asked.find(_END) != len(asked) - len(_END):
        return False
    line, _, rest = asked.lower().partition(b"\r\n")
    said = (b"\n" + rest).replace(_GOES_ON, b"")
    return line.endswith(b" http/1.1") and not any(each in said for each in _HEEDED)


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%s: %s\r\n" % each for each in headers)
