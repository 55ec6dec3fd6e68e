"""The store against itself: every leaf and root recomputed from the rows, the log replayed.

It trusts no column to vouch for another and shares with the writer only the value types and the
hash functions. `deep` reads every body and every text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from ingest import decoding, forked, leaf, merkle, witnesses
from ingest.errors import IntegrityError, SchemaMismatch
from ingest.escape import path as show
from ingest.ids import show_uid
from ingest.store import bodies, migrate, raw_rows, row_checksums
from ingest.store.engine import Connection, Row, Store

LARGE = 2_000  # changes; with fewer, to begin a process beside this one takes longer than it saves
# Microseconds by which a file's time may lie after the moment of its reading and mean nothing: the stamps of
# FAT, the coarsest that are in use, are two seconds apart.
CLOCK_DOUBT = 2_000_000

# What can be checked, by a name that is stable, in the order in which it is told.
ALWAYS = (
    "log", "leaves", "tree", "replay", "listing", "witnesses", "references", "row_sums", "coverage",
)  # fmt: skip
ON_SQLITE = ("pages",)  # a server checks its own
DEEP = ("bodies", "texts", "schema")


Progress = Callable[[int, int | None, str], None]  # is told how many of how many are done, and of what
_STEPS = 1000  # times at most that it is told of bodies: what a pipe holds, while nobody reads it


def _unheeded(_done: int, _total: int | None, _things: str) -> None:
    """Watch no progress."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `what` is a short name, stable."""

    what: str
    thing: str
    detail: str


class Remark(msgspec.Struct, frozen=True):
    """Something that is as it was recorded, and that an auditor wants to know.

    A version whose file had a time that was still to come when it was read. Times are microseconds.
    """

    what: str
    thing: str
    path: str
    modified_at: int
    observed_at: int

    def detail(self, show: Callable[[int], str | None]) -> str:
        """Return what there is to know, its times as they are shown."""
        modified, observed = show(self.modified_at), show(self.observed_at)
        return f"{self.path}: modified_at is {modified}, and it was read at {observed}"


class Summary(msgspec.Struct):
    """What was looked at, as `ingest verify` shows it; `findings` are counted by who takes them.

    `checked` has the names of what was, as far as it was finished, `not_checked` those of the rest;
    `witnesses` are who was asked how long the log was, with the seq that each saw. Where there are none, its
    length is not checked. `bytes_read` are bytes of bodies, unpacked.
    """

    ok: bool = True
    findings: int = 0
    changes: int = 0
    versions: int = 0
    renditions: int = 0
    blobs: int = 0
    bytes_read: int = 0
    tree_root: str = ""
    modified_after_observed: int = 0
    checked: list[str] = []
    not_checked: list[str] = []
    witnesses: dict[str, int] = {}


class _State(msgspec.Struct):
    """A document as the replay has it: values of rows, which may be damaged."""

    uid: object
    root: object
    path: object
    alive: bool
    no: object


_States = dict[object, _State]  # by the key of the document
_Live = dict[tuple[object, object], object]  # the document that lives at a path of a root, by their keys


class Counts(NamedTuple):
    """How many rows there are, and how many bytes of bodies were read."""

    versions: int
    renditions: int
    blobs: int
    bytes_read: int


