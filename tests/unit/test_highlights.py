"""Which words of a sentence are marked as found."""

from __future__ import annotations

import pytest

from ingest.index.fulltext.highlights import pieces
from ingest.index.fulltext.query import parse


@pytest.mark.parametrize(
    ("query", "text", "language", "marked"),
    [
        ("weeks", "Closed for a week, three Weeks.", "en", ["week", "Weeks"]),
        ("brug", "De bruggen en de brug, geen brugklas.", "nl", ["bruggen", "brug"]),
        ("brug", "De bruggen en de brug.", "de", ["brug"]),
        ("cafe", "In het CAFÉ, in cafe\u0301 A.", "nl", ["CAFÉ", "cafe\u0301"]),
        ("brug*", "De bruggen, de brugklas, de terugbrug.", "nl", ["bruggen", "brugklas"]),
        ('"de brug"', "De brug en de bruggen, de  brug, brug de.", "nl", ["De", "brug", "de", "brug"]),
        ('"three week"*', "In three weeks, or three.", "en", ["three", "weeks"]),
        ("hidden", "It was hid\u00adden.", "en", ["hid\u00adden"]),
        ("北京", "我在北京市工作。", None, ["北京"]),
        ("mayor NOT bridge", "The mayor and the bridge.", "en", ["mayor"]),
        ("mayor OR bridge", "The mayor and the bridge.", "en", ["mayor", "bridge"]),
        ("½", "It is 1/2 or half.", "en", ["1", "2"]),
        ("nothing", "Not here.", "en", []),
        ("", "Not here.", "en", []),
    ],
)
def test_what_the_search_found_is_marked(
    query: str, text: str, language: str | None, marked: list[str]
) -> None:
    found = pieces(text, parse(query), language)

    assert "".join(piece for piece, _ in found) == text
    assert [piece for piece, is_word in found if is_word] == marked
