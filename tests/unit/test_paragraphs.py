"""Which paragraphs moved down: from which place to which of how many."""

from __future__ import annotations

import msgspec
import pytest

from ingest.diff.sentences import compare
from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.edits.paragraphs import moved_down

PARAGRAPHS = (
    "The mayor took money from the firm. He was caught.",
    "The council met on Tuesday.",
    "The road is shut until May.",
    "The bridge is open to all.",
    "The choir sings tonight.",
)


def joined(order: tuple[int, ...], between: str = "\n\n") -> str:
    return between.join(PARAGRAPHS[number] for number in order) + "\n"


@pytest.mark.parametrize("between", ["\n\n", "\n", "\n \n\n"])
@pytest.mark.parametrize(
    ("order", "down"),
    [
        ((0, 1, 2, 3, 4), []),
        ((1, 2, 3, 4, 0), [(1, 5, 5)]),
        ((0, 2, 3, 1, 4), [(2, 4, 5)]),
        ((1, 0, 2, 3, 4), [(1, 2, 5)]),
        ((2, 3, 4, 0, 1), [(1, 4, 5), (2, 5, 5)]),
        ((4, 0, 1, 2, 3), []),  # the last was lifted, and nothing was buried
        ((0, 2, 3, 4), []),
        ((1, 2, 0), [(1, 3, 3)]),
    ],
)
def test_what_others_passed_moved_down(
    order: tuple[int, ...], down: list[tuple[int, int, int]], between: str
) -> None:
    a, b = joined((0, 1, 2, 3, 4), between), joined(order, between)
    found = moved_down(a, b, compare(a, b, language="en"))

    assert [(each.start, each.to, each.of) for each in found] == down


def test_a_paragraph_that_was_edited_on_its_way_is_the_same() -> None:
    a, b = joined((0, 1, 2, 3, 4)), joined((1, 2, 3, 4, 0)).replace("took money", "took some money")
    (found,) = moved_down(a, b, compare(a, b, language="en"))

    assert (found.start, found.to, found.of) == (1, 5, 5)
    assert found.text.startswith("The mayor took money")


def test_an_edit_has_a_flag_for_each_paragraph_that_moved_down() -> None:
    before, after = (
        Text(text=each, sha256=each.encode(), language="en")
        for each in (joined((0, 1, 2, 3, 4)), joined((2, 3, 4, 0, 1)))
    )
    edit = classify(before, after)

    flags = [each for each in msgspec.to_builtins(edit)["flags"] if each["name"] == "moved-down"]
    assert flags == [
        {
            "name": "moved-down", "from": 1, "to": 4, "of": 5,
            "reason": "paragraph 1 is now 4 of 5: “The mayor took money from the firm. He was caught.”",
        },
        {
            "name": "moved-down", "from": 2, "to": 5, "of": 5,
            "reason": "paragraph 2 is now 5 of 5: “The council met on Tuesday.”",
        },
    ]  # fmt: skip
    assert edit.summary.words.endswith(", moved-down")
