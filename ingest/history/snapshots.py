"""The whole corpus at moments: what differs between two, and its bytes at one."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from ingest import records
from ingest.disk.write import is_beneath, write_beneath
from ingest.errors import IntegrityError, UsageError
from ingest.escape import path as show
from ingest.history import log_moments, naming
from ingest.history.prefixes import Prefix
from ingest.ids import show_uid
from ingest.model import Descriptor, DocumentKey, Seq
from ingest.moments import Calendar
from ingest.store import bodies, listing, reader, roots
from ingest.store.engine import Connection

if TYPE_CHECKING:
    from ingest.edits.edit import Edit
    from ingest.edits.settings import Rules


def differences(
    connection: Connection,
    from_: str,
    to: str | None,
    calendar: Calendar,
    *,
    rules: Rules,
    prefix: Prefix,
    without: Collection[str] = (),
) -> Iterator[records.Difference]:
    """Yield each document that was created, restored, deleted, changed or moved between two moments, by path.

    One that was there before the first moment, and not at it, is restored. A changed one has the class and
    the significance of the edit from its first to its last version. `prefix` chooses those whose path
    begins so at either moment. Of the roots `without` nothing is known at one of the moments: their
    documents are left out.
    """
    first = log_moments.resolve_moment(connection, from_, calendar)
    last = (
        log_moments.resolve_moment(connection, to, calendar)
        if to is not None
        else reader.head(connection).seq
    )
    for each in differing(connection, first, last, prefix=prefix, without=without):
        yield with_edit(each, between(connection, each, rules))


class DocumentDifference(msgspec.Struct, frozen=True):
    """A document that differs; `compared` its key and the two versions, where its bytes do."""

    record: records.Difference
    compared: tuple[DocumentKey, int, int] | None


def differing(
    connection: Connection, first: Seq, last: Seq, *, prefix: Prefix, without: Collection[str] = ()
) -> list[DocumentDifference]:
    """Return what differs between two places in the log, as `differences` has it, without its edits."""
    key, changed = prefix.root, (min(first, last), max(first, last))
    before = {row.id: row for row in listing.documents(connection, until=first, root=key, changed=changed)}
    after = {row.id: row for row in listing.documents(connection, until=last, root=key, changed=changed)}
    deleted: set[int] | None = None  # at the first place
    found: list[DocumentDifference] = []
    for number in before.keys() | after.keys():
        old, new = before.get(number), after.get(number)
        here = new or old
        assert here is not None
        if here.root in without:
            continue
        if not any(row is not None and row.path.startswith(prefix.path) for row in (old, new)):
            continue
        if old is None:
            if deleted is None:
                rows = listing.documents(connection, until=first, root=key, deleted=True, changed=changed)
                deleted = {row.id for row in rows}
            change = "restored" if number in deleted else "created"
        elif new is None:
            change = "deleted"
        elif old.sha256 != new.sha256:
            change = "changed"
        elif old.path != new.path:
            change = "moved"
        else:
            continue
        path, path_base64 = records.shown_path(here.path)
        came = old.path if old is not None and new is not None and old.path != new.path else None
        from_path, from_base64 = (None, msgspec.UNSET) if came is None else records.shown_path(came)
        record = records.Difference(
            document=show_uid(here.document),
            root=here.root,
            path=path,
            path_base64=path_base64,
            from_path=from_path,
            from_path_base64=from_base64,
            change=change,
            first=old.version if old is not None else None,
            last=new.version if new is not None else None,
            from_sha256=old.sha256.hex() if old is not None else None,
            sha256=new.sha256.hex() if new is not None else None,
        )
        compared = None
        if change == "changed" and old is not None and new is not None:
            compared = number, old.version, new.version
        found.append(DocumentDifference(record, compared))
    return sorted(found, key=lambda each: (each.record.root, each.record.path))


def between(connection: Connection, difference: DocumentDifference, rules: Rules) -> Edit | None:
    """Return the edit from the first version to the last, where both have text that is not damaged."""
    from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

    if difference.compared is None:
        return None
    with suppress(IntegrityError):
        return edits.between(connection, *difference.compared, rules=rules.of(difference.record.root))
    return None


def with_edit(difference: DocumentDifference, edit: Edit | None) -> records.Difference:
    """Return the record of a difference, with class and significance of its edit where it has one."""
    if edit is None:
        return difference.record
    return msgspec.structs.replace(difference.record, class_=edit.kind, significance=edit.significance)


def export(
    connection: Connection, folder: str, *, until: Seq, root: str | None
) -> Iterator[records.Document]:
    """Write every document as it stood to a new or empty folder; yields the record of each.

    The paths of one root, chosen or the only one, lie directly below the folder; those of several below a
    folder for each root. Raises UsageError when the folder holds anything, OSError when a file cannot be
    written, IntegrityError when a recorded path would lead out of the folder.
    """
    key = naming.root_id(connection, root)
    single = key is not None or len(roots.every(connection)) == 1
    if not folder or (os.path.lexists(folder) and not os.path.isdir(folder)):
        raise UsageError(f"'{folder}' is not a folder", hint="name a new folder")
    os.makedirs(folder, exist_ok=True)
    if os.listdir(folder):
        raise UsageError(f"{folder} is not empty", hint="name a new folder")
    base = Descriptor(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    try:
        for row in listing.documents(connection, until=until, root=key):
            inside = row.path if single else _folder_of(row.root) + b"/" + row.path
            if not is_beneath(inside):
                raise IntegrityError(
                    f"the recorded path {show(row.path)} is none below {folder}", hint="run: ingest verify"
                )
            body = bodies.get(connection, row.id, row.version)
            # a copy of what the store has: not worth a wait for the disk at each file
            write_beneath(base, inside, body, modified_at=row.modified_at, durable=False)
            yield records.document(row)
    finally:
        os.close(base)


def _folder_of(root: str) -> bytes:
    """Return the folder of a root's documents. Raises UsageError for a name that is no folder's."""
    if root in (".", ".."):
        raise UsageError(
            f"the root '{root}' has a name that no folder can have",
            hint=f"rename it: ingest roots rename {root} NAME; or export it alone: --root {root}",
        )
    return os.fsencode(root.replace("/", "_"))
