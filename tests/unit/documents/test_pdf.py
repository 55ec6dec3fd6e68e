"""What is read of a PDF, by its tags and by where its lines stand."""

from __future__ import annotations

import functools
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ingest.normalise.documents import (
    pdf,
    pdf_file,
    pdf_geometry,
    pdf_lines,
    pdf_tags,
    pdf_without_tags,
    pdfium,
)
from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_mirrored import unmirror
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused
from tests.unit.documents.drawn import At, drawn
from tests.unit.documents.prose import paragraphs

TYPST = pytest.importorskip("typst")


def made(source: str) -> bytes:
    compiled: Any = TYPST.compile(source.encode(), format="pdf")
    return bytes(compiled)


def by_tags(data: bytes) -> Extracted:
    return pdf.read(data, Limits())


def by_geometry(data: bytes) -> Extracted:
    """As if there were no tags."""
    return pdf_without_tags.read(data, Limits())


WAYS = [(by_tags, pdf_tags.WAY), (by_geometry, pdf_geometry.WAY)]
BODY = paragraphs(seed=1, count=12)


@functools.cache
def article() -> bytes:
    return made(
        '#set page(paper: "a5", numbering: "1", header: [Lease agreement])\n#set par(justify: true)\n'
        "= The heading\n\n"
        + "\n\n".join(BODY[:6])
        + "#footnote[The first note.]\n\n- an item of the list\n- another item\n\n"
        + "#table(columns: 2, [first cell], [second cell], [third], [fourth])\n\n"
        + "\n\n".join(BODY[6:])
    )


@pytest.mark.parametrize(("read", "way"), WAYS)
def test_paragraphs_rows_items_and_notes(read: Callable[[bytes], Extracted], way: str) -> None:
    found = read(article())
    kinds: dict[str, list[str]] = {}
    for block in found.blocks:
        kinds.setdefault(block.kind, []).append(found.text[block.offset :][: block.length])

    assert found.way == way
    assert kinds["heading"] == ["The heading"]
    assert kinds["paragraph"] == BODY
    assert kinds["item"] == ["an item of the list", "another item"]
    assert kinds["row"] == ["first cell\tsecond cell", "third\tfourth"]
    assert kinds["note"] == ["The first note."]
    assert found.annotations.running_heads == (Annotation(kind="head", text="Lease agreement"),)
    assert [page.page for page in found.annotations.pages] == [1, 2, 3]
    assert found.blocks[0].page == 1
    assert found.blocks[-2].page == 3


@pytest.mark.parametrize(("read", "way"), WAYS)
def test_one_page_keeps_its_first_and_last_line(read: Callable[[bytes], Extracted], way: str) -> None:
    found = read(made("#set page(numbering: none)\nFirst line alone.\n\n#v(1fr)\n\nLast line alone."))

    assert (found.text, found.way) == ("First line alone.\n\nLast line alone.", way)


@pytest.mark.parametrize(("read", "way"), WAYS)
def test_hyphens_of_a_line_end_go_and_those_of_a_word_stay(
    read: Callable[[bytes], Extracted], way: str
) -> None:
    words = "A self-employed administration is responsible for considerable well-known obligations internationally. "
    found = read(
        made(
            f"#set page(width: 6cm, height: 20cm)\n#set text(hyphenate: true)\n#set par(justify: true)\n{words * 4}"
        )
    )

    assert (found.text, found.way) == ((words * 4).strip(), way)


def test_a_document_that_does_not_mark_them_decides_by_its_other_words() -> None:
    hyphens = Hyphens(["The landlord and the land-owner own a twenty-one and an owner."])

    assert hyphens.joined("the land\x02\r\nlord") == "the landlord"
    assert hyphens.joined("the land\x02\r\nowner") == "the land-owner"
    assert hyphens.joined("an obli\x02\r\ngation") == "an obligation"
    assert hyphens.joined("the self\x02\r\nemployed") == "the self-employed"
    assert hyphens.joined("in North\x02\r\nHolland") == "in North-Holland"


