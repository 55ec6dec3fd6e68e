"""NFC in linear time.

The standard library sorts a run of combining marks by insertion, which takes minutes for a
megabyte of them. Long runs are therefore put into canonical order here first; it then finds
them sorted, and the result is the same.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

_SMALL = 4096
_LONG_RUN = 64
_PIECE = 65_536

# No character outside this range has a combining class.
_MARK_RANGE = range(0x0300, 0x20000)
_BEYOND_BMP = "\U00010000"


def nfc(text: str) -> str:
    """The text in NFC; the same object when it already is."""
    if text.isascii():
        return text
    if len(text) > _SMALL:
        text = _order_long_runs(text)
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def _order_long_runs(text: str) -> str:
    if _may_be_long_run().search(text) is None:
        return text
    return _long_run().sub(lambda run: _in_canonical_order(run.group()), text)


@functools.cache
def _may_be_long_run() -> re.Pattern[str]:
    return re.compile(f"(?<![\u0300-\U0001ffff])[\u0300-\U0001ffff]{{{_LONG_RUN},}}+")


@functools.cache
def _long_run() -> re.Pattern[str]:
    marks = [
        char for char in map(chr, _MARK_RANGE) if unicodedata.combining(unicodedata.normalize("NFD", char)[0])
    ]
    near = "[" + "".join(char for char in marks if char < _BEYOND_BMP) + "]"
    # A set with characters beyond the BMP is looked through one by one, so it stands alone,
    # and only such characters get there.
    far = f"(?=[{_BEYOND_BMP}-\U0001ffff])[" + "".join(char for char in marks if char >= _BEYOND_BMP) + "]"
    # The look-behind lets a run be found at its start only: without it, a text of runs just
    # below the limit would be looked at once for each of their marks.
    return re.compile(f"(?=[\u0300-\U0001ffff])(?<!{near})(?<!{far})(?:{near}|{far}){{{_LONG_RUN},}}+")


def _in_canonical_order(run: str) -> str:
    by_class: dict[int, list[str]] = {}
    for start in range(0, len(run), _PIECE):
        marks = "".join(_decomposed(char) for char in run[start : start + _PIECE])
        ordered = sorted(marks, key=unicodedata.combining)
        for combining, group in itertools.groupby(ordered, key=unicodedata.combining):
            by_class.setdefault(combining, []).append("".join(group))
    return "".join("".join(by_class[combining]) for combining in sorted(by_class))


@functools.lru_cache(maxsize=4096)
def _decomposed(char: str) -> str:
    return unicodedata.normalize("NFD", char)
