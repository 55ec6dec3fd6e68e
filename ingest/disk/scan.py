"""Walk a root in byte order of the whole path, and compare it with what the last look found.

The walk and the rows of `seen` come in the same order, so that comparing them is one merge of two
streams and memory does not grow with the corpus.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter

import msgspec

from ingest.disk.patterns import Patterns, is_temporary
from ingest.disk.read import open_beneath, signature_of
from ingest.model import Signature

# A file changed less than this before it was read could have changed again in the same tick of
# the file system's clock; it is read once more at the next scan (git's "racily clean").
RACY_NS = 10_000_000
TICK = 1000  # files between two pauses

# os.fsencode without its questions, which take longer than its answer.
_encode = partial(str.encode, encoding=sys.getfilesystemencoding(), errors=sys.getfilesystemencodeerrors())


class Found(msgspec.Struct, frozen=True):
    """A watched regular file that the walk found."""

    path: bytes
    signature: Signature


class Blocked(msgspec.Struct, frozen=True):
    """A folder that could not be listed: everything below it is unknown."""

    path: bytes
    why: str


class SeenRow(msgspec.Struct, frozen=True):
    """What the last look found at a path; `document` is None when it never had a version."""

    path: bytes
    document: int | None
    signature: Signature | None
    read_at: int
    reason: str | None
    since: int | None = None


class Difference(msgspec.Struct, frozen=True):
    """A path to look at: on disk and new or other than recorded, or recorded and not found."""

    path: bytes
    signature: Signature | None
    seen: SeenRow | None


def walk(
    root: int,
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    closed: frozenset[bytes] = frozenset(),
    top: bytes = b"",
    listed: Callable[[bytes, int], None] | None = None,
) -> Iterator[Found | Blocked]:
    """Everything watched below `top`, in byte order of the paths.

    `hidden` are paths that are never taken in (the store's own files), `closed` are folders not to
    enter because a mount came or went there. `listed` is told each folder that could be listed, with
    a descriptor that is open during the call. Links are not followed and
    what is not a regular file is not opened. A folder that vanishes meanwhile is passed over.
    """
    stack: list[Iterator[tuple[bytes, bytes, os.stat_result | None, str]]] = [iter([(top, top, None, "")])]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            continue
        _, path, found, why = entry
        if found is not None:
            yield Found(path, signature_of(found))
            continue
        if why:
            yield Blocked(path, why)
            continue
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
            entries = _list(fd, path, patterns, hidden)
        except OSError as error:
            yield Blocked(path, os.strerror(error.errno or 0))
            continue
        finally:
            os.close(fd)
        stack.append(iter(entries))


def _list(
    fd: int, folder: bytes, patterns: Patterns, hidden: frozenset[bytes]
) -> list[tuple[bytes, bytes, os.stat_result | None, str]]:
    """One folder's watched entries as (sort key, path, stat of a file or None, error), sorted."""
    prefix = folder + b"/" if folder else b""
    entries: list[tuple[bytes, bytes, os.stat_result | None, str]] = []
    with os.scandir(fd) as listing:
        for entry in listing:
            name = _encode(entry.name)
            path = prefix + name
            if path in hidden:
                continue
            if entry.is_dir(follow_symlinks=False):
                if patterns.keeps_folder(path):
                    # with its slash a folder sorts where its content belongs
                    entries.append((path + b"/", path, None, ""))
            elif not is_temporary(name) and patterns.keeps_path(path):
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    entries.append((path, path, None, os.strerror(error.errno or 0)))
                    continue
                if stat.S_ISREG(found.st_mode):
                    entries.append((path, path, found, ""))
    entries.sort(key=itemgetter(0))
    return entries


def compare(
    walked: Iterator[Found | Blocked],
    rows: Iterator[SeenRow],
    *,
    blocked: list[Blocked],
    seen_file: Callable[[], None],
    every: bool = False,
) -> Iterator[Difference | None]:
    """Merge the two streams and yield the paths to look at, in order.

    None is yielded now and then, so that a caller can do other work while nothing differs.

    Rows below a blocked folder are passed over: what cannot be listed is unknown. `blocked` is
    filled, `seen_file` is called once a file. With `every`, files that
    look the same are yielded too.
    """
    row = next(rows, None)
    for count, entry in enumerate(walked, start=1):
        if count % TICK == 0:
            yield None
        if isinstance(entry, Blocked):
            blocked.append(entry)
            continue
        seen_file()
        while row is not None and row.path < entry.path:
            if not is_below_any(row.path, blocked):
                yield Difference(row.path, None, row)
            row = next(rows, None)
        if row is not None and row.path == entry.path:
            if every or needs_look(row, entry.signature):
                yield Difference(entry.path, entry.signature, row)
            row = next(rows, None)
        else:
            yield Difference(entry.path, entry.signature, None)
    while row is not None:
        if not is_below_any(row.path, blocked):
            yield Difference(row.path, None, row)
        row = next(rows, None)


def needs_look(row: SeenRow, signature: Signature) -> bool:
    """Whether a file must be read again: other than recorded, rejected before, or racily clean."""
    return (
        row.signature != signature
        or row.reason is not None
        or signature.ctime_ns > row.read_at * 1000 - RACY_NS
    )


def is_below_any(path: bytes, blocked: list[Blocked]) -> bool:
    """Whether a path lies below one of these folders. The folder's own path can be looked at."""
    return any(path != entry.path and is_below(path, entry.path) for entry in blocked)


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is this folder or lies below it; everything lies below the root, b""."""
    return not folder or path == folder or path.startswith(folder + b"/")


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
