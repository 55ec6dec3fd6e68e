"""Numbers in Roman letters, and words that a number stands behind as a name: `Section II`, `version 2.10`."""

from __future__ import annotations

from collections.abc import Mapping

_LABEL_LIST = """
    section chapter article part title book volume annex appendix table figure schedule paragraph clause
    stage phase act scene type class grade level group division rule category tier round item protocol
    sections chapters articles parts volumes annexes appendices tables figures
    hoofdstuk artikel deel titel boek bijlage tabel figuur afdeling paragraaf lid fase afbeelding klasse groep
    niveau categorie ronde regel hoofdstukken artikelen delen bijlagen tabellen figuren
    abschnitt kapitel teil titel buch band anhang anlage tabelle abbildung stufe klasse gruppe
    sec ch art fig tab vol app hst afb bijl abs kap abb
"""
# Behind these a small letter is one too: `point v`.
POINTS = frozenset(
    ["point", "points", "item", "items", "punt", "punten", "onderdeel", "sub", "punkt", "ziffer"]
)
LABELS = frozenset(_LABEL_LIST.split()) | POINTS
VERSIONS = frozenset(["version", "versie", "release"])  # their numbers have parts
_MOST = 89
_SIZES = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def _written(number: int) -> str:
    letters = ""
    for size, sign in _SIZES:
        letters += sign * (number // size)
        number %= size
    return letters


NUMBERS: Mapping[str, int] = {_written(number): number for number in range(1, _MOST + 1)}
