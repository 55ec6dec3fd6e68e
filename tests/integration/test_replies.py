"""What is asked again byte for byte is answered with the bytes of before, and with no others."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable

import pytest

from ingest.corpus import Corpus
from ingest.http.admission import Rights
from ingest.http.app import application
from ingest.http.feed import Feed
from ingest.http.replies import Replies, is_plain
from ingest.http.response_cache import ResponseCache
from ingest.http.server import listening, server
from ingest.http.tokens import hashed
from ingest.store import tables
from tests.command import PATIENCE
from tests.integration.test_page_questions import NONE, made
from tests.recording import entry, opened, record, rows_of

TOKEN = "t" * 20
Ask = Callable[[bytes], Awaitable[bytes]]
LINE = b"GET /v1/status HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("asked", "plain"),
    [
        (LINE + b"Host: a\r\n\r\n", True),
        (LINE + b"Host: a\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\n", True),
        (LINE + b"Connection: Keep-Alive\r\nHost: a\r\n\r\n", True),
        (LINE + b"Host: a\r\nConnection: close\r\n\r\n", False),
        (LINE + b"Host: a\r\nCookie: lang=nl\r\n\r\n", False),
        (LINE + b"Host: a\r\nAUTHORIZATION: Bearer x\r\n\r\n", False),
        (LINE + b"Host: a\r\nContent-Length: 0\r\n\r\n", False),
        (LINE + b"Host: a\r\n\r\n" + LINE + b"Host: a\r\n\r\n", False),
        (LINE + b"Host: a\r\n", False),
        (LINE + b"Host: a\r\n\r\nx", False),
        (LINE.replace(b"1.1", b"1.0") + b"Host: a\r\n\r\n", False),
        (LINE.replace(b"GET", b"HEAD") + b"Host: a\r\n\r\n", False),
        (LINE + b"Host: a\r\nX: " + b"y" * 2_048 + b"\r\n\r\n", False),
        (b"", False),
    ],
)
def test_a_plain_request_is_whole_and_says_nothing_to_heed(asked: bytes, plain: bool) -> None:
    assert is_plain(asked) is plain


def _served(
    corpus: Corpus,
    scene: Callable[[Ask], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
    token: bytes | None = None,
) -> list[bytes]:
    """Serve a corpus in this process while a scene asks over one connection; the replies that were found."""
    kept, found = ResponseCache(corpus), list[bytes]()
    replies, feed = Replies(kept), Feed(corpus)
    find = replies.find

    def noted(asked: bytes) -> object:
        reply = find(asked)
        if reply is not None:
            found.append(asked)
        return reply

    monkeypatch.setattr(replies, "find", noted)

    async def serve() -> None:
        with listening("127.0.0.1", 0) as listener, socket.socket() as client:
            host = Rights(hosts=frozenset({"here"}), guarded=token is not None, token=token)
            service = server(application(corpus, host, feed, kept), ending=feed.stop, replies=replies)
            serving = asyncio.ensure_future(service.serve(sockets=[listener]))
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(client, listener.getsockname())

            async def ask(request: bytes) -> bytes:
                await loop.sock_sendall(client, request)
                answer = b""
                async with asyncio.timeout(PATIENCE):
                    while not _is_whole(answer):
                        answer += await loop.sock_recv(client, 65_536)
                return re.sub(rb"date: [^\r]*", b"date: ", answer)

            try:
                await scene(ask)
            finally:
                service.should_exit = True
                await serving

    asyncio.run(serve())
    return found


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return length is not None and len(body) == int(length[1])


def test_a_reply_is_given_again_until_its_document_changes(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        made(store).close()
        corpus = Corpus(store, rules=NONE)
        row = rows_of(store, tables.document)[0]
        address = f"/v1/documents/{row['uid'].hex()}/versions/latest"
        plain = f"GET {address} HTTP/1.1\r\nHost: here\r\n\r\n".encode()
        packed = plain.replace(b"\r\n\r\n", b"\r\nAccept-Encoding: gzip\r\nAccept: text/plain\r\n\r\n")
        page = f"GET /documents/{row['uid'].hex()} HTTP/1.1\r\nHost: here\r\n\r\n".encode()
        missing = plain.replace(b"/latest", b"/99")

        async def scene(ask: Ask) -> None:
            for request in (plain, packed, b"GET /v1/changes?since=0&limit=2 HTTP/1.1\r\nHost: here\r\n\r\n"):
                first = await ask(request)
                assert first.startswith(b"HTTP/1.1 200 OK\r\ndate: \r\n")
                assert await ask(request) == first
                assert await ask(request) == first
            assert (await ask(missing)).startswith(b"HTTP/1.1 404 ")
            assert await ask(missing) == await ask(missing)
            assert (await ask(page)).count(b"HTTP/1.1 200") == 1
            assert (await ask(page)).count(b"HTTP/1.1 200") == 1
            edited = entry("changed", b"bridge.txt", raw=b"New.\n", document=int(row["id"]), previous=3)
            record(store, row["root_id"], [edited])
            later = await ask(plain)
            assert b"New." in later
            assert await ask(plain) == later

        found = _served(corpus, scene, monkeypatch)
        changes = b"GET /v1/changes?since=0&limit=2 HTTP/1.1\r\nHost: here\r\n\r\n"
        assert found == [plain, plain, packed, packed, changes, changes, plain]
        corpus.close()


def test_who_says_a_token_is_looked_at_each_time(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        made(store).close()
        corpus = Corpus(store, rules=NONE)
        uid = rows_of(store, tables.document)[0]["uid"].hex()
        begin = f"GET /v1/documents/{uid}/versions/1 HTTP/1.1\r\nHost: here\r\n"
        said = [f"{begin}Authorization: Bearer {word}\r\n\r\n".encode() for word in (TOKEN, "u" * 20)]

        async def scene(ask: Ask) -> None:
            for _ in range(2):
                assert (await ask(said[0])).startswith(b"HTTP/1.1 200 ")
            assert (await ask(f"{begin}\r\n".encode())).startswith(b"HTTP/1.1 401 ")

        assert _served(corpus, scene, monkeypatch, token=hashed(TOKEN)) == []
        corpus.close()
