"""Markup is not speech: what of a text is said, and what it is called when markup or a stamp differs."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import standoff
from ingest.edits import speech
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.normalise import normalise
from ingest.text import markdown_markup, markup, subtitle_markup
from ingest.text.markup import Item, Speech
from tests.edits.cases import rows

CASES = Path(__file__).parents[1] / "edits" / "cases" / "texts.jsonl"


def edit_of(name: str, before: str, after: str) -> Edit:
    return classify(*(text_of(name, content.encode()) for content in (before, after)))


def text_of(name: str, raw: bytes) -> Text:
    made = normalise(raw, name.encode())
    assert made.text is not None
    return Text(
        text=made.text,
        sha256=hashlib.sha256(made.text.encode()).digest(),
        encoding=made.encoding,
        date=made.date,
        title=made.title,
        language=made.language,
        normaliser=made.normaliser,
        annotations=None
        if made.beside is None
        else msgspec.to_builtins(standoff.read(made.beside).annotations),
    )


def written(cell: str) -> str:
    return cell.replace("\\n", "\n").replace("\\\n", "\\n").replace("\\\\", "\\")


@pytest.mark.parametrize(("extension", "called", "flags", "before", "after"), rows("markup"))
def test_an_edit_of_markup_or_of_a_stamp(
    extension: str, called: str, flags: str, before: str, after: str
) -> None:
    found = edit_of(f"text.{extension}", written(before), written(after))

    assert (f"{found.kind} {found.significance}", [flag.name for flag in found.flags]) == (
        called,
        flags.split(),
    )


@pytest.mark.parametrize(
    "case", [json.loads(line) for line in CASES.read_text().splitlines()], ids=lambda case: case["id"]
)
def test_an_edit_that_people_made_is_called_what_a_reader_expects(case: dict[str, Any]) -> None:
    found = edit_of(case["file"], *case["states"])
    wanted = case["expected"]

    assert "class" not in wanted or found.kind in wanted["class"]
    assert "significance" not in wanted or found.significance in wanted["significance"]
    assert "flags" not in wanted or sorted(flag.name for flag in found.flags) == sorted(wanted["flags"])


@pytest.mark.parametrize(
    ("text", "said", "items"),
    [
        ("He met _Jan_ and **her**, in snake_case, 5 * 3 * 2, A+ and at*.", None, ""),
        ('[it](https://a.example/(b) "T")', "it", 'link||https://a.example/(b) "T"'),
        ("[it][1]\n\n[1]: https://a.example\n", "it", "link||https://a.example"),
        ("[it] is [x].\n\n[it]: /a\n", "it is [x].", "link||/a"),
        ("![boat](a.png){.wide}", "boat", "image||a.png; attribute|.wide|"),
        ('<img src="a.png" width=3>', "", "tag||img; attribute|img.src|a.png; attribute|img.width|3"),
        ('<time datetime="2021-02-20">now</time>', "now", "tag||time; date|time.datetime|2021-02-20"),
        ("1. a\n2) b\n", "- a - b", "number||1; number||2"),
        ("It[^1].\n\n[^1]: a note\n", "It. a note", "footnote||1; footnote||1"),
        ("It ~~was~~ is.", "It was is.", "struck|~~|was"),
        ("`a_b_` and\n\n```py\n_x_ = 1\n```\n", "a_b_ and _x_ = 1", "code||a_b_; code|py|_x_ = 1"),
        ("{{< a >}}{% include b %} {{ date }}", "{{ date }}", "shortcode||a; shortcode||include b"),
        ("a <!-- b\n\nc --> d", "a d", "comment||b c"),
        ("Mail a@c.example; www.d.example/f.", "Mail ; .", "address||a@c.example; address||www.d.example/f"),
        ("A &amp; B &lt; C\\* &nbsp;D", "A & B < C* D", ""),
        ("Town\n====\n\n---\n\n| a |\n|---|\n", "Town | a |", ""),
        ("---\ntitle: Town\n---\nIt is.", "It is.", ""),
    ],
)  # fmt: skip
def test_what_is_said_in_a_markdown_text(text: str, said: str | None, items: str) -> None:
    read = markdown_markup.read(text)
    bare = "He met Jan and her, in snake_case, 5 * 3 * 2, A+ and at*."

    assert " ".join(read.text.split()) == (bare if said is None else said)
    assert "; ".join(f"{item.kind}|{item.of}|{item.value}" for item in read.items) == items


def test_what_is_said_in_subtitles() -> None:
    read = subtitle_markup.read(
        "WEBVTT\n\nNOTE by hand\n\nintro\n00:01.000 --> 00:03.000 align:start\n<v Jan>It <i>is</i>\n2021\n"
        "\n2\n00:04.000 --> 00:06.000\n- Yes.\n"
    )

    assert read.text.split() == ["It", "is", "2021", "-", "Yes."]
    assert list(read.items) == [
        Item("style", "WEBVTT"),
        Item("comment", "NOTE by hand"),
        Item("number", "intro"),
        Item("time", "00:01.000 --> 00:03.000"),
        Item("style", "align:start"),
        Item("style", "<v Jan>"),
        Item("time", "00:04.000 --> 00:06.000"),
    ]


SIGNS = st.lists(
    st.sampled_from(
        ["`", "``", "```\n", "~~~\n", "*", "**", "_", "~~", "[", "](", ")", "]", "[^1]", "[a]: b\n", "<a ",
         ">", "<!--", "-->", "{{<", ">}}", "{%", "%}", "{:", "}", "&amp;", "\\", "\n", "\n\n", "---\n", "1. ",
         "| a |\n", "|---|\n", "a@b.example", "https://c.example/", "word", "é", " "]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(SIGNS, st.sampled_from([markdown_markup.read, subtitle_markup.read, markup.plain]))
def test_each_place_of_what_is_said_is_where_it_stands_in_the_text(text: str, reads: Any) -> None:
    read: Speech = reads(text)
    stood = [(read.text[at], read.place(at)) for at in range(len(read.text))]

    assert [place for _, place in stood] == sorted(place for _, place in stood)
    assert reads(text) == read


def test_the_places_of_facts_are_those_of_the_whole_text() -> None:
    before = "---\ntitle: Town\n---\n\nThe [council](/a) met **often**. It cost 25 euros, they said.\n"
    after = before.replace("25", "35")
    (fact,) = edit_of("text.md", before, after).facts

    assert (fact.from_offset, fact.to_offset) == (before.index("25"), after.index("35"))
    assert fact.sentence == "It cost 35 euros, they said."


PARTS = (
    "a", "www.", "WWW.", "Www.", "x@", "@", "b.nl", ":", "://", "http", "https://", "mailto:", "tel:",
    " ", "\n", "é", "-", "%", "+", ".", "(", ")", "[", '"', "`", "ftp:/", "/", "x" * 63, "y" * 64, "1", "w",
    "_", "\u2003",
)  # fmt: skip


def test_addresses_are_found_around_their_signs_as_everywhere() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        text = "".join(chance.choices(PARTS, k=chance.randint(1, 14)))

        starts = [cut.start for cut in markup.addresses("@ " + text)]

        assert starts == [found.start() + 2 for found in markup.ADDRESS.finditer(text)], text


def test_a_place_behind_a_heading_that_became_the_title_is_that_of_the_whole_text() -> None:
    before, after = (
        speech.speech_of(text_of("x.md", written.encode()))
        for written in (
            "# The *works*\n\nThe road is shut until 5 May.\n",
            "---\ntitle: The works\n---\n\nThe road is shut until 6 May.\n",
        )
    )
    old, new = speech.titled_alike(before, after)

    assert (old.text, new.text) == ("\nThe road is shut until 5 May.\n", after.text)
    assert old.place(old.text.index("road")) == "# The *works*\n\nThe road is shut".index("road")


def test_numbers_of_order_that_were_counted_anew_are_told_in_their_places() -> None:
    found = edit_of(
        "text.md",
        "1. One\n2. Two\n\nIt is.[^1]\n\n[^1]: So.\n",
        "2. One\n3. Two\n\nIt is.[^2]\n\n[^2]: So.\n",
    )

    assert found.reason == (
        "a number of order was “1”, now “2”; a number of order was “2”, now “3”; "
        "the number of a footnote was “1”, now “2”"
    )


def test_items_without_places_are_compared_by_what_they_are() -> None:
    item = Item("comment", "x")
    placed = Speech("Hi.", items=(item,), places=(3,))
    assert speech.differences(Speech("Hi.", items=(item,)), placed) == []
    assert speech.differences(placed, Speech("Hi.", items=(item,))) == []


def test_a_backslash_at_a_lines_end_breaks_it_as_two_blanks_do() -> None:
    broken, blanks, joined = (f"At 12 Mill Road{end}\nin Leiden.\n" for end in ("\\", "  ", ""))

    assert edit_of("text.md", broken, blanks).rule == "typographic-marks"
    found = edit_of("text.md", broken, joined)
    assert (found.significance, found.reason) == ("reworded", "a break of a line was “<br>”, now none")
