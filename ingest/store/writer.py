"""The one way into the record: version, rendition, document, change, leaf and log head in ONE transaction.

Everything that takes time (compressing, hashing) is done before the transaction begins. Rows of
documents are written first and the log head is locked last, just before the changes go in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ingest import merkle
from ingest.errors import LogShortened, StoreDamaged, StoreUnavailable
from ingest.ids import Entropy, new_uids
from ingest.model import DocumentKey, RootKey
from ingest.store import bodies, bulk, log_rows, row_checksums, surrogate_keys, tables, watermark
from ingest.store.databases import allocate, now_at
from ingest.store.driver_errors import lost_connection, should_retry
from ingest.store.engine import Row, Store
from ingest.store.new_rows import Commit, Entry, NewRendition, NewVersion, Sighting

ATTEMPTS = 8


def record(
    store: Store,
    *,
    root: RootKey,
    entries: Sequence[Entry],
    sightings: Sequence[Sighting],
    forgotten: Sequence[bytes],
    now: Callable[[], int],
    entropy: Entropy,
) -> Commit:
    """Record a batch, all of it or nothing, and return where the log stands.

    `forgotten` are paths whose row of `seen` goes. A failed serialisation or a lost server is
    tried again; when the answer to a commit was lost, the first entry's id is looked up before
    anything is repeated. Raises StoreUnavailable: then look at the store before deciding anew.
    """

    def attempt_once() -> Commit:
        with store.write() as connection:
            documents, created = _write_documents(connection, root, entries, entropy)
            _write_seen(connection, root, sightings, forgotten, documents, created)
            if not entries:
                return Commit(0, 0, 0)
            return _append(store, connection, root, entries, documents, created, now)

    return _persistently(store, entries, attempt_once)


def add_renditions(
    store: Store, *, root: RootKey, entries: Sequence[Entry], now: Callable[[], int]
) -> tuple[Commit, set[bytes]]:
    """Record `renormalised` entries beside whoever else writes; also returns the ids that are in the log.

    An entry whose document was deleted, was moved or has another version meanwhile is left out, and
    so is each rendition that is there already. All that remains is recorded, or nothing. Failures
    are as `record` has them.
    """
    done = _persistently(store, entries, lambda: _add_renditions(store, root, entries, now))
    with store.read() as connection:
        return done, set(_seqs(connection, entries))


def _persistently(store: Store, entries: Sequence[Entry], attempt_once: Callable[[], Commit]) -> Commit:
    for attempt in range(ATTEMPTS):
        try:
            done = attempt_once()
        except StoreUnavailable as error:
            cause = error.__cause__
            if not isinstance(cause, DBAPIError) or attempt == ATTEMPTS - 1:
                raise
            if not should_retry(cause):
                if store.is_sqlite or not lost_connection(cause):
                    raise
                time.sleep(0.05 * 2**attempt)
            found = _already_recorded(store, entries)
            if found is not None:
                return found
        else:
            if done.leaf is not None:
                watermark.write(store.watermark_path, done.seq, done.leaf)
            return done
    raise AssertionError("the last attempt returned or raised")


def _already_recorded(store: Store, entries: Sequence[Entry]) -> Commit | None:
    """Return what a commit did whose answer was lost; None where it was not done.

    The whole batch is there when one of its ids is.
    """
    try:
        with store.read() as connection:
            found = _seqs(connection, entries)
    except StoreUnavailable:
        return None  # the next attempt waits for the server, and asks again
    return Commit(max(found.values()), len(found), 0) if found else None


def _seqs(connection: Connection, entries: Sequence[Entry]) -> dict[bytes, int]:
    """Tell which of these entries are in the log, and where."""
    found: dict[bytes, int] = {}
    for start in range(0, len(entries), 500):
        ids = [entry.id for entry in entries[start : start + 500]]
        found.update((row.id, row.seq) for row in connection.execute(_SEQS, {"ids": ids}))
    return found


_SEQS = sa.select(tables.change.c.id, tables.change.c.seq).where(
    tables.change.c.id.in_(sa.bindparam("ids", expanding=True))
)


def _append(
    store: Store,
    connection: Connection,
    root: RootKey,
    entries: Sequence[Entry],
    documents: Sequence[DocumentKey | None],
    created: dict[DocumentKey | None, bytes | None],
    now: Callable[[], int],
) -> Commit:
    """Add versions, renditions and changes with their leaves; the log's head is locked last, and moved.

    `created` are the stable ids of the documents that this transaction made.
    """
    keys = log_rows.Keys(
        root=root,
        root_uid=surrogate_keys.root_uid(connection, root),
        documents=documents,
        uids=created | surrogate_keys.uids(connection, [key for key in documents if key not in created]),
        blobs=_write_blobs(connection, entries),
        normalisers=surrogate_keys.normalisers(
            connection, {(each.rendition.normaliser, each.rendition.libraries) for each in _texts(entries)}
        ),
    )
    head = _lock_head(connection)
    _require_whole_log(store, head)
    label, behind = _label(connection, head.recorded_at, now)
    rows = log_rows.rows_of(entries, keys, seq=head.seq, label=label)
    bulk.insert(connection, "version", log_rows.VERSION, rows.versions)
    bulk.insert(connection, "rendition", log_rows.RENDITION, rows.renditions)
    bulk.insert(connection, "change", log_rows.CHANGE, rows.changes)
    frontier, size = merkle.extend(merkle.unpack(head.frontier), head.seq, rows.leaves)
    connection.execute(_MOVE_HEAD, {"seq": size, "recorded_at": label, "frontier": merkle.pack(frontier)})
    return Commit(size, len(entries), behind, rows.leaves[-1])


def _add_renditions(store: Store, root: RootKey, entries: Sequence[Entry], now: Callable[[], int]) -> Commit:
    with store.write() as connection:
        live = _locked_live(connection, [entry.document for entry in entries])
        there = _renditions(connection, list(live))
        kept: list[Entry] = []
        for entry in entries:
            head = live.get(entry.document)
            if head is None or (head.last_no, head.path_bytes) != (entry.previous, entry.path):
                continue
            wanting = tuple(
                made
                for made in entry.renditions
                if (entry.document, made.no, made.rendition.normaliser, made.rendition.libraries) not in there
            )
            if wanting:
                kept.append(msgspec.structs.replace(entry, renditions=wanting))
        if not kept:
            return Commit(0, 0, 0)
        return _append(store, connection, root, kept, [entry.document for entry in kept], {}, now)


def _locked_live(connection: Connection, documents: Sequence[int | None]) -> dict[int | None, Row]:
    """Return the heads of those of these documents that live, locked until the transaction ends."""
    table = tables.document.c
    select = (
        sa.select(table.id, table.last_no, table.path_bytes)
        .where(table.id.in_(documents), table.state == "live")
        .order_by(table.id)
    )
    return {row.id: row for row in connection.execute(select.with_for_update())}


def _renditions(
    connection: Connection, documents: Sequence[int | None]
) -> set[tuple[int | None, int, str, str]]:
    """Return (document, version, normaliser, libraries) of every rendition of these documents."""
    table, by = tables.rendition.c, tables.normaliser.c
    select = (
        sa.select(table.document_id, table.no, by.name, by.libraries)
        .join_from(tables.rendition, tables.normaliser, by.id == table.normaliser_id)
        .where(table.document_id.in_(documents))
    )
    return {(row.document_id, row.no, row.name, row.libraries) for row in connection.execute(select)}


def _write_documents(
    connection: Connection, root: RootKey, entries: Sequence[Entry], entropy: Entropy
) -> tuple[list[DocumentKey | None], dict[DocumentKey | None, bytes | None]]:
    """Insert and update the document heads.

    Returns the key of each entry's document, and by their keys the stable ids of the new documents.
    """
    created = [entry for entry in entries if entry.type == "created"]
    numbers = iter(allocate(connection, tables.document, len(created)) if created else ())
    fresh = iter(new_uids([entry.observed_at for entry in created], entropy))
    documents: list[DocumentKey | None] = []
    updates: list[tuple[object, ...]] = []
    inserts: list[tuple[object, ...]] = []
    uids: dict[DocumentKey | None, bytes | None] = {}
    for entry in entries:
        made = entry.version
        if entry.type == "created":
            assert made is not None
            key = DocumentKey(next(numbers))
            uid = uids[key] = next(fresh)
            inserts.append((key, uid, root, entry.path, "live", 1, made.hash))
            documents.append(key)
            continue
        documents.append(entry.document)
        if entry.type == "rejected":
            continue
        state = "deleted" if entry.type == "deleted" else "live"
        no = None if made is None or entry.previous is None else entry.previous + 1
        updates.append((entry.path, state, no, None if made is None else made.hash, entry.document))
    bulk.run_many(connection, _MOVE_DOCUMENT, updates)
    bulk.insert(
        connection,
        "document",
        ("id", "uid", "root_id", "path_bytes", "state", "last_no", "last_hash"),
        inserts,
    )
    return documents, uids


# In the order of the entries, since a path must be free before another document takes it.
_MOVE_DOCUMENT = (
    "UPDATE document SET path_bytes = ?, state = ?, last_no = coalesce(?, last_no),"
    " last_hash = coalesce(?, last_hash) WHERE id = ?"
)
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
    "sum",
)


def _write_seen(
    connection: Connection,
    root: RootKey,
    sightings: Sequence[Sighting],
    forgotten: Sequence[bytes],
    documents: list[DocumentKey | None],
    created: Collection[int | None],
) -> None:
    bulk.run_many(
        connection,
        "DELETE FROM seen WHERE root_id = ? AND path_bytes = ?",
        [(root, path) for path in forgotten],
    )
    fresh: list[tuple[object, ...]] = []
    known: list[tuple[object, ...]] = []
    for sighting in sightings:
        document = sighting.document if sighting.entry is None else documents[sighting.entry]
        (fresh if document in created else known).append(
            (
                root,
                sighting.path,
                sighting.long_path,
                document,
                *(msgspec.structs.astuple(sighting.signature) if sighting.signature else (None,) * 5),
                sighting.read_at,
                sighting.reason,
                sighting.detail,
                sighting.since,
                _sum_of(root, sighting, documents),
            )
        )
    key = ("root_id", "path_bytes")
    # A plain insert takes half the time, and few new documents stand where there was a row already.
    if bulk.insert(connection, "seen", _SEEN, fresh, unless=", ".join(key)) < len(fresh):
        known += fresh
    bulk.upsert(connection, "seen", key, _SEEN, known)


def _sum_of(root: RootKey, sighting: Sighting, documents: list[DocumentKey | None]) -> bytes | None:
    """Return the sum of a rejected path's row; the others have none."""
    if sighting.reason is None:
        return None
    return row_checksums.sum_of(
        "seen",
        {
            "root_id": root,
            "path_bytes": sighting.path,
            "long_path": sighting.long_path,
            "document_id": sighting.document if sighting.entry is None else documents[sighting.entry],
            "read_at": sighting.read_at,
            "reason": sighting.reason,
            "detail": sighting.detail,
            "since": sighting.since,
        },
    )


