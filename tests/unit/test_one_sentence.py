"""What an edit of one sentence is called: each row was judged by reading it."""

from __future__ import annotations

import pytest

from ingest.edits.classify import classify
from ingest.edits.edit import Text
from tests.edits.cases import rows

AROUND = {
    "en": ("The council met on Tuesday. Residents asked about the road works.", "It ended late on Friday."),
    "nl": ("De raad kwam dinsdag bijeen. Bewoners vroegen naar het werk.", "Het werd vrijdag laat."),
}


@pytest.mark.parametrize(("language", "called", "before", "after"), rows("one_sentence"))
def test_an_edit_of_one_sentence(language: str, called: str, before: str, after: str) -> None:
    first, last = AROUND[language]
    edit = classify(*(_text(f"{first} {each} {last}", language) for each in (before, after)))
    notice = ["notice"] if any(flag.name == "notice" for flag in edit.flags) else []
    assert [edit.kind, edit.significance, *(fact.kind for fact in edit.facts), *notice] == called.split()


def _text(text: str, language: str) -> Text:
    return Text(text=text, sha256=text.encode(), encoding="utf-8", date=None, title=None, language=language)
