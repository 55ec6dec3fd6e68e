"""A change and its edit in one line: whole without a terminal, within its columns on one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.change_line import cut_reason, fit
from ingest.edits.edit import ChangedFact, Classifier, Edit, Flag, Summary
from ingest.width import cut_end, cut_middle, width

WHAT = "substantive: factual, silent"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("ｗｉｄｅ", 8), ("\u200b", 0), ("🙂", 2), ("", 0)],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "room", "end", "middle"),
    [
        ("abcdef", 6, "abcdef", "abcdef"),
        ("abcdef", 5, "abcd…", "ab…ef"),
        ("abcdef", 1, "…", "…"),
        ("abcdef", 0, "", ""),
        ("漢字漢字", 5, "漢字…", "漢…字"),
        ("漢字漢字", 4, "漢…", "…字"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…", "…e\u0301"),
    ],
)
def test_a_text_that_is_too_wide_is_cut_and_says_so(text: str, room: int, end: str, middle: str) -> None:
    assert (cut_end(text, room), cut_middle(text, room)) == (end, middle)


@given(st.text(), st.integers(0, 30))
def test_what_was_cut_fits(text: str, room: int) -> None:
    assert width(cut_end(text, room)) <= room or width(text) == 0
    assert width(cut_middle(text, room)) <= room or width(text) == 0


def test_path_and_reason_share_what_is_left() -> None:
    path, reason = "news/2026/november/the-mayor-resigns.txt", "number “three” to “two”, name “Jan” to “Piet”"

    assert fit(path, None, WHAT, reason, None) == (path, f"  {WHAT}: {reason}")
    assert fit(path, None, WHAT, reason, 200) == (path, f"  {WHAT}: {reason}")
    shown, said = fit(path, None, WHAT, reason, 80)
    assert (width(shown) + width(said), "…" in shown, said[-1]) == (80, True, "…")
    assert said.endswith(": number “three” to “two”…")
    assert (shown[:5], shown[-4:]) == ("news/", ".txt")
    assert fit("a.txt", None, WHAT, reason, 80) == ("a.txt", f"  {WHAT}: {reason[:-3]}…")
    assert fit(path, None, WHAT, "number", 80)[1] == f"  {WHAT}: number"


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (None, f"  {WHAT}: number “three” to “two”  (p. 3)"),
        (69, f"  {WHAT}: number “three” to “two”  (p. 3)"),
        (68, f"  {WHAT}: number “three” to “two”"),
        (40, "  factual, silent: number “three”…"),
    ],
)
def test_the_place_stands_behind_the_reason_where_all_of_it_fits(room: int | None, shown: str) -> None:
    assert fit("a.docx", None, WHAT, "number “three” to “two”", room, "p. 3") == ("a.docx", shown)


def test_where_room_is_little_the_file_and_what_changed_come_first() -> None:
    what, short = "substantive: wording, silent, headline", "wording, silent, headline"
    path, reason = "news/2026/november/the-mayor-resigns.txt", "only the headline differs"

    assert fit("headline.txt", None, what, reason, 60) == ("headline.txt", f"  {short}: only the headline …")
    assert fit("headline.txt", None, what, reason, 80) == ("headline.txt", f"  {what}: {reason}")
    # what is not said leaves its room to the path
    assert fit("headline.txt", None, what, reason, 40) == ("headline.txt", f"  {short}")
    assert fit(path, None, what, reason, 34) == ("new…txt", f"  {short}")
    assert fit("spelling.txt", None, "cosmetic: spelling", reason, 20)[1] == "  cosmetic: spelling"


@pytest.mark.parametrize(
    ("reason", "room", "shown"),
    [
        ("amount “12,000 euros” to “13,000 euros”", 40, "amount “12,000 euros” to “13,000 euros”"),
        ("amount “12,000 euros” to “13,000 euros”", 30, "amount “12,000…” to “13,000 …”"),
        ("amount “12,000 euros” to “12,000 pounds”", 30, "amount “…euros” to “…pounds”"),
        ("amount “5” to “12,000 euros in the end”", 30, "amount “5” to “12,000 euros …”"),
        (
            "name “Jan Jansen” to “Piet Pietersen”, date “12 May” to “13 May”",
            30,
            "name “Jan Jan…” to “Piet Pi…”…",
        ),
        ("amount “12,000 euros” to “13,000 euros”", 20, "amount “12,000 euro…"),
        ("3 sentences added, 2 removed", 20, "3 sentences added, …"),
    ],
)
def test_of_a_reason_both_values_are_shown(reason: str, room: int, shown: str) -> None:
    assert cut_reason(reason, room) == shown


def test_of_a_document_that_moved_both_paths_are_cut() -> None:
    shown, said = fit("new/" + "b" * 60 + ".txt", "old/" + "a" * 60 + ".txt", WHAT, "number", 100)
    old, _, new = shown.partition(" -> ")

    assert width(shown) + width(said) <= 100
    assert ("…" in old, "…" in new, old[:4], new[:4]) == (True, True, "old/", "new/")


@given(
    st.text(min_size=1, max_size=80),
    st.none() | st.text(min_size=1, max_size=80),
    st.text(max_size=200),
    st.integers(50, 160),
)
def test_every_line_fits_its_room(path: str, came: str | None, reason: str, room: int) -> None:
    assert sum(map(width, fit(path, came, WHAT, reason, room))) <= room


def test_an_edit_in_short_says_how_open_it_is() -> None:
    flags = (Flag("headline", ""), Flag("notice", ""))
    edit = Edit(
        kind="wording",
        significance="substantive",
        silent=False,
        rule="content-words",
        reason="r",
        classifier=Classifier("ingest", 1, ""),
        flags=flags,
    )

    assert edit.summary.words == "substantive: wording, open, headline, notice"
    assert (edit.summary.page, edit.summary.heading) == (None, None)
    facts = [
        ChangedFact(kind="number", before="3", after="2", sentence="", from_offset=0, to_offset=0, page=no)
        for no in (3, 1)
    ]
    assert msgspec.structs.replace(edit, facts=tuple(facts)).summary.page == 3
    assert Summary("substantive", "factual", ("silent",), "").words == WHAT
    assert Summary("cosmetic", "spelling", ("headline",), "").words == "cosmetic: spelling, headline"
