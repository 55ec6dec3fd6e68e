"""The edits that the index keeps: those of some changes, and the changes of some edits."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES, Edit, Summary
from ingest.errors import UsageError
from ingest.index import state
from ingest.store import reviews
from ingest.store.engine import Row

_edits = sa.table(
    "edit",
    *map(sa.column, ("seq", "class", "significance", "flags", "reason", "page", "heading", "body")),
)
_edit = _edits.c
_marks = sa.table("mark", *map(sa.column, ("name", "seq")))
Seqs = sa.Select[int]


def marks(edit: Edit) -> list[str]:
    """Return the names by which an edit is found: those of its flags, and of the kinds of its facts."""
    flags = [f"flag:{flag.name}" for flag in edit.flags]
    return flags + [f"fact:{kind}" for kind in sorted({fact.kind for fact in edit.facts})]


def selection(
    *,
    kind: str | None = None,
    significance: str | None = None,
    fact: str | None = None,
    flag: str | None = None,
    reviewed: bool | None = None,
) -> Seqs | None:
    """Return a select of the seqs of the changes with such an edit, which `selected_seqs` takes.

    None where nothing is asked. `significance` may be several, with commas between. `reviewed` says whether
    the edit has a review that stands. Raises UsageError for a name that no edit has.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    seq = _edit.seq
    named = (("fact", fact, FACTS), ("flag", flag, FLAGS))
    for what, word, known in named:
        if word is not None:
            mark = _marks.alias(what).c
            conditions += [mark.name == f"{what}:{_one_of(word, known, what)}", mark.seq == seq]
            seq = mark.seq
    if kind is not None:
        conditions.append(_edit["class"] == _one_of(kind, CLASSES, "class"))
    if significance is not None:
        conditions.append(_edit.significance.in_(_some_of(significance, SIGNIFICANCES, "significance")))
    if reviewed is not None:
        among = seq.in_(reviews.reviewed())
        conditions.append(among if reviewed else ~among)
    return sa.select(seq).where(*conditions) if conditions else None


def selected_seqs(
    connection: Connection, among: Seqs, *, after: int, until: int, limit: int, newest_first: bool
) -> list[int]:
    """Return so many of the chosen seqs, of those above `after` and at most `until`: the first, or the last.

    They are read in their order, from an index where there is one, and none beyond the last that is given.
    """
    (seq,) = among.selected_columns
    within = among.where(seq > after, seq <= until)
    order = seq.desc() if newest_first else seq
    return [int(each) for each in connection.execute(within.order_by(order).limit(limit)).scalars()]


def selected_among(connection: Connection, among: Seqs, seqs: Sequence[int]) -> set[int]:
    """Return the chosen ones of these seqs, of which a statement takes some thousands."""
    (seq,) = among.selected_columns
    return {int(each) for each in connection.execute(among.where(seq.in_(seqs))).scalars()}


def is_chosen(
    edit: Edit | None,
    *,
    kind: str | None = None,
    significance: str | None = None,
    fact: str | None = None,
    flag: str | None = None,
) -> bool:
    """Tell whether `selection` would give a change with this edit."""
    return (
        edit is not None
        and kind in (None, edit.kind)
        and (significance is None or edit.significance in _names_in(significance))
        and (fact is None or any(each.kind == fact for each in edit.facts))
        and (flag is None or any(each.name == flag for each in edit.flags))
    )


def summaries(connection: Connection, seqs: Sequence[int]) -> dict[int, Summary | None]:
    """Return the edits, in short, by the seq of their change; None for a change without an edit.

    A change that the index has not taken in is missing. Changes that nobody asked for may be among them.
    """
    reached, first, last = state.edits_seq(connection), min(seqs), max(seqs)
    found: dict[int, Summary | None] = {seq: None for seq in seqs if seq <= reached}
    # Where few others lie between, a stretch is found in a third of the time.
    dense = last - first < 4 * len(seqs)
    which = _edit.seq.between(first, min(last, reached)) if dense else _edit.seq.in_(list(found))
    told = (_edit.significance, _edit["class"], _edit.flags, _edit.reason, _edit.page, _edit.heading)
    for seq, significance, kind, flags, *more in connection.execute(sa.select(_edit.seq, *told).where(which)):
        found[seq] = Summary(significance, kind, tuple(filter(None, flags.split(","))), *more)
    return found


def _names_in(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def _some_of(words: str, known: Sequence[str], what: str) -> list[str]:
    return [_one_of(word, known, what) for word in _names_in(words)]


def _one_of(word: str, known: Sequence[str], what: str) -> str:
    if word not in known:
        raise UsageError(f"no {what} '{word}'", hint=f"they are: {', '.join(known)}")
    return word


def stored(connection: Connection, rows: Sequence[Row]) -> dict[int, msgspec.Raw | None]:
    """Return the edits, as JSON, by the seq of their change; None for a change without an edit.

    A change that the index has not taken in is missing.
    """
    reached = state.edits_seq(connection)
    found: dict[int, msgspec.Raw | None] = {int(row.seq): None for row in rows if row.seq <= reached}
    if found:
        select = sa.select(_edit.seq, _edit.body).where(_edit.seq.in_(list(found)))
        found.update((each.seq, msgspec.Raw(each.body.encode())) for each in connection.execute(select))
    return found
