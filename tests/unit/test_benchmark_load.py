"""The process that asks, against a service of a few lines: what it counts, and how it reads what comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from benchmarks import load
from benchmarks.rows.service import said_of
from tests.daemon import until

Answer = Callable[[socket.socket, bytes], None]


@contextmanager
def serving(connections: int, answer: Answer) -> Iterator[int]:
    """The port of a service that answers each request on so many connections, each with a thread."""

    def talk(connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            while asked := connection.recv(4096):
                answer(connection, asked)

    def take() -> None:
        for _ in range(connections):
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]


@contextmanager
def stamped() -> Iterator[None]:
    """The kernel notes when each part comes: it begins to some time after the first socket asked for it."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as taking,
        listener.accept()[0] as sending,
    ):
        taking.setsockopt(socket.SOL_SOCKET, load.ARRIVED, 1)

        def is_stamped() -> bool:
            sending.send(b"x")
            return bool(taking.recvmsg(64, 64)[1])

        until(is_stamped, every=0.001)
        yield


def test_each_question_is_counted_by_its_kind_and_status(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        asked.append(request.partition(b" HTTP")[0])
        body = b"x" * 300_000
        if b"missing" in request:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n")
            connection.sendall(b"X-More: 1\r\n\r\n" + body)

    monkeypatch.setattr(load, "CONNECTIONS", 2)
    with serving(2, answer) as port:
        lines = load.ask(port, 1000.0, 0.01, 1, {"big 50": ["/big"], "none 50": ["/missing"]})
    found = said_of(lines)
    counted = {kind: len(times) for kind, times in found.answers.items()}

    assert counted == {"big": asked.count(b"GET /big"), "none: 404": asked.count(b"GET /missing")}
    assert sum(counted.values()) == len(asked) == 10
    assert found.unanswered == 0


def test_a_question_that_is_not_answered_is_counted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CONNECTIONS", 1)
    monkeypatch.setattr(load, "PATIENCE", 0.02)
    with serving(1, lambda connection, _: connection.shutdown(socket.SHUT_RDWR)) as port:
        lines = load.ask(port, 1000.0, 0.003, 1, {"a 1": ["/"]})

    assert lines == ["unanswered 3"]


def test_a_reader_was_told_when_the_kernel_had_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_TOGETHER", 0.05)
    all_read = threading.Barrier(3)
    sent: list[float] = []  # seconds that each event took to be sent

    def answer(connection: socket.socket, request: bytes) -> None:
        assert b"since=7 " in request
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n: begin\nretry: 2000\n\n")
        all_read.wait()
        recorded = datetime.now(UTC)
        connection.sendall(b'id: 8\ndata: {"recorded_at":"%s"}\n\n' % recorded.isoformat().encode())
        sent.append((datetime.now(UTC) - recorded).total_seconds())

    with stamped(), serving(3, answer) as port:
        found = said_of(load.read(port, 3, 1, 7))

    assert found.unanswered == 0
    # It was read 50 ms after it came, and that is no part of the figure.
    assert len(found.answers["told"]) == 3
    assert 0.0 < max(found.answers["told"]) < max(sent) + 0.001
