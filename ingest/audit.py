"""The store against itself: every leaf and root recomputed from the rows, the log replayed.

It trusts no column to vouch for another and shares with the writer only the value types and the
hash functions. `deep` reads every body and every text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from ingest import leaf, merkle
from ingest.errors import IntegrityError, SchemaMismatch
from ingest.escape import path as show
from ingest.ids import show_uid
from ingest.store import apart, blobs, evidence, migrate, sums
from ingest.store.engine import Connection, Row, Store

LARGE = 2_000  # changes; with fewer, to begin a process beside this one takes longer than it saves


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `what` is a short name, stable."""

    what: str
    thing: str
    detail: str


class Summary(msgspec.Struct):
    """What was looked at."""

    changes: int = 0
    versions: int = 0
    renditions: int = 0
    blobs: int = 0
    bytes_read: int = 0
    tree_root: str = ""


class _State(msgspec.Struct):
    """A document as the replay has it."""

    uid: bytes
    root: int
    path: bytes
    alive: bool
    no: int


def verify(
    store: Store, summary: Summary, *, deep: bool, expected: tuple[int, bytes] | None = None
) -> Iterator[Finding]:
    """Every finding; `summary` is filled meanwhile. `expected` is a (seq, tree root) kept outside."""
    bodies = partial(_bodies, store)
    beside = apart.Apart(store, bodies, Finding | int) if deep and _is_large(store) else None
    try:
        with store.read() as connection:
            evidence.read_damaged(connection)
            yield from evidence.damage(connection, Finding)
            states: dict[int, _State] = {}
            live: dict[tuple[int, bytes], int] = {}
            yield from _log(connection, summary, states, live, expected)
            yield from _heads(connection, states)
            yield from _dangling(connection, summary)
            if deep and store.is_sqlite:
                for name in migrate.damaged_schema(connection):
                    yield Finding("schema", name, "it is not as the migrations make it")
        if deep and not store.is_sqlite:
            try:
                migrate.check(store)
            except SchemaMismatch as error:
                yield Finding("schema", "database", error.message)
        if deep:
            for found in bodies() if beside is None else _heard(beside, bodies):
                if isinstance(found, Finding):
                    yield found
                else:
                    summary.bytes_read += found
    finally:
        if beside is not None:
            beside.close()


def _is_large(store: Store) -> bool:
    """Whether to read the bodies beside the log is worth a process."""
    if not apart.is_possible():
        return False
    with store.read() as connection:
        head = evidence.head(connection)
    # what a damaged row holds may be of any kind
    return head is not None and isinstance(head.seq, int) and head.seq >= LARGE


def _heard(beside: apart.Apart, bodies: Callable[[], Iterator[Finding | int]]) -> list[Finding | int]:
    try:
        return list(beside)
    except apart.Lost:
        return list(bodies())


# A damaged row can hold a size of any kind, below nought or beyond all memory.
_DAMAGE = (IntegrityError, TypeError, ValueError, OverflowError, MemoryError)


def _log(
    connection: Connection,
    summary: Summary,
    states: dict[int, _State],
    live: dict[tuple[int, bytes], int],
    expected: tuple[int, bytes] | None,
) -> Iterator[Finding]:
    head = evidence.head(connection)
    if head is None:
        yield Finding("head", "log_head", "the row is missing")
        return
    frontier: merkle.Frontier = ()
    size, label = 0, 0
    for row, renditions in evidence.changes(connection):
        where = f"change {row.seq}"
        if row.seq != size + 1:
            yield Finding("gap", where, f"expected seq {size + 1}")
        computed = _leaf(row, renditions)
        if computed != row.leaf:
            yield Finding("leaf", where, f"{_shown(row.path_bytes)}: the row is not what its leaf commits to")
        frontier, size = merkle.extend(frontier, size, (computed or bytes(32),))
        if expected is not None and expected[0] == size and merkle.root(frontier) != expected[1]:
            yield Finding("tree_root", where, "the tree up to here is not the one that was kept outside")
        if isinstance(row.recorded_at, int):
            if row.recorded_at < label:
                yield Finding("label", where, "recorded_at goes back")
            label = row.recorded_at
        yield from _replay(row, states, live, has_rendition=bool(renditions))
    summary.changes = size
    summary.tree_root = merkle.root(frontier).hex()
    if head.seq != size:
        yield Finding("head", "log_head", f"it says {head.seq} changes, there are {size}")
    elif merkle.pack(frontier) != head.frontier:
        yield Finding("head", "log_head", "its frontier is not that of the changes")
    if head.recorded_at != label:
        yield Finding("head", "log_head", "its label is not that of the last change")
    if expected is not None and expected[0] > size:
        yield Finding("tree_root", "log_head", f"the log has {size} changes, {expected[0]} were seen before")


def _leaf(row: evidence.Change, renditions: Sequence[Any]) -> bytes | None:
    """The leaf of a change; None where a damaged row holds values of another kind than its columns."""
    try:
        return leaf.of(*_committed(row, renditions))
    except (TypeError, ValueError, AttributeError):
        return None


def _shown(path: object) -> str:
    return show(path) if isinstance(path, bytes) else repr(path)


def _named(uid: object) -> str:
    return show_uid(uid) if isinstance(uid, bytes) else repr(uid)


