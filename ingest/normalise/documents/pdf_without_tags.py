"""Documents in PDF as if they had no tags: to compare one with a version that has none."""

from __future__ import annotations

from ingest.normalise.documents import pdf
from ingest.normalise.extraction import Extracted, Limits


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a document in PDF, by where its lines stand, and what stands beside it."""
    return pdf.read_by(data, limits, tags=False)