def verify(
    store: Store,
    summary: Summary,
    *,
    deep: bool,
    expected: tuple[int, bytes] | None = None,
    progress: Progress = _unheeded,
) -> Iterator[Finding | Remark]:
    """Give every finding and remark; `summary` is filled meanwhile.

    `expected` is a (seq, tree root) kept outside.

    Of a large store, what does not need the log is asked by a process beside this one.
    """
    bodies_total = _bodies_total(store) if deep else 0

    def rest() -> Iterator[Finding]:
        found = rows() if beside is None else _heard(beside, rows, shown)
        return _counted(found, summary, shown)

    def shown(done: int) -> None:
        progress(done, bodies_total or None, "bodies")

    summary.not_checked = [*ALWAYS, *(ON_SQLITE if store.is_sqlite else ()), *DEEP]
    rows = partial(_rows, store, deep=deep, every=max(1, bodies_total // _STEPS))
    beside = (
        forked.ForkedTask(store.dispose, rows, Finding | Counts | int) if deep and _is_large(store) else None
    )
    try:
        try:
            yield from _history(store, summary, expected, progress, deep=deep)
        except IntegrityError:
            # what is found of the rows says more of the damage than the error that it raises here
            yield from rest()
            raise
        yield from rest()
        _done(summary, "references", "row_sums", "coverage", *(ON_SQLITE if store.is_sqlite else ()))
        if deep:
            _done(summary, "bodies", "texts")
    finally:
        if beside is not None:
            beside.close()


def _done(summary: Summary, *names: str) -> None:
    """Note that these were checked to the end."""
    known = (*ALWAYS, *ON_SQLITE, *DEEP)
    summary.checked = sorted({*summary.checked, *names}, key=known.index)
    summary.not_checked = [name for name in summary.not_checked if name not in names]


def _is_large(store: Store) -> bool:
    """Tell whether there is enough of it to be worth a process."""
    if not forked.is_possible():
        return False
    with store.read() as connection:
        head = raw_rows.head(connection)
    # what a damaged row holds may be of any kind
    return head is not None and isinstance(head.seq, int) and head.seq >= LARGE


def _bodies_total(store: Store) -> int:
    """Count the bodies that are to be read; 0 where damage hides it, which is told when they are read."""
    try:
        with store.read() as connection:
            return raw_rows.totals(connection)[0]
    except IntegrityError:
        return 0


def _heard(
    beside: forked.ForkedTask[Finding | Counts | int],
    rows: Callable[[], Iterator[Finding | Counts | int]],
    shown: Callable[[int], None],
) -> Iterator[Finding | Counts | int]:
    """Give what the process found, and show how far it is.

    All of it asked here instead, and told as it is found, where it was lost.
    """
    found: list[Finding | Counts] = []
    try:
        for each in beside:
            if isinstance(each, int):
                shown(each)
            else:
                found.append(each)
    except forked.Lost:
        yield from rows()
    else:
        yield from found


def _counted(
    found: Iterable[Finding | Counts | int], summary: Summary, shown: Callable[[int], None]
) -> Iterator[Finding]:
    for each in found:
        if isinstance(each, Finding):
            yield each
        elif isinstance(each, int):
            shown(each)
        else:
            summary.versions, summary.renditions = each.versions, each.renditions
            summary.blobs, summary.bytes_read = each.blobs, each.bytes_read


def _history(
    store: Store, summary: Summary, expected: tuple[int, bytes] | None, progress: Progress, *, deep: bool
) -> Iterator[Finding | Remark]:
    """Yield the log, its leaves and its replay, the listing against it, its witnesses, and the schema."""
    with store.read() as connection:
        raw_rows.read_damaged(connection)
        states: _States = {}
        live: _Live = {}
        yield from _log(connection, summary, states, live, expected, progress)
        yield from _heads(connection, states)
        _done(summary, "listing")
        if deep and store.is_sqlite:
            for name in migrate.damaged_schema(connection):
                yield Finding("schema", name, "it is not as the migrations make it")
    if deep and not store.is_sqlite:
        try:
            migrate.check(store)
        except SchemaMismatch as error:
            yield Finding("schema", "database", error.message)
    if deep:
        _done(summary, "schema")
    asked = witnesses.ask(store)
    summary.witnesses = {each.name: each.seq for each in asked.witnesses}
    for each in asked.contradictions:
        yield Finding("log_shortened", each.witness.name, each.detail)
    if asked.witnesses:
        _done(summary, "witnesses")


def _rows(store: Store, *, deep: bool, every: int) -> Iterator[Finding | Counts | int]:
    """Yield what the database says of its pages, rows that hang together with none, and the bodies.

    After `every` of them, how many were read.
    """
    with store.read() as connection:
        raw_rows.read_damaged(connection)
        yield from raw_rows.damage(connection, Finding)
        for what, thing, detail in raw_rows.dangling(connection):
            yield Finding(what, thing, detail)
        for table, key in row_checksums.broken(connection):
            yield Finding("sum", f"{table} {key}", "the row is not what its sum was taken of")
        for root, detail in raw_rows.ledger_gaps(connection):
            yield Finding("coverage", f"root {_named(root)}", detail)
        read = number = 0
        for found in _bodies(connection) if deep else ():
            if isinstance(found, Finding):
                yield found
                continue
            read += found
            number += 1
            if number % every == 0:
                yield number
        yield Counts(*raw_rows.totals(connection), bytes_read=read)


# A damaged row can hold a size of any kind, below nought or beyond all memory.
_DAMAGE = (IntegrityError, TypeError, ValueError, OverflowError, MemoryError)


def _log(
    connection: Connection,
    summary: Summary,
    states: _States,
    live: _Live,
    expected: tuple[int, bytes] | None,
    progress: Progress,
) -> Iterator[Finding | Remark]:
    head = raw_rows.head(connection)
    if head is None:
        yield Finding("head", "log_head", "the row is missing")
        return
    frontier: merkle.Frontier = ()
    size, label = 0, 0
    total = head.seq if isinstance(head.seq, int) else None  # what a damaged row holds may be of any kind
    for row, renditions in raw_rows.changes(connection):
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
        if (ahead := _clocks_differ(row)) is not None:
            summary.modified_after_observed += 1
            yield ahead
        yield from _replay(row, states, live, has_rendition=bool(renditions))
        progress(size, total, "changes")
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
    _done(summary, "log", "leaves", "tree", "replay")


def _clocks_differ(row: raw_rows.Change) -> Remark | None:
    """Return what to say of a version whose file had a time that was still to come when it was read.

    No fault of the record: whoever writes a file may give it any time, and the clocks of two machines differ.
    """
    modified, observed = row.version_modified_at, row.version_observed_at
    if not isinstance(modified, int) or not isinstance(observed, int) or modified <= observed + CLOCK_DOUBT:
        return None
    return Remark(
        "clock",
        f"version {row.version_no} of document {_named(row.document_uid)}",
        _shown(row.path_bytes),
        modified,
        observed,
    )


def _leaf(row: raw_rows.Change, renditions: Sequence[Row]) -> bytes | None:
    """Return the leaf of a change; None where a damaged row holds values of another kind than its columns."""
    try:
        return leaf.of(*_committed(row, renditions))
    except ValueError:
        return None


def _shown(path: object) -> str:
    return show(path) if isinstance(path, bytes) else repr(path)


def _named(uid: object) -> str:
    return show_uid(uid) if isinstance(uid, bytes) else repr(uid)


def _committed(
    row: raw_rows.Change, renditions: Sequence[Row]
) -> tuple[leaf.LeafChange, leaf.LeafVersion | None, tuple[leaf.LeafRendition, ...]]:
    """Return what a leaf commits to. Raises ValueError where a value is of another kind than its column."""
    change = decoding.exact(
        (
            row.seq, row.id, row.recorded_at, row.observed_at, row.type, row.cause, row.reason, row.root_uid,
            row.document_uid, row.no, row.previous_no, row.path_bytes, row.from_path_bytes, row.actor,
            row.form, row.salt,
        ),
        leaf.LeafChange,
    )  # fmt: skip
    version = None
    if row.version_salt is not None:
        version = decoding.exact(
            (
                row.version_no, row.version_salt, row.version_hash, row.version_size, row.version_observed_at,
                row.version_modified_at,
            ),
            leaf.LeafVersion,
        )  # fmt: skip
    made = tuple(decoding.exact(found[-raw_rows.COMMITTED :], leaf.LeafRendition) for found in renditions)
    return change, version, made


def _replay(
    row: raw_rows.Change,
    states: _States,
    live: _Live,
    *,
    has_rendition: bool,
) -> Iterator[Finding]:
    """Find where a change does not follow from those before it."""
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
    expected = _after(state.no) if row.version_salt is not None else state.no
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


def _after(no: object) -> int | None:
    """Return the number of the next version; None after one that damage has made no number."""
    return no + 1 if isinstance(no, int) else None


def _heads(connection: Connection, states: _States) -> Iterator[Finding]:
    """Yield the listing against the replay, and the rows of what was last seen against the listing."""
    found = 0
    for row in raw_rows.documents(connection):
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


def _bodies(connection: Connection) -> Iterator[Finding | int]:
    """Yield every version's bytes and every rendition's text, by hash, and how many bytes each has."""
    before = (0, 0)
    raw: bytes | None = None
    for rows in raw_rows.body_rows(connection):
        row = rows[0]
        after, before = before, (row.document_id, row.no)
        try:
            base, raw = (raw if after == (row.document_id, row.no - 1) else None), None
            raw = bodies.unpacked(connection, row, base)
        except _DAMAGE as error:
            yield Finding("body", _version_named(row), str(error))
            continue
        yield len(raw)
        for text in rows:
            try:
                if text.text_hash is not None:
                    bodies.text(connection, raw, text, digest=text.text_hash)
            except _DAMAGE as error:
                yield Finding("text", _version_named(row), str(error))
            try:
                bodies.beside(text)
            except _DAMAGE as error:
                yield Finding("beside", _version_named(row), str(error))


def _version_named(row: Row) -> str:
    return f"version {row.no} of document {_named(row.uid)}"
