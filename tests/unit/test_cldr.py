"""Names of months, days and units: the files of the languages have those of the CLDR, and say what else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ingest.facts.changed_facts import changed
from ingest.text import language_files, languages
from ingest.text.lexicons import lexicon_of
from tools import cldr

FILES = Path(cldr.FOLDER)
# What German files have by hand: the days as adverbs, and the north's word for Saturday.
GERMAN_DAYS = {
    "montags", "dienstags", "mittwochs", "donnerstags", "freitags", "samstags", "sonntags", "sonnabend",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for code in language_files.CODES:
        shutil.copy(FILES / f"{code}.toml", tmp_path)
    return tmp_path


def test_the_files_have_what_the_cldr_has(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cldr.write(folder)

    assert capsys.readouterr().out == ""
    for code in language_files.CODES:
        assert (folder / f"{code}.toml").read_bytes() == (FILES / f"{code}.toml").read_bytes(), code


def test_german_months_and_days_are_those_of_the_cldr() -> None:
    dates, _ = cldr.names("de")
    months, days = dates["months"], dates["weekdays"]
    (german,) = (language for language in languages.every() if language.code == "de")

    assert [set(words.split()) for words in german.dates.months] == [set(words.split()) for words in months]
    assert [set(words.split()) - GERMAN_DAYS for words in german.dates.weekdays] == [
        set(words.split()) for words in days
    ]
    assert set(german.dates.unsure_months.split()) == set(dates["unsure_months"][0].split())


def test_what_a_file_lacks_comes_in_and_what_it_has_stays(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "de.toml"
    whole = path.read_text()
    less = whole.replace('foot = "fuß fuss"\n', "").replace('"mittwoch mittwochs"', '"mittwochs"')
    assert len(less) == len(whole) - len('foot = "fuß fuss"\nmittwoch ')
    path.write_text(less)

    cldr.write(folder)

    told = re.findall(r"de\.toml: (.*)", capsys.readouterr().out)
    assert told == ["mittwochs: mittwoch", "foot: fuß fuss"]
    assert path.read_text() == whole.replace('"mittwoch mittwochs"', '"mittwochs mittwoch"')


@pytest.mark.parametrize(
    ("code", "sentence", "one", "other"),
    [
        ("de", "Die Mauer war {} hoch.", "5 Fuß", "5 Meter"),
        ("nl", "Het huis gebruikt {} stroom.", "5 kilowattuur", "5 megawatt"),
        ("en", "It used {} of power.", "5 kilowatt-hours", "5 megawatts"),
    ],
)
def test_another_unit_is_another_fact(code: str, sentence: str, one: str, other: str) -> None:
    (fact,) = changed(sentence.format(one), sentence.format(other), code)

    assert (fact.kind, fact.before, fact.after) == ("number", one, other)


@pytest.mark.parametrize(
    ("code", "word", "unit"),
    [
        ("de", "fuß", "foot"), ("de", "zoll", "inch"), ("de", "mikrogramm", "mcg"),
        ("de", "zentiliter", "cl"),
        ("nl", "kilowattuur", "kWh"), ("nl", "inches", "inch"), ("en", "kilowatt-hours", "kWh"),
        ("en", "second", None), ("de", "pfund", None), ("de", "wo", None), ("de", "so", None),
    ],
)  # fmt: skip
def test_a_word_is_a_unit_where_it_is_hardly_anything_else(code: str, word: str, unit: str | None) -> None:
    assert lexicon_of(code).units.get(word) == unit
