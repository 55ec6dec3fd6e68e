"""The canonical text, the date header and the title."""

from __future__ import annotations

import tracemalloc
import unicodedata

import pytest

from ingest.model import Rendition
from ingest.normalise import nfc, normalise


def plain(text: str) -> Rendition:
    return normalise(text.encode(), b"a.txt")


def markdown(text: str) -> Rendition:
    return normalise(text.encode(), b"a.md")


@pytest.mark.parametrize(
    ("source", "text", "newline"),
    [
        ("a", "a", None),
        ("a\nb\n", "a\nb\n", "lf"),
        ("a\r\nb", "a\nb", "crlf"),
        ("a\rb", "a\nb", "cr"),
        ("a\r\r\nb", "a\n\nb", "mixed"),
        ("a\nb\r\n", "a\nb\n", "mixed"),
        ("a\n\rb", "a\n\nb", "mixed"),
        (
            "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i",
            "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i",
            None,
        ),
    ],
)
def test_line_ends(source: str, text: str, newline: str | None) -> None:
    assert (text, newline) == (plain(source).text, plain(source).newline)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a \nb\t\nc \t ", "a\nb\nc"),
        ("a\u00a0 \nb\x0c\t\n", "a\u00a0\nb\x0c\n"),
        ("  a\n\tb", "  a\n\tb"),
        (" \n\t\n", "\n\n"),
        ("a \r\nb", "a\nb"),
        ("a\u00a0\nb\u2003\nc\x0c\n", "a\u00a0\nb\u2003\nc\x0c\n"),
        ("x \n" * 400_000, "x\n" * 400_000),
    ],
)
def test_blanks_at_the_end_of_a_line_are_dropped(source: str, text: str) -> None:
    assert text == plain(source).text


def test_markdown_keeps_blanks_at_the_end_of_a_line() -> None:
    assert markdown("a  \r\nb\t\n").text == "a  \nb\t\n"


def test_nfc() -> None:
    assert plain("cafe\u0301 \u212b").text == "café Å"


def test_a_long_run_of_marks_comes_out_as_the_standard_library_has_it() -> None:
    marks = "\u0301\u0323\u0344\u0327\U0001d165\u0f73\u0345" * 50
    text = "x" * 5000 + "e" + marks + "é" + marks + " " + marks + "中" * 100

    assert unicodedata.normalize("NFC", text) == nfc(text)


def test_a_letter_younger_than_the_interpreter_is_composed() -> None:
    """U+105C9 is of Unicode 16; Python 3.11 has 14."""
    assert plain("\U000105d2\u0307").text == "\U000105c9"


@pytest.mark.parametrize(
    "marks",
    [
        "\u0301\u0323" * 500_000,
        "\u0301" * 500_000 + "\u0323" * 500_000,
        "\u0f73\u0327" * 500_000,
        "\U0001d165\U0001d17b" * 500_000,
    ],
    ids=["alternating", "ever lower", "that decompose", "beyond the BMP"],
)
def test_a_million_marks_are_put_in_order_in_few_bytes_each(marks: str) -> None:
    """What takes quadratic time does not come to the end of this test."""
    tracemalloc.start()
    try:
        ordered = nfc(marks)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    apart = [unicodedata.normalize("NFD", mark) * marks.count(mark) for mark in set(marks)]
    assert sorted(ordered) == sorted("".join(apart))
    classes = [unicodedata.combining(mark) for mark in ordered]
    assert classes == sorted(classes)
    assert peak < 16 * len(marks)


@pytest.mark.parametrize(
    "text",
    [
        "a\u200bb\u200c\u200d",
        "\u202eabc\u202c",
        "\u2066x\u2069",
        "a\ufeffb",
        "\x1b[31mrood\x1b[0m is een kleur",
        "pаypal",
        "\t x",
    ],
)
def test_nothing_else_is_altered(text: str) -> None:
    assert text == plain(text).text


