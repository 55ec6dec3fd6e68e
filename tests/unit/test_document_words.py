"""What two texts say of their words is the same, whether a text is long or short."""

from __future__ import annotations

import pytest

from ingest.facts import document_words

OLD = "De Straße en İzmir. Straßburg ligt daar; éen Élan, élan."
NEW = "De Gasse en İzmir. Straßburg ligt daar; een Élan."


def _said(both: str) -> dict[str, frozenset[str]]:
    context = document_words.context_of(OLD, NEW, "nl", both=both)
    return {part: getattr(context, part) for part in ("names", "attested", "replaced", "small")}


@pytest.mark.parametrize("both", ["", "İzmir Straße Straße", "Élan"])
def test_a_long_text_is_counted_as_a_short_one(monkeypatch: pytest.MonkeyPatch, both: str) -> None:
    short = _said(both)
    monkeypatch.setattr(document_words, "_LONG", 0)

    assert _said(both) == short


def test_the_texts_are_asked_only_of_words_that_are_alike() -> None:
    asked: list[str] = []

    def texts() -> document_words.Texts:
        asked.append("texts")
        return OLD, NEW, ""

    context = document_words.context_within(texts, tuple, "nl")

    assert not context.misspelt("Straße", "Gasse")
    assert asked == []
    assert not context.misspelt("Straße", "Strase")
    assert asked == ["texts"]


def test_a_word_that_stands_once_is_not_replaced_throughout() -> None:
    assert document_words.context_of("Die Straße.", "Die Gasse.", "de").replaced == frozenset()
