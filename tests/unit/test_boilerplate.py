"""Lines that say nothing: what a pattern matches, what is left of a text, what is told of an edit."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.edits import boilerplate
from ingest.edits.classifier import classifier_of
from ingest.edits.classify import classify
from ingest.edits.edit import Counts, Edit, Text
from ingest.edits.settings import RootRules

PATTERNS = ("* shares", "Last updated:*", "Read ** more")
HEAD = "Mayor resigns\n\n"
BODY = "The mayor of the town resigned on Monday. He had been in office for 10 years.\n"


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        ("* shares", "1,204 shares", True),
        ("* shares", "  1,204 \t shares ", True),
        ("* shares", "shares", False),
        ("* shares", "1,204 Shares", False),
        ("* shares", "1,204 shares.", False),
        ("* shares", "He sold his shares", False),
        ("** shares", "He sold his shares", True),
        ("Last updated:*", "Last updated: 12:04", True),
        ("Last updated:*", "Last updated:12:04", True),
        ("Last updated:*", "Last updated: 12 May", False),
        ("Last updated:*", "Last updated:", False),
        ("Last updated: *", "Last updated:12:04", False),
        ("Last updated:**", "Last updated: 12 May 2026", True),
        ("Last updated:**", "Last updated:", True),
        ("Last ** ago", "Last seen two hours ago", True),
        ("Last ** ago", "Last ago", True),
        ("Last ** ago", "Last xago", False),
        ("Last **", "Last", True),
        ("Last **", "Lasting", False),
        ("** ago", "ago", True),
        ("** ago", "two days ago", True),
        ("** ago", "Chicago", False),
        ("(*) views", "(12) views", True),
        ("* of * read", "1 of 2 read", True),
        ("* of * read", "1 of 2 or 3 read", False),
        ("a+.[b", "a+.[b", True),
        ("* shares", "- 1,204 shares", False),
        ("- * shares", "- 1,204 shares", True),
        ("* shares*", "**1,204 shares**", True),
    ],
)
def test_a_pattern_matches_a_whole_line_word_by_word(pattern: str, line: str, expected: bool) -> None:
    assert boilerplate.matches(line, [pattern]) is expected


_WORDS = st.lists(st.sampled_from(["aa", "ab", "b", "a"]), max_size=5)


@given(st.lists(st.sampled_from(["aa", "b", "*", "**"]), min_size=1, max_size=5), _WORDS)
def test_words_between_blanks_match_as_a_regular_expression_says(parts: list[str], words: list[str]) -> None:
    """Each part stands alone between blanks; the expression counts every word with the blank after it."""
    forms = {"*": r"\S+ ", "**": r"(?:\S+ )*"}
    expected = re.fullmatch(
        "".join(forms.get(part, f"{part} ") for part in parts), "".join(f"{w} " for w in words)
    )

    if any("*" not in part for part in parts):
        assert boilerplate.matches(" ".join(words), [" ".join(parts)]) == bool(expected)


def steps(function: Callable[[], object]) -> int:
    """How many lines of our code a call runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def test_no_pattern_takes_more_work_than_the_length_of_both_multiplied() -> None:
    hard = " ".join(["** a"] * 40) + " b"
    text = "a " * 450 + "b!"

    assert steps(lambda: boilerplate.matches(text, [hard])) < 5 * len(text) * len(hard)
    assert not boilerplate.matches("a " * 600 + "b", ["** b"])  # longer than a line may be


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("A line.\n1,204 shares\n", "A line.\n"),
        ("1,204 shares\n\nA line.\n", "A line.\n"),
        ("A line.\n\n1,204 shares\n\nAnother.\n", "A line.\n\nAnother.\n"),
        ("He left. Last updated: 12:04. Nobody came.\n", "He left. Nobody came.\n"),
        ("He left. Read much more\n\nNobody came.\n", "He left.\n\nNobody came.\n"),
        ("He sold his shares\n", "He sold his shares\n"),
        ("1,204 shares", ""),
    ],
)
def test_what_is_left_of_a_text_and_where_it_stood(text: str, rest: str) -> None:
    found = boilerplate.strip(text, "en", (*PATTERNS, "Last updated: *.".replace(" *", "*")))

    assert found.text == rest
    for at, char in enumerate(found.text):
        assert text[found.place(at)] == char


