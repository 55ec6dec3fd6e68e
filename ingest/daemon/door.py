"""The daemon's door: a Unix socket of the owner's alone, never the network.

A request is one line of JSON, the answer one or more lines. The socket is bound and reached
through its folder's descriptor, so that no path is too long.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import msgspec

from ingest.daemon.health import Problem
from ingest.disk.descriptors import are_too_few
from ingest.errors import NoDaemon, Unreachable
from ingest.expressions import expression
from ingest.records.status import SinkStatus
from ingest.store.root_reports import RootReport
from ingest.typed_values import decoder

_LONGEST = 65_536
_GREETING = 5.0  # seconds a client has to say what it wants
_PATIENCE = 60.0  # seconds a client may take to read a line
_AGAIN = 0.2  # seconds between two tries to let somebody in
CLIENTS = 64
TOO_MANY = "too many clients"
_SOCKET = expression(r"[0-9a-f]{32}\.sock")
Answer = Iterator[msgspec.Struct]
A = TypeVar("A", bound=msgspec.Struct)


class Request(msgspec.Struct, frozen=True):
    """What a client asks. `roots` are ids; none means all. `timeout` is in seconds."""

    verb: Literal["sync", "scan", "status", "follow"]
    roots: list[str] = []
    timeout: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 60.0


class LostRoot(msgspec.Struct, frozen=True):
    """Why a root could not be scanned."""

    code: str
    detail: str
    hint: str | None = None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return the problem as an answer has it."""
        return cls(problem.code, problem.detail, problem.hint)


class BarrierReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `sync` and `scan`: whether it was done in time, of which roots, and up to which seq.

    `unknown` counts the files and folders that could not be looked at.
    """

    done: bool
    roots: list[str] = []
    files: int = 0
    unknown: int = 0
    to_seq: int = 0
    lost: LostRoot | None = None


class LogEnd(msgspec.Struct, frozen=True):
    """A line of the answer to `follow`: how far the log is."""

    seq: int


class DaemonStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `status`: how each root is, by its id, and how far the followers of the log are."""

    live: dict[str, RootReport]
    sinks: list[SinkStatus]
    log_errors: int


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is not answered."""

    error: str


def beside_store(database: str) -> Path:
    """Return the socket of the daemon that writes a SQLite store."""
    return Path(database + ".sock")


def folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Tell where the sockets of a server's daemons may lie, the likeliest first.

    A daemon has another environment than its clients (a service manager's, another login's), so the fixed
    places are there whatever the environment says.
    """
    found = []
    if environment.get("XDG_RUNTIME_DIR"):
        found.append(Path(environment["XDG_RUNTIME_DIR"]) / "ingest")
    if environment.get("RUNTIME_DIRECTORY"):
        found.append(Path(environment["RUNTIME_DIRECTORY"].partition(":")[0]))
    fixed = [Path("/run/ingest"), Path(f"/run/user/{os.getuid()}/ingest"), _temporary()]
    return list(dict.fromkeys([*found, *fixed]))


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"ingest-{os.getuid()}"


