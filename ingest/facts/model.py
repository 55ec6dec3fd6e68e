"""The facts of a sentence: a kind, and a value of a type of its own.

Two facts say the same where their values are equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from ingest.facts.kinds import Kind
from ingest.text.lexicon import Lexicon


class Face(int):
    """An hour as the face of a clock has it: `half nine` may be in the evening."""


class Figure(msgspec.Struct, frozen=True):
    """A value that can be reckoned with. `measure` says what it is of, None where nothing does."""

    value: Fraction

    @property
    def measure(self) -> str | None:
        """Return the unit, or what stands for one."""
        raise NotImplementedError


class Quantity(Figure, frozen=True):
    """So many of a unit, a currency or per cent: `5 km`, `€5`, `5 %`; of a bare figure the unit is None."""

    unit: str | None = None

    @property
    def measure(self) -> str | None:
        """Return the unit."""
        return self.unit


class Share(Figure, frozen=True):
    """A part of a whole: `a third of`."""

    @property
    def measure(self) -> str:
        """Say that it is a part."""
        return "part"


class Multiple(Figure, frozen=True):
    """How many times as much: `doubled`."""

    @property
    def measure(self) -> str:
        """Say that it is a multiple."""
        return "fold"


class Repetition(Figure, frozen=True):
    """How often: `twice`."""

    @property
    def measure(self) -> str:
        """Say that it is how often."""
        return "times"


class AgeLimit(Figure, frozen=True):
    """An age that is a bound: `under-18s`. `limit` is the word before it: `under`."""

    limit: str

    @property
    def measure(self) -> str:
        """Tell which bound it is."""
        return self.limit


class Range(msgspec.Struct, frozen=True):
    """Two figures or more with all between them, `4-11`, as they stand."""

    text: str
    measure: str | None


class Ordinal(msgspec.Struct, frozen=True):
    """A place in an order: `second`."""

    number: int


class Vague(msgspec.Struct, frozen=True):
    """A number that is only told roughly: `dozens`."""

    word: str


class Some(msgspec.Struct, frozen=True):
    """A few: `several`."""


class Code(msgspec.Struct, frozen=True):
    """Digits that are no number: `7a`, `020-5550123`; `suffix` is what is attached."""

    text: str
    suffix: str


class CalendarDate(msgspec.Struct, frozen=True):
    """A date or a time of day, of which None is not said. Weekdays and months count from 1.

    `part` is the part of the day that is in one word with its weekday.
    """

    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    hour: int | None = None
    minute: int | None = None
    part: str | None = None


class Relative(msgspec.Struct, frozen=True):
    """A day as seen from that of the text: `yesterday`."""

    day: str


class Period(msgspec.Struct, frozen=True):
    """A stretch of time as seen from the text: `next week`."""

    which: str
    period: str


class Season(msgspec.Struct, frozen=True):
    """A season, from 1."""

    number: int


class PartOfDay(msgspec.Struct, frozen=True):
    """A part of the day: `'s middags`."""

    word: str


class Century(msgspec.Struct, frozen=True):
    """A century by its number."""

    number: int


class Decade(msgspec.Struct, frozen=True):
    """Ten years, in two digits or four; `part` is `mid`, `early` or the like."""

    years: str
    part: str | None = None


class Name(msgspec.Struct, frozen=True):
    """A name by its words, small and without accents."""

    words: tuple[str, ...]


Value = (
    Quantity | Share | Multiple | Repetition | AgeLimit | Range | Ordinal | Vague | Some | Code
    | CalendarDate | Relative | Period | Season | PartOfDay | Century | Decade | Name
)  # fmt: skip

# The kind and value of a fact, the token after it, and whether it is weak.
SlotParts = tuple[Kind, Value, int, bool]


class Slot(msgspec.Struct, frozen=True):
    """One fact of a sentence. A `weak` one, such as `a` or `several`, is none beside nothing else.

    `letters` says of a name that it begins with letters that have dots.
    """

    kind: Kind
    value: Value
    start: int
    end: int
    weak: bool = False
    letters: bool = False


class Fact(msgspec.Struct, frozen=True):
    """A value of the sentence before, and the one in its place; offsets are in the sentences.

    `before` or `after` is None where there was none: a negation, or a number for `several`.
    """

    kind: Kind
    before: str | None
    after: str | None
    a_offset: int
    b_offset: int


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
    """Return the small letters of a token, or nothing beyond the ends."""
    return cut[at].low if 0 <= at < len(cut) else ""
