"""A page of HTML as its own mark-up asks: one that says it is an article is left to the reader of those."""

from __future__ import annotations

from ingest.normalise.documents import html_whole
from ingest.normalise.documents.html_article import is_article
from ingest.normalise.extraction import Extracted, Limits, Refused


def read(data: bytes, limits: Limits) -> Extracted | None:
    """Return the whole page; None where it says that it is an article."""
    if len(data) > limits.markup:
        raise Refused("too_large", f"more than {limits.markup} bytes of HTML")
    return None if is_article(data) else html_whole.read(data, limits)
