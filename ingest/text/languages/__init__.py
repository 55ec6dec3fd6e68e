"""Read the languages that are known: a file each, named by its ISO 639-1 code.

A file holds words, never code: what a word stands for, and how the language joins numbers. Words are small
and without accents. A list of words is a text with blanks between them; a pair has a stroke in it.
"""

from __future__ import annotations

import functools
from typing import Literal

import msgspec

from ingest.errors import ConfigError
from ingest.text.language_files import CODES, contents
from ingest.text.languages.checks import misplaced, misshapen

UNTOLD = ("nl", "en")  # whose words are looked up where the language of a text is not told

Words = str  # words with blanks between them
Table = dict[str, Words]  # from a value to the words that stand for it


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for numbers. `joined` says how a unit stands with a ten in one word.

    Keys of tables are numbers or fractions. `joiner` may stand between the parts of a number. `hundred`,
    `thousand` and `half` are for a language that writes numbers over a hundred in one word. Behind
    `before_two` come two numbers, whatever stands between them. `point` stands for the
    mark of decimals, which is `decimal_mark`.

    `ordinals` are those of one to nineteen and of the tens; `more_ordinals` has others, by the number word
    that they are made of. `ordinal_forms` are the ends that each may have. `unsure_places` are ordinals that
    are a measure too, `plain_parts` the words of `parts` that are nothing else. `shares` are parts that one
    word says (`Hälfte`), `vague` numbers that are told roughly, `some` a few. `repeated` says how often,
    `folds` how many times as much.
    """

    under_twenty: Words
    tens: Words
    joined: Literal["units-tens", "tens-units"]
    ones: Words
    ordinals: Words
    more_ordinals: Table
    ordinal_endings: Words
    decimal_mark: str
    point: Words
    plain_parts: Words
    some: Words
    more: Table
    magnitudes: Table
    parts: Table
    shares: Table
    vague: Table
    repeated: Table
    folds: Table
    before_part: Words
    behind_whole: Words
    before_two: Words
    ranging: list[Words]
    joining: Words
    aged: Words
    halves: Words
    joiner: str = ""
    one_joined: str = ""
    dotted_ordinals: bool = False
    hundred: str = ""
    thousand: str = ""
    half: Words = ""
    compounded: Table = {}
    ordinal_forms: Words = ""
    unsure_places: Words = ""


class Dates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for dates and times. The months, weekdays and seasons stand in their order."""

    months: list[Words]
    unsure_months: Words
    weekdays: list[Words]
    seasons: list[Words]
    before_year: Words
    before_month: Words
    before_season: Words
    before_time: Words
    before_half: Words
    dateline: Words
    centuries: Words
    decades: Words
    on_the_hour: Words
    quarter_hour: Words
    half_hour_words: Words
    order: Literal["dmy", "mdy"]
    half_hour: Literal["before", "after"]
    relative: Table
    which: Table
    day_parts: Table
    periods: Table
    times_of_day: Table
    beside_hour: Table
    hours: Words = ""
    parts_of_day: Table = {}
    parts_of_day_after: Words = ""


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Small words, and pairs of words that say the same, the opposite, or are taken for one another.

    `common` are the small words, which are no names and weigh little where sentences are compared; `weighty`
    those of them that say something all the same. Of each two of `opposed` one says something else than the
    other; one of `confused` is often written for the other, and two of `same` say the same.
    `accented` are pairs of words that differ by accents alone, as they are written. `participles` are those
    of verbs that are not told by their ending. Of each three words of
    `slips` the second cannot stand behind the first, and the third is meant. Before the words of `paused` a
    comma says nothing, nor behind a phrase that opens with one of `leading`, nor, before one that acts,
    behind a clause that opens with one of `clauses`. `extent` has the words and runs of words that say how
    much or how many, by what they say: a run has `_` for each blank, and ends with `#` where a figure has to
    stand behind.
    """

    negations: Words
    affirmations: Words
    common: Words
    weighty: Words
    modals: Words
    opposed: Words
    confused: Words
    same: Words
    loose: Words
    abbreviated: Words
    also_words: Words
    own: Words
    auxiliaries: Words
    articles: Words
    equals: Words
    joints: Words
    by: Words
    be: Words
    plurals: Words
    unmarked_plurals: Words
    turning: Words
    pointing: Words
    scoping: Words
    conditions: Words
    doubled: Words
    inflections: Words
    forms: Words
    certainty: Words
    phrases: Words
    fillers: Words
    attribution: Words
    pronouns: Table
    contracted: Table
    extent: Table = {}
    contracted_endings: Table = {}
    accented: Words = ""
    participles: Words = ""
    slips: Words = ""
    paused: Words = ""
    leading: Words = ""
    clauses: Words = ""


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that stand within names, before them, or for nobody's name.

    `honorifics` stand before a name, `titles` say what somebody is, `openings` begin sentences and are no
    names. `capitalised` have a capital by rule, `styled` with some writers; `also_names` are words of the
    language and names too, so that in a title nobody can tell which, and `also_families` those of families,
    firms and places, which begin a sentence as words do. Where every noun has a capital, `noun_endings` are
    of nouns alone, and behind `before_noun` stands one.
    """

    particles: Words
    before_family: Words
    honorifics: Words
    forms_of_address: Words
    titles: Words
    openings: Words
    capitals: Literal["names", "nouns"]
    capitalised: Words = ""
    styled: Words = ""
    also_names: Words = ""
    also_families: Words = ""
    noun_endings: Words = ""
    before_noun: Words = ""


class Spelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parts of words that are spelt in two ways, and prefixes that make of a word its opposite.

    `prefixes` are pairs of which each makes another word of the same rest. `apart` are runs of words, with
    `_` between them, that are one word however they are written; those of `apart_otherwise` are often
    joined, and say something else then.
    """

    negating: Words
    variants: Words = ""
    regional: Words = ""
    prefixes: Words = ""
    apart: Words = ""
    apart_otherwise: Words = ""


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language, as its file has it."""

    code: str
    numbers: Numbers
    dates: Dates
    units: Table
    currencies: Table
    percent: Table
    stuck: dict[str, int]
    words: Vocabulary
    names: Names
    spelling: Spelling


# The type is whole before two threads can use it (see `decoding`).
msgspec.json.Decoder(Language)


@functools.cache
def every() -> tuple[Language, ...]:
    """Return each known language. Raises ConfigError where a file is not as it should be."""
    return tuple(read(code, contents(code)) for code in CODES)


def read(code: str, data: bytes) -> Language:
    """Return the language that a file holds. Raises ConfigError, naming what is wrong in it and where."""
    try:
        language = msgspec.toml.decode(data, type=Language)
    except ValueError:
        wrong = misshapen(data, Language)
    else:
        named = () if language.code == code else (f"code is {language.code}",)
        wrong = "; ".join((*named, *misplaced(language)))
        if not wrong:
            return language
    raise ConfigError(
        f"ingest/text/languages/{code}.toml: {wrong}",
        hint="`__init__.py` beside it has the keys, and the comments of `de.toml` say what they hold",
    )
