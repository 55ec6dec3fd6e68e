"""Lines that are written from right to left: whatever the order of the file, they are read in their own."""

from __future__ import annotations

import itertools

import pytest

from ingest.normalise.documents.pdf_bidi import Glyph, in_order

WIDTH = 400.0
MUCH = "תורחא םילמ הברה דועו תורחא םילמ"  # so that the page is written from right to left
# As it stands on the page, from left to right, and as it is read.
LINES = [
    (".תיב הז", "זה בית."),
    ("12 ףיעס", "סעיף 12"),
    ("1,250.50 לש ךס", "סך של 1,250.50"),
    ("50% ךס", "סך 50%"),
    ("GNOME Shell תיב", "בית GNOME Shell"),
    ("רחא GNOME 43 Shell תיב", "בית GNOME 43 Shell אחר"),
    ("ةيبرعلا", "العربية"),
]


def glyphs(shown: str, order: list[int], y: float = 100.0) -> list[Glyph]:
    """Return the characters of a line as it is shown, each five points wide, in an order of the file."""
    return [
        Glyph(n, shown[at], 5.0 * at, 5.0 * at + 5, y, 10.0) for n, at in enumerate(order) if shown[at] != " "
    ]


def read(line: list[Glyph]) -> str:
    return "".join(glyph.text for glyph in in_order(line, WIDTH))


@pytest.mark.parametrize(("shown", "text"), LINES)
def test_the_order_of_the_file_is_not_that_of_the_text(shown: str, text: str) -> None:
    size = len(shown)
    for order in (list(range(size)), list(range(size))[::-1], [*range(size // 2, size), *range(size // 2)]):
        ordered = in_order([*glyphs(MUCH, list(range(len(MUCH))), y=88.0), *glyphs(shown, order)], WIDTH)
        ordered = [glyph for glyph in ordered if glyph.y == 100.0]

        assert "".join(glyph.text for glyph in ordered) == text
        assert all(before.left <= after.left for before, after in itertools.pairwise(ordered))


def test_a_word_to_the_right_in_a_line_to_the_left_is_turned_where_it_stands() -> None:
    assert read(glyphs("the word תיב is here", list(range(20)))) == "the word בית is here"


def test_lines_are_counted_from_the_side_on_which_reading_begins() -> None:
    first, second = in_order([*glyphs("בא", [0, 1]), *glyphs("ג", [0], y=88.0)], WIDTH)[::2]

    assert (first.left, second.left) == (WIDTH - 10, WIDTH - 5)


@pytest.mark.parametrize("letters", ["לא", "אל"])
def test_lam_and_alef_that_are_one_glyph_have_one_order(letters: str) -> None:
    lam = {"ל": "\u0644", "א": "\u0627"}
    one = [Glyph(n, lam[letter], 50.0, 55.0 + n, 100.0, 10.0) for n, letter in enumerate(letters)]

    assert read(one) == "\u0644\u0627"


@pytest.mark.parametrize("shown", [")12 ףיעס(", "(12 ףיעס(", ")12 ףיעס)", "(12 ףיעס)"])
def test_brackets_open_and_close(shown: str) -> None:
    assert read(glyphs(f"רחא {shown} תיב", list(range(len(shown) + 8)))) == "בית (סעיף 12) אחר"


def test_the_bracket_behind_the_number_of_an_item_is_left() -> None:
    page = [glyph for n in range(3) for glyph in glyphs("תיב (א", list(range(6)), y=100.0 - 12 * n)]

    assert read(page) == "א) בית" * 3


def test_a_page_of_brackets_and_signs_takes_no_time_that_grows_with_their_square() -> None:
    page = [Glyph(n, "(%א"[n % 3], 5.0 * n, 5.0 * n + 5, 100.0, 10.0) for n in range(3_300)]
    page += [Glyph(n, "%", 5.0 * n, 5.0 * n + 5, 88.0, 10.0) for n in range(3_300, 6_600)]

    assert len(in_order(page, WIDTH)) == 6_600
