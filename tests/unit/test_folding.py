"""The words of a text as the index has them, and what it takes to make them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import unicodedata2
from hypothesis import given
from hypothesis import strategies as st

from ingest.index.fulltext import folding
from ingest.text.plain import plain

MEGABYTES = 3
PROGRAM = r"""
import re, sys
from pathlib import Path
from ingest import normalise
from ingest.index.fulltext import folding

def most():  # that this program held; `getrusage` counts what the one held that started it
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) * 1024

normalise.prepare()
raw = (sys.argv[1] * (int(sys.argv[2]) // len(sys.argv[1].encode()))).encode()
text = raw.decode()
before = most()
normalise.normalise(raw, b"a.txt")
folding.words(text)
print(len(raw), most() - before)
"""


def _at_once(text: str) -> str:
    small = plain(text).lower()
    apart = unicodedata2.normalize("NFKD", unicodedata2.normalize("NFKD", small).lower())
    bare = "".join(char for char in apart if not unicodedata2.combining(char)).replace("ς", "σ")
    return re.sub(r"[\W_]+", " ", bare)


@given(
    st.text(
        st.sampled_from("aZ .\u0301\u0345ΣςσÅ\u212b\ufdfa\u1e9b\u0323İ\u01c5\U0001d6ba한\u3300_"), max_size=40
    )
)
def test_a_text_is_folded_in_pieces_as_at_once(text: str) -> None:
    before, folding._PIECE = folding._PIECE, 3
    try:
        assert folding._words(text) == _at_once(text)
    finally:
        folding._PIECE = before


@given(st.text(st.sampled_from("aZ .\u0301Σς한\u3300_北京市の\u0e01\n"), max_size=40))
def test_the_words_are_those_of_the_folded_text(text: str) -> None:
    before, folding._PIECE = folding._PIECE, 3
    try:
        assert folding.words(text) == folding.fold(text).split()
    finally:
        folding._PIECE = before


@given(st.lists(st.sampled_from(["\ufdfa", "\ufdfb", "één", "twee ", "\u3300"]), max_size=60).map("".join))
def test_words_that_are_much_longer_than_their_text_are_there_once_each(text: str) -> None:
    text = text.ljust(4)
    before, folding._PIECE = folding._PIECE, 3
    try:
        whole, found = folding.fold(text).split(), folding.words(text)
    finally:
        folding._PIECE = before
    room = 4 * len(text)
    kept: list[str] = []
    for word in whole:
        if room > 0 or word not in kept:
            kept.append(word)
            room -= len(word) + 1
    assert found == kept


@pytest.mark.parametrize("part", ["\ufdfa", "北", "A. ", "e\u0301\u0323\u0302", "x", "é", "a\n"])
def test_what_one_document_holds_is_at_most_twelve_times_its_text(part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, part, str(MEGABYTES << 20)],
        capture_output=True,
        text=True,
        check=True,
    )
    size, held = map(int, done.stdout.split())
    assert held <= 12 * size + (64 << 20)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("北京市", "北京 京市 市"),
        ("用iPhone手机。", "用 iphone 手机 机"),
        ("北京\n大学", "北京 京大 大学 学"),
        ("ｶﾀｶﾅ ー", "カタ タカ カナ ナ ー"),
        ("เกี่ยว", "เก กย ยว ว"),
        ("हिन्दी", "हनद"),
        ("한국어", "한국어"),
    ],
)
def test_a_run_of_a_script_without_blanks_is_kept_in_parts_of_two(text: str, kept: str) -> None:
    assert folding.fold(text).split() == unicodedata2.normalize("NFKD", kept).split()


@pytest.mark.parametrize(
    ("text", "words", "begins"),
    [
        ("北", ("北",), True),
        ("北京", ("北京",), False),
        ("北京市", ("北京", "京市"), False),
        ("iPhone手", ("iphone", "手"), True),
        ("手机iPhone", ("手机", "iphone"), False),
        ("a", ("a",), False),
        ("", (), False),
    ],
)
def test_a_run_that_is_asked_for_is_its_parts_in_a_row(
    text: str, words: tuple[str, ...], begins: bool
) -> None:
    assert folding.query_words(text) == (words, begins)