def edit(before: str, after: str, *, date: str | None = None, patterns: tuple[str, ...] = PATTERNS) -> Edit:
    texts = (Text(text=said, sha256=said.encode(), language="en") for said in (before, after))
    old, new = texts
    if date is not None:
        new = Text(text=after, sha256=after.encode(), language="en", date=date)
    return classify(old, new, rules=RootRules(boilerplate=patterns))


def test_an_edit_of_boilerplate_alone_says_nothing() -> None:
    before = HEAD + "1,204 shares\n\n" + BODY
    found = edit(before, before.replace("1,204", "1,377"))

    assert found == Edit(
        kind="boilerplate",
        significance="none",
        rule="boilerplate-alone",
        classifier=classifier_of(RootRules(boilerplate=PATTERNS)),
        reason="only boilerplate differs: “1,204 shares”, now “1,377 shares”",
    )
    assert edit(HEAD + BODY, before).reason == "only boilerplate differs: none, now “1,204 shares”"
    assert edit(before, HEAD + BODY).kind == "boilerplate"
    # without the pattern it is a number that nobody announced
    assert [fact.kind for fact in edit(before, before.replace("1,204", "1,377"), patterns=()).facts] == [
        "number"
    ]
    assert edit(before, before.replace("1,204", "1,377"), date="2026-01-01").kind == "redated"
    assert edit(before, before.replace("of the", "of  the")).kind == "whitespace"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("He left.\n\n1,204 shares\n\nNobody came.\n", "He left.\n\n\nNobody came.\n"),
        ("He left.\n\n1,204 shares\n\nNobody came.\n", "He left.\n\nNobody came.\n"),
        ("He left.\n\n1,204 shares\nNobody came.\n", "He left.\n\nNobody came.\n"),
        ("He left.\n1,204 shares\nNobody came.\n", "He left.\n\nNobody came.\n"),
        ("1,204 shares\n\nHe left.\n", "\nHe left.\n"),
        ("He left.\n\nRead a more\nRead b more\n\nNobody came.\n", "He left.\n\n\n\nNobody came.\n"),
    ],
)
def test_a_line_of_boilerplate_takes_the_blank_lines_where_it_stood_along(before: str, after: str) -> None:
    assert (edit(before, after).kind, edit(after, before).kind) == ("boilerplate", "boilerplate")
    # blank lines elsewhere are an edit of their own
    more = "Then.\n\nNow.\n\n"
    assert edit(more + before, more.replace("\n\n", "\n\n\n") + after).kind == "whitespace"
    inside = "He left. Last updated:12:04 Nobody came.\n\nNow.\n"
    assert edit(inside, inside.replace("12:04", "12:05").replace("\n\n", "\n\n\n")).kind != "boilerplate"


def test_of_another_edit_boilerplate_is_no_part() -> None:
    """Neither a count, a fact, a reason nor a notice, and the facts stand where they do in the whole text."""
    before = HEAD + "1,204 shares\n\n" + BODY + "Last updated: 12:04\n"
    after = before.replace("1,204", "1,377").replace("10 years", "12 years").replace("12:04", "14:30")
    found, plain = edit(before, after), edit(HEAD + BODY, HEAD + BODY.replace("10", "12"), patterns=())

    assert (found.kind, found.reason, found.counts, found.flags) == (
        plain.kind,
        plain.reason,
        plain.counts,
        plain.flags,
    )
    assert found.counts == Counts(sentences_edited=1, words_added=1, words_removed=1)
    (fact,) = found.facts
    assert before[fact.from_offset :].startswith("10 years")
    assert after[fact.to_offset :].startswith("12 years")


def test_a_notice_that_is_boilerplate_announces_nothing() -> None:
    after = BODY.replace("10", "12") + "Last updated: 14:30\n"

    assert edit(BODY, after).silent is True


def test_a_reason_tells_one_change_of_a_fact_once() -> None:
    before = "".join(f"{who} has 1,204 shares of the firm.\n" for who in ("Anna", "Bert", "Carl"))
    found = edit(before, before.replace("1,204", "1,377"), patterns=())

    assert (len(found.facts), found.reason) == (3, "number “1,204” to “1,377”")
