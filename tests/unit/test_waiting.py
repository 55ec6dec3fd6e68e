"""Equal things are taken in their order, each once."""

from __future__ import annotations

from ingest.diff.queues import Waiting


def test_equal_things_are_taken_in_their_order() -> None:
    waiting = Waiting((number, key) for number, key in enumerate("abacaba"))

    assert [waiting.take("a") for _ in range(5)] == [0, 2, 4, 6, None]
    assert [waiting.take("b") for _ in range(3)] == [1, 5, None]
    assert [waiting.take("c"), waiting.take("c"), waiting.take("d")] == [3, None, None]
