"""How many edits there were of each gravity, stretch of time by stretch of time, as the index has them."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.index import state
from ingest.model import DocumentKey, Seq
from ingest.store import reviews, tables

# What one sign stands for, the gravest first.
Gravity = Literal["silent", "open", "reworded", "cosmetic", "none"]
GRAVITIES: tuple[Gravity, ...] = get_args(Gravity)

_change = tables.change.c
_edit_table = sa.table("edit", *map(sa.column, ("seq", "document_id", "significance", "flags", "body")))
_edit = _edit_table.c
_GRAVITY = sa.case(
    (sa.and_(_edit.significance == "substantive", _edit.flags.like("%,silent,%")), "silent"),
    (_edit.significance == "substantive", "open"),
    else_=_edit.significance,
)


class Counts(msgspec.Struct, kw_only=True):
    """Edits of each gravity."""

    silent: int = 0
    open: int = 0
    reworded: int = 0
    cosmetic: int = 0
    none: int = 0

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.silent + self.open + self.reworded + self.cosmetic + self.none


def by_step(connection: Connection, *, begin: int, step: int, steps: int) -> list[Counts]:
    """Count the edits recorded in each of so many stretches of `step` microseconds from `begin` on."""
    number = (_change.recorded_at - begin) // step
    select = (
        sa.select(number.label("number"), _GRAVITY.label("gravity"), sa.func.count().label("edits"))
        .join_from(tables.change, _edit_table, _edit.seq == _change.seq)
        .where(_change.recorded_at >= begin, _change.recorded_at < begin + step * steps)
        .group_by(number, _GRAVITY)
    )
    found = [Counts() for _ in range(steps)]
    for each in connection.execute(select):
        counts = found[int(each.number)]
        setattr(counts, each.gravity, getattr(counts, each.gravity) + int(each.edits))
    return found


def after(connection: Connection, seq: Seq) -> tuple[Counts, int]:
    """Count the edits after a place in the log, and the documents that they are of."""
    select = sa.select(_GRAVITY.label("gravity"), sa.func.count().label("edits")).where(_edit.seq > seq)
    counts = Counts()
    for each in connection.execute(select.group_by(_GRAVITY)):
        setattr(counts, each.gravity, int(each.edits))
    documents = sa.select(sa.func.count(sa.distinct(_edit.document_id))).where(_edit.seq > seq)
    return counts, int(connection.execute(documents).scalar_one())


class Totals:
    """How many edits of each gravity there are, counted once: later only those that came are added."""

    def __init__(self) -> None:
        self._known = (0, Counts())

    def of(self, connection: Connection) -> Counts:
        """Return them as the index has them now; an index that is made anew is counted anew."""
        seq, counts = self._known
        reached = state.edited(connection)
        if reached < seq:
            seq, counts = 0, Counts()
        total = _sum(counts, _by_gravity(connection, _edit.seq > seq, _edit.seq <= reached), 1)
        self._known = reached, total
        return total


def unreviewed(connection: Connection, totals: Totals) -> Counts:
    """Count the edits without a review that stands."""
    return _sum(totals.of(connection), _by_gravity(connection, _edit.seq.in_(reviews.reviewed())), -1)


def newest_unreviewed(connection: Connection, limit: int) -> list[int]:
    """Return the changes of edits without a review that stands, the gravest and of these the newest first."""
    is_silent = _edit.flags.like("%,silent,%")
    without = _edit.seq.not_in(reviews.reviewed())
    found: list[int] = []
    for wanted in (
        sa.and_(_edit.significance == "substantive", is_silent),
        sa.and_(_edit.significance == "substantive", ~is_silent),
        *(_edit.significance == each for each in ("reworded", "cosmetic", "none")),
    ):
        if len(found) < limit:
            select = sa.select(_edit.seq).where(wanted, without).order_by(_edit.seq.desc())
            found += connection.execute(select.limit(limit - len(found))).scalars()
    return found


def _by_gravity(connection: Connection, *which: sa.ColumnElement[bool]) -> dict[str, int]:
    select = sa.select(_GRAVITY.label("gravity"), sa.func.count().label("edits")).where(*which)
    return {each.gravity: int(each.edits) for each in connection.execute(select.group_by(_GRAVITY))}


def _sum(counts: Counts, others: dict[str, int], sign: int) -> Counts:
    return Counts(**{name: getattr(counts, name) + sign * others.get(name, 0) for name in GRAVITIES})


def of_document(connection: Connection, document: DocumentKey) -> dict[int, str]:
    """Return the edits of a document, as JSON, by the seq of their change."""
    select = sa.select(_edit.seq, _edit.body).where(_edit.document_id == document)
    return {int(seq): body for seq, body in connection.execute(select)}
