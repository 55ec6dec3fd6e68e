"""Files that a verb writes where the call names a place, on a file system that may not answer."""

from __future__ import annotations

import os
import sys
from functools import partial

from ingest import escape, overseen
from ingest.disk.reachability import own_descriptor, silent_of
from ingest.disk.write import write_all, write_file
from ingest.errors import UsageError
from ingest.model import Descriptor


def write(place: str, body: bytes, *, hint: str, replace: bool = True) -> None:
    """Write a file whole or not at all. `hint` says what to name in place of a folder.

    What stands for an open file of this process, as /dev/stdout does, is written to as it is open.

    Raises UsageError where a folder stands there, or without `replace` anything; OSError, Unreachable.
    """
    path = os.fsencode(place)
    if replace and (fd := own_descriptor(path)) is not None:
        _write_open(fd, path, body)
        return
    work = partial(_write, path, body, hint=hint, replace=replace)
    overseen.result(silent_of(path), work, None, tidies=True)


def require_new(place: str, *, hint: str, replace: bool) -> None:
    """Raise what `write` would raise, before anything is made that is to be written."""
    path = os.fsencode(place)
    overseen.result(silent_of(path), partial(_require_new, path, hint=hint, replace=replace), None)


def _write(path: bytes, body: bytes, *, hint: str, replace: bool) -> None:
    _require_new(path, hint=hint, replace=True)
    try:
        write_file(path, body, replace=replace)
    except FileExistsError as error:
        raise _exists(path) from error


def _write_open(fd: Descriptor, path: bytes, body: bytes) -> None:
    sys.stdout.flush()  # what was said before comes before
    try:
        with open(fd, "wb", buffering=0, closefd=False) as file:
            write_all(file, body)
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), path) from error


def _require_new(path: bytes, *, hint: str, replace: bool) -> None:
    if not path or os.path.isdir(path):
        raise UsageError(f"'{escape.path(path)}' is a folder", hint=hint)
    if not replace and os.path.lexists(path):
        raise _exists(path)


def _exists(path: bytes) -> UsageError:
    return UsageError(f"{escape.path(path)} exists", hint="overwrite it with --force")
