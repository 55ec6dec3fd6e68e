"""Reading the record: changes and documents, now or as of a place in the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import BEGINNING, DocumentKey, RootKey, Seq
from ingest.store import tables
from ingest.store.engine import Row
from ingest.store.prefixes import begins

_change, _document, _version = tables.change.c, tables.document.c, tables.version.c
_rendition, _root = tables.rendition.c, tables.root.c
_STREAM = 1000


def head(connection: Connection) -> Row:
    """Return the log's last seq, its label and the tree's frontier."""
    return connection.execute(_HEAD).one()


# Made once, as the others with such names: to make a statement takes longer than to run it.
_HEAD = sa.select(tables.log_head.c.seq, tables.log_head.c.recorded_at, tables.log_head.c.frontier).where(
    tables.log_head.c.id == 1
)


def last_seq(connection: Connection) -> int:
    """Return the seq of the last change, whatever the log's head says; 0 where there is none."""
    return int(connection.execute(_LAST_SEQ).scalar() or 0)


def leaves(connection: Connection, seqs: Iterable[int]) -> dict[int, bytes]:
    """Return the leaves of these changes, as far as the log has them: a damaged one is none."""
    rows = connection.execute(_LEAVES, {"seqs": list(seqs)})
    return {row.seq: row.leaf for row in rows if isinstance(row.leaf, bytes)}


_LAST_SEQ = sa.select(sa.func.max(_change.seq))
_LEAVES = sa.select(_change.seq, _change.leaf).where(_change.seq.in_(sa.bindparam("seqs", expanding=True)))


def seq_at(connection: Connection, time: int) -> Seq:
    """Return the last seq with `recorded_at` at or before a time. Labels never go back: a binary search."""
    low, high = 0, head(connection).seq
    label = sa.select(_change.recorded_at).where(_change.seq == sa.bindparam("seq"))
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute(label, {"seq": middle}).scalar()
        if found is not None and found <= time:
            low = middle
        else:
            high = middle - 1
    return Seq(low)


# -- changes ---------------------------------------------------------------------------------

_latest_rendition_of_change = (
    sa.select(sa.func.max(_rendition.seq))
    .where(
        _rendition.document_id == _change.document_id,
        _rendition.no == _change.no,
        _rendition.seq <= _change.seq,
    )
    .correlate(tables.change)
    .scalar_subquery()
)
_CHANGES = sa.select(
    _change.seq,
    _change.id,
    _change.type,
    _root.name.label("root"),
    _document.uid.label("document"),
    _change.path_bytes.label("path"),
    _change.from_path_bytes.label("from_path"),
    _change.no.label("version"),
    _change.previous_no.label("previous_version"),
    _version.hash.label("sha256"),
    _rendition.text_hash.label("text_sha256"),
    _version.size,
    _change.observed_at,
    _change.recorded_at,
    _version.modified_at,
    _change.cause,
    _change.reason,
    _change.actor,
    _change.leaf,
    _change.document_id.label("key"),
).select_from(
    tables.change.join(tables.root, _root.id == _change.root_id)
    .outerjoin(tables.document, _document.id == _change.document_id)
    .outerjoin(
        tables.version, sa.and_(_version.document_id == _change.document_id, _version.no == _change.no)
    )
    .outerjoin(
        tables.rendition,
        sa.and_(
            _rendition.document_id == _change.document_id,
            _rendition.no == _change.no,
            _rendition.seq == _latest_rendition_of_change,
        ),
    )
)

# What a person is shown of a change: found without the version and its rendition.
_BRIEF = sa.select(
    _change.seq,
    _change.type,
    _root.name.label("root"),
    _change.path_bytes.label("path"),
    _change.from_path_bytes.label("from_path"),
    _change.no.label("version"),
    _change.recorded_at,
    _change.reason,
).select_from(tables.change.join(tables.root, _root.id == _change.root_id))


def changes(
    connection: Connection,
    *,
    brief: bool = False,
    after: Seq = BEGINNING,
    until: Seq | None = None,
    document: DocumentKey | None = None,
    path: bytes | None = None,
    root: RootKey | None = None,
    prefix: bytes = b"",
    type_: str | None = None,
    limit: int | None = None,
    newest_first: bool = False,
    among: Collection[int] | None = None,
) -> Iterator[Row]:
    """Yield the changes with seq above `after` and at most `until`, oldest first unless told otherwise.

    `path` takes the rejections at a path alone, which may never have become a document; `prefix` the changes
    with a path, before or after, that begins so; `among` those with these seqs. `brief` leaves out what a
    line for people does not show.
    """
    query = (_BRIEF if brief else _CHANGES).where(_change.seq > after)
    if until is not None:
        query = query.where(_change.seq <= until)
    if document is not None:
        query = query.where(_change.document_id == document)
    if path is not None:
        query = query.where(_change.path_bytes == path, _change.type == "rejected")
    if root is not None:
        query = query.where(_change.root_id == root)
    if prefix:
        here, there = begins(_change.path_bytes, prefix), begins(_change.from_path_bytes, prefix)
        query = query.where(sa.or_(here, there))
    if type_ is not None:
        query = query.where(_change.type == type_)
    if among is not None:
        query = query.where(_change.seq.in_(among))
    query = query.order_by(_change.seq.desc() if newest_first else _change.seq)
    if limit is not None:
        query = query.limit(limit)
    yield from connection.execute(query.execution_options(yield_per=_STREAM))


