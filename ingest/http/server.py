"""The process that listens: deadlines on what comes in, a limit on how many come.

A connection says its whole request within `GREETING` seconds, and takes what it is sent: one that leaves it
unread for `PATIENCE` seconds is cut off. A reader of the feed goes on from the seq that it had last.

At the end of the service what waits for the log is told first, so that its answer is whole; who has not taken
an answer `LEAVE` seconds later is cut off.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from ingest.http import problems
from ingest.http.admission import LONGEST_HEAD
from ingest.http.problems import Refused
from ingest.http.replies import Replies, Stays, is_plain

GREETING = 10.0
PATIENCE = 20.0
LEAVE = 1.0  # seconds that an answer has to arrive, at the end and after a request that is none
CONNECTIONS = 2_000
WAITING = 1_024  # connections that are not taken yet
_WHOLE = 2  # messages of an answer that is sent as a whole: its head and its body


class Connection(H11Protocol):
    """A connection with two deadlines: for a request that comes, and for a reader that takes nothing."""

    on_lost: Callable[[], None] | None = None
    asked: bytes | None = None  # the request that is answered now, where it can be kept
    _greeting: asyncio.TimerHandle | None = None
    _is_refused = False
    _unread: asyncio.TimerHandle | None = None

    def __init__(self, replies: Replies | None, **given: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(**given)
        self._replies = replies

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._greeting = self.loop.call_later(GREETING, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take in what came; what is left of a request's time runs from its first bytes on."""
        if self._is_refused:
            return
        if self._replies is not None and self._is_at_rest():
            reply = self._replies.find(data)
            if reply is not None:
                self.transport.write(reply.sent(self.server_state.default_headers))
                self.on_response_complete()
                return
            self.asked = data if is_plain(data) else None
        super().data_received(data)
        cycle: object = self.cycle
        under_way = cycle is not None and not self.cycle.response_complete
        if under_way and self._greeting is not None:
            self._greeting.cancel()
            self._greeting = None
        elif not under_way and self._greeting is None and not self.transport.is_closing():
            self._greeting = self.loop.call_later(GREETING, self.transport.abort)

    def _is_at_rest(self) -> bool:
        """Tell whether a request begins with what comes, and its answer can be sent at once."""
        cycle: object = self.cycle
        return (
            (cycle is None or self.cycle.response_complete)
            and self.conn.our_state is h11.IDLE
            and self.conn.their_state is h11.IDLE
            and not self.conn.trailing_data[0]
            and not self.flow.write_paused
            and not self.transport.is_closing()
            and len(self.connections) < CONNECTIONS
        )

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is no HTTP, or whose head is too long, as every error is answered."""
        error = sys.exception()  # this is called where it is caught
        is_long = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == 431
        problem = Refused(
            431 if is_long else 400,
            "head" if is_long else "request",
            msg,
            hint=f"a head has {LONGEST_HEAD:,} bytes at most, one Host and no control sign",
        ).problem
        answer = problems.response(problem, {"connection": "close", "x-content-type-options": "nosniff"})
        for event in (
            h11.Response(status_code=answer.status_code, headers=answer.raw_headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        # Closed at once, with more of the request on its way, the answer would be lost on its own.
        self._is_refused = True
        self.transport.write_eof()
        self.loop.call_later(LEAVE, self.transport.abort)

    def on_response_complete(self) -> None:
        """Stop the clock of the request: it was answered."""
        super().on_response_complete()
        if self._greeting is not None:
            self._greeting.cancel()
            self._greeting = None

    def pause_writing(self) -> None:
        """Give a reader that lags PATIENCE seconds to catch up."""
        super().pause_writing()
        self._unread = self.loop.call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """End that wait: the reader has caught up."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        for timer in (self._greeting, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()


class Wire:
    """The connection of an answer without an end: a part that many are sent is put on it without a task.

    The head of the answer has been sent before, and its last part is sent as ever. An answer by HTTP 1.0 has
    no parts (`is_framed` is false): none may be put on it from here.
    """

    def __init__(self, transport: asyncio.Transport, *, is_framed: bool) -> None:
        self.is_framed = is_framed
        self.stays: Stays | None = None  # why the answer may be given again as it is
        self._transport = transport
        connection = transport.get_protocol()
        assert isinstance(connection, Connection)
        self._connection = connection

    @property
    def asked(self) -> bytes | None:
        """Return the bytes of the request, where its answer can be kept."""
        return self._connection.asked

    def write(self, part: bytes) -> bool:
        """Send a part, framed already; False where nobody reads it, or what was sent before is unread."""
        if self._transport.is_closing() or self._connection.flow.write_paused:
            return False
        self._transport.write(part)
        return True

    def when_lost(self, call: Callable[[], None]) -> None:
        """Have this called when the connection is lost, at once where it is by now."""
        self._connection.on_lost = call
        if self._transport.is_closing():
            call()


class Server(uvicorn.Server):
    """A server that ends what waits before it waits for it."""

    def __init__(self, app: ASGIApp, *, ending: Callable[[], None], replies: Replies | None) -> None:
        super().__init__(
            uvicorn.Config(
                self._answer,
                http=partial(Connection, replies),  # type: ignore[arg-type]
                ws="none",
                loop="asyncio",
                interface="asgi3",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=LONGEST_HEAD,
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=2,
                backlog=WAITING,
            )
        )
        self._app = app
        self._ending = ending
        self._replies = replies

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell who waits that it ends, give answers time to be taken, and cut off who is left."""
        self._ending()
        last_call = asyncio.get_running_loop().call_later(LEAVE, self._cut_off)
        await super().shutdown(sockets)
        last_call.cancel()

    def _cut_off(self) -> None:
        for each in list(self.server_state.connections):
            each.transport.abort()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http":
                cycle = getattr(send, "__self__", None)  # uvicorn's own: it alone knows the transport
                assert isinstance(cycle, RequestResponseCycle)
                wire = Wire(cycle.transport, is_framed=scope["http_version"] == "1.1")
                scope["state"]["wire"] = wire
                if self._replies is not None and wire.asked is not None:
                    await self._heard(scope, receive, send, wire, self._replies)
                    return
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self.should_exit:
                raise  # else nobody is left to read the answer: no defect

    async def _heard(self, scope: Scope, receive: Receive, send: Send, wire: Wire, replies: Replies) -> None:
        """Answer, and keep the answer where it stays the same."""
        asked, said = wire.asked, list[Message]()

        async def hear(message: Message) -> None:
            if len(said) < _WHOLE:
                said.append(message)
            await send(message)

        await self._app(scope, receive, hear)
        if asked is None or wire.stays is None or len(said) < _WHOLE:
            return
        head, body = said
        if head["status"] == 200 and not body.get("more_body", False):
            replies.keep(asked, head["headers"], body["body"], wire.stays)


def server(app: ASGIApp, *, ending: Callable[[], None], replies: Replies | None = None) -> uvicorn.Server:
    """Return what serves an application on open sockets; `ending` is called when it begins to end.

    What is asked again is answered by `replies` where these have it.
    """
    return Server(app, ending=ending, replies=replies)


def listening(host: str, port: int) -> socket.socket:
    """Open the socket, at which connections wait from now on. Raises OSError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Where it is said that this is TCP, the loop has the body of an answer not wait for its head to arrive.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(WAITING)  # who comes before the rest is ready waits
    except OSError:
        found.close()
        raise
    return found
