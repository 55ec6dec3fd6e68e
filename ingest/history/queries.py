"""Questions about the history: what a call names, and what is known of it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence

import msgspec

from ingest import moments, records
from ingest.errors import NotFound, UsageError
from ingest.escape import path as show_path
from ingest.ids import parse_uid, show_uid
from ingest.model import RootKey
from ingest.moments import Calendar
from ingest.records import Version, VersionFacts
from ingest.store import bodies, coverage, cursors, prefixes, reader, roots, versions
from ingest.store.engine import Connection, Row

_REV = re.compile(r"\d{1,9}|first|latest|prev|\{cursor:[^{}]+\}", re.ASCII)
_CURSOR = re.compile(r"\{cursor:[^{}]+\}")


class Target(msgspec.Struct, frozen=True):
    """A document that a call named; `note` is something the person should know about it."""

    id: int
    document: str
    root: str
    path: bytes
    last: int
    note: str | None = None


# -- naming ----------------------------------------------------------------------------------


def split_rev(words: str, rev: str | None = None) -> tuple[str, str | None]:
    """`DOC@REV` taken apart; with `rev` given, the words are a plain DOC."""
    if rev is not None:
        return words, rev.removeprefix("@")
    doc, at, tail = words.rpartition("@")
    return (doc, tail) if at and doc and is_rev(tail) else (words, None)


def is_rev(words: str) -> bool:
    """Tell whether these words pick a version."""
    return _REV.fullmatch(words) is not None or moments.is_moment(words)


def root_id(connection: Connection, name: str | None) -> RootKey | None:
    """Return a root's key by its name; None for None. Raises NotFound."""
    return None if name is None else roots.named(connection, name).id


def resolve_moment(connection: Connection, words: str, calendar: Calendar) -> int:
    """Return the place in the log that a moment or a cursor means: the log up to and with this seq.

    A time to come is the present. Raises NotFound for a change that the log does not have, and UsageError.
    """
    if (place := _place_of(connection, words)) is not None:
        return place
    moment = moments.parse(words, calendar)
    last = int(reader.head(connection).seq)
    if moment.seq is not None:
        return _within(moment.seq, last)
    if words.lower() == "now":
        return last  # by another clock the last change may be recorded a little later
    assert moment.time is not None
    return reader.seq_at(connection, moment.time)


def resolve_since(connection: Connection, words: str, calendar: Calendar) -> int:
    """Return the seq before the first change that `--since` M includes; of a cursor, what comes after it.

    A period may begin with the change that comes next. Raises NotFound for one beyond it, and UsageError.
    """
    if (place := _place_of(connection, words)) is not None:
        return place
    moment = moments.parse(words, calendar, start=True)
    if moment.seq is not None:
        last = int(reader.head(connection).seq)
        return max(0, _within(moment.seq, last, next_=True) - 1)
    assert moment.time is not None
    return reader.seq_at(connection, moment.time - 1)


def time_of(connection: Connection, words: str, calendar: Calendar, *, start: bool = False) -> int:
    """Return the time that a moment means; of `seq:N` and of a cursor its label.

    Raises UsageError, NotFound.
    """
    place = _place_of(connection, words)
    moment = moments.Moment(seq=place) if place is not None else moments.parse(words, calendar, start=start)
    if words.lower() == "now":
        return max(calendar.now, int(reader.head(connection).recorded_at))
    if moment.time is not None:
        return moment.time
    number = moment.seq or 0
    if place is None:
        _within(number, int(reader.head(connection).seq), next_=start)
    rows = list(reader.changes(connection, after=max(0, number - 1), limit=1))
    label = int(rows[0].recorded_at) if rows else int(reader.head(connection).recorded_at)
    return label if number else label - 1  # before the first of all


def _within(seq: int, last: int, *, next_: bool = False) -> int:
    """Return the same seq, which the log has, or with `next_` will have next. Raises NotFound."""
    if seq > last + next_:
        raise NotFound(
            f"there is no change #{seq}", hint=f"the last is #{last}" if last else "the log has none yet"
        )
    return seq


def is_to_come(connection: Connection, words: str, calendar: Calendar) -> bool:
    """Tell whether words are a time, or the day of one, that begins after now and after the last change."""
    if _CURSOR.fullmatch(words) or not moments.is_moment(words):
        return False
    time = moments.parse(words, calendar, start=True).time
    return time is not None and time > max(calendar.now, int(reader.head(connection).recorded_at))


def _place_of(connection: Connection, words: str) -> int | None:
    """Tell where a cursor stands, of `{cursor:NAME}`; None for other words. Raises NotFound."""
    if not _CURSOR.fullmatch(words):
        return None
    name = words[len("{cursor:") : -1]
    place = cursors.place(connection, name)
    if place is None:
        known = ", ".join(cursors.every(connection)) or "none"
        raise NotFound(f"no cursor named '{name}'", hint=f"the cursors are: {known}")
    return place


