"""The ground under observation.

A root's folder, held, mounted over, seen and captured, and what may be claimed of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack

from ingest.capture.capture import Capture
from ingest.capture.folder import Limits, MountState, RootFolder
from ingest.capture.unheard import UnheardChanges
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.health import Health
from ingest.daemon.open_root import OpenRoot
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.watcher_liveness import WatcherLiveness
from ingest.disk import mounts
from ingest.errors import RootUnavailable
from ingest.escape import path as show
from ingest.logging import Log
from ingest.store.engine import Store
from ingest.store.roots import Root

TOLD_LATE = 1_000_000  # microseconds that a rename may be told after the library knows of it
START_AGAIN = 5.0  # seconds after which a watcher that could not be started is tried again
WATCHES = 10.0  # seconds between two looks at the kernel's watches where nothing suggests one


class RootSession:
    """One root, open or not; it can be opened again. `capture` and `sight` are there while it is open.

    `ready` says that it was scanned once since it was last lost. `once` is for a scan without a daemon.
    """

    def __init__(
        self,
        store: Store,
        root: Root,
        *,
        settings: Settings,
        clock: Clock,
        log: Log,
        condition: Health,
        scans: ScanSchedule,
        wake: Callable[[], None],
        hidden: Callable[[bytes], frozenset[bytes]],
        unannounced: UnheardChanges,
        once: bool,
    ) -> None:
        self.root = root
        self.settings = settings
        self.capture: Capture | None = None
        self.sight: WatcherLiveness | None = None
        self.ready = False
        self.unwatched: dict[bytes, str] = {}
        self.watches_due = True
        self.suspects: dict[bytes, tuple[bytes, int]] = {}  # the path it is told under, and since when
        self._store = store
        self._backend = settings.backend_of(root.name)
        self._clock = clock
        self._log = log
        self._condition = condition
        self._scans = scans
        self._wake = wake
        self._hidden = hidden
        self._unannounced = unannounced
        self._once = once
        self._held = OpenRoot(store, root)
        self._mounts = MountState()
        self._next_watches = clock.monotonic()
        self._next_start = float("inf")

    # -- opened, lost and found ------------------------------------------------------------

    def open(self) -> None:
        """Open and lock the folder, make what sees and captures it.

        Raises RootUnavailable, AlreadyRunning or StoreUnavailable, and OSError where there are too few
        descriptors; then nothing is held.
        """
        root, settings = self.root, self.settings
        with ExitStack() as undo:
            undo.callback(self.close)
            self._held.open()
            hidden, folder = self._hidden(root.path), self._held.folder
            self.sight = WatcherLiveness(
                root.path, folder=folder, writable=self._held.write_mark(), hidden=hidden,
                period=settings.liveness_seconds, clock=self._clock, wake=self._wake,
            )  # fmt: skip
            limits = Limits(
                quiet=settings.quiet_seconds, hold=settings.hold_seconds,
                move=settings.move_seconds, max_bytes=settings.max_bytes,
            )  # fmt: skip
            place = RootFolder(
                store=self._store, key=root.id, fd=folder, patterns=settings.patterns_of(root.name),
                hidden=hidden, limits=limits, clock=self._clock, remote=self._held.is_remote,
            )  # fmt: skip
            self.capture = Capture(place, mounts=self._mounts_now, unheard=self._unannounced)
            self._mounts = MountState()
            self._compare_mounts()
            undo.pop_all()
        self._condition.clear("root_missing", "root_replaced")

    def start_watcher(self) -> None:
        """Watch, unless this root is polled; the scan that must follow is asked for.

        Where it cannot be watched now, it is tried again later.
        """
        assert self.sight is not None
        self._next_start = self._clock.monotonic() + START_AGAIN
        untold = sys.platform != "linux" or mounts.needs_polling(self.root.path)
        if self._backend == "poll" or (self._backend == "auto" and untold):
            self._next_start = float("inf")
            return
        why = self.sight.start()
        if why is None:
            self._next_start = float("inf")
            self._condition.clear("unwatched", path=b"")
        else:
            self._condition.trouble("unwatched", b"", f"no notifications: {why}")

    def _start_again(self) -> None:
        """Try again to watch: there was no room for a watcher, and perhaps there is now."""
        assert self.sight is not None
        if self._clock.monotonic() < self._next_start or self.sight.watching:
            return
        self.start_watcher()
        if self._next_start == float("inf"):  # it could be, this time
            self._scans.ask("the root is watched")

    def rebuild_watcher(self, why: str) -> None:
        """Make a new watcher in place of one that is not to be trusted, and scan."""
        self._log.error("watcher_rebuilt", root=self.root.name, why=why)
        self._condition.trouble("blind", None, why)
        self._condition.cover("blind", why, self.proven_at)
        assert self.sight is not None
        self.sight.stop()
        self.start_watcher()
        self._scans.ask("watcher rebuilt")

    def close(self) -> None:
        """Stop watching and let the folder go; may be called twice."""
        if self.sight is not None:
            self.sight.stop()
            self.sight = None
        self._scans.drop(None)
        if self.capture is not None:
            self.capture.close()
        self.capture = None
        self._held.close()

    def lose(self, error: RootUnavailable) -> None:
        """Close a root that is gone or is another folder: nothing is reconciled until it is back."""
        proven = self.proven_at
        self.close()
        self._condition.clear("root_missing", "root_replaced")
        self._condition.trouble(error.code, None, error.message)
        self._condition.cover("blind", error.code, proven)
        self.ready = False
        self._scans.ask("root is back")
        self._log.error("root_lost", root=self.root.name, code=error.code, detail=error.message)

    def reconfigure(self, settings: Settings) -> None:
        """Go on under other settings; closed if it was open, so that it is opened by them."""
        self.settings = settings
        self._backend = settings.backend_of(self.root.name)
        self._scans.settings = settings
        if self.capture is not None:
            self._condition.cover("scanned", "other settings", self.proven_at)
            self.close()

    def follow(self, recorded: Root) -> None:
        """Somebody renamed or relocated the root: closed, and from now on as it is recorded."""
        self._log.info("root_changed", root=recorded.name, path=show(recorded.path), before=self.root.name)
        self._condition.cover("scanned", "other settings", self.proven_at)
        self.close()
        self._condition.clear("root_missing", "root_replaced")
        self.root = recorded
        self._condition.rename(recorded)
        self._held = OpenRoot(self._store, recorded)

    # -- looked at -------------------------------------------------------------------------

    def is_in_place(self) -> bool:
        """Whether the open folder is the one at the root's path: quick, and says nothing of why not."""
        return self._held.is_in_place()

    def check(self) -> None:
        """Is the folder still there, still the same, still ours, with the same mounts below?"""
        assert self.sight is not None
        try:
            checked = self._held.check()
        except RootUnavailable as error:
            self.lose(error)
            return
        if checked.lock_taken:
            self._scans.ask("lock taken anew")
        if checked.adopted:
            self._compare_mounts()
            self._scans.ask("adopted")
        if checked.mark_missing or not self.sight.writable:
            polled, self.sight.writable = self.polled, self._held.write_mark()
            if polled and not self.polled:
                self._scans.ask("the root can be written to")  # from now on the watcher can prove itself
        if self.sight.provable_again():
            self._scans.ask("the watcher can be proven again")
        self._mounts_now()
        self._start_again()
        if self.watches_due or self.unwatched or self._clock.monotonic() >= self._next_watches:
            self.compare_watches()

    def _mounts_now(self) -> MountState:
        """Return what is mounted below now; what a change of that means is seen to."""
        if self._held.mounts_changed() and self._compare_mounts():
            self._scans.ask("mounts changed")
        return self._mounts

    def _compare_mounts(self) -> bool:
        """Close the folders that became or ceased to be mount points with documents below them.

        Whether a scan must follow.
        """
        before = self._mounts
        changed = self._held.compare_mounts()
        closed = self._held.closed
        self._mounts = MountState(
            closed=closed,
            folds=self._held.folds_names,
            told=self._held.mounts_told,
            changes=before.changes + 1,
        )
        for point in before.closed - closed:
            self._condition.clear("root_replaced", path=point)
        for point in closed:
            self._condition.trouble("root_replaced", point, "another file system is mounted here, or none")
        if closed - before.closed and self.ready:
            self.cover_as_watched(self.proven_at or self._clock.wall())
        return changed

    def compare_watches(self) -> None:
        """Which listed folders does the kernel not watch? They are scanned every poll."""
        assert self.capture is not None
        self.watches_due = False
        self._next_watches = self._clock.monotonic() + WATCHES
        missing: dict[bytes, str] = {
            path: why for path, why in self.capture.untold().items() if path not in self._mounts.closed
        }
        assert self.sight is not None
        lost = self._lost(self.sight.unwatched(self.capture.survey.folders))
        for path in lost:
            missing[path] = "the operating system does not watch this folder"
        if self.sight.watch_again(bool(lost), self._clock.monotonic()):
            self._scans.ask("folders were not watched")
        if missing == self.unwatched:
            return
        for path in self.unwatched.keys() - missing.keys():
            self._condition.clear("unwatched", path=path)
        for path, why in missing.items():
            self._condition.trouble("unwatched", path, why)
        self.unwatched = missing
        self._scans.poll_soon(self._clock.monotonic())
        if not missing:
            # whoever waits for a poll of them need not wait for the hourly scan
            self._scans.ask("all folders are watched")
        elif self.ready:
            self.cover_as_watched(self.proven_at or self._clock.wall())

    def _lost(self, unwatched: dict[bytes, bytes | None]) -> list[bytes]:
        """Return the folders whose watch is lost.

        One that the library has under another path may be one whose rename was not told here yet: it is
        believed when a cookie came a second later and it still is so.
        """
        now, before = self._clock.wall(), self.suspects
        self.suspects = {
            path: before[path] if before.get(path, (None, 0))[0] == name else (name, now)
            for path, name in unwatched.items()
            if name is not None and not self.polled
        }
        proven = self.proven_at or 0
        sure = {path for path, (_, since) in self.suspects.items() if proven - since > TOLD_LATE}
        for path in sure:
            del self.suspects[path]
        self.watches_due = bool(self.suspects)
        return [path for path, name in unwatched.items() if name is None or path in sure]

    # -- what may be claimed ---------------------------------------------------------------

    @property
    def polled(self) -> bool:
        """Whether changes are noticed by scanning: chosen so, or nothing better can be had."""
        return self.sight is None or self.sight.polled

    @property
    def proven_at(self) -> int | None:
        """Until then every save was heard: a cookie came back."""
        return self.sight.proven_at if self.sight is not None else None

    @property
    def watched_directories(self) -> int:
        """How many folders notifications come from."""
        if self.capture is None or self.sight is None or not self.sight.watching:
            return 0
        return sum(1 for path in self.capture.survey.folders if path not in self.unwatched)

    def certain_until(self, heard: float) -> int:
        """Until when every save that was announced is in the store; what waits may be saved again unseen.

        `heard` is when the watcher was last listened to, by the monotonic clock.
        """
        times = [heard]
        if self.capture is not None and (oldest := self.capture.pending.oldest()) is not None:
            times.append(oldest)
        if self.sight is not None and (sent := self.sight.waits_since()) is not None:
            times.append(sent)
        ago = max(0.0, self._clock.monotonic() - min(times))
        return self._clock.wall() - round(ago * 1e6)

    def report(self) -> dict[str, object]:
        """How the root is seen, what waits, and what is wrong, for `status`."""
        return {
            "backend": "poll" if self.polled else "native",
            "watched_directories": self.watched_directories,
            "unwatched_directories": len(self.unwatched),
            "pending": len(self.capture.pending.paths()) if self.capture is not None else 0,
            "ready": self.ready,
            "problems": self._condition.records()[:1000],
            "problems_total": len(self._condition.problems),
        }

    def tell_offline(self) -> None:
        """Note how many known documents are not on this disk, by their placeholders."""
        many = len(self.capture.pending.offline) if self.capture is not None else 0
        if not many:
            self._condition.clear("offline")
            return
        documents = "1 document is" if many == 1 else f"{many:,} documents are"
        self._condition.trouble("offline", None, f"{documents} not on this disk: placeholders stand there")

    def cover_as_watched(self, since: int) -> None:
        """Say in the ledger that it is watched, or for what reason it is only scanned."""
        if self._once:
            self._condition.cover("scanned", None, since)
        elif self.polled:
            self._condition.cover("scanned", "polling", since)
        elif self._held.closed:
            self._condition.cover("scanned", "root_replaced", since)
        elif self.unwatched:
            self._condition.cover("scanned", "unwatched", since)
        else:
            self._condition.cover("watched", None, since)
