"""The watched folders as the store knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import escape
from ingest.disk.mounts import Mount
from ingest.errors import NotFound, StoreDamaged, UsageError
from ingest.model import RootKey
from ingest.store import reader, row_checksums, tables
from ingest.store.databases import allocate
from ingest.store.engine import Row
from ingest.store.root_reports import RootReport
from ingest.typed_values import decoder

_root = tables.root.c
T = TypeVar("T")


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A root as recorded. `mounts` is what was mounted below it at its last good look.

    `mark` is what its folder holds, `inode` and `birth_ns` tell the folder where it holds none, `is_mount`
    says whether it is a mount point of its own. `left_out` counts names by the rule that left them out.
    """

    id: RootKey
    uid: bytes
    name: str
    host: str
    path: bytes
    device: int
    inode: int
    mounts: tuple[Mount, ...]
    mark: bytes
    birth_ns: int | None
    is_mount: bool | None
    left_out: dict[str, int]
    report: bytes
    heartbeat_at: int | None
    last_scan_at: int | None
    retired_at: int | None

    @property
    def last_report(self) -> RootReport | None:
        """Return what its daemon reported last; None where none did, or where that is damaged.

        `verify` tells of the damage.
        """
        try:
            return decoder(RootReport).decode(self.report)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def certain_until(self) -> int | None:
        """Tell until when all that its daemon had heard of was in the store (microseconds)."""
        last = self.last_report
        if self.heartbeat_at is None or last is None or last.certain_until is msgspec.UNSET:
            return self.heartbeat_at
        return min(last.certain_until, self.heartbeat_at)


def every(connection: Connection) -> list[Root]:
    """Return all roots, the retired ones included, by name."""
    return [_value(row) for row in connection.execute(_EVERY)]


def names(connection: Connection) -> dict[RootKey, str]:
    """Return the names of all roots by their keys."""
    return {RootKey(key): str(name) for key, name in connection.execute(_NAMES)}


# Made once: to make a statement takes longer than to run it.
_EVERY = sa.select(tables.root).order_by(_root.name)
_NAMES = sa.select(_root.id, _root.name).order_by(_root.id)


def reported_heads(connection: Connection) -> Iterator[tuple[str, int, bytes | None]]:
    """Yield the root's name, and seq and leaf of the log's head as the root's daemon reported them last.

    A row that is damaged is left out: its sum tells of it.
    """
    for row in connection.execute(sa.select(_root.name, _root.report).order_by(_root.name)):
        try:
            yield str(row.name), *decoder(_ReportedHead).decode(row.report).log
        except (TypeError, ValueError, msgspec.DecodeError):  # ValueError: a text that is no UTF-8
            continue


class _ReportedHead(msgspec.Struct):
    """A `RootReport` of which only the field `log` is read: the rest may be damaged."""

    log: tuple[Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)], bytes | None]


def by_name(connection: Connection, name: str) -> Root:
    """Return the root of this name. Raises NotFound."""
    row = None
    if escape.is_utf8(name):
        row = connection.execute(sa.select(tables.root).where(_root.name == name)).one_or_none()
    if row is None:
        known = ", ".join(connection.execute(sa.select(_root.name).order_by(_root.name)).scalars())
        raise NotFound(f"no root named '{name}'", hint=f"the roots are: {known}" if known else None)
    return _value(row)


def check_name(name: str) -> str:
    """Return the name, if it can be one. Raises UsageError."""
    bad = not name or len(name) > 200 or name != escape.name(name) or any(mark in name for mark in "/=")
    if bad or name in (".", ".."):  # `export` makes a folder of each name
        raise UsageError(
            f"'{name}' cannot be a root's name",
            hint="1 to 200 characters, no slash, no '=', no control characters, not '.' or '..': "
            "NAME=PATH gives a name",
        )
    return name


def add(
    connection: Connection,
    *,
    uid: bytes,
    name: str,
    host: str,
    path: bytes,
    device: int,
    inode: int,
    mark: bytes | None = None,
    birth_ns: int | None = None,
    is_mount: bool | None = None,
) -> Root:
    """Record a new root. Raises UsageError when the name is taken or cannot be one."""
    check_name(name)
    taken = connection.execute(sa.select(_root.path).where(_root.name == name)).scalar()
    if taken is not None:
        raise UsageError(
            f"the name '{name}' is taken by the root at {taken.decode('utf-8', 'backslashreplace')}",
            hint=f"give another: NAME={path.decode('utf-8', 'backslashreplace')}",
        )
    key = allocate(connection, tables.root, 1)[0]
    connection.execute(
        sa.insert(tables.root).values(
            id=key,
            uid=uid,
            name=name,
            host=host,
            path=path,
            device=device,
            inode=inode,
            mounts="[]",
            report="{}",
            mark=uid if mark is None else mark,
            birth_ns=birth_ns,
            is_mount=is_mount,
            left_out="{}",
        )
    )
    row_checksums.renew(connection, tables.root, _root.id == key)
    return by_name(connection, name)


def forget(connection: Connection, key: RootKey) -> None:
    """Remove a root of which nothing is recorded yet; another one stays."""
    used = [
        sa.select(columns.root_id).where(columns.root_id == key).limit(1)
        for columns in (tables.document.c, tables.change.c, tables.coverage.c, tables.seen.c)
    ]
    if all(connection.execute(query).first() is None for query in used):
        connection.execute(sa.delete(tables.root).where(_root.id == key))


def is_scanned(connection: Connection, key: RootKey) -> bool:
    """Tell whether a scan of the root has ended."""
    at = connection.execute(sa.select(_root.last_scan_at).where(_root.id == key)).scalar()
    return at is not None


def update(connection: Connection, key: RootKey, **values: object) -> None:
    """Change columns of one root."""
    for name in ("mounts", "left_out"):
        if name in values:
            values[name] = msgspec.json.encode(values[name]).decode()
    connection.execute(sa.update(tables.root).where(_root.id == key).values(**values))
    row_checksums.renew(connection, tables.root, _root.id == key)


def report(connection: Connection, key: RootKey, said: RootReport, **values: object) -> None:
    """Write what a root's daemon reports, with the log's head as it is now; `values` are other columns."""
    at = reader.head(connection).seq
    leaf = reader.leaves(connection, [at]).get(at)
    said = msgspec.structs.replace(said, log=(at, leaf))
    update(connection, key, report=msgspec.json.encode(said).decode(), **values)


def _decoded(row: Row, words: str, kind: type[T]) -> T:
    try:
        return decoder(kind).decode(words)
    except msgspec.DecodeError as error:
        raise StoreDamaged(
            f"the row of root '{row.name}' is damaged: {error}",
            code="store_unreachable",
            hint="run: ingest verify; restore the store from a backup",
        ) from error


def _value(row: Row) -> Root:
    return Root(
        id=row.id,
        uid=row.uid,
        name=row.name,
        host=row.host,
        path=row.path,
        device=row.device,
        inode=row.inode,
        mounts=_decoded(row, row.mounts, tuple[Mount, ...]),
        mark=row.uid if row.mark is None else row.mark,
        birth_ns=row.birth_ns,
        is_mount=row.is_mount,
        left_out=_decoded(row, row.left_out, dict[str, int]),
        report=row.report.encode(),
        heartbeat_at=row.heartbeat_at,
        last_scan_at=row.last_scan_at,
        retired_at=row.retired_at,
    )
