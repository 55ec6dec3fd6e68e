"""Documents in PDF: by their tags where they have them, else by where the lines stand on the page.

What a page repeats at its head or foot stands beside the text, notes stand after the body, a paragraph goes
on over the end of a page. A PDF without characters is a picture of a text: `no_text_layer`. The library may
crash where others raise, so it is loaded in a child alone; a page is held until nothing of it is asked any
more.
"""

from __future__ import annotations

from ingest.normalise.documents import pdf_annotations, pdf_geometry, pdf_tags
from ingest.normalise.documents.pdf_file import File
from ingest.normalise.extraction import Extracted, Limits, Refused

MEDIA_TYPE = "application/pdf"


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a document in PDF and what stands beside it."""
    return read_by(data, limits, tags=True)


def read_by(data: bytes, limits: Limits, *, tags: bool) -> Extracted:
    """Return the same, by `tags` where the document has them or else by the lines alone."""
    if len(data) > limits.bytes:
        raise Refused("too_large", f"more than {limits.bytes} bytes")
    with File(data, limits) as file:
        beside = pdf_annotations.read(file)
        found = pdf_tags.read(file, limits) if tags and file.is_tagged else None
        if found is None:
            found = pdf_geometry.read(file, limits)
        for key, values in found.beside.items():
            beside.setdefault(key, []).extend(values)
        return found.draft.extracted(
            way=found.way,
            media_type=MEDIA_TYPE,
            notes=found.notes,
            beside=beside,
            pages=[page for page in file.pages() if page.page not in found.empty],
        )
