"""Cookies: files written below `.ingest/` to see them come back through the watcher.

A watcher's threads can be alive and deaf. A cookie that was heard proves that everything the
operating system announced before it was heard too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from ingest.disk.patterns import OWN_FOLDER
from ingest.disk.read import open_beneath
from ingest.disk.root_mark import open_beneath_new
from ingest.ids import Entropy
from ingest.model import Descriptor

COOKIE = b"cookie-"


def clock_behind(root: Descriptor, wall: Callable[[], int], entropy: Entropy) -> int:
    """Tell how many microseconds a file system's clock is behind `wall`, by the stamp of a file written now.

    0 where none can be written.
    """
    path = OWN_FOLDER + b"/" + COOKIE + entropy(8).hex().encode()
    try:
        fd = open_beneath_new(root, path)
    except OSError:
        return 0
    try:
        return wall() - os.fstat(fd).st_ctime_ns // 1000
    except OSError:
        return 0
    finally:
        os.close(fd)
        with suppress(OSError):
            os.unlink(path, dir_fd=root)


def may_be_sent(root: bytes) -> bool:
    """Tell whether this user may write below a root's `.ingest/`, or make that folder where it is missing."""
    own = os.path.join(root, OWN_FOLDER)
    return os.access(own if os.path.lexists(own) else root, os.W_OK | os.X_OK)


class Cookies:
    """The cookies on their way through one watcher."""

    def __init__(self, root: Descriptor, entropy: Entropy) -> None:
        self._root = root
        self._entropy = entropy
        self._out: dict[bytes, float] = {}

    def send(self, now: float) -> bytes | None:
        """Write one; returns its path, or None where the root cannot be written to."""
        path = OWN_FOLDER + b"/" + COOKIE + self._entropy(8).hex().encode()
        try:
            with suppress(FileExistsError):
                os.mkdir(OWN_FOLDER, 0o700, dir_fd=self._root)
            os.close(open_beneath_new(self._root, path))
        except OSError:
            return None
        self._out[path] = now
        return path

    def heard(self, paths: set[bytes]) -> set[bytes]:
        """Take back the cookies that came in; returns those that were ours and still out."""
        ours = paths & self._out.keys()
        for path in ours:
            del self._out[path]
            self._remove(path)
        return ours

    def is_out(self, path: bytes) -> bool:
        """Tell whether this cookie is still on its way."""
        return path in self._out

    def oldest(self) -> float | None:
        """Tell when the longest missing one was sent."""
        return min(self._out.values(), default=None)

    def recall(self) -> None:
        """Give up waiting for every cookie that is out, and remove them."""
        for path in self._out:
            self._remove(path)
        self._out.clear()

    def sweep(self) -> None:
        """Remove cookies that a killed process left behind."""
        try:
            folder = open_beneath(self._root, OWN_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            return
        try:
            for name in os.listdir(folder):
                if os.fsencode(name).startswith(COOKIE):
                    with suppress(OSError):
                        os.unlink(name, dir_fd=folder)
        except OSError:
            return
        finally:
            os.close(folder)

    def _remove(self, path: bytes) -> None:
        with suppress(OSError):
            os.unlink(path, dir_fd=self._root)
