"""A large root compared in two halves at once, one of them by a process of its own."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from ingest import forked
from ingest.disk.walk import Blocked, Difference, Range
from ingest.forked import ForkedTask, Lost
from ingest.store import file_states

if TYPE_CHECKING:
    from ingest.capture.capture import Capture


class Counted(msgspec.Struct, frozen=True, tag=True):
    """So many files were looked at."""

    files: int


class Listed(msgspec.Struct, frozen=True, tag=True):
    """A folder that could be listed."""

    path: bytes
    device: int
    inode: int


class LeftOut(msgspec.Struct, frozen=True, tag=True):
    """A name was left out by this rule."""

    rule: str


class Unlisted(msgspec.Struct, frozen=True, tag=True):
    """A folder that could not."""

    path: bytes
    why: str


Told = Difference | Counted | Listed | LeftOut | Unlisted


def differences(capture: Capture, blocked: list[Blocked]) -> Iterator[Difference | None]:
    """What `Capture.differences` says of the whole root, in the same order."""
    middle = (
        file_states.middle(capture.store, capture.root, least=forked.LARGE) if forked.is_possible() else None
    )
    if middle is None:
        yield from capture.differences(b"", blocked)
        return
    capture.folders = {}
    upper = Range(after=middle)
    beside = ForkedTask(capture.store.dispose, partial(_tell, capture, upper), Told)
    try:
        yield from capture.compare(b"", Range(end=middle + b"\0"), blocked)  # the middle itself included
        heard, files = middle, capture.files_seen
        try:
            for told in beside:
                if isinstance(told, Difference):
                    heard, files = told.path, capture.files_seen
                    yield told
                elif isinstance(told, Counted):
                    capture.files_seen += told.files
                    yield None
                elif isinstance(told, Listed):
                    capture.folders[told.path] = (told.device, told.inode)
                elif isinstance(told, LeftOut):
                    capture.note_left_out(told.rule)
                else:
                    _block(blocked, Blocked(told.path, told.why))
        except Lost:
            # it told in order: what comes after the last it told of is still to be found
            capture.files_seen = files  # some hundred may be missing: it counts in steps
            again: list[Blocked] = []
            yield from capture.compare(b"", Range(after=heard), again)
            for folder in again:
                _block(blocked, folder)
    finally:
        beside.close()


def _block(blocked: list[Blocked], folder: Blocked) -> None:
    """A folder that reaches over the middle is met from both sides."""
    if folder not in blocked:
        blocked.append(folder)


def _tell(capture: Capture, within: Range) -> Iterator[Told]:
    """The same for a part of the root, with what is noted on the way, for the process that asked."""
    noted: deque[Told] = deque()
    blocked: list[Blocked] = []

    def listed(path: bytes, fd: int) -> None:
        found = os.fstat(fd)
        noted.append(Listed(path, found.st_dev, found.st_ino))

    def count(files: int) -> None:
        noted.append(Counted(files))

    def left_out(rule: str) -> None:
        noted.append(LeftOut(rule))

    for difference in capture.compare(b"", within, blocked, listed=listed, count=count, left_out=left_out):
        while noted:
            yield noted.popleft()
        if difference is not None:
            yield difference
    yield from noted
    for folder in blocked:
        yield Unlisted(folder.path, folder.why)