def _write_blobs(connection: Connection, entries: Sequence[Entry]) -> dict[bytes, int]:
    made = [entry.version for entry in entries if entry.version is not None]
    contents = [version.body for version in made] + [text.text_body for text in _texts(entries)]
    kept = [body for body in contents if body is not None]
    return bodies.put(connection, kept) if kept else {}


def _texts(entries: Sequence[Entry]) -> Iterator[NewVersion | NewRendition]:
    """Yield everything in a batch that brings a rendition."""
    for entry in entries:
        if entry.version is not None:
            yield entry.version
        yield from entry.renditions


_head = tables.log_head.c
_HEAD = sa.select(_head.seq, _head.recorded_at, _head.frontier).where(_head.id == 1).with_for_update()
_MOVE_HEAD = sa.update(tables.log_head).values(
    {name: sa.bindparam(name) for name in ("seq", "recorded_at", "frontier")}
)
_LAST_SEQ = sa.select(sa.func.max(tables.change.c.seq))


def _lock_head(connection: Connection) -> Row:
    found = connection.execute(_HEAD).one_or_none()
    last = connection.execute(_LAST_SEQ).scalar() or 0
    if found is None or found.seq != last:
        says = "is missing" if found is None else f"says {found.seq}"
        raise StoreDamaged(
            f"the log's head {says}, and its last change is {last}",
            code="store_unreachable",
            hint="nothing is added to a broken log; run: ingest verify",
        )
    return found


def _require_whole_log(store: Store, head: Row) -> None:
    """Raise LogShortened where the log is shorter than the high-water mark says.

    Whoever holds the right to write sees all that was committed before the mark was set.
    """
    mark = watermark.read(store.watermark_path)
    if mark is not None and mark.seq > head.seq:
        raise LogShortened(
            f"the log of {store.address} has {head.seq} changes, and had {mark.seq}",
            hint="nothing is added to a log that lost its end; run: ingest verify",
        )


def _label(connection: Connection, last: int, now: Callable[[], int]) -> tuple[int, int]:
    """Return `recorded_at`, which is never before the last one, and how far the clock is behind that one."""
    clock = now_at(connection, now())
    return max(last, clock), max(0, last - clock)
