"""Which document and which version the words of a call name."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import msgspec

from ingest import moments
from ingest.errors import NotFound, UsageError
from ingest.escape import path as show_path
from ingest.expressions import expression
from ingest.history import log_moments
from ingest.ids import parse_uid, show_uid
from ingest.model import DocumentKey, RootKey, Seq
from ingest.moments import Calendar
from ingest.store import prefixes, reader, roots
from ingest.store.engine import Connection, Row

_REV = expression(r"\d{1,9}|first|latest|prev|\{cursor:[^{}]+\}", re.ASCII)


class Target(msgspec.Struct, frozen=True):
    """A document that a call named; `note` is something the person should know about it."""

    id: DocumentKey
    document: str
    root: str
    path: bytes
    last: int
    note: str | None = None


def split_rev(words: str, rev: str | None = None) -> tuple[str, str | None]:
    """Return DOC and REV of `DOC@REV`, None for no REV; with `rev` given, the words are a plain DOC."""
    if rev is not None:
        return words, rev.removeprefix("@")
    doc, at, tail = words.rpartition("@")
    return (doc, tail) if at and doc and is_rev(tail) else (words, None)


def is_rev(words: str) -> bool:
    """Tell whether these words pick a version."""
    return _REV.fullmatch(words) is not None or moments.is_moment(words)


def root_id(connection: Connection, name: str | None) -> RootKey | None:
    """Return a root's key by its name; None for None. Raises NotFound."""
    return None if name is None else roots.by_name(connection, name).id


def locate(
    connection: Connection,
    words: str,
    calendar: Calendar,
    *,
    rev: str | None = None,
    root: str | None = None,
) -> tuple[Target, str | None]:
    """Return the document that `DOC@REV`, or DOC and `rev`, names, and its REV.

    Raises NotFound, UsageError.
    """
    doc, picked = split_rev(words, rev)
    if rev is not None and not is_rev(picked or ""):
        raise UsageError(
            f"'{rev}' picks no version", hint="write 3, first, latest, prev, a moment or {cursor:NAME}"
        )
    until = moment_of(connection, picked, calendar)
    try:
        return resolve(connection, doc, root=root, until=until), picked
    except NotFound as error:
        if doc != words and error.hint is not None:
            error.hint += "; a name that ends like a version: its id, or --rev REV beside the name"
        raise


def resolve(
    connection: Connection, words: str, *, root: str | None = None, until: Seq | None = None
) -> Target:
    """Return the document that a path or an id names. Raises NotFound or UsageError.

    A path names the live document there, else the one that last stood there or moved away; with
    `until`, the one that stood there when the log had that many entries. `ROOT/PATH`, as it is shown
    where there are several roots, names what no root has at that path.
    """
    path, its_root = _relative(connection, words)
    key = root_id(connection, root or its_root)
    found = reader.documents_at(connection, path, key, prefer_live=until is None)
    if not found:
        if (target := of_id(connection, words)) is not None:
            return target
        shown = [] if key is not None else _as_shown(connection, path)
        if not shown:
            raise _no_document(connection, path, key)
        path, found = shown[0]
    _refuse_several_roots(found, path)
    if until is not None:
        for row in found:
            state = reader.last_change(connection, row.id, until)
            if state is not None and state.type != "deleted" and state.path_bytes == path:
                return _target(row)
    live = [row for row in found if row.state == "live" and row.path == path]
    if live:
        return _target(live[0])
    best = max(found, key=lambda row: _left_at(connection, row, path))
    where = "was deleted" if best.path == path else f"is now at {show_path(best.path)}"
    note = f"{show_path(path)}: the document that last stood here {where}"
    shown = [] if key is not None else _as_shown(connection, path)
    for rest, (row, *_) in shown:
        if row.state == "live":
            note += f"; of the root '{row.root}' there is {show_path(rest)}: --root {row.root}"
    return _target(best, note=note)


def of_id(connection: Connection, words: str) -> Target | None:
    """Return the document of an id, whatever stands at a path of that name; None where there is none."""
    uid = parse_uid(words)
    row = None if uid is None else reader.document_by_uid(connection, uid)
    return None if row is None else _target(row)


def _as_shown(connection: Connection, path: bytes) -> list[tuple[bytes, list[Row]]]:
    """Return what `ROOT/PATH` names: for each root that has documents there, the path below it, and these."""
    named = (
        (rest, reader.documents_at(connection, rest, root)) for rest, root in _below_roots(connection, path)
    )
    return [(rest, found) for rest, found in named if found]


