"""Versions and observation on one axis of time. Times are microseconds, places units of a drawing. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingest.web.gravity import GravityMark, gravest

WIDTH, MARGIN = 1132, 20
_APART = 24  # units between two signs: closer ones are one group
_DIGIT, _GAP = 7.5, 8.0  # units that a sign of a label takes, and that two labels stay apart
_NARROW = 2.0  # units below which stretches of observation are put together
_WORSE = ("watched", "scanned", "unrecorded", "blind")
_TAIL = (
    0.12  # the axis goes on behind the last version for this part of their time, or until now if that is less
)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A version on the axis."""

    version: int
    at: int
    size: int
    mark: GravityMark


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that stand too close to be told apart; mostly one. `label` is empty where it has no room.

    `at` and `size`, in bytes, are the last one's.
    """

    x: float
    first: int
    last: int
    at: int
    size: int
    mark: GravityMark
    label: str


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of observation."""

    x: float
    width: float
    state: str
    since: int
    until: int | None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """An axis with versions, bands of observation and, in `away`, the times without the document.

    `least` and `most` are the bytes of its smallest and its largest version; `is_now` says that it ends now.
    """

    groups: list[Group]
    bands: list[Band]
    away: list[Band]
    least: int
    most: int
    begin: int
    end: int
    is_now: bool


class TimeStretch(msgspec.Struct, frozen=True):
    """A stretch of the ledger."""

    state: str
    since: int
    until: int | None


def drawn(
    points: Sequence[Point], ledger: Sequence[TimeStretch], absences: Sequence[TimeStretch] = (), *, now: int,
    shown: int,
) -> Timeline:  # fmt: skip
    """Return the versions of a document, when it was not there, and how its root was observed meanwhile.

    The version that is `shown` has its label, then the newest, and of the others those that have room.
    """
    begin, last = points[0].at, max(points[-1].at, *(each.since for each in absences), 0)
    end = min(max(now, last + 1), last + max(round((last - begin) * _TAIL), 1)) if last > begin else now
    end = max(end, begin + 1)

    def x(at: int) -> float:
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (min(max(at, begin), end) - begin) / (end - begin), 1)

    groups: list[list[Point]] = []
    begins = 0.0
    for point in points:
        here = x(point.at)
        if groups and here - begins < _APART:
            groups[-1].append(point)
        else:
            groups.append([point])
            begins = here
    places = [x(each[0].at) for each in groups]
    names = [_name(each[0].version, each[-1].version) for each in groups]
    chosen = next(number for number, each in enumerate(groups) if shown <= each[-1].version)
    labelled = _with_room(places, names, chosen)
    return Timeline(
        groups=[
            Group(
                x=places[number],
                first=each[0].version,
                last=each[-1].version,
                at=each[-1].at,
                size=each[-1].size,
                mark=gravest([point.mark for point in each]),
                label=names[number] if number in labelled else "",
            )
            for number, each in enumerate(groups)
        ],
        bands=bands(ledger, begin=begin, end=end, now=now),
        away=bands(absences, begin=begin, end=end, now=now),
        least=min(each.size for each in points),
        most=max(each.size for each in points),
        begin=begin,
        end=end,
        is_now=end >= now,
    )


def _name(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _with_room(places: Sequence[float], names: Sequence[str], chosen: int) -> set[int]:
    """Return the numbers of the names that have room side by side: the chosen one, then from the last on."""
    found: set[int] = set()
    for number in (chosen, *reversed(range(len(places)))):
        if all(
            abs(places[number] - places[each]) >= (len(names[number]) + len(names[each])) * _DIGIT / 2 + _GAP
            for each in found
        ):
            found.add(number)
    return found


def bands(ledger: Sequence[TimeStretch], *, begin: int, end: int, now: int) -> list[Band]:
    """Return the stretches of a ledger that lie within a time.

    Those too narrow to be told apart are one, of the state in which the most could be missed.
    """
    found: list[Band] = []
    for each in ledger:
        until = now if each.until is None else each.until
        if until <= begin or each.since >= end:
            continue
        first, last = max(each.since, begin), min(until, end)
        left = MARGIN + (WIDTH - 2 * MARGIN) * (first - begin) / (end - begin)
        width = (WIDTH - 2 * MARGIN) * (last - first) / (end - begin)
        here = Band(
            x=round(left, 1),
            width=round(max(width, 1.0), 1),
            state=each.state,
            since=each.since,
            until=each.until,
        )
        if found and width < _NARROW and found[-1].width < _NARROW and left < found[-1].x + _NARROW:
            here = _together(found.pop(), here)
        found.append(here)
    return found


def _together(before: Band, after: Band) -> Band:
    worst = max(before.state, after.state, key=lambda state: _WORSE.index(state) if state in _WORSE else -1)
    return Band(
        x=before.x,
        width=round(after.x + after.width - before.x, 1),
        state=worst,
        since=before.since,
        until=after.until,
    )
