"""What two texts say of their words is the same, whether a text is long or short."""

from __future__ import annotations

import pytest

from ingest.facts import document_words

OLD = "De Straße en İzmir. Straßburg ligt daar; éen Élan, élan."
NEW = "De Gasse en İzmir. Straßburg ligt daar; een Élan."


@pytest.mark.parametrize("both", ["", "İzmir Straße Straße", "Élan"])
def test_a_long_text_is_counted_as_a_short_one(monkeypatch: pytest.MonkeyPatch, both: str) -> None:
    short = document_words.context_of(OLD, NEW, "nl", both=both)
    monkeypatch.setattr(document_words, "_LONG", 0)

    assert document_words.context_of(OLD, NEW, "nl", both=both) == short


def test_a_word_that_stands_once_is_not_replaced_throughout() -> None:
    assert document_words.context_of("Die Straße.", "Die Gasse.", "de").replaced == frozenset()
