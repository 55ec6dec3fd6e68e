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
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess

import msgspec

from ingest import normalise
from ingest.confined.reader import WAITING, Documents, Reader, do_nothing
from ingest.disk import read
from ingest.disk.descriptors import are_too_few
from ingest.errors import IntegrityError
from ingest.forked import CORES, die_with, is_alone
from ingest.model import Content
from ingest.store import new_rows
from ingest.store.compression import Dictionary
from ingest.store.deltas import Chain, Packed, unrolled
from ingest.store.new_rows import NewVersion

LARGE = 256  # versions; fewer are made faster here than sent away
LARGE_APART = 1000  # where the processes would have to load everything first
ASKED = 200  # paths in one
AT_ONCE = 1 << 20  # bytes normalised before they are packed
AHEAD = 5  # parcels of paths that one process is given before an answer is taken
_SET_PIPE_SIZE = 1031
_PIPE_BYTES = 1 << 20  # room for some answers, so that a process need not wait for us


class Raw(msgspec.Struct, frozen=True):
    """A file's bytes and what the version made of them needs."""

    name: bytes
    raw: bytes
    sha256: bytes
    modified_at: int
    salt: bytes
    before: Packed | None = None


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
    """The processes are started with the first large number of files, and end with `close`.

    While they, or a document, are waited for, `while_waiting` is called every second.
    """

    def __init__(
        self,
        folder: int,
        *,
        max_bytes: int,
        documents: Documents,
        while_waiting: Callable[[], None] = do_nothing,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._documents = documents
        self._while_waiting = while_waiting
        self._reader = Reader(documents, while_waiting)
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
        """Return a version of each that was given, in order; waits for them."""
        (raws, dictionary), self._lot = self._lot, ((), None)
        parcels, found = self._parcels, []
        try:
            for _ in range(parcels):
                found += _VERSIONS.decode(self._take())
        except WorkersLost:
            parcels = 0
        self._parcels = 0
        return found if parcels else make(raws, dictionary, self._documents, self._reader)

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
        """Return what was found at the paths that were asked first; waits for it. Raises WorkersLost."""
        return _MADE.decode(self._take())

    def close(self) -> None:
        """End the processes. `give` and `ask` may be called again."""
        self._reader.close()
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
        given = (os.getpid(), theirs, answering, self._max_bytes, dictionary, self._documents)
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
            answers = self._processes[self._asked.popleft()][2]
            while not answers.poll(WAITING):
                self._while_waiting()
            found = answers.recv_bytes()
        except (EOFError, OSError) as error:
            self.close()
            raise WorkersLost from error
        return found


def make(
    raws: Sequence[Raw], dictionary: Dictionary | None, documents: Documents, reader: Reader
) -> list[NewVersion]:
    """Return a version of each, in order. `reader` reads those that are more than plain text.

    Many are normalised before they are packed: the tables of a dictionary and those of the language model
    drive each other out of a core's cache, and to pack takes three times as long where they do.
    """
    made: list[NewVersion] = []
    for run in _runs(raws):
        contents = [
            Content(
                raw=raw.raw,
                sha256=raw.sha256,
                rendition=normalise.normalise(raw.raw, raw.name, read=reader.read, html=documents.html),
            )
            for raw in run
        ]
        made += [
            new_rows.prepare(
                content,
                modified_at=raw.modified_at,
                salt=raw.salt,
                before=_before(raw, dictionary),
                dictionary=dictionary,
            )
            for raw, content in zip(run, contents, strict=True)
        ]
    return made


def _before(raw: Raw, dictionary: Dictionary | None) -> Chain | None:
    """Return the bytes of the version before.

    Where they cannot be read, which is for `verify` to say, or were packed with another dictionary than this
    one, the new version goes without.
    """
    if raw.before is None:
        return None
    with contextlib.suppress(IntegrityError):
        return unrolled(raw.before, dictionary)
    return None


def _runs(raws: Sequence[Raw]) -> Iterator[list[Raw]]:
    run: list[Raw] = []
    size = 0
    for raw in raws:
        run.append(raw)
        size += len(raw.raw)
        if size >= AT_ONCE:
            yield run
            run, size = [], 0
    yield run


def _look(
    folder: int,
    asks: Sequence[Ask],
    *,
    max_bytes: int,
    dictionary: Dictionary | None,
    documents: Documents,
    reader: Reader,
) -> list[Made]:
    """Read these paths, and make a version of what is at each."""
    looks: list[tuple[read.Reading, int, bytes | None]] = []
    raws: list[Raw] = []
    versions: list[NewVersion] = []
    size = 0
    for ask in asks:
        read_at = time.time_ns() // 1000
        found = read.read_stable(folder, ask.path, max_bytes=max_bytes)
        if not isinstance(found, read.Bytes):
            looks.append((found, read_at, None))
            continue
        digest, name = sha256(found.raw).digest(), ask.path.rpartition(b"/")[2]
        looks.append((msgspec.structs.replace(found, raw=b""), read_at, digest))
        raws.append(Raw(name, found.raw, digest, found.modified_at, ask.salt))
        size += len(found.raw)
        if size >= AT_ONCE:
            versions += make(raws, dictionary, documents, reader)
            raws, size = [], 0
    versions += make(raws, dictionary, documents, reader)
    made = iter(versions)
    return [
        Made(found, read_at, digest, None if digest is None else next(made))
        for found, read_at, digest in looks
    ]


def _serve(
    parent: int,
    asks: Connection,
    answers: Connection,
    max_bytes: int,
    dictionary: Dictionary | None,
    documents: Documents,
) -> None:
    """Live as a process: parcel in, answer out, until nobody asks any more."""
    die_with(parent)
    normalise.prepare()
    folder = reduction.recv_handle(asks)
    reader = Reader(documents)
    while True:
        try:
            parcel: list[Raw] | list[Ask] = asks.recv()
        except EOFError:
            return
        try:
            answer: list[NewVersion] | list[Made]
            if isinstance(parcel[0], Raw):
                answer = make(parcel, dictionary, documents, reader)
            else:
                answer = _look(
                    folder,
                    parcel,
                    max_bytes=max_bytes,
                    dictionary=dictionary,
                    documents=documents,
                    reader=reader,
                )
        except OSError as error:
            if are_too_few(error):
                return  # met again, and told, by the process that asked
            raise
        answers.send_bytes(_encode(answer))
