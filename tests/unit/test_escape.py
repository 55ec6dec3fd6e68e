"""Nothing that comes from outside reaches a terminal as a control."""

from __future__ import annotations

import base64
import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import escape

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
BIDI = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]


@pytest.mark.parametrize("character", [c for c in CONTROLS if c not in "\t\n"] + BIDI, ids=ascii)
def test_a_control_is_shown_as_its_code(character: str) -> None:
    shown = f"a\\u{{{ord(character):04x}}}b"

    assert escape.text(f"a{character}b") == shown
    assert escape.name(f"a{character}b") == shown


def test_tab_and_newline_stay_in_a_text_and_are_shown_in_a_name() -> None:
    assert escape.text("a\tb\nc") == "a\tb\nc"
    assert escape.name("a\tb\nc") == r"a\u{0009}b\u{000a}c"


@given(st.text())
def test_what_is_shown_holds_no_control_and_no_bidi(value: str) -> None:
    for shown, allowed in ((escape.text(value), "\t\n"), (escape.name(value), "")):
        assert not [c for c in shown if c not in allowed and unicodedata.category(c) in ("Cc", "Cs")]
        assert not set(shown) & set(BIDI)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_what_is_harmless_stays_as_it_is(value: str) -> None:
    assert escape.text(value) == value
    assert escape.name(value) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_means_the_same_and_holds_no_control(value: str) -> None:
    encoded = escape.json(msgspec.json.encode(value))

    assert json.loads(encoded) == value
    assert not [c for c in encoded.decode() if unicodedata.category(c) == "Cc"]
    assert not set(encoded.decode()) & set(BIDI)


@pytest.mark.parametrize("character", CONTROLS + BIDI, ids=ascii)
def test_json_shows_a_control_as_an_escape(character: str) -> None:
    for value in (character, f"é{character}"):
        encoded = escape.json(msgspec.json.encode({"k": value}))
        assert json.loads(encoded) == {"k": value}
        assert character.encode() not in encoded


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain.txt", "plain.txt"),
        ("é.txt".encode(), "é.txt"),
        (b"bad\xff", r"bad\xff"),
        (b"\xc3", r"\xc3"),
        (b"\xed\xa0\x80", r"\xed\xa0\x80"),
        (b"line\nbreak", "line\nbreak"),
    ],
)
def test_a_path_is_utf_8_with_each_other_byte_written_out(raw: bytes, shown: str) -> None:
    assert escape.path(raw) == shown


@given(st.binary())
def test_a_record_holds_the_exact_path(raw: bytes) -> None:
    """`F_base64` is there exactly when `F` does not say it all."""
    fields = escape.path_fields("from_path", raw)
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        assert set(fields) == {"from_path", "from_path_base64"}
        assert base64.b64decode(fields["from_path_base64"] or "") == raw
        msgspec.json.encode(fields)
    else:
        assert fields == {"from_path": whole}


def test_no_path_is_null_and_nothing_else() -> None:
    assert escape.path_fields("path", None) == {"path": None}
