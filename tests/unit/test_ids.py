"""Ids that the outside sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ids import new_uid, parse_uid, show_uid


@given(st.binary(min_size=16, max_size=16))
def test_what_is_shown_can_be_read_again(uid: bytes) -> None:
    shown = show_uid(uid)

    assert parse_uid(shown) == uid
    assert re.fullmatch("[0-9a-z][0-9a-z_-]+", shown)


def test_an_id_is_the_milliseconds_and_ten_random_bytes() -> None:
    assert new_uid(1_234_567, lambda size: b"r" * size) == (1234).to_bytes(6, "big") + b"r" * 10


@given(st.integers(0, 2**57), st.integers(0, 2**57))
def test_a_later_id_sorts_later_as_bytes_and_as_shown(one: int, other: int) -> None:
    early, late = sorted((one // 1000 * 1000, other // 1000 * 1000))
    first, second = new_uid(early, bytes), new_uid(late, bytes)

    assert (first < second) == (early < late)
    assert (show_uid(first) < show_uid(second)) == (early < late)


@pytest.mark.parametrize("micros", [-1, -(10**18), 2**70])
def test_any_clock_gives_sixteen_bytes(micros: int) -> None:
    assert len(new_uid(micros, bytes)) == 16


def test_ids_of_one_moment_differ_by_the_random_part() -> None:
    assert new_uid(5, lambda size: b"a" * size) != new_uid(5, lambda size: b"b" * size)


GOOD = show_uid(bytes(range(16)))


@pytest.mark.parametrize(
    "words",
    [
        "",
        GOOD + "0",
        GOOD[:-1] + "=",
        GOOD[:-1],
        GOOD[:-2],
        GOOD * 2,
        "w" + GOOD[1:],
        "é" + GOOD[1:],
        "٠" * len(GOOD),
        f"{GOOD[:2]} {GOOD[3:]}",
        f"{GOOD}\n",
        f"0x{GOOD[2:]}",
        "a/b" + GOOD[3:],
        " " + GOOD[1:],
    ],
)
def test_what_is_no_id_is_none(words: str) -> None:
    assert parse_uid(words) is None
