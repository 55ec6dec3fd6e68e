"""The head of a Markdown text in its five forms: its fields, and what the text says of itself by them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.model import Rendition
from ingest.normalise import normalise
from ingest.text.front_matter import LOOK_AT, find

DUTCH = "De gemeenteraad vergadert niet, terwijl zij deze week zou worden gehoord.\n"
ENGLISH_LICENCE = (
    "Copyright 2021 The Authors. Licensed under the terms that have been set out in this file. You may not"
    " use it but as they say; who has not read them has no licence. There is no warranty, and nobody would"
    " have to answer for what it does, or for what it does not do, or for what you thought that it would."
)


def markdown(text: str) -> Rendition:
    return normalise(text.encode(), b"a.md")


def fields(text: str) -> list[tuple[str, str]]:
    head = find(text)
    return [] if head is None else [(field.name, field.value) for field in head.fields]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a: een # twee", [("a", "een")]),
        ("a: een#twee", [("a", "een#twee")]),
        ("a: 'Foto''s'", [("a", "Foto's")]),
        ('a: "\\"ja\\" \\u2019 \\x41 \\U0001F600 \\ud83d\\ude00 \\t."', [("a", '"ja" ’ A 😀 😀 \t.')]),
        ('a: "een\n  twee \\\n  drie"\nb: c', [("a", "een\ntwee drie"), ("b", "c")]),
        ("a: een\n  twee\nb: c", [("a", "een twee"), ("b", "c")]),
        ("a: >-\n  een\n  twee\n\n  drie\nb: c", [("a", "een twee\ndrie"), ("b", "c")]),
        ("a: |\n  een\n   twee\nb: c", [("a", "een\n twee"), ("b", "c")]),
        ("a: [x, 'y, z', {q: 1}]", [("a[]", "x"), ("a[]", "y, z"), ("a[].q", "1")]),
        ("a: [\n  x, # eerste\n  y\n]\nb: c", [("a[]", "x"), ("a[]", "y"), ("b", "c")]),
        ("a:\n- x\n- y: 1\n  z: 2\nb: c", [("a[]", "x"), ("a[].y", "1"), ("a[].z", "2"), ("b", "c")]),
        ("a:\n  b:\n    c: d\n  e: f", [("a.b.c", "d"), ("a.e", "f")]),
        ("a:\nb: ''", [("a", ""), ("b", "")]),
        ("'a b': x\n\"c\": y\ndc:t: z\nu: v://x", [("a b", "x"), ("c", "y"), ("dc:t", "z"), ("u", "v://x")]),
        ("a: 'nooit dicht\nb: c", [("a", "'nooit dicht"), ("b", "c")]),
        ("a: [nooit, dicht\nb: c", [("a", "[nooit, dicht"), ("b", "c")]),
        ("a: !!python/object:x y\nb: &x y\nc: *", [("a", "!!python/object:x y"), ("b", "&x y"), ("c", "*")]),
    ],
)  # fmt: skip
def test_a_head_in_yaml_says_what_yaml_says(written: str, said: list[tuple[str, str]]) -> None:
    assert fields(f"---\n{written}\n---\ntekst") == said


FORMS = [
    ("yaml", "---\ntitle: \"Foto's\"\ndate: 2021-02-20\nlang: nl\n---\n"),
    ("yaml", "--- \ntitle: Foto's\ndate: 2021-02-20 10:00\nlang: nl-NL\n...\n"),
    ("yaml", "title: Foto's\ndate: 2021/02/20 10:00:00\nlang: nl\n---\n"),
    ("yaml", "---yaml\ntitle: 'Foto''s'\npublishDate: 2021-02-20\nlocale: nl_NL.UTF-8\n---\n"),
    ("toml", "+++\ntitle = \"Foto\\u0027s\"\ndate = 2021-02-20T10:00:00Z\nlang = 'nl'\n+++\n"),
    ("toml", "+++\ntitle = '''\nFoto's'''\ndate = 2021-02-20\nlang = 'nl'\n[params]\ntitle = 'nee'\n+++\n"),
    ("toml", "+++\ntitle = Foto's\ndate = 2021-02-20\nlang = nl\n+++\n"),
    ("toml", "---toml\ntitle = \"Foto's\"\ndate = '20 February 2021'\nlanguage = 'nl'\n---\n"),
    ("json", '{\n "title": "Foto\\u0027s",\n "date": "2021-02-20T10:00:00+01:00",\n "lang": "nl"\n}\n'),
    ("json", ';;;\n"title": "Foto\'s",\n"date": "2021-02-20",\n"lang": "nl"\n;;;\n'),
    ("json", '---json\n{"title": "Foto\'s", "date": "Feb 20, 2021", "lang": "nl"}\n---\n'),
    ("lines", "Title: Foto's\nDate: 2021-02-20 10:20\nLang: nl\nSlug: fotos\n"),
    ("lines", ".. title: Foto's\n.. date: 2021-02-20 10:00:00 UTC+01:00\n.. date: 2021-02-20\n.. lang: nl\n"),
    ("lines", "<!--\n.. title: Foto's\n.. date: 2021-02-20 10:00:00 UTC\n.. language: nl\n-->\n"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "head"), FORMS)
@pytest.mark.parametrize(
    "before", ["", "\n", " \n\n", "<!-- prettier-ignore -->\n", "<!--\nx\n-->\n\n", "\ufeff"]
)
def test_each_form_says_title_date_and_language_also_behind_a_blank_line_or_a_comment(
    form: str, head: str, before: str
) -> None:
    text = f"{before}{head}\nThe text is not about that, but it has been written for this.\n"
    found = markdown(text)
    told = find(found.text or "")

    assert (found.title, found.date, found.language) == ("Foto's", "2021-02-20", "nl")
    assert told is not None
    assert told.form == form
    assert (found.text or "")[told.start : told.end].strip() == head.strip()


def test_the_title_block_of_pandoc_is_a_head() -> None:
    found = markdown("% Foto's\n  van de haven\n% Jan; Piet\n% 20 February 2021\n\nTekst.\n")

    assert (found.title, found.date) == ("Foto's van de haven", "2021-02-20")


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nEen alinea.\n\n---\n\nNog een.\n",
        "---\nZei hij. Later: niets.\nslot: x\n---\n",
        "---\ntitle: x\n\nnooit dicht",
        "{% include x %}\n",
        "{ geen json }\n",
        '{"title": "x"} en tekst erachter\n',
        "Let op: dit is tekst.\nDatum: geen.\n\n",
        "Status: goed\n\nTekst.\n",
        "Title: x\nmaar deze regel is tekst\n\n",
        "%macro\ntekst",
        "* * *\ntitle: x\n* * *\n",
        "tekst\n---\ntitle: x\n---\n",
        "---\n" + "a: b\n" * (LOOK_AT // 5) + "---\n",
    ],
)
def test_what_is_no_head_is_text(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021/02/20", "2021-02-20"),
        ("2021-02-20T10:00:00.000Z", "2021-02-20"),
        ("February 20, 2021", "2021-02-20"),
        ("Sat, 20 Feb 2021 10:00:00 +0100", "2021-02-20"),
        ("3 May 2021", "2021-05-03"),
        ("2021/02-20", None),
        ("20-02-2021", None),
        ("02/03/2021", None),
        ("31 February 2021", None),
        ("3 mei 2021", None),
    ],
)
def test_a_day_is_taken_where_it_can_be_read_in_one_way(value: str, day: str | None) -> None:
    assert markdown(f"---\ndate: {value}\n---\n").date == day


def test_of_several_dates_that_of_the_text_goes_before_that_of_its_publication() -> None:
    head = "---\nlastmod: 2023-01-01\ncreated: 2020-01-01\npublished: 2022-01-01\n{}---\n"

    assert markdown(head.format("")).date == "2022-01-01"
    assert markdown(head.format("date: 2021-01-01\n")).date == "2021-01-01"


@pytest.mark.parametrize(
    "before",
    [
        "---\ntitle: The harbour and what has been said\ndescription: The council has not been heard.\n---\n",
        f"<!--\n{ENGLISH_LICENCE}\n-->\n",
        f"<!-- {ENGLISH_LICENCE} -->\n---\ntitle: x\n---\n<!-- {ENGLISH_LICENCE} -->\n",
        f"{ENGLISH_LICENCE}\n\n",
        f"> {ENGLISH_LICENCE}\n\n",
        f"SPDX-License-Identifier: MIT\n{ENGLISH_LICENCE}\nThe software has no warranty.\n\n",
    ],
)
def test_the_language_is_that_of_the_body(before: str) -> None:
    assert markdown(before + DUTCH).language == "nl"


def test_a_licence_alone_has_its_language() -> None:
    assert markdown(ENGLISH_LICENCE).language == "en"


def test_a_title_can_be_kept_whatever_its_escapes_say() -> None:
    assert markdown('---\ntitle: "a\\0b\\nc\\ud800d\\e"\n---\n').title == "a b c d"
    assert markdown('{"title": "a\\u0000b\\ud800"}\n').title == "a b"


HEADS = st.lists(
    st.sampled_from(
        ["---\n", "...\n", "+++\n", ";;;\n", "{", "}", "[", "]", ":", ": ", "- ", "\n", "  ", "title",
         '"', "=", "'", "\\", "\\u12", "|", ">", "#", " # ", ",", "% ", ".. ", "<!--", "-->", "x", "é",
         "\n  ", "2021-02-20", "\t"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(HEADS, st.sampled_from(["", "---\n", "+++\n", "{", "% ", "title: ", ";;;\n"]))
@example("a: [[[[{{{{'", "---\n")
@example("-" * 100 + "\n---\n", "---\n")
@example("- " * 100 + "\n---\n", "---\n")
def test_every_head_is_read(head: str, opening: str) -> None:
    text = opening + head
    found = find(text)
    said = markdown(text)

    (said.title or "").encode()
    if found is not None:
        assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize("key", ['"$".', "'$' . ", '"\\"".'])
def test_a_key_that_is_too_deep_is_left_out_in_whatever_quotes(key: str) -> None:
    """The library takes the square of the depth."""
    assert fields("+++\n" + key * 40 + 'x = 1\ntitle = "T"\n+++\n\nText.\n') == [("title", "T")]
    assert len(fields("+++\n" + key * 20 + 'x = 1\ntitle = "T"\n+++\n\nText.\n')) == 2


@pytest.mark.parametrize(
    "piece",
    ["a: [", "- ", "[", '{"a":', "'", "a: '", ' "', "a:\n ", "<!--", "a: >\n", "x:y", ",{", "% %\n", "a.b="],
)
@pytest.mark.timeout(20)
def test_no_head_takes_long(piece: str) -> None:
    for opening in ("---\n", "+++\n", ";;;\n", "", "{"):
        markdown(opening + piece * (LOOK_AT // len(piece)) + "\n---\n")
