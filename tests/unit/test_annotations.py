"""What differs beside two equal texts is told, and weighed; of texts that differ it is told besides."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from ingest import normalise
from ingest.edits.annotations import differences
from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.index import reread
from ingest.normalise.extraction import Annotation, Annotations, Block
from ingest.records import all_annotations
from ingest.standoff import Place, Places, Standoff, read, written

BODY = "The notice period is three weeks."


def text(words: str = BODY, normaliser: str = "docx/1", **annotations: Any) -> Text:
    return Text(
        text=words,
        sha256=sha256(words.encode()).digest(),
        language="en",
        normaliser=normaliser,
        annotations=annotations,
    )


ANN, BOB = ({"text": "Is this so?", "author": name, "place": 4} for name in ("Ann", "Bob"))
INSERTED = {"kind": "insertion", "text": "three", "author": "Ann"}
PAGES = [{"page": 1, "place": 0}, {"page": 2, "place": 9}]
NAMED = {"name": "author", "text": "Ann"}
RENAMED = {"name": "author", "text": "Bob"}


@pytest.mark.parametrize(
    ("before", "after", "significance", "reason"),
    [
        ({}, {"comments": [ANN]}, "reworded", "comment added by Ann: “Is this so?”"),
        ({"comments": [ANN]}, {}, "reworded", "comment removed by Ann: “Is this so?”"),
        (
            {"comments": [ANN]},
            {"comments": [BOB]},
            "reworded",
            "comment added by Bob: “Is this so?”, comment removed by Ann: “Is this so?”",
        ),
        ({"comments": [ANN]}, {"comments": [ANN, BOB, ANN]}, "reworded", "2 comments added by Ann, Bob"),
        ({"tracked_changes": [INSERTED] * 3}, {}, "reworded", "3 tracked changes accepted"),
        ({}, {"tracked_changes": [INSERTED]}, "reworded", "tracked change added by Ann: “three”"),
        ({}, {"hidden": [{"text": "x" * 90}]}, "reworded", f"piece of hidden text added: “{'x' * 59}…”"),
        ({}, {"attachments": [{"name": "a.pdf", "size": 1}]}, "reworded", "attachment added: “a.pdf”"),
        (
            {
                "attachments": [
                    {"name": "a.pdf", "size": 1},
                    {"name": "b"},
                    {"name": "é", "size": 1},
                    {"size": 1},
                ]
            },
            {"attachments": [{"name": "a.pdf", "size": 2}, {"name": "b"}, {"name": "c"}, {"size": 2}]},
            "reworded",
            "attachment changed: “a.pdf”, 2 attachments added, 2 attachments removed",
        ),
        ({"cue_times": [{"text": "1"}]}, {"cue_times": [{"text": "2"}]}, "cosmetic", None),
        ({"properties": [NAMED]}, {"properties": [RENAMED]}, "none", "other properties: author"),
        ({"pages": PAGES[:1]}, {"pages": PAGES}, "none", "page added"),
        ({"running_heads": [{"text": "Draft"}]}, {}, "none", "running head removed: “Draft”"),
        (
            {"fields": [{"kind": "DATE", "text": "1"}]},
            {"fields": [{"kind": "DATE", "text": "2"}]},
            "none",
            None,
        ),
        (
            {"pages": PAGES[:1]},
            {"pages": PAGES, "comments": [ANN]},
            "reworded",
            "comment added by Ann: “Is this so?”; page added",
        ),
    ],
)
def test_an_edit_of_annotations_alone(
    before: dict[str, Any], after: dict[str, Any], significance: str, reason: str | None
) -> None:
    edit = classify(text(**before), text(**after))

    assert (edit.kind, edit.significance, edit.silent) == ("annotation", significance, None)
    if reason is not None:
        assert edit.reason == reason


def test_what_stands_at_another_place_of_one_text_is_told() -> None:
    speakers = [{"kind": "voice", "text": name} for name in ("Ann", "Bob")]
    placed, exchanged = (
        [{**each, "place": place} for each, place in zip(speakers, places, strict=True)]
        for places in ((0, 40), (40, 0))
    )

    (told,) = differences({"hidden": placed}, {"hidden": exchanged}, same_text=True)

    assert (told.weight, told.words) == ("reworded", "2 pieces of hidden text at another place")


def test_what_only_moved_is_the_same() -> None:
    """Whatever is edited above moves what stands below."""
    moved = [{**ANN, "place": 99, "page": 3}]

    assert differences({"comments": [ANN]}, {"comments": moved}, same_text=False) == []
    assert (
        differences({"pages": PAGES}, {"pages": [PAGES[0], {**PAGES[1], "place": 12}]}, same_text=True) == []
    )


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (r'TOC \f \o "1-9"', r'TOC \f \o "1-9" \h', True),
        (r'TOC \o "1-9" \h', r'TOC \o "1-3" \h', False),
        (r'DATE \@"M\/d\ yy"', r'DATE  \@ "M/d/yy" \* MERGEFORMAT', True),
        (r"SEQ Figure \* ARABIC", "SEQ Figure", True),
        (r"SEQ Figure", "SEQ Table", False),
        (r"REF a \w \h", r"REF a \h", False),  # with its number, or the text
        (r'INCLUDETEXT "C:\\h \h"', r'INCLUDETEXT "C:\\h \z"', False),
        ("HYPERLINK http://Example.org", 'HYPERLINK "http://example.org/" \\o "go there"', True),
        ("http://example.org", "http://example.org/", True),
        ("http://example.org/a", "http://example.org/a/", False),
        ("http://example.org/#b", r'HYPERLINK "http://example.org" \l "b"', True),
        ("http://example.org/#b", r'HYPERLINK "http://example.org" \l "c"', False),
        ("http://[", "http://[/", False),
        ("../a", "../a/", False),
        (r"SHAPE  \* MERGEFORMAT", None, True),
        ("PAGE", None, False),
    ],
)
def test_a_field_that_asks_for_the_same_is_the_same(before: str, after: str | None, same: bool) -> None:
    """A program that saves a document writes the instructions of its fields anew."""

    def fields(instruction: str | None) -> dict[str, list[dict[str, str]]]:
        if instruction is None:
            return {}
        kind = "HYPERLINK" if "/" in instruction[:7] else instruction.split()[0]
        return {"fields": [{"kind": kind, "text": instruction}]}

    sides = fields(before), fields(after)

    assert (differences(*sides, same_text=True) == []) == same


def test_beside_another_text_it_is_told_in_the_reason() -> None:
    edit = classify(text(), text("The notice period is two weeks.", comments=[ANN], pages=PAGES))

    assert (edit.kind, edit.significance) == ("factual", "substantive")
    assert edit.reason == "number “three” to “two”; comment added by Ann: “Is this so?”"


@pytest.mark.parametrize("way", ["html-article/1", "html-selected/1"])
def test_what_lies_outside_an_article_is_told(way: str) -> None:
    edit = classify(text(normaliser=way), text(normaliser=way))

    assert (edit.kind, edit.significance, edit.rule) == ("boilerplate", "none", "outside-article")


def test_of_a_page_that_is_read_whole_nothing_lies_outside() -> None:
    edit = classify(text(normaliser="html-whole/1"), text(normaliser="html-whole/1"))

    assert edit.rule != "outside-article"


def test_texts_that_were_read_in_two_ways_say_so() -> None:
    two = classify(text(normaliser="pdf-tags/1"), text("Other words.", normaliser="pdf-geometry/1"))

    assert two.ways_differ == ("pdf-tags/1", "pdf-geometry/1")
    assert classify(text(), text("Other words.")).ways_differ is None


# -- as it is recorded -------------------------------------------------------------------------

WHOLE = "Terms\n\nThe notice period\n\nFees\n\nThree per cent"
BLOCKS = (
    Block(offset=0, length=5, kind="heading", page=1),
    Block(offset=7, length=17, kind="paragraph", page=1),
    Block(offset=26, length=4, kind="heading", page=2),
    Block(offset=32, length=14, kind="paragraph", page=2),
)
KNOWN = Annotations(
    comments=(Annotation(text="Is this so?", author="Ann", place=7),),
    pages=(Annotation(page=1, place=0), Annotation(page=2, place=20)),
)


def test_it_is_read_as_it_was_written() -> None:
    made = written(BLOCKS, KNOWN)

    assert read(made) == Standoff(BLOCKS, KNOWN)
    assert made == (
        b'[[[0,5,"heading",1],[7,17,"paragraph",1],[26,4,"heading",2],[32,14,"paragraph",2]],'
        b'{"comments":[{"text":"Is this so?","place":7,"author":"Ann"}],'
        b'"pages":[{"place":0,"page":1},{"place":20,"page":2}]}]'
    )


@pytest.mark.parametrize("damaged", [b"", b"[]", b"[[],{}", b'[[["0",1,"heading",null]],{}]'])
def test_other_bytes_are_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="no blocks and annotations"):
        read(damaged)


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        (0, Place(1, "Terms")),
        (7, Place(1, "Terms")),
        (19, Place(1, "Terms")),
        (20, Place(2, "Terms")),  # the paragraph goes on over the page's end
        (26, Place(2, "Fees")),
        (40, Place(2, "Fees")),
    ],
)
def test_a_place_has_its_page_and_the_heading_above(offset: int, place: Place) -> None:
    assert Places(WHOLE, Standoff(BLOCKS, KNOWN)).at(offset) == place


def test_without_pages_the_heading_alone_tells() -> None:
    blocks = tuple(Block(offset=each.offset, length=each.length, kind=each.kind) for each in BLOCKS[1:])
    places = Places(WHOLE, Standoff(blocks, Annotations()))

    assert [places.at(offset) for offset in (7, 40)] == [Place(None, None), Place(None, "Fees")]


def test_a_plain_text_has_neither() -> None:
    assert Places("words", None).at(2) == Place(None, None)
    assert normalise.places("# words", None, "plain/6") is None
    assert not reread.marks_headings("plain/6")


def test_the_normalisers_whose_texts_mark_headings_are_known_without_loading_them() -> None:
    families = {each.normaliser.partition("/")[0] for each in normalise._FORMATS.values() if each.headings}

    assert families == reread.MARKING


MARKED = """---
title: Terms
---
before

