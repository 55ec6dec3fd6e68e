"""What a batch adds to the log: the rows of its versions, renditions and changes, and their leaves.

Nothing here touches a database; the columns are in the order of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from ingest import leaf
from ingest.merkle import leaf_hash
from ingest.model import DocumentKey, RootKey, Seq
from ingest.store import row_checksums
from ingest.store.new_rows import Entry, NewRendition, NewVersion

VERSION = (
    "document_id",
    "no",
    "hash",
    "salt",
    "size",
    "base_no",
    "blob_id",
    "delta",
    "observed_at",
    "modified_at",
    "seq",
)
CHANGE = (
    "seq",
    "id",
    "recorded_at",
    "observed_at",
    "type",
    "cause",
    "reason",
    "root_id",
    "document_id",
    "no",
    "previous_no",
    "path_bytes",
    "from_path_bytes",
    "actor",
    "leaf",
    "form",
    "salt",
)
RENDITION = (
    "document_id",
    "no",
    "normaliser_id",
    "text_hash",
    "text_reason",
    "text_offset",
    "text_length",
    "text_blob_id",
    "text_delta",
    "beside",
    "beside_size",
    "media_type",
    "encoding",
    "bom",
    "confidence",
    "lossy",
    "newline",
    "language",
    "title",
    "date",
    "date_earliest",
    "date_latest",
    "words",
    "sentences",
    "beside_hash",
    "seq",
    "sum",
)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys and stable ids of all that a batch names.

    `documents` has the key of each entry's document (None: a path that never was one), `uids` the stable id
    of each by its key, `blobs` the key of each body by its hash, `normalisers` keys by name and libraries.
    """

    root: RootKey
    root_uid: bytes
    documents: Sequence[DocumentKey | None]
    uids: dict[DocumentKey | None, bytes | None]
    blobs: dict[bytes, int]
    normalisers: dict[tuple[str, str], int]


class LogRows(msgspec.Struct, frozen=True):
    """The rows to insert, their values in the order of the columns above, and the leaf of each change."""

    versions: list[tuple[object, ...]]
    renditions: list[tuple[object, ...]]
    changes: list[tuple[object, ...]]
    leaves: list[bytes]


def rows_of(entries: Sequence[Entry], keys: Keys, *, seq: Seq, label: int) -> LogRows:
    """Return the rows of a batch that follows the change `seq`, recorded at `label` (microseconds)."""
    versions: list[tuple[object, ...]] = []
    renditions: list[tuple[object, ...]] = []
    changes: list[tuple[object, ...]] = []
    leaves: list[bytes] = []
    for entry, document in zip(entries, keys.documents, strict=True):
        seq = Seq(seq + 1)
        made = entry.version
        no = None if entry.type == "rejected" else entry.previous
        version: leaf.Part | None = None
        texts: list[leaf.Part] = []
        if made is not None:
            no = (entry.previous or 0) + 1
            version = leaf.version_part(
                no, made.salt, made.hash, made.size, entry.observed_at, made.modified_at
            )
            texts = [_rendition_part(made, no)]
            versions.append(
                (
                    document,
                    no,
                    made.hash,
                    made.salt,
                    made.size,
                    None if made.delta is None else entry.previous,
                    None if made.body is None else keys.blobs[made.hash],
                    made.delta,
                    entry.observed_at,
                    made.modified_at,
                    seq,
                )
            )
            renditions.append(_rendition_row(document, no, seq, made, keys))
        elif entry.renditions:
            texts = [_rendition_part(other, other.no) for other in entry.renditions]
            renditions += (_rendition_row(document, other.no, seq, other, keys) for other in entry.renditions)
        columns = (
            seq,
            entry.id,
            label,
            entry.observed_at,
            entry.type,
            entry.cause,
            entry.reason,
            keys.root_uid,
            keys.uids[document],
            no,
            entry.previous,
        )
        renewed = entry.type == "renormalised"
        canonical = leaf.canonical_2(
            columns, entry.salt, entry.path, entry.from_path, None, version, texts, are_many=renewed
        )
        leaves.append(leaf_hash(canonical))
        changes.append(
            (
                seq,
                entry.id,
                label,
                entry.observed_at,
                entry.type,
                entry.cause,
                entry.reason,
                keys.root,
                document,
                no,
                entry.previous,
                entry.path,
                entry.from_path,
                None,
                leaves[-1],
                leaf.FORM,
                entry.salt,
            )
        )
    return LogRows(versions, renditions, changes, leaves)


def _rendition_part(made: NewVersion | NewRendition, no: int) -> leaf.Part:
    beside = None if made.beside is None else made.beside.hash
    return leaf.rendition_part(no, made.salt, made.text_hash, made.rendition, beside)


def _rendition_row(
    document: DocumentKey | None, no: int, seq: Seq, made: NewVersion | NewRendition, keys: Keys
) -> tuple[object, ...]:
    text = made.rendition
    offset = text.text_slice[0] if text.text_slice is not None else None
    return (
        document,
        no,
        keys.normalisers[text.normaliser, text.libraries],
        made.text_hash,
        text.text_reason,
        offset,
        made.text_size,
        keys.blobs[made.text_body.hash] if made.text_body is not None else None,
        made.text_delta,
        None if made.beside is None else made.beside.data,
        None if made.beside is None else made.beside.size,
        *_of_row(text),
        None if made.beside is None else made.beside.hash,
        seq,
        row_checksums.sum_of_counts(no, seq, text.confidence, text.words, text.sentences),
    )


# What a row has of a rendition as it is: `media_type` to `sentences`.
_of_row = attrgetter(*RENDITION[RENDITION.index("media_type") : RENDITION.index("sentences") + 1])
