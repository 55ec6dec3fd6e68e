"""A page that is kept is answered as it was made, and without a thread; connections stay for who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest
from anyio import to_thread
from sqlalchemy import event
from starlette.types import ASGIApp, Message

from ingest.corpus import Corpus
from ingest.http.admission import Rights
from ingest.http.app import application
from ingest.http.feed import Feed
from ingest.http.response_cache import ResponseCache
from ingest.store import tables
from tests.integration.test_page_questions import NONE, made
from tests.recording import entry, opened, record, rows_of

T = TypeVar("T")
NOW = 1_800_000_000_000_000


async def _asked(service: ASGIApp, address: str) -> tuple[int, dict[bytes, bytes], bytes]:
    path, _, query = address.partition("?")
    said: list[Message] = []
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "headers": [(b"host", b"here")], "scheme": "http", "root_path": "",
        "server": ("here", 80), "client": ("127.0.0.1", 1), "state": {},
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    await service(scope, receive, send)
    body = b"".join(each.get("body", b"") for each in said)
    return said[0]["status"], dict(said[0]["headers"]), body


def test_a_page_that_is_kept_takes_no_thread_and_is_the_same(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    run = to_thread.run_sync

    async def counted(call: Callable[[], T]) -> T:
        threads.append("made")
        found: T = await run(call)
        return found

    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        made(store).close()
        clock = [NOW]
        corpus = Corpus(store, rules=NONE, now=lambda: clock[0])
        row = rows_of(store, tables.document)[0]
        address = f"/documents/{row['uid'].hex()}"
        service = application(
            corpus, Rights(hosts=frozenset({"here"}), guarded=False), Feed(corpus), ResponseCache(corpus)
        )
        monkeypatch.setattr(to_thread, "run_sync", counted)

        async def scene() -> None:
            first = await _asked(service, address)
            assert (first[0], len(threads)) == (200, 1)
            assert await _asked(service, address) == first
            assert len(threads) == 1
            dutch = await _asked(service, f"{address}?lang=nl")
            assert len(threads) == 2
            assert await _asked(service, f"{address}?lang=nl") == dutch
            assert len(threads) == 2
            assert b'<html lang="nl">' in dutch[2]
            assert dutch[1][b"set-cookie"].startswith(b"lang=nl;")
            overview = await _asked(service, "/")
            again = await _asked(service, "/")
            assert len(threads) == 3
            assert again[2] == overview[2]
            assert again[1][b"set-cookie"].startswith(b"looked=")
            edited = entry("changed", b"bridge.txt", raw=b"New.\n", document=int(row["id"]), previous=3)
            record(store, row["root_id"], [edited])
            later = await _asked(service, address)
            assert len(threads) == 4
            assert b"New." in later[2]
            clock[0] += 60_000_000  # health and pages are old by then
            await _asked(service, address)
            assert len(threads) == 5

        asyncio.run(scene())
        corpus.close()


def test_connections_stay_for_as_many_as_ask_at_once(database_url: str) -> None:
    with opened(database_url) as store:
        store.be_asked_by(6, cache=1_234)
        made_: list[object] = []
        event.listen(store.engine, "connect", lambda connection, _record: made_.append(connection))
        for _ in range(2):
            with ExitStack() as opened_:
                some = [opened_.enter_context(store.read()) for _ in range(6)]
                if store.is_sqlite:
                    assert some[0].exec_driver_sql("PRAGMA cache_size").scalar() == -1_234
        assert len(made_) == 6
        assert len({id(each) for each in made_}) == 6
