"""One fact of a sentence: its kind and the value that it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from ingest.text.lexicon import Lexicon

Kind = Literal["number", "amount", "percentage", "date", "quotation", "name", "negation"]
NUMERIC = frozenset({"number", "amount", "percentage"})


# The kind and value of a fact, the token after it, and whether it is weak.
Taken = tuple[Kind, tuple[object, ...], int, bool]


class Face(int):
    """An hour as the face of a clock has it: `half nine` may be in the evening."""


class Slot(msgspec.Struct, frozen=True):
    """One fact of a sentence. A `weak` one, such as `a` or `several`, is none beside nothing else."""

    kind: Kind
    value: tuple[object, ...]
    start: int
    end: int
    weak: bool = False
    letters: bool = False


class Token(msgspec.Struct):
    """A word or mark of a sentence, and where it is; `low` is unaccented and small."""

    text: str
    low: str
    start: int
    end: int


class Tokens(list[Token]):
    """The words and marks of a sentence, without blanks, and the lexicon that they are read by."""

    def __init__(self, tokens: Iterable[Token], lexicon: Lexicon) -> None:
        super().__init__(tokens)
        self.lexicon = lexicon


def low_at(cut: Tokens, at: int) -> str:
    """The small letters of a token, or nothing beyond the ends."""
    return cut[at].low if 0 <= at < len(cut) else ""
