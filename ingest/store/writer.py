"""The one way into the record: version, rendition, document, change, leaf and log head in ONE transaction.

Everything that takes time (compressing, hashing) is done before the transaction begins. Rows of
documents are written first and the log head is locked last, just before the changes go in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ingest import leaf, merkle
from ingest.errors import StoreUnavailable
from ingest.ids import Entropy, new_uid
from ingest.store import blobs, rows, tables
from ingest.store.engine import Row, Store, allocate, lost_connection, should_retry
from ingest.store.entries import Entry, NewVersion, Recorded, Sighting

ATTEMPTS = 8


def record(
    store: Store,
    *,
    root: int,
    entries: Sequence[Entry],
    sightings: Sequence[Sighting],
    forgotten: Sequence[bytes],
    now: Callable[[], int],
    entropy: Entropy,
) -> Recorded:
    """Record a batch, all of it or nothing, and return where the log stands.

    `forgotten` are paths whose row of `seen` goes. A failed serialisation or a lost server is
    tried again; when the answer to a commit was lost, the first entry's id is looked up before
    anything is repeated. Raises StoreUnavailable: then look at the store before deciding anew.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _record(store, root, entries, sightings, forgotten, now, entropy)
        except StoreUnavailable as error:
            cause = error.__cause__
            if not isinstance(cause, DBAPIError) or attempt == ATTEMPTS - 1:
                raise
            if not should_retry(cause):
                if store.is_sqlite or not lost_connection(cause):
                    raise
                time.sleep(0.05 * 2**attempt)
            done = _already_recorded(store, entries)
            if done is not None:
                return done
    raise AssertionError("the last attempt returned or raised")


def _already_recorded(store: Store, entries: Sequence[Entry]) -> Recorded | None:
    """The answer to a commit that was lost: the batch is there when its first id is."""
    if not entries:
        return None
    try:
        with store.read() as connection:
            found = connection.execute(
                sa.select(tables.change.c.seq).where(tables.change.c.id == entries[0].id)
            ).scalar()
    except StoreUnavailable:
        return None  # the next attempt waits for the server, and asks again
    return None if found is None else Recorded(found + len(entries) - 1, len(entries), 0)


def _record(
    store: Store,
    root: int,
    entries: Sequence[Entry],
    sightings: Sequence[Sighting],
    forgotten: Sequence[bytes],
    now: Callable[[], int],
    entropy: Entropy,
) -> Recorded:
    with store.write() as connection:
        documents = _write_documents(connection, root, entries, entropy)
        _write_seen(connection, root, sightings, forgotten, documents)
        if not entries:
            return Recorded(0, 0, 0)
        keys = _write_blobs(connection, entries)
        normalisers = _normalisers(connection, entries)
        uids = _uids(connection, documents)
        root_uid = connection.execute(_ROOT_UID, {"root": root}).scalar_one()
        head = _lock_head(connection)
        label, behind = _label(connection, head.recorded_at, now)
        leaves = _write_changes(
            connection, root, root_uid, entries, documents, keys, normalisers, uids, head.seq, label
        )
        frontier, size = merkle.extend(merkle.unpack(head.frontier), head.seq, leaves)
        connection.execute(
            sa.update(tables.log_head).values(seq=size, recorded_at=label, frontier=merkle.pack(frontier))
        )
    return Recorded(size, len(entries), behind)


def _write_documents(
    connection: Connection, root: int, entries: Sequence[Entry], entropy: Entropy
) -> list[int | None]:
    """Insert and update the document heads; returns each entry's document key."""
    created = [entry for entry in entries if entry.type == "created"]
    keys = iter(allocate(connection, tables.document, len(created)) if created else ())
    documents: list[int | None] = []
    updates: list[tuple[object, ...]] = []
    heads: list[tuple[object, ...]] = []
    inserts: list[tuple[object, ...]] = []
    for entry in entries:
        made = entry.version
        if entry.type == "created":
            assert made is not None
            key = next(keys)
            uid = new_uid(entry.observed_at, entropy)
            inserts.append((key, uid, root, entry.path, "live", 1, made.body.hash))
            documents.append(key)
            continue
        documents.append(entry.document)
        if entry.type == "rejected":
            continue
        state = "deleted" if entry.type == "deleted" else "live"
        updates.append((entry.path, state, entry.document))
        if made is not None:
            assert entry.previous is not None
            heads.append((entry.previous + 1, made.body.hash, entry.document))
    rows.run_many(connection, "UPDATE document SET path_bytes = ?, state = ? WHERE id = ?", updates)
    rows.run_many(connection, "UPDATE document SET last_no = ?, last_hash = ? WHERE id = ?", heads)
    rows.insert(
        connection,
        "document",
        ("id", "uid", "root_id", "path_bytes", "state", "last_no", "last_hash"),
        inserts,
    )
    return documents


