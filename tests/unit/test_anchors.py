"""Days as seen from a text's own: the same day told otherwise says the same, another one is a date."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.edits.anchors import own_day, same_day
from ingest.edits.classify import classify
from ingest.edits.edit import Text

SATURDAY, SUNDAY = date(2021, 2, 20), date(2021, 2, 21)


@pytest.mark.parametrize(
    ("language", "before", "after", "same"),
    [
        ("en", "today", "Saturday", True),
        ("en", "today", "on Saturday", True),
        ("en", "this morning", "on Saturday", True),
        ("en", "this morning", "on Saturday morning", True),
        ("en", "this morning", "on Saturday evening", False),
        ("en", "this morning", "on Tuesday", False),
        ("en", "last night", "on Friday night", True),
        ("en", "yesterday", "Friday", True),
        ("en", "tomorrow", "on Sunday", True),
        ("en", "today", "on 20 February", True),
        ("en", "today", "on 20 February 2020", False),
        ("en", "on Saturday", "today", True),
        ("en", "today", "yesterday", False),
        ("en", "Saturday", "Sunday", None),
        ("en", "today", "at once", None),
        ("en", "today in Leeds", "on Saturday", None),
        ("nl", "vandaag", "zaterdag", True),
        ("nl", "vanochtend", "zaterdagochtend", True),
        ("nl", "vanavond", "zaterdagochtend", False),
        ("nl", "gisteravond", "vrijdagavond", True),
        ("nl", "eergisteren", "donderdag", True),
        ("de", "heute", "am Samstag", True),
    ],
)
def test_a_day_told_from_the_text_s_own_is_reckoned(
    language: str, before: str, after: str, same: bool | None
) -> None:
    assert same_day(before, after, (SATURDAY, SATURDAY), language) is same


def test_each_text_has_a_day_of_its_own_and_without_one_nothing_is_the_same() -> None:
    assert same_day("today", "yesterday", (SATURDAY, SUNDAY), "en") is True
    assert same_day("on Saturday", "today", (SATURDAY, SUNDAY), "en") is False
    assert same_day("today", "Saturday", (None, SATURDAY), "en") is False
    assert same_day("today", "Saturday", (SATURDAY, None), "en") is True


@pytest.mark.parametrize(
    ("dated", "observed", "day"),
    [
        ("2021-02-20", "2021-02-21", SATURDAY),
        (None, "2021-02-20", SATURDAY),
        ("2021-02", "2021-02-20", SATURDAY),
        ("2021-02-31", None, None),
        (None, None, None),
    ],
)
def test_the_day_of_a_text_is_its_date_or_that_of_its_observation(
    dated: str | None, observed: str | None, day: date | None
) -> None:
    assert own_day(dated, observed) == day


@pytest.mark.parametrize(
    ("observed", "significance", "facts"),
    [
        ("2021-02-20", "cosmetic", []),
        ("2021-02-22", "substantive", [("date", "today", "on Saturday")]),
        (None, "substantive", [("date", "today", "on Saturday")]),
    ],
)
def test_an_edit_of_a_day_is_cosmetic_or_a_date(
    observed: str | None, significance: str, facts: list[tuple[str, str, str]]
) -> None:
    around = "The council met in the hall. He was found {} in a ditch. It ended late."
    before, after = (
        Text(text=text, sha256=text.encode(), language="en", observed=observed)
        for text in map(around.format, ("today", "on Saturday"))
    )
    edit = classify(before, after)

    assert edit.significance == significance
    assert [(fact.kind, fact.before, fact.after) for fact in edit.facts] == facts


@pytest.mark.parametrize(
    ("language", "before", "after", "significance"),
    [
        ("en", "The road was shut this morning.", "The road was shut on Saturday morning.", "cosmetic"),
        ("en", "This morning the road was shut.", "On Saturday morning the road was shut.", "cosmetic"),
        ("en", "The road was shut last night.", "The road was shut on Friday night.", "cosmetic"),
        ("en", "The road was shut last night.", "The road was shut on Monday night.", "substantive"),
        ("en", "The road was shut this morning.", "The road was shut on Tuesday morning.", "substantive"),
        ("nl", "De weg was vanochtend dicht.", "De weg was zaterdagochtend dicht.", "cosmetic"),
        ("nl", "De weg was vanochtend dicht.", "De weg was dinsdag dicht.", "substantive"),
    ],
)
def test_the_part_of_a_day_that_stayed_is_told_with_the_day(
    language: str, before: str, after: str, significance: str
) -> None:
    old, new = (
        Text(text=text, sha256=text.encode(), language=language, date="2021-02-20")
        for text in (before, after)
    )
    assert classify(old, new).significance == significance
