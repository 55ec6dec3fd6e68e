"""The stems that an index remembers are so many characters, whatever words there are."""

from __future__ import annotations

import pytest

from ingest.index.fulltext import stems
from ingest.index.fulltext.stems import Stem


def test_stems_are_the_same_however_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"{word}{'s' * number}" for number in range(9) for word in ("bridge", "house", "open")]
    whole = Stem("en").others(words)
    monkeypatch.setattr(stems, "_MOST_HELD", 300)
    stem = Stem("en")

    assert stem.others(words) == whole
    assert [stem[word] for word in ("bridges", "bridges", "opened")] == ["bridg.en", "bridg.en", "open.en"]
    assert len(stem) < 5
    assert all(stem.others([word]) <= whole for word in words)
    assert len(stem._others) < 5
