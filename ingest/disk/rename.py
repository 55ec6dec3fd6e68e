"""Rename a file to a name that nothing has, on file systems with and without hard links."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

from ingest.model import Descriptor

_NO_REPLACE = 1  # RENAME_NOREPLACE
# What a kernel or a file system answers that does not know of it.
_UNKNOWN = frozenset((errno.EINVAL, errno.ENOSYS, errno.EPERM))
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_renameat2 = getattr(_libc, "renameat2", None)


def rename_new(folder: Descriptor, source: bytes, target: bytes) -> None:
    """Rename a file within an open folder; what stands at `target` stays. Raises FileExistsError, OSError.

    Where neither the rename nor a hard link can be had, the name is taken by an empty file first, over which
    the whole one is renamed: a crash between the two leaves the empty one, and
    so does a file system that then takes nothing away either.
    """
    if _renameat2 is not None:
        if _renameat2(folder, source, folder, target, _NO_REPLACE) == 0:
            return
        code = ctypes.get_errno()
        if code not in _UNKNOWN:
            raise OSError(code, os.strerror(code), target)
    try:
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        raise
    except OSError:  # what one without hard links answers is its own: EPERM, ENOSYS, EIO (rclone) and others
        pass
    else:
        os.unlink(source, dir_fd=folder)
        return
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder))
    try:
        os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(target, dir_fd=folder)
        raise
