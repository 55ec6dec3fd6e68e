"""A date that a text gives of itself, as EDTF writes a day or a month: `2021-02-20`, `2021-02`."""

from __future__ import annotations

import calendar
import datetime as dt

import msgspec

from ingest.expressions import expression

_EDTF = expression(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """A date as written, and the first and last ISO day it can mean."""

    written: str
    earliest: str
    latest: str


def read(written: str) -> Date | None:
    """Return the date, or None when it is no day and no month of the calendar."""
    match = _EDTF.fullmatch(written)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        first = dt.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    last = first if day else first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return Date(written=written, earliest=first.isoformat(), latest=last.isoformat())
