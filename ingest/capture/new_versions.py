"""Files' bytes to versions ready for the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import msgspec

from ingest import normalise
from ingest.capture.readers import PendingDocument, Readers
from ingest.confined.reader import Documents
from ingest.errors import IntegrityError
from ingest.model import Content
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extraction import Extracted
from ingest.store import new_rows
from ingest.store.compression import Dictionary
from ingest.store.deltas import Chain, StoredBody, unrolled
from ingest.store.new_rows import NewVersion

AT_ONCE = 1 << 20  # bytes normalised before they are packed


class Raw(msgspec.Struct, frozen=True):
    """A file's bytes and what the version made of them needs.

    `extracted` is what a document holds that was read already.
    """

    name: bytes
    raw: bytes
    sha256: bytes
    modified_at: int
    salt: bytes
    before: StoredBody | None = None
    extracted: Extracted | Unread | None = None


def make(
    raws: Sequence[Raw], dictionary: Dictionary | None, documents: Documents, readers: Readers
) -> list[NewVersion | PendingDocument]:
    """Return a version of each, in order; Unfinished for a document that takes long.

    `readers` read those that are more than plain text.

    Many are normalised before they are packed: the tables of a dictionary and those of the language model
    drive each other out of a core's cache, and to pack takes three times as long where they do.
    """
    made: list[NewVersion | PendingDocument] = []
    readers.begin_batch()
    for run in _runs(raws):
        contents = [_content(raw, documents, readers) for raw in run]
        made += [
            content if isinstance(content, PendingDocument) else _version(raw, content, dictionary)
            for raw, content in zip(run, contents, strict=True)
        ]
    return made


def finish(
    raw: Raw,
    dictionary: Dictionary | None,
    documents: Documents,
    readers: Readers,
    unfinished: PendingDocument,
) -> NewVersion:
    """Return the version of a document however long it takes to be read."""
    reader = unfinished.reader or readers.lend()
    is_begun = unfinished.reader is not None

    def read(fmt: DocumentFormat, body: bytes, html: Html) -> Extracted | Unread:
        if not is_begun:
            return reader.read(fmt, body, html)
        found = reader.answer()
        assert found is not None
        return found

    rendition = normalise.normalise(raw.raw, raw.name, read=read, html=documents.html)
    readers.take_back(reader)
    content = Content(raw=raw.raw, sha256=raw.sha256, rendition=rendition)
    return _version(raw, content, dictionary)


def _version(raw: Raw, content: Content, dictionary: Dictionary | None) -> NewVersion:
    return new_rows.prepare(
        content,
        modified_at=raw.modified_at,
        salt=raw.salt,
        before=_before(raw, dictionary),
        dictionary=dictionary,
    )


def _content(raw: Raw, documents: Documents, readers: Readers) -> Content | PendingDocument:
    reads = readers.read if raw.extracted is None else _told(raw.extracted)
    try:
        rendition = normalise.normalise(raw.raw, raw.name, read=reads, html=documents.html)
    except PendingDocument as unfinished:
        return unfinished
    return Content(raw=raw.raw, sha256=raw.sha256, rendition=rendition)


def _told(known: Extracted | Unread) -> normalise.ReadDocument:
    """Return what tells of a document what is known already."""

    def told(_fmt: DocumentFormat, _raw: bytes, _html: Html) -> Extracted | Unread:
        return known

    return told


def _before(raw: Raw, dictionary: Dictionary | None) -> Chain | None:
    """Return the bytes of the version before.

    Where they cannot be read, which is for `verify` to say, or were packed with another dictionary than this
    one, the new version goes without.
    """
    if raw.before is None:
        return None
    with contextlib.suppress(IntegrityError):
        return unrolled(raw.before, dictionary)
    return None


def _runs(raws: Sequence[Raw]) -> Iterator[list[Raw]]:
    """Yield these in runs of some `AT_ONCE` bytes; the last may be empty."""
    run: list[Raw] = []
    size = 0
    for raw in raws:
        run.append(raw)
        size += len(raw.raw)
        if size >= AT_ONCE:
            yield run
            run, size = [], 0
    yield run


def finished(made: Sequence[NewVersion | PendingDocument]) -> list[NewVersion | None]:
    """Return what is made, and None for what this process leaves to the one that asked."""
    for each in made:
        if isinstance(each, PendingDocument) and each.reader is not None:
            each.reader.close()
    return [None if isinstance(each, PendingDocument) else each for each in made]