@pytest.mark.parametrize(
    ("source", "text", "date", "earliest", "latest"),
    [
        (" date 2021-02-20 Text", "Text", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("date 2021-02-20 Text", "Text", "2021-02-20", "2021-02-20", "2021-02-20"),
        (" date 2021-02 Text", "Text", "2021-02", "2021-02-01", "2021-02-28"),
        (" date 2020-02 Text", "Text", "2020-02", "2020-02-01", "2020-02-29"),
        ("date 2020-02-29 Text", "Text", "2020-02-29", "2020-02-29", "2020-02-29"),
        ("date 9999-12 Text", "Text", "9999-12", "9999-12-01", "9999-12-31"),
        ("date 0001-01 Text", "Text", "0001-01", "0001-01-01", "0001-01-31"),
        ("\ufeff date 2021-02 \ufeffText", "Text", "2021-02", "2021-02-01", "2021-02-28"),
        ("date 2021-02  Text", " Text", "2021-02", "2021-02-01", "2021-02-28"),
        ("date 2021-02 ", "", "2021-02", "2021-02-01", "2021-02-28"),
        ("date 2021-02 \nText", "\nText", "2021-02", "2021-02-01", "2021-02-28"),
        ("date 2021-02 date 2021-13-01x", "date 2021-13-01x", "2021-02", "2021-02-01", "2021-02-28"),
    ],
)
def test_a_date_header_is_taken_out(source: str, text: str, date: str, earliest: str, latest: str) -> None:
    for rendition in (plain(source), markdown(source)):
        assert (text, date, earliest, latest) == (
            rendition.text,
            rendition.date,
            rendition.date_earliest,
            rendition.date_latest,
        )


@pytest.mark.parametrize(
    "text",
    [
        "date 2021-02-30 Text",
        "date 2021-13 Text",
        "date 2021-00 Text",
        "date 0000-01 Text",
        "date 2021-2 Text",
        "date 2021 Text",
        "date 2021-02-20Text",
        "date 2021-02-20",
        "date 2021-02-20\nText",
        "  date 2021-02-20 Text",
        "Date 2021-02-20 Text",
        "\ndate 2021-02-20 Text",
        "date ٢٠٢١-٠٢-٢٠ Text",
        "date ٢٠٢١-02-20 Text",
        "date 2021-02 date 2021-03 Text",
        "date 2021-02 \ufeff date 2021-03\nText",
        "date 2021-02 %PDF-1.4 is a kind of file",
    ],
)
def test_what_is_no_header_stays_in_the_text(text: str) -> None:
    rendition = plain(text)

    assert (text, None, None, None) == (
        rendition.text,
        rendition.date,
        rendition.date_earliest,
        rendition.date_latest,
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kabinet valt\n\nHet is zover.", "Kabinet valt"),
        ("\n \n  Kabinet valt  \n \nHet is zover.", "Kabinet valt"),
        ("Kabinet valt", "Kabinet valt"),
        ("Kabinet valt\n", "Kabinet valt"),
        ("'Kabinet valt'\n\nx", "'Kabinet valt'"),
        ("x" * 120, "x" * 120),
        ("x" * 121, None),
        ("Kabinet valt\nHet is zover.", None),
        ("Het is zover.\n\nx", None),
        ('"Het is zover."\n\nx', None),
        ("Waarom?\n\nx", None),
        ("Zij zei:\n\nx", None),
        ("-----\n\nx", None),
        ("\n\n", None),
        ("\u202eabc\u202c x\n\ny", "\u202eabc\u202c x"),
        ("a\x1b[0mb\n\ny", "a\x1b[0mb"),
        ("date 2021-02-20 Kabinet valt\n\nx", "Kabinet valt"),
    ],
)
def test_the_title_of_a_plain_text(text: str, title: str | None) -> None:
    assert title == plain(text).title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Kop\n\ntekst", "Kop"),
        ("tekst\n\n## Kop ##  \n", "Kop"),
        ("###### C# \n", "C#"),
        ("####### zeven\n\n#geen\n\n# wel", "wel"),
        ("#\n\n# ##\n\n# wel", "wel"),
        ("    # code\n\n# wel", "wel"),
        ("Kop\n===\n", "Kop"),
        ("Kop op\ntwee regels\n---\n", "Kop op twee regels"),
        ("*Kop*\n---", "*Kop*"),
        ("- a\n- b\n---\n# wel", "wel"),
        ("tekst\n- a\n---\n\n# wel", "wel"),
        ("> a\nb\n---\n\n# wel", "wel"),
        ("***\nKop\n===", "Kop"),
        ("---\n\ntekst\n\n---\n# wel", "wel"),
        ("```sh\n# code\n```\n# wel", "wel"),
        ("~~~\n# code\n```\n# code\n~~~~\n# wel", "wel"),
        ("```\n# code", None),
        ("````\n# code\n```\n# code\n````\n# wel", "wel"),
        ("    code\n===\n\n# wel", "wel"),
        ("tekst zonder kop", None),
        ("", None),
        ("---\ntitle: Kop\n---\n# ander", "Kop"),
        ('---\nauteur: x\ntitle: "Kop: twee"\n...\n', "Kop: twee"),
        ("---\ntitle: !!python/object:os.system x\n---\n", "!!python/object:os.system x"),
        ("---\ntitle: >\n  Kop\n---\n# niet", "Kop"),
        ("---\ntitle:\n---\n# wel", "wel"),
        ("---\nx:\n  title: nee\n---\n# wel", "wel"),
        ("---\ntitle: nooit gesloten\n\n# wel", "wel"),
        ("# " + "x" * 1000, "x" * 1000),
        ("# " + "x" * 1001, None),
        ("x\n\n" * 30_000 + "# te ver\n\nx", None),
        ("# a\u2028b\u202e", "a\u2028b\u202e"),
    ],
)
def test_the_title_of_a_markdown_text(text: str, title: str | None) -> None:
    assert title == markdown(text).title


