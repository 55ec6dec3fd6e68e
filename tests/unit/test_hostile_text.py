"""Texts made to keep a reader busy: each is read in milliseconds, where an earlier reader took minutes."""

from __future__ import annotations

import hashlib

import pytest

from ingest.edits import notices, outline, speech
from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.facts import identifiers, quantities
from ingest.facts.model import Code
from ingest.normalise.documents.media import media_type
from ingest.text import front_matter, markdown_markup, markup, misspelling
from ingest.text.front_matter import Field
from ingest.text.lexicons import lexicon_of
from ingest.text.markup import Item, Speech

pytestmark = pytest.mark.timeout(20)  # what is quadratic here takes longer, and the first takes years


def rule(before: str, after: str) -> str:
    old, new = (
        Text(text=text, sha256=hashlib.sha256(text.encode()).digest(), language="en")
        for text in (before, after)
    )
    return classify(old, new).rule


def test_comments_before_a_page() -> None:
    assert media_type(b"<!-->" * 10_000, "a.txt") is None
    assert media_type(b"<!-- a --> <!-- b -->\n<html>", "a.txt") == "text/html"


def test_figures_behind_a_plus() -> None:
    lexicon = lexicon_of("en")
    assert identifiers.find(f"+1{'0' * 80}a", lexicon) == {}
    found = identifiers.find("+314 of +31 20 555 0123 4a", lexicon)
    assert found == {8: (23, Code("+31205550123", "number"))}


def test_groups_of_three_figures() -> None:
    (first, *_) = quantities.find(f"It costs 1 {'000 ' * 3000}th", "en")
    assert (first.start, first.end) == (9, 62)


def test_addresses_without_a_blank_between() -> None:
    found = markup.addresses("a@b.nl," * 100_000)
    assert (len(found), found[-1]) == (100_000, markup.Cut(699_993, 699_999))


def test_a_key_of_many_parts() -> None:
    name = "a." * 30_000
    head = front_matter.find(f"+++\nb = 1\n{name}c = 2\n+++\n")
    assert head is not None
    assert head.fields == (Field("b", "1"), Field(f"{name}c", "2"))


def test_a_number_that_cannot_be_shown_is_read_as_it_stands_and_nothing_twice() -> None:
    number = f"0x{'f' * 5000}"
    head = front_matter.find(f"+++\na = 'b'\nx = {number}\n+++\n")
    assert head is not None
    assert head.fields == (Field("a", "b"), Field("x", number))


def test_runs_of_ticks_that_are_all_different() -> None:
    text = "a".join("`" * length for length in range(1_200))
    assert markdown_markup.read(text).text == text


def test_ticks_begin_code_as_a_run_or_not_at_all() -> None:
    said = markdown_markup.read("``a` and `b`")
    assert (said.text, [item.value for item in said.items]) == ("``a and b`", ["and"])


def test_blanks_in_a_heading() -> None:
    found = outline.read(f"# a{' ' * 100_000}b ## \n", 0)
    assert [(each.level, len(each.text), each.text[-1]) for each in found.headings] == [(1, 100_002, "b")]


def test_marks_before_what_a_notice_says() -> None:
    assert notices.find('":' * 20_000 + " last updates", "en") is None
    assert notices.find("Foo | Last updated: 3 May", "en") == "last updated"


def test_lines_between_two_words() -> None:
    blank = "\n" * 30_000
    assert rule(f"Teh cat sat.{blank}The dog, ran", f"The cat sat{blank}the dog ran") == "no-equal"


def test_links_that_became_images() -> None:
    old, new = (markdown_markup.read(" ".join(f"{mark}[a](b)" for _ in range(20_000))) for mark in ("", "!"))
    found = speech.differences(old, new)
    assert [(each.what, each.before, each.after) for each in found[:1] + found[-1:]] == [
        ("where a link leads", "b", None), ("an image", None, "b"),
    ]  # fmt: skip


def test_markup_that_went_is_told_with_what_came_of_its_kind_and_name_first() -> None:
    read = (Item("attribute", "1", "a"), Item("attribute", "2", "b"), Item("link", "3")), (
        Item("attribute", "4", "b"), Item("attribute", "5", "c"), Item("image", "6"),
        Item("attribute", "7", "a"),
    )  # fmt: skip
    found = speech.differences(*(Speech("", items=items) for items in read))
    assert [(each.what, each.before, each.after) for each in found] == [
        ("attribute a", "1", "7"), ("attribute b", "2", "4"), ("where a link leads", "3", None),
        ("attribute c", None, "5"), ("an image", None, "6"),
    ]  # fmt: skip


def test_a_word_of_letters_that_are_not_seen() -> None:
    assert rule("The \u115f cat is here.", "The a cat is here.") == "few-words"


def test_of_long_sentences_and_words_little_is_kept() -> None:
    short, long = "It costs 5.", f"It costs 5.{' Ja' * 200}"
    found = [quantities.find(text, "en") for text in (short, long)]
    for number in range(64):
        assert [quantities.find(f"{text} {number}", "en") for text in (short, long)]
    assert [quantities.find(text, "en") is one for text, one in zip((short, long), found, strict=True)] == [
        True, False,
    ]  # fmt: skip

    kept = misspelling._kept.cache_info().currsize
    assert misspelling.alike("a" * 10_000, f"{'a' * 9_999}b", "en") is False
    assert misspelling._kept.cache_info().currsize == kept
