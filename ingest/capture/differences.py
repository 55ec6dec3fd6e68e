"""Where the disk and what is recorded differ.

A large root is compared in two halves at once, one of them by a process of its own.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from functools import partial
from typing import Protocol

import msgspec

from ingest import forked
from ingest.capture.folder import RootFolder
from ingest.capture.path_tree import PathTree
from ingest.disk import walk
from ingest.disk.comparison import Difference, compare
from ingest.disk.walk import Blocked, Range
from ingest.forked import ForkedTask, Lost
from ingest.model import Descriptor
from ingest.store import file_states


class Notes(Protocol):
    """Takes down what a walk comes by."""

    def list_folder(self, path: bytes, fd: Descriptor) -> None:
        """Note a folder that could be listed; its descriptor is open during the call."""

    def count(self, files: int) -> None:
        """Note that so many files more were looked at."""

    def leave_out(self, rule: str) -> None:
        """Note a name that was left out by this rule."""


class Survey:
    """What the walks of a root told of it, the latest of each part.

    `folders` are those that could be listed, with device and inode; `blocked` are paths that could not be
    listed or looked at, with the reason. `files` are those that the scan which runs, or ran last, has looked
    at. `left_out` are names by the rule that left them out, once a scan has ended.
    """

    def __init__(self) -> None:
        self.folders = PathTree[tuple[int, int]]()
        self.blocked = PathTree[str]()
        self.files = 0
        self.left_out: dict[str, int] | None = None
        self._rules: Counter[str] = Counter()

    def begin(self) -> None:
        """Begin a scan."""
        self.files = 0
        self._rules = Counter()

    def end(self) -> None:
        """End the scan: it has seen all there is."""
        self.left_out = dict(self._rules)

    def list_folder(self, path: bytes, fd: Descriptor) -> None:
        """Note a folder that could be listed."""
        found = os.fstat(fd)
        self.folders[path] = (found.st_dev, found.st_ino)

    def count(self, files: int) -> None:
        """Note that so many files more were looked at."""
        self.files += files

    def leave_out(self, rule: str) -> None:
        """Note a name that was left out by this rule."""
        self._rules[rule] += 1

    def forget_folders(self, top: bytes) -> None:
        """Forget the folders below `top`: a walk begins, and lists again what is there."""
        self.folders.cut(top)

    def block(self, top: bytes, blocked: list[Blocked]) -> None:
        """Note what a walk of `top` could not tell of: these, and no others below it."""
        self.blocked.cut(top)
        for entry in blocked:
            self.blocked[entry.path] = entry.why


class FileCount(msgspec.Struct, frozen=True, tag=True):
    """So many files were looked at."""

    files: int


class FolderEntry(msgspec.Struct, frozen=True, tag=True):
    """A folder that could be listed."""

    path: bytes
    device: int
    inode: int


class LeftOutName(msgspec.Struct, frozen=True, tag=True):
    """A name was left out by this rule."""

    rule: str


class BlockedFolder(msgspec.Struct, frozen=True, tag=True):
    """A folder that could not be listed."""

    path: bytes
    why: str


WalkEntry = Difference | FileCount | FolderEntry | LeftOutName | BlockedFolder


def below(
    folder: RootFolder, top: bytes, closed: frozenset[bytes], survey: Survey
) -> Iterator[Difference | None]:
    """Tell where the disk and what is recorded differ below `top`, in order of the paths; None now and then.

    `closed` are folders not to enter. The survey has what was met, once all is told. Raises
    StoreUnavailable, and OSError where the top cannot be opened or there are too few descriptors.
    """
    survey.forget_folders(top)
    blocked: list[Blocked] = []
    yield from _compare(folder, walk.below(top), closed, blocked, survey, top=top)
    survey.block(top, blocked)


def whole(folder: RootFolder, closed: frozenset[bytes], survey: Survey) -> Iterator[Difference | None]:
    """Yield what `below` yields, of the whole root; two processes compare a large one."""
    large = forked.is_possible()
    middle = file_states.middle(folder.store, folder.key, least=forked.LARGE) if large else None
    if middle is None:
        yield from below(folder, b"", closed, survey)
        return
    survey.forget_folders(b"")
    blocked: list[Blocked] = []
    upper = Range(after=middle)
    beside = ForkedTask(folder.store.dispose, partial(_tell, folder, upper, closed), WalkEntry)
    try:
        lower = Range(end=middle + b"\0")  # the middle itself included
        yield from _compare(folder, lower, closed, blocked, survey)
        heard, files = middle, survey.files
        try:
            for told in beside:
                if isinstance(told, Difference):
                    heard, files = told.path, survey.files
                    yield told
                elif isinstance(told, FileCount):
                    survey.count(told.files)
                    yield None
                elif isinstance(told, FolderEntry):
                    survey.folders[told.path] = (told.device, told.inode)
                elif isinstance(told, LeftOutName):
                    survey.leave_out(told.rule)
                else:  # one that reaches over the middle is met from both sides
                    blocked.append(Blocked(told.path, told.why))
        except Lost:
            # it told in order: what comes after the last it told of is still to be found
            survey.files = files  # some hundred may be missing: it counts in steps
            yield from _compare(folder, Range(after=heard), closed, blocked, survey)
    finally:
        beside.close()
    survey.block(b"", blocked)


def _compare(
    folder: RootFolder,
    within: Range,
    closed: frozenset[bytes],
    blocked: list[Blocked],
    notes: Notes,
    *,
    top: bytes = b"",
) -> Iterator[Difference | None]:
    """Return the differences within a range of paths; `blocked` is filled."""
    walked = walk.walk(
        folder.fd,
        patterns=folder.patterns,
        hidden=folder.hidden,
        closed=closed,
        top=top,
        within=within,
        listed=notes.list_folder,
        left_out=None if top else notes.leave_out,
    )
    rows = file_states.pages(folder.store, folder.key, within)
    stands = partial(walk.known_file, folder.fd, folder.patterns, folder.hidden)
    return compare(walked, rows, blocked=blocked, seen_files=notes.count, stands=stands)


class _Telling:
    """What the walk of a part of the root notes, until it is sent to the process that asked for that part."""

    def __init__(self) -> None:
        self.noted: deque[WalkEntry] = deque()

    def list_folder(self, path: bytes, fd: Descriptor) -> None:
        """Note a folder that could be listed."""
        found = os.fstat(fd)
        self.noted.append(FolderEntry(path, found.st_dev, found.st_ino))

    def count(self, files: int) -> None:
        """Note that so many files more were looked at."""
        self.noted.append(FileCount(files))

    def leave_out(self, rule: str) -> None:
        """Note a name that was left out by this rule."""
        self.noted.append(LeftOutName(rule))


def _tell(folder: RootFolder, within: Range, closed: frozenset[bytes]) -> Iterator[WalkEntry]:
    """Yield the differences within a part of the root, and what is noted on the way, for who asked."""
    notes = _Telling()
    blocked: list[Blocked] = []
    for difference in _compare(folder, within, closed, blocked, notes):
        while notes.noted:
            yield notes.noted.popleft()
        if difference is not None:
            yield difference
    yield from notes.noted
    for entry in blocked:
        yield BlockedFolder(entry.path, entry.why)
