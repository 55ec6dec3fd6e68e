"""The log against itself: each leaf and root recomputed, each change replayed, the listing compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ingest import leaf, merkle, typed_values
from ingest.audit.findings import CLOCK_DOUBT, Finding, Progress, Remark, Summary, done, shown_path, shown_uid
from ingest.store import raw_rows
from ingest.store.engine import Connection, Row


class LeafFields(msgspec.Struct, frozen=True, array_like=True):
    """What a leaf commits to."""

    change: leaf.LeafChange
    version: leaf.LeafVersion | None
    renditions: tuple[leaf.LeafRendition, ...]


class State(msgspec.Struct):
    """A document as the replay has it: values of rows, which may be damaged."""

    uid: object
    root: object
    path: object
    alive: bool
    no: object


States = dict[object, State]  # by the key of the document
Live = dict[tuple[object, object], object]  # the document that lives at a path of a root, by their keys


def log_findings(
    connection: Connection,
    summary: Summary,
    states: States,
    live: Live,
    expected: tuple[int, bytes] | None,
    progress: Progress,
) -> Iterator[Finding | Remark]:
    """Yield where the log does not follow from itself. `states` and `live` are filled by the replay."""
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
            yield Finding(
                "leaf", where, f"{shown_path(row.path_bytes)}: the row is not what its leaf commits to"
            )
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
    done(summary, "log", "leaves", "tree", "replay")


def _clocks_differ(row: raw_rows.Change) -> Remark | None:
    """Return a remark on a version whose file's time lay after the moment at which it was read.

    That is no fault of the record: a file may be given any time, and the clocks of two machines differ.
    """
    modified, observed = row.version_modified_at, row.version_observed_at
    if not isinstance(modified, int) or not isinstance(observed, int) or modified <= observed + CLOCK_DOUBT:
        return None
    return Remark(
        "clock",
        f"version {row.version_no} of document {shown_uid(row.document_uid)}",
        shown_path(row.path_bytes),
        modified,
        observed,
    )


def _leaf(row: raw_rows.Change, renditions: Sequence[Row]) -> bytes | None:
    """Return the leaf of a change; None where a damaged row holds values of another kind than its columns."""
    try:
        found = committed(row, renditions)
        return leaf.hash_of(found.change, found.version, found.renditions)
    except ValueError:
        return None


def committed(row: raw_rows.Change, renditions: Sequence[Row]) -> LeafFields:
    """Return what a leaf commits to. Raises ValueError where a value is of another kind than its column."""
    version = None
    if row.version_salt is not None:
        version = (
            row.version_no, row.version_salt, row.version_hash, row.version_size, row.version_observed_at,
            row.version_modified_at,
        )  # fmt: skip
    change = (
        row.seq, row.id, row.recorded_at, row.observed_at, row.type, row.cause, row.reason, row.root_uid,
        row.document_uid, row.no, row.previous_no, row.path_bytes, row.from_path_bytes, row.actor, row.form,
        row.salt,
    )  # fmt: skip
    made = [found[-raw_rows.COMMITTED :] for found in renditions]
    return typed_values.exact((change, version, made), LeafFields)


def _replay(
    row: raw_rows.Change,
    states: States,
    live: Live,
    *,
    has_rendition: bool,
) -> Iterator[Finding]:
    """Yield where a change does not follow from those before it, and bring `states` and `live` up to it."""
    where = f"change {row.seq}"
    if row.type == "rejected" or row.document_id is None:
        return
    state = states.get(row.document_id)
    born = row.type == "created"
    if born != (state is None):
        yield Finding("replay", where, "created twice" if state else f"{row.type} before it was created")
    if state is None:
        state = states[row.document_id] = State(row.document_uid, row.root_id, row.path_bytes, False, 0)
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
            yield Finding("replay", where, f"{shown_path(row.path_bytes)} is taken by another live document")


def _after(no: object) -> int | None:
    """Return the number of the next version; None after one that damage has made no number."""
    return no + 1 if isinstance(no, int) else None


def listing_findings(connection: Connection, states: States) -> Iterator[Finding]:
    """Yield the listing against the replay, and the rows of what was last seen against the listing."""
    found = 0
    for row in raw_rows.documents(connection):
        found += 1
        thing = f"document {shown_uid(row.uid)}"
        state = states.get(row.id)
        if state is None:
            yield Finding("listing", thing, "it is in no change")
            continue
        standing = "live" if state.alive else "deleted"
        listed = (row.root_id, row.path_bytes, row.state, row.last_no)
        if listed != (state.root, state.path, standing, state.no):
            yield Finding(
                "listing", thing, f"{shown_path(row.path_bytes)}: the listing is not what the log says"
            )
        if row.version_hash is None:
            yield Finding("version", thing, f"version {row.last_no} is missing")
        elif row.version_hash != row.last_hash:
            yield Finding("listing", thing, "its last hash is not that of its last version")
        if row.state == "live" and row.seen_document != row.id:
            yield Finding("seen", thing, f"{shown_path(row.path_bytes)}: no row says when it was last seen")
    if found != len(states):
        yield Finding("listing", "document", f"{len(states)} documents in the log, {found} in the listing")
