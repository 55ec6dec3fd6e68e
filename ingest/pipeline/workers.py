"""Files to versions ready for the store, in processes beside this one when there are many.

Reading, normalising and compressing take most of a first scan's time. A few files are done here; a
large number is shared with one process a core. They are fed and heard by the caller's own thread: a
thread that only passes results on would take turns with it for the interpreter's lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess

import msgspec

from ingest import normalise
from ingest.disk import read
from ingest.disk.parent import die_with
from ingest.model import Content
from ingest.store import entries
from ingest.store.apart import CORES, is_alone
from ingest.store.blobs import Chain
from ingest.store.entries import NewVersion
from ingest.store.pack import Dictionary

LARGE = 256  # versions; fewer are made faster here than sent away
LARGE_APART = 1000  # where the processes would have to load everything first
ASKED = 200  # paths in one
AHEAD = 3  # parcels of paths that one process is given before an answer is taken
_SET_PIPE_SIZE = 1031
_PIPE_BYTES = 1 << 20  # room for some answers, so that a process need not wait for us


class Raw(msgspec.Struct, frozen=True):
    """A file's bytes and what the version made of them needs."""

    name: bytes
    raw: bytes
    sha256: bytes
    modified_at: int
    salt: bytes
    before: Chain | None = None


class Ask(msgspec.Struct, frozen=True):
    """A path to be read, of a document that has no version yet."""

    path: bytes
    salt: bytes


class Made(msgspec.Struct, frozen=True):
    """What was found at a path; where that is bytes, they are left out, and in the version."""

    found: read.Reading
    read_at: int
    sha256: bytes | None
    version: NewVersion | None


# A third of the time that pickling and unpickling them takes.
_encode = msgspec.msgpack.Encoder().encode
_MADE = msgspec.msgpack.Decoder(list[Made])
_VERSIONS = msgspec.msgpack.Decoder(list[NewVersion])


class WorkersLost(Exception):
    """A process was killed, by the machine's memory perhaps; what it was given is to be done here."""


