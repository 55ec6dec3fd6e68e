"""Which version each sentence and each run of words came from; laws over random histories."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.diff.provenance import MOST_COMPARED, OPEN, Cutter, Lineage, key_of
from ingest.diff.sentences import compare
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


NAMES = ["bridge", "ferry", "quay"]
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


# -- blame beside diff -------------------------------------------------------------------------

ARTICLES_SAID = [
    article[each.text_start : each.text_end]
    for article in (*ENGLISH, *DUTCH)
    for each in split(article, "en")
]


def edited(chance: random.Random, sentence: str) -> str:
    """A sentence with up to half of its words taken out, put in, or put for others."""
    words = sentence.split()
    for _ in range(chance.randint(1, max(1, len(words) // 2))):
        at, how = chance.randrange(len(words)), chance.random()
        other = chance.choice(chance.choice(ARTICLES_SAID).split())
        if how < 0.4 and len(words) > 1:
            del words[at]
        else:
            words[at : at + (how < 0.7)] = [other]
    return " ".join(words)


def another(chance: random.Random, sentences: list[str]) -> list[str]:
    """A version after this one: sentences edited, gone, new, moved, put together and cut in two."""
    made = list(sentences)
    for _ in range(chance.randint(1, 6)):
        at, how = chance.randrange(len(made)), chance.random()
        if how < 0.5:
            made[at] = edited(chance, made[at])
        elif how < 0.6 and len(made) > 1:
            del made[at]
        elif how < 0.7:
            made.insert(at, chance.choice(ARTICLES_SAID))
        elif how < 0.8:
            made.insert(chance.randrange(len(made)), made.pop(at))
        elif how < 0.9 and at + 1 < len(made):
            made[at : at + 2] = [f"{made[at].rstrip('.')}, {made[at + 1]}"]
        elif len(words := made[at].split()) > 3:
            middle = len(words) // 2
            made[at : at + 1] = [" ".join(words[:middle]) + ".", " ".join(words[middle:]).capitalize()]
    return made


def called_new(before: str, after: str, made: Lineage, no: int) -> list[tuple[str, str]]:
    """The sentences that blame calls new, of those that diff says were edited, moved, split or merged."""
    new = {
        each.offset
        for at, (each, span) in enumerate(zip(made.said, made.live, strict=True))
        if span.origin_no == no and at not in made.sources
    }
    found = compare(before, after, language="en")
    return [
        (piece.kind, after[each.text_start : each.text_end])
        for piece in found.pieces
        if piece.kind not in ("kept", "added", "removed")
        for each in found.b_cut[slice(*piece.b_sentences)]
        if each.text_start in new
    ]


@pytest.mark.parametrize("seed", range(0, 400, 40))
def test_what_diff_calls_edited_blame_never_calls_new(seed: int) -> None:
    """Of copies of a sentence in one version either may be the one that stayed: there are none here."""
    for number in range(seed, seed + 40):
        chance = random.Random(number)
        start = chance.randrange(len(ARTICLES_SAID) - 8)
        sentences = list(dict.fromkeys(ARTICLES_SAID[start : start + chance.randint(1, 8)]))
        made, cutter, before = Lineage(), Cutter(), ""
        for no in range(1, 4):
            text = " ".join(sentences)
            made.step(no, cutter.cut(text, "en"))
            assert no == 1 or called_new(before, text, made, no) == [], (number, no)
            before, sentences = text, list(dict.fromkeys(another(chance, sentences)))


def test_of_very_many_edited_sentences_blame_calls_none_new() -> None:
    """More pairs between the same neighbours than are compared one by one."""
    old = [f"The {name} of {number} was seen by the warden." for number, name in enumerate(NAMES * 20)]
    new = [f"{sentence[:-1]}, who was alone." for sentence in old]
    made, cutter = Lineage(), Cutter()
    for no, sentences in enumerate((old, new), start=1):
        made.step(no, cutter.cut(" ".join(sentences), "en"))

    assert len(old) ** 2 > MOST_COMPARED
    assert called_new(" ".join(old), " ".join(new), made, 2) == []


def test_of_many_paragraphs_what_lies_beyond_the_bound_is_told_in_pieces() -> None:
    before = "\n\n".join(f"p{each * 7919 % 100_003}" for each in range(30_000))
    text = before + "\n\nLast one."
    cutter = Cutter()
    old, new = cutter.cut(before, "en"), cutter.cut(text, "en")

    assert len(new) < 20_100
    assert without_blanks("".join(each.text for each in new)) == without_blanks(text)
    assert all(text.startswith(each.text, each.offset) for each in new)
    assert [each.key for each in new[:-2]] == [each.key for each in old[: len(new) - 2]]
