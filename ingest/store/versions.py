"""Reading the record: versions, each with what its normalisers made of it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.escape import is_utf8
from ingest.model import DocumentKey, Seq
from ingest.store import tables
from ingest.store.engine import Row
from ingest.store.listing import FACTS

_change, _version, _rendition = tables.change.c, tables.version.c, tables.rendition.c
_normaliser = tables.normaliser.c

_FEW = 200  # so many versions are asked for by their numbers; for more all of the document are read

_VERSION = sa.select(
    _version.no.label("version"),
    _version.seq,
    *FACTS,
    _normaliser.name.label("normaliser"),
    _normaliser.libraries.label("normaliser_libraries"),
    _rendition.confidence,
    _rendition.lossy,
    _rendition.bom,
    _rendition.newline,
    _rendition.words,
    _rendition.sentences,
    _rendition.text_reason,
    _rendition.text_offset,
    _rendition.text_length,
    _rendition.text_blob_id,
    _rendition.text_delta,
    _rendition.beside,
    _rendition.beside_size,
    _rendition.beside_hash,
).select_from(
    tables.version.outerjoin(
        tables.rendition,
        sa.and_(_rendition.document_id == _version.document_id, _rendition.no == _version.no),
    ).outerjoin(tables.normaliser, _normaliser.id == _rendition.normaliser_id)
)


def one(connection: Connection, document: DocumentKey, no: int, normaliser: str | None = None) -> Row | None:
    """Return one version with its current rendition, or the one that a named normaliser made."""
    if normaliser is not None and not is_utf8(normaliser):
        return None
    which = {"document": document, "no": no, "normaliser": normaliser}
    return connection.execute(_ONE if normaliser is None else _ONE_BY, which).one_or_none()


# Made once: to make a statement takes as long as to run it.
_ONE = (
    _VERSION.where(_version.document_id == sa.bindparam("document"), _version.no == sa.bindparam("no"))
    .order_by(_rendition.seq.desc())
    .limit(1)
)
_ONE_BY = _ONE.where(_normaliser.name == sa.bindparam("normaliser"))


def between(connection: Connection, document: DocumentKey, first: int, last: int) -> list[Row]:
    """Return the versions from `first` to `last`, each with its current rendition, and `recorded_at`."""
    which = {"document": document, "first": first, "last": last}
    return list(connection.execute(_BETWEEN, which))


_newest = (
    sa.select(sa.func.max(_rendition.seq))
    .where(_rendition.document_id == _version.document_id, _rendition.no == _version.no)
    .correlate(tables.version)
    .scalar_subquery()
)
_BETWEEN = (
    _VERSION.add_columns(_change.recorded_at)
    .join(tables.change, _change.seq == _version.seq)
    .where(
        _version.document_id == sa.bindparam("document"),
        _version.no.between(sa.bindparam("first"), sa.bindparam("last")),
        sa.or_(_rendition.seq == _newest, _newest.is_(None)),
    )
    .order_by(_version.no)
)


def recorded_at(connection: Connection, document: DocumentKey, numbers: Collection[int]) -> dict[int, int]:
    """Tell when these versions were recorded: the labels of the changes that made them (microseconds)."""
    if len(numbers) > _FEW:
        rows = course(connection, document)
    else:
        rows = list(connection.execute(_RECORDED, {"document": document, "numbers": list(numbers)}))
    return {row.version: int(row.recorded_at) for row in rows if row.version in numbers}


_RECORDED = (
    sa.select(_version.no.label("version"), _change.recorded_at)
    .join_from(tables.version, tables.change, _change.seq == _version.seq)
    .where(
        _version.document_id == sa.bindparam("document"),
        _version.no.in_(sa.bindparam("numbers", expanding=True)),
    )
)


def hit_facts(connection: Connection, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], Row]:
    """Return what is told of versions where they were found, by document and number.

    `observed_at`, `recorded_at`, and `title`, `language` and `date` of the current rendition.
    """
    found: dict[tuple[int, int], Row] = {}
    pairs = sorted(wanted)
    for start in range(0, len(pairs), _TOGETHER):
        part = pairs[start : start + _TOGETHER]
        # Of the rows of these documents and these numbers more are read than are wanted, by their keys.
        which = {"documents": list({each for each, _ in part}), "numbers": list({no for _, no in part})}
        found.update(((row.document, row.version), row) for row in connection.execute(_TOLD, which))
    return {pair: found[pair] for pair in pairs if pair in found}


_TOGETHER = 40
_TOLD = (
    sa.select(
        _version.document_id.label("document"),
        _version.no.label("version"),
        _version.observed_at,
        _change.recorded_at,
        _rendition.title,
        _rendition.language,
        _rendition.date,
    )
    .select_from(
        tables.version.join(tables.change, _change.seq == _version.seq).outerjoin(
            tables.rendition,
            sa.and_(_rendition.document_id == _version.document_id, _rendition.no == _version.no),
        )
    )
    .where(
        _version.document_id.in_(sa.bindparam("documents", expanding=True)),
        _version.no.in_(sa.bindparam("numbers", expanding=True)),
        sa.or_(_rendition.seq == _newest, _newest.is_(None)),
    )
)


def made_by(connection: Connection, document: DocumentKey) -> dict[int, int]:
    """Return the seq of the change that made each version of a document."""
    return {int(row.version): int(row.seq) for row in course(connection, document)}


def course(connection: Connection, document: DocumentKey) -> list[Row]:
    """Return the versions of a document in their order: (version, seq, size, recorded_at)."""
    return list(connection.execute(_COURSE, {"document": document}))


_COURSE = (
    sa.select(_version.no.label("version"), _version.seq, _version.size, _change.recorded_at)
    .join_from(tables.version, tables.change, _change.seq == _version.seq)
    .where(_version.document_id == sa.bindparam("document"))
    .order_by(_version.no)
)


def as_of(connection: Connection, document: DocumentKey, no: int, until: Seq) -> Row | None:
    """Return one version with the rendition that was current when the log had `until` entries."""
    return connection.execute(_AS_OF, {"document": document, "no": no, "until": until}).one_or_none()


_AS_OF = _ONE.where(_rendition.seq <= sa.bindparam("until"))


def renditions(connection: Connection, document: DocumentKey, first: int, last: int) -> list[Row]:
    """Return every rendition that has a text of the versions from `first` to `last`, by version and age."""
    return list(connection.execute(_RENDITIONS, {"document": document, "first": first, "last": last}))


_RENDITIONS = (
    _VERSION.add_columns(_rendition.normaliser_id, _rendition.seq.label("rendition_seq"))
    .where(
        _rendition.text_hash.is_not(None),
        _version.document_id == sa.bindparam("document"),
        _version.no.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(_version.no, _rendition.seq)
)


def renditions_of(wanted: sa.FromClause) -> sa.Select[tuple[int, int]]:
    """Return the statement that reads the same of several versions, with the `document` of each.

    `wanted` has the columns `document` and `no`.
    """
    return (
        _VERSION.add_columns(
            _rendition.normaliser_id, _rendition.seq.label("rendition_seq"), wanted.c.document
        )
        .join(
            wanted, sa.and_(wanted.c.document == _version.document_id, wanted.c.no == _version.no)
        )
        .where(_rendition.text_hash.is_not(None))
        .order_by(wanted.c.document, _version.no, _rendition.seq)
    )  # fmt: skip


def readable(connection: Connection, documents: Collection[int], first: int, last: int) -> list[Row]:
    """Return every rendition with a text of the versions `first` to `last` of these documents.

    By document, version and age. A row has `document`, `version`, `normaliser`, `normaliser_id`,
    `text_sha256`, `language`, `title`.
    """
    select = (
        sa.select(
            _rendition.document_id.label("document"),
            _rendition.no.label("version"),
            _normaliser.name.label("normaliser"),
            _rendition.normaliser_id,
            _rendition.text_hash.label("text_sha256"),
            _rendition.language,
            _rendition.title,
        )
        .join_from(tables.rendition, tables.normaliser, _normaliser.id == _rendition.normaliser_id)
        .where(
            _rendition.document_id.in_(documents),
            _rendition.no.between(first, last),
            _rendition.text_hash.is_not(None),
        )
        .order_by(_rendition.document_id, _rendition.no, _rendition.seq)
    )
    return list(connection.execute(select))


def with_text(
    connection: Connection, document: DocumentKey, text_sha256: bytes, *, normaliser: str, before: int
) -> list[int]:
    """Return the versions below `before` whose text, as this normaliser made it, has this hash."""
    return list(
        connection.execute(
            sa.select(_rendition.no)
            .join(tables.normaliser, _normaliser.id == _rendition.normaliser_id)
            .where(
                _rendition.document_id == document,
                _rendition.no < before,
                _rendition.text_hash == text_sha256,
                _normaliser.name == normaliser,
            )
        ).scalars()
    )


def readings(connection: Connection, documents: Collection[int]) -> list[Row]:
    """Return every rendition of these documents, by document, version and age.

    A row has `document`, `no`, `salt`, `size`, `sha256`, the `path` at which the version was recorded, `name`
    and `libraries` of the normaliser, `media_type`, `text_reason`.
    """
    return list(
        connection.execute(
            sa.select(
                _version.document_id.label("document"),
                _version.no,
                _version.salt,
                _version.size,
                _version.hash.label("sha256"),
                _change.path_bytes.label("path"),
                _normaliser.name,
                _normaliser.libraries,
                _rendition.media_type,
                _rendition.text_reason,
            )
            .select_from(
                tables.version.join(tables.change, _change.seq == _version.seq)
                .join(
                    tables.rendition,
                    sa.and_(_rendition.document_id == _version.document_id, _rendition.no == _version.no),
                )
                .join(tables.normaliser, _normaliser.id == _rendition.normaliser_id)
            )
            .where(_version.document_id.in_(documents))
            .order_by(_version.document_id, _version.no, _rendition.seq)
        )
    )
