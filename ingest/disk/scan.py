"""Walk a root in byte order of the whole path, and compare it with what the last look found.

The walk and the rows of `seen` come in the same order, so that comparing them is one merge of two
streams and memory does not grow with the corpus.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from ingest.disk.patterns import Patterns, is_temporary
from ingest.disk.read import open_beneath, signature_parts
from ingest.model import Signature

# A file changed less than this before it was read could have changed again in the same tick of
# the file system's clock; it is read once more at the next scan (git's "racily clean").
RACY_NS = 10_000_000
TICK = 1000  # files between two pauses
_KIND = 0o170000  # S_IFMT

# os.fsencode without its questions, which take longer than its answer.
_HALF = 1 << 63
_encode = partial(str.encode, encoding=sys.getfilesystemencoding(), errors=sys.getfilesystemencodeerrors())


class Found(NamedTuple):
    """A watched regular file that the walk found, with its signature."""

    path: bytes
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def signature(self) -> Signature:
        """What `stat` said of it."""
        return Signature(*self[1:])


class Blocked(NamedTuple):
    """A folder that could not be listed: everything below it is unknown."""

    path: bytes
    why: str


class SeenRow(NamedTuple):
    """What the last look found at a path; `document` is None when it never had a version."""

    path: bytes
    document: int | None
    device: int | None
    inode: int | None
    size: int | None
    mtime_ns: int | None
    ctime_ns: int | None
    read_at: int
    reason: str | None
    since: int | None = None

    @property
    def signature(self) -> Signature | None:
        """What `stat` said then; None where it could say nothing."""
        return None if self.device is None else Signature(*self[2:7])  # type: ignore[arg-type]


class Difference(msgspec.Struct, frozen=True, tag=True):
    """A path to look at: on disk and new or other than recorded, or recorded and not found."""

    path: bytes
    signature: Signature | None
    seen: SeenRow | None


class Range(NamedTuple):
    """The paths after the one and before the other, in byte order; None for no end."""

    after: bytes = b""
    end: bytes | None = None


def below(folder: bytes) -> Range:
    """The paths below a folder; every path for the root, b""."""
    return Range(folder + b"/", folder + b"0") if folder else Range()


class _Folder(NamedTuple):
    key: bytes  # with its slash a folder sorts where its content belongs
    path: bytes


def walk(
    root: int,
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    closed: frozenset[bytes] = frozenset(),
    top: bytes = b"",
    within: Range = Range(),  # noqa: B008  # a tuple
    listed: Callable[[bytes, int], None] | None = None,
) -> Iterator[Found | Blocked]:
    """Everything watched below `top` whose path is `within` a range, in byte order of the paths.

    `hidden` are paths that are never taken in (the store's own files), `closed` are folders not to
    enter because a mount came or went there. `listed` is told each folder that could be listed, with
    a descriptor that is open during the call. Links are not followed and
    what is not a regular file is not opened. A folder that vanishes meanwhile is passed over.
    """
    stack: list[Iterator[Found | Blocked | _Folder]] = [iter([_Folder(top, top)])]
    while stack:
        for entry in stack[-1]:
            if type(entry) is not _Folder:
                yield entry  # type: ignore[misc]  # mypy does not narrow by `type`
                continue
            path = entry.path
            if path in closed:
                yield Blocked(path, "a file system was mounted or unmounted here")
                continue
            try:
                fd = open_beneath(root, path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except (FileNotFoundError, NotADirectoryError):
                if path:
                    continue  # swapped meanwhile: each row below is looked at by itself
                raise
            except OSError as error:
                yield Blocked(path, os.strerror(error.errno or 0))
                continue
            try:
                if listed is not None:
                    listed(path, fd)
                entries = _list(fd, path, patterns, hidden, within)
            except OSError as error:
                yield Blocked(path, os.strerror(error.errno or 0))
                continue
            finally:
                os.close(fd)
            stack.append(iter(entries))
            break
        else:
            stack.pop()


def _list(
    fd: int, folder: bytes, patterns: Patterns, hidden: frozenset[bytes], within: Range
) -> list[Found | Blocked | _Folder]:
    """One folder's watched entries, sorted."""
    prefix = folder + b"/" if folder else b""
    after, end = within
    first, last = below(folder)
    whole = first >= after and (end is None or (last is not None and last <= end))
    chosen = bool(patterns.include or patterns.exclude)
    entries: list[Found | Blocked | _Folder] = []
    with os.scandir(fd) as listing:
        for entry in listing:
            name = _encode(entry.name)
            path = prefix + name
            if path in hidden:
                continue
            if entry.is_dir(follow_symlinks=False):
                key = path + b"/"
                inside = whole or (path + b"0" > after and (end is None or key < end))
                if inside and patterns.keeps_folder(path):
                    entries.append(_Folder(key, path))
                continue
            if not (whole or (path > after and (end is None or path < end))):
                continue
            if is_temporary(name) or (chosen and not patterns.keeps_path(path)):
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as error:
                entries.append(Blocked(path, os.strerror(error.errno or 0)))
                continue
            if found.st_mode & _KIND != stat.S_IFREG:
                continue
            inode, mtime, ctime = found.st_ino, found.st_mtime_ns, found.st_ctime_ns
            if inode < _HALF and 0 <= mtime < _HALF and 0 <= ctime < _HALF:  # as nearly all are
                entries.append(Found(path, found.st_dev, inode, found.st_size, mtime, ctime))
            else:
                entries.append(Found(path, *signature_parts(found)))
    entries.sort(key=itemgetter(0))
    return entries


def compare(
    walked: Iterable[Found | Blocked],
    rows: Iterator[tuple[Any, ...]],
    *,
    blocked: list[Blocked],
    seen_files: Callable[[int], None],
    every: bool = False,
) -> Iterator[Difference | None]:
    """Merge the two streams and yield the paths to look at, in order; `rows` have the fields of SeenRow.

    None is yielded now and then, so that a caller can do other work while nothing differs.

    Rows below a blocked folder are passed over: what cannot be listed is unknown. `blocked` is
    filled, `seen_files` is told how many files there were since it was told last. With `every`, files
    that look the same are yielded too.
    """
    row = next(rows, None)
    files = 0
    for entry in walked:
        if type(entry) is Blocked:
            blocked.append(entry)
            continue
        files += 1
        if files == TICK:
            seen_files(files)
            files = 0
            yield None
        path = entry[0]
        while row is not None and row[0] < path:
            if not is_below_any(row[0], blocked):
                yield Difference(row[0], None, SeenRow._make(row))
            row = next(rows, None)
        if row is None or row[0] != path:
            yield Difference(path, entry.signature, None)  # type: ignore[union-attr]  # mypy, as above
            continue
        if every or needs_look(row, entry):  # type: ignore[arg-type]
            yield Difference(path, entry.signature, SeenRow._make(row))  # type: ignore[union-attr]
        row = next(rows, None)
    seen_files(files)
    while row is not None:
        if not is_below_any(row[0], blocked):
            yield Difference(row[0], None, SeenRow._make(row))
        row = next(rows, None)


def needs_look(row: tuple[Any, ...], found: Found) -> bool:
    """Whether a file must be read again: other than recorded, rejected before, or racily clean."""
    # by place: a scan asks it of each file there is
    return row[2:7] != found[1:] or row[8] is not None or found[5] > row[7] * 1000 - RACY_NS


def is_below_any(path: bytes, blocked: list[Blocked]) -> bool:
    """Whether a path lies below one of these folders. The folder's own path can be looked at."""
    return any(path != entry.path and is_below(path, entry.path) for entry in blocked)


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is this folder or lies below it; everything lies below the root, b""."""
    return not folder or path == folder or path.startswith(folder + b"/")


def folders_above(path: bytes) -> Iterator[bytes]:
    """Every folder above a path but the root, the nearest first."""
    while path := path.rpartition(b"/")[0]:
        yield path


def is_watched(path: bytes, patterns: Patterns, hidden: frozenset[bytes]) -> bool:
    """Whether a file at this path would be taken in."""
    return path not in hidden and patterns.keeps_file(path)


def topmost(folders: set[bytes]) -> list[bytes]:
    """The folders that lie below no other of them: to compare one is to compare all below it."""
    kept: list[bytes] = []
    for folder in sorted(folders, key=lambda path: path + b"/"):
        if not kept or not folder.startswith(kept[-1] + b"/"):
            kept.append(folder)
    return kept
