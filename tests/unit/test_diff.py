"""Differences by line and by word: applied to A they give B."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import escape
from ingest.cli import hunks as cli_hunks
from ingest.diff.sequences import (
    Edit,
    Hunk,
    Line,
    align,
    apply,
    counts,
    edits,
    hunks,
    lines_of,
    tokens,
    words,
)
from ingest.history import diffs

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "a b", "\r", "\u2028", "\x0c"]), max_size=14)
TEXTS = st.one_of(LINES.map("\n".join), LINES.map(lambda lines: "".join(f"{line}\n" for line in lines)))
CONTEXTS = st.integers(0, 4)


@settings(max_examples=400)
@given(TEXTS, TEXTS, CONTEXTS)
def test_the_hunks_applied_to_a_give_b(a: str, b: str, context: int) -> None:
    assert apply(a, hunks(a, b, context=context)) == b


@given(st.text(), st.text())
def test_any_two_texts(a: str, b: str) -> None:
    assert apply(a, hunks(a, b)) == b
    assert "".join(old for _, old, _ in words(a, b)) == a
    assert "".join(new for _, _, new in words(a, b)) == b


@given(TEXTS)
def test_equal_texts_have_no_difference(text: str) -> None:
    assert hunks(text, text) == []
    assert edits(text, text) == []


@given(TEXTS, TEXTS)
def test_different_texts_have_one(a: str, b: str) -> None:
    assert (hunks(a, b) == []) == (a == b)


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert all(tokens(text))


@given(st.text())
def test_lines_joined_are_the_text_and_end_at_newlines_alone(text: str) -> None:
    lines = lines_of(text)

    assert "".join(lines) == text
    assert all(line.count("\n") == 1 and line.endswith("\n") for line in lines[:-1])
    assert len(lines) == text.count("\n") + (not text.endswith("\n") and text != "")


@given(TEXTS, TEXTS, CONTEXTS)
def test_a_hunk_counts_its_lines_as_a_unified_diff_does(a: str, b: str, context: int) -> None:
    old, new = lines_of(a), lines_of(b)
    for hunk in hunks(a, b, context=context):
        before = [line.text for line in hunk.lines if line.op != "+"]
        after = [line.text for line in hunk.lines if line.op != "-"]
        from_at = hunk.from_start - (hunk.from_lines > 0)
        to_at = hunk.to_start - (hunk.to_lines > 0)
        assert before == old[from_at : from_at + hunk.from_lines]
        assert after == new[to_at : to_at + hunk.to_lines]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_an_alignment_covers_both_and_keeps_a_longest_common_part(a: list[str], b: list[str]) -> None:
    spans = align(a, b)
    at_a = at_b = 0
    for span in spans:
        assert (span.a_start, span.b_start) == (at_a, at_b)
        at_a, at_b = span.a_end, span.b_end
        if span.same:
            assert a[span.a_start : span.a_end] == b[span.b_start : span.b_end]
    assert (at_a, at_b) == (len(a), len(b))
    assert [span.same for span in spans] == [not span.same for span in spans[1:]] + (
        [spans[-1].same] if spans else []
    )
    assert sum(span.a_end - span.a_start for span in spans if span.same) == longest_common(a, b)


def longest_common(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_a_changed_line_with_its_surroundings() -> None:
    a = "".join(f"line {n}\n" for n in range(1, 11))
    b = a.replace("line 5\n", "LINE 5\n")

    assert hunks(a, b) == [
        Hunk(
            from_start=2,
            from_lines=7,
            to_start=2,
            to_lines=7,
            lines=[
                Line(" ", "line 2\n"),
                Line(" ", "line 3\n"),
                Line(" ", "line 4\n"),
                Line("-", "line 5\n"),
                Line("+", "LINE 5\n"),
                Line(" ", "line 6\n"),
                Line(" ", "line 7\n"),
                Line(" ", "line 8\n"),
            ],
        )
    ]


@pytest.mark.parametrize(("apart", "expected"), [(6, 1), (7, 2)])
def test_hunks_join_where_their_surroundings_meet(apart: int, expected: int) -> None:
    middle = "".join(f"{n}\n" for n in range(apart))

    assert len(hunks(f"x\n{middle}y\n", f"X\n{middle}Y\n")) == expected


@pytest.mark.parametrize(
    ("a", "b", "lines"),
    [
        ("a\nb", "a\nb\n", [Line(" ", "a\n"), Line("-", "b"), Line("+", "b\n")]),
        ("a\nb\n", "a\nb", [Line(" ", "a\n"), Line("-", "b\n"), Line("+", "b")]),
        ("a", "a\nb", [Line("-", "a"), Line("+", "a\n"), Line("+", "b")]),
        ("", "a", [Line("+", "a")]),
        ("a\n", "", [Line("-", "a\n")]),
    ],
)
def test_a_missing_last_newline_is_a_difference(a: str, b: str, lines: list[Line]) -> None:
    (hunk,) = hunks(a, b)

    assert hunk.lines == lines
    assert apply(a, [hunk]) == b


@pytest.mark.parametrize(
    ("a", "b", "header"),
    [
        ("a\nb\n", "a\nx\nb\n", (1, 0, 2, 1)),
        ("a\n", "x\na\n", (0, 0, 1, 1)),
        ("a\n", "a\nx\n", (1, 0, 2, 1)),
        ("a\nx\nb\n", "a\nb\n", (2, 1, 1, 0)),
        ("x\na\n", "a\n", (1, 1, 0, 0)),
        ("", "x\n", (0, 0, 1, 1)),
    ],
)
def test_without_surroundings_an_empty_side_names_the_line_before(
    a: str, b: str, header: tuple[int, int, int, int]
) -> None:
    """As `diff -U0` writes it."""
    (hunk,) = hunks(a, b, context=0)

    assert (hunk.from_start, hunk.from_lines, hunk.to_start, hunk.to_lines) == header
    assert apply(a, [hunk]) == b


def test_hunks_of_another_text_are_refused() -> None:
    changes = hunks("a\nb\nc\n", "a\nB\nc\n")

    for other in ("a\nx\nc\n", "a\n", ""):
        with pytest.raises(ValueError, match="is not the one"):
            apply(other, changes)


def test_the_changed_words_with_their_places() -> None:
    assert edits("the quick brown fox", "the slow brown dog") == [
        Edit(4, "quick", 4, "slow"),
        Edit(16, "fox", 15, "dog"),
    ]


def test_words_are_counted_without_blanks_and_marks() -> None:
    assert tokens("It's \u00e9t\u00e9,\n\tsnake_case 42!") == [
        "It", "'", "s", " ", "\u00e9t\u00e9", ",", "\n", "\t", "snake_case", " ", "42", "!",
    ]  # fmt: skip
    assert counts("", "It's \u00e9t\u00e9,\n\tsnake_case 42!")["words_added"] == 5
    assert counts("", "")["words_added"] == 0


@pytest.mark.parametrize("lines", [100_000, pytest.param(1_000_000, marks=pytest.mark.full)])
def test_large_texts_without_a_line_in_common_are_replaced_whole(lines: int) -> None:
    """Past the bound the answer is coarse and comes at once; a full table would have 10^10 cells or more."""
    a = "".join(f"{n}\n" for n in range(lines))
    b = "".join(f"x{n}\n" for n in range(lines))
    begun = time.process_time()
    (hunk,) = hunks(a, b)
    spent = time.process_time() - begun

    assert (hunk.from_lines, hunk.to_lines) == (lines, lines)
    assert spent < lines / 500


def test_a_small_edit_in_a_large_text_is_found_exactly() -> None:
    a = "".join(f"{n}\n" for n in range(300_000))
    b = a.replace("\n150000\n", "\nother\n")
    begun = time.process_time()
    (hunk,) = hunks(a, b)
    spent = time.process_time() - begun

    assert [line.text for line in hunk.lines if line.op != " "] == ["150000\n", "other\n"]
    assert spent < 100


def test_one_line_of_twenty_megabytes_is_compared_in_bounded_time() -> None:
    """IN-16: by words, with an edit at either end, so that no common end helps."""
    middle = "word " * 4_000_000
    begun = time.process_time()
    found = hunks(f"a{middle}a", f"b{middle}b")
    spent = time.process_time() - begun

    assert len(found) == 1
    assert spent < 200


def test_words_of_large_texts_are_compared_in_bounded_time() -> None:
    middle = "word " * 200_000
    begun = time.process_time()
    found = words(f"a {middle}a", f"b {middle}b")
    spent = time.process_time() - begun

    assert "".join(old for _, old, _ in found) == f"a {middle}a"
    assert spent < 400


SMALL = st.lists(st.sampled_from(["a", "b", " ", "\n"]), max_size=24).map("".join)


@given(SMALL, SMALL, st.integers(0, 3))
def test_what_both_have_at_the_ends_is_left_whole_and_changes_no_answer(
    old: str, new: str, context: int
) -> None:
    whole = align(lines_of(old), lines_of(new))
    changed = [span for span in whole if not span.same]
    found = hunks(old, new, context=context)

    removed = [line.text for hunk in found for line in hunk.lines if line.op == "-"]
    lines = lines_of(old)
    assert removed == [line for span in changed for line in lines[span.a_start : span.a_end]]
    a, b = tokens(old), tokens(new)
    assert words(old, new) == [
        (span.same, "".join(a[span.a_start : span.a_end]), "".join(b[span.b_start : span.b_end]))
        for span in align(a, b)
    ]


def test_lines_are_numbered_from_the_beginning_of_the_text_wherever_the_difference_lies() -> None:
    old = "".join(f"{number}\n" for number in range(1, 1001))
    new = old.replace("\n500\n", "\nfive hundred\n").replace("\n998\n", "\n")

    starts = [(hunk.from_start, hunk.from_lines, hunk.to_start, hunk.to_lines) for hunk in hunks(old, new)]
    assert starts == [(497, 7, 497, 7), (995, 6, 995, 5)]


def test_parts_are_a_row_of_which_places_are_held() -> None:
    parts = lines_of("a\n\nbc\nd")

    assert (parts[1], parts[-1], list(reversed(parts))) == ("\n", "d", ["d", "bc\n", "\n", "a\n"])
    assert parts[1:3] == ["\n", "bc\n"]
    assert parts[2:1] == []
    assert parts[1:] != ["\n", "bc\n"]
    assert parts.joined(1, 3) == "\nbc\n"
    assert [parts.place(number) for number in range(5)] == [0, 2, 3, 6, 7]
    with pytest.raises(IndexError):
        parts[4]


def test_a_record_that_is_written_line_by_line_is_the_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    a = "".join(f"{number}\n" for number in range(40))
    b = a.replace("3\n", '"hunks":[] "lines":[]\n').replace("17\n", "\x7f\u0085\n")
    record = diffs.Diff(
        document="d", root="r", path='"hunks":[]', first=1, last=2, hunks=[], stat=counts(a, b)
    )
    told = [msgspec.structs.replace(hunk, heading='"lines":[]\x7f') for hunk in hunks(a, b)]
    bare = [(msgspec.structs.replace(hunk, lines=[]), iter(hunk.lines)) for hunk in told]
    written: list[bytes] = []
    monkeypatch.setattr(cli_hunks, "_AT_ONCE", 3)
    monkeypatch.setattr(cli_hunks, "write", written.append)

    cli_hunks.emit_all(record, bare)

    whole = msgspec.structs.replace(record, hunks=told)
    assert b"".join(written) == escape.json(msgspec.json.encode(whole)) + b"\n"
    assert len(told) > 1