_SEEN = (
    "root_id",
    "path_bytes",
    "long_path",
    "document_id",
    "device",
    "inode",
    "size",
    "mtime_ns",
    "ctime_ns",
    "read_at",
    "reason",
    "detail",
    "since",
)


def _write_seen(
    connection: Connection,
    root: int,
    sightings: Sequence[Sighting],
    forgotten: Sequence[bytes],
    documents: list[int | None],
) -> None:
    rows.run_many(
        connection,
        "DELETE FROM seen WHERE root_id = ? AND path_bytes = ?",
        [(root, path) for path in forgotten],
    )
    rows.upsert(
        connection,
        "seen",
        ("root_id", "path_bytes"),
        _SEEN,
        [
            (
                root,
                sighting.path,
                sighting.long_path,
                sighting.document if sighting.entry is None else documents[sighting.entry],
                *(msgspec.structs.astuple(sighting.signature) if sighting.signature else (None,) * 5),
                sighting.read_at,
                sighting.reason,
                sighting.detail,
                sighting.since,
            )
            for sighting in sightings
        ],
    )


def _write_blobs(connection: Connection, entries: Sequence[Entry]) -> dict[bytes, int]:
    bodies = [entry.version.body for entry in entries if entry.version is not None]
    bodies += [
        entry.version.text_body
        for entry in entries
        if entry.version is not None and entry.version.text_body is not None
    ]
    return blobs.put(connection, bodies) if bodies else {}


