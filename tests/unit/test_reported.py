"""Edits that were called wrongly, as `explain --case` printed them, with what they should be called."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from ingest.edits import case_line
from ingest.edits.case_line import Besides
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.edits.settings import RootRules
from tests.edits.cases import rows


def told(row: tuple[str, ...]) -> tuple[Text, Text, RootRules, Edit]:
    """The two texts of a line, the settings it was told by, and the edit as it is told now."""
    language, besides = row[3] or None, msgspec.json.decode(row[6], type=Besides)
    before, after = (
        Text(
            text=text,
            sha256=hashlib.sha256(text.encode()).digest(),
            language=language,
            title=besides.titles[at],
            date=besides.dates[at],
            encoding=besides.encodings[at],
            observed=besides.observed[at],
            normaliser=besides.normalisers[at],
            lossy=besides.lossy[at],
            unread=besides.unread if at else None,
        )
        for at, text in enumerate(msgspec.json.decode(cell, type=str) for cell in row[4:6])
    )
    rules = RootRules(besides.phrases, besides.boilerplate)
    earlier = [(1, after.sha256)] if besides.returned else []
    return before, after, rules, classify(before, after, earlier=earlier, rules=rules)


@pytest.mark.parametrize("row", rows("reported"), ids=lambda row: f"{row[0]} {row[3]}")
def test_a_reported_edit_is_called_what_it_should_be(row: tuple[str, ...]) -> None:
    *_, edit = told(row)

    assert (edit.rule, edit.kind, edit.significance) == row[:3]


TEXTS = (
    "The firm will buy\tit.\r\n\nNobody said “no”.\n",
    "The firm will purchase\tit.\r\n\nNobody said “no”.\n",
)


@pytest.mark.parametrize("returned", [False, True])
def test_a_line_says_all_that_told_the_edit(returned: bool) -> None:
    rules = RootRules({"en": ("we erred",)}, ("* shares",))
    before, after = (
        Text(
            text=text,
            sha256=text.encode(),
            language="en",
            title=title,
            date="2021-02-20",
            observed="2021-03-01",
            encoding="utf-8",
            normaliser="plain/5",
        )
        for text, title in zip(TEXTS, ("One; two → three", None), strict=True)
    )
    earlier = [(1, after.sha256)] if returned else []
    edit = classify(before, after, earlier=earlier, rules=rules)
    row = tuple(case_line.line(before, after, edit, rules=rules).split("\t"))

    assert len(row) == len(case_line.COLUMNS)
    assert "\n" not in "".join(row)
    old, new, _, again = told(row)
    assert [each.text for each in (old, new)] == list(TEXTS)
    assert again == edit


def test_the_columns_of_the_file_are_those_of_a_line() -> None:
    assert rows("reported", columns=True)[0] == case_line.COLUMNS
