"""The words that facts, names and edits of a text are found by: those of its language, then of the others.

An article quotes other languages, so they are looked up too. But the text's own language shadows them: a word
that it has in any list is never looked up elsewhere, so that `ten` is ten in English and no number in Dutch.
"""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec

_LONGEST = 60  # letters of a number in one word


class Lexicon(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The tables of one language over the others; words are small and without accents.

    `language` is the code of a language that has a file, or None. `is_known` says whether any word is known:
    of a text in a language without a file only figures and signs are read. `slotted` are the words and marks
    without which, capitals and digits aside, there is no fact; `meant` those that never are each other's
    misspelling: `juni` and `juli`. `light` are the common words that say little, `fillers` others that do,
    `weighty` the common ones that do not, `sureness` those for how sure or how true something is. `phrases`
    are runs of words put for each other, `extent` those that say how much, by the first word. `joints` part a
    sentence where equals are joined.
    """

    language: str | None
    is_known: bool
    capitals_are_names: bool
    month_first: bool
    half_before: bool
    decimal_marks: frozenset[str]
    dotted_ordinals: bool

    numbers: dict[str, Fraction]
    thousands: tuple[tuple[str, str], ...]
    ordinals: dict[str, str]
    places: re.Pattern[str]
    unsure_places: frozenset[str]
    ordinal_endings: frozenset[str]
    magnitudes: dict[str, Fraction]
    ones: frozenset[str]
    signs: dict[str, Fraction]
    parts: dict[str, int]
    plain_parts: frozenset[str]
    shares: dict[str, Fraction]
    vague: dict[str, str]
    some: frozenset[str]
    repeated: dict[str, int]
    folds: dict[str, Fraction]
    compounded: dict[str, str | None]
    endings: dict[str, tuple[str, ...]]
    stuck: dict[str, int]
    joiners: frozenset[str]
    point: frozenset[str]
    before_two: frozenset[str]
    before_part: frozenset[str]
    behind_whole: frozenset[str]
    ranging: frozenset[str]
    joining: frozenset[str]
    halves: frozenset[str]
    beside: frozenset[str]

    months: dict[str, int]
    unsure_months: frozenset[str]
    weekdays: dict[str, int]
    weekday_parts: dict[str, str]
    parts_of_day_after: frozenset[str]
    relative: dict[str, str]
    which: dict[str, str]
    day_parts: dict[str, str]
    periods: dict[str, str]
    seasons: dict[str, int]
    times_of_day: dict[str, int]
    beside_hour: dict[str, int]
    half_hours: dict[str, int]
    hours: frozenset[str]
    before_year: frozenset[str]
    before_month: frozenset[str]
    before_season: frozenset[str]
    before_time: frozenset[str]
    before_half: frozenset[str]
    dateline: frozenset[str]
    centuries: frozenset[str]
    decades: frozenset[str]
    on_the_hour: frozenset[str]
    quarter_hour: frozenset[str]
    half_hour_words: frozenset[str]
    calendar: frozenset[str]

    currencies: dict[str, str]
    percent: dict[str, str]
    units: dict[str, str]
    counted: frozenset[str]
    measures: frozenset[str]

    negations: frozenset[str]
    common: frozenset[str]
    weighty: frozenset[str]
    light: frozenset[str]
    modals: frozenset[str]
    opposed: frozenset[frozenset[str]]
    opposed_words: frozenset[str]
    confused: frozenset[frozenset[str]]
    same: frozenset[frozenset[str]]
    same_words: frozenset[str]
    loose: frozenset[frozenset[str]]
    abbreviated: frozenset[frozenset[str]]
    also_words: frozenset[str]
    contracted: dict[str, tuple[str, ...]]
    contracted_endings: dict[str, str]
    participles: frozenset[str]
    auxiliaries: frozenset[str]
    articles: frozenset[str]
    equals: frozenset[str]
    linking: frozenset[str]
    joints: re.Pattern[str]
    by: frozenset[str]
    be: frozenset[str]
    plurals: tuple[str, ...]
    unmarked_plurals: frozenset[str]
    turning: frozenset[str]
    pointing: frozenset[str]
    scoping: frozenset[str]
    conditions: frozenset[str]
    doubled: frozenset[str]
    inflections: frozenset[str]
    forms: frozenset[str]
    sureness: frozenset[str]
    certainty: frozenset[str]
    phrases: frozenset[frozenset[str]]
    fillers: frozenset[str]
    extent: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    attribution: frozenset[str]
    pronouns: dict[str, tuple[str, str | None]]
    accented: frozenset[frozenset[str]]
    slips: frozenset[tuple[str, ...]]
    paused: frozenset[str]
    leading: frozenset[str]
    clauses: frozenset[str]

    particles: frozenset[str]
    before_family: frozenset[str]
    honorifics: frozenset[str]
    forms_of_address: frozenset[str]
    titles: frozenset[str]
    openings: frozenset[str]
    no_things: frozenset[str]
    capitalised: frozenset[str]
    styled: frozenset[str]
    also_names: frozenset[str]
    also_families: frozenset[str]
    noun_endings: tuple[str, ...]
    before_noun: frozenset[str]

    variants: tuple[tuple[str, str], ...]
    regional: tuple[tuple[str, str], ...]
    negating: frozenset[str]
    prefixes: tuple[tuple[str, str], ...]
    apart: frozenset[str]
    apart_otherwise: frozenset[str]

    slotted: frozenset[str]
    meant: frozenset[str]

    def spelt(self, word: str) -> Fraction | None:
        """Return the value of one word: a number, or thousands with another one before and behind."""
        value = self.numbers.get(word)
        if value is not None or len(word) >= _LONGEST:
            return value
        for thousand, joiner in self.thousands:
            if thousand not in word:
                continue
            thousands, _, rest = word.partition(thousand)
            many = self.numbers.get(thousands) if thousands else Fraction(1)
            more = self.numbers.get(rest.removeprefix(joiner)) if rest else Fraction(0)
            if many is not None and more is not None and (thousands or rest):
                return many * 1000 + more
        return None

    def is_compound(self, word: str) -> bool:
        """Tell whether a long word may be made of a number and more: `driejarige`, `honderdvijfde`."""
        return len(word) > 6 and (
            self._has_ending(word) or any(thousand in word for thousand, _ in self.thousands)
        )

    def cardinal(self, word: str) -> str | None:
        """Return the number word of a place in an order, `five` of `fifth`; else None."""
        end = self.places.search(word) if self._has_ending(word) else None
        return None if end is None else word[: end.start()] + self.ordinals[end[0]]

    def ordinal(self, word: str) -> int | None:
        """Return the place that one word says: `second`, `twenty-first`, `honderdvijfde`; else None."""
        cardinal = self.cardinal(word)
        if cardinal is None:
            return None
        number, hyphen, size = cardinal.rpartition("-")
        value = self.spelt(cardinal) or self.magnitudes.get(cardinal)
        if value is None and hyphen and size in self.magnitudes:
            value = self.numbers.get(number, Fraction(0)) * self.magnitudes[size] or None
        return None if value is None or value.denominator > 1 else int(value)

    def part_in_word(self, word: str) -> Fraction | None:
        """Return the part that one word says: `two-thirds`, `driekwart`; else None."""
        for part, size in self.parts.items() if self._has_ending(word) else ():
            if word.endswith(part) and word != part:
                above = word.removesuffix(part).removesuffix("-")
                number = Fraction(1) if above in self.ones else self.numbers.get(above)
                if number is None or not 0 < number < size:
                    return None
                return number / size if number == 1 or self.ordinal(word) is None else None
        return None

    def _has_ending(self, word: str) -> bool:
        """Tell whether a word ends as places, parts and compounds do, found by its last three letters."""
        return len(word) < _LONGEST and word.endswith(self.endings.get(word[-3:], ()))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, as a set."""
    return frozenset(text.split())
