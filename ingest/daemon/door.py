"""The daemon's door: a Unix socket of the owner's alone, never the network.

A request is one line of JSON, the answer one or more lines. The socket is bound and reached
through its folder's descriptor, so that no path is too long.
"""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ingest.errors import NoDaemon, Unreachable

_LONGEST = 65_536
_GREETING = 5.0  # seconds a client has to say what it wants
_PATIENCE = 60.0  # seconds a client may take to read a line
CLIENTS = 64
Answer = Iterator[Mapping[str, Any]]


class Request(msgspec.Struct, frozen=True):
    """What a client asks. `roots` are ids; none means all. `timeout` is in seconds."""

    verb: Literal["sync", "scan", "status", "follow"]
    roots: list[str] = []
    timeout: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 60.0


def beside_store(database: str) -> Path:
    """The socket of the daemon that writes a SQLite store."""
    return Path(database + ".sock")


def of_root(uid: bytes, environment: Mapping[str, str] = os.environ) -> Path:
    """The socket of the daemon that captures a root into a server's store.

    The folder is `$XDG_RUNTIME_DIR/ingest`, `$RUNTIME_DIRECTORY`, or one of the user's own below
    the system's temporary folder. Raises Unreachable when somebody else owns that folder.
    """
    if environment.get("XDG_RUNTIME_DIR"):
        folder = Path(environment["XDG_RUNTIME_DIR"]) / "ingest"
    elif environment.get("RUNTIME_DIRECTORY"):
        folder = Path(environment["RUNTIME_DIRECTORY"].partition(":")[0])
    else:
        folder = Path(tempfile.gettempdir()) / f"ingest-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Unreachable(f"{folder} is not a folder of this user", hint="set XDG_RUNTIME_DIR")
    return folder / f"{uid.hex()}.sock"


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """A short address for a socket in a folder of any depth."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        through = f"/proc/self/fd/{folder}"
        yield f"{through}/{path.name}" if os.path.isdir(through) else str(path)
    finally:
        os.close(folder)


class Door:
    """The listening side. Each request is answered in a thread of its own."""

    def __init__(self, path: Path, answer: Callable[[Request], Answer]) -> None:
        self.path = path
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._closing = threading.Event()
        self._places = threading.BoundedSemaphore(CLIENTS)

    def open(self) -> None:
        """Listen. The caller holds the lock, so a socket that is there is left over."""
        with suppress(FileNotFoundError):
            os.unlink(self.path)
        with _address(self.path) as address:
            before = os.umask(0o177)
            try:
                self._socket.bind(address)
            finally:
                os.umask(before)
        self._socket.listen(64)
        threading.Thread(target=self._accept, name="door", daemon=True).start()

    def close(self) -> None:
        """Stop listening and take the socket away."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with suppress(FileNotFoundError):
            os.unlink(self.path)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                if self._closing.is_set():
                    return
                continue
            if not self._places.acquire(blocking=False):
                with client, suppress(OSError):
                    client.sendall(_line({"error": "too many clients"}))
                continue
            threading.Thread(target=self._serve, args=(client,), name="door-client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, suppress(OSError):
                client.settimeout(_GREETING)
                request = _read_line(client)
                if request is None:
                    return
                client.settimeout(_PATIENCE)
                try:
                    asked = msgspec.json.decode(request, type=Request)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    client.sendall(_line({"error": str(error)}))
                    return
                for answer in self._answer(asked):
                    client.sendall(_line(answer))
        finally:
            self._places.release()


def _line(answer: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(answer) + b"\n"


def _read_line(client: socket.socket) -> bytes | None:
    line = b""
    while not line.endswith(b"\n"):
        part = client.recv(4096)
        line += part
        if not part or len(line) > _LONGEST:
            return None
    return line


def ask(path: Path, request: Mapping[str, Any], *, timeout: float | None) -> Iterator[dict[str, Any]]:
    """Send a request and yield the answer's lines; `timeout` is seconds without a line.

    Raises Unreachable when there is no daemon, or when it says nothing in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(timeout)
        try:
            with _address(path) as address:
                door.connect(address)
            door.sendall(msgspec.json.encode(request) + b"\n")
        except OSError as error:
            raise NoDaemon("no daemon is running for this store", hint="run: ingest watch") from error
        buffer = b""
        while True:
            try:
                part = door.recv(65_536)
            except TimeoutError as error:
                raise Unreachable("the daemon did not answer in time", hint="run: ingest status") from error
            except OSError as error:
                raise Unreachable("the daemon went away", hint="run: ingest status") from error
            if not part:
                return
            *lines, buffer = (buffer + part).split(b"\n")
            for line in lines:
                yield msgspec.json.decode(line, type=dict[str, Any])
