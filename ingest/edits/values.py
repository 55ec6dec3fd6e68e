"""Values as tokens of the proof: what they are, and what of the way in which they are written speaks."""

from __future__ import annotations

import re

import msgspec

from ingest.edits import reading
from ingest.edits.reading import ComparedToken
from ingest.expressions import expression
from ingest.facts.model import CalendarDate, Code, Quantity, Share, Slot
from ingest.text.lexicon import Lexicon

_DECIMALS = expression(r"[.,]([0-9]{1,2}|[0-9]{4,})\Z")
# One mark before three digits, and none else.
_MARK_ALONE = expression(r"(?<![0-9.,])[1-9][0-9]{0,2}([.,])[0-9]{3}(?![0-9]|[.,][0-9])")
_ZONE = expression(r"\b(?:gmt|bst|utc|ces?t|e[sd]t)\b", re.IGNORECASE)
_ZEROS = expression("0+(?=[0-9])")

_Writing = tuple[int, str, str, str]


def value(slot: Slot, written: str, start: int, end: int) -> ComparedToken:
    """Return a value of a sentence as one token; its key is the value and what `_as_written` tells of it."""
    read = ComparedToken("", written, start, end, slot)
    key = f"value {slot.kind} {slot.value!r} {_as_written(read)}"
    return msgspec.structs.replace(read, key=key)


def written_alike(old: ComparedToken, new: ComparedToken, lexicon: Lexicon) -> bool:
    """Tell whether the writing of a value speaks the same; a unit written out says its own.

    Before three digits the mark of decimals may be one: `1.500` is not known to be `1,500`, or `1500`.
    """
    decimals, unit, mark, zone = _as_written(old)
    new_decimals, new_unit, new_mark, new_zone = _as_written(new)
    if decimals != new_decimals or zone != new_zone or (unit != new_unit and unit and new_unit):
        return False
    return mark == new_mark or not lexicon.decimal_marks & {mark, new_mark}


def _as_written(read: ComparedToken) -> _Writing:
    """Return what of the writing of a value speaks beside it.

    Its decimals, or zeros before it; the capitals of its unit; a mark alone; a zone of time.
    """
    decimals = 0 if read.slot is None else _decimals_of(read.slot, read.text)
    mark, zone = _MARK_ALONE.search(read.text), _ZONE.search(read.text)
    if read.slot is not None and isinstance(read.slot.value, Code):
        return 0, "".join(filter(str.isalpha, read.text)), "", ""
    return decimals, reading.unit_of(read.text), mark[1] if mark else "", zone[0].lower() if zone else ""


def takes_article(slot: Slot) -> bool:
    """Tell whether an article before a value belongs to the way in which it is written."""
    if isinstance(slot.value, CalendarDate):
        return slot.value.day is not None
    return isinstance(slot.value, Share)


def _decimals_of(slot: Slot, written: str) -> int:
    """Return how many decimals a bare figure has, below 0 zeros before it: 1.1 is not 1.10, nor 7 007."""
    if slot.kind != "number" or not isinstance(slot.value, Quantity) or slot.value.unit is not None:
        return 0
    if zeros := _ZEROS.match(written):
        return -len(zeros[0])
    found = _DECIMALS.search(written.rstrip())
    return len(found[1]) if found else 0
