"""`ingest serve` as a process, and questions to it as bytes on a socket."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from tests.command import PATIENCE, Command, Word


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


@dataclass
class Service:
    """The service with these words; ready on entry, stopped by SIGTERM on exit."""

    command: Command
    words: tuple[Word, ...]
    headers: dict[str, str] = field(default_factory=dict)

    def __init__(self, command: Command, *words: Word) -> None:
        self.command = command
        self.words = words
        self.headers = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self.command.argv("serve", *self.words),
            cwd=self.command.cwd,
            env=self.command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.address = self._process.stdout.readline().decode().strip()
        self.told: list[bytes] = []
        stderr = self._process.stderr
        self._reader = threading.Thread(target=lambda: self.told.extend(stderr), daemon=True)
        self._reader.start()
        assert self.address.startswith("http://"), self.stopped()
        self.port = int(self.address.rstrip("/").rpartition(":")[2])
        self.pid = self._process.pid
        return self

    def __exit__(self, *_error: object) -> None:
        code, told = self.stopped()
        assert code == 0, told
        assert b"Traceback" not in told, told

    def stopped(self) -> tuple[int, bytes]:
        """Stop it; its exit code and what it said on standard error."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return code, b"".join(self.told)

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
