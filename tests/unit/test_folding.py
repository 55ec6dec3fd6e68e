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
PROGRAM = """
import resource, sys
from ingest import normalise
from ingest.index.fulltext import folding

normalise.prepare()
raw = (sys.argv[1] * (int(sys.argv[2]) // len(sys.argv[1].encode()))).encode()
text = raw.decode()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
normalise.normalise(raw, b"a.txt")
folding.fold(text)
print(len(raw), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
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
        assert folding.fold(text) == _at_once(text)
    finally:
        folding._PIECE = before


@pytest.mark.parametrize("part", ["\ufdfa", "A. ", "e\u0301\u0323\u0302", "x", "é", "a\n"])
def test_what_one_document_holds_is_at_most_twelve_times_its_text(part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, part, str(MEGABYTES << 20)],
        capture_output=True,
        text=True,
        check=True,
    )
    size, held = map(int, done.stdout.split())
    assert held <= 12 * size + (64 << 20)
