"""Where lines end, of scripts without blanks too, and what letters are joined into one."""

from __future__ import annotations

import pytest

from ingest.normalise.documents.pdf_file import APART, unswapped
from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_lines import Line, Word
from ingest.normalise.documents.pdf_margins import Margins
from ingest.normalise.documents.pdf_paragraphs import paragraphs

FRENCH = (
    "Il peut choisir le plus simple de tous les textes, sans être obligé de lire le reste des documents de la"
    " commune, qui sont longs et que personne ne lit jamais jusqu’à la fin."
)


@pytest.mark.parametrize(
    ("elsewhere", "lines", "text"),
    [
        ("", "租赁合同\r\n双方", "租赁合同双方"),
        ("", "租赁合同，\n双方", "租赁合同，双方"),
        ("", "見出し\nカタカナ", "見出しカタカナ"),
        ("打开 GNOME 桌面", "打开\nGNOME 桌面", "打开 GNOME 桌面"),
        ("打开GNOME桌面", "打开\nGNOME桌面", "打开GNOME桌面"),
        ("打开GNOME桌面", "打开GNOME\n桌面", "打开GNOME桌面"),
        ("租赁合同", "the lease\nends", "the lease ends"),
        ("", "계약\n기간", "계약 기간"),
        ("", "(https:\r\n//www.example.org/a)", "(https://www.example.org/a)"),
        (
            "",
            "see (http://www.example.org/-\nprep/index.html)",
            "see (http://www.example.org/prep/index.html)",
        ),
        ("", "the http://www.example.org/a and/-\nor b", "the http://www.example.org/a and/- or b"),
        ("", "either:\n/ or //", "either: / or //"),
        # A letter by itself, and an abbreviation, are no piece that a line's end leaves.
        ("Stuur de brief naar het adres van de gemeente", "een e-\nmailadres", "een e-mailadres"),
        ("Stuur de brief naar het adres van de gemeente", "een CD-\nspeler", "een CD-speler"),
        ("Ein PPPoE ist hier", "das PP-\nPoE", "das PPPoE"),
        ("", "ANY GEN-\nERAL DAMAGES", "ANY GENERAL DAMAGES"),
        ("", "from EU-\nUSA talks", "from EU-USA talks"),
        # Without a list of a language's words, what stands by itself elsewhere in the document is a word.
        (FRENCH, "choisissez simple-\nment la partition", "choisissez simplement la partition"),
        (FRENCH, "il est peut-\nêtre trop tard", "il est peut-être trop tard"),
        (FRENCH, "un ré-\nsumé", "un résumé"),
    ],
)
def test_the_end_of_a_line(elsewhere: str, lines: str, text: str) -> None:
    assert Hyphens([elsewhere, lines]).joined(lines) == text


PARTS = (
    "The tenant keeps the house in good order and pays the rent on the first day of each month to the owner"
    " of it, who gives notice three months before the lease ends."
)


@pytest.mark.parametrize(("apart", "text"), [(False, "the firmwareupdate"), (True, "the firmware-update")])
def test_a_hyphen_by_itself_was_made_by_a_line_unless_all_are_drawn_so(apart: bool, text: str) -> None:
    hyphens = Hyphens([PARTS, f"the firmware{APART}", "update"], apart=apart)

    assert hyphens.joined(f"the firmware{APART}\nupdate") == text


@pytest.mark.parametrize(("known", "text"), [("gemeen-", "een livesysteem"), ("noord-", "een live-systeem")])
def test_where_no_end_of_a_line_cuts_a_word_that_is_known_none_cuts_one(known: str, text: str) -> None:
    dutch = "De huurder betaalt de huur op de eerste dag van de maand aan de verhuurder van het huis"
    lines = ["bij de zuid-", "kustweg", f"bij de {known}", "te in", "een live-", "systeem"]

    assert Hyphens([dutch, *lines]).joined("een live-\nsysteem") == text


@pytest.mark.parametrize(
    ("text", "width"), [("租赁合同", 10), ("「租赁", 20), ("租，赁", 20), ("lease", 100), ("合", 10)]
)
def test_what_must_fit_on_a_line_to_go_on(text: str, width: float) -> None:
    end = 10 if text == "合" else 100
    assert Line([Word(text, 0, end, 0, 10)], 0, 10, 1).first_width == width


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("de\u6600\u6900ned", "defined"),
        ("\u6600\u6900le", "file"),
        ("o\u6600\u6600 and on", "off and on"),
        ("a\u6600\ucf00che", "affiche"),
        ("\u6600\u6900\u79df", "\u6600\u6900\u79df"),
        ("\u5408\u6600\u6900", "\u5408\u6600\u6900"),
        ("\ufb01le", "file"),
    ],
)
def test_ligatures_are_their_letters(given: str, text: str) -> None:
    assert Hyphens([]).joined(unswapped(given)) == text


