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
from collections.abc import Callable, Sequence
from hashlib import sha256
from multiprocessing import reduction, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess

import msgspec

from ingest import normalise
from ingest.capture import new_versions
from ingest.capture.new_versions import AT_ONCE, Raw
from ingest.capture.readers import PendingDocument, Readers
from ingest.confined.reader import WAITING, Documents, do_nothing
from ingest.disk import read
from ingest.disk.descriptors import are_too_few
from ingest.forked import CORES
from ingest.forking import die_with, hold_stops, is_alone
from ingest.model import Descriptor
from ingest.overseen import is_overseen
from ingest.store.compression import Dictionary
from ingest.store.new_rows import NewVersion

LARGE = 256  # versions; fewer are made faster here than sent away
LARGE_APART = 1000  # where the processes would have to load everything first
ASKED = 200  # paths in one
AHEAD = 5  # parcels of paths that one process is given before an answer is taken
_SET_PIPE_SIZE = 1031
_PIPE_BYTES = 1 << 20  # room for some answers, so that a process need not wait for us


class Ask(msgspec.Struct, frozen=True):
    """A path to be read, of a document that has no version yet."""

    path: bytes
    salt: bytes


class WorkerAnswer(msgspec.Struct, frozen=True):
    """What was found at a path; where that is bytes, they are left out, and in the version.

    They are there where the version is not: it is of a document that takes long to be read.
    """

    found: read.Reading
    read_at: int
    sha256: bytes | None
    version: NewVersion | None


# A third of the time that pickling and unpickling them takes.
_encode = msgspec.msgpack.Encoder().encode
_MADE = msgspec.msgpack.Decoder(list[WorkerAnswer])
_VERSIONS = msgspec.msgpack.Decoder(list[NewVersion | None])


class WorkersLost(Exception):
    """A process was killed, by the machine's memory perhaps; what it was given is to be done here."""


class Workers:
    """The processes are started with the first large number of files, and end with `close`.

    While they, or a document, are waited for, `while_waiting` is called every second.
    """

    def __init__(
        self,
        folder: Descriptor,
        *,
        max_bytes: int,
        documents: Documents,
        while_waiting: Callable[[], None] = do_nothing,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._documents = documents
        self._while_waiting = while_waiting
        self.readers = Readers(documents, while_waiting)
        self._dictionary: Dictionary | None = None
        self._processes: list[tuple[BaseProcess, Connection, Connection]] = []
        self._asked: deque[int] = deque()
        self._next = 0
        self._lot: tuple[Sequence[Raw], Dictionary | None] = ((), None)
        self._parcels = 0  # of the lot, with the processes

    @property
    def several(self) -> bool:
        """Tell whether there is a core for a process beside this one, which somebody hears if it hangs."""
        return CORES > 1 and not is_overseen()

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

    def take(self) -> list[NewVersion | PendingDocument]:
        """Return a version of each that was given, in order; waits for them, but not long for documents."""
        (raws, dictionary), self._lot = self._lot, ((), None)
        parcels = self._parcels
        found: list[NewVersion | None] = []
        try:
            for _ in range(parcels):
                found += _VERSIONS.decode(self._take())
        except WorkersLost:
            parcels = 0
        self._parcels = 0
        if parcels:
            return [PendingDocument(None) if each is None else each for each in found]
        return new_versions.make(raws, dictionary, self._documents, self.readers)

    def finish(self, raw: Raw, dictionary: Dictionary | None, unfinished: PendingDocument) -> NewVersion:
        """Return the version of a document that takes long to be read; waits for it."""
        return new_versions.finish(raw, dictionary, self._documents, self.readers, unfinished)

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
        """Tell whether an answer must be taken before more is asked."""
        return len(self._asked) >= AHEAD * len(self._processes) > 0

    def answers(self) -> list[WorkerAnswer]:
        """Return what was found at the paths that were asked first; waits for it. Raises WorkersLost."""
        return _MADE.decode(self._take())

    def close(self) -> None:
        """End the processes. `give` and `ask` may be called again."""
        self.readers.close()
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
        context: ForkContext | SpawnContext
        try:
            if is_alone():
                normalise.prepare()  # once, and not in each of them
                context = multiprocessing.get_context("fork")
            else:
                # its own process comes first: begun with one of ours, it would end what keeps a stop waiting
                resource_tracker.ensure_running()
                context = multiprocessing.get_context("spawn")
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
        with hold_stops():
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


def _look(
    folder: Descriptor,
    asks: Sequence[Ask],
    *,
    max_bytes: int,
    dictionary: Dictionary | None,
    documents: Documents,
    readers: Readers,
) -> list[WorkerAnswer]:
    """Read these paths, and make a version of what is at each, but for documents that take long."""
    found: list[WorkerAnswer] = []
    raws: list[Raw] = []
    places: list[tuple[int, read.Bytes]] = []  # of these among what was found
    size = 0

    def make_versions() -> None:
        made = new_versions.finished(new_versions.make(raws, dictionary, documents, readers))
        for (place, reading), raw, version in zip(places, raws, made, strict=True):
            if version is not None:
                without = read.Bytes(b"", reading.signature, reading.modified_at)
                found[place] = WorkerAnswer(without, found[place].read_at, raw.sha256, version)
        raws.clear()
        places.clear()

    for ask in asks:
        read_at = time.time_ns() // 1000
        reading = read.read_stable(folder, ask.path, max_bytes=max_bytes)
        if not isinstance(reading, read.Bytes):
            found.append(WorkerAnswer(reading, read_at, None, None))
            continue
        digest, name = sha256(reading.raw).digest(), ask.path.rpartition(b"/")[2]
        places.append((len(found), reading))
        found.append(WorkerAnswer(reading, read_at, digest, None))
        raws.append(Raw(name, reading.raw, digest, reading.modified_at, ask.salt))
        size += len(reading.raw)
        if size >= AT_ONCE:
            make_versions()
            size = 0
    make_versions()
    return found


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
    folder = Descriptor(reduction.recv_handle(asks))
    readers = Readers(documents, together=False)
    while True:
        try:
            parcel: list[Raw] | list[Ask] = asks.recv()
        except EOFError:
            return
        try:
            answer: list[NewVersion | None] | list[WorkerAnswer]
            if isinstance(parcel[0], Raw):
                answer = new_versions.finished(new_versions.make(parcel, dictionary, documents, readers))
            else:
                answer = _look(
                    folder,
                    parcel,
                    max_bytes=max_bytes,
                    dictionary=dictionary,
                    documents=documents,
                    readers=readers,
                )
        except OSError as error:
            if are_too_few(error):
                return  # met again, and told, by the process that asked
            raise
        answers.send_bytes(_encode(answer))