def born_at(connection: Connection, target: Target) -> int:
    """Tell when a document was first recorded."""
    return int(next(iter(reader.changes(connection, document=target.id, limit=1))).recorded_at)


def unbegun(
    connection: Connection, words: str, calendar: Calendar, root: str | None
) -> dict[str, int | None]:
    """Return those of the roots, or this one, of which nothing was known yet at a moment.

    When the record of each begins. Raises NotFound where none had begun, and UsageError.
    """
    every = [known for known in roots.every(connection) if root in (None, known.name)]
    late = _late(connection, every, time_of(connection, words, calendar))
    if len(late) < len(every):
        return late
    raise NotFound(
        _nothing_known(words, late, calendar), hint="ask for a later moment, or run: ingest coverage"
    )


def before_record(connection: Connection, words: str, calendar: Calendar, root: RootKey | None) -> str | None:
    """Tell why nothing can be found up to a moment: no root, or not this one, had begun.

    None where one had.
    """
    every = [known for known in roots.every(connection) if root in (None, known.id)]
    late = _late(connection, every, time_of(connection, words, calendar))
    return _nothing_known(words, late, calendar) if len(late) == len(every) else None


def _late(connection: Connection, every: Sequence[roots.Root], time: int) -> dict[str, int | None]:
    """Return those of the roots whose record begins after a time, or has not begun; when."""
    begins = {known.name: coverage.begins_at(connection, known.id) for known in every}
    return {name: at for name, at in begins.items() if at is None or at > time}


def _nothing_known(words: str, late: Mapping[str, int | None], calendar: Calendar) -> str:
    told = ", ".join(begins_words(name, at, calendar) for name, at in late.items())
    return f"nothing is known of {words}: {told or 'no root was recorded yet'}"


def begins_words(name: str, at: int | None, calendar: Calendar) -> str:
    """Tell when a root's record begins, for people."""
    if at is None:
        return f"the root {name} has no record yet"
    return f"the record of {name} begins at {moments.show_local(at, calendar.zone)}"


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
    connection: Connection, words: str, *, root: str | None = None, until: int | None = None
) -> Target:
    """Return the document that a path or an id names. Raises NotFound or UsageError.

    A path names the live document there, else the one that last stood there or moved away; with
    `until`, the one that stood there when the log had that many entries. `ROOT/PATH`, as it is shown
    where there are several roots, names what no root has at that path.
    """
    path, its_root = _relative(connection, words)
    key = root_id(connection, root or its_root)
    found = reader.documents_at(connection, path, key, live_do=until is None)
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
    said = f"{show_path(path)}: the document that last stood here {where}"
    shown = [] if key is not None else _as_shown(connection, path)
    for rest, (row, *_) in shown:
        if row.state == "live":
            said += f"; of the root '{row.root}' there is {show_path(rest)}: --root {row.root}"
    return _target(best, note=said)


def of_id(connection: Connection, words: str) -> Target | None:
    """Return the document of an id, whatever stands at a path of that name; None where there is none."""
    uid = parse_uid(words)
    row = None if uid is None else reader.document_by_uid(connection, uid)
    return None if row is None else _target(row)


def _as_shown(connection: Connection, path: bytes) -> list[tuple[bytes, list[Row]]]:
    """Return what `ROOT/PATH` names: the path below each root of which it holds, with the documents there."""
    named = (
        (rest, reader.documents_at(connection, rest, root)) for rest, root in _below_roots(connection, path)
    )
    return [(rest, found) for rest, found in named if found]


def _below_roots(connection: Connection, path: bytes) -> list[tuple[bytes, RootKey]]:
    """`ROOT/PATH` taken apart, for each root whose name it begins with: the path, and the root's key."""
    prefixes = ((os.fsencode(root.name) + b"/", root.id) for root in roots.every(connection))
    return [(path.removeprefix(prefix), root) for prefix, root in prefixes if path.startswith(prefix)]


def never_read(
    connection: Connection, path: bytes, root: RootKey | None
) -> tuple[bytes, RootKey | None, Row] | None:
    """Return a path that was recorded and is no document's.

    Itself, its root where one is said, the last change.
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
    """Return the last seq at which a document still had to do with a path."""
    last = 0
    for change in reader.changes(connection, document=row.id):
        if path in (change.path, change.from_path):
            last = change.seq
    return last


def _relative(connection: Connection, words: str) -> tuple[bytes, str | None]:
    """Return the path below its root; of a whole path the root's name too."""
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
    state = reader.last_change(connection, target.id, resolve_moment(connection, rev, calendar))
    if state is None:
        unbegun(connection, rev, calendar, target.root)
        first = moments.show_local(born_at(connection, target), calendar.zone)
        raise NotFound(f"{name} is not in the record at {rev}", hint=f"it was first recorded at {first}")
    if state.type == "deleted":
        raise NotFound(f"{name} was deleted at {rev}", hint=f"its last version then was @{state.no}")
    return int(state.no)


