"""The records of documents and their versions."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from ingest import model
from ingest.ids import show_uid
from ingest.model import Annotation, Block
from ingest.records.fields import of_row, shown_path
from ingest.store.listing import DocumentRow


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A document and what is known of one of its versions: the newest, or that at a moment."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    sha256: str
    text_sha256: str | None
    size: int
    observed_at: str | None
    modified_at: str | None
    media_type: str | None
    encoding: str | None
    language: str | None
    title: str | None
    date: str | None
    date_earliest: str | None
    date_latest: str | None
    deleted_at: str | None


class VersionFacts(Document, frozen=True, kw_only=True, gc=False):
    """What is known of a version. `confidence` is that of the encoding, from 0 to 1."""

    seq: int
    normaliser: str | None
    normaliser_libraries: str | None
    confidence: float | None
    lossy: bool | None
    lossy_places: int | None
    bom: bool | None
    newline: str | None
    words: int | None
    sentences: int | None
    text_reason: str | None


class Annotations(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a document's text, each kind in the order of the document."""

    tracked_changes: tuple[Annotation, ...]
    comments: tuple[Annotation, ...]
    hidden: tuple[Annotation, ...]
    fields: tuple[Annotation, ...]
    attachments: tuple[Annotation, ...]
    running_heads: tuple[Annotation, ...]
    cue_times: tuple[Annotation, ...]
    properties: tuple[Annotation, ...]
    pages: tuple[Annotation, ...]
    pages_without_text: tuple[Annotation, ...]


class Version(VersionFacts, frozen=True, kw_only=True, gc=False):
    """A version with its text; null where none can be made, for the reason in `text_reason`.

    `blocks` and `annotations` are those of a document that is more than plain text; else both are null.
    """

    text: str | None
    blocks: tuple[Block, ...] | None = None
    annotations: Annotations | None = None


class Difference(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"first": "from", "last": "to", "class_": "class"},
):
    """What became of a document between two moments; `from` and `to` are its versions there."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    from_path: str | None
    from_path_base64: str | UnsetType = UNSET
    change: str
    first: int | None
    last: int | None
    from_sha256: str | None
    sha256: str | None
    class_: str | None = None
    significance: str | None = None


def document(row: DocumentRow) -> Document:
    """Return a document as `ls` shows it."""
    path, path_base64 = shown_path(row.path)
    return of_row(Document, row, document=show_uid(row.document), path=path, path_base64=path_base64)


def all_annotations(known: model.Annotations) -> Annotations:
    """Return annotations with every kind of them, also those of which there are none."""
    return Annotations(**msgspec.structs.asdict(known))
