"""Whether a path that was looked at is there as it is written, and not under another file's name.

Where a file system takes names that differ in letter case (or in Unicode form) for one, `lstat` finds
`a.txt` though the folder lists `A.txt` alone: there a path is there only if its folder lists that very
name. Where a cloud client's placeholder stands beside the missing file, nothing is known of the file.
"""

from __future__ import annotations

import os
import stat
from typing import Literal, TypeVar
from unicodedata import normalize

from ingest.disk import read
from ingest.disk.descriptors import are_too_few
from ingest.disk.patterns import placeholders
from ingest.disk.read import Look, NoFile, Reading, Unknown, open_beneath
from ingest.model import Descriptor

# Which names a file system may take for one: those that differ in letter case (and whatever else), those that
# differ in their form of Unicode alone, or none.
Folding = Literal["letters", "forms", "no"]
LookOrReading = TypeVar("LookOrReading", bound=Reading | Look)
OFFLINE = "it is not on this disk: a placeholder stands in its place"


class ListedNames:
    """The names that folders list, each folder asked once: to be made anew for each look.

    `folds` says which names the file system may take for one: then alone a folder is asked.
    """

    def __init__(self, root: Descriptor, folds: Folding = "letters") -> None:
        self._root = root
        self._folds = folds
        self._folders: dict[bytes, frozenset[bytes] | None] = {}

    def has(self, path: bytes) -> bool:
        """Tell whether every folder down to `path` lists the next part as it is written.

        True where one cannot be listed.
        """
        if self._folds == "no" or (self._folds == "forms" and not _has_forms(path)):
            return True
        folder = b""
        for part in path.split(b"/"):
            listed = self._listed(folder)
            if listed is None:
                return True
            if part not in listed:
                return False
            folder = folder + b"/" + part if folder else part
        return True

    def _listed(self, folder: bytes) -> frozenset[bytes] | None:
        if folder not in self._folders:
            self._folders[folder] = self._list(folder)
        return self._folders[folder]

    def _list(self, folder: bytes) -> frozenset[bytes] | None:
        try:
            fd = open_beneath(self._root, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            if are_too_few(error):
                raise
            return None
        try:
            return frozenset(map(os.fsencode, os.listdir(fd)))  # with a descriptor of its own
        except OSError as error:
            if are_too_few(error):
                raise
            return None
        finally:
            os.close(fd)


def _has_forms(path: bytes) -> bool:
    """Tell whether a path can be written in another form of Unicode's."""
    words = path.decode("utf-8", "surrogateescape")
    return not words.isascii() and any(normalize(form, words) != words for form in ("NFC", "NFD"))


def confirmed(
    root: Descriptor, path: bytes, found: LookOrReading, names: ListedNames | None
) -> LookOrReading | NoFile | Unknown:
    """Return what was found at a path, unless its name is not there or a placeholder is."""
    there = not isinstance(found, NoFile | Unknown)
    gone = NoFile("removed") if there and names is not None and not names.has(path) else None
    if gone is None and isinstance(found, NoFile) and found.reason == "removed":
        gone = found
    if gone is not None and _has_placeholder(root, path):
        return Unknown(OFFLINE)
    return gone or found


def look(
    root: Descriptor, path: bytes, *, never: frozenset[tuple[int, int]], names: ListedNames | None
) -> Look:
    """Return what stands at a path under the very name that it is written with."""
    return confirmed(root, path, read.look(root, path, never), names)


def _has_placeholder(root: Descriptor, path: bytes) -> bool:
    for beside in placeholders(path):
        try:
            found = os.stat(beside, dir_fd=root, follow_symlinks=False)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(found.st_mode):
            return True
    return False


def device_above(root: Descriptor, path: bytes) -> int | None:
    """Return the device of the nearest folder above a path that is there; None where that cannot be told."""
    folder = path
    while folder:
        folder = folder.rpartition(b"/")[0]
        try:
            fd = open_beneath(root, folder, getattr(os, "O_PATH", os.O_RDONLY) | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno in read.ABSENT | read.REPLACED:
                continue
            return None
        try:
            return os.fstat(fd).st_dev
        finally:
            os.close(fd)
    return None
