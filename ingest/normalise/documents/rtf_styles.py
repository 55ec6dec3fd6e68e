"""The style sheet of RTF: which of its styles are headings."""

from __future__ import annotations

import re

import msgspec

from ingest.expressions import expression

_HEADING = expression(r"(?:heading(?: ?[1-9])?|title|subtitle)\Z", re.IGNORECASE)
_FARTHEST = 20


def is_level(level: int | None) -> bool:
    """Tell whether this level of the outline makes a heading: that of body text makes none."""
    return level is not None and 0 <= level < 9


class _Style(msgspec.Struct, kw_only=True):
    """What one style says; None where it leaves it to the style that it is based on."""

    number: int = 0
    base: int | None = None
    level: int | None = None
    name: str = ""


class Styles:
    """The styles by their numbers, and the one that is being read."""

    def __init__(self) -> None:
        self._styles: dict[int, _Style] = {}
        self._open: _Style | None = None

    @property
    def is_reading(self) -> bool:
        """Tell whether a style is being read."""
        return self._open is not None

    def begin(self) -> None:
        """Begin a style."""
        self._open = _Style()

    def number(self, value: int | None) -> None:
        """Take its number."""
        if self._open is not None:
            self._open.number = value or 0

    def base(self, value: int | None) -> None:
        """Take the number of the style that it is based on."""
        if self._open is not None:
            self._open.base = value

    def level(self, value: int | None) -> None:
        """Take its level in the outline."""
        if self._open is not None:
            self._open.level = value

    def drop(self, _: int | None) -> None:
        """Forget the style that is being read: those of characters and tables have their own numbers."""
        self._open = None

    def end(self, name: str) -> None:
        """End the style. A semicolon ends its name, an alias stands behind a comma."""
        if self._open is not None:
            self._open.name = name.partition(";")[0].partition(",")[0].strip()
            self._styles[self._open.number] = self._open
        self._open = None

    def is_heading(self, number: int | None) -> bool:
        """Tell whether a style is a heading, by its level or its name, or those of what it is based on.

        The nearest that says something decides.
        """
        for _ in range(_FARTHEST):
            style = None if number is None else self._styles.get(number)
            if style is None:
                return False
            if _HEADING.match(style.name) is not None:
                return True
            if style.level is not None:
                return is_level(style.level)
            number = style.base
        return False
