"""One file, safely and stably, or the reason why not.

Every path is opened beneath the root's descriptor and through no link: with `openat2` in one call
where the kernel has it, else part by part. A name swapped for a link while we look cannot lead
out of the root.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import stat
import struct
from operator import attrgetter
from typing import Literal

import msgspec

from ingest.disk.descriptors import TOO_FEW
from ingest.model import Descriptor, RejectReason, Signature

_OPENAT2 = 437  # one number on every architecture
_BENEATH = 0x08 | 0x04 | 0x02  # RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
_LONGEST = 4000  # PATH_MAX is 4096; longer paths go part by part
_CHUNK = 1 << 20
_HALF = 1 << 63
_TO_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
_O_PATH = getattr(os, "O_PATH", os.O_RDONLY)
_libc = ctypes.CDLL(None, use_errno=True) if platform.system() == "Linux" else None
_openat2_missing = _libc is None

ABSENT = frozenset((errno.ENOENT,))
REPLACED = frozenset((errno.ENOTDIR, errno.ELOOP, errno.EXDEV))


# Tagged, so that one process can tell another which of them it found.
class File(msgspec.Struct, frozen=True, tag=True):
    """A regular file stands at the path."""

    signature: Signature


class NoFile(msgspec.Struct, frozen=True, tag=True):
    """Surely no regular file stands at the path."""

    reason: Literal["removed", "replaced"]


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """What stands at the path cannot be told: never a reason to delete."""

    why: str


class Bytes(msgspec.Struct, frozen=True, tag=True):
    """The file's bytes, read while it stood still."""

    raw: bytes
    signature: Signature
    modified_at: int


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """The bytes could not or may not be read."""

    reason: RejectReason
    detail: str
    signature: Signature | None


class Moving(msgspec.Struct, frozen=True, tag=True):
    """The file changed while it was read: read it again."""


Look = File | NoFile | Unknown
Reading = Bytes | Rejected | Moving | NoFile | Unknown


def signature_of(found: os.stat_result) -> Signature:
    """Return the part of a stat result that tells whether a file stood still."""
    return Signature(*signature_parts(found))


def signature_parts(found: os.stat_result) -> tuple[int, int, int, int, int]:
    """Return the same as a tuple, for whoever has very many."""
    inode, mtime, ctime = found.st_ino, found.st_mtime_ns, found.st_ctime_ns
    if not (inode < _HALF and -_HALF <= mtime < _HALF and -_HALF <= ctime < _HALF):
        inode, mtime, ctime = _signed(inode), _signed(mtime), _signed(ctime)
    return found.st_dev, inode, found.st_size, mtime, ctime


def _signed(number: int) -> int:
    """Wrap into 64 signed bits, as databases keep it: inodes use all 64, mtimes can exceed them."""
    return ((number + _HALF) % (2 * _HALF)) - _HALF


def open_beneath(root: Descriptor, path: bytes, flags: int) -> Descriptor:
    """Open `path` below the folder descriptor `root`, through no link. Raises OSError.

    With O_PATH and O_NOFOLLOW a link in last place is opened itself.
    """
    if 0 in path:  # it would be cut there
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    global _openat2_missing  # noqa: PLW0603  # what the kernel can do does not change
    if not path:
        return Descriptor(os.open(b".", flags | os.O_CLOEXEC, dir_fd=root))
    if not _openat2_missing and len(path) < _LONGEST:
        assert _libc is not None
        how = _how(flags)
        while True:
            fd = int(_libc.syscall(_OPENAT2, root, path, how, len(how)))
            if fd >= 0:
                return Descriptor(fd)
            code = ctypes.get_errno()
            if code == errno.ENOSYS or (code == errno.EPERM and not _is_openat2_allowed(root)):
                _openat2_missing = True
                break
            if code not in (errno.EINTR, errno.EAGAIN):
                raise OSError(code, os.strerror(code), path)
    return _open_part_by_part(root, path, flags)


@functools.cache
def _how(flags: int) -> bytes:
    """Return what `openat2` is told: of the flags there are few."""
    return struct.pack("QQQ", flags | os.O_CLOEXEC, 0, _BENEATH)


def _is_openat2_allowed(root: Descriptor) -> bool:
    """Tell whether `openat2` may be called: some sandboxes answer EPERM to a call they do not know."""
    assert _libc is not None
    fd = int(_libc.syscall(_OPENAT2, root, b".", struct.pack("QQQ", _O_PATH | os.O_CLOEXEC, 0, 0), 24))
    if fd >= 0:
        os.close(fd)
    return fd >= 0


def _open_part_by_part(root: Descriptor, path: bytes, flags: int) -> Descriptor:
    *folders, name = path.split(b"/")
    if {b"", b".", b".."} & {*folders, name}:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), path)
    at = Descriptor(os.dup(root))
    try:
        for folder in folders:
            below = Descriptor(
                os.open(folder, _O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
            )
            os.close(at)
            at = below
        return Descriptor(os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at))
    finally:
        os.close(at)


