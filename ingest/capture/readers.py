"""Has the documents of a root read, and does not wait long: what takes longer goes on by itself.

While one process reads a document that takes long, the next document is given to another one.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest.confined.reader import Documents, Reader, do_nothing
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extraction import Extracted

PATIENCE = 1.0  # seconds that one document is waited for
TOGETHER = 3.0  # seconds that the documents of one batch are waited for
_IDLE = 2  # readers kept for the next documents


class PendingDocument(Exception):
    """A document is not read yet: `reader` is at it; None where nobody has begun."""

    def __init__(self, reader: Reader | None) -> None:
        super().__init__()
        self.reader = reader


class Readers:
    """The readers of one root: those that wait for a document, and how to have another.

    The documents of a batch are waited for `together`, or each by itself.
    """

    def __init__(
        self, documents: Documents, while_waiting: Callable[[], None] = do_nothing, *, together: bool = True
    ) -> None:
        self._documents = documents
        self._while_waiting = while_waiting
        self._together = together
        self._left = TOGETHER
        self._idle: list[Reader] = []

    def begin_batch(self) -> None:
        """Wait anew: what comes is another batch."""
        self._left = TOGETHER

    def read(self, fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
        """Return what a document holds, as `normalise` takes it. Raises Unfinished."""
        if self._left <= 0:
            raise PendingDocument(None)
        reader = self.lend()
        reader.begin(fmt, raw, html)
        found = reader.answer(patience=min(PATIENCE, self._left))
        if self._together:
            self._left -= reader.seconds
        if found is None:
            raise PendingDocument(reader)
        self.take_back(reader)
        return found

    def lend(self) -> Reader:
        """Return a reader that is idle, or a new one."""
        return self._idle.pop() if self._idle else Reader(self._documents, self._while_waiting)

    def take_back(self, reader: Reader) -> None:
        """Keep a reader that has answered for the next document, or end it where there are enough."""
        if len(self._idle) < _IDLE:
            self._idle.append(reader)
        else:
            reader.close()

    def close(self) -> None:
        """End the processes of those that are at nothing. The readers may be used again."""
        idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()
