"""Walk a root in byte order of the whole path."""

from __future__ import annotations

import os
import stat
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import gcd
from operator import itemgetter
from typing import NamedTuple

import msgspec

from ingest.disk.descriptors import are_too_few
from ingest.disk.patterns import OWN_FOLDER, Patterns, is_temporary
from ingest.disk.read import File, look, open_beneath, signature_parts
from ingest.model import Descriptor, DocumentKey, Signature

# Microseconds. A file changed less than this before it was read could have changed again in the same
# tick of the file system's clock; it is read once more at the next scan (git's "racily clean"). Where the
# file system's stamps are coarser, so is the tick: `tick_of`.
RACY = 10_000
RACY_LONGEST = 3_000_000
TICK = 1000  # files between two pauses
_KIND = 0o170000  # S_IFMT
_HALF = 1 << 63  # numbers below it need not be wrapped
# os.fsencode without its questions, which take longer than its answer.
_encode = partial(str.encode, encoding=sys.getfilesystemencoding(), errors=sys.getfilesystemencodeerrors())

# A watched regular file that the walk found: path, device, inode, size, mtime_ns, ctime_ns. A plain tuple,
# since a scan makes one of each file there is, and compares a folder of them with one question.
FileEntry = tuple[bytes, int, int, int, int, int]


class Blocked(NamedTuple):
    """A folder that could not be listed: everything below it is unknown."""

    path: bytes
    why: str


class SeenRow(NamedTuple):
    """What the last look found at a path; `document` is None when it never had a version."""

    path: bytes
    document: DocumentKey | None
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
        """Return what `stat` said then; None where it could say nothing."""
        device, inode, size, mtime_ns, ctime_ns = self[2:7]
        if device is None or inode is None or size is None or mtime_ns is None or ctime_ns is None:
            return None
        return Signature(device, inode, size, mtime_ns, ctime_ns)


class Range(NamedTuple):
    """The paths after the one and before the other, in byte order; None for no end."""

    after: bytes = b""
    end: bytes | None = None