# Terms #

one

```
# code
```

Fees, and
what follows
------------

two

- # item
three

##

## [Notice](a)

four
"""


@pytest.mark.parametrize(
    ("words", "heading", "is_heading"),
    [
        ("title", None, False),
        ("before", None, False),
        ("# Terms", "Terms", True),
        ("one", "Terms", False),
        ("# code", "Terms", False),
        ("Fees", "Fees, and what follows", True),
        ("----------", "Fees, and what follows", True),
        ("two", "Fees, and what follows", False),
        ("three", "Fees, and what follows", False),
        ("(a)", "[Notice](a)", True),
        ("four", "[Notice](a)", False),
    ],
)
@pytest.mark.parametrize("by", ["markdown/6", "markdown/5"])
def test_markdown_marks_its_headings_itself(
    words: str, heading: str | None, is_heading: bool, by: str
) -> None:
    places = normalise.places(MARKED, None, by)
    assert places is not None

    assert places.at(MARKED.index(words)) == Place(None, heading)
    assert places.is_heading(MARKED.index(words)) == is_heading


def test_the_record_names_every_kind() -> None:
    shown = msgspec.to_builtins(all_annotations(KNOWN))

    assert shown["tracked_changes"] == ()
    assert shown["comments"] == ({"text": "Is this so?", "place": 7, "author": "Ann"},)
    assert list(shown) == list(Annotations.__struct_fields__)
