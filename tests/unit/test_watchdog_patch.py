"""The two halves of a rename: whoever waits for the second has it when it comes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.disk.watch import Watcher
from ingest.disk.watchdog_patch import LONGEST, PromptQueue
from tests.command import PATIENCE

FOREVER = 3600.0


@contextmanager
def _getting(queue: PromptQueue[str]) -> Iterator[list[str | None]]:
    """Somebody who waits for one event; what he got."""
    got: list[str | None] = []
    thread = threading.Thread(target=lambda: got.append(queue.get()), daemon=True)
    thread.start()
    yield got
    thread.join(PATIENCE)
    assert not thread.is_alive()


def _queue() -> PromptQueue[str]:
    queue = PromptQueue[str](FOREVER)
    queue.delay = FOREVER
    return queue


def test_a_pair_is_had_when_it_is_put_not_when_the_first_half_would_be() -> None:
    queue = _queue()
    with _getting(queue) as got:
        queue.put("from", delay=True)
        time.sleep(0.05)  # in either order the outcome is the same; this is the one that went wrong
        assert queue.remove(lambda event: event == "from") == "from"
        queue.put("from and to")
    assert got == ["from and to"]


def test_a_first_half_without_a_second_is_had_after_its_time_and_before_what_follows() -> None:
    queue = PromptQueue[str](FOREVER)
    assert queue.delay == LONGEST
    queue.put("from", delay=True)
    queue.put("next")
    assert [queue.get(), queue.get()] == ["from", "next"]


def test_who_waits_for_a_second_half_is_let_go_when_the_queue_closes() -> None:
    queue = _queue()
    queue.put("from", delay=True)
    with _getting(queue) as got:
        time.sleep(0.05)
        queue.close()
    assert got == [None]


def test_the_library_takes_this_queue(tmp_path: Path) -> None:
    watcher = Watcher(os.fsencode(tmp_path), hidden=frozenset(), wake=lambda: None)
    watcher.start()
    try:
        (emitter,) = watcher._observer.emitters
        group = vars(emitter)["_inotify"]
        assert type(group._move_event_grouper._queue) is PromptQueue
    finally:
        watcher.stop()
