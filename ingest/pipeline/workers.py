"""Bytes to versions ready for the store, in processes beside this one when there are many.

Normalising and compressing are pure and take most of a first scan's time. A few files are done
here; a large batch is shared with one process a core.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import msgspec

from ingest import normalise
from ingest.model import Content
from ingest.store import entries
from ingest.store.blobs import Chain
from ingest.store.entries import NewVersion
from ingest.store.pack import Dictionary

LARGE = 256  # versions; fewer are made faster here than sent away
CHUNK = 50
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class Raw(msgspec.Struct, frozen=True):
    """A file's bytes and what the version made of them needs."""

    name: bytes
    raw: bytes
    sha256: bytes
    modified_at: int
    salt: bytes
    before: Chain | None = None


class Workers:
    """Makes versions; its processes are started with the first large batch and end with `close`."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._dictionary: Dictionary | None = None

    def make(self, raws: Sequence[Raw], dictionary: Dictionary | None) -> list[NewVersion]:
        """A version of each, in order."""
        if len(raws) < LARGE or (os.cpu_count() or 1) < 2:
            return [make(raw, dictionary) for raw in raws]
        if dictionary != self._dictionary:
            self.close()  # its processes were given another one
            self._dictionary = dictionary
        chunks = [raws[start : start + CHUNK] for start in range(0, len(raws), CHUNK)]
        try:
            return [version for part in self._open().map(_make_all, chunks) for version in part]
        except BrokenProcessPool:
            # A process was killed, by the machine's memory perhaps: one at a time needs less.
            self.close()
            return [make(raw, dictionary) for raw in raws]

    def close(self) -> None:
        """End the processes. `make` may be called again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Forking is quick, and safe only while no other thread can hold a lock.
            alone = threading.active_count() == 1
            context = multiprocessing.get_context("fork" if alone else "spawn")
            self._pool = ProcessPoolExecutor(
                os.cpu_count(),
                mp_context=context,
                initializer=_begin,
                initargs=(os.getpid(), self._dictionary),
            )
        return self._pool


def make(raw: Raw, dictionary: Dictionary | None) -> NewVersion:
    """One version."""
    content = Content(raw=raw.raw, sha256=raw.sha256, rendition=normalise.normalise(raw.raw, raw.name))
    return entries.prepare(
        content, modified_at=raw.modified_at, salt=raw.salt, before=raw.before, dictionary=dictionary
    )


def _make_all(raws: Sequence[Raw]) -> list[NewVersion]:
    return [make(raw, _given[0]) for raw in raws]


_given: list[Dictionary | None] = [None]  # in a process of the pool: what it packs with


def _begin(parent: int, dictionary: Dictionary | None) -> None:
    """In the new process: die with the parent, which a lock would otherwise outlive; leave signals to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        return  # another system: the pipe's end tells the process in time
    if os.getppid() != parent:
        os._exit(1)
    _given[0] = dictionary
    normalise.prepare()
