"""Equal things are taken in their order, each once."""

from __future__ import annotations

from ingest.diff.queues import Queues


def test_equal_things_are_taken_in_their_order() -> None:
    queues = Queues((number, key) for number, key in enumerate("abacaba"))

    assert [queues.take("a") for _ in range(5)] == [0, 2, 4, 6, None]
    assert [queues.take("b") for _ in range(3)] == [1, 5, None]
    assert [queues.take("c"), queues.take("c"), queues.take("d")] == [3, None, None]
