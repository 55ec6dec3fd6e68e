"""What goes through the pipes: a length of eight bytes, then so many."""

from __future__ import annotations

import os
import select
import struct
import time
from typing import Literal

import msgspec

from ingest.confined.locks import Locks
from ingest.normalise.document_formats import Html, Unread
from ingest.normalise.extraction import Extracted, Limits

LARGEST = 1 << 31  # bytes of a frame
_LENGTH = struct.Struct("<Q")
_AT_ONCE = 1 << 20

Confine = Literal["require", "best"]


class Ask(msgspec.Struct, frozen=True):
    """A document to be read; its bytes are the frame after this one.

    `module` reads it, `elsewhere` does where that one says so. `deadline` is in seconds.
    """

    module: str
    elsewhere: str | None
    native: bool
    confine: Confine
    deadline: float
    limits: Limits
    html: Html


class Ready(msgspec.Struct, frozen=True, tag=True):
    """What a child says once, before it is given anything: which locks hold."""

    locks: Locks


class Text(msgspec.Struct, frozen=True, tag=True):
    """What a document holds."""

    extracted: Extracted


class NoText(msgspec.Struct, frozen=True, tag=True):
    """Why a document has no text."""

    unread: Unread


class Begun(msgspec.Struct, frozen=True, tag=True):
    """What the warden says before its answer: a process that is ready was given the document."""


class Elsewhere(msgspec.Struct, frozen=True, tag=True):
    """This document is for the other reader, whose code is foreign."""


encode = msgspec.msgpack.Encoder().encode
decode_ask = msgspec.msgpack.Decoder(Ask).decode
decode_ready = msgspec.msgpack.Decoder(Ready).decode
decode_answer = msgspec.msgpack.Decoder(Begun | Text | NoText).decode
ELSEWHERE = encode(Elsewhere())
BEGUN = encode(Begun())


def failed(detail: str, reason: str = "extractor_failed") -> bytes:
    """Return the answer that there is no text."""
    return encode(NoText(Unread(reason, detail)))


class Late(Exception):
    """The deadline passed."""


class Ended(Exception):
    """Nobody is at the other end any more."""


def send(descriptor: int, *frames: bytes, until: float | None = None) -> None:
    """Write frames. Raises Ended and Late; with `until` the descriptor must not block."""
    for frame in frames:
        for part in (memoryview(_LENGTH.pack(len(frame))), memoryview(frame)):
            left = part
            while left:
                _wait(descriptor, select.POLLOUT, until)
                try:
                    left = left[os.write(descriptor, left[:_AT_ONCE]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise Ended from error


def receive(descriptor: int, *, until: float | None = None) -> bytes:
    """Read one frame. Raises Ended, also where the frame is larger than any, and Late."""
    (length,) = _LENGTH.unpack(_exactly(descriptor, _LENGTH.size, until))
    if length > LARGEST:
        raise Ended
    return _exactly(descriptor, length, until)


def _exactly(descriptor: int, length: int, until: float | None) -> bytes:
    found = bytearray()
    while len(found) < length:
        _wait(descriptor, select.POLLIN, until)
        try:
            part = os.read(descriptor, min(_AT_ONCE, length - len(found)))
        except BlockingIOError:
            continue
        except OSError as error:
            raise Ended from error
        if not part:
            raise Ended
        found += part
    return bytes(found)


def _wait(descriptor: int, for_what: int, until: float | None) -> None:
    if until is None:
        return
    waiting = select.poll()
    waiting.register(descriptor, for_what)
    if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        raise Late
