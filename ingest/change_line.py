"""A change and its edit in one line that fits: the path is cut in its middle, the reason in its values."""

from __future__ import annotations

import re
from itertools import takewhile

from ingest.expressions import expression
from ingest.width import cut_end, cut_middle, width

ARROW = " -> "
_HEADING = 60  # columns of a heading that names a place
_LEAST = 8  # columns of a reason: in fewer nothing is said
_PATH, _REASON = 12, 24  # columns that each has before the significance, which is implied, has its own
_IMPLIED = "substantive: "  # what is silent or open is that
_VALUES = expression("(.*?“)([^”]*)(”.*?“)([^”]*)(”)", re.DOTALL)
_VALUE = 3  # columns of a value: in fewer it is not shown


def fit(
    path: str, came: str | None, what: str, reason: str, room: int | None, place: str = ""
) -> tuple[str, str]:
    """Return what a line shows of a path and of the edit made to it, in `room` columns (None: whole).

    `came` is the path before, of a document that moved; `what` the edit in a few words; `place` where in the
    document it is, told behind the reason if all of it fits there. All are escaped.

    Path and reason have half each of the columns that `what` leaves, and one has what the other does not
    need; a path of more than twelve columns leaves the reason 24. Where they have too few, `what` goes
    without `substantive`; where the reason would still have too few, the path has all of them.
    """
    whole = path if came is None else f"{came}{ARROW}{path}"
    behind = f"  ({place})" if place else ""
    if room is None:
        return whole, f"  {what}: {reason}{behind}"
    wanted = min(width(whole), _PATH) + 2 + min(width(reason), _REASON)
    if room - width(what) - 2 < wanted:
        what = what.removeprefix(_IMPLIED)
    left = max(room - width(what) - 2, 0)
    share = min(left // 2, max(_PATH, left - 2 - min(width(reason), _REASON)))
    for_path = max(min(width(whole), share), left - width(reason) - 2)
    shown = fit_path(path, came, for_path)
    rest = left - width(shown) - 2
    if rest < min(_LEAST, width(reason)):
        return fit_path(path, came, left), f"  {what}"
    fits = width(reason) + width(behind) <= rest
    return shown, f"  {what}: {cut_reason(reason, rest)}{behind if fits else ''}"


def shown_place(page: int | None, heading: str | None) -> str:
    """Say where in a document something is: `p. 3`, else the heading above; nothing where neither is known.

    On one line, a long heading cut at its end. It is not escaped.
    """
    if page is not None:
        return f"p. {page}"
    return "" if heading is None else f"“{cut_end(' '.join(heading.split()), _HEADING)}”"


def cut_reason(reason: str, room: int) -> str:
    """Cut a reason to `room` columns; both of its first values in quotes are shown, if they fit."""
    values = _VALUES.match(reason)
    if width(reason) <= room or values is None or width(values[0]) < room:
        return cut_end(reason, room)
    head, old, between, new, close = values.groups()
    tail = "" if values.end() == len(reason) else "…"
    left = room - width(f"{head}{between}{close}{tail}")
    if left < 2 * _VALUE:
        return cut_end(reason, room)
    shown = _values(old, new, left)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    if shown[0] != old and shown[1] != new and alike >= min(map(len, shown)) - 1:  # what differs was cut off
        shown = _values(f"…{old[alike:]}", f"…{new[alike:]}", left)
    return f"{head}{shown[0]}{between}{shown[1]}{close}{tail}"


def _values(old: str, new: str, room: int) -> tuple[str, str]:
    """Return two values that share `room` columns."""
    first = cut_end(old, max(room // 2, room - width(new)))
    return first, cut_end(new, room - width(first))


def fit_path(path: str, came: str | None, room: int) -> str:
    """Return a path, and the one before of a document that moved, in `room` columns."""
    if came is None:
        return cut_middle(path, room)
    both = max(room - len(ARROW), 0)
    first = max(min(width(came), both // 2), both - width(path))
    return f"{cut_middle(came, first)}{ARROW}{cut_middle(path, both - min(first, width(came)))}"
