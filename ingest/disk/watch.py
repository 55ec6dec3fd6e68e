"""The operating system's notifications, turned into hints.

A hint says "look at this path". The handler puts it into a table and returns: it does no I/O and
does not raise, because an exception in it would end the dispatching thread in silence. What the
library does not tell (an overflow, a dead thread) is asked for here: `Watcher.trouble`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import threading
import time
from collections.abc import Callable

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from ingest.disk import watchdog_patch
from ingest.disk.cookie import COOKIE
from ingest.disk.notifications import Notifications, PathTimes
from ingest.disk.patterns import OWN_FOLDER
from ingest.expressions import expression
from ingest.model import Descriptor

watchdog_patch.pair_promptly()

HINTS = 100_000  # past this many paths a rescan is cheaper than the list
# Every event class but the two of reading, since our own reads would flood the queue, and that of a
# folder modified: each create and delete below says the same, and more.
EVENTS: list[type[events.FileSystemEvent]] = [
    events.FileCreatedEvent,
    events.FileDeletedEvent,
    events.FileModifiedEvent,
    events.FileMovedEvent,
    events.FileAttribEvent,
    events.FileClosedEvent,
    events.DirCreatedEvent,
    events.DirDeletedEvent,
    events.DirMovedEvent,
    events.DirAttribEvent,
]
_MADE = (events.FileCreatedEvent, events.DirCreatedEvent)
_OPENED = 4  # descriptors: the library opens three, and where it gets one or two it keeps them for ever
_WHERE = expression(r"^\S*:\d+: ")  # the place in the library, of no use to an operator
_WATCH = expression(r"^inotify wd:([0-9a-f]+) ino:([0-9a-f]+) sdev:([0-9a-f]+)", re.MULTILINE)

# By device and inode of each watched folder, the paths that the library takes it for; None: it does not say.
ListedFolders = dict[tuple[int, int], set[bytes | None]]


class Handler(events.FileSystemEventHandler):
    """Sorts events into `Notifications`; `wake` is called after each one that matters."""

    def __init__(self, root: bytes, hidden: frozenset[bytes], wake: Callable[[], None]) -> None:
        self._prefix = root.rstrip(b"/") + b"/"
        self._root = root
        self._hidden = hidden
        self._wake = wake
        self._lock = threading.Lock()
        self._heard = Notifications()

    def take(self) -> Notifications:
        """Return what was heard since the last call."""
        with self._lock:
            heard, self._heard = self._heard, Notifications()
        return heard

    def dispatch(self, event: events.FileSystemEvent) -> None:
        """Take in one event; called by the observer's thread."""
        source = self._relative(event.src_path)
        target = self._relative(event.dest_path) if event.dest_path else None
        if source is None and target is None:
            return
        with self._lock:
            self._sort(event, source, target)
        self._wake()

    def _sort(self, event: events.FileSystemEvent, source: bytes | None, target: bytes | None) -> None:
        heard = self._heard
        heard.events += 1
        if source == b"":
            heard.root_event = True
            return
        if source is not None and source.startswith(OWN_FOLDER + b"/"):
            heard.cookies.add(source)
            return
        if event.is_directory:
            heard.folders.update(path for path in (source, target) if path is not None)
        else:
            self._sort_file(heard, type(event), source, target)
        if not event.is_synthetic:  # else the rename of a folder above says it
            if target is not None:
                heard.arrivals.append((source, target))
            elif source is not None and isinstance(event, _MADE):
                heard.arrivals.append((None, source))
        if max(len(heard.touched) + len(heard.folders), len(heard.arrivals)) > HINTS:
            cookies = heard.cookies
            self._heard = Notifications(cookies=cookies, overflow=True)

    @staticmethod
    def _sort_file(
        heard: Notifications, kind: type[events.FileSystemEvent], source: bytes | None, target: bytes | None
    ) -> None:
        now = time.monotonic()
        for path in (source, target):
            if path is None:
                continue
            if (of_path := heard.times.get(path)) is None:
                heard.times[path] = PathTimes(now, now)
            else:
                of_path.again(now, writing=path in heard.writing)
        if source is not None:
            heard.touched.add(source)
            if kind is events.FileModifiedEvent:
                heard.writing.add(source)
                heard.at_rest.discard(source)
            elif kind is events.FileClosedEvent:
                heard.at_rest.add(source)
                heard.writing.discard(source)
        if target is not None:
            heard.touched.add(target)
            heard.at_rest.add(target)
            heard.writing.discard(target)

    def _relative(self, path: bytes | str) -> bytes | None:
        """Return the path below the root; None for what is never watched, b"" for the root itself."""
        raw = path if isinstance(path, bytes) else os.fsencode(path)
        if not raw.startswith(self._prefix):
            return b"" if raw == self._root else None
        relative = raw[len(self._prefix) :]
        if relative in self._hidden:
            return None
        if relative.startswith(b".") or b"/." in relative:
            return relative if relative.startswith(OWN_FOLDER + b"/" + COOKIE) else None
        return relative


def _require_room(folder: bytes) -> None:
    """Raise OSError unless a watcher can be made whole."""
    opened: list[int] = []
    try:
        for _ in range(_OPENED):
            opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))  # noqa: PERF401
    finally:
        for fd in opened:
            os.close(fd)