def _normalisers(connection: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
    """The key of each normaliser that made one of these renditions; new ones are added."""
    wanted = {
        (entry.version.rendition.normaliser, entry.version.rendition.libraries)
        for entry in entries
        if entry.version is not None
    }
    if not wanted:
        return {}
    table = tables.normaliser
    select = sa.select(table.c.name, table.c.libraries, table.c.id)
    found = {(row.name, row.libraries): row.id for row in connection.execute(select)}
    missing = sorted(wanted - found.keys())
    if missing:
        keys = allocate(connection, table, len(missing))
        rows.insert(
            connection,
            "normaliser",
            ("id", "name", "libraries"),
            [(key, *pair) for key, pair in zip(keys, missing, strict=True)],
            unless="name, libraries",
        )
        found = {(row.name, row.libraries): row.id for row in connection.execute(select)}
    return found


def _uids(connection: Connection, documents: list[int | None]) -> dict[int | None, bytes | None]:
    """The stable id of each document, for the leaves."""
    wanted = sorted({key for key in documents if key is not None})
    uids: dict[int | None, bytes | None] = {None: None}
    for start in range(0, len(wanted), 500):
        found = connection.execute(_UIDS, {"keys": wanted[start : start + 500]})
        uids.update((row.id, row.uid) for row in found)
    return uids


_UIDS = sa.select(tables.document.c.id, tables.document.c.uid).where(
    tables.document.c.id.in_(sa.bindparam("keys", expanding=True))
)

_ROOT_UID = sa.select(tables.root.c.uid).where(tables.root.c.id == sa.bindparam("root"))


def _lock_head(connection: Connection) -> Row:
    head = tables.log_head
    select = sa.select(head.c.seq, head.c.recorded_at, head.c.frontier).where(head.c.id == 1)
    return connection.execute(select.with_for_update()).one()


def _label(connection: Connection, last: int, now: Callable[[], int]) -> tuple[int, int]:
    """recorded_at, which never goes back, and how far the clock is behind the last one."""
    if connection.dialect.name == "sqlite":
        clock = now()
    else:
        clock = connection.execute(
            sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        ).scalar_one()
    return max(last, clock), max(0, last - clock)


_VERSION = ("document_id", "no", "hash", "salt", "size", "blob_id", "observed_at", "modified_at", "seq")
_CHANGE = (
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
)
_RENDITION = (
    "document_id",
    "no",
    "normaliser_id",
    "text_hash",
    "text_reason",
    "text_offset",
    "text_length",
    "text_blob_id",
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
    "seq",
)


def _write_changes(
    connection: Connection,
    root: int,
    root_uid: bytes,
    entries: Sequence[Entry],
    documents: list[int | None],
    keys: dict[bytes, int],
    normalisers: dict[tuple[str, str], int],
    uids: dict[int | None, bytes | None],
    seq: int,
    label: int,
) -> list[bytes]:
    """Insert versions, renditions and changes; returns the leaves, in order."""
    versions: list[tuple[object, ...]] = []
    renditions: list[tuple[object, ...]] = []
    changes: list[tuple[object, ...]] = []
    leaves: list[bytes] = []
    for entry, document in zip(entries, documents, strict=True):
        seq += 1
        made = entry.version
        no = None if entry.type == "rejected" else entry.previous
        committed_version: leaf.LeafVersion | None = None
        committed_renditions: tuple[leaf.LeafRendition, ...] = ()
        if made is not None:
            no = (entry.previous or 0) + 1
            committed_version, committed_renditions = _committed(made, no, entry.observed_at)
            versions.append(
                (
                    document,
                    no,
                    made.body.hash,
                    made.salt,
                    made.body.size,
                    keys[made.body.hash],
                    entry.observed_at,
                    made.modified_at,
                    seq,
                )
            )
            renditions.append(_rendition_row(document, no, seq, made, keys, normalisers))
        change = leaf.LeafChange(
            seq=seq,
            id=entry.id,
            recorded_at=label,
            observed_at=entry.observed_at,
            type=entry.type,
            cause=entry.cause,
            reason=entry.reason,
            root=root_uid,
            document=uids[document],
            no=no,
            previous_no=entry.previous,
            path=entry.path,
            from_path=entry.from_path,
            actor=None,
        )
        leaves.append(leaf.of(change, committed_version, committed_renditions))
        changes.append(
            (
                seq,
                entry.id,
                label,
                entry.observed_at,
                entry.type,
                entry.cause,
                entry.reason,
                root,
                document,
                no,
                entry.previous,
                entry.path,
                entry.from_path,
                None,
                leaves[-1],
            )
        )
    rows.insert(connection, "version", _VERSION, versions)
    rows.insert(connection, "rendition", _RENDITION, renditions)
    rows.insert(connection, "change", _CHANGE, changes)
    return leaves


def _committed(
    made: NewVersion, no: int, observed_at: int
) -> tuple[leaf.LeafVersion, tuple[leaf.LeafRendition, ...]]:
    text = made.rendition
    return (
        leaf.LeafVersion(
            no=no,
            salt=made.salt,
            hash=made.body.hash,
            size=made.body.size,
            observed_at=observed_at,
            modified_at=made.modified_at,
        ),
        (
            leaf.LeafRendition(
                no=no,
                salt=made.salt,
                text_hash=made.text_hash,
                **{name: getattr(text, name) for name in _SHARED},
            ),
        ),
    )


_SHARED = tuple(
    name for name in leaf.LeafRendition.__struct_fields__ if name not in ("no", "salt", "text_hash")
)


def _rendition_row(
    document: int | None,
    no: int,
    seq: int,
    made: NewVersion,
    keys: dict[bytes, int],
    normalisers: dict[tuple[str, str], int],
) -> tuple[object, ...]:
    text = made.rendition
    offset, length = text.text_slice or (None, None)
    return (
        document,
        no,
        normalisers[text.normaliser, text.libraries],
        made.text_hash,
        text.text_reason,
        offset,
        length,
        keys[made.text_body.hash] if made.text_body is not None else None,
        *(getattr(text, name) for name in _RENDITION[8:-1]),
        seq,
    )
