"""The languages of the pages: every sentence of the templates is there in Dutch, with the same values."""

from __future__ import annotations

import ast
import re
import tomllib
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.config import ServeSettings
from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES
from ingest.history.changes import TYPES
from ingest.history.observation import MEANS
from ingest.http import problems
from ingest.report.chart import SUBJECTS
from ingest.web import annotation_list, coverage, gravity, overview, whereabouts, words

WEB = Path(words.__file__).parent
ROOT = WEB.parent.parent
DUTCH = tomllib.loads((WEB / "nl.toml").read_text())
NOW = 1795976000_000_000  # 29 November 2026, 18:13:20 UTC


def sentences() -> set[str]:
    """What the templates say, and the words that come to them as values."""
    found: set[str] = set()
    for file in (WEB / "templates").glob("*.html"):
        for said in re.findall(r"\bt\(\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", file.read_text()):
            found.add(ast.literal_eval(said))
    found |= {coverage._WHOLE, coverage._NEVER, coverage._ONCE, coverage._SINCE, coverage._OFTEN}
    found |= {*gravity.NAMES.values(), gravity.CREATED.name, gravity.UNREAD.name}
    found |= {
        *CLASSES,
        *FACTS,
        *(each.replace("-", " ") for each in FLAGS),
        *SIGNIFICANCES,
        *TYPES,
        *MEANS,
        *MEANS.values(),
        *problems._TITLES.values(),
    }
    found |= {*whereabouts.SAID.values()}
    found |= {*annotation_list.NAMES.values(), *annotation_list.KINDS}
    meanings = tomllib.loads((ROOT / "tests" / "docs" / "meanings.toml").read_text())
    found |= {*meanings["coverage"], *(code.replace("_", " ") for code in meanings["problems"])}
    found |= set(SUBJECTS.values()) | {caption for _, _, caption in overview._STEPS}
    return found


def test_each_sentence_is_there_in_dutch_with_the_same_values() -> None:
    assert sorted(sentences() - DUTCH.keys()) == []
    for english, dutch in DUTCH.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", dutch)), english


@pytest.mark.parametrize(
    ("said", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "nl", "nl"),
        ("", "fr,nl-BE;q=0.8,en;q=0.9", "en"),
        ("", "fr,nl-BE;q=0.9,en;q=0.8", "nl"),
        ("", "nl;q=x,en", "en"),
        ("", "nl;q=0", "en"),
        ("", "nl;q=nan,en;q=0.1", "en"),
        ("nl", "en", "nl"),
        ("xx", "nl", "nl"),
    ],
)
def test_the_language_is_the_one_that_was_chosen_else_one_that_is_accepted(
    said: str, accepted: str, language: str
) -> None:
    assert words.language_of(said, accepted) == language


def test_languages_of_texts_have_names_in_both() -> None:
    names = tomllib.loads((WEB / "languages.toml").read_text())

    assert all(sorted(said) == ["en", "nl"] and len(code) == 2 for code, said in names.items())
    assert [words.Words("nl", UTC, NOW).of_text(code) for code in ("nl", "no", "xx")] == [
        "Nederlands", "Noors", "xx",
    ]  # fmt: skip
    assert words.Words("en", UTC, NOW)("no") == "no"


def test_a_time_that_occurs_twice_says_which_and_the_page_names_both_offsets() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    dutch = words.Words("nl", zone, NOW)
    hour = 3_600_000_000
    back = 1792890000_000_000  # 25 October 2026, 01:00 UTC: the clock is set from 03:00 back to 02:00

    assert [dutch.when(back + each) for each in (-hour - 1, -hour, -1, 0, hour - 1, hour)] == [
        "25 oktober 01:59", "25 oktober 02:00 +02:00", "25 oktober 02:59 +02:00", "25 oktober 02:00 +01:00",
        "25 oktober 02:59 +01:00", "25 oktober 03:00",
    ]  # fmt: skip
    assert dutch.zone() == "+01:00, in een ander seizoen +02:00"
    assert words.Words("en", UTC, NOW).zone() == "UTC"
    assert words.Words("en", ZoneInfo("Asia/Tokyo"), NOW).zone() == "+09:00"


def test_dates_have_the_precision_that_they_have() -> None:
    english, dutch = words.Words("en", UTC, NOW), words.Words("nl", UTC, NOW)

    assert english.when(NOW) == "today 18:13"
    assert dutch.when(NOW - 86_400_000_000) == "gisteren 18:13"
    assert english.when(NOW - 3 * 86_400_000_000) == "26 November 18:13"
    assert english.when(NOW - 400 * 86_400_000_000) == "25 October 2025 18:13"
    assert [english.edtf(each) for each in ("2021-02-20", "2021-02", "2021", "2021-02-31", None)] == [
        "20 February 2021", "February 2021", "2021", "2021-02-31", "",
    ]  # fmt: skip
    assert dutch.edtf("2021-05") == "mei 2021"
    assert (english.number(12_345), dutch.number(12_345)) == ("12,345", "12.345")
    assert english("{n} documents", n=1_000) == "1,000 documents"
    assert english("{name} has no record yet.", name="{n} 100% {") == "{n} 100% { has no record yet."


def test_the_service_listens_on_this_machine_alone_unless_told() -> None:
    assert (ServeSettings().host, ServeSettings().port, ServeSettings().hosts) == ("127.0.0.1", 8000, ())
