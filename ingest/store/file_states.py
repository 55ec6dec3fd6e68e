"""What the last look found at each path, and the live documents that stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.disk.comparison import KnownRow
from ingest.disk.patterns import PATH_BYTES
from ingest.disk.walk import RACY, Range, SeenRow, tick_of
from ingest.identity import DeletedDocument, LiveDocument
from ingest.model import RootKey
from ingest.store import bulk, tables
from ingest.store.engine import Store

Item = TypeVar("Item")

_PAGE_ROWS = 5000
_SLICE = 500
_STAMPS = 1_000  # stamps by which a file system's clock is judged
_seen, _document = tables.seen.c, tables.document.c


class Problem(msgspec.Struct, frozen=True):
    """A rejected path: its document, if it ever had a version, keeps its last one."""

    path: bytes
    reason: str
    detail: str | None
    since: int | None


def key_of(path: bytes) -> tuple[bytes, bytes | None]:
    """Return a path as the key of its row, and the path itself where it is too long to be one.

    A relative path never begins with `/`, so a stand-in cannot meet a path.
    """
    return (path, None) if len(path) <= PATH_BYTES else (b"/" + sha256(path).digest(), path)


# In the order of SeenRow.
_COLUMNS = (
    _seen.path_bytes,
    _seen.document_id,
    _seen.device,
    _seen.inode,
    _seen.size,
    _seen.mtime_ns,
    _seen.ctime_ns,
    _seen.read_at,
    _seen.reason,
    _seen.since,
)
# In the order of KnownRow. By whole microseconds, since a product of nanoseconds could leave 64 bits.
_PAGE = (
    "SELECT path_bytes, device, inode, size, mtime_ns, ctime_ns,"
    f" reason IS NOT NULL OR ctime_ns / 1000 >= read_at - {RACY}, document_id"
    " FROM seen WHERE root_id = ? AND path_bytes > ? AND long_path IS NULL ORDER BY path_bytes LIMIT ?"
)
_PAGE_TO = _PAGE.replace("ORDER", "AND path_bytes < ? ORDER")
_AT = sa.select(*_COLUMNS, _seen.long_path).where(
    _seen.root_id == sa.bindparam("root"), _seen.path_bytes.in_(sa.bindparam("paths", expanding=True))
)
# Literal, as the conditions of the indices are: a parameter could be either.
_LIVE, _DELETED = (_document.state == sa.literal_column(state) for state in ("'live'", "'deleted'"))
_STANDING = (
    sa.select(
        _document.id, _document.path_bytes, _document.last_no, _document.last_hash, _seen.device, _seen.inode
    )
    .select_from(
        tables.document.outerjoin(
            tables.seen,
            sa.and_(_seen.root_id == _document.root_id, _seen.path_bytes == _document.path_bytes),
        )
    )
    .where(_document.root_id == sa.bindparam("root"), _LIVE)
)
_STANDING_AT = _STANDING.where(_document.path_bytes.in_(sa.bindparam("paths", expanding=True)))
_BURIED_AT = sa.select(_document.id, _document.path_bytes, _document.last_no, _document.last_hash).where(
    _document.root_id == sa.bindparam("root"),
    _DELETED,
    _document.path_bytes.in_(sa.bindparam("paths", expanding=True)),
)
_LAST_CHANGES = (
    sa.select(tables.change.c.document_id, sa.func.max(tables.change.c.seq).label("seq"))
    .where(tables.change.c.document_id.in_(sa.bindparam("documents", expanding=True)))
    .group_by(tables.change.c.document_id)
)
# One device a query: with a list of devices the planner reads the whole root instead.
_BY_INODES = sa.select(_seen.path_bytes).where(
    _seen.root_id == sa.bindparam("root"),
    _seen.device == sa.bindparam("device"),
    _seen.inode.in_(sa.bindparam("inodes", expanding=True)),
    _seen.document_id.is_not(None),
)


# Written out: each scan asks these, and SQLAlchemy takes longer to make one than the database to answer.
_FIRST_DEVICE = "SELECT min(device) FROM seen WHERE root_id = ?"
_NEXT_DEVICE = f"{_FIRST_DEVICE} AND device > ?"
_SOME_STAMPS = f"SELECT ctime_ns FROM seen WHERE root_id = ? AND device = ? LIMIT {_STAMPS}"
_HOW_MANY = "SELECT count(*) FROM seen WHERE root_id = ?"
_PATH_AT = "SELECT path_bytes FROM seen WHERE root_id = ? ORDER BY path_bytes LIMIT 1 OFFSET ?"
_ANY_DOCUMENT = "SELECT id FROM document WHERE root_id = ? LIMIT 1"
_LONG_PATHS = "SELECT long_path FROM seen WHERE root_id = ? AND reason IS NOT NULL AND long_path IS NOT NULL"


def _told(connection: Connection, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a statement, written with `?`, as the driver's own tuples."""
    marked = bulk.marked(statement, connection.dialect.name)
    cursor = connection.exec_driver_sql(marked, values).cursor
    assert cursor is not None
    return cursor.fetchall()


