"""Totals of the record, for `status` and for whoever shows how much there is."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import BEGINNING, RootKey, Seq
from ingest.store import tables

_change, _document, _rendition = tables.change.c, tables.document.c, tables.rendition.c


def types(
    connection: Connection, roots: Collection[RootKey], *, after: int, until: Seq | None = None
) -> dict[str, int]:
    """Tell how many changes of these roots there are of each type, above `after` and at most `until`."""
    query = (
        sa.select(_change.type, sa.func.count())
        .where(_change.seq > after, _change.root_id.in_(roots))
        .group_by(_change.type)
    )
    if until is not None:
        query = query.where(_change.seq <= until)
    return {type_: int(number) for type_, number in connection.execute(query)}


class Counts(msgspec.Struct, frozen=True):
    """Totals for `status`: live documents, versions, files that are rejected now."""

    documents: int
    versions: int
    rejected: int


def counts(connection: Connection) -> Counts:
    """Count what `status` tells."""
    one = connection.execute
    return Counts(
        documents=one(
            sa.select(sa.func.count()).select_from(tables.document).where(_document.state == "live")
        ).scalar_one(),
        # versions are numbered without a gap and never taken away
        versions=int(one(sa.select(sa.func.coalesce(sa.func.sum(_document.last_no), 0))).scalar_one()),
        rejected=rejected(connection),
    )


def rejected(connection: Connection) -> int:
    """Count the files that are rejected now."""
    return int(connection.execute(_REJECTED).scalar_one())


def rejected_by_root(connection: Connection) -> dict[int, int]:
    """Count the files that are rejected now, by root."""
    return {root: int(many) for root, many in connection.execute(_REJECTED_BY_ROOT)}


def growth(connection: Connection, after: Seq, until: Seq) -> tuple[int, int]:
    """Tell how many live documents, and versions, there are more for the changes of a stretch."""
    found = connection.execute(_GROWN, {"after": after, "until": until}).one()
    return int(found.documents or 0), int(found.versions or 0)


_REJECTED = sa.select(sa.func.count()).select_from(tables.seen).where(tables.seen.c.reason.is_not(None))
_GROWN = sa.select(
    sa.func.sum(
        sa.case((_change.type.in_(("created", "restored")), 1), (_change.type == "deleted", -1), else_=0)
    ).label("documents"),
    sa.func.sum(
        sa.case(
            (sa.or_(_change.no.is_(None), _change.type == "rejected"), 0),
            (_change.no == _change.previous_no, 0),
            else_=1,
        )
    ).label("versions"),
).where(_change.seq > sa.bindparam("after"), _change.seq <= sa.bindparam("until"))

# The newest rendition of a document's last version.
_NEWEST = (
    sa.select(sa.func.max(_rendition.seq))
    .where(_rendition.document_id == _document.id, _rendition.no == _document.last_no)
    .correlate(tables.document)
    .scalar_subquery()
)


def without_text(connection: Connection) -> list[tuple[int, str, int]]:
    """Return how many live documents have no text now, by root and reason."""
    return [(root, reason, int(many)) for root, reason, many in connection.execute(_WITHOUT_TEXT)]


# Written out: each scan asks them once, and SQLAlchemy takes longer to make them than the database to answer.
_REJECTED_BY_ROOT = sa.text("SELECT root_id, count(*) FROM seen WHERE reason IS NOT NULL GROUP BY root_id")
_WITHOUT_TEXT = sa.text(
    "SELECT document.root_id, rendition.text_reason, count(*) FROM document"
    " JOIN rendition ON rendition.document_id = document.id AND rendition.no = document.last_no"
    " WHERE document.state = 'live' AND rendition.text_reason IS NOT NULL AND rendition.seq ="
    " (SELECT max(newer.seq) FROM rendition AS newer"
    " WHERE newer.document_id = document.id AND newer.no = document.last_no)"
    " GROUP BY document.root_id, rendition.text_reason ORDER BY document.root_id, rendition.text_reason"
)


def read_as_plain(connection: Connection, media_types: Collection[str]) -> dict[int, int]:
    """Return how many live documents of these types have a text that no reader of documents made, by root.

    What such a reader makes has blocks beside it.
    """
    select = (
        sa.select(_document.root_id, sa.func.count())
        .join_from(
            tables.document,
            tables.rendition,
            sa.and_(_rendition.document_id == _document.id, _rendition.no == _document.last_no),
        )
        .where(
            _document.state == "live",
            _rendition.media_type.in_(media_types),
            _rendition.text_reason.is_(None),
            _rendition.beside_hash.is_(None),
            _rendition.seq == _NEWEST,
        )
        .group_by(_document.root_id)
    )
    return {root: int(many) for root, many in connection.execute(select)}


def is_confined(connection: Connection, media_types: Collection[str], *, after: Seq = BEGINNING) -> bool:
    """Tell whether every live document with a change after a seq was read as its format asks for.

    False where one of these types was read as plain text, or one of any type not at all, since the system
    granted no lock.
    """
    select = (
        sa.select(sa.literal(1))
        .select_from(
            tables.document.join(
                tables.rendition,
                sa.and_(_rendition.document_id == _document.id, _rendition.no == _document.last_no),
            )
        )
        .where(
            _document.state == "live",
            sa.or_(
                _rendition.text_reason == "not_confined",
                sa.and_(
                    _rendition.media_type.in_(media_types),
                    _rendition.text_reason.is_(None),
                    _rendition.beside_hash.is_(None),
                ),
            ),
            _rendition.seq == _NEWEST,
        )
        .limit(1)
    )
    if after > BEGINNING:
        select = select.where(_document.id.in_(sa.select(_change.document_id).where(_change.seq > after)))
    return connection.execute(select).first() is None


def bytes_stored(connection: Connection) -> int:
    """Return what the database takes, as it says itself."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        return int(pages) * int(size)
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
