"""The feed beside a store: who comes while nobody followed the log is told what came, and waits for more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from ingest.corpus import Corpus
from ingest.daemon import log_growth
from ingest.edits.settings import Rules
from ingest.history.changes import ANY
from ingest.http import feed
from ingest.http.feed import Feed
from tests.command import PATIENCE
from tests.recording import add_root, entry, opened, record


async def _so(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what sets it is a thread
            await asyncio.sleep(0.002)


def test_a_log_that_nobody_follows_is_left_alone_until_somebody_does(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_IDLE", PATIENCE)
    monkeypatch.setattr(log_growth, "POLL", 0.002)
    with opened(database_url) as store:
        root = add_root(store)
        corpus = Corpus(store, rules=Rules())
        followed = Feed(corpus)

        def add(name: bytes) -> None:
            record(store, root, [entry("created", name, raw=name)])

        async def scene() -> None:
            followed.start()
            add(b"1")
            await _so(lambda: followed.last == 1)
            add(b"2")
            # Who has read the second waits for the third, though the feed has not looked since the first.
            waiting = asyncio.ensure_future(followed.wait(2, PATIENCE))
            await _so(lambda: followed.last == 2)
            assert not waiting.done()
            add(b"3")
            assert await waiting
            assert followed.last == 3
            await asyncio.sleep(0.01)
            add(b"4")
            events = followed.events(3, ANY)
            assert (await anext(events)).startswith(b": the changes of the log")
            assert b'"path":"4"' in await anext(events)
            await events.aclose()
            assert not await followed.wait(9, 0.001)
            followed.stop()

        asyncio.run(scene())
        for thread in [each for each in threading.enumerate() if each.name in ("feed", "reviews")]:
            thread.join()
        corpus.close()
