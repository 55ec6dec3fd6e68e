"""Running heads of a PDF with tags that do not call them so."""

from __future__ import annotations

import pytest

from ingest.normalise.documents import pdf, pdf_geometry, pdf_tags
from ingest.normalise.extraction import Annotation, Limits
from tests.unit.documents.drawn import At, drawn

pytest.importorskip("pypdfium2_raw")
LINES = [
    f"{word} line of the text that goes on to the end of it" for word in ("First", "second", "third", "last")
]


def pages(head: str | None, foot: str | None, *, body: str = "P", count: int = 3) -> bytes:
    """Return pages with a head and the number of the page, in elements of these kinds; None: in none."""
    return drawn(
        [
            [
                At(50, 550, "Lease agreement", head and f"{head} head {number}"),
                *(
                    At(50, 500 - 12 * n, f"{line} {number}.", f"{body} {number}")
                    for n, line in enumerate(LINES)
                ),
                At(200, 30, f"Page {number} of {count}", foot and f"{foot} foot {number}"),
            ]
            for number in range(1, count + 1)
        ]
    )


def read(data: bytes) -> tuple[str, list[str], tuple[Annotation, ...]]:
    found = pdf.read(data, Limits())
    return found.way, found.text.split("\n\n"), found.annotations.running_heads


BODY = [" ".join(f"{line} {number}." for line in LINES) for number in (1, 2, 3)]
HEADS = (Annotation(kind="head", text="Lease agreement"), Annotation(kind="foot", text="Page of"))


@pytest.mark.parametrize("head", ["P", "Span", None])
@pytest.mark.parametrize("foot", ["P", "Div", None])
def test_what_the_tags_do_not_call_so_is_told_by_its_place(head: str | None, foot: str | None) -> None:
    assert read(pages(head, foot)) == (pdf_tags.WAY, BODY, HEADS)


@pytest.mark.parametrize("kind", ["H1", "LI", "Caption"])
def test_what_a_tag_says_is_something_else_is_text(kind: str) -> None:
    way, text, heads = read(pages(kind, "Artifact"))

    assert way == pdf_tags.WAY
    assert text == [each for body in BODY for each in ("Lease agreement", body)]
    assert heads == HEADS[1:]


def test_a_document_of_one_page_has_none() -> None:
    assert read(pages("P", "P", count=1))[1:] == (["Lease agreement", BODY[0], "Page 1 of 1"], ())


@pytest.mark.parametrize("raised", [True, False])
def test_notes_that_say_the_same_are_no_running_feet(raised: bool) -> None:
    numbers = (1, 2, 3)
    data = drawn(
        [
            [
                At(50, 512, f"A paragraph that begins on page {number}"),
                At(50, 500, f"and has a second line, which page {number} has too"),
                At(50, 488, "A word"),
                *([At(81.2, 492, str(number), size=6)] if raised else []),
                *(At(50, 476 - 12 * n, f"{line} {number}.") for n, line in enumerate(LINES)),
                At(50, 60, f"{number} Ibid., page 7.", size=8),
            ]
            for number in numbers
        ]
    )
    way, text, heads = read(data)

    assert way == pdf_geometry.WAY
    notes = ["Ibid., page 7."] * 3 if raised else []
    assert (text[-3:] if raised else [], heads) == (
        notes,
        () if raised else (Annotation(kind="foot", text="Ibid., page ."),),
    )


@pytest.mark.parametrize(
    ("heads", "gone"),
    [
        (["Guide 5", "Guide 6", "Guide 7"], True),
        (["Guide 5 of 9", "Guide 6 of 9", "Guide 7 of 9"], True),
        (["Item 12", "Item 45", "Item 80"], False),
        (["Guide", "Guide", "Guide"], False),
        (["5 of 12", "7 of 15", "9 of 19"], False),
        (["5 12", "7 13", "8 14"], True),
    ],
)
def test_what_counts_the_pages_is_a_head_however_near_it_is(heads: list[str], gone: bool) -> None:
    rest = "and goes on as far as the lines of this page do"
    data = drawn(
        [
            [
                At(50, 518, f"{head} {rest}"),
                *(At(50, 500 - 12 * n, f"{line} {number}.") for n, line in enumerate(LINES)),
            ]
            for number, head in enumerate(heads)
        ]
    )
    text, found = read(data)[1:]

    assert (len(found) == 1) == gone
    assert gone != any(head in "".join(text) for head in heads)


def test_cells_that_are_drawn_close_to_each_other_are_parted_as_those_above() -> None:
    rows = [At(50, 500, "wo"), At(73.2, 500, "12"), At(50, 486, "word"), At(73.2, 486, "34")]

    assert read(drawn([rows]))[1] == ["wo\t12", "word\t34"]
    assert read(drawn([rows[2:]]))[1] == ["word34"]
