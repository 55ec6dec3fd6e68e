"""What is known of words put for each other: the files are what their source says, whatever is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.text import thesaurus, wordlist
from ingest.text.lemmas import lemmas
from ingest.text.thesaurus import Entry, Nearness, decode, encode, thesaurus_of
from tools import thesaurus as tool


def test_the_dutch_file_is_the_one_that_the_tool_makes(tmp_path: Path) -> None:
    tool.save(tmp_path, "nl", tool.dutch(tool.DUTCH))

    made = (tmp_path / "nl.near.marisa").read_bytes()
    assert made == (Path(wordlist.FOLDER) / "nl.near.marisa").read_bytes()


@pytest.mark.skipif(not tool.WORDNET.exists(), reason="WordNet (Debian: wordnet-base) is not installed")
def test_the_english_file_is_the_one_that_the_tool_makes(tmp_path: Path) -> None:
    tool.save(tmp_path, "en", tool.english(tool.WORDNET))

    made = (tmp_path / "en.near.marisa").read_bytes()
    assert made == (Path(wordlist.FOLDER) / "en.near.marisa").read_bytes()


def test_the_files_are_small() -> None:
    sizes = [(Path(wordlist.FOLDER) / f"{each}.near.marisa").stat().st_size for each in thesaurus.LANGUAGES]

    assert sum(sizes) < 2_000_000


@pytest.mark.parametrize(
    ("language", "one", "other", "nearness"),
    [
        ("en", "acquitted", "convicted", "opposites"),
        ("en", "rose", "fell", "opposites"),
        ("en", "lawful", "unlawful", "opposites"),
        ("en", "decide", "decision", "same"),
        ("en", "began", "beginning", "same"),
        ("en", "buy", "purchase", "synonyms"),
        ("en", "began", "started", "synonyms"),
        ("en", "oaks", "trees", "broader"),
        ("en", "cat", "dog", "things"),
        ("en", "upheld", "overturned", "unknown"),
        ("en", "qqxq", "wwzw", "unknown"),
        ("nl", "bevestigde", "ontkende", "opposites"),
        ("nl", "verhuurders", "huurders", "opposites"),
        ("nl", "gestegen", "stijgt", "same"),
        ("nl", "begon", "startte", "synonyms"),
        ("nl", "wegen", "straten", "synonyms"),
        ("nl", "rozen", "bloemen", "broader"),
        ("nl", "mes", "pistool", "things"),
        ("nl", "verkocht", "verbrandde", "unknown"),
    ],
)
def test_how_two_words_stand_to_each_other(language: str, one: str, other: str, nearness: Nearness) -> None:
    known = thesaurus_of(language)

    assert known is not None
    assert (known.nearness(one, other), known.nearness(other, one)) == (nearness, nearness)
    assert known.nearness(one, one) == "same"


@pytest.mark.parametrize("language", ["de", "fr", None])
def test_a_language_without_a_file_has_no_thesaurus(language: str | None) -> None:
    assert thesaurus_of(language) is None


@pytest.mark.parametrize("language", thesaurus.LANGUAGES)
@pytest.mark.parametrize(
    "word", ["", "\0", "\0a", "a\0", "=", "=began", "\ud800", "\U0001f600", "x" * 100_000]
)
def test_whatever_is_asked_has_an_answer(language: str, word: str) -> None:
    known = thesaurus_of(language)

    assert known is not None
    assert known.nearness(word, "tree") == "unknown"


@pytest.mark.parametrize(
    ("language", "word", "among"),
    [
        ("en", "stopped", {"stop"}),
        ("en", "making", {"make"}),
        ("en", "cities", {"city"}),
        ("en", "quickly", {"quick"}),
        ("nl", "koopt", {"kopen"}),
        ("nl", "stopte", {"stoppen"}),
        ("nl", "kiest", {"kiezen"}),
        ("nl", "verhoogde", {"verhogen"}),
        ("nl", "huizen", {"huis"}),
        ("nl", "grote", {"groot"}),
        ("nl", "katten", {"kat"}),
        ("nl", "levert", {"leveren"}),
        ("nl", "afgelast", {"aflasten"}),
        ("fr", "maisons", set()),
    ],
)
def test_the_words_that_a_form_may_be_of(language: str, word: str, among: set[str]) -> None:
    found = lemmas(word, language)

    assert among <= set(found)
    assert word not in found


@pytest.mark.parametrize(
    "entry",
    [
        Entry(),
        Entry(thing=True, means=frozenset((1, 127, 128, 70_000))),
        Entry(broader=frozenset((5,)), opposites=frozenset((1, 2)), derived=frozenset((16_383, 16_384))),
    ],
)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert decode(encode(entry)) == entry