def _below_roots(connection: Connection, path: bytes) -> list[tuple[bytes, RootKey]]:
    """Return (path below the root, its key) for each root whose name these words begin with: `ROOT/PATH`."""
    prefixes = ((os.fsencode(root.name) + b"/", root.id) for root in roots.every(connection))
    return [(path.removeprefix(prefix), root) for prefix, root in prefixes if path.startswith(prefix)]


def never_read(
    connection: Connection, path: bytes, root: RootKey | None
) -> tuple[bytes, RootKey | None, Row] | None:
    """Return the last rejection at a path, which no document has; None where there is none.

    (path below its root, the root's key where one was named, the change).
    """
    below = [(path, root)] if root is not None else [(path, None), *_below_roots(connection, path)]
    for rest, its_root in below:
        for row in reader.changes(connection, path=rest, root=its_root, limit=1, newest_first=True):
            return rest, its_root, row
    return None


def _no_document(connection: Connection, path: bytes, root: RootKey | None) -> NotFound:
    """Tell why a path names nothing: it was never there, or it could never be read."""
    rejected = never_read(connection, path, root)
    if rejected is not None:
        row = rejected[2]
        return NotFound(
            f"'{show_path(path)}' has no version: it was rejected, {row.reason}",
            hint="run: ingest ls --rejected",
        )
    hint = "run: ingest ls, or ingest ls --deleted"
    folder = path.rstrip(b"/") + b"/"
    if path and prefixes.is_known(connection, folder, root):
        hint = f"it is a folder: ingest ls {show_path(folder)}, or ingest log --prefix {show_path(folder)}"
    return NotFound(f"no document '{show_path(path)}' in the store", hint=hint)


def _refuse_several_roots(found: Sequence[Row], path: bytes) -> None:
    live = {row.root for row in found if row.state == "live" and row.path == path}
    names = sorted(live or {row.root for row in found})
    if len(names) > 1:
        raise UsageError(
            f"'{show_path(path)}' is in several roots: {', '.join(names)}", hint="choose one with --root NAME"
        )


def _left_at(connection: Connection, row: Row, path: bytes) -> int:
    """Return the seq of the last change in which a document was at a path, or came to or left it."""
    last = 0
    for change in reader.changes(connection, document=row.id):
        if path in (change.path, change.from_path):
            last = change.seq
    return last


def _relative(connection: Connection, words: str) -> tuple[bytes, str | None]:
    """Return the path below its root; with the root's name where the words are a whole path below one."""
    path = os.fsencode(words)
    if path.startswith(b"/"):
        for root in roots.every(connection):
            folder = root.path.rstrip(b"/") + b"/"
            if path.startswith(folder):
                return path[len(folder) :], root.name
    return path.removeprefix(b"./"), None


def _target(row: Row, note: str | None = None) -> Target:
    return Target(row.id, show_uid(row.uid), row.root, row.path, row.last_no, note)


def pick(connection: Connection, target: Target, rev: str | None, calendar: Calendar) -> int:
    """Return the number of the version that REV means. Raises NotFound or UsageError."""
    if rev is None or rev == "latest":
        return target.last
    name = show_path(target.path)
    if rev == "first":
        return 1
    if rev == "prev":
        if target.last < 2:
            raise NotFound(f"{name} has one version only, none before it")
        return target.last - 1
    if re.fullmatch(r"\d{1,9}", rev, re.ASCII):
        no = int(rev)
        if not 1 <= no <= target.last:
            raise NotFound(f"{name} has no version {no}", hint=f"its versions are 1 to {target.last}")
        return no
    state = reader.last_change(connection, target.id, log_moments.resolve_moment(connection, rev, calendar))
    if state is None:
        log_moments.unrecorded_roots(connection, rev, calendar, target.root)
        first = moments.show_local(log_moments.born_at(connection, target.id), calendar.zone)
        raise NotFound(f"{name} is not in the record at {rev}", hint=f"it was first recorded at {first}")
    if state.type == "deleted":
        raise NotFound(f"{name} was deleted at {rev}", hint=f"its last version then was @{state.no}")
    return int(state.no)


def moment_of(connection: Connection, rev: str | None, calendar: Calendar) -> Seq | None:
    """Return the place in the log that a REV means, or None where it is a number or a word."""
    if rev is None or re.fullmatch(r"\d{1,9}|first|latest|prev", rev, re.ASCII):
        return None
    return log_moments.resolve_moment(connection, rev, calendar)
