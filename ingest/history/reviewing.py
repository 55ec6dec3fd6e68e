"""To review an edit, and to take that back: what is asked of it, and what stands already."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import msgspec

from ingest import ids, records
from ingest.edits.settings import Rules
from ingest.errors import Conflict, NotFound, UsageError
from ingest.escape import is_utf8
from ingest.ids import Entropy
from ingest.model import NamedBy, Seq
from ingest.records import Review
from ingest.store import reader, reviews
from ingest.store.databases import now_at
from ingest.store.engine import Connection, Row, Store

LONGEST_NAME, LONGEST_NOTE = 200, 4_000  # characters
_LISTS = "GET /v1/changes has the changes and their edits"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a review or a withdrawal says: who makes it, who gave that name, and the note."""

    name: str
    named_by: NamedBy
    note: str | None


def statement(name: str, note: str | None, *, named_by: NamedBy) -> Statement:
    """Return a name in one line, and a note, as they are stored. Raises UsageError."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not _is_text(name):
        raise UsageError(
            "a review has the name of who reviews",
            hint=f"1 to {LONGEST_NAME} characters, no control characters",
        )
    note = re.sub(r"\r\n?", "\n", note or "").strip()
    if len(note) > LONGEST_NOTE or not _is_text(note.replace("\n", "").replace("\t", "")):
        raise UsageError(
            "the note cannot be stored",
            hint=f"{LONGEST_NOTE:,} characters at most, no control characters but tab and line end",
        )
    return Statement(name=name, named_by=named_by, note=note or None)


def _is_text(words: str) -> bool:
    return is_utf8(words) and not any(unicodedata.category(char) == "Cc" for char in words)


def review(
    store: Store, seq: Seq, words: Statement, *, rules: Rules, now: Callable[[], int], entropy: Entropy
) -> tuple[Review, bool]:
    """Record a review of a change's edit; returns it, and whether it is new.

    Where a review by this name with this note stands already, that one is returned. Raises NotFound where
    there is no such change, UsageError where it carries no edit, StoreReadOnly.
    """
    with store.read() as connection:
        _require_edit(connection, seq, rules)
    with store.write() as connection:
        reviews.begin(connection)
        same = reviews.ReviewFilters(seq=seq, name=words.name, standing=True)
        for row in reviews.page(connection, same):
            if (row.note, row.named_by) == (words.note, words.named_by):
                return records.review(row), False
        return _added(connection, seq, None, words, now=now, entropy=entropy), True


def withdraw(
    store: Store, uid: str, words: Statement, *, now: Callable[[], int], entropy: Entropy
) -> tuple[Review, bool]:
    """Record that a review is taken back; returns the withdrawal, and whether it is new.

    Where it was taken back before by the same statement, that withdrawal is returned. Raises NotFound where
    there is no such review, Conflict where another statement took it back, UsageError for a withdrawal,
    StoreReadOnly.
    """
    with store.write() as connection:
        reviews.begin(connection)
        known = ids.parse_uid(uid)
        row = None if known is None else reviews.one(connection, known)
        if row is None:
            raise NotFound(f"no review has the id '{uid[:64]}'", hint="GET /v1/reviews has the ids")
        if row.action != "reviewed":
            raise UsageError(
                f"{uid} takes a review back itself", hint="review the edit again: send its change"
            )
        before = reviews.withdrawal_of(connection, row.key)
        if before is None:
            return _added(connection, row.seq, row, words, now=now, entropy=entropy), True
        if (before.name, before.note, before.named_by) != (words.name, words.note, words.named_by):
            raise Conflict(
                f"the review {uid} was taken back before, by {before.name}",
                hint=f"GET /v1/reviews?change={row.seq} says when, and with which note",
            )
        return records.review(before), False


def _added(
    connection: Connection,
    seq: Seq,
    of: Row | None,
    words: Statement,
    *,
    now: Callable[[], int],
    entropy: Entropy,
) -> Review:
    at = now_at(connection, now())
    row = reviews.add(
        connection,
        uid=ids.new_uid(at, entropy),
        seq=seq,
        action="reviewed" if of is None else "withdrawn",
        of=None if of is None else of.key,
        at=at,
        name=words.name,
        named_by=words.named_by,
        note=words.note,
    )
    return records.review(row)


def _require_edit(connection: Connection, seq: Seq, rules: Rules) -> None:
    rows = reader.changes(connection, after=Seq(seq - 1), until=seq)
    found = next(records.changes(connection, rows, rules=rules, indexed=False), None)
    if found is None:
        raise NotFound(f"there is no change #{seq}", hint=_LISTS)
    if found.edit is None:
        raise UsageError(f"change #{seq} carries no edit, so there is nothing to review", hint=_LISTS)
