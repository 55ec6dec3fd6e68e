"""A task in a process of its own, which dies with this one.

`ForkedTask` answers a part of a long question beside this process: what reads much and writes nothing. The
process is a fork: it has what this one has, but for the connections to the store.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from types import GenericAlias
from typing import Generic, TypeVar

import msgspec

from ingest.forking import die_with, hold_stops, is_alone

T = TypeVar("T")
_TOGETHER = 256  # answers that are sent at once
_OFTEN = 0.1  # seconds after which fewer are: somebody may watch how far it is
_END = b""

CORES = os.cpu_count() or 1
LARGE = 20_000  # files to be looked at; with fewer, to begin a process takes longer than it saves


class Lost(Exception):
    """The process ended before it had answered all: a question of its store failed, or it was killed."""


def is_possible() -> bool:
    """Tell whether there is a core for it, and it can be forked."""
    return CORES > 1 and is_alone()


class ForkedTask(Generic[T]):
    """`work`, begun at once in another process. Iterate it for what `work` yields; then, or before, `close`.

    What it yields must be of the type `kind` (as msgspec has types). Iterating waits for each, `arrived`
    gives what has come. Both raise Lost when the process fails: whoever asks does the work here then, and
    meets the same error if there is one.
    """

    def __init__(self, release: Callable[[], None], work: Callable[[], Iterable[T]], kind: object) -> None:
        """Fork. `release` closes the connections to the store, which may not be in use."""
        release()
        self._decode: Callable[[bytes], list[T]] = msgspec.msgpack.Decoder(GenericAlias(list, (kind,))).decode
        context = multiprocessing.get_context("fork")
        self._process = None
        self._has_ended = False
        self._answers, answering = context.Pipe(duplex=False)
        process = context.Process(
            target=_answer, args=(os.getpid(), self._answers, answering, work), daemon=True
        )
        try:
            with hold_stops():
                process.start()
                self._process = process
        except OSError:  # no room for a process: it is as one that was lost at once
            pass
        finally:
            answering.close()

    def __iter__(self) -> Iterator[T]:
        while not self._has_ended:
            yield from self._receive()

    def arrived(self) -> Iterator[T]:
        """Give what has come by now and was not given yet, without waiting."""
        while not self._has_ended and self._answers.poll():
            yield from self._receive()

    def _receive(self) -> list[T]:
        try:
            found = self._answers.recv_bytes()
        except (EOFError, OSError) as error:
            raise Lost from error
        self._has_ended = found == _END
        return [] if self._has_ended else self._decode(found)

    def close(self) -> None:
        """End the process, whatever it is doing. May be called twice."""
        self._answers.close()
        if self._process is not None:
            self._process.terminate()
            self._process.join()


def _answer(
    asking: int, reading: Connection, writing: Connection, work: Callable[[], Iterable[object]]
) -> None:
    """Live as the process; whatever goes wrong is met again, and told, where it was asked for."""
    die_with(asking)
    reading.close()
    encode = msgspec.msgpack.Encoder().encode
    part: list[object] = []
    sent = time.monotonic()
    try:
        for found in work():
            part.append(found)
            if len(part) == _TOGETHER or time.monotonic() >= sent + _OFTEN:
                writing.send_bytes(encode(part))
                part, sent = [], time.monotonic()
        if part:
            writing.send_bytes(encode(part))
        writing.send_bytes(_END)
    except Exception:  # noqa: BLE001  # the edge of a process
        os._exit(1)
    os._exit(0)  # and not by the way of what the other process has to tidy up
