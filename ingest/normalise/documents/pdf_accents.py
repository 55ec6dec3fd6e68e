"""Accents that a file draws by themselves, over a letter or under it: its font has no such letters."""

from __future__ import annotations

from collections.abc import Callable

import unicodedata2

from ingest.expressions import expression

Box = tuple[float, float, float]  # left, right, baseline

# By itself, and as what it adds to a letter.
_ADDS = dict(
    zip(
        "`´ˆ˜¯˘˙¨˚˝ˇ¸˛",
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328",
        strict=True,
    )
)
_ALONE = {added: alone for alone, added in _ADDS.items()}
_ACCENT = expression(f"[{''.join(_ADDS)}{''.join(_ALONE)}]")
_WITHOUT_DOT = {"\u0131": "i", "\u0237": "j"}
_FARTHEST = 300  # characters: an accent over a capital is told after the piece of a line that it stands in
_MOST = 600_000  # characters that are looked at for all accents of a page
_HIGHER = 0.6  # of the height of a line
_OFF_CENTRE = 0.35  # of the width of a letter


def composed(text: str, box: Callable[[int], Box], height: Callable[[int], float], gone: str) -> str:
    """Return a page's characters with such accents as part of their letters, `gone` in their place.

    One over a blank that the file draws stands for itself, there.
    """
    found = list(_ACCENT.finditer(text))
    if not found:
        return text
    made = list(text)
    known: dict[int, Box] = {}

    def placed(index: int) -> Box:
        if index not in known:
            known[index] = box(index)
        return known[index]

    looked = 0
    for accent in found:
        at = accent.start()
        added = _ADDS.get(text[at], text[at])
        beside = (at + 1, at - 1)
        far = range(at - 2, max(at - _FARTHEST, 0) - 1, -1) if looked < _MOST else ()
        left, right, y = placed(at)
        highest = _HIGHER * height(at)
        for index in (*beside, *far):
            looked += 1
            if not 0 <= index < len(text) or not (text[index].isalpha() or text[index] == "\u00a0"):
                continue
            start, end, baseline = placed(index)
            centre = (left + right) / 2
            if not (start <= centre <= end and abs(y - baseline) < highest):
                continue
            letter = _with(made[index], added)
            is_blank = made[index] == "\u00a0"
            is_over = abs(centre - (start + end) / 2) <= _OFF_CENTRE * (end - start)
            if is_blank or (letter is not None and is_over):
                made[index] = _ALONE[added] if letter is None else letter
                made[at] = gone
                break
    return "".join(made)


def _with(letter: str, accent: str) -> str | None:
    """Return the letter with the accent; None where there is no such letter."""
    whole = unicodedata2.normalize("NFC", _WITHOUT_DOT.get(letter, letter) + accent)
    return whole if len(whole) == 1 else None
