"""Documents that take long to be read: what was observed of them waits aside, and other files are captured.

The bytes are kept, so that the state that was seen is recorded whatever becomes of the file meanwhile. The
capture looks at nothing that concerns such a path before that is done (`Pending.is_kept`), so a document's
versions keep their order, and a file its document.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from ingest import normalise
from ingest.capture.absences import inodes_of
from ingest.capture.changes import Change
from ingest.capture.look import Observation
from ingest.capture.readers import PendingDocument, Readers
from ingest.confined.reader import Reader
from ingest.disk import read
from ingest.normalise.document_formats import DocumentFormat, Html, Unread
from ingest.normalise.extraction import Extracted

AT_A_TIME = 2  # documents that are read
MOST = 64 << 20  # bytes that are kept; one document may have more
POLL = 0.05  # seconds between two questions whether a document is read
_UNASKED = Unread("extractor_failed", "no reader is asked of it")


class SlowDocument(msgspec.Struct):
    """One document: what was observed, who reads it, and what it holds once that is known."""

    observation: Observation
    reader: Reader | None
    found: Extracted | Unread | None = None


class SlowDocuments:
    """The documents that are read while other files are captured, in the order in which they came."""

    def __init__(self, readers: Readers, html: Html) -> None:
        self._readers = readers
        self._html = html
        self._kept: dict[bytes, SlowDocument] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def inodes(self) -> set[tuple[int, int]]:
        """Return device and inode of the files that were seen."""
        return inodes_of(kept.observation for kept in self._kept.values())

    def fitting(self, changes: Sequence[Change]) -> frozenset[bytes]:
        """Return the paths of these changes whose documents may wait aside.

        There must be room, and none may have moved: another document may be on its way to the path it left.
        """
        held = sum(len(_bytes_of(kept.observation).raw) for kept in self._kept.values())
        found: set[bytes] = set()
        for change in changes:
            assert change.content is not None
            size = len(_bytes_of(change.content).raw)
            if change.from_path is None and (not held or held + size <= MOST):
                found.add(change.path)
                held += size
        return frozenset(found)

    def put(self, observation: Observation, unfinished: PendingDocument) -> None:
        """Keep what was observed until it is read."""
        due = msgspec.structs.replace(observation.due, rests=math.inf)  # it was read in time, or judged
        kept = SlowDocument(msgspec.structs.replace(observation, due=due), unfinished.reader)
        if kept.reader is not None and self._under_way >= AT_A_TIME:
            kept.reader.close()  # it begins anew when another is read
            kept.reader = None
        self._kept[observation.path] = kept

    @property
    def _under_way(self) -> int:
        return sum(kept.reader is not None for kept in self._kept.values())

    def finished(self) -> list[Observation]:
        """Return those that are read, each with what it holds; they stay until `drop`. Begins others."""
        for kept in self._kept.values():
            if kept.reader is not None and kept.found is None:
                kept.found = kept.reader.answer(patience=0.0, starting=0.0)
                if kept.found is not None:
                    self._readers.take_back(kept.reader)
                    kept.reader = None
        for kept in self._waiting():
            if self._under_way >= AT_A_TIME:
                break
            self._begin(kept)
        return [
            msgspec.structs.replace(kept.observation, extracted=kept.found)
            for kept in self._kept.values()
            if kept.found is not None
        ]

    def _waiting(self) -> Iterator[SlowDocument]:
        return (kept for kept in self._kept.values() if kept.reader is None and kept.found is None)

    def _begin(self, kept: SlowDocument) -> None:
        def begin(fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | Unread:
            reader = self._readers.lend()
            reader.begin(fmt, raw, html)
            raise PendingDocument(reader)

        name = kept.observation.path.rpartition(b"/")[2]
        try:
            normalise.normalise(_bytes_of(kept.observation).raw, name, read=begin, html=self._html)
            kept.found = _UNASKED
        except PendingDocument as unfinished:
            kept.reader = unfinished.reader

    def drop(self, path: bytes) -> None:
        """Keep a document no longer: it is recorded."""
        self._kept.pop(path, None)

    def close(self) -> None:
        """End what is under way: nothing of it is recorded."""
        for kept in self._kept.values():
            if kept.reader is not None:
                kept.reader.close()
        self._kept.clear()


def _bytes_of(observation: Observation) -> read.Bytes:
    assert isinstance(observation.reading, read.Bytes)
    return observation.reading