def look(root: Descriptor, path: bytes, never: frozenset[tuple[int, int]] = frozenset()) -> Look:
    """Return what stands at `path` now.

    It is `NoFile` only if every folder above it could be listed and nothing is there, or if what is there is
    no file to be taken in. Files with a device and inode among `never` are none.

    Raises OSError where this process has too few descriptors to tell.
    """
    if not hasattr(os, "O_PATH"):
        return _look_from_folder(root, path, never)
    try:
        fd = open_beneath(root, path, _O_PATH | os.O_NOFOLLOW)
    except OSError as error:
        return _explain_absence(root, path, error)
    try:
        found = os.fstat(fd)
    except OSError as error:
        return Unknown(os.strerror(error.errno or 0))
    finally:
        os.close(fd)
    return _looked(found, never)


def _look_from_folder(root: Descriptor, path: bytes, never: frozenset[tuple[int, int]]) -> Look:
    """Look as `look` does, by a `stat` from the folder: for systems that have no O_PATH."""
    folder, _, name = path.rpartition(b"/")
    try:
        fd = open_beneath(root, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        finally:
            os.close(fd)
    except OSError as error:
        return _explain_absence(root, path, error)
    return _looked(found, never)


def _looked(found: os.stat_result, never: frozenset[tuple[int, int]]) -> Look:
    if not stat.S_ISREG(found.st_mode) or (found.st_dev, found.st_ino) in never:
        return NoFile("replaced")
    return File(signature_of(found))


def _explain_absence(root: Descriptor, path: bytes, error: OSError) -> NoFile | Unknown:
    """Believe ENOENT and ENOTDIR only when the folders down to the gap can be listed."""
    if error.errno in TOO_FEW:
        raise error
    if error.errno not in ABSENT | REPLACED:
        return Unknown(os.strerror(error.errno or 0))
    reason: Literal["removed", "replaced"] = "removed" if error.errno in ABSENT else "replaced"
    try:
        _require_listable(root, b"")
        parts = path.split(b"/")
        for depth in range(1, len(parts)):
            try:
                _require_listable(root, b"/".join(parts[:depth]))
            except OSError as missing:
                if missing.errno in ABSENT:
                    return NoFile("removed")
                if missing.errno in REPLACED:
                    return NoFile("replaced")
                raise
    except OSError as unlistable:
        if unlistable.errno in TOO_FEW:
            raise
        return Unknown(os.strerror(unlistable.errno or 0))
    return NoFile(reason)


def _require_listable(root: Descriptor, folder: bytes) -> None:
    """Raise OSError unless the folder can be listed."""
    fd = open_beneath(root, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with os.scandir(fd) as entries:
            next(entries, None)
    finally:
        os.close(fd)


def read_stable(
    root: Descriptor, path: bytes, *, max_bytes: int, never: frozenset[tuple[int, int]] = frozenset()
) -> Reading:
    """Read the whole file once, if it stands still: fstat, read, fstat, lstat must all agree.

    What is not a regular file is not opened: to open a pipe is to take part in it. Nor is one whose device
    and inode are among `never`: no file to be taken in stands there. Raises OSError as `look` does.
    """
    glanced = _glance(root, path)
    if glanced is None:
        first = look(root, path)
        if not isinstance(first, File):
            return first
        own = first.signature.device, first.signature.inode
    else:
        own = glanced.st_dev, glanced.st_ino
    if own in never:
        return NoFile("replaced")
    try:
        fd = open_beneath(root, path, _TO_READ)
    except OSError as error:
        if error.errno in ABSENT | REPLACED | TOO_FEW:
            return _explain_absence(root, path, error)
        seen = look(root, path)
        if isinstance(seen, File):
            return Rejected("unreadable", os.strerror(error.errno or 0), seen.signature)
        return seen
    before: os.stat_result | None = None
    try:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            return NoFile("replaced")
        if before.st_size > max_bytes:
            return Rejected("too_large", f"{before.st_size} bytes", signature_of(before))
        raw = _read_all(fd, before.st_size, max_bytes)
        after = os.fstat(fd)
    except OSError as error:
        known = None if before is None else signature_of(before)
        return Rejected("unreadable", os.strerror(error.errno or 0), known)
    finally:
        os.close(fd)
    stood = _of_signature(before)
    if raw is None or _of_signature(after) != stood:
        return Moving()
    signature, again = signature_of(before), _glance(root, path)
    if (again is None or _of_signature(again) != stood) and look(root, path) != File(signature):
        return Moving()
    return Bytes(raw, signature, before.st_mtime_ns // 1000)


# What `signature_parts` wraps, which two looks of one process need not.
_of_signature = attrgetter("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")


def _glance(root: Descriptor, path: bytes) -> os.stat_result | None:
    """Return what the system says of a regular file, at a fifth of the price of `look`; None for all else.

    The way may lead through a link, so this is only for what a descriptor opened beneath confirms.
    """
    try:
        found = os.stat(path, dir_fd=root, follow_symlinks=False)
    except (OSError, ValueError):  # ValueError: a path with a NUL, out of a store that was tampered with
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _read_all(fd: Descriptor, size: int, max_bytes: int) -> bytes | None:
    """Return all bytes to the end, or None when the file grew past what may be read."""
    first = os.read(fd, min(size + 1, _CHUNK))
    if len(first) == size < _CHUNK:
        return first  # one byte more was asked for, and there was none: it has not grown
    parts, total = [first], len(first)
    while part := os.read(fd, _CHUNK):
        parts.append(part)
        total += len(part)
        if total > max_bytes:
            return None
    return b"".join(parts)
