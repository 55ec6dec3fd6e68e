"""A pipe of messages from a process that was forked to the one that made it.

What `multiprocessing.Pipe` would do, without what that loads.
"""

from __future__ import annotations

import os
import select
import struct

_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 20


class Receiving:
    """The end that messages come out of."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def has_news(self, seconds: float) -> bool:
        """Tell whether a message, or the end, comes within a time."""
        return bool(self._poll.poll(seconds * 1000))

    def receive(self) -> bytes:
        """Return the next message, whole. Raises EOFError where the other end is closed."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return self._read(length)

    def close(self) -> None:
        """Close this end."""
        os.close(self._descriptor)

    def _read(self, length: int) -> bytes:
        body = bytearray()
        while len(body) < length:
            piece = os.read(self._descriptor, min(length - len(body), _PIECE))
            if not piece:
                raise EOFError
            body += piece
        return bytes(body)


class Sending:
    """The end that messages go into."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def send(self, message: bytes) -> None:
        """Send a message, whole. Raises BrokenPipeError where the other end is closed."""
        rest = memoryview(_LENGTH.pack(len(message)) + message)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def close(self) -> None:
        """Close this end."""
        os.close(self._descriptor)


def message_pipe() -> tuple[Receiving, Sending]:
    """Make a pipe; both ends are closed in a program that is started."""
    receiving, sending = os.pipe()
    return Receiving(receiving), Sending(sending)
