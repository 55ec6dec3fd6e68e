"""Files that a verb writes where the call names a place, on a file system that may not answer."""

from __future__ import annotations

import os
from functools import partial

from ingest import escape, overseen
from ingest.disk.reachability import silent_of
from ingest.disk.write import write_file
from ingest.errors import UsageError


def write(place: str, body: bytes, *, hint: str, replace: bool = True) -> None:
    """Write a file whole or not at all. `hint` says what to name in place of a folder.

    Raises UsageError where a folder stands there, or without `replace` anything; OSError, Unreachable.
    """
    path = os.fsencode(place)
    work = partial(_write, path, body, hint=hint, replace=replace)
    overseen.answered(silent_of(path), work, None, tidies=True)


def require_new(place: str, *, hint: str, replace: bool) -> None:
    """Raise what `write` would raise, before anything is made that is to be written."""
    path = os.fsencode(place)
    overseen.answered(silent_of(path), partial(_require_new, path, hint=hint, replace=replace), None)


def _write(path: bytes, body: bytes, *, hint: str, replace: bool) -> None:
    _require_new(path, hint=hint, replace=True)
    try:
        write_file(path, body, replace=replace)
    except FileExistsError as error:
        raise _exists(path) from error


def _require_new(path: bytes, *, hint: str, replace: bool) -> None:
    if not path or os.path.isdir(path):
        raise UsageError(f"'{escape.path(path)}' is a folder", hint=hint)
    if not replace and os.path.lexists(path):
        raise _exists(path)


def _exists(path: bytes) -> UsageError:
    return UsageError(f"{escape.path(path)} exists", hint="overwrite it with --force")