def changes_at(connection: Connection, seqs: Collection[int]) -> list[Row]:
    """Return these changes, oldest first, with the columns that `changes` has."""
    return list(connection.execute(_CHANGES.where(_change.seq.in_(list(seqs))).order_by(_change.seq)))


def last_change(connection: Connection, document: DocumentKey, until: Seq) -> Row | None:
    """Return the last change of a document at or before `until` but a rejection.

    (type, no, path_bytes, seq, recorded_at): they give its state, version and path as of then.
    """
    return connection.execute(_LAST, {"document": document, "until": until}).one_or_none()


_LAST = (
    sa.select(_change.type, _change.no, _change.path_bytes, _change.seq, _change.recorded_at)
    .where(
        _change.document_id == sa.bindparam("document"),
        _change.seq <= sa.bindparam("until"),
        _change.type != "rejected",
    )
    .order_by(_change.seq.desc())
    .limit(1)
)


def besides_edits(connection: Connection, document: DocumentKey, limit: int) -> list[Row]:
    """Return the newest changes of a document that are more than an edit of its bytes, newest first.

    (seq, recorded_at, type, reason, version, path, from_path).
    """
    return list(connection.execute(_BESIDES_EDITS, {"document": document, "limit": limit}))


_BESIDES_EDITS = (
    sa.select(
        _change.seq, _change.recorded_at, _change.type, _change.reason, _change.no.label("version"),
        _change.path_bytes.label("path"), _change.from_path_bytes.label("from_path"),
    )
    .where(_change.document_id == sa.bindparam("document"), _change.type.not_in(("created", "changed")))
    .order_by(_change.seq.desc())
    .limit(sa.bindparam("limit"))
)  # fmt: skip


# -- documents -------------------------------------------------------------------------------


def document_by_uid(connection: Connection, uid: bytes) -> Row | None:
    """Return a document's head: (id, uid, root_id, root, path, state, last_no)."""
    return connection.execute(_BY_UID, {"uid": uid}).one_or_none()


def documents_at(
    connection: Connection, path: bytes, root: RootKey | None = None, *, prefer_live: bool = False
) -> list[Row]:
    """Return the heads of every document that stands, last stood, or once stood at a path, live ones first.

    With `prefer_live` only those that stand there now, where any does.
    """
    # The indices are by root first.
    every = [root] if root is not None else list(connection.execute(_ROOTS).scalars())
    asked = {"roots": every, "path": path}
    found = {row.id: row for row in connection.execute(_LIVE_AT, asked)}
    if found and prefer_live:
        return sorted(found.values(), key=lambda row: row.id)
    found.update((row.id, row) for row in connection.execute(_DELETED_AT, asked))
    moved = set(connection.execute(_MOVED_FROM, asked).scalars()) - found.keys()
    if moved:
        found.update((row.id, row) for row in connection.execute(_BY_KEYS, {"keys": sorted(moved)}))
    return sorted(found.values(), key=lambda row: (row.state != "live", row.id))


_HEADS = sa.select(
    _document.id,
    _document.uid,
    _document.root_id,
    _root.name.label("root"),
    _document.path_bytes.label("path"),
    _document.state,
    _document.last_no,
).select_from(tables.document.join(tables.root, _root.id == _document.root_id))


_BY_UID = _HEADS.where(_document.uid == sa.bindparam("uid"))
_ROOTS = sa.select(_root.id)
_LIVE_AT, _DELETED_AT = (  # each state has an index of its own
    _HEADS.where(
        _document.root_id.in_(sa.bindparam("roots", expanding=True)),
        _document.path_bytes == sa.bindparam("path"),
        _document.state == sa.literal_column(state),
    )
    for state in ("'live'", "'deleted'")
)
_MOVED_FROM = sa.select(_change.document_id).where(
    _change.root_id.in_(sa.bindparam("roots", expanding=True)),
    _change.from_path_bytes == sa.bindparam("path"),
)
_BY_KEYS = _HEADS.where(_document.id.in_(sa.bindparam("keys", expanding=True)))


def live(connection: Connection, root: RootKey, *, after: int, limit: int) -> list[Row]:
    """Return the heads of a root's live documents with a key above `after`, by key."""
    query = _HEADS.where(_document.root_id == root, _document.state == "live", _document.id > after)
    return list(connection.execute(query.order_by(_document.id).limit(limit)))