def test_one_hyphen_that_is_marked_does_not_keep_those_that_are_not() -> None:
    cut = ["the obli\x02", "gation and the adminis\x02", "tration"]

    assert Hyphens([*cut, "a land\u2010", "lord"]).joined("the obli\x02\r\ngation") == "the obligation"
    assert Hyphens(["an obli\u2010", "gation", "a self-"]).joined("a self-\nemployed") == "a self-employed"
    assert Hyphens(["an obli\u2010", "gation"]).joined("the self\u2010\nemployed") == "the selfemployed"


@pytest.mark.parametrize("read", [by_tags, by_geometry])
def test_letters_beyond_the_first_plane_stand_in_their_sentence(
    read: Callable[[bytes], Extracted],
) -> None:
    """The library counts two halves for each. A formula that stands alone is a block."""
    found = read(made("The set $bb(A)$ and $bb(B)$ of the lease, sign\u00ading it.\n\n$ x = y $\n\nMore."))

    assert found.text == "The set 𝔸 and 𝔹 of the lease, signing it.\n\n𝑥 = 𝑦\n\nMore."


@pytest.mark.parametrize("tag", [None, "P"])
def test_a_word_whose_letters_are_drawn_each_is_the_word(tag: str | None) -> None:
    widths = {"l": 2.22, "i": 2.22, "s": 5.0, "c": 5.0}
    page, x = [], 40.0
    for at, letter in enumerate("leasesince"):
        page.append(At(x, 500 - 20 * (at >= 5), letter, tag))
        x = 40.0 if at == 4 else x + widths.get(letter, 5.56)

    assert by_tags(drawn([page])).text.split() == ["lease", "since"]


def test_what_the_file_claims_and_holds() -> None:
    found = by_tags(
        made(
            '#set document(title: "Lease", author: "Ann", date: datetime(year: 2026, month: 1, day: 2))\nText.'
        )
    )

    claims = {one.name: one.text for one in found.annotations.properties}
    assert (claims["title"], claims["author"]) == ("Lease", "Ann")
    assert str(claims["created"]).startswith("D:20260102")


def test_pages_without_characters_are_told() -> None:
    found = by_tags(made("Text.\n#pagebreak()\n#rect(width: 2cm, height: 2cm, fill: black)"))

    assert found.annotations.pages == (Annotation(page=1, place=0),)
    assert found.annotations.pages_without_text == (Annotation(page=2),)


def test_a_picture_of_a_text_has_no_text_layer() -> None:
    with pytest.raises(Refused) as refused:
        by_tags(made("#rect(width: 2cm, height: 2cm, fill: black)"))

    assert refused.value.reason == "no_text_layer"


