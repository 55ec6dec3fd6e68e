"""The lists of words: the files are what their source says, and whatever is asked of them has an answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.text import wordlist
from tools import wordlists


def test_the_files_are_those_that_the_tool_makes(tmp_path: Path) -> None:
    wordlists.write(tmp_path)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(made) == ["de.marisa", "en.marisa", "nl.marisa"]
    for name, data in made.items():
        assert (Path(wordlist.FOLDER) / name).read_bytes() == data, name


@pytest.mark.parametrize("language", wordlist.LANGUAGES)
def test_each_word_is_found_with_its_count(language: str) -> None:
    count = wordlist._counts(language)

    source = wordlists.words(language)
    assert {word: count(word) for word in source} == source


@pytest.mark.parametrize("language", wordlist.LANGUAGES)
@pytest.mark.parametrize(
    "word", ["", "\0", "\0a", "a\0", "\ud800", "\U0001f600", "\u00ad", "x" * 100_000, "qqxq"]
)
def test_what_is_no_word_was_never_counted(word: str, language: str) -> None:
    assert wordlist._counts(language)(word) == 0
    assert not wordlist.both_meant(word, "die", language)


@pytest.mark.parametrize(
    ("before", "after", "language", "meant"),
    [
        ("house", "mouse", "en", True),
        ("House", "MOUSE", "en", True),
        ("recieve", "receive", "en", False),
        ("tafel", "kaart", "nl", True),
        ("verassing", "verrassing", "nl", False),  # it is in the list, a tenth as often
        ("Haus", "Maus", "de", True),
        ("house", "mouse", "fr", False),
        ("house", "mouse", None, False),
    ],
)
def test_two_words_of_the_language_were_both_meant(
    before: str, after: str, language: str | None, meant: bool
) -> None:
    assert wordlist.both_meant(before, after, language) is meant
    assert wordlist.both_meant(after, before, language) is meant


def test_a_rare_word_is_none_that_is_often_seen_and_no_plural_of_one() -> None:
    assert wordlist.is_rare("Elzinga", "nl")
    assert not wordlist.is_rare("tafel", "nl")
    assert not wordlist.is_rare("tafels", "nl")
    assert not wordlist.is_rare("Elzinga", "fr")


def test_a_list_is_mapped_when_it_is_asked_and_its_source_is_not_needed() -> None:
    program = """
import sys
sys.modules["spellchecker"] = None
from ingest.text import wordlist
assert "marisa_trie" not in sys.modules
mapped = lambda: {line.split("/")[-1].strip() for line in open("/proc/self/maps") if "wordlists" in line}
assert wordlist.both_meant("house", "mouse", "en") and mapped() == {"en.marisa"}, mapped()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