def pages(store: Store, root: RootKey, within: Range) -> Iterator[KnownRow]:
    """Yield the rows of a root within a range of paths, by path; each page of them is a snapshot of its own.

    Paths that are too long to be a key are left out: the walk meets them.
    """
    after, end = within
    statement = _PAGE if end is None else _PAGE_TO
    while True:
        bounds = (root, after) if end is None else (root, after, end)
        with store.read() as connection:
            found = _told(connection, statement, *bounds, _PAGE_ROWS)
        yield from found
        if len(found) < _PAGE_ROWS:
            return
        after = found[-1][0]


def racy(connection: Connection, root: RootKey, behind: int) -> list[bytes]:
    """Return the paths that may have changed unseen since they were read, where `pages` would not mark them.

    `pages` marks a file whose ctime is at most 10 ms (RACY) before it was read. Here more is allowed for: the
    tick of each device's clock, judged by the stamps that were found on it, and `behind`, by how many
    microseconds it is behind ours.
    """
    found: list[bytes] = []
    device: int | None = None
    while True:
        after = () if device is None else (device,)
        ((device,),) = _told(connection, _NEXT_DEVICE if after else _FIRST_DEVICE, root, *after)
        if device is None:
            return found
        stamps = [stamp for (stamp,) in _told(connection, _SOME_STAMPS, root, device)]
        window = tick_of(stamps) + max(behind, 0)
        if window > RACY:
            here = sa.and_(_seen.root_id == root, _seen.device == device)
            late = _seen.ctime_ns // 1000 >= _seen.read_at - window
            query = sa.select(_seen.path_bytes).where(here, late, _seen.reason.is_(None))
            found += connection.execute(query.order_by(_seen.path_bytes)).scalars()


