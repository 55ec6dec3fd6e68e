"""Whoever saw how long the log was, and what is to be done where it is not so long any more.

A witness holds a place in the log, most of them the leaf of the change there too. Those that there are: the
high-water mark in the lock file of a SQLite store, the derived index, cursors, and what each root's daemon
said last. The first two lie outside a SQLite database. On a server all lie in the database that they speak
of: there they tell of rows that were taken out, not of an older copy put back as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ingest.errors import LogShortened
from ingest.escape import name as show
from ingest.index.database import Index
from ingest.store import coverage, cursors, reader, roots, watermark
from ingest.store.databases import now_at
from ingest.store.engine import Connection, Store

LOCK_FILE = "the lock file"
INDEX = "the index"
ACCEPT = (
    "put the store back as it was, with its -wal; where that cannot be had, go on with what is left: "
    "ingest scan --accept-shortened-log"
)


class Witness(msgspec.Struct, frozen=True):
    """Somebody who saw the log at `seq`, with this leaf there, where it is known."""

    name: str
    seq: int
    leaf: bytes | None


class Contradiction(msgspec.Struct, frozen=True):
    """A witness that the log does not agree with. `end` is the log's last seq."""

    witness: Witness
    end: int

    @property
    def is_longer(self) -> bool:
        """Tell whether the witness saw a longer log; else one with another change at the same place."""
        return self.witness.seq > self.end

    @property
    def forbids(self) -> bool:
        """Tell whether nothing may be added to the log until this is accepted.

        An index with another leaf forbids nothing: it is derived, and made anew by whoever asks it.
        """
        return self.is_longer or self.witness.name == LOCK_FILE

    @property
    def detail(self) -> str:
        """Return what is wrong, for people."""
        if self.is_longer:
            return f"it saw the log at {self.witness.seq:,} changes, and the log has {self.end:,}"
        return f"it saw another change {self.witness.seq:,} than the log has, of {self.end:,}"


class Testimony(msgspec.Struct, frozen=True):
    """The witnesses that there are, and those that the log does not agree with."""

    witnesses: Sequence[Witness]
    contradictions: Sequence[Contradiction]


def ask(store: Store) -> Testimony:
    """Hold every witness against the log. Makes nothing and writes nothing. Raises StoreUnavailable.

    The log only grows, so it is looked at after the witnesses: what they saw is in it by then.
    """
    known: list[Witness] = []
    if (mark := watermark.read(store.watermark_path)) is not None and mark.seq:
        known.append(Witness(LOCK_FILE, mark.seq, mark.leaf))
    index = Index(store)
    try:
        place = index.place()
    finally:
        index.dispose()
    if place is not None and place[0]:
        known.append(Witness(INDEX, *place))
    with store.read() as connection:
        known += _inside(connection)
    with store.read() as connection:
        return Testimony(known, contradictions(known, connection))


def contradictions(known: Sequence[Witness], connection: Connection) -> list[Contradiction]:
    """Return those of these witnesses that the log does not agree with."""
    end = reader.last_seq(connection)
    leaves = reader.leaves(connection, {each.seq for each in known})
    return [Contradiction(each, end) for each in known if _contradicts(each, leaves)]


def _contradicts(witness: Witness, leaves: dict[int, bytes]) -> bool:
    here = leaves.get(witness.seq)
    return here is None or (witness.leaf is not None and here != witness.leaf)


def _inside(connection: Connection) -> Iterable[Witness]:
    """Yield the witnesses in the database itself."""
    for name, seq in cursors.every(connection).items():
        if seq:
            yield Witness(f"cursor {_readable(name)}", seq, None)
    for name, seen, leaf in roots.reported_heads(connection):
        if seen:
            yield Witness(f"the daemon of root {_readable(name)}", seen, leaf)


def _readable(name: str) -> str:
    """Return a name that can be written, whatever damage made of it."""
    return name.encode("utf-8", "backslashreplace").decode()


def require_agreement(store: Store) -> None:
    """Raise LogShortened where a witness forbids to add to the log."""
    refuse([each for each in ask(store).contradictions if each.forbids])


def refuse(contradictions: Sequence[Contradiction]) -> None:
    """Raise LogShortened, naming each of these; nothing where there are none."""
    if contradictions:
        raise LogShortened(f"the log was longer: {in_words(contradictions)}", hint=ACCEPT)


def in_words(contradictions: Sequence[Contradiction]) -> str:
    """Return what the witnesses saw, in one line for people."""
    return "; ".join(f"{show(each.witness.name)}: {each.detail}" for each in contradictions)


def accept(store: Store, contradictions: Sequence[Contradiction], *, wall: int) -> None:
    """Go on with the log as it is.

    The ledger says from when on is unknown what happened, and the witnesses are set back to the log's end.
    The caller alone captures into a SQLite store. May be called again where it was killed.

    Every root is `blind` from the log's last label on, reason `log_shortened`, until its next good scan.
    Raises StoreUnavailable.
    """
    if not contradictions:
        return
    with store.write() as connection:
        head = reader.head(connection)
        leaf = reader.leaves(connection, {head.seq}).get(head.seq)
        now = now_at(connection, wall)
        for name, seq in cursors.every(connection).items():
            if seq > head.seq:
                cursors.move(connection, name, head.seq)
        for root in roots.every(connection):
            if root.retired_at is None:
                coverage.shorten(connection, root.id, head.recorded_at, now)
            if (last := root.last_report) is not None and last.log is not msgspec.UNSET:
                roots.report(connection, root.id, last)
    # The ledger has it: from here on the witnesses outside may forget.
    watermark.write(store.watermark_path, head.seq, leaf)
    if any(each.witness.name == INDEX for each in contradictions):
        index = Index(store)
        try:
            index.rebuild()
        finally:
            index.dispose()
