"""Is this folder still the root that was recorded?

A root's folder holds its mark, a random value, in `.ingest/root-id`. Anyone may delete `.ingest/`: then
the folder's inode and birth time decide, and where these could be another folder's too, the bytes of
documents that are known below it. `ingest/root_folder.py` puts the question with what is recorded.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from ingest.disk import read
from ingest.disk.descriptors import are_too_few
from ingest.disk.durable import flush
from ingest.disk.patterns import OWN_FOLDER
from ingest.disk.read import open_beneath, signature_of
from ingest.disk.statx import Facts, facts_of
from ingest.errors import RootUnavailable
from ingest.escape import path as show
from ingest.expressions import expression
from ingest.model import Descriptor

MARK_BYTES = 16
HASHED = 16  # documents that are read, at most, to prove a folder
_MARK_FILE = OWN_FOLDER + b"/root-id"
_MARK_FOLDED = OWN_FOLDER + b"/ROOT-ID"
_UNFINISHED = expression("[0-9a-f]{16}")
_OLD = 60 * 10**9  # nanoseconds after which nobody writes an unfinished mark any more


class Anchor(msgspec.Struct, frozen=True):
    """An opened root folder: its descriptor, what `stat` and `statx` say of it, and the mark it holds."""

    fd: Descriptor
    device: int
    facts: Facts
    mark: bytes | None


class KnownDocument(NamedTuple):
    """A document that should stand below a root, by its size in bytes and its hash."""

    path: bytes
    size: int
    sha256: bytes


class RecordedFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of a root's folder. `facts` are None where another host recorded them.

    `is_mount` says whether it was a mount point of its own; None: not recorded, or not of this host.
    """

    mark: bytes
    facts: Facts | None
    is_mount: bool | None


Verdict = Literal["same", "another", "documents"]


def compare_facts(recorded: Facts, found: Facts) -> Verdict:
    """Tell whether a folder without a mark is the recorded one, by inode and birth time.

    `documents`: only known documents can tell.
    """
    if recorded.birth_ns is None or found.birth_ns is None:
        return "documents"
    if recorded != found:
        return "another"
    return "same" if found.is_exact else "documents"


def judge(
    recorded: RecordedFolder, found: Facts, *, mark: bytes | None, is_mount: bool | None
) -> tuple[Verdict, str]:
    """Tell whether an open folder is the recorded root, and why not. `is_mount` is None where nobody tells.

    A mark decides. A root that was a mount point of its own is no folder that is none: on an overlay, or
    where a file system shows another folder's files, the mark is in what lies below it too.
    """
    if recorded.is_mount and is_mount is False:
        return "another", "what was mounted there is not"
    if mark is not None:
        return ("same", "") if mark == recorded.mark else ("another", "it holds another mark than the root's")
    if recorded.facts is None:
        return "another", "it does not hold the root's mark, and another host recorded it"
    verdict = compare_facts(recorded.facts, found)
    if verdict == "another":
        return verdict, "it does not hold the root's mark, and is another folder"
    return verdict, "it does not hold the root's mark, and no known document was found in it"


def open_root(path: bytes) -> Anchor:
    """Open a root's folder, not through a link in last place. Raises RootUnavailable."""
    if b"\0" in path:  # a store that somebody wrote to
        raise RootUnavailable(
            f"root {show(path)} is recorded at a path that none can have",
            code="root_missing",
            hint="record where its folder stands: ingest roots relocate NAME PATH",
        )
    try:
        fd = Descriptor(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC))
    except OSError as error:
        missing = error.errno == errno.ENOENT
        code = "root_replaced" if error.errno in (errno.ENOTDIR, errno.ELOOP) else "root_missing"
        raise RootUnavailable(
            f"root {show(path)} cannot be opened: {os.strerror(error.errno or 0)}",
            code=code,
            hint="put the folder back, or: ingest roots relocate NAME PATH" if missing else None,
        ) from error
    try:
        return Anchor(fd, signature_of(os.fstat(fd)).device, facts_of(fd), read_mark(fd))
    except OSError:
        os.close(fd)
        raise


