"""What people say of edits that they looked at: rows that are added, and never changed or removed.

No part of the record: no change, no seq, no leaf. Each row has a sum, as what else no leaf covers.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import DocumentKey, NamedBy, ReviewAction, RootKey, Seq
from ingest.store import bulk, row_checksums, tables
from ingest.store.databases import allocate
from ingest.store.engine import Row
from ingest.store.prefixes import begins

_SLICE = 500
_LOCK = 0x726576696577  # "review": one after the other on a server, so that keys rise in commit order
_review, _change = tables.review.c, tables.change.c
_of, _withdrawal = tables.review.alias("of"), tables.review.alias("withdrawal")
_ROWS = sa.select(
    _review.id.label("key"),
    _review.uid,
    _review.action,
    _of.c.uid.label("of"),
    _withdrawal.c.uid.label("withdrawn_by"),
    _review.seq,
    _change.id.label("change_id"),
    tables.document.c.uid.label("document"),
    tables.root.c.name.label("root"),
    _change.path_bytes.label("path"),
    _change.no.label("version"),
    _change.previous_no.label("previous_version"),
    _review.at,
    _review.name,
    _review.named_by,
    _review.note,
).select_from(
    tables.review.join(tables.change, _change.seq == _review.seq)
    .join(tables.root, tables.root.c.id == _change.root_id)
    .join(tables.document, tables.document.c.id == _change.document_id)
    .outerjoin(_of, _of.c.id == _review.of_id)
    .outerjoin(_withdrawal, _withdrawal.c.of_id == _review.id)
)
_STANDS = sa.and_(_review.action == "reviewed", _withdrawal.c.id.is_(None))

_OF_DOCUMENT = _ROWS.where(_change.document_id == sa.bindparam("document")).order_by(_review.id)


class ReviewFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What a question wants of reviews and withdrawals; None leaves a thing open.

    `standing`: whether it is a review that was not taken back. `since` and `until` are times in microseconds,
    both included.
    """

    document: DocumentKey | None = None
    seq: int | None = None
    root: RootKey | None = None
    prefix: bytes = b""
    name: str | None = None
    action: ReviewAction | None = None
    standing: bool | None = None
    since: int | None = None
    until: int | None = None


def begin(connection: Connection) -> None:
    """Wait until nobody else adds a row; from here to the end of the transaction nobody else can."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def add(
    connection: Connection,
    *,
    uid: bytes,
    seq: int,
    action: ReviewAction,
    of: int | None,
    at: int,
    name: str,
    named_by: NamedBy,
    note: str | None,
) -> Row:
    """Add a review or a withdrawal, after `begin`; returns its row as it is read."""
    key = allocate(connection, tables.review, 1)[0]
    values = {
        "id": key, "uid": uid, "seq": seq, "action": action, "of_id": of, "at": at, "name": name,
        "named_by": named_by, "note": note,
    }  # fmt: skip
    sum_ = row_checksums.sum_of("review", values)
    bulk.insert(connection, "review", (*values, "sum"), [(*values.values(), sum_)])
    return connection.execute(_ROWS.where(_review.id == key)).one()


def one(connection: Connection, uid: bytes) -> Row | None:
    """Return the review or withdrawal with this public id."""
    return connection.execute(_ROWS.where(_review.uid == uid)).one_or_none()


def withdrawal_of(connection: Connection, key: int) -> Row | None:
    """Return the withdrawal of the review with this key."""
    return connection.execute(_ROWS.where(_review.of_id == key)).one_or_none()


def page(
    connection: Connection, wanted: ReviewFilters, *, after: int = 0, limit: int | None = None
) -> list[Row]:
    """Return the rows that are wanted, in the order in which they were added: those after the key `after`."""
    query = _ROWS.where(_review.id > after)
    for column, value in (
        (_change.document_id, wanted.document), (_review.seq, wanted.seq), (_change.root_id, wanted.root),
        (_review.name, wanted.name), (_review.action, wanted.action),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if wanted.prefix:
        query = query.where(begins(_change.path_bytes, wanted.prefix))
    if wanted.standing is not None:
        query = query.where(_STANDS if wanted.standing else sa.not_(_STANDS))
    if wanted.since is not None:
        query = query.where(_review.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_review.at <= wanted.until)
    return list(connection.execute(query.order_by(_review.id).limit(limit)))


def of_document(connection: Connection, document: DocumentKey) -> list[Row]:
    """Return reviews and withdrawals of a document's edits, in the order in which they were added."""
    return list(connection.execute(_OF_DOCUMENT, {"document": document}))


def of_changes(connection: Connection, seqs: Collection[int]) -> list[Row]:
    """Return reviews and withdrawals of the edits of these changes, in the order in which they were added."""
    wanted = sorted(seqs)
    found: list[Row] = []
    for start in range(0, len(wanted), _SLICE):
        found += connection.execute(_ROWS.where(_review.seq.in_(wanted[start : start + _SLICE])))
    return sorted(found, key=lambda row: row.key)


def last(connection: Connection) -> int:
    """Return the key of the newest row; 0 where there is none."""
    return int(connection.execute(sa.select(sa.func.max(_review.id))).scalar() or 0)


def reviewed() -> sa.Select[int]:
    """Return a select of the seqs of the changes whose edits have a review that stands."""
    taken_back = sa.exists().where(_withdrawal.c.of_id == _review.id)
    return sa.select(_review.seq).where(_review.action == "reviewed", ~taken_back)


def is_reviewed(connection: Connection, seq: Seq) -> bool:
    """Tell whether the edit of this change has a review that stands."""
    return connection.execute(reviewed().where(_review.seq == seq).limit(1)).first() is not None