class Watcher:
    """A native observer of one root. Made anew, never restarted, when anything is wrong with it.

    To make one raises OSError where there is no room for it.
    """

    def __init__(self, root: bytes, *, hidden: frozenset[bytes], wake: Callable[[], None]) -> None:
        self.root = root
        self._handler = Handler(root, hidden, wake)
        _require_room(root)
        # The reader's thread starts with the object, the others with `start`.
        self._before = set(threading.enumerate())
        self._observer: BaseObserver = Observer()
        self._threads: set[threading.Thread] = set()

    def start(self) -> None:
        """Watch the whole tree. Raises OSError when the root cannot be watched."""
        if not type(self._observer).__module__.endswith("inotify"):
            # its own polling, or notifications that were never tried
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
        try:
            self._observer.schedule(
                self._handler, os.fsdecode(self.root), recursive=True, event_filter=EVENTS
            )
            self._observer.start()
        finally:
            self._threads = {
                thread
                for thread in set(threading.enumerate()) - self._before
                if type(thread).__module__.startswith("watchdog")
            }

    def stop(self) -> None:
        """End the observer's threads, or after a second leave them: a half dead one never stops."""
        end = threading.Thread(target=self._end, name="watcher-end", daemon=True)
        end.start()
        end.join(timeout=1.0)

    def _end(self) -> None:
        with contextlib.suppress(KeyError, OSError, RuntimeError):  # half dead already
            self._observer.stop()
        for thread in self._threads:
            thread.join(timeout=1.0)

    def take(self) -> Notifications:
        """Return what was heard since the last call."""
        return self._handler.take()

    def trouble(self) -> str | None:
        """Tell why this watcher cannot be trusted any more, or None. A cookie is the stronger proof."""
        return "a watcher thread died" if any(not thread.is_alive() for thread in self._threads) else None

    def watched(self) -> ListedFolders | None:
        """Return every watched folder; None if the kernel does not list them."""
        fd = getattr(getattr(self._observer, "_inotify_fd", None), "_inotify_fd", None)
        listed = watched_inodes(Descriptor(fd)) if isinstance(fd, int) else None
        if listed is None:
            return None
        paths: dict[int, bytes] = {}
        for emitter in self._observer.emitters:
            group = getattr(emitter, "_inotify", None)
            paths.update(dict(getattr(group, "_active_callbacks_by_watch", {})))
        found: ListedFolders = {}
        for watch, inode in listed.items():
            found.setdefault(inode, set()).add(paths.get(watch))  # a snapshot has the inodes of its original
        return found


def watched_inodes(fd: Descriptor) -> dict[int, tuple[int, int]] | None:
    """Return the watches of an inotify descriptor by number, from /proc; None where /proc is not there."""
    try:
        with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as lines:
            found = _WATCH.findall(lines.read())
    except OSError:
        return None
    return {int(watch, 16): (_device(int(device, 16)), int(inode, 16)) for watch, inode, device in found}


class Watches:
    """The kernel's list of watches, asked for a folder as `stat` knows it.

    On some file systems (btrfs) `stat` gives each subvolume a device of its own and the kernel's list
    has the one of them all. The root itself is watched, so its entry tells that one.
    """

    def __init__(self, listed: ListedFolders, root: os.stat_result, path: bytes) -> None:
        self._listed = listed
        self._root = path
        self._other: int | None = None
        if (root.st_dev, root.st_ino) not in listed:
            devices = {device for device, inode in listed if inode == root.st_ino}
            self._other = devices.pop() if len(devices) == 1 else None

    def path_of(self, path: bytes, device: int, inode: int) -> bytes | None:
        """Tell under which path below the root this folder, by its device and inode, is told of.

        This one, if all is well; None if it is not watched.

        The library takes one folder for another where one is made in the place of another that was just
        renamed: what it tells of then stands elsewhere.
        """
        own = os.path.join(self._root, path) if path else self._root
        names = set(self._listed.get((device, inode), ()))
        if self._other is not None:
            names |= self._listed.get((self._other, inode), set())
        if not names:
            return None
        return path if own in names or None in names else min(filter(None, names))


def _device(kernel: int) -> int:
    """Return the kernel's own device number (20 bits of minor) as `stat` gives it."""
    return os.makedev(kernel >> 20, kernel & 0xFFFFF)


class Listener(logging.Handler):
    """Takes the warnings of watchdog, which tells a queue overflow in no other way.

    `heard` is called with two values: whether the warning is of an overflow, and its words.
    """

    NAMES = ("watchdog.observers.inotify_c", "watchdog.observers.inotify", "py.warnings")

    def __init__(self, heard: Callable[[bool, str], None]) -> None:
        super().__init__(level=logging.WARNING)
        self._heard = heard
        self._others_died = threading.excepthook

    def emit(self, record: logging.LogRecord) -> None:
        """Take in what a library says; called in the watcher's thread."""
        words = record.getMessage()
        if record.name != "py.warnings":
            self._heard("overflow" in words.lower(), words)
        elif "watchdog" in words:
            self._heard(False, _WHERE.sub("", words.partition("\n")[0]))

    def attach(self) -> None:
        """Listen from now on; an exception that ends a watcher's thread is heard too."""
        logging.captureWarnings(capture=True)
        for name in self.NAMES:
            logger = logging.getLogger(name)
            logger.addHandler(self)
            logger.propagate = False
        # Other threads are left to whoever cared for them before.
        self._others_died, threading.excepthook = threading.excepthook, self._thread_died

    def _thread_died(self, died: threading.ExceptHookArgs) -> None:
        if died.thread is not None and "watchdog" in type(died.thread).__module__:
            self._heard(False, f"{died.thread.name} died: {died.exc_type.__name__}: {died.exc_value}")
        else:
            self._others_died(died)
