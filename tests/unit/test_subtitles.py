"""Subtitles: the words of the cues are the text; when and how they are shown stands beside it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import standoff
from ingest.normalise import normalise

VTT = """WEBVTT - road

NOTE made
by hand

STYLE
::cue { color: red }

intro
00:01.000 --> 00:03.500 align:start
<v Anna>The road is <i>shut</i>.
It stays so.

00:04.000 --> 00:05.500
Go home.
"""
SRT = """1
00:00:01,000 --> 00:00:03,500
The road is {\\an8}shut.

2
00:00:04,000 --> 00:00:05,000
2021
""".replace("\n", "\r\n")


def test_the_words_of_webvtt_are_its_text_and_all_else_stands_beside() -> None:
    made = normalise(VTT.encode(), b"a.vtt")
    assert made.text == "The road is shut.\nIt stays so.\n\nGo home.\n"
    assert made.beside is not None
    found = standoff.read(made.beside)

    assert [(made.text[each.offset : each.offset + each.length]) for each in found.blocks] == [
        "The road is shut.\nIt stays so.",
        "Go home.",
    ]
    assert msgspec.json.decode(msgspec.json.encode(found.annotations)) == {
        "comments": [{"text": "made by hand"}],
        "hidden": [{"kind": "voice", "text": "Anna", "place": 0}],
        "cue_times": [
            {"text": "00:01.000 --> 00:03.500 align:start", "place": 0},
            {"text": "00:04.000 --> 00:05.500", "place": 32},
        ],
        "properties": [
            {"kind": "webvtt", "text": "WEBVTT - road"},
            {"kind": "style", "text": "STYLE ::cue { color: red }"},
            {"kind": "cue", "text": "intro"},
        ],
    }


def test_of_subrip_numbers_go_and_a_figure_that_is_said_stays() -> None:
    made = normalise(SRT.encode(), b"a.srt")

    assert (made.text, made.normaliser, made.words) == ("The road is shut.\n\n2021\n", "subtitles/2", 5)


@pytest.mark.parametrize(
    "text",
    [
        "No time stands here.\n",
        "1\n00:00:01,000 --> 00:00:03,500\ndate 2021-02-20 It is shut.\n",
        "1\n00:00:01,000 --> 00:00:03,500\n%PDF-1.4\n",
    ],
)
def test_what_is_no_subtitles_or_would_be_read_otherwise_stays_as_it_is(text: str) -> None:
    made = normalise(text.encode(), b"a.srt")

    assert (made.text, made.beside) == (text, None)


LINES = st.lists(
    st.sampled_from(
        ["WEBVTT", "", "1", "NOTE x", "STYLE", "00:01.000 --> 00:02.000", "<i>00:01.000 --> 00:02.000</i>",
         "<v Jan>ja</v>", "word", "e<i>\u0301</i>", "\ufeff", "date 2021-02-20 x",
         "{\\an8}", "<", "-->", "  a "]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(LINES, st.sampled_from([b"a.srt", b"a.vtt"]))
def test_the_words_read_again_are_the_same_text(text: str, name: bytes) -> None:
    made = normalise(text.encode(), name)
    if made.text is None:
        return
    again = normalise(made.text.encode(), name)

    assert again.text == made.text
    if made.beside is not None:
        blocks = standoff.read(made.beside).blocks
        assert "\n\n".join(made.text[each.offset : each.offset + each.length] for each in blocks) == (
            made.text.removesuffix("\n")
        )
