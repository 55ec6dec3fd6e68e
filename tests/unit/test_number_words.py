"""A number in words and the same in figures are one number; two numbers beside each other are two."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from ingest.facts.changed_facts import changed
from ingest.facts.model import Quantity
from ingest.facts.quantities import find
from ingest.text import language_files
from ingest.text.lexicons import lexicon_of

FRAMES = {
    "en": ("{} people died.", "The fire cost {} euros."),
    "nl": ("{} mensen kwamen om.", "De brand kostte {} euro."),
    "de": ("{} Menschen starben.", "Der Brand kostete {} Euro."),
}
ENGLISH = """
    one hundred and five|105          a hundred|100                     a hundred and five|105
    one hundred five|105              two hundred and fifty|250         a thousand|1,000
    one thousand two hundred|1,200    twelve hundred|1,200              two thousand and five|2,005
    twenty thousand|20,000            twenty-five thousand|25,000       two hundred thousand|200,000
    a million|1,000,000               half a million|500,000            two and a half million|2.5 million
    two and a half|2½                 one and a half million|1½ million
    one and a half|1.5                two and a half|2.5                one and a half million|1.5 million
    twenty three|23                   twenty-three|23                   one hundred and seventy five|175
    a dozen|12                        two dozen|24                      a hundred thousand|100,000
    three hundred million|300 million   a thousand and one|1,001          zero|0
    a quarter of a million|250,000    three quarters of a million|750,000   four and a half thousand|4,500
    a hundred and a half|100.5        two million three hundred thousand|2.3 million
    one hundred and twenty thousand|120,000   one million two hundred thousand|1,200,000
    five thousand three hundred and twenty-one|5,321
    nine hundred and ninety-nine thousand nine hundred and ninety-nine|999,999
"""
DUTCH = """
    honderdvijf|105                   honderd vijf|105                  honderd en vijf|105
    tweehonderdvijftig|250            tweehonderd vijftig|250           duizend|1.000
    duizend tweehonderd|1.200         twaalfhonderd|1.200               tweeduizend vijf|2.005
    tweeduizendvijf|2.005             twintigduizend|20.000             honderdtwintigduizend|120.000
    een miljoen|1.000.000             een half miljoen|500.000          tweeënhalf miljoen|2,5 miljoen
    zes en een half|6½                2,5|2½                            anderhalf|1½
    anderhalf|1,5                     anderhalf miljoen|1,5 miljoen     twee en een half|2,5
    drieëntwintig|23                  een dozijn|12                     honderdduizend|100.000
    driehonderd miljoen|300 miljoen   éénentwintig|21                   nul|0
    een kwart miljoen|250.000         duizend en een|1.001              honderd vijfenzeventig|175
    vijftienhonderd|1.500             twee mln. euro|2 miljoen euro
    een miljoen tweehonderdduizend|1.200.000   vijfduizend driehonderdeenentwintig|5.321
    twee miljoen driehonderdduizend|2,3 miljoen
"""
GERMAN = """
    einhundertfünf|105                hundertundfünf|105                zweihundertfünfzig|250
    tausend|1.000                     zwölfhundert|1.200                zweitausendfünf|2.005
    eine Million|1.000.000            eine halbe Million|500.000        zweieinhalb Millionen|2,5 Millionen
    anderthalb|1,5                    dreiundzwanzig|23                 ein Dutzend|12
    hunderttausend|100.000            null|0                            dreihundert Millionen|300 Millionen
    eine Million zweihunderttausend|1.200.000   zwei Millionen dreihunderttausend|2,3 Millionen
