"""The index filled by a process of its own, beside a process that answers many questions.

Who asks wakes it, and waits while that helps: until the index has what the log held when the question came,
or until the log is seen to grow faster than it is filled. From then on nobody waits before it has come up to
the log again: answers are made of what is filled, and say how far that is.
"""

from __future__ import annotations

import multiprocessing
import os
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Self

from ingest.edits.settings import Rules
from ingest.errors import IngestError, StoreUnavailable
from ingest.forking import die_with, hold_stops, is_alone
from ingest.index.database import Index
from ingest.store import reader
from ingest.store.engine import Store

STEP = 20  # changes that are taken in before it says how far it is
PATIENCE = 10.0  # seconds that a question waits for a log that rests
_SOON = 0.2  # the same for one that grows meanwhile
_SAID = struct.Struct("!qq")  # the seq that was reached, and the end of the log then
FAILED = -1
_AGAIN = 0.5  # seconds after which a lock is tried again
_NICE = 5  # who waits for an answer comes first


class FillProcess:
    """A process that fills the index of a store, by these rules. Call `begin` before any thread is begun."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._process: multiprocessing.process.BaseProcess | None = None
        self._asking: Pipe | None = None
        self._told = threading.Condition()
        self._reached, self._head = 0, 0
        self.waiting = 0  # questions
        self.is_late = False  # nobody waits before it has come up to the log
        self._is_of_use = False

    def begin(self) -> Self:
        """Fork it, with the store's connections closed; where it cannot be, questions fill the index."""
        if not is_alone():
            return self
        self._store.dispose()
        context = multiprocessing.get_context("fork")
        asked, self._asking = context.Pipe(duplex=False)
        # A pipe that is full asks often enough: nobody waits to add to it.
        os.set_blocking(self._asking.fileno(), False)
        telling, told = context.Pipe(duplex=False)
        process = context.Process(
            target=_fill, args=(os.getpid(), asked, told, (self._asking, telling), self._store, self._rules),
            daemon=True,
        )  # fmt: skip
        with suppress(OSError):  # no room for a process
            with hold_stops():
                process.start()
                self._process, self._is_of_use = process, True
            threading.Thread(target=self._listen, args=(telling,), name="filler", daemon=True).start()
        asked.close()
        told.close()
        return self

    def ask(self, _seq: int = 0) -> bool:
        """Have it look whether the log has grown, without waiting; False where it cannot fill the index."""
        if self._asking is not None and self._is_of_use:
            with suppress(OSError), self._told:
                self._asking.send_bytes(b"look")
        return self._is_of_use

    def bring_up(self, seq: int) -> bool:
        """Ask for the index to be filled up to a seq that it lacks, and wait for that while it is not late.

        False where the process cannot fill it: the caller fills it then, and raises what is in the way.
        """
        began = time.monotonic()
        with self._told:
            self._reached = min(self._reached, seq - 1)
        self.ask()
        with self._told:
            self.waiting += 1
            while self._is_of_use and self._reached < seq and not self.is_late:
                waited = time.monotonic() - began
                if waited >= PATIENCE or (waited >= _SOON and self._head > seq):
                    self.is_late = True
                    break
                self._told.wait(_SOON)
            self.waiting -= 1
            return self._is_of_use

    def await_(self, seq: int, seconds: float) -> None:
        """Wait until the index has a seq, at most so many seconds, however late it is."""
        until = time.monotonic() + seconds
        self.ask()
        with self._told:
            while self._is_of_use and self._reached < seq and (left := until - time.monotonic()) > 0:
                self._told.wait(left)

    def close(self) -> None:
        """End it, whatever it is doing: what it was about to take in is taken in by the next."""
        self._is_of_use = False
        if self._process is not None:
            self._process.terminate()
            self._process.join()

    def note(self, reached: int, head: int) -> None:
        """Note how far the index is and where the log ended then; `FAILED` that it is filled no more."""
        with self._told:
            self._reached, self._head = reached, head
            self.is_late = self.is_late and reached < head
            self._is_of_use = reached != FAILED
            self._told.notify_all()

    def _listen(self, telling: Pipe) -> None:
        """Note what the process says, until it ends."""
        with suppress(EOFError, OSError):
            while True:
                self.note(*_SAID.unpack(telling.recv_bytes()))
        self.note(FAILED, FAILED)


def _fill(parent: int, asked: Pipe, told: Pipe, others: tuple[Pipe, ...], store: Store, rules: Rules) -> None:
    """Live as the process: each time it is asked, bring the index up to the log. An error ends it."""
    die_with(parent)
    for each in others:
        each.close()
    with suppress(OSError):
        os.nice(_NICE)
    index = Index(store, kept=1)
    try:
        while True:
            asked.recv_bytes()
            while asked.poll():
                asked.recv_bytes()
            _until_it_is_free(partial(_bring_up, index, told, rules))
    except (EOFError, OSError):
        pass
    except IngestError:  # whoever asks next meets it again, and tells
        with suppress(OSError):
            told.send_bytes(_SAID.pack(FAILED, FAILED))
    finally:
        os._exit(0)  # and not by the way of what the other process has to tidy up


def _until_it_is_free(work: Callable[[], None]) -> None:
    """Do some work again and again, while what it needs is locked."""
    while True:
        try:
            work()
            return
        except StoreUnavailable as error:
            if error.code != "store_locked":
                raise
        time.sleep(_AGAIN)


def _bring_up(index: Index, told: Pipe, rules: Rules) -> None:
    from ingest.index import fill  # noqa: PLC0415 - what compares texts is loaded by those that compare

    try:
        index.store.require_in_place()
    except StoreUnavailable:  # another stands there by now
        index.dispose()
        index.store.dispose()
    index.prepare()
    said: Rules | None = rules
    while True:
        reached = fill.catch_up(index, rules=said, most=STEP)
        said = None
        with index.store.read() as connection:
            head = int(reader.head(connection).seq)
        told.send_bytes(_SAID.pack(reached, head))
        if reached >= head:
            return