def tick_of(stamps_ns: Iterable[int]) -> int:
    """Return the tick of a file system's clock in microseconds.

    The coarsest step that divides all of its stamps, from 10 ms to 3 s. Of few stamps it is too coarse, which
    costs a second look.
    """
    step = 0
    for stamp in stamps_ns:
        step = gcd(step, stamp)
        if 0 < step <= RACY * 1000:
            return RACY
    return min(max(step // 1000, RACY), RACY_LONGEST) if step else RACY


def below(folder: bytes) -> Range:
    """Return the paths below a folder; every path for the root, b""."""
    return Range(folder + b"/", folder + b"0") if folder else Range()


class _Folder(NamedTuple):
    key: bytes  # with its slash a folder sorts where its content belongs
    path: bytes


def walk(
    root: Descriptor,
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    closed: frozenset[bytes] = frozenset(),
    top: bytes = b"",
    within: Range = Range(),  # noqa: B008  # a tuple
    listed: Callable[[bytes, Descriptor], None] | None = None,
    left_out: Callable[[str], None] | None = None,
) -> Iterator[list[FileEntry] | Blocked]:
    """Yield everything watched below `top` whose path is `within` a range, in byte order of the paths.

    Files that follow one another in a folder come as one list.

    `hidden` are paths that are never taken in (the store's own files), `closed` are folders not to
    enter because a mount came or went there. `listed` is told each folder that could be listed, with
    a descriptor that is open during the call, `left_out` the rule of each name that is left out, but of the
    store's own files and our own folder. Links are not followed and what is not a regular file is not
    opened. A folder that vanishes meanwhile is passed over.
    Raises OSError where the top cannot be opened, and where there are too few descriptors.
    """
    stack: list[Iterator[list[FileEntry] | Blocked | _Folder]] = [iter([_Folder(top, top)])]
    while stack:
        for entry in stack[-1]:
            if not isinstance(entry, _Folder):
                yield entry
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
                if are_too_few(error):
                    raise
                yield Blocked(path, os.strerror(error.errno or 0))
                continue
            try:
                if listed is not None:
                    listed(path, fd)
                entries = _list(fd, path, patterns, hidden, within, left_out)
            except OSError as error:
                if are_too_few(error):
                    raise
                yield Blocked(path, os.strerror(error.errno or 0))
                continue
            finally:
                os.close(fd)
            stack.append(iter(entries))
            break
        else:
            stack.pop()


def _list(
    fd: Descriptor,
    folder: bytes,
    patterns: Patterns,
    hidden: frozenset[bytes],
    within: Range,
    left_out: Callable[[str], None] | None,
) -> list[list[FileEntry] | Blocked | _Folder]:
    """Return one folder's watched entries, sorted."""
    prefix = folder + b"/" if folder else b""
    after, end = within
    first, last = below(folder)
    # all of it lies within; else a folder before "after" may hold what comes after it: "0" follows "/"
    whole = first >= after and (end is None or (last is not None and last <= end))
    chosen = bool(patterns.include or patterns.exclude)
    files: list[FileEntry] = []
    others: list[Blocked | _Folder] = []
    passed: list[tuple[bytes, bool]] = []  # what is left out, and whether it is a folder
    # A list and a `stat` of each take less than the entries of `scandir`, whose type would be asked for too.
    names = os.listdir(fd)
    for entry, name in zip(names, _encoded(names), strict=True):
        path = prefix + name
        if not whole and not (path + b"0" > after and (end is None or path < end)):
            continue
        try:
            found = os.stat(entry, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            kept = not chosen or patterns.keeps_path(path) or patterns.keeps_folder(path)
            if kept and path not in hidden and (not is_temporary(name) or patterns.keeps_temporary(path)):
                others.append(Blocked(path, os.strerror(error.errno or 0)))
            continue
        kind = found.st_mode & _KIND
        if kind == stat.S_IFREG:
            if (is_temporary(name) and not patterns.keeps_temporary(path)) or (
                chosen and not patterns.keeps_path(path)
            ):
                passed.append((path, False))
                continue
            if path in hidden:
                continue
            if not (whole or path > after):
                continue
            inode, mtime, ctime = found.st_ino, found.st_mtime_ns, found.st_ctime_ns
            if inode < _HALF and 0 <= mtime < _HALF and 0 <= ctime < _HALF:  # as nearly all are
                files.append((path, found.st_dev, inode, found.st_size, mtime, ctime))
            else:
                files.append((path, *signature_parts(found)))
        elif kind == stat.S_IFDIR and path not in hidden:
            key = path + b"/"
            if not patterns.keeps_folder(path):
                passed.append((path, True))
            elif whole or end is None or key < end:
                others.append(_Folder(key, path))
    if left_out is not None:
        counted = (entry for entry in passed if whole or entry[0] > after)
        _tell_left_out(counted, patterns, hidden, left_out)
    files.sort()
    return _in_order(files, others)


def _tell_left_out(
    passed: Iterable[tuple[bytes, bool]],
    patterns: Patterns,
    hidden: frozenset[bytes],
    left_out: Callable[[str], None],
) -> None:
    """Call `left_out` with the rule of each path left out. `passed` says of each whether it is a folder."""
    for path, is_folder in passed:
        if path not in hidden and path.rpartition(b"/")[2] != OWN_FOLDER:
            left_out(patterns.rule_of(path, folder=is_folder))


def _encoded(names: list[str]) -> list[bytes]:
    """Return names as the disk has them, all made at once: no name has a NUL."""
    return _encode("\0".join(names)).split(b"\0") if names else []


def _in_order(
    files: list[FileEntry], others: list[Blocked | _Folder]
) -> list[list[FileEntry] | Blocked | _Folder]:
    """Return the sorted files in runs, with the rest between them where it belongs."""
    ordered: list[list[FileEntry] | Blocked | _Folder] = []
    start = 0
    for other in sorted(others, key=itemgetter(0)):
        end = bisect_left(files, (other[0],))
        if start < end:
            ordered.append(files[start:end])
        ordered.append(other)
        start = end
    if start < len(files):
        ordered.append(files[start:] if start else files)
    return ordered


def known_file(
    root: Descriptor, patterns: Patterns, hidden: frozenset[bytes], path: bytes
) -> FileEntry | None:
    """Return the file that stands at a known document's path, whatever its name.

    None for none that is watched.
    """
    if not is_watched(path, patterns, hidden, known=True):
        return None
    looked = look(root, path)
    return (path, *msgspec.structs.astuple(looked.signature)) if isinstance(looked, File) else None


def is_below(path: bytes, folder: bytes) -> bool:
    """Tell whether a path is this folder or lies below it; everything lies below the root, b""."""
    return not folder or path == folder or path.startswith(folder + b"/")


def folders_above(path: bytes) -> Iterator[bytes]:
    """Yield every folder above a path but the root, the nearest first."""
    while path := path.rpartition(b"/")[0]:
        yield path


def is_watched(path: bytes, patterns: Patterns, hidden: frozenset[bytes], *, known: bool = False) -> bool:
    """Tell whether a file at this path would be taken in, or stays where a document is known there."""
    return path not in hidden and (patterns.keeps_path(path) if known else patterns.keeps_file(path))


def topmost(folders: set[bytes]) -> list[bytes]:
    """Return the folders that lie below no other of them: to compare one is to compare all below it."""
    kept: list[bytes] = []
    for folder in sorted(folders, key=lambda path: path + b"/"):
        if not kept or not folder.startswith(kept[-1] + b"/"):
            kept.append(folder)
    return kept
