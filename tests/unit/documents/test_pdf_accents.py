"""Accents that a file draws by themselves."""

from __future__ import annotations

import time

import pytest

from ingest.normalise.documents.pdf_accents import composed

# A character, where it begins and ends, its baseline; what stands there once the accents are put on.
PAGES = {
    "before its letter": (["c 0 9 0", "´ 13 15 0", "e 10 18 0"], "cé"),
    "under its letter": (["a 0 9 0", "¸ 13 15 0", "c 10 18 0", "a 20 28 0"], "aça"),
    "behind its letter": (["e 0 9 0", "¨ 3 6 0"], "ë"),
    "an i without its dot": (["\u0131 0 4 0", "¨ 1 3 0"], "ï"),
    "over a capital, told after others": (["E 0 9 0", "v 10 18 0", "r 20 28 0", "´ 3 6 2"], "Évr"),
    "as what is added to a letter": (["\u0300 3 6 0", "a 0 9 0"], "à"),
    "beside a letter is none": (["´ 0 3 0", "e 10 18 0"], "´e"),
    "over the edge of a letter is none": (["´ 0 1 0", "e 0 8 0"], "´e"),
    "on another line is none": (["e 0 9 20", "´ 3 6 0"], "e´"),
    "over a letter that takes none": (["ˇ 3 6 0", "q 0 9 0"], "ˇq"),
    "over a blank that is drawn, told after others": (
        ["a 0 9 0", "\u00a0 10 14 0", "s 15 23 0", "\u0300 11 13 2"],
        "a`s",
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_an_accent_is_part_of_its_letter(case: str) -> None:
    drawn, text = PAGES[case]
    places = [each.rsplit(" ", 3) for each in drawn]

    def box(index: int) -> tuple[float, float, float]:
        left, right, y = map(float, places[index][1:])
        return left, right, y

    made = composed("".join(each[0] for each in places), box, lambda _: 10.0, "-")

    assert made.replace("-", "") == text


def test_many_accents_without_letters_take_linear_time() -> None:
    text = "a´" * 50_000
    began = time.process_time()

    assert composed(text, lambda index: (index * 9.0, index * 9.0 + 5, 0.0), lambda _: 10.0, "-") == text
    assert time.process_time() - began < 4
