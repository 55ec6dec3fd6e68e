"""How many edits there were of each gravity, stretch of time by stretch of time, as the index has them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import DocumentKey, Seq
from ingest.store import reviews, tables

# What one sign stands for, the gravest first.
Gravity = Literal["silent", "open", "reworded", "cosmetic", "none"]
GRAVITIES: tuple[Gravity, ...] = get_args(Gravity)

_change = tables.change.c
_edit_table = sa.table("edit", *map(sa.column, ("seq", "document_id", "significance", "flags", "body")))
_edit = _edit_table.c
_IS_SILENT = _edit.flags.like("%,silent,%")
_GRAVITY = sa.case(
    (sa.and_(_edit.significance == "substantive", _IS_SILENT), "silent"),
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
        """Return how many edits there are in all."""
        return self.silent + self.open + self.reworded + self.cosmetic + self.none

    def plus(self, others: Counts) -> Counts:
        """Return these and the others."""
        return self._with(others, 1)

    def less(self, others: Counts) -> Counts:
        """Return these without the others, which are among them."""
        return self._with(others, -1)

    def _with(self, others: Counts, sign: int) -> Counts:
        return Counts(
            **{name: getattr(self, name) + sign * getattr(others, name) for name in self.__struct_fields__}
        )


def by_stretch(connection: Connection, bounds: Sequence[int], *, after: Seq, until: Seq) -> list[Counts]:
    """Count the edits recorded from each of these rising moments until the next one.

    Only those with a seq above `after`, and at most `until`, are counted.
    """
    begin, step = bounds[0], math.gcd(*(later - each for each, later in pairwise(bounds)))
    number = (_change.recorded_at - begin) // step
    select = (
        sa.select(number.label("number"), _GRAVITY.label("gravity"), sa.func.count().label("edits"))
        .join_from(tables.change, _edit_table, _edit.seq == _change.seq)
        .where(_change.recorded_at >= begin, _change.recorded_at < bounds[-1])
        .where(_edit.seq > after, _edit.seq <= until)
        .group_by(number, _GRAVITY)
    )
    found = [Counts() for _ in bounds[1:]]
    for each in connection.execute(select):
        counts = found[bisect_right(bounds, begin + int(each.number) * step) - 1]
        setattr(counts, each.gravity, getattr(counts, each.gravity) + int(each.edits))
    return found


def between(connection: Connection, after: Seq, known: Seq, until: Seq) -> tuple[Counts, int]:
    """Count the edits with a seq above `known` and at most `until`, and the documents new among them.

    A document is new that has no edit above `after` and at most `known`.
    """
    within = _edit.seq > known, _edit.seq <= until
    counts = Counts(**_by_gravity(connection, *within))
    earlier = tables.change.alias("earlier")
    theirs = sa.table("edit", sa.column("seq")).alias("theirs")
    documents = sa.select(sa.func.count(sa.distinct(_edit.document_id))).where(*within)
    if known > after:
        documents = documents.where(
            ~sa.exists()
            .where(earlier.c.document_id == _edit.document_id, earlier.c.seq > after, earlier.c.seq <= known)
            .where(theirs.c.seq == earlier.c.seq)
        )
    return counts, int(connection.execute(documents).scalar_one())


def reviewed(connection: Connection) -> Counts:
    """Count the edits with a review that stands."""
    return Counts(**_by_gravity(connection, _edit.seq.in_(reviews.reviewed())))


def newest_unreviewed(connection: Connection, limit: int) -> list[int]:
    """Return the changes of edits without a review that stands, the gravest and of these the newest first."""
    return _newest(connection, limit, (*_GRAVEST, *_OTHERS), _edit.seq.not_in(reviews.reviewed()))


def gravest(connection: Connection, limit: int, *, after: Seq) -> list[int]:
    """Return the changes of substantive edits after a place, the silent first and of these the newest."""
    return _newest(connection, limit, _GRAVEST, _edit.seq > after)


def _newest(
    connection: Connection, limit: int, kinds: Iterable[sa.ColumnElement[bool]], which: sa.ColumnElement[bool]
) -> list[int]:
    found: list[int] = []
    for kind in kinds:
        if len(found) < limit:
            select = sa.select(_edit.seq).where(kind, which).order_by(_edit.seq.desc())
            found += connection.execute(select.limit(limit - len(found))).scalars()
    return found


# By significance, which has an index: to go by the flag alone would be to read every edit.
_GRAVEST = (
    sa.and_(_edit.significance == "substantive", _IS_SILENT),
    sa.and_(_edit.significance == "substantive", ~_IS_SILENT),
)
_OTHERS = tuple(_edit.significance == each for each in ("reworded", "cosmetic", "none"))


def _by_gravity(connection: Connection, *which: sa.ColumnElement[bool]) -> dict[str, int]:
    select = sa.select(_GRAVITY.label("gravity"), sa.func.count().label("edits")).where(*which)
    return {each.gravity: int(each.edits) for each in connection.execute(select.group_by(_GRAVITY))}


def of_document(connection: Connection, document: DocumentKey) -> dict[int, str]:
    """Return the edits of a document, as JSON, by the seq of their change."""
    return {int(seq): body for seq, body in connection.execute(_OF_DOCUMENT, {"document": document})}


# By the changes of the document, which have an index by it; the edits have none.
_OF_DOCUMENT = sa.select(_edit.seq, _edit.body).where(
    _edit.seq.in_(sa.select(_change.seq).where(_change.document_id == sa.bindparam("document")))
)
