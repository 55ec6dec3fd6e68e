"""Numbers in Roman letters behind what is numbered: `Section II`, `hoofdstuk (IV)`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.text.words import words

_ROMAN = re.compile(r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_LABEL_LIST = """
    section chapter article part title book volume annex appendix table figure schedule paragraph clause
    stage phase sections chapters articles parts volumes annexes appendices tables figures
    hoofdstuk artikel deel titel boek bijlage tabel figuur afdeling paragraaf lid fase afbeelding
    hoofdstukken artikelen delen bijlagen tabellen figuren
    abschnitt kapitel teil titel buch band anhang anlage tabelle abbildung stufe
    sec ch art fig tab vol app hst afb bijl abs kap abb
"""
_LABELS = frozenset(_LABEL_LIST.split())
_AROUND = 20  # characters in which a label stands before its number


def is_same(text: str, at: int, old: Sequence[str], new: Sequence[str]) -> bool:
    """Tell whether two words are one number, in Roman letters and in figures, behind a label before `at`."""
    if not len(old) == len(new) == 1 or old[0].isdecimal() == new[0].isdecimal():
        return False
    figure, letters = (old[0], new[0]) if old[0].isdecimal() else (new[0], old[0])
    label = words(text[max(0, at - _AROUND) : at])[-1:]
    return bool(label) and label[0].lower() in _LABELS and str(_value(letters)) == figure


def _value(word: str) -> int | None:
    """Return the value of a number in Roman capitals, up to 89; else None."""
    if _ROMAN.match(word) is None:
        return None
    values = [_VALUES[letter] for letter in word]
    return sum(one if one >= other else -one for one, other in zip(values, [*values[1:], 0], strict=True))