def stands_any(
    fd: Descriptor, documents: Iterable[KnownDocument], *, never: frozenset[tuple[int, int]] = frozenset()
) -> bool:
    """Tell whether one of these documents stands below a folder with its recorded bytes.

    At most 16 are read; one of another size is not. `never` are the (device, inode) that may not be opened.
    """
    hashed = 0
    for document in documents:
        if hashed == HASHED:
            return False
        looked = read.look(fd, document.path, never)
        if not isinstance(looked, read.File) or looked.signature.size != document.size:
            continue
        hashed += 1
        found = read.read_stable(fd, document.path, max_bytes=document.size, never=never)
        if isinstance(found, read.Bytes) and sha256(found.raw).digest() == document.sha256:
            return True
    return False


def read_mark(root: Descriptor) -> bytes | None:
    """Return the mark that a root's `.ingest/root-id` holds, or None.

    Raises OSError where there are too few descriptors: that says nothing of the mark.
    """
    try:
        fd = open_beneath(root, _MARK_FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if are_too_few(error):
            raise
        return None
    try:
        mark = bytes.fromhex(os.read(fd, 64).decode("ascii").strip())
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)
    return mark if len(mark) == MARK_BYTES else None


def write_mark(root: Descriptor, mark: bytes) -> bool:
    """Write `.ingest/root-id`; False where the root cannot be written to. May be called again.

    Who is given up by SystemExit, since the file system fell silent, puts back what was there before.
    """
    _sweep(root)
    before = read_mark(root)
    if before == mark:
        return True
    try:
        _put_mark(root, mark)
    except OSError:
        return False
    except BaseException:
        with suppress(OSError):
            if read_mark(root) == mark:
                _put_mark(root, before)
        raise
    return True


def _put_mark(root: Descriptor, mark: bytes | None) -> None:
    """Have `.ingest/root-id` hold a mark, or be gone. Raises OSError."""
    if mark is None:
        os.unlink(_MARK_FILE, dir_fd=root)
        return
    temporary = OWN_FOLDER + b"/" + secrets.token_hex(8).encode()
    try:
        with suppress(FileExistsError):
            os.mkdir(OWN_FOLDER, 0o700, dir_fd=root)
        fd = open_beneath_new(root, temporary)
        try:
            os.write(fd, mark.hex().encode() + b"\n")
            flush(fd)
        finally:
            os.close(fd)
        os.rename(temporary, _MARK_FILE, src_dir_fd=root, dst_dir_fd=root)
    except BaseException:  # who waits for a file system may give it up
        with suppress(OSError):
            os.unlink(temporary, dir_fd=root)
        raise


def _sweep(root: Descriptor) -> None:
    """Remove marks that were never finished: who wrote one was killed, or gave its file system up.

    How old one is, the folder's own stamp says: another process may be writing one now.
    """
    try:
        folder = open_beneath(root, OWN_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        newest = os.fstat(folder).st_mtime_ns
        for name in os.listdir(folder):
            if _UNFINISHED.fullmatch(name):
                with suppress(OSError):
                    written = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns
                    if newest - written > _OLD:
                        os.unlink(name, dir_fd=folder)
    except OSError:
        return
    finally:
        os.close(folder)


def folds_names(root: Descriptor) -> bool:
    """Tell whether the file system takes names that differ in letter case alone for one.

    The mark's file opens under another. Without such a file nobody can tell, and it is taken not to.
    """
    try:
        os.close(open_beneath(root, _MARK_FOLDED, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def is_writable(root: Descriptor) -> bool:
    """Tell whether a file could be made in a root's `.ingest`; the id may be there from before."""
    try:
        return os.access(OWN_FOLDER, os.W_OK | os.X_OK, dir_fd=root, effective_ids=True)
    except (OSError, NotImplementedError):
        return True


def open_beneath_new(root: Descriptor, path: bytes) -> Descriptor:
    """Create a file in a root's `.ingest`, which must be a folder and no link. Raises OSError."""
    folder = open_beneath(root, OWN_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        name = path.rpartition(b"/")[2]
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return Descriptor(os.open(name, flags, 0o600, dir_fd=folder))
    finally:
        os.close(folder)
