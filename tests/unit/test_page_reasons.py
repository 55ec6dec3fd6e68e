"""The reasons of edits in Dutch: those of every case that the rules are tested with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ingest.edits import speech
from ingest.edits.annotations import _NAMES
from ingest.edits.classify import classify
from ingest.edits.edit import FACTS
from ingest.web import reasons
from tests.unit.test_rules import cases, pair_of

TABLE = tomllib.loads((Path(reasons.__file__).parent / "reasons.nl.toml").read_text())


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['rule']} {case['language']}")
def test_the_reason_of_each_case_is_said_in_dutch(case: dict[str, str]) -> None:
    before, after, earlier, rules = pair_of(case)
    english = classify(before, after, earlier=earlier, rules=rules).reason
    dutch = reasons.translation(english, "nl")

    assert dutch is not None, english
    assert dutch != english
    assert re.findall("“[^”]*”", dutch) == re.findall("“[^”]*”", english)


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("number “three” to “two”", "getal “three” naar “two”"),
        ("name “A; B, c” to none, amount “1,5” to “2”", "naam “A; B, c” naar geen, bedrag “1,5” naar “2”"),
        ("2 sentences added, 1,000 removed; rephrased: a, b",
         "2 zinnen toegevoegd, 1.000 verwijderd; anders gezegd: a, b"),
        ("3 comments added by Ann, Bob, comment removed by Ann: “so, no”",
         "3 opmerkingen toegevoegd door Ann, Bob, opmerking verwijderd door Ann: “so, no”"),
        ("tracked change accepted; the date was none, now 2021-02",
         "bijgehouden wijziging aanvaard; de datum was none, nu 2021-02"),
        ("the headline was “A”, now none", "de kop was “A”, nu geen"),
        ("paragraph 2 is now 1,004 of 1,005: “A; b”", "alinea 2 is nu 1.004 van 1.005: “A; b”"),
        ("new, with “correction”: Correction: it was 5.", "nieuw, met “correction”: Correction: it was 5."),
        ("an unknown reason", None),
        ("number “three” to “two”; an unknown reason", None),
        ("number \x000\x00 to “two”", None),
    ],
)  # fmt: skip
def test_a_reason_is_said_with_its_values_or_not_at_all(english: str, dutch: str | None) -> None:
    assert reasons.translation(english, "nl") == dutch
    assert reasons.translation(english, "en") == english


def test_each_error_in_dutch_has_values_that_the_english_one_has() -> None:
    errors = tomllib.loads((Path(reasons.__file__).parent / "errors.nl.toml").read_text())

    for english, said in errors["sentences"].items():
        assert set(re.findall(r"{\w+}", said)) <= set(re.findall(r"{\w+}", english)), english
    english = "no text is in 'xx', which is nl; there are texts in en, de"
    said = reasons.translation(english, "nl", of="errors")
    assert said == "geen tekst is in 'xx', dat is nl; er zijn teksten in en, de"
    assert reasons.translation("number “three” to “two”", "nl", of="errors") is None


def test_each_name_that_a_reason_may_have_is_in_the_table() -> None:
    names = {
        *FACTS,
        *speech._NAMED.values(),
        *(each for pair in _NAMES.values() for each in pair),
    }

    assert sorted(names - TABLE["names"].keys()) == []
    for part in ("sentences", "rows"):
        for english, said in TABLE[part].items():
            assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", said)), english
