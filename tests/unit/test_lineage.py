"""Which version each sentence and each run of words came from; laws over random histories."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.diff.provenance import OPEN, Cutter, Lineage, key_of
from ingest.text.sentences import split
from ingest.text.words import without_blanks
from tests.edits.articles import DUTCH, ENGLISH

A = "The council met on Monday in the old town hall."
B = "Nobody from the press was allowed to be there."
C = "A vote on the bridge was put off until March."


def lineage_of(*versions: tuple[str, ...]) -> Lineage:
    made, cutter = Lineage(), Cutter()
    for no, sentences in enumerate(versions, start=1):
        made.step(no, cutter.cut(" ".join(sentences), "en"))
    return made


def told(made: Lineage) -> list[tuple[str, int, int]]:
    return [
        (said.text, span.from_no, span.origin_no) for span, said in zip(made.live, made.said, strict=True)
    ]


def runs(made: Lineage, at: int) -> list[tuple[str, int]]:
    """The runs of a sentence, each with the blanks behind it."""
    text, found = made.said[at].text, []
    for no, length in made.live[at].runs or ():
        held = re.match(rf"(?:\S\s*){{{length}}}", text)
        assert held is not None
        found.append((held[0], no))
        text = text[held.end() :]
    assert not text or not found
    return found


def test_what_stays_and_what_moves_keeps_its_span() -> None:
    made = lineage_of((A, B, C), (C, A, B))
    assert told(made) == [(C, 1, 1), (A, 1, 1), (B, 1, 1)]
    assert made.ended == []


def test_what_comes_back_keeps_its_origin_and_begins_a_new_stay() -> None:
    made = lineage_of((A, B), (A,), (A,), (B, A))
    assert told(made) == [(B, 4, 1), (A, 1, 1)]
    assert [(span.from_no, span.to_no) for span in made.ended] == [(1, 1)]


def test_a_second_copy_of_a_sentence_is_new() -> None:
    made = lineage_of((A, B), (A, B, A))
    assert told(made) == [(A, 1, 1), (B, 1, 1), (A, 2, 2)]


def test_words_of_an_edited_sentence_keep_the_version_they_came_with() -> None:
    second = A.replace("Monday", "Tuesday")
    third = second.replace("old", "new")
    made = lineage_of((A, B), (second, B), (third, B))
    assert runs(made, 0) == [
        ("The council met on ", 1),
        ("Tuesday ", 2),
        ("in the ", 1),
        ("new ", 3),
        ("town hall.", 1),
    ]
    assert [span.edited for span in made.ended] == [True, True]


def test_words_of_a_split_and_of_a_merged_sentence_keep_their_version() -> None:
    whole = "The council met on Monday in the old town hall and a vote on the bridge was put off until March."
    parts = (
        "The council met on Monday in the old town hall.",
        "A vote on the bridge was put off until March.",
    )
    split_up = lineage_of((whole, B), (*parts, B))
    assert [no for text, no in runs(split_up, 1) if "bridge" in text] == [1]
    merged = lineage_of((*parts, B), (whole, B))
    assert {no for text, no in runs(merged, 0) if "council" in text or "bridge" in text} == {1}


def test_a_sentence_edited_where_another_one_was_moved_past_it() -> None:
    made = lineage_of((A, B, C), (C, A.replace("Monday", "Friday"), B))
    assert runs(made, 1)[1] == ("Friday ", 2)


def test_a_version_without_text_ends_everything_and_what_returns_was_away() -> None:
    made = lineage_of((A, B), (), (A,))
    assert told(made) == [(A, 3, 1)]


def test_cutting_by_paragraphs_cuts_as_the_whole_text_does() -> None:
    for article in (*DUTCH, *ENGLISH):
        for text in (article, "\n" + article + "\n\n\n" + article):
            whole = [(each.text_start, text[each.text_start : each.text_end]) for each in split(text, "nl")]
            assert [(said.offset, said.text) for said in Cutter().cut(text, "nl")] == whole


SAID = [A, B, C, "Short one.", "The council met on Friday in the town hall.", "Nobody."]
SENTENCES = st.sampled_from(SAID)


@settings(max_examples=150)
@given(st.lists(st.lists(SENTENCES, max_size=6), min_size=1, max_size=8))
def test_the_spans_of_any_history_say_what_each_version_said(versions: list[list[str]]) -> None:
    made = lineage_of(*map(tuple, versions))
    for no, sentences in enumerate(versions, start=1):
        held = [span for span in made.begun if span.from_no <= no <= span.to_no]
        assert sorted(span.key for span in held) == sorted(map(key_of, sentences))
    for span in made.begun:
        first = next(no for no, said in enumerate(versions, start=1) if span.key in map(key_of, said))
        assert first <= span.origin_no <= span.from_no <= span.to_no
        assert (span.to_no == OPEN) == any(span is live for live in made.live)
        if span.runs is not None:
            said = next(each for each in SAID if key_of(each) == span.key)
            assert sum(length for _, length in span.runs) == len(without_blanks(said))
            assert all(1 <= no <= span.from_no for no, _ in span.runs)


def test_what_comes_back_with_other_white_space_has_the_runs_it_had() -> None:
    second = A.replace("Monday", "Tuesday")
    spaced = second.replace(" ", "    ")
    made = lineage_of((A, B), (second, B), (B,), (spaced, B))
    assert made.live[0].origin_no == 2
    assert runs(made, 0) == [
        ("The    council    met    on    ", 1),
        ("Tuesday    ", 2),
        ("in    the    old    town    hall.", 1),
    ]
