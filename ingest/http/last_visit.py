"""When a reader was here last, in a cookie: what a page tells as new comes after that."""

from __future__ import annotations

LOOKED = "looked"  # the cookie: seq and time from which this visit is told, and those of its last page
_AGAIN = 30 * 60 * 1_000_000  # microseconds after which another visit begins


def visit(cookie: str, *, head: int, now: int) -> tuple[int, int | None, str]:
    """Return the seq and the time from which a visit is told, and the new cookie.

    A visit goes on for half an hour after its last page: to load a page again tells the same.
    """
    parts = cookie.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return 0, None, f"0.0.{head}.{now}"
    base, base_at, last, last_at = map(int, parts)
    if now - last_at > _AGAIN:
        base, base_at = last, last_at
    if base > head:  # another store, or one that was longer
        base, base_at = 0, 0
    return base, base_at or None, f"{base}.{base_at}.{head}.{now}"