"""


def pairs(language: str, table: str) -> list[tuple[str, str, str]]:
    """The pairs of a table, parted by two blanks or more."""
    cells = [cell.strip() for line in table.strip().splitlines() for cell in line.strip().split("  ")]
    return [(language, *pair) for cell in cells if cell for pair in [tuple(cell.split("|"))]]  # type: ignore[misc]


SAME = [*pairs("en", ENGLISH), *pairs("nl", DUTCH), *pairs("de", GERMAN)]


@pytest.mark.parametrize(("language", "words", "figures"), SAME)
def test_a_number_in_words_is_the_one_in_figures(language: str, words: str, figures: str) -> None:
    for frame in FRAMES[language]:
        before, after = frame.format(words), frame.format(figures)
        assert changed(before, after, language) == ()
        assert changed(after, before, language) == ()


@pytest.mark.parametrize(
    ("language", "words", "figures"),
    [
        ("en", "one hundred and five", "106"),
        ("en", "one thousand two hundred", "1,000"),
        ("en", "a quarter of a million", "250"),
        ("en", "two and a half", "2¼"),
        ("nl", "honderd vijf", "500"),
        ("nl", "een miljoen tweehonderdduizend", "1.000.000"),
        ("de", "eine Million zweihunderttausend", "1.000.000"),
    ],
)
def test_another_number_in_figures_is_a_fact(language: str, words: str, figures: str) -> None:
    for frame in FRAMES[language]:
        (fact,) = changed(frame.format(words), frame.format(figures), language)
        assert fact.before is not None
        assert fact.before.startswith(words)


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "Two hundred and five hundred were named.", [200, 500]),
        ("en", "It took five hundred thousand and two million.", [500_000, 2_000_000]),
        ("en", "It lay between a thousand and two thousand.", [1000, 2000]),
        ("en", "It lay between one hundred and five thousand.", [100, 5000]),
        ("en", "They chose ten and five.", [10, 5]),
        ("en", "They chose twenty and three.", [20, 3]),
        ("en", "They chose zero and three.", [0, 3]),
        ("en", "One hundred, five of them young.", [100, 5]),
        ("en", "A hundred and a dog.", [100]),
        ("nl", "Het lag tussen twee en dertig.", [2, 30]),
        ("nl", "Het lag tussen honderd en duizend.", [100, 1000]),
        ("nl", "Zij kozen vijf en zes.", [5, 6]),
        ("de", "Es waren zwei und dreißig.", [2, 30]),
        ("de", "Zweihundert und fünfhundert.", [200, 500]),
    ],
)
def test_numbers_beside_each_other_are_not_one(language: str, text: str, values: list[int]) -> None:
    found = [slot.value for slot in find(text, language) if not slot.weak]

    assert found == [Quantity(Fraction(value)) for value in values]


WRITTEN_OTHERWISE = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "edits/cases/numbers.tsv").read_text().splitlines()[1:]
]


@pytest.mark.parametrize(("language", "said", "before", "after"), WRITTEN_OTHERWISE)
def test_places_parts_and_decimals_in_words_are_those_in_figures(
    language: str, said: str, before: str, after: str
) -> None:
    """`same` says the same in both ways, `other` another thing."""
    facts = [changed(before, after, language), changed(after, before, language)]

    assert [fact == () for fact in facts] == [said == "same"] * 2


@pytest.mark.parametrize("language", language_files.CODES)
def test_an_ending_of_a_number_word_has_three_letters_or_more(language: str) -> None:
    """By so many it is found."""
    assert all(len(end) >= 3 for alike in lexicon_of(language).endings.values() for end in alike)


@pytest.mark.parametrize(
    ("language", "word", "place"),
    [
        ("en", "second", 2), ("en", "twentieth", 20), ("en", "ninety-ninth", 99), ("en", "hundredth", 100),
        ("en", "two-hundredth", 200), ("en", "seconds", None), ("en", "forth", None), ("en", "breadth", None),
        ("nl", "eerste", 1), ("nl", "drieentachtigste", 83), ("nl", "honderdeneerste", 101),
        ("nl", "tweehonderdvijfde", 205), ("nl", "vijfduizendste", 5000), ("nl", "tweederde", None),
        ("nl", "voorste", None), ("nl", "gevijfde", None),
        ("de", "siebte", 7), ("de", "siebenter", 7), ("de", "hundertunderste", 101),
        ("de", "zweitausendsten", 2000), ("de", "fuenfte", None), ("de", "beste", None),
        ("xx", "second", None), (None, "eenentwintigste", 21), (None, "twenty-first", 21),
    ],
)  # fmt: skip
def test_a_place_in_one_word(language: str | None, word: str, place: int | None) -> None:
    assert lexicon_of(language).ordinal(word) == place


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_every_place_up_to_a_thousand_in_one_word_is_that_of_its_number(language: str) -> None:
    lexicon = lexicon_of(language)
    told = {
        word.removesuffix(cardinal) + place: int(number)
        for word, number in lexicon.numbers.items()
        if number.denominator == 1
        for place, cardinal in lexicon.ordinals.items()
        if word.endswith(cardinal)
    }

    assert len(told) > 1000
    assert {place: lexicon.ordinal(place) for place in told} == told


BELOW_TWENTY = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_english(number: int, link: str) -> str:
    """A number below a thousand million, as it is read out."""
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            head = f"{in_english(number // size, link)} {name}"
            return head if not rest else f"{head} {link if rest < 100 else ''} {in_english(rest, link)}"
    units, tens = BELOW_TWENTY.split(), FROM_TWENTY.split()
    if number < 20:
        return units[number]
    return tens[number // 10 - 2] + (f"-{units[number % 10]}" if number % 10 else "")


@pytest.mark.parametrize("link", ["and", ""])
def test_any_number_is_read_as_it_is_read_out(link: str) -> None:
    chance = random.Random(7)
    drawn = [chance.randrange(10 ** chance.randint(1, 9)) for _ in range(2000)]
    for number in [*range(1100), *drawn]:
        (slot,) = find(f"{in_english(number, link)} sheep", "en")
        assert slot.value == Quantity(Fraction(number)), in_english(number, link)


def test_a_text_of_number_words_alone_is_read_to_its_end() -> None:
    """Each word is looked at a bounded number of times, and no deeper than there are sizes of numbers."""
    for words in ("hundred and five ", "thousand ", "five hundred thousand and two million ", "a "):
        assert find(words * 1500, "en")