def _committed(
    row: evidence.Change, renditions: Sequence[Any]
) -> tuple[leaf.LeafChange, leaf.LeafVersion | None, tuple[leaf.LeafRendition, ...]]:
    change = leaf.LeafChange(
        seq=row.seq, id=row.id, recorded_at=row.recorded_at, observed_at=row.observed_at, type=row.type,
        cause=row.cause, reason=row.reason, root=row.root_uid, document=row.document_uid, no=row.no,
        previous_no=row.previous_no, path=row.path_bytes, from_path=row.from_path_bytes, actor=row.actor,
    )  # fmt: skip
    version = None
    if row.version_salt is not None:
        version = leaf.LeafVersion(
            no=row.version_no, salt=row.version_salt, hash=row.version_hash, size=row.version_size,
            observed_at=row.version_observed_at, modified_at=row.version_modified_at,
        )  # fmt: skip
    made = tuple(leaf.LeafRendition(*found[-evidence.COMMITTED :]) for found in renditions)
    return change, version, made


def _replay(
    row: evidence.Change,
    states: dict[int, _State],
    live: dict[tuple[int, bytes], int],
    *,
    has_rendition: bool,
) -> Iterator[Finding]:
    """Does this change follow from those before it?"""
    where = f"change {row.seq}"
    if row.type == "rejected" or row.document_id is None:
        return
    state = states.get(row.document_id)
    born = row.type == "created"
    if born != (state is None):
        yield Finding("replay", where, "created twice" if state else f"{row.type} before it was created")
    if state is None:
        state = states[row.document_id] = _State(row.document_uid, row.root_id, row.path_bytes, False, 0)
    if not born and state.alive == (row.type == "restored"):
        yield Finding(
            "replay", where, f"{row.type} while the document was {'alive' if state.alive else 'deleted'}"
        )
    if (row.previous_no or 0) != state.no:
        yield Finding("replay", where, f"previous version {row.previous_no}, the replay is at {state.no}")
    expected = state.no + 1 if row.version_salt is not None else state.no
    if row.no != expected:
        yield Finding("replay", where, f"version {row.no} where {expected} was expected")
    if row.type == "changed" and row.version_salt is None:
        yield Finding("replay", where, "a change of the bytes without a version")
    if row.type == "renormalised" and not has_rendition:
        yield Finding("replay", where, "renormalised without a rendition")
    if row.type == "moved" and row.from_path_bytes != state.path:
        yield Finding("replay", where, "moved from where it was not")
    if state.alive:
        live.pop((state.root, state.path), None)
    state.no, state.path, state.alive = row.no or 0, row.path_bytes, row.type != "deleted"
    if state.alive:
        other = live.setdefault((state.root, state.path), row.document_id)
        if other != row.document_id:
            yield Finding("replay", where, f"{_shown(row.path_bytes)} is taken by another live document")


def _heads(connection: Connection, states: dict[int, _State]) -> Iterator[Finding]:
    """The listing against the replay, and the rows of what was last seen against the listing."""
    found = 0
    for row in evidence.documents(connection):
        found += 1
        thing = f"document {_named(row.uid)}"
        state = states.get(row.id)
        if state is None:
            yield Finding("listing", thing, "it is in no change")
            continue
        standing = "live" if state.alive else "deleted"
        listed = (row.root_id, row.path_bytes, row.state, row.last_no)
        if listed != (state.root, state.path, standing, state.no):
            yield Finding("listing", thing, f"{_shown(row.path_bytes)}: the listing is not what the log says")
        if row.version_hash is None:
            yield Finding("version", thing, f"version {row.last_no} is missing")
        elif row.version_hash != row.last_hash:
            yield Finding("listing", thing, "its last hash is not that of its last version")
        if row.state == "live" and row.seen_document != row.id:
            yield Finding("seen", thing, f"{_shown(row.path_bytes)}: no row says when it was last seen")
    if found != len(states):
        yield Finding("listing", "document", f"{len(states)} documents in the log, {found} in the listing")


def _dangling(connection: Connection, summary: Summary) -> Iterator[Finding]:
    summary.versions, summary.renditions, summary.blobs = evidence.totals(connection)
    for what, thing, detail in evidence.dangling(connection):
        yield Finding(what, thing, detail)
    for table, key in sums.broken(connection):
        yield Finding("sum", f"{table} {key}", "the row is not what its sum was taken of")
    for root, detail in evidence.ledger_gaps(connection):
        yield Finding("coverage", f"root {_named(root)}", detail)


def _bodies(store: Store) -> Iterator[Finding | int]:
    """Every version's bytes and every rendition's text, by their hashes; and how many bytes were read."""
    before = (0, 0)
    raw: bytes | None = None
    read = 0
    with store.read() as connection:
        evidence.read_damaged(connection)
        for rows in evidence.bodies(connection):
            row = rows[0]
            after, before = before, (row.document_id, row.no)
            try:
                base, raw = (raw if after == (row.document_id, row.no - 1) else None), None
                raw = blobs.unpacked(connection, row, base, name="its bytes")
            except _DAMAGE as error:
                yield Finding("body", _version_named(row), str(error))
                continue
            read += len(raw)
            for text in rows:
                if text.text_hash is None:
                    continue
                try:
                    blobs.text(connection, raw, text, digest=text.text_hash)
                except _DAMAGE as error:
                    yield Finding("text", _version_named(row), str(error))
    yield read


def _version_named(row: Row) -> str:
    return f"version {row.no} of document {_named(row.uid)}"
