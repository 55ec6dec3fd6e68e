"""`ingest serve` as a process, and questions to it as bytes on a socket."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.command import PATIENCE, Command, Word
from tests.daemon import until
from tests.process import Process


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Service(Process):
    """The service with these words; ready on entry, stopped by SIGTERM on exit."""

    verb = "serve"

    def __init__(self, command: Command, *words: Word) -> None:
        super().__init__(command, *words)
        self.headers: dict[str, str] = {}
        self.address = ""
        self.port = 0

    def enter(self) -> None:
        """Wait for the address that it prints."""
        until(lambda: self.out or not self.alive, every=0.005, what="the address of the service")
        assert self.out, f"it ended: {self.err!r}"
        self.address = self.out[0].decode().strip()
        self.port = int(self.address.rstrip("/").rpartition(":")[2])

    def end(self) -> None:
        """Stop it, and look at what it said."""
        self.stopped()

    def stopped(self) -> tuple[int, bytes]:
        """Stop it; its exit code, which is 0, and what it said on standard error."""
        code, told = self.stop(), b"".join(self.err)
        assert b"Traceback" not in told, told
        return code, told

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answered:
        """One request on a connection of its own; `_` in a header's name is a dash."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            given = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in answer.getheaders():
                found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
            return Answered(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answered:
        """A question."""
        return self.ask("GET", path, None, **headers)

    @contextmanager
    def stream(self, path: str, **headers: str) -> Iterator[Callable[[bytes], bytes]]:
        """A feed that stays open: what reads it until these bytes came, and gives what it read."""
        given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection,
            connection.makefile("rb") as read,
        ):
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{given}\r\n"
            connection.sendall(request.encode())

            def until(wanted: bytes) -> bytes:
                found = b""
                while wanted not in found:
                    line = read.readline()
                    assert line, found
                    found += line
                return found

            yield until

    def raw(self, request: bytes, *, patience: float = 5.0) -> bytes:
        """Bytes sent as they are, and all that comes back until the service closes or goes silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as connection:
            connection.sendall(request)
            found = b""
            try:
                while part := connection.recv(65_536):
                    found += part
            except TimeoutError:
                pass
            return found
