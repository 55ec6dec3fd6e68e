"""How wide text is on a terminal, and text cut to that: wide characters take two columns, marks none."""

from __future__ import annotations

import unicodedata2

_MARKS = frozenset({"Mn", "Me", "Cf"})


def width(text: str) -> int:
    """Count the columns that a line of text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut_end(text: str, room: int) -> str:
    """Cut a text at its end, marked with `…`, where it is wider than `room` columns."""
    return text if width(text) <= room else _head(text, room - 1) + "…" if room > 0 else ""


def cut_middle(text: str, room: int) -> str:
    """Cut a text in its middle, marked with `…`, where it is wider than `room` columns."""
    if width(text) <= room:
        return text
    if room <= 0:
        return ""
    tail = _head(text[::-1], room // 2)[::-1]
    while tail and not _columns(tail[0]):
        tail = tail[1:]  # a mark without what it stands on
    return f"{_head(text, room - 1 - width(tail))}…{tail}"


def _head(text: str, room: int) -> str:
    """Return the longest beginning that is no wider than `room`."""
    taken = 0
    for at, char in enumerate(text):
        taken += _columns(char)
        if taken > room:
            return text[:at]
    return text


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata2.category(char) in _MARKS:
        return 0
    return 2 if unicodedata2.east_asian_width(char) in "WF" else 1
