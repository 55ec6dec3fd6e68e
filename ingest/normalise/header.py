"""The date header: ` date 2021-02-20 ` or ` date 2021-02 ` before the first word of a text."""

from __future__ import annotations

import msgspec

from ingest.expressions import expression
from ingest.normalise import date
from ingest.normalise.date import Date

_HEADER = expression(r" ?date ([0-9]{4}-[0-9]{2}(?:-[0-9]{2})?) \ufeff*+")

# What may not follow a header: a text left with one of these at its start would be read
# otherwise when it is normalised again.
_UNSAFE_REST = expression(r" ?date [0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?:[ \t\r\n]|\Z)|%PDF-")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The date, and the characters that the header took."""

    date: Date
    length: int


def read(text: str) -> Header | None:
    """Return the header at the very start of the text, or None when the text stays whole.

    It stays whole when the date is not in the calendar, and when another header follows at
    once. A U+FEFF directly after the header counts as part of it.
    """
    match = _HEADER.match(text)
    if match is None or _UNSAFE_REST.match(text, match.end()):
        return None
    found = date.read(match[1])
    return None if found is None else Header(date=found, length=match.end())
