"""One sign for how grave an edit is, the same on every page and in the report."""

from __future__ import annotations

import msgspec

from ingest.edits.edit import Edit
from ingest.index.activity import GRAVITIES, Gravity

SIGNS: dict[Gravity, str] = {"silent": "◆", "open": "◇", "reworded": "~", "cosmetic": "·", "none": "·"}
NAMES: dict[Gravity, str] = {
    "silent": "changed silently",
    "open": "announced",
    "reworded": "reworded",
    "cosmetic": "cosmetic",
    "none": "of no significance",
}


class GravityMark(msgspec.Struct, frozen=True):
    """How grave an edit is: the word for programs, the sign, and its name."""

    gravity: str
    sign: str
    name: str


CREATED = GravityMark("first", "○", "first version")
UNREAD = GravityMark("unread", "?", "not compared")


def gravity_of(significance: str, *, silent: bool | None) -> Gravity:
    """Return how grave an edit of a significance is."""
    if significance == "substantive":
        return "silent" if silent else "open"
    return next((each for each in GRAVITIES if each == significance), "none")


def mark_of(edit: Edit | None) -> GravityMark:
    """Return the mark of an edit; of a version that was not compared, its own."""
    if edit is None:
        return UNREAD
    return mark(gravity_of(edit.significance, silent=edit.silent))


def mark(gravity: Gravity) -> GravityMark:
    """Return the mark of a gravity."""
    return GravityMark(gravity, SIGNS[gravity], NAMES[gravity])


def gravest(marks: list[GravityMark]) -> GravityMark:
    """Return the gravest of some marks."""
    order = [*GRAVITIES, "unread", "first"]
    return min(marks, key=lambda each: order.index(each.gravity))