def line(words: list[tuple[float, float]], y: float) -> Line:
    return Line([Word("word", x0, x1, y, 10) for x0, x1 in words], y, 10, 1)


def said(text: str, x0: float, x1: float, y: float) -> Line:
    """A line of words of one width each, with blanks between them that make it reach its end."""
    words = text.split(" ")
    blank = (x1 - x0 - 20 * len(words)) / max(len(words) - 1, 1)
    return Line(
        [
            Word(word, x0 + n * (20 + blank), x0 + n * (20 + blank) + 20, y, 10)
            for n, word in enumerate(words)
        ],
        y,
        10,
        1,
    )


COLUMN = [said("a b c d e f g h i j", 50, 300, 700 - 12 * n) for n in range(20)]
PARAGRAPHS = {
    "a term, and what hangs behind it": (
        [said("Term: a b c d e f g h i", 50, 300, 400), said("a b c", 70, 150, 388)], [2],
    ),
    "what hangs, over three lines": (
        [said("Term: a b c d e f g h i", 50, 300, 400), said("a b c d e f g h i", 70, 300, 388), said("a b", 70, 110, 376)], [3],
    ),
    "a short line, and one that is set in": ([said("a b", 50, 100, 400), said("a b c", 70, 150, 388)], [1, 1]),
    "a paragraph of one full line, and one whose first line is set in": (
        [said("a b c d e f g h i j", 50, 300, 400), said("A b c d e f g h i", 65, 300, 388), said("a b", 50, 90, 376)], [1, 2],
    ),
    "two paragraphs that are set in, the first of one line": (
        [said("A b c d e f g h end.", 65, 299, 400), said("A b c d e f g h i", 65, 300, 388), said("a b", 50, 90, 376)], [1, 2],
    ),
    "a line that is set in and goes on as far in": (
        [said("A b c d e f g h i", 65, 299, 400), said("b c d e f g h i", 65, 300, 388), said("a b", 50, 90, 370)], [2, 1],
    ),
    "a box that is narrower than its column, its lines stretched": (
        [said("a b c d e f", 50, 230, 400), said("a b c d e f g", 50, 230, 388), said("a b c d e f", 50, 229.5, 376), said("a", 50, 70, 364)], [4],
    ),
    "lines of a program that are as long by chance": (
        [said("a b c d e f", 50, 230, 400), said("b c d e f g", 50, 230, 388)], [1, 1],
    ),
    "a box by itself, ragged, its lines as long as they can be": (
        [said("In a b c d", 80, 230, 400), said("e a b c d", 80, 218, 388), said("e a b c d", 80, 221, 376), said("a", 80, 100, 364)], [4],
    ),
    "the same, where a word would still have fitted": (
        [said("In a b c d", 80, 230, 400), said("e a b c d", 80, 180, 388), said("e a b c d", 80, 221, 376), said("a", 80, 100, 364)], [1, 1, 1, 1],
    ),
    "names below each other, in capitals": (
        [said("In a b c d", 80, 230, 400), said("E a b c d", 80, 218, 388), said("E a b c d", 80, 221, 376), said("A", 80, 100, 364)], [1, 1, 1, 1],
    ),
    "a number that begins a line of a paragraph, a hair beside": (
        [said("a b c d e f g h i j", 50, 300, 400), said("0.0. b c", 50.01, 120, 388)], [2],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAGRAPHS)
def test_where_a_paragraph_ends(case: str) -> None:
    lines, lengths = PARAGRAPHS[case]

    assert [len(each.lines) for each in paragraphs(lines, Margins([*COLUMN, *lines]))] == lengths


def mark(text: str, y: float, sign: str = "•") -> Line:
    """An item: its mark, a gap, and a text that does not reach the end of its line."""
    return Line([Word(sign, 50, 54, y, 10), Word(text, 64, 250, y, 10, begins_run=True)], y, 10, 1)


@pytest.mark.parametrize("sign", ["•", "➤", "\uf0b7", "1.", "–"])
def test_items_below_each_other_are_no_rows(sign: str) -> None:
    items = [mark("one", 400, sign), mark("two", 388, sign), line([(64, 120)], 376)]

    found = paragraphs(items, Margins(items))

    kind = "paragraph" if sign == "–" else "item"
    assert [(each.kind, len(each.lines)) for each in found] == [(kind, 1), (kind, 2)]
    assert found[0].text == ("one" if len(sign) == 1 and sign != "–" else f"{sign} one")


def test_items_whose_lines_are_not_stretched_go_on_in_a_text_whose_lines_are() -> None:
    items = [
        Line([Word("•", 50, 54, 400 - 12 * n, 10), *said("a b c d e", 64, 270 + n, 400 - 12 * n).words], 400 - 12 * n, 10, 1)
        if n % 2 == 0
        else said("fifty a b", 64, 150, 400 - 12 * n)
        for n in range(8)
    ]  # fmt: skip
    for one in items[1::2]:
        one.words[0].x1 = one.words[0].x0 + 40  # it would not have fitted above

    assert [len(each.lines) for each in paragraphs(items, Margins([*COLUMN, *items]))] == [2, 2, 2, 2]


BOXES = [said("a b c d e f g h i j", 60, 230 - 0.1 * (n % 3), 660 - 12 * n) for n in range(3)] + [
    said("a b c d e f g h", 60, 230, 500 - 12 * n) for n in range(3)
] + [said("a b c d e f g", 60, 229.8, 300)]  # fmt: skip


def test_a_line_that_reaches_the_margin_of_other_boxes_goes_on() -> None:
    note = [said("a b c d e f g", 60, 230, 100), said("a b", 60, 100, 88)]
    known, unknown = Margins([*COLUMN, *BOXES, *note]), Margins([*COLUMN, *note])

    assert [len(each.lines) for each in paragraphs(note, known)] == [2]
    assert [len(each.lines) for each in paragraphs(note, unknown)] == [1, 1]


def test_lines_that_say_the_same_make_no_margin() -> None:
    same = [said("a b c d e f g", 60, 230, 300 - 12 * n) for n in range(9)]

    assert Margins([*COLUMN, *same]).right(same[0]) == 300


@pytest.mark.parametrize(("end", "lengths"), [("in", [3]), ("end.", [1, 2])])
def test_a_numbered_line_that_is_set_in_goes_on_where_its_sentence_does(end: str, lengths: list[int]) -> None:
    clause = [
        said(f"5. b c d e f g h {end}", 65, 300, 400),
        said("permission c d e f g h i", 50, 300, 388),
        said("a b", 50, 90, 376),
    ]

    assert [len(each.lines) for each in paragraphs(clause, Margins([*COLUMN, *clause]))] == lengths


def test_lines_of_wide_letters_may_leave_room_for_one_more() -> None:
    # As long as they are: 25 letters, and what is left of a line that ends with punctuation.
    ragged = [
        Line([Word("租" * 25, 50, 300 - 3 * (n % 4), 700 - 12 * n, 10)], 700 - 12 * n, 10, 1)
        for n in range(20)
    ]
    near = [
        Line([Word("赁" * 23, 50, 285, 300, 10)], 300, 10, 1),
        Line([Word("合同", 50, 70, 288, 10)], 288, 10, 1),
    ]
    far = [
        Line([Word("赁" * 22, 50, 270, 200, 10)], 200, 10, 1),
        Line([Word("合同", 50, 70, 188, 10)], 188, 10, 1),
    ]
    margins = Margins([*ragged, *near, *far])

    assert [len(each.lines) for each in paragraphs(near, margins)] == [2]
    assert [len(each.lines) for each in paragraphs(far, margins)] == [1, 1]


@pytest.mark.parametrize(("short", "is_even"), [(0, True), (2, True), (8, False)])
def test_margins_are_even_where_lines_with_one_below_them_reach_it(short: int, is_even: bool) -> None:
    apart = [said("a b", 50, 100, 3000 - 40 * n) for n in range(30)]  # by themselves, as headings are
    ragged = [said("a b c d", 50, 250 + n, 400 - 12 * n) for n in range(short)]

    assert Margins([*COLUMN, *apart, *ragged]).is_even(COLUMN[0]) == is_even


def test_lines_that_were_stretched_to_their_margin_are_no_rows() -> None:
    stretched = [line([(50, 70), (100, 120), (150, 170)], 200), line([(50, 71), (101, 119), (149, 170)], 188)]
    rows = [line([(50, 70), (100, 105), (150, 170)], 200), line([(50, 80), (100, 110), (150, 170)], 188)]

    assert [each.is_row for each in paragraphs(stretched)] == [False]
    assert [each.is_row for each in paragraphs(rows)] == [True, True]


def test_a_table_that_is_wider_than_its_column_does_not_move_the_margin() -> None:
    column = [line([(50, 170)], 500 - 12 * n) for n in range(20)]
    wide = [line([(50, 250 + 10 * n)], 200 - 12 * n) for n in range(4)]

    assert Margins([*column, *wide]).right(column[0]) == 170
    assert [len(each.lines) for each in paragraphs([*column, *wide])] == [20, 1, 1, 1, 1]


def test_a_paragraph_that_is_wider_than_others_is_one() -> None:
    column = [line([(50, 170)], 500 - 12 * n) for n in range(20)]
    wide = [line([(50, 250)], 160 - 12 * n) for n in range(4)]

    assert [len(each.lines) for each in paragraphs([*column, *wide])] == [20, 4]