def moment_of(connection: Connection, rev: str | None, calendar: Calendar) -> int | None:
    """Return the place in the log that a REV means, or None where it is a number or a word."""
    if rev is None or re.fullmatch(r"\d{1,9}|first|latest|prev", rev, re.ASCII):
        return None
    return resolve_moment(connection, rev, calendar)


# -- versions --------------------------------------------------------------------------------


def version_record(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> Version:
    """Return a version as `show --json` shows it, its text included. Raises NotFound, IntegrityError."""
    row = version_row(connection, target, no, normaliser)
    facts = facts_of(connection, target, no, row)
    from ingest.index import annotated  # noqa: PLC0415 - what is asked of a version alone does without it

    beside = annotated.of(row)
    return Version(
        **msgspec.structs.asdict(facts),
        text=_text(connection, target, no, row),
        blocks=None if beside is None else beside.blocks,
        annotations=None if beside is None else records.all_annotations(beside.annotations),
    )


def version_facts(
    connection: Connection, target: Target, no: int, normaliser: str | None = None
) -> VersionFacts:
    """Return the same without its text."""
    return facts_of(connection, target, no, version_row(connection, target, no, normaliser))


def facts_of(connection: Connection, target: Target, no: int, row: Row) -> VersionFacts:
    """Return the same of a version whose row is at hand."""
    return facts_with(connection, target, no, row, deleted=deleted_at(connection, target))


def deleted_at(connection: Connection, target: Target) -> int | None:
    """Tell when a document was deleted; None of one that is there."""
    state = reader.last_change(connection, target.id, reader.head(connection).seq)
    return int(state.recorded_at) if state is not None and state.type == "deleted" else None


def facts_with(
    connection: Connection, target: Target, no: int, row: Row, *, deleted: int | None
) -> VersionFacts:
    """Return the same of a document of which it is known when it was deleted."""
    path, path_base64 = records.shown_path(target.path)
    return records.of_row(
        VersionFacts,
        row,
        document=target.document,
        root=target.root,
        path=path,
        path_base64=path_base64,
        deleted_at=moments.show(deleted),
        confidence=None if row.confidence is None else row.confidence / 1000,
        lossy_places=_lossy_places(connection, target, no, row),
    )


def _lossy_places(connection: Connection, target: Target, no: int, row: Row) -> int | None:
    """Return how many places could not be read: counted in the bytes, if the text was made in today's way."""
    if row.text_sha256 is None:
        return None
    if not row.lossy:
        return 0
    from ingest import normalise  # noqa: PLC0415 - few texts are lossy, and the rest need no reader

    if row.normaliser not in normalise.normalisers():
        return None
    return normalise.unread_places(bodies.get(connection, target.id, no))


def version_row(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> Row:
    """Return one version's row. Raises NotFound."""
    row = versions.one(connection, target.id, no, normaliser)
    if row is None:
        what = f"version {no}" if normaliser is None else f"rendition of version {no} by '{normaliser}'"
        raise NotFound(f"{show_path(target.path)} has no {what}")
    return row


def text(connection: Connection, target: Target, no: int, normaliser: str | None = None) -> str | None:
    """Return a version's text, or None where it has none. Raises NotFound, IntegrityError."""
    return _text(connection, target, no, version_row(connection, target, no, normaliser))


def _text(connection: Connection, target: Target, no: int, row: Row) -> str | None:
    if row.text_sha256 is None:
        return None
    raw = b"" if row.text_blob_id is not None else bodies.get(connection, target.id, no)
    with bodies.damage_named(connection, target.id, no):
        return bodies.text(connection, raw, row, digest=row.text_sha256).decode()


_MENDS = {
    "no_extractor": "install the extra, pip install 'ingest[documents]', then run: ingest renormalise",
    "not_confined": "run: ingest doctor; its bytes: {raw}",
    "extractor_failed": "ingest renormalise tries it again; its bytes: {raw}",
}


def without_text(target: Target, no: int, reason: str | None) -> NotFound:
    """Return the error that a version has no text: why, in words, and what can be done."""
    from ingest.normalise import reasons  # noqa: PLC0415 - the answer to a question loads no normaliser

    raw = f"ingest show --raw {shlex.quote(f'{show_path(target.path)}@{no}')}"
    return NotFound(
        f"version {no} of {show_path(target.path)} has no text: {reasons.said(reason)}",
        hint=_MENDS.get(reason or "", "its bytes: {raw}").format(raw=raw),
    )


def raw_bytes(connection: Connection, target: Target, no: int) -> bytes:
    """Return a version's bytes. Raises NotFound, IntegrityError."""
    version_row(connection, target, no)
    return bodies.get(connection, target.id, no)
