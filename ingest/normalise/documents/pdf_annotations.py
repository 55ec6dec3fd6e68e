"""What stands beside the text of a PDF: claims, embedded files, comments, values of forms."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from ingest.normalise.documents.draft import canonical
from ingest.normalise.documents.ooxml import attachment
from ingest.normalise.documents.pdf_file import File
from ingest.normalise.extraction import Annotation, Refused

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

_CLAIMS = {
    "Title": "title",
    "Author": "author",
    "Subject": "subject",
    "Keywords": "keywords",
    "CreationDate": "created",
    "ModDate": "modified",
}
_MOST_FILES = 1_000
_MOST_ON_A_PAGE = 10_000


def read(file: File) -> dict[str, list[Annotation]]:
    """Return what the file says of itself, and the files in it."""
    raw = file.raw
    claims = []
    for key, name in _CLAIMS.items():
        if value := canonical(file.string(raw.FPDF_GetMetaText, file.handle, key.encode())):
            claims.append(Annotation(name=name, text=value))
    return {"properties": claims, "attachments": _attachments(file)}


def _attachments(file: File) -> list[Annotation]:
    raw = file.raw
    count = max(raw.FPDFDoc_GetAttachmentCount(file.handle), 0)
    if count > _MOST_FILES:
        raise Refused("refused", f"more than {_MOST_FILES} embedded files")
    found = []
    unpacked = 0
    for index in range(count):
        handle = raw.FPDFDoc_GetAttachment(file.handle, index)
        name = file.string(raw.FPDFAttachment_GetName, handle)
        length = ctypes.c_ulong()
        if not raw.FPDFAttachment_GetFile(handle, None, 0, length):
            continue
        if length.value > file.limits.unpacked:
            raise Refused("too_large", f"an embedded file of {length.value} bytes")
        unpacked += length.value
        if unpacked > file.limits.bytes:
            raise Refused("too_large", f"embedded files of more than {file.limits.bytes} bytes")
        buffer = ctypes.create_string_buffer(length.value)
        raw.FPDFAttachment_GetFile(handle, buffer, length.value, length)
        found.append(attachment(name, buffer.raw[: length.value], None))
    return found


def on_page(file: File, handle: Handle, number: int) -> tuple[list[Annotation], list[Annotation]]:
    """Return the comments on a page that is open, and the values of its form."""
    raw = file.raw
    comments: list[Annotation] = []
    values: list[Annotation] = []
    count = max(raw.FPDFPage_GetAnnotCount(handle), 0)
    if count > _MOST_ON_A_PAGE:
        raise Refused("refused", f"more than {_MOST_ON_A_PAGE} annotations on a page")
    for index in range(count):
        note = raw.FPDFPage_GetAnnot(handle, index)
        if not note:
            continue
        kind = raw.FPDFAnnot_GetSubtype(note)
        if kind == raw.FPDF_ANNOT_WIDGET:
            value = canonical(file.string(raw.FPDFAnnot_GetStringValue, note, b"V"))
            if value:
                name = canonical(file.string(raw.FPDFAnnot_GetStringValue, note, b"T"))
                values.append(Annotation(kind="FORM", name=name or None, text=value, page=number))
        elif kind not in {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}:
            text = canonical(file.string(raw.FPDFAnnot_GetStringValue, note, b"Contents"))
            if text:
                author = canonical(file.string(raw.FPDFAnnot_GetStringValue, note, b"T"))
                date = canonical(file.string(raw.FPDFAnnot_GetStringValue, note, b"M"))
                comments.append(Annotation(text=text, author=author or None, date=date or None, page=number))
        raw.FPDFPage_CloseAnnot(note)
    return comments, values
