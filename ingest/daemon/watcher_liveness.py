"""The watcher of one root, and the proof that it hears.

Cookies go out again and again; one that does not come back means that the watcher is deaf,
whatever its threads look like. Whoever holds a `WatcherLiveness` then makes a new one of its watcher.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.clock import Clock
from ingest.disk.cookie import Cookies
from ingest.disk.notifications import Notifications
from ingest.disk.patterns import OWN_FOLDER
from ingest.model import Descriptor

if TYPE_CHECKING:
    from ingest.disk.watch import Watcher, Watches

COOKIE_LOST = 4.0  # seconds of silence with a cookie out: the watcher is blind
COOKIE_LATEST = 30.0  # the same, while it still hears other things
REWATCH = 5.0
REWATCH_LONGEST = 3600.0


class WatcherLiveness:
    """What is seen of a root between scans. Without a watcher, nothing: the root is polled."""

    def __init__(
        self,
        path: bytes,
        *,
        folder: Descriptor,
        writable: bool,
        hidden: frozenset[bytes],
        period: float,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self.writable = writable
        self.proven_at: int | None = None
        self._folder = folder
        # False where the folder of the cookies is itself not watched: then none can come back.
        self._provable = True
        self._path = path
        self._hidden = hidden
        self._period = period
        self._clock = clock
        self._wake = wake
        self._watcher: Watcher | None = None
        self._cookies = Cookies(folder, clock.entropy)
        self._cookies.sweep()
        self._next_cookie = clock.monotonic()
        self._last_heard = clock.monotonic()
        self._next_rewatch = clock.monotonic()
        self._rewatch_wait = REWATCH

    @property
    def watching(self) -> bool:
        """Tell whether notifications are heard at all."""
        return self._watcher is not None

    @property
    def polled(self) -> bool:
        """Tell whether changes are noticed by scanning: without a watcher, or without proof of it."""
        return self._watcher is None or not self.writable or not self._provable

    def start(self) -> str | None:
        """Watch the whole tree; returns why that cannot be done, or None.

        Where there is a watcher already the new one takes its place, without a gap between them.
        """
        from ingest.disk.watch import Watcher  # noqa: PLC0415 - a scan without a daemon does without the library

        self._last_heard = self._next_cookie = self._clock.monotonic()
        watcher = None
        try:
            watcher = Watcher(self._path, hidden=self._hidden, wake=self._wake)
            watcher.start()
        except OSError as error:
            if watcher is not None:
                watcher.stop()
            return os.strerror(error.errno or 0)
        self.stop()
        self._watcher = watcher
        self._provable = self._can_prove()
        return None

    def _can_prove(self) -> bool:
        """Tell whether the kernel watches the folder of the cookies; yes where it does not tell."""
        watched = self._watches()
        if watched is None:
            return True
        try:
            found = os.stat(OWN_FOLDER, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return True  # it is made, and then watched, with the next cookie
        return watched.path_of(OWN_FOLDER, found.st_dev, found.st_ino) == OWN_FOLDER

    def provable_again(self) -> bool:
        """Tell whether cookies can come back from now on, which they could not before."""
        if self._watcher is None or self._provable or not self._can_prove():
            return False
        self._provable = True
        self._next_cookie = self._clock.monotonic()
        return True

    def _watches(self) -> Watches | None:
        """Return what the kernel watches; None without a watcher, and where it does not tell."""
        if self._watcher is None:
            return None
        from ingest.disk.watch import Watches  # noqa: PLC0415 - the same

        listed = self._watcher.watched()
        return None if listed is None else Watches(listed, os.fstat(self._folder), self._path)

    def stop(self) -> None:
        """Stop watching; may be called twice."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None
        self._cookies.recall()

    def hear(self, now: float) -> tuple[Notifications, set[bytes]]:
        """Return what was heard since the last time, and which of our cookies were among it."""
        if self._watcher is None:
            return Notifications(), set()
        heard = self._watcher.take()
        if heard.events:
            self._last_heard = now
        returned = self._cookies.heard(heard.cookies)
        if returned:
            self.proven_at = self._clock.wall()
        return heard, returned

    def send(self, now: float) -> bytes | None:
        """Send a cookie through the watcher; None where it could not prove anything."""
        if self.polled:
            return None
        cookie = self._cookies.send(now)
        self.writable = cookie is not None
        return cookie

    def waits_since(self) -> float | None:
        """Tell when the oldest cookie that is out was sent: what came since may still be on its way."""
        return self._cookies.oldest()

    def is_out(self, cookie: bytes) -> bool:
        """Tell whether this cookie is still on its way."""
        return self._cookies.is_out(cookie)

    def recall(self) -> None:
        """Forget the cookies that are out: time stood still, they prove nothing."""
        self._cookies.recall()

    def trouble(self, now: float) -> str | None:
        """Tell why the watcher cannot be trusted any more, or None. Sends a cookie when it is time."""
        if self._watcher is None:
            return None
        died = self._watcher.trouble()
        if died is not None:
            return died
        oldest = self._cookies.oldest()
        if oldest is None:
            if now >= self._next_cookie:
                self._next_cookie = now + self._period
                self.send(now)
            return None
        # behind a long queue of events a cookie comes late: a watcher that still hears is given time
        silent = now - max(oldest, self._last_heard) > COOKIE_LOST
        if not silent and now - oldest <= COOKIE_LATEST:
            return None
        if not self._can_prove():
            self._provable = False
            self.recall()
            return None
        return "a cookie did not come back"

    def next_due(self) -> float:
        """Tell when a cookie is to be sent."""
        return self._next_cookie if self._watcher is not None else float("inf")

    def unwatched(self, folders: dict[bytes, tuple[int, int]]) -> dict[bytes, bytes | None]:
        """Return the folders, of those listed, that are not watched under their own path.

        With each comes the path that the library takes it for, or None: the kernel does not watch it. Empty
        where that cannot be told.
        """
        watched = self._watches()
        if watched is None:
            return {}
        found = ((path, watched.path_of(path, *inode)) for path, inode in folders.items())
        return {path: name for path, name in found if name != path}

    def watch_again(self, lost: bool, now: float) -> bool:
        """Make the watcher anew where folders are not watched; tell whether that was done.

        A folder that is renamed as soon as it is made can lose its watch. Where a new watcher does
        not help, because there is a limit, it is tried less and less often.
        """
        if not lost:
            self._rewatch_wait = REWATCH
            return False
        if now < self._next_rewatch:
            return False
        self._next_rewatch = now + self._rewatch_wait
        self._rewatch_wait = min(self._rewatch_wait * 2, REWATCH_LONGEST)
        return self.start() is None
