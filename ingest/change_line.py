"""A change and its edit in one line that fits: the path is cut in its middle, the reason at its end."""

from __future__ import annotations

from ingest.width import cut_end, cut_middle, width

ARROW = " -> "
_LEAST = 8  # columns of a reason: in fewer nothing is said


def fit(path: str, came: str | None, what: str, reason: str, room: int | None) -> tuple[str, str]:
    """What a line shows of a path and of the edit made to it, in `room` columns; whole where that is None.

    `came` is the path before, of a document that moved; `what` the edit in a few words. All are escaped. The
    two share what `what` leaves: neither gets less than half of it while it needs more.
    """
    whole = path if came is None else f"{came}{ARROW}{path}"
    if room is None:
        return whole, f"  {what}: {reason}"
    left = max(room - width(what) - 2, 0)
    for_path = max(min(width(whole), left // 2), left - width(reason) - 2)
    shown = _paths(path, came, for_path)
    rest = left - width(shown) - 2
    said = cut_end(reason, rest) if rest >= min(_LEAST, width(reason)) else ""
    return shown, f"  {what}: {said}" if said else f"  {what}"


def _paths(path: str, came: str | None, room: int) -> str:
    if came is None:
        return cut_middle(path, room)
    both = max(room - len(ARROW), 0)
    first = max(min(width(came), both // 2), both - width(path))
    return f"{cut_middle(came, first)}{ARROW}{cut_middle(path, both - min(first, width(came)))}"
