"""What others wrote as it stands in an answer: visible, bounded, between marks that it cannot write."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import Unreachable
from ingest.mcp import material, server
from ingest.mcp.material import Material


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31m\r\x00\x85", "\\u{001b}[31m\\u{000d}\\u{0000}\\u{0085}"),
        ("\u202e\u2066\u061c\u2028", "\\u{202e}\\u{2066}\\u{061c}\\u{2028}"),
        ("\u00ad\u200b\u2060\ufeff\u180e\u3164", "\\u{00ad}\\u{200b}\\u{2060}\\u{feff}\\u{180e}\\u{3164}"),
        ("\U000e0001\U000e0041\U000e01ef", "\\u{e0001}\\u{e0041}\\u{e01ef}"),
        ("\ufe00\ufe0d", "\\u{fe00}\\u{fe0d}"),
        (
            "\U0001f468\u200d\U0001f469 ☺\ufe0f نمی\u200cخواهم",
            "\U0001f468\u200d\U0001f469 ☺\ufe0f نمی\u200cخواهم",
        ),
    ],
)
def test_what_is_not_seen_is_spelt_out_and_what_a_language_needs_stays(text: str, shown: str) -> None:
    assert material.visible(text) == shown


def test_a_text_is_cut_by_what_is_shown_of_it_and_the_rest_is_counted() -> None:
    assert material.fit("x" * 10, longest=10) == Material("x" * 10, 0)
    assert material.fit("x" * 11, longest=10) == Material("x" * 10 + "…", 1)
    assert material.fit("\u202e" * 11, longest=20) == Material("\\u{202e}" * 2 + "…", 9)
    assert material.fit({"a": ["x" * 3, 4, None], "b": [1, 2, 3]}, longest=2, most=2) == Material(
        {"a": ["xx…", 4], "b": [1, 2]}, 3
    )


@given(st.recursive(st.none() | st.integers() | st.text(), lambda of: st.lists(of) | st.dictionaries(
    st.sampled_from("abc"), of)))  # fmt: skip
def test_no_text_begins_a_line(value: object) -> None:
    fitted, _ = material.fit_fields({"it": value})

    for line in "\n".join(material.lines(fitted)).splitlines():
        assert line.lstrip(" ").startswith(("it:", "a:", "b:", "c:", "- ", "| "))


def test_a_mark_is_drawn_until_the_body_does_not_hold_it() -> None:
    drawn = iter(("aa", "bb", "cc"))

    assert material.mark_for("text aa and bb", lambda: next(drawn)) == "cc"


def test_an_answer_ends_with_its_mark() -> None:
    assert material.framed(["head"], "body", "7f").split("\n") == [
        "head", material.ABOUT, "----- material 7f begins -----", "body", "----- material 7f ends -----",
    ]  # fmt: skip


def test_a_question_that_takes_too_long_is_told_and_holds_its_place_until_it_ends() -> None:
    goes_on = threading.Event()
    places = threading.BoundedSemaphore(1)

    def slow() -> None:
        goes_on.wait(60)

    async def asked(work: Callable[[], None]) -> str:
        try:
            await server.in_thread(work, places, 0.01)
        except Unreachable as error:
            return error.message
        return "answered"

    assert asyncio.run(asked(slow)) == "the question was not answered within 0.01 seconds"
    assert asyncio.run(asked(slow)) == "4 questions are under way"
    goes_on.set()
    while asyncio.run(asked(lambda: None)) != "answered":
        time.sleep(0.01)


class Panic(BaseException):
    """What a library of another language raises: no Exception, and no type that could be named."""


@pytest.mark.parametrize("fault", [ValueError("no"), Panic("no")])
def test_whatever_a_question_raises_reaches_who_asked_and_frees_its_place(fault: BaseException) -> None:
    places = threading.BoundedSemaphore(1)

    def fail() -> None:
        raise fault

    async def asked() -> BaseException | None:
        try:
            await server.in_thread(fail, places, 60)
        except (ValueError, Panic) as raised:
            return raised
        return None

    assert asyncio.run(asked()) is fault
    assert places.acquire(timeout=60)
