"""Readers of the feed are sent what is new, and a comment where nothing is, on their own connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from starlette.types import Receive, Scope, Send

from ingest.http.feed_readers import AT_ONCE, Reader, Readers
from ingest.http.server import Wire, listening, server
from tests.command import PATIENCE

COMMENT = b"e\r\n: still here\n\n\r\n"


class _Line:
    """A connection that takes what it is given, unless it is stuck."""

    def __init__(self, *, stuck: bool = False, is_framed: bool = True) -> None:
        self.stuck = stuck
        self.is_framed = is_framed
        self.sent: list[bytes] = []
        self.lost: list[Callable[[], None]] = []

    def write(self, part: bytes) -> bool:
        if not self.stuck:
            self.sent.append(part)
        return not self.stuck

    def when_lost(self, call: Callable[[], None]) -> None:
        self.lost.append(call)


def _reader(line: _Line) -> Reader:
    return Reader(0, 0, cast("Wire", line))


def test_a_comment_is_sent_to_those_who_rest_and_were_told_nothing_for_a_while() -> None:
    async def scene() -> list[list[bytes]]:
        readers = Readers()
        lines = {name: _Line() for name in ("told", "rests", "busy", "filters")}
        found = {name: _reader(line) for name, line in lines.items()}
        for each in found.values():
            readers.add(each)
        waiting = [
            asyncio.ensure_future(found[name].rest(100.0, wants_all=name != "filters"))
            for name in ("told", "rests", "filters")
        ]
        await asyncio.sleep(0)
        assert readers.beat(112.0) == 0
        assert found["told"].is_told(b"frame", 112.0)
        assert not found["filters"].is_told(b"frame", 112.0)  # he looks for himself
        assert not found["busy"].is_told(b"frame", 112.0)
        assert readers.beat(113.0) == 2
        assert readers.beat(113.0) == 0
        assert readers.beat(124.5) == 1
        readers.wake()
        assert await asyncio.gather(*waiting) == [True, True, True]
        return [line.sent for line in lines.values()]

    assert asyncio.run(scene()) == [[b"frame", COMMENT], [COMMENT], [], [COMMENT]]


def test_comments_are_sent_to_some_at_a_time_and_one_who_is_stuck_holds_up_nobody() -> None:
    async def scene() -> tuple[list[int], set[int]]:
        readers = Readers()
        lines = [_Line(stuck=number == 0) for number in range(AT_ONCE + 5)]
        some = [_reader(line) for line in lines]
        for each in some:
            readers.add(each)
        waiting = [asyncio.ensure_future(each.rest(0.0, wants_all=True)) for each in some]
        await asyncio.sleep(0)
        counts = [readers.beat(now) for now in (12.5, 12.75, 13.0)]
        for line in lines:
            line.lost[0]()
        await asyncio.gather(*waiting)
        assert all(each.is_lost for each in some)
        return counts, {len(line.sent) for line in lines[1:]}

    assert asyncio.run(scene()) == ([AT_ONCE, 5, 0], {1})


def test_one_without_a_line_of_his_own_waits_with_a_clock_of_his_own() -> None:
    async def scene() -> tuple[int, bool]:
        readers, alone = Readers(), Reader(0, 0, None)
        readers.add(alone)
        waiting = asyncio.ensure_future(alone.rest(0.0, wants_all=True))
        await asyncio.sleep(0)
        sent = readers.beat(1_000.0)
        assert not alone.is_told(b"frame", 0.0)
        return sent, await waiting

    assert asyncio.run(scene()) == (0, True)


def test_who_was_woken_is_told_nothing_before_what_he_was_woken_for() -> None:
    async def scene() -> tuple[bool, list[bytes]]:
        line = _Line()
        reader = _reader(line)
        waiting = asyncio.ensure_future(reader.rest(0.0, wants_all=True))
        await asyncio.sleep(0)
        reader.woken.set()
        told = reader.is_told(b"later", 1.0)
        await waiting
        return told, line.sent

    assert asyncio.run(scene()) == (False, [])


def test_one_on_whose_connection_nothing_can_be_put_looks_for_himself_and_is_let_go() -> None:
    async def scene() -> tuple[int, bool, list[bytes], bool]:
        line, readers = _Line(is_framed=False), Readers()
        reader = _reader(line)
        readers.add(reader)
        waiting = asyncio.ensure_future(reader.rest(0.0, wants_all=True))
        await asyncio.sleep(0)
        sent, told = readers.beat(1_000.0), reader.is_told(b"frame", 0.0)
        assert reader.woken.is_set()
        await waiting
        line.lost[0]()
        return sent, told, line.sent, reader.is_lost

    assert asyncio.run(scene()) == (0, False, [], True)


def test_a_connection_that_is_lost_before_somebody_asks_is_told_as_lost() -> None:
    found: list[tuple[str, bool]] = []
    answered = asyncio.Event()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for what in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{what}.complete"})
            return
        while (await receive())["type"] != "http.disconnect":
            pass
        lost: list[None] = []
        scope["state"]["wire"].when_lost(lambda: lost.append(None))
        found.append((scope["http_version"], bool(lost)))
        answered.set()

    async def scene() -> None:
        with listening("127.0.0.1", 0) as listener:
            service = server(answer, ending=lambda: None)
            serving = asyncio.ensure_future(service.serve(sockets=[listener]))
            for version in ("1.0", "1.1"):
                with socket.create_connection(listener.getsockname()) as client:
                    client.sendall(f"GET / HTTP/{version}\r\nHost: here\r\n\r\n".encode())
                async with asyncio.timeout(PATIENCE):
                    await answered.wait()
                answered.clear()
            service.should_exit = True
            await serving

    asyncio.run(scene())
    assert found == [("1.0", True), ("1.1", True)]