@pytest.mark.parametrize(
    ("value", "date", "earliest", "latest"),
    [
        ("2021-02-20", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("2021-02", "2021-02", "2021-02-01", "2021-02-28"),
        ('"2020-02"', "2020-02", "2020-02-01", "2020-02-29"),
        ("'2021-02-20' # first printed", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("2021-02-20 # first printed", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("2021-02-20T23:30:00Z", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("2021-02-20T23:30:00.5-08:00", "2021-02-20", "2021-02-20", "2021-02-20"),
        ("2021-02-20 9:30:00 +0100", "2021-02-20", "2021-02-20", "2021-02-20"),
        ('"2021-02-20 09:30"', "2021-02-20", "2021-02-20", "2021-02-20"),
        *(
            (value, None, None, None)
            for value in ("2021", "2021-02-30", "2021-13", "2021-2-3", "20210220", "soon")
        ),
        *(
            (value, None, None, None)
            for value in ("2021-02-20 25:00", "2021-02 09:30", "2021-02-20x", "[]", "")
        ),
    ],
)
def test_the_date_in_front_matter(
    value: str, date: str | None, earliest: str | None, latest: str | None
) -> None:
    for text in (f"---\ndate: {value}\n---\nText.", f"+++\ndate = {value}\n+++\nText."):
        found = markdown(text)
        assert (date, earliest, latest) == (found.date, found.date_earliest, found.date_latest)
        assert text == found.text


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("nl", "nl"),
        ("nl-NL", "nl"),
        ('"NL_be"', "nl"),
        ("zh-Hant-TW # Taiwan", "zh"),
        *((value, None) for value in ("xx", "dutch", "nld", "[nl, en]", "n", "nl-", "{{ lang }}", "")),
    ],
)
def test_the_language_in_front_matter(value: str, language: str | None) -> None:
    english = "The council has said that it would not build the bridge, and this is all that is known."
    for key in ("lang", "Language"):
        for text in (f"---\n{key}: {value}\n---\n{english}", f"+++\n{key} = {value}\n+++\n{english}"):
            assert markdown(text).language == (language or "en")


def test_front_matter_gives_all_it_has_and_the_first_value_that_can_be_read() -> None:
    found = markdown(
        "+++\ntitle = 'Kop: twee'\ndate = 2021-02-30\ndate = 2021-03-01T10:00:00+01:00\nlang = 'nl'\n"
        "[params]\ntitle = 'nee'\nlanguage = 'de'\n+++\n# ander\n"
    )
    assert (found.title, found.date, found.language) == ("Kop: twee", "2021-03-01", "nl")


@pytest.mark.parametrize(
    "text",
    [
        "---\ndate: 2021-02-20\nlang: nl\n\nNever closed.",
        "x\n---\ndate: 2021-02-20\nlang: nl\n---\n",
        "---\nparams:\n  date: 2021-02-20\n  lang: nl\n---\n",
        "---\nupdate: 2021-02-20\nlanguages: nl\n---\n",
        "---\nx\ndate: 2021-02-20\nlang: nl\n---\n",
        "+++\n[params]\ndate = 2021-02-20\nlang = 'nl'\n+++\n",
        "+++\ndate = 2021-02-20\nlang = 'nl'\n---\n",
    ],
)
def test_what_is_no_front_matter_says_nothing(text: str) -> None:
    found = markdown(text)
    assert (found.date, found.date_earliest, found.date_latest) == (None, None, None)
    assert found.language != "nl"


def test_a_plain_text_has_no_front_matter() -> None:
    found = plain("---\ndate: 2021-02-20\nlang: nl\n---\n")
    assert (found.date, found.language) == (None, None)


def test_the_date_header_goes_before_the_front_matter() -> None:
    assert markdown("date 2021-02-20 ---\ndate: 2020-01-01\n---\n").date == "2021-02-20"