class Workers:
    """The processes are started with the first large number of files, and end with `close`."""

    def __init__(self, folder: int, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._dictionary: Dictionary | None = None
        self._processes: list[tuple[BaseProcess, Connection, Connection]] = []
        self._asked: deque[int] = deque()
        self._next = 0
        self._lot: tuple[Sequence[Raw], Dictionary | None] = ((), None)
        self._parcels = 0  # of the lot, with the processes

    @property
    def several(self) -> bool:
        """Whether there is a core for a process beside this one."""
        return CORES > 1

    def give(self, raws: Sequence[Raw], dictionary: Dictionary | None, *, ahead: int) -> None:
        """Have a version made of each; `take` has them. `ahead` is how many there are in all.

        One lot at a time: what a process has made must be taken before it is given more, or each
        would wait for the other to read.
        """
        self._lot = raws, dictionary
        if self._asked or not raws or not self._is_worth(ahead):
            return
        try:
            self._open(dictionary)
            share = -(-len(raws) // len(self._processes))
            for start in range(0, len(raws), share):
                self._give(raws[start : start + share])
                self._parcels += 1
        except WorkersLost:
            return

    def take(self) -> list[NewVersion]:
        """A version of each that was given, in order; waits for them."""
        (raws, dictionary), self._lot = self._lot, ((), None)
        parcels, found = self._parcels, []
        try:
            for _ in range(parcels):
                found += _VERSIONS.decode(self._take())
        except WorkersLost:
            parcels = 0
        self._parcels = 0
        return found if parcels else [make(raw, dictionary) for raw in raws]

    def _is_worth(self, ahead: int) -> bool:
        if not self.several:
            return False
        return ahead >= (LARGE if self._processes or is_alone() else LARGE_APART)

    def ask(self, asks: Sequence[Ask], dictionary: Dictionary | None) -> None:
        """Have these paths read; `answers` has what was found. Raises WorkersLost."""
        self._open(dictionary)
        self._give(asks)

    @property
    def full(self) -> bool:
        """Whether an answer must be taken before more is asked."""
        return len(self._asked) >= AHEAD * len(self._processes) > 0

    def answers(self) -> list[Made]:
        """What was found at the paths that were asked first; waits for it. Raises WorkersLost."""
        return _MADE.decode(self._take())

    def close(self) -> None:
        """End the processes. `make` and `ask` may be called again."""
        processes, self._processes = self._processes, []
        self._asked.clear()
        self._parcels = 0
        for process, asks, answers in processes:
            asks.close()
            answers.close()
            process.terminate()
        for process, _, _ in processes:
            process.join()

    # -- the processes -----------------------------------------------------------------------

    def _open(self, dictionary: Dictionary | None) -> None:
        if self._processes and dictionary == self._dictionary:
            return
        self.close()  # they were given another dictionary
        self._dictionary = dictionary
        context: ForkContext | SpawnContext = (
            multiprocessing.get_context("fork") if is_alone() else multiprocessing.get_context("spawn")
        )
        try:
            for _ in range(CORES):
                self._start(context, dictionary)
        except OSError as error:  # no room for a process
            self.close()
            raise WorkersLost from error
        self._next = 0

    def _start(self, context: ForkContext | SpawnContext, dictionary: Dictionary | None) -> None:
        ours, theirs = context.Pipe(duplex=True)
        answers, answering = context.Pipe(duplex=False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(answering.fileno(), _SET_PIPE_SIZE, _PIPE_BYTES)
        given = (os.getpid(), theirs, answering, self._max_bytes, dictionary)
        process = context.Process(target=_serve, args=given, daemon=True)
        process.start()
        self._processes.append((process, ours, answers))
        theirs.close()
        answering.close()
        assert process.pid is not None
        reduction.send_handle(ours, self._folder, process.pid)
        self._next = 0

    def _give(self, parcel: Sequence[Raw] | Sequence[Ask]) -> None:
        try:
            self._processes[self._next][1].send(list(parcel))
        except OSError as error:
            self.close()
            raise WorkersLost from error
        self._asked.append(self._next)
        self._next = (self._next + 1) % len(self._processes)

    def _take(self) -> bytes:
        try:
            found = self._processes[self._asked.popleft()][2].recv_bytes()
        except (EOFError, OSError) as error:
            self.close()
            raise WorkersLost from error
        return found


def make(raw: Raw, dictionary: Dictionary | None) -> NewVersion:
    """One version."""
    content = Content(raw=raw.raw, sha256=raw.sha256, rendition=normalise.normalise(raw.raw, raw.name))
    return entries.prepare(
        content, modified_at=raw.modified_at, salt=raw.salt, before=raw.before, dictionary=dictionary
    )


def look(folder: int, ask: Ask, *, max_bytes: int, dictionary: Dictionary | None) -> Made:
    """Read one path, and make a version of what is there."""
    read_at = time.time_ns() // 1000
    found = read.read_stable(folder, ask.path, max_bytes=max_bytes)
    if not isinstance(found, read.Bytes):
        return Made(found, read_at, None, None)
    digest = sha256(found.raw).digest()
    name = os.path.basename(ask.path)
    version = make(Raw(name, found.raw, digest, found.modified_at, ask.salt), dictionary)
    return Made(msgspec.structs.replace(found, raw=b""), read_at, digest, version)


def _serve(
    parent: int, asks: Connection, answers: Connection, max_bytes: int, dictionary: Dictionary | None
) -> None:
    """The life of a process: parcel in, answer out, until nobody asks any more."""
    die_with(parent)
    normalise.prepare()
    folder = reduction.recv_handle(asks)
    while True:
        try:
            parcel: list[Raw] | list[Ask] = asks.recv()
        except EOFError:
            return
        answers.send_bytes(
            _encode(
                [
                    make(one, dictionary)
                    if isinstance(one, Raw)
                    else look(folder, one, max_bytes=max_bytes, dictionary=dictionary)
                    for one in parcel
                ]
            )
        )
