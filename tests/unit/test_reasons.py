"""Each reason has words of its own, and each place."""

from __future__ import annotations

from typing import get_args

import pytest

from ingest import text_reasons
from ingest.change_line import shown_place
from ingest.edits.damage import UNREADABLE
from ingest.normalise.extraction import Reason

ALL = sorted({*get_args(Reason), *UNREADABLE, "not_confined"})


@pytest.mark.parametrize("reason", ALL)
def test_no_code_is_shown_to_people(reason: str) -> None:
    assert "_" not in text_reasons.in_words(reason) + text_reasons.counts_in_words({reason: 1})
    assert len({text_reasons.in_words(each) for each in ALL}) == len(ALL)
    assert len({text_reasons.counts_in_words({each: 1}) for each in ALL}) == len(ALL)


def test_they_are_counted() -> None:
    assert (
        text_reasons.counts_in_words({"password": 1_200, "binary": 1, "odd": 2})
        == "1,200 encrypted, 1 binary, 2 odd"
    )
    assert (text_reasons.in_words("odd"), text_reasons.in_words(None)) == ("odd", "nobody knows why")


@pytest.mark.parametrize(
    ("page", "heading", "said"),
    [
        (3, "Terms", "p. 3"),
        (None, "Terms\nof  use", "“Terms of use”"),
        (None, "a" * 70, f"“{'a' * 59}…”"),
        (None, None, ""),
    ],
)
def test_a_place_is_its_page_else_the_heading_above(page: int | None, heading: str | None, said: str) -> None:
    assert shown_place(page, heading) == said