def broken(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects, numbered from 1, without a table of where they are."""
    body = b"".join(b"%d 0 obj %s endobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R /Size 9 >>\n%%EOF"


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
HOSTILE = {
    "nothing": b"%PDF-1.7\n",
    "no PDF": b"text",
    "many pages claimed": broken([CATALOG, b"<< /Type /Pages /Kids [] /Count 10000000 >>"]),
    "pages that are their own parents": broken([CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 3 >>"]),
    "arrays in arrays": broken([CATALOG, b"[" * 100_000 + b"]" * 100_000]),
    "a table that leads to itself": b"%PDF-1.7\nxref\n0 0\ntrailer << /Prev 9 /Size 1 >>\nstartxref\n9\n%%EOF",
    "a form that draws itself": broken(
        [
            CATALOG,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /F 5 0 R >> >> /Contents 4 0 R >>",
            b"<< /Length 4 >> stream\n/F Do\nendstream",
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /F 5 0 R >> >> /Length 4 >> stream\n/F Do\nendstream",
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_a_reason(case: str) -> None:
    with pytest.raises(Refused) as refused:
        by_tags(HOSTILE[case])

    assert refused.value.reason in {"refused", "too_large", "no_text_layer"}


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2_raw", None)
    monkeypatch.setattr(pdf_file, "library", pdfium.library.__wrapped__)

    with pytest.raises(Refused) as refused:
        by_tags(HOSTILE["nothing"])

    assert (refused.value.reason, "ingest[documents]" in refused.value.detail) == ("no_extractor", True)


def test_a_page_too_many_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        pdf.read(article(), Limits(pages=2))

    assert refused.value.reason == "too_large"


def test_characters_too_many_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        pdf.read(article(), Limits(characters=1000))

    assert refused.value.reason == "too_large"


DUTCH = (
    "De verantwoordelijkheden van partijen blijven onverminderd van kracht gedurende de looptijd. "
    "Onderhoudswerkzaamheden worden tijdig aangekondigd. Bij niet-nakoming is de wederpartij gerechtigd te ontbinden. "
)


def test_words_that_a_line_cuts_on_a_later_page_are_whole() -> None:
    body = (DUTCH * 12).strip()
    found = by_tags(
        made(
            f'#set page(paper: "a6", margin: 1cm)\n#set text(lang: "nl", hyphenate: true)\n#set par(justify: true)\n{body}'
        )
    )

    assert len(found.annotations.pages) > 1
    assert found.text == body


def test_the_numbers_of_a_list_that_are_drawn_apart_are_no_text() -> None:
    try:
        from weasyprint import HTML
    except OSError:  # without Pango
        pytest.skip("WeasyPrint draws nothing here")
    page = "<p>Before it.</p><ol><li>first point</li><li>second point</li></ol><p>After it.</p>"

    assert (
        by_geometry(HTML(string=page).write_pdf()).text
        == "Before it.\n\nfirst point\n\nsecond point\n\nAfter it."
    )


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize("head", ["", "Lease agreement"])
def test_pages_of_double_spaced_lines_lose_no_line_at_their_ends(head: str) -> None:
    body = paragraphs(seed=4, count=40)
    found = by_geometry(
        made(
            f"#set page(header: [{head}])\n#set par(leading: 1.4em, spacing: 1.4em, justify: true)\n\n"
            + "\n\n".join(body)
        )
    )

    assert len(found.annotations.pages) > 3
    assert words_of(found.text) == words_of(" ".join(body))
    assert [each.text for each in found.annotations.running_heads] == ([head] if head else [])


def test_clauses_that_are_alike_but_for_a_number_lose_no_line() -> None:
    clause = (
        "The tenant of flat {} pays the rent on the first day of the month, and gives notice in writing "
        "not later than thirty days before the lease ends, after more than four hours of their time."
    )
    body = [clause.format(number) for number in range(1, 101)]
    found = by_geometry(made("#set par(justify: true)\n\n" + "\n\n".join(body)))

    assert len(found.annotations.pages) > 3
    assert words_of(found.text) == words_of(" ".join(body))


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("seed", [5, 6])
def test_mirrored_margins_cut_no_paragraph(columns: int, seed: int) -> None:
    body = paragraphs(seed=seed, count=20)
    found = by_geometry(
        made(
            f'#set page(paper: "a5", columns: {columns}, margin: (inside: 3cm, outside: 1.5cm, y: 2cm))\n'
            "#set par(justify: true)\n\n" + "\n\n".join(body)
        )
    )

    blocks = [found.text[block.offset :][: block.length] for block in found.blocks]
    assert len(found.annotations.pages) > 2
    assert sum(each in blocks for each in body) >= 18


def test_pages_that_begin_at_the_same_places_are_not_shifted() -> None:
    words = [[pdf_lines.Word("word", x, x + 30, 700 - 10 * n, 10) for n in range(20)] for x in (50, 50, 50)]
    pages = [[pdf_lines.Line([word], word.y, 10, n) for word in page] for n, page in enumerate(words)]
    pages[1] += [pdf_lines.Line([pdf_lines.Word("set in", 80, 110, 300, 10)], 300, 10, 1)]

    unmirror(pages)

    assert [{line.x0 for line in page} for page in pages] == [{50}, {50, 80}, {50}]


MARKED = f"{BODY[1]} Its mark stands here{{}} and the text goes on."


def with_note(height: int) -> bytes:
    try:
        from weasyprint import HTML
    except OSError:  # without Pango
        pytest.skip("WeasyPrint draws nothing here")
    style = (
        "@page{size:A5;margin:2cm;@bottom-center{content:counter(page)}}"
        "body{font:11pt serif;text-align:justify}.n{float:footnote}"
    )
    marked = MARKED.format("<span class=n>The note of it.</span>")
    page = f"<html lang=en><style>{style}</style><p>{BODY[0]}</p><div style='height:{height}mm'></div>"
    return bytes(HTML(string=f"{page}<p>{marked}</p><p>{BODY[2]}</p>").write_pdf(pdf_tags=True))


@pytest.mark.parametrize("height", [1, *range(80, 130, 5)])
@pytest.mark.parametrize("read", [by_tags, by_geometry])
def test_a_note_that_has_no_room_on_the_page_of_its_mark(
    read: Callable[[bytes], Extracted], height: int
) -> None:
    found = read(with_note(height))

    blocks = [(block.kind, found.text[block.offset :][: block.length]) for block in found.blocks]
    # By the tags the number of a page that is not said to be no content is text.
    assert [block for block in blocks if not block[1].isdigit()] == [
        *(("paragraph", each) for each in (BODY[0], MARKED.format(""), BODY[2])),
        ("note", "The note of it."),
    ]


LONG = "This is a line of the lease that goes on to where all of the lines end"


def texts(lines: list[At]) -> list[str]:
    return by_geometry(drawn([lines])).text.split("\n\n")


@pytest.mark.parametrize(("label", "width"), [("–", 5.6), ("—", 10.0), ("11.3", 19.5)])
def test_what_hangs_behind_a_dash_or_a_number_goes_on(label: str, width: float) -> None:
    lines = [
        At(40, 500, LONG),
        At(40, 480, f"{label} {LONG}"),
        At(40 + width + 2.8, 468, "and ends here."),
        At(40, 456, f"{label} {LONG}"),
        At(40 + width + 2.8, 444, LONG),
        At(40, 432, f"{label} Another."),
    ]

    told = texts(lines)

    assert told[1] == f"{label} {LONG} and ends here."
    assert told[2:] == [f"{label} {LONG} {LONG}", f"{label} Another."]


def test_a_line_of_speech_goes_on_at_the_margin() -> None:
    lines = [At(40, 500 - 12 * at, LONG) for at in range(4)]
    spoken = [At(52, 440, f"— {LONG}"), At(40, 428, "and ends here.")]

    assert texts([*lines, *spoken])[-1] == f"— {LONG} and ends here."


@pytest.mark.parametrize(("mark", "taken"), [("1²", True), ("²", True), ("³", False)])
def test_the_high_digits_of_a_font_are_the_mark_of_a_note(mark: str, taken: bool) -> None:
    """One that no note has stays in the text."""
    lines = [At(40, 500 - 12 * at, LONG) for at in range(12)]
    lines[3] = At(40, 464, f"{LONG} {mark}")
    foot = "1²" if mark == "1²" else "²"
    notes = [At(50, 80, f"{foot}This is the note", size=8)]

    found = texts([*lines, *notes])

    assert (mark in found[0]) == (not taken)
    assert found[-1] == "This is the note"


def test_what_stands_beside_the_text_has_a_limit() -> None:
    catalog = b"<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /D /P (%s) >>] >> >>"
    data = drawn([[At(50, 500, "A page.")], [At(50, 500, "Another page.")]])
    labelled = data.replace(b"<< /Type /Catalog /Pages 2 0 R  >>", catalog % (b"p" * 60))

    assert labelled != data
    assert pdf.read(labelled, Limits(characters=200)).text == "A page. Another page."
    with pytest.raises(Refused) as refused:
        pdf.read(labelled, Limits(characters=100))
    assert (refused.value.reason, refused.value.detail) == (
        "too_large",
        "more than 100 characters beside the text",
    )
