"""A root's folder while it is captured: held, mounted over, heard of, and what is seen of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from ingest.capture.capture import Capture
from ingest.capture.folder import Limits, MountState, RootFolder, documents_of
from ingest.capture.unheard_changes import UnheardChanges
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import mounts_below
from ingest.daemon.coverage import Gap, Notes
from ingest.daemon.health import Health
from ingest.daemon.lost_watches import LostWatches
from ingest.daemon.open_root import OpenRoot
from ingest.daemon.scan_schedule import ScanSchedule
from ingest.daemon.watcher_liveness import WatcherLiveness
from ingest.disk import mounts
from ingest.errors import RootUnavailable
from ingest.escape import path as show
from ingest.logging import Log
from ingest.store.engine import Store
from ingest.store.root_reports import RootReport
from ingest.store.roots import Root

START_AGAIN = 5.0  # seconds after which a watcher that could not be started is tried again
WATCHES = 10.0  # seconds between two looks at the kernel's watches where nothing suggests one


class RootSession:
    """One root, open or not; it can be opened again. `capture` and `liveness` are there while it is open.

    `ready` says that it was scanned once since it was last lost. `once` is for a scan without a daemon. What
    casts doubt on the root is put into `notes`.
    """

    def __init__(
        self,
        store: Store,
        root: Root,
        *,
        settings: Settings,
        clock: Clock,
        log: Log,
        health: Health,
        scans: ScanSchedule,
        notes: Notes,
        wake: Callable[[], None],
        hidden: Callable[[bytes], frozenset[bytes]],
        once: bool,
        may_wait: bool,
        while_waiting: Callable[[], None],
    ) -> None:
        self.root = root
        self.settings = settings
        self.capture: Capture | None = None
        self.liveness: WatcherLiveness | None = None
        self.ready = False
        self.unwatched: dict[bytes, str] = {}
        self.watches_due = True
        self.watches = LostWatches(clock)
        self._store = store
        self._backend = settings.backend_of(root.name)
        self._clock = clock
        self._log = log
        self._health = health
        self._scans = scans
        self._notes = notes
        self._wake = wake
        self._hidden = hidden
        self._once = once
        self._may_wait = may_wait
        self._while_waiting = while_waiting
        # a scan that had a cause follows a doubt that is in the ledger already
        self.unannounced = UnheardChanges(lambda: scans.routine and not self.polled and not self.unwatched)
        self._held = OpenRoot(store, root)
        self._mounts = MountState()
        self._mount_types: Mapping[bytes, str] = {}
        self._next_watches = clock.monotonic()
        self._next_start = float("inf")

    # -- opened, lost and found ------------------------------------------------------------

    def open(self) -> None:
        """Open and lock the folder, make what sees and captures it.

        Raises RootUnavailable, AlreadyRunning or StoreUnavailable, OSError where there are too few
        descriptors, and NeedsOwnProcess; then nothing is held.
        """
        root, settings = self.root, self.settings
        with ExitStack() as undo:
            undo.callback(self.close)
            self._held.open(may_wait=self._may_wait)
            hidden, folder = self._hidden(root.path), self._held.folder
            self.liveness = WatcherLiveness(
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
                documents=documents_of(settings, root.name), while_waiting=self._while_waiting,
            )  # fmt: skip
            self.capture = Capture(place, mounts=self._mounts_now, unheard=self.unannounced)
            self._mounts = MountState()
            self._compare_mounts()
            undo.pop_all()
        self._health.clear("root_missing", "root_replaced")

    def start_watcher(self) -> None:
        """Watch, unless this root is polled; the scan that must follow is asked for.

        Where it cannot be watched now, it is tried again later.
        """
        assert self.liveness is not None
        self._next_start = self._clock.monotonic() + START_AGAIN
        untold = sys.platform != "linux" or mounts.why_polled(self.root.path, mounts.table()) is not None
        if self._backend == "poll" or (self._backend == "auto" and untold):
            self._next_start = float("inf")
            return
        why = self.liveness.start()
        if why is None:
            self._next_start = float("inf")
            self._health.clear("unwatched", path=b"")
        else:
            self._health.trouble("unwatched", b"", f"no notifications: {why}")

    def _start_again(self) -> None:
        """Try again to watch: there was no room for a watcher, and perhaps there is now."""
        assert self.liveness is not None
        if self._clock.monotonic() >= self._next_start and not self.liveness.watching:
            self.start_watcher()
            if self._next_start == float("inf"):  # it could be, this time
                self._scans.ask("the root is watched")

    def rebuild_watcher(self, why: str) -> None:
        """Make a new watcher in place of one that is not to be trusted, and scan."""
        self._log.error("watcher_rebuilt", root=self.root.name, why=why)
        self._health.trouble("blind", None, why)
        self._notes.worsen(why, self.proven, state="blind")
        assert self.liveness is not None
        self.liveness.stop()
        self.start_watcher()
        self._scans.ask("watcher rebuilt")

    def close(self) -> None:
        """Stop watching and let the folder go; may be called twice."""
        self._notes.doubt(self.take_late())
        self._notes.doubt(self.take_unannounced(0.0))
        if self.liveness is not None:
            self.liveness.stop()
            self.liveness = None
        self._scans.drop(None)
        if self.capture is not None:
            self.capture.close()
        self.capture = None
        self._held.close()

    def lose(self, error: RootUnavailable) -> None:
        """Close a root that is gone or is another folder: nothing is reconciled until it is back."""
        proven = self.proven
        self.close()
        self._health.clear("root_missing", "root_replaced")
        self._health.lose(error)
        self._notes.worsen(error.code, proven, state="blind")
        self.ready = False
        self._scans.ask("root is back")
        self._log.error("root_lost", root=self.root.name, code=error.code, detail=error.message)

    def reconfigure(self, settings: Settings) -> None:
        """Go on under other settings; closed if it was open, so that it is opened by them."""
        self.settings = settings
        self._backend = settings.backend_of(self.root.name)
        self._scans.settings = settings
        if self.capture is not None:
            self._notes.worsen("other settings", self.proven)
            self.close()

    def follow(self, recorded: Root) -> None:
        """Close a root that somebody renamed or relocated, and go on as it is recorded now."""
        self._log.info("root_changed", root=recorded.name, path=show(recorded.path), before=self.root.name)
        self._notes.worsen("other settings", self.proven)
        self.close()
        self._health.clear("root_missing", "root_replaced")
        self.root = recorded
        self._health.rename(recorded)
        self._held = OpenRoot(self._store, recorded)

    # -- looked at -------------------------------------------------------------------------

    def require_answering(self) -> None:
        """Raise NeedsOwnProcess where others would wait for what was mounted at the root's path since."""
        if self.capture is not None and not self._may_wait:
            self._held.require_answering()

    def is_in_place(self) -> bool:
        """Tell whether the open folder is the one at the root's path."""
        return self._held.is_in_place()

    def check(self) -> None:
        """See to what changed: the folder is gone, another, or not ours; other things are mounted below."""
        assert self.liveness is not None
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
        if checked.mark_missing or not self.liveness.writable:
            polled, self.liveness.writable = self.polled, self._held.write_mark()
            if polled and not self.polled:  # from now on the watcher can prove itself
                self._scans.ask("the root can be written to")
        if self.liveness.provable_again():
            self._scans.ask("the watcher can be proven again")
        self._mounts_now()
        self._start_again()
        if self.watches_due or self.unwatched or self._clock.monotonic() >= self._next_watches:
            self.compare_watches()

    def _mounts_now(self) -> MountState:
        """Return what is mounted below now; where that changed, see to what follows."""
        if self._held.mounts_changed() and self._compare_mounts():
            self._scans.ask("mounts changed")
        return self._mounts

    def _compare_mounts(self) -> bool:
        """Close folders that became or ceased to be mount points; tell whether a scan must follow."""
        before = self._mounts
        changed = self._held.compare_mounts(may_wait=self._may_wait)
        closed = self._held.closed
        self._mounts = MountState(
            closed=closed,
            folds=self._held.folds_names,
            told=self._held.mounts_told,
            changes=before.changes + 1,
        )
        self._mount_types = self._held.mount_types
        self.unannounced.untold = self.polled_mounts
        if self.polled_mounts:
            self._scans.poll_soon(self._clock.monotonic())
        for point in before.closed - closed:
            self._health.clear("root_replaced", path=point)
        for point in closed:
            self._health.trouble("root_replaced", point, "another file system is mounted here, or none")
        return changed

    def compare_watches(self) -> None:
        """Find the listed folders that the kernel does not watch. They are scanned every poll."""
        assert self.capture is not None
        self._next_watches = self._clock.monotonic() + WATCHES
        missing: dict[bytes, str] = {
            path: why for path, why in self.capture.untold().items() if path not in self._mounts.closed
        }
        assert self.liveness is not None
        unwatched = self.liveness.unwatched(self.capture.survey.folders)
        lost = self.watches.find(unwatched, proven=self.proven_at or 0, polled=self.polled)
        self.watches_due = bool(self.watches.suspects)
        for path in lost:
            missing[path] = "the operating system does not watch this folder"
        if self.liveness.watch_again(bool(lost), self._clock.monotonic()):
            self._scans.ask("folders were not watched")
        if missing == self.unwatched:
            return
        for path in self.unwatched.keys() - missing.keys():
            self._health.clear("unwatched", path=path)
        for path, why in missing.items():
            self._health.trouble("unwatched", path, why)
        self.unwatched = missing
        self._scans.poll_soon(self._clock.monotonic())
        if not missing:
            # whoever waits for a poll of them need not wait for the hourly scan
            self._scans.ask("all folders are watched")

    # -- what may be claimed ---------------------------------------------------------------

    @property
    def polled(self) -> bool:
        """Tell whether changes are noticed by scanning: chosen so, or nothing better can be had."""
        return self.liveness is None or self.liveness.polled

    @property
    def polled_mounts(self) -> frozenset[bytes]:
        """Return the mount points below of which nothing may be announced: they are looked at every poll."""
        return frozenset() if self._backend == "native" else mounts_below.polled_points(self._mount_types)

    @property
    def looked_at_apart(self) -> set[bytes]:
        """Return the folders below from which not every notification comes: they are looked at every poll."""
        return {*self.unwatched, *(self.polled_mounts - self._mounts.closed)}

    @property
    def proven_at(self) -> int | None:
        """Return until when every save was heard: a cookie came back."""
        return self.liveness.proven_at if self.liveness is not None else None

    @property
    def proven(self) -> int:
        """Tell until when every save was heard; now where no cookie says."""
        return self.proven_at or self._clock.wall()

    def take_late(self) -> Gap | None:
        """Return the stretch in which a state may have been overwritten before it was read."""
        late = None if self.capture is None else self.capture.lateness.take()
        if late is None or not self.hears_all:
            return None
        since, until = map(self.wall, late)
        self._log.warning("late", root=self.root.name, seconds=round(late[1] - late[0], 1))
        return Gap("late", since, until)

    def take_unannounced(self, age: float) -> Gap | None:
        """Return the stretch in which unannounced changes were made; None where there were none.

        Unannounced is what a scan found and no notification told of within `age` seconds after.
        """
        files, since = self.unannounced.take(self._clock.monotonic(), age)
        if files:
            self._log.warning("unannounced", root=self.root.name, files=files)
        if since is None:
            return None
        return Gap("unannounced", since, self._clock.wall() if self._scans.scanning else self._scans.began_at)

    @property
    def hears_all(self) -> bool:
        """Tell whether all that happens below the root is announced, and so may be called watched."""
        return not (self.polled or self.unwatched or self._once)

    def wall(self, moment: float) -> int:
        """Return a moment of the monotonic clock by the other one, microseconds."""
        return self._clock.wall() - round((self._clock.monotonic() - moment) * 1e6)

    @property
    def has_closed(self) -> bool:
        """Tell whether folders below are not as they were mounted."""
        return bool(self._held.closed)

    def _count_watched(self) -> int:
        if self.capture is None or self.liveness is None or not self.liveness.watching:
            return 0
        return sum(1 for path in self.capture.survey.folders if path not in self.unwatched)

    def waits_since(self) -> float | None:
        """Tell when the oldest cookie that is out was sent."""
        return self.liveness.waits_since() if self.liveness is not None else None

    def certain_until(self, heard: float) -> int:
        """Tell until when all announced saves are in the store; what waits may be saved again unseen.

        `heard` is when the watcher was last listened to, by the monotonic clock.
        """
        times = [heard]
        if self.capture is not None and (oldest := self.capture.pending.oldest()) is not None:
            times.append(oldest)
        if (sent := self.waits_since()) is not None:
            times.append(sent)
        ago = max(0.0, self._clock.monotonic() - min(times))
        return self._clock.wall() - round(ago * 1e6)

    def report(self, overflows: int) -> RootReport:
        """Tell how the root is seen, what waits, and what is wrong, for `status`."""
        return RootReport(
            backend="poll" if self.polled else "native",
            mounts=mounts_below.records(
                self._mount_types,
                polled=self._mount_types.keys() if self.polled else self.polled_mounts,
                blind=self._mounts.closed if self.ready else self._mount_types.keys(),
                watched=self.hears_all,
            ),
            watched_directories=self._count_watched(),
            unwatched_directories=len(self.unwatched),
            pending=len(self.capture.pending.paths()) if self.capture is not None else 0,
            ready=self.ready,
            problems=self._health.records()[:1000],
            problems_total=len(self._health.problems),
            overflows=overflows,
        )

    def tell_offline(self) -> None:
        """Note how many known documents are not on this disk, by their placeholders."""
        many = len(self.capture.pending.offline) if self.capture is not None else 0
        if not many:
            self._health.clear("offline")
            return
        documents = "1 document is" if many == 1 else f"{many:,} documents are"
        self._health.trouble("offline", None, f"{documents} not on this disk: placeholders stand there")