def made_for(uid: bytes, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the socket for the daemon that captures a root into a server's store; its folder is made.

    Raises Unreachable when somebody else owns that folder.
    """
    named = environment.get("XDG_RUNTIME_DIR") or environment.get("RUNTIME_DIRECTORY")
    folder = folders(environment)[0] if named else _temporary()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=False)
    if not _is_trusted(folder) or folder.lstat().st_uid != os.getuid():
        raise Unreachable(f"{folder} is not a folder of this user", hint="set XDG_RUNTIME_DIR")
    return folder / f"{uid.hex()}.sock"


def found_for(uid: bytes, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the socket at which a root's daemon listens; where none does, where one might."""
    places = [folder / f"{uid.hex()}.sock" for folder in folders(environment)]
    there = [path for path in places if _is_trusted(path.parent) and os.path.lexists(path)]
    if len(there) > 1:
        there = [path for path in there if _probe(path) in (0, errno.EAGAIN)] or there
    return next(iter(there or places))


def _is_trusted(folder: Path) -> bool:
    """Tell whether it is a real folder that no other user could have put there.

    Root asks the daemons of others, but not where anybody may make a folder.
    """
    try:
        found = folder.lstat()
    except OSError:
        return False
    own = found.st_uid == os.getuid() or (os.getuid() == 0 and folder != _temporary())
    return stat.S_ISDIR(found.st_mode) and own


def _probe(path: Path) -> int:
    """Return the error number of a connection to the socket: 0 or EAGAIN, and a process listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            with _address(path) as address:
                return client.connect_ex(address)
        except OSError as error:
            return error.errno or errno.EIO


def clear_away(environment: Mapping[str, str] = os.environ) -> None:
    """Remove the sockets that dead daemons of this user left in the folders that daemons share."""
    for folder in folders(environment):
        if not _is_trusted(folder) or folder.lstat().st_uid != os.getuid():
            continue
        with suppress(OSError), _alone_in(folder):
            for path in folder.glob("*.sock"):
                found = path.lstat()
                ours = _SOCKET.fullmatch(path.name) and found.st_uid == os.getuid()
                if ours and stat.S_ISSOCK(found.st_mode) and _probe(path) == errno.ECONNREFUSED:
                    path.unlink()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, so that nobody takes a socket for a dead one before its owner listens."""
    # Not the folder itself: it may be a root, whose lock this process holds.
    fd = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """Lend a short address for a socket in a folder of any depth."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        through = f"/proc/self/fd/{folder}"
        yield f"{through}/{path.name}" if os.path.isdir(through) else str(path)
    finally:
        os.close(folder)


class Door:
    """The listening side. Each request is answered in a thread of its own."""

    def __init__(self, path: Path, answer: Callable[[Request], Answer], *, shared: bool) -> None:
        """`shared`: other daemons have their sockets in the same folder, and clear dead ones away."""
        self.path = path
        self._shared = shared
        self._answer = answer
        self.is_open = False
        self._spare: int | None = None  # a descriptor to let somebody in with where there is no other
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sparing = threading.Lock()
        self._closing = threading.Event()
        self.full = False  # whether clients wait outside for want of a descriptor
        self._places = threading.BoundedSemaphore(CLIENTS)

    def open(self) -> None:
        """Listen. The caller holds the lock, so a socket that is there is left over. Raises OSError.

        Then it may be called again.
        """
        with _alone_in(self.path.parent) if self._shared else nullcontext():
            with suppress(FileNotFoundError):
                os.unlink(self.path)
            with _address(self.path) as address:
                before = os.umask(0o177)
                try:
                    self._socket.bind(address)
                finally:
                    os.umask(before)
            self._socket.listen(64)
        self.is_open = True
        self.keep_spare()
        threading.Thread(target=self._accept, name="door", daemon=True).start()

    def close(self) -> None:
        """Stop listening and take the socket away; may be called twice."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self.is_open:
            self.is_open = False
            with suppress(FileNotFoundError):
                os.unlink(self.path)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError as error:
                if are_too_few(error):
                    self._make_room()
                continue  # a client that gave up is nothing
            self.keep_spare()
            if not self._places.acquire(blocking=False):
                with client, suppress(OSError):
                    client.sendall(_line(Refusal(TOO_MANY)))
                continue
            threading.Thread(target=self._serve, args=(client,), name="door-client", daemon=True).start()

    def _make_room(self) -> None:
        """Give the spare descriptor to the next client, or wait: without one nobody can be let in."""
        self.full = True
        with self._sparing:
            spare, self._spare = self._spare, None
        if spare is None:
            self._closing.wait(_AGAIN)
        else:
            os.close(spare)

    def keep_spare(self) -> None:
        """Have a spare descriptor, if there is one to be had; from any thread."""
        with self._sparing:
            if self._spare is None and not self._closing.is_set():
                try:
                    self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
                except OSError:
                    self.full = True
                    return
            self.full = False

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, suppress(OSError):
                client.settimeout(_GREETING)
                request = _read_line(client)
                if request is None:
                    return
                client.settimeout(_PATIENCE)
                try:
                    asked = decoder(Request).decode(request)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    client.sendall(_line(Refusal(str(error))))
                    return
                for answer in self._answer(asked):
                    client.sendall(_line(answer))
        finally:
            self._places.release()


def _line(answer: msgspec.Struct) -> bytes:
    return msgspec.json.encode(answer) + b"\n"


def _read_line(client: socket.socket) -> bytes | None:
    line = b""
    while not line.endswith(b"\n"):
        part = client.recv(4096)
        line += part
        if not part or len(line) > _LONGEST:
            return None
    return line


def ask(path: Path, request: Request, kind: type[A], *, timeout: float | None) -> Iterator[A]:
    """Send a request and yield the answer's lines, which are of a kind; `timeout` is seconds without a line.

    Raises Unreachable when there is no daemon, when it refuses, or when it says nothing in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(timeout)
        try:
            with _address(path) as address:
                door.connect(address)
        except OSError as error:
            if are_too_few(error):
                raise
            raise NoDaemon("no daemon is running for this store", hint="run: ingest watch") from error
        with suppress(BrokenPipeError):  # it may have refused already: then it says why
            door.sendall(msgspec.json.encode(request) + b"\n")
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
                yield _answered(line, kind)


def _answered(line: bytes, kind: type[A]) -> A:
    """Take a line of an answer apart. Raises Unreachable where the daemon refuses."""
    try:
        return decoder(kind).decode(line)
    except msgspec.DecodeError:
        with suppress(msgspec.DecodeError):
            refusal = decoder(Refusal).decode(line)
            raise Unreachable(
                f"the daemon refused: {refusal.error}", hint="try again when others are done"
            ) from None
        raise Unreachable(
            "the daemon's answer is not understood", hint="it may be of another release: start it anew"
        ) from None
