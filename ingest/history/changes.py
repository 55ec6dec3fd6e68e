"""The changes that a question chooses: by root, path and type, and by the edits that they made."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import chain, islice

import msgspec

from ingest.edits.settings import Rules
from ingest.errors import IntegrityError, UsageError
from ingest.history import naming, prefixes
from ingest.history.prefixes import Prefix
from ingest.index import state, stored_edits
from ingest.model import BEGINNING, DocumentKey, Seq
from ingest.store import reader, reviews
from ingest.store.engine import Connection, Row

_FIRST, _MOST = 128, 4_096  # seqs that are asked of the index at once
TYPES = ("created", "changed", "moved", "deleted", "restored", "rejected", "renormalised")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a call wants of the log; None leaves a thing open. Raises UsageError for an unknown type.

    `reviewed` chooses edits with a review that stands, or without one.
    """

    root: str | None
    prefix: str | None
    type_: str | None
    class_: str | None
    significance: str | None
    fact: str | None
    flag: str | None
    reviewed: bool | None = None

    def __post_init__(self) -> None:
        if self.type_ is not None and self.type_.removeprefix("document.") not in TYPES:
            raise UsageError(f"no type '{self.type_}'", hint=f"the types are: {', '.join(TYPES)}")

    @property
    def of_edits(self) -> bool:
        """Tell whether changes are chosen by their edits, which the index alone has of all of them."""
        return self.reviewed is not None or any(each is not None for each in self.edits.values())

    @property
    def edits(self) -> dict[str, str | None]:
        """Return what is wanted of edits, as `stored_edits` takes it."""
        return {
            "kind": self.class_, "significance": self.significance, "fact": self.fact, "flag": self.flag
        }  # fmt: skip


ANY = Filters(root=None, prefix=None, type_=None, class_=None, significance=None, fact=None, flag=None)


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What filters mean in a store.

    `among` is a select, in the index, of the changes whose edits are wanted; None where all are. `edits` and
    `reviewed` are what it was made of.
    """

    prefix: Prefix
    type_: str | None
    among: stored_edits.Seqs | None
    edits: dict[str, str | None]
    reviewed: bool | None


def look_up(connection: Connection, wanted: Filters) -> Selection:
    """Find what the filters mean in this store. Raises NotFound, UsageError."""
    root = naming.root_id(connection, wanted.root)
    return Selection(
        prefix=prefixes.prefix_of(connection, wanted.prefix or "", root),
        type_=None if wanted.type_ is None else wanted.type_.removeprefix("document."),
        among=stored_edits.selection(**wanted.edits, reviewed=wanted.reviewed) if wanted.of_edits else None,
        edits=wanted.edits,
        reviewed=wanted.reviewed,
    )


def changes_of(
    connection: Connection,
    chosen: Selection,
    *,
    rules: Rules,
    indexed: bool,
    document: DocumentKey | None = None,
    path: bytes | None = None,
    after: Seq = BEGINNING,
    until: Seq | None = None,
    limit: int | None = None,
    newest_first: bool = False,
    brief: bool = False,
) -> Iterator[Row]:
    """Yield the changes of a selection; the further arguments are those of `reader.changes`.

    Where changes are chosen by their edits, the index is asked for those that it has, if this connection sees
    it (`indexed`); the other edits are made from the texts. An edit whose bytes are damaged is no edit.
    """

    def read(
        after: Seq, until: Seq | None, *, limit: int | None = None, among: Collection[int] | None = None
    ) -> Iterator[Row]:
        return reader.changes(
            connection, brief=brief, after=after, until=until, document=document, path=path,
            root=chosen.prefix.root, prefix=chosen.prefix.path, type_=chosen.type_, limit=limit,
            newest_first=newest_first, among=among,
        )  # fmt: skip

    if chosen.among is None:
        return read(after, until, limit=limit)
    reached = state.edits_seq(connection) if indexed else BEGINNING
    head = Seq(reader.head(connection).seq)
    known: Iterator[Row] = iter(())
    later: Iterator[Row] = iter(())
    if reached > after:
        end = reached if until is None else min(until, reached)
        if document is not None or path is not None:  # whose changes are few, and found by an index
            known = _chosen_of(connection, read(after, end), chosen.among)
        else:
            parts = _parts(connection, chosen.among, after=after, until=end, newest_first=newest_first)
            known = chain.from_iterable(
                read(Seq(min(part) - 1), Seq(max(part)), among=part) for part in parts
            )
    if reached < head and (until is None or until > reached):
        rows = read(max(after, reached), until)
        later = (row for row in rows if _is_chosen(connection, row, chosen, rules))
    return islice(chain(later, known) if newest_first else chain(known, later), limit)


def _parts(
    connection: Connection, among: stored_edits.Seqs, *, after: Seq, until: Seq, newest_first: bool
) -> Iterator[list[int]]:
    """Yield the chosen seqs part by part, so that who wants a few reads few; the parts grow."""
    size = _FIRST
    begin, end = int(after), int(until)
    while begin < end:
        part = stored_edits.selected_seqs(
            connection, among, after=begin, until=end, limit=size, newest_first=newest_first
        )
        if part:
            yield part
        if len(part) < size:
            return
        begin, end = (begin, part[-1] - 1) if newest_first else (part[-1], end)
        size = min(2 * size, _MOST)


def _chosen_of(connection: Connection, rows: Iterator[Row], among: stored_edits.Seqs) -> Iterator[Row]:
    """Yield those of these changes whose edits are chosen."""
    while part := list(islice(rows, _MOST)):
        found = stored_edits.selected_among(connection, among, [row.seq for row in part])
        yield from (row for row in part if row.seq in found)


def _is_chosen(connection: Connection, row: Row, chosen: Selection, rules: Rules) -> bool:
    from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

    if chosen.reviewed is not None and chosen.reviewed != reviews.is_reviewed(connection, row.seq):
        return False
    with suppress(IntegrityError):
        return stored_edits.is_chosen(edits.edit_of(connection, row, rules=rules), **chosen.edits)
    return False
