"""The zone of a call, and moments as it prints them for people: local, their offset said once."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ingest import moments
from ingest.cli.output import header, note
from ingest.moments import Calendar

_SYSTEM = "/etc/localtime"
_COLUMN = 19  # columns of a moment without its offset
# The head of a zone file that holds one type of time and no change of it: its last line, a rule, says all.
_HEAD = (
    b"TZif2" + bytes(15) + b"".join(n.to_bytes(4, "big") for n in (0, 0, 0, 0, 1, 4)) + bytes(6) + b"UTC\0"
)


def calendar() -> Calendar:
    """Give what this call reads moments by: the system's clock, and UTC with `--utc`, else the local zone."""
    chosen = click.get_current_context().ensure_object(dict)
    if "calendar" not in chosen:
        zone = UTC if chosen.get("utc") else local_zone(os.environ.get("TZ"))
        if zone is None:
            note(f"TZ={os.environ.get('TZ')} is no time zone that this machine knows: times are UTC")
        chosen["calendar"] = Calendar(time.time_ns() // 1000, zone or UTC)
    found: Calendar = chosen["calendar"]
    return found


def local_zone(name: str | None) -> tzinfo | None:
    """Find the zone of `TZ`: a name, a zone file's path, or a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.

    Without `TZ` the system's, UTC where it has none. None for what is none of these.
    """
    if name is None:
        try:
            with open(_SYSTEM, "rb") as file:
                return ZoneInfo.from_file(file)
        except (OSError, ValueError):
            return UTC
    name = name.removeprefix(":")
    if not name:
        return UTC
    try:
        if name.startswith("/"):
            with open(name, "rb") as file:
                return ZoneInfo.from_file(file)
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        pass
    try:
        return ZoneInfo.from_file(io.BytesIO(_HEAD * 2 + b"\n" + name.encode("ascii") + b"\n"))
    except ValueError:
        return None


class Times:
    """Moments under each other: the offset stands in the header, else beside the first of them."""

    def __init__(self) -> None:
        self._named: timedelta | None = None
        self._width = 0

    def header(self, before: str, name: str, after: str) -> None:
        """Write the names of the columns, on a terminal only; `name` is of the moments, with their offset."""
        now = calendar()
        offset = moments.offset_at(now.now, now.zone)
        if header(f"{before}{f'{name} ({moments.offset_name(offset)})':<{_COLUMN}}{after}"):
            self._named = offset

    def column(self, micros: int) -> str:
        """Return a moment as a column, as wide as the first: that has the offset if no header has."""
        shown = self.show(micros)
        self._width = self._width or len(shown)
        return shown.ljust(self._width)

    def show(self, micros: int) -> str:
        """Return a moment, with its offset if another one is named above, or if the time occurs twice."""
        zone, named = calendar().zone, self._named
        if named is None:
            self._named = moments.offset_at(micros, zone)
        return moments.show_local(micros, zone, named=named)

    def reshow(self, recorded: str) -> str:
        """Return a moment that is written as records have it."""
        moment = moments.parse(recorded, calendar())
        assert moment.time is not None
        return self.show(moment.time)
