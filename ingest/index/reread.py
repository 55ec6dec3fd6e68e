"""Documents read again for a comparison, in a confined process: one for all who compare in this process.

A document is read again where the version after it was read in another way. Nothing is recorded by that.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

from ingest import normalise
from ingest.model import Rendition
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extracted import Extracted

if TYPE_CHECKING:
    from ingest.confined.reader import Reader

DEADLINE = 5.0  # seconds
_turn = threading.Lock()


def in_way(raw: bytes, way: str) -> Rendition | None:
    """Return what a document holds when it is read in this way; None where it cannot be."""
    return normalise.again(raw, way, _read)


def _read(fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
    with _turn:
        return _reader().read(fmt, raw, html)


@functools.cache
def _reader() -> Reader:
    from ingest.confined.reader import Documents, Reader  # noqa: PLC0415 - hardly any question asks for it

    return Reader(Documents(deadline=DEADLINE))
