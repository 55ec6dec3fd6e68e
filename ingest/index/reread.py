"""Bytes and texts read again for a question. Nothing is recorded by that.

A version is read again where the one after it was read in another way: a document in a confined process, one
for all who compare in this process. What reads is loaded here, when it is needed.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.model import Rendition
from ingest.standoff import Places, Standoff

if TYPE_CHECKING:
    from ingest.confined.reader import Reader
    from ingest.normalise.document_formats import DocumentFormat, Html, Unread
    from ingest.normalise.extraction import Extracted

DEADLINE = 5.0  # seconds
MARKING = frozenset(("markdown",))  # normalisers whose texts mark their headings
_turn = threading.Lock()


def in_way(raw: bytes, way: str) -> Rendition | None:
    """Return what bytes hold when they are read in this way; None where they cannot be."""
    from ingest import normalise  # noqa: PLC0415 - slow to load, and few questions read bytes

    extension = normalise.extension_of(way)
    if extension is not None:
        return normalise.normalise(raw, b"a." + extension)
    return normalise.again(raw, way, _read)


def unread_places(get: Callable[[], bytes], by: str) -> int | None:
    """Return how many places of a text could not be read; None for a normaliser that is not of today.

    `get` gives the bytes, `by` is the normaliser.
    """
    from ingest import normalise  # noqa: PLC0415 - the same

    return normalise.unread_places(get()) if by in normalise.normalisers() else None


def marks_headings(by: str | None) -> bool:
    """Tell whether a text by this normaliser marks its headings itself."""
    return by is not None and by.partition("/")[0] in MARKING


def places(text: str, known: Standoff | None, by: str | None) -> Places | None:
    """Return what finds pages and headings in a text, by its standoff or by its own marks.

    `by` is its normaliser. None where neither a page nor a heading is known.
    """
    if known is not None:
        return Places(text, known)
    if not marks_headings(by):
        return None
    from ingest import normalise  # noqa: PLC0415 - the same

    return normalise.places(text, None, by)


def _read(fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
    with _turn:
        return _reader().read(fmt, raw, html)


@functools.cache
def _reader() -> Reader:
    from ingest.confined.reader import Documents, Reader  # noqa: PLC0415 - hardly any question asks for it

    return Reader(Documents(deadline=DEADLINE))
