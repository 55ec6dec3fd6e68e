"""Sentences tile the text, and end where a reader says they do."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import sentences
from ingest.text.sentences import Sentence, most, split, split_again

PROSE = st.lists(
    st.sampled_from(
        ["Hij", "kwam", "drs.", "o.a.", "J.P.", "1.", "3.5", ".", "!", "?", "…", '"', "”", " ", "  ", "\n",
         "\n\n", "\u00a0", "'s", "De", "The", "U.S.", "。", "[1]", "\t", "-", "*"]
    ),
    max_size=30,
).map("".join)  # fmt: skip
LONG = " ".join(
    f"Op dag {day} kwam drs. J. de Vries o.a. met 3.5 mln. euro aan. Then he left." for day in range(8)
)
LANGUAGES = st.sampled_from(["nl", "en", "de", "xx", None])


def texts(text: str, language: str = "nl") -> list[str]:
    return [text[each.text_start : each.text_end] for each in split(text, language)]


@given(st.one_of(PROSE, st.text()), LANGUAGES)
def test_sentences_tile_the_text(text: str, language: str | None) -> None:
    found = split(text, language)

    assert "".join(text[each.start : each.end] for each in found) == text
    for number, each in enumerate(found):
        assert each.start < each.end
        assert text[each.start : each.end].strip() == text[each.text_start : each.text_end]
        assert number == 0 or each.text_start == each.start
    assert found == split(text, language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Een. Twee! Drie?", ["Een.", "Twee!", "Drie?"]),
        ("Op 3 maart jl. kwam drs. Jansen met mr. De Vries. Zij niet.",
         ["Op 3 maart jl. kwam drs. Jansen met mr. De Vries.", "Zij niet."]),
        ("Het was jl. vrijdag. Hij zag o.a. Jansen.", ["Het was jl. vrijdag.", "Hij zag o.a. Jansen."]),
        ("Daar stond J.P. Balkenende. Hij zweeg.", ["Daar stond J.P. Balkenende.", "Hij zweeg."]),
        ("Het kost 1.000 euro of 3.5. Meer niet.", ["Het kost 1.000 euro of 3.5.", "Meer niet."]),
        ("Op 12. maart regent het.", ["Op 12. maart regent het."]),
        ("1. Eerste punt\n2. Tweede punt", ["1. Eerste punt", "2. Tweede punt"]),
        ("Kop zonder punt\n\nhet regent", ["Kop zonder punt", "het regent"]),
        ("'s Middags niet. 's Avonds wel.", ["'s Middags niet.", "'s Avonds wel."]),
        ("\"Wat is dat?\" vroeg hij. Niets.", ["\"Wat is dat?\" vroeg hij.", "Niets."]),
        ("„Dat is zo.” Hij ging.", ["„Dat is zo.”", "Hij ging."]),
        ("Foto: Jansen\nDe trein reed.", ["Foto: Jansen", "De trein reed."]),
        ("Het kostte 5 mln. Euro’s genoeg.", ["Het kostte 5 mln. Euro’s genoeg."]),
    ],
)  # fmt: skip
def test_dutch(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Army came. It left.", ["The U.S. Army came.", "It left."]),
        ("He lives in the U.S. The rest do not.", ["He lives in the U.S.", "The rest do not."]),
        ("It began at 3 p.m. They left.", ["It began at 3 p.m.", "They left."]),
        ("Dr. Smith, e.g. Mary, left. No. 5 won. I said no. We left.[1] After that… No.",
         ["Dr. Smith, e.g. Mary, left.", "No. 5 won.", "I said no.", "We left.[1]", "After that…", "No."]),
        ("“Stop.” Then she ran.", ["“Stop.”", "Then she ran."]),
    ],
)  # fmt: skip
def test_english(text: str, expected: list[str]) -> None:
    assert texts(text, "en") == expected


def test_other_scripts_are_cut_at_their_own_stops() -> None:
    assert texts("中文。第二句！好", "zh") == ["中文。", "第二句！", "好"]


def test_wrapped_lines_are_one_sentence_and_short_lines_are_not() -> None:
    wrapped = "This is a line of wrapped text that goes on for a while and then\nJansen says it is long."

    assert texts(wrapped, "en") == [wrapped]
    assert texts("By Jansen\nAmsterdam\nThe council met.", "en") == [
        "By Jansen",
        "Amsterdam",
        "The council met.",
    ]


def test_blank_belongs_to_the_sentence_before_it() -> None:
    assert split(" Aha.  Bes.\n", "en") == [Sentence(0, 7, 1, 5), Sentence(7, 12, 7, 11)]
    assert split(" \n", "en") == [Sentence(0, 2, 0, 0)]


@pytest.mark.parametrize(
    "part", ["a. ", "A. B ", ".", '."', "\n \n", "a\nB", '. "', "[1].", ". A.", " ", "1. "]
)
def test_hostile_text_takes_linear_time_and_bounded_memory(part: str) -> None:
    text = part * (1_000_000 // len(part))
    begun = time.process_time()
    found = split(text, "en")
    spent = time.process_time() - begun

    assert len(found) <= most(len(text)) + len(text) // 1_000
    assert spent < 60


@given(PROSE, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), PROSE), max_size=3), LANGUAGES)
def test_a_text_is_cut_as_it_is_however_the_one_before_was_cut(
    base: str, edits: list[tuple[int, int, str]], language: str | None
) -> None:
    before = f"{LONG}\n{base} {LONG}"
    text = before
    for place, removed, added in edits:
        at = place * len(text) // 400
        text = text[:at] + added + text[at + removed :]

    assert split_again(text, language, before, split(before, language)) == split(text, language)


def test_only_what_an_edit_is_near_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = " ".join(f"Zin {number} is niet langer dan deze hier." for number in range(1000))
    text = before.replace("Zin 500 is", "Zin 500 was")
    read: list[int] = []
    ends = sentences._ends

    def noted(said: str, start: int, place: re.Match[str], following: int, language: str) -> bool:
        read.append(start)
        return ends(said, start, place, following, language)

    monkeypatch.setattr(sentences, "_ends", noted)
    cut = split(before, "nl")
    assert len(read) == 999
    read.clear()

    again = split_again(text, "nl", before, cut)
    assert len(read) < 10
    assert again == split(text, "nl")


def _lines(number: int) -> str:
    return "".join(f"{each * 7919 % 100_003}\n" for each in range(number))


def test_past_the_bound_of_sentences_the_rest_is_cut_into_pieces() -> None:
    text = _lines(40_000)
    found = split(text, "en")

    assert "".join(text[each.start : each.end] for each in found) == text
    assert all(each.end - each.start < 8 for each in found[:20_000])
    assert all(1_000 <= each.end - each.start < 5_000 for each in found[20_000:-1])
    assert {text[each.end - 1] for each in found} == {"\n"}, "no line is cut"
    assert [most(20_000 * 80), most(20_001 * 80)] == [20_000, 20_001]


def test_past_an_edit_the_same_pieces_come_again() -> None:
    text = _lines(60_000)
    other = text[:200_000] + "new\nlines\n" + text[200_000:]
    old, new = ([each[one.start : one.end] for one in split(each, "en")[20_000:]] for each in (text, other))

    assert len(old) > 100
    assert len({*old} ^ {*new}) <= 6


@pytest.mark.parametrize("blank", [" ", "\n\u00a0", "\t"])
def test_a_sentence_without_an_end_is_cut_between_words(blank: str) -> None:
    text = blank.join(f"w{each * 7919 % 100_003}" for each in range(30_000))
    found = split(text, "en")

    assert [word for each in found for word in text[each.start : each.end].split()] == text.split()
    assert all(10_000 <= each.end - each.start < 50_000 for each in found[:-1])
    other = "Before. " + text
    again = split_again(other, "en", text, found)
    assert again == split(other, "en")
    assert {other[each.start : each.end] for each in again} > {
        text[each.start : each.end] for each in found[2:]
    }


def test_a_long_word_is_not_cut_and_a_run_without_blanks_is() -> None:
    assert len(split("x" * 200_000, "en")) == 1
    text = "".join(chr(0x4E00 + each * 7919 % 3_000) for each in range(200_000))
    found = split(text, None)
    assert "".join(text[each.start : each.end] for each in found) == text
    assert all(10_000 <= each.end - each.start < 60_000 for each in found[:-1])


def test_much_blank_takes_linear_time() -> None:
    text = f"a{' ' * 400_000}b{chr(10) * 400_000}c"
    begun = time.process_time()
    found = split(text, "en")
    assert time.process_time() - begun < 20
    assert "".join(text[each.start : each.end] for each in found) == text