def middle(store: Store, root: RootKey, *, least: int) -> bytes | None:
    """Return the path in the middle of a root's rows; None where there are fewer than `least`."""
    with store.read() as connection:
        ((many,),) = _told(connection, _HOW_MANY, root)
        if many < least:
            return None
        ((path,),) = _told(connection, _PATH_AT, root, many // 2)
        return bytes(path)


def at(connection: Connection, root: RootKey, paths: Iterable[bytes]) -> dict[bytes, SeenRow]:
    """Return the rows of these paths, as far as there are any."""
    found: dict[bytes, SeenRow] = {}
    for keys in _slices(key_of(path)[0] for path in paths):
        for row in connection.execute(_AT, {"root": root, "paths": keys}):
            path = row.long_path or row.path_bytes
            found[path] = SeenRow(path, *row[1:-1])
    return found


def live_documents(
    connection: Connection, root: RootKey, paths: Iterable[bytes]
) -> dict[bytes, LiveDocument]:
    """Return the live documents at these paths."""
    found: dict[bytes, LiveDocument] = {}
    for keys in _slices(paths):
        known = connection.execute(_STANDING_AT, {"root": root, "paths": keys})
        for document, path, version, sha256_, device, inode in known:
            found[path] = LiveDocument(
                document=document, path=path, version=version, sha256=sha256_, device=device, inode=inode
            )
    return found


def deleted_documents(
    connection: Connection, root: RootKey, paths: Iterable[bytes]
) -> dict[bytes, DeletedDocument]:
    """Return the document that was deleted last at each of these paths, where one was."""
    found: dict[bytes, list[DeletedDocument]] = {}
    for keys in _slices(paths):
        for row in connection.execute(_BURIED_AT, {"root": root, "paths": keys}):
            grave = DeletedDocument(document=row.id, version=row.last_no, sha256=row.last_hash)
            found.setdefault(row.path_bytes, []).append(grave)
    doubtful = [grave.document for graves in found.values() if len(graves) > 1 for grave in graves]
    last: dict[int, int] = {}
    for numbers in _slices(doubtful):
        changed = connection.execute(_LAST_CHANGES, {"documents": numbers})
        last.update((each.document_id, each.seq) for each in changed)
    return {path: max(graves, key=lambda g: last.get(g.document, 0)) for path, graves in found.items()}


def with_inodes(connection: Connection, root: RootKey, inodes: set[tuple[int, int]]) -> list[bytes]:
    """Return the paths of live documents last seen with one of these pairs of device and inode."""
    found: list[bytes] = []
    for device in {device for device, _ in inodes}:
        for part in _slices(sorted(inode for on, inode in inodes if on == device)):
            where = {"root": root, "device": device, "inodes": part}
            found += connection.execute(_BY_INODES, where).scalars()
    return found


def smallest(
    connection: Connection, root: RootKey, folder: bytes, limit: int
) -> list[tuple[bytes, int, bytes]]:
    """Return the smallest live documents below a folder that are not empty: path, size, SHA-256."""
    query = (
        sa.select(_document.path_bytes, _seen.size, _document.last_hash)
        .join_from(
            tables.seen,
            tables.document,
            sa.and_(_document.id == _seen.document_id, _document.path_bytes == _seen.path_bytes, _LIVE),
        )
        .where(_seen.root_id == root, _seen.reason.is_(None), _seen.size > 0)
        .order_by(_seen.size, _seen.path_bytes)
        .limit(limit)
    )
    if folder:
        below = sa.and_(_seen.path_bytes > folder + b"/", _seen.path_bytes < folder + b"0")
        query = query.where(sa.or_(_seen.path_bytes == folder, below))
    return [(bytes(path), size, bytes(sha256_)) for path, size, sha256_ in connection.execute(query)]


def is_empty(connection: Connection, root: RootKey) -> bool:
    """Tell whether no document was ever recorded of this root."""
    return not _told(connection, _ANY_DOCUMENT, root)


def long_paths(connection: Connection, root: RootKey) -> list[bytes]:
    """Return the paths that are too long to be keys: all of them rejected."""
    return [bytes(path) for (path,) in _told(connection, _LONG_PATHS, root)]


def any_between(connection: Connection, root: RootKey, first: bytes, last: bytes) -> bool:
    """Tell whether anything was ever recorded of a path from `first` to `last`, in their order."""
    where = {"root": root, "first": first, "last": last}
    return any(connection.execute(query, where).first() is not None for query in _BETWEEN)


_BETWEEN = tuple(
    sa.select(columns.root_id)
    .where(
        columns.root_id == sa.bindparam("root"),
        columns.path_bytes >= sa.bindparam("first"),
        columns.path_bytes <= sa.bindparam("last"),
        which,
    )
    .limit(1)
    for columns, which in ((_document, _LIVE), (_document, _DELETED), (_seen, sa.true()))
)


def any_below(connection: Connection, root: RootKey, folder: bytes) -> bool:
    """Tell whether a live document is known below this folder, or at its own path."""
    query = (
        sa.select(_document.id)
        .where(
            _document.root_id == root,
            _LIVE,
            sa.or_(
                _document.path_bytes == folder,
                sa.and_(_document.path_bytes > folder + b"/", _document.path_bytes < folder + b"0"),
            ),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def rejected(connection: Connection, root: RootKey | None = None, limit: int | None = None) -> list[Problem]:
    """Return the rejected paths, of one root or of all."""
    query = sa.select(tables.seen).where(_seen.reason.is_not(None)).order_by(_seen.root_id, _seen.path_bytes)
    if root is not None:
        query = query.where(_seen.root_id == root)
    if limit is not None:
        query = query.limit(limit)
    return [
        Problem(row.long_path or row.path_bytes, row.reason, row.detail, row.since)
        for row in connection.execute(query)
    ]


def _slices(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while part := list(islice(rest, _SLICE)):
        yield part
