"""What one root waits for: hints, paths that are gone, renames, files of which a look could tell nothing.

No disk and no SQL: the paths are handed in, and so is the time, in seconds of one monotonic clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from ingest.capture.folder import BATCH, Limits
from ingest.capture.renames import KEPT, Renames
from ingest.disk.walk import folders_above
from ingest.identity import FormerPath, LiveDocument
from ingest.model import Cause, GoneReason, Signature
from ingest.settle import Due, Settler, Waiting


class Absence(msgspec.Struct, frozen=True):
    """A live document whose path is gone, waiting for its other half until `deadline`."""

    live: LiveDocument
    reason: GoneReason
    deadline: float
    cause: Cause


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """A path to be looked at again, when it has gone quiet or, where `until` says so, then.

    `first` is when it was first heard of; with None this is the first time. `told` says that what was seen
    now is in the log: the file never rests.
    """

    path: bytes
    first: float | None = None
    signature: Signature | None = None
    cause: Cause = "watch"
    until: float | None = None
    told: bool = False


class PendingUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What one look, begun at `now`, changes of what a root waits for.

    `again` are to be looked at again. `absences` are new, or wait longer than before; the absences of the
    `settled` paths wait no more. `recorded` are paths where a file stands that is now the document of its
    path. Of the `looked` paths something was told, but for those that are `unknown`, with the reason, or
    `offline`.
    """

    now: float
    again: tuple[Wait, ...] = ()
    absences: Mapping[bytes, Absence] = {}
    settled: frozenset[bytes] = frozenset()
    recorded: Collection[bytes] = ()
    looked: Collection[bytes] = ()
    unknown: Mapping[bytes, str] = {}
    offline: frozenset[bytes] = frozenset()


class Pending:
    """What waits, and until when. `watches` says whether a file at a path would be taken in."""

    def __init__(self, limits: Limits, watches: Callable[[bytes], bool]) -> None:
        self.unknown: dict[bytes, str] = {}  # files that a look could tell nothing of
        self.offline: set[bytes] = set()  # known documents in whose place a placeholder stands
        self._limits = limits
        self._watches = watches
        self._settler = Settler(quiet=limits.quiet, hold=limits.hold)
        self._absences: dict[bytes, Absence] = {}
        self._aside: dict[bytes, float] = {}  # the paths whose documents are being read, first heard of when
        self._aside_below: Counter[bytes] = Counter()  # the folders above them
        self._restless: set[bytes] = set()  # paths that wait, of which it is told that their file never rests
        self._renames = Renames()

    # -- what is heard ---------------------------------------------------------------------

    def hint(
        self,
        path: bytes,
        now: float,
        *,
        first: float | None = None,
        writing: bool = False,
        at_rest: bool = False,
        signature: Signature | None = None,
        cause: Cause = "watch",
    ) -> None:
        """Look at a path when it has gone quiet, as `Settler.hint` has it."""
        self._settler.hint(
            path, now, at_rest=at_rest, writing=writing, signature=signature, first=first, cause=cause
        )

    def note_rename(self, old: bytes | None, new: bytes, now: float) -> None:
        """Note that `old` was renamed to `new`, or with None that something was made at `new`.

        To be called in the order of events.
        """
        self._renames.note(old, new, now)

    def lose_order(self) -> None:
        """Forget the renames: something was not heard, and no rename can be followed over that gap."""
        self._renames.clear()

    # -- what is being read ----------------------------------------------------------------

    def put_aside(self, path: bytes, first: float) -> None:
        """Note that what was seen at a path is being read; `first` is when it was first heard of."""
        if path not in self._aside:
            self._aside_below.update(folders_above(path))
        self._aside[path] = first

    def take_back(self, path: bytes) -> None:
        """Note that what was seen at a path is read."""
        if self._aside.pop(path, None) is not None:
            self._aside_below -= Counter(folders_above(path))

    def is_kept(self, path: bytes) -> bool:
        """Tell whether nobody may look at a path yet: what is being read must be told before.

        It stands there, or above or below, or the file came from where it stands.
        """
        if not self._aside:
            return False
        if path in self._aside or path in self._aside_below:
            return True
        return any(folder in self._aside for folder in folders_above(path)) or any(
            former.path in self._aside for former in self._renames.sources(path, self._watches)
        )

    # -- what waits ------------------------------------------------------------------------

    def __contains__(self, path: bytes) -> bool:
        """Tell whether a path waits to be looked at, or what was seen there is being read."""
        return path in self._settler or path in self._aside

    def waiting(self, path: bytes) -> Waiting | None:
        """Tell how a path waits to be looked at."""
        return self._settler.waiting(path)

    @property
    def absences(self) -> Mapping[bytes, Absence]:
        """Return the paths that are gone."""
        return self._absences

    @property
    def busy(self) -> bool:
        """Tell whether anything still waits."""
        return bool(self._settler) or bool(self._absences) or bool(self._aside)

    @property
    def has_untold(self) -> bool:
        """Tell whether anything waits of which nothing was told: all but files that never rest."""
        if self._absences or self._aside or len(self._settler) > len(self._restless):
            return True
        return not self._settler.paths() <= self._restless

    @property
    def moving(self) -> bool:
        """Tell whether a document may be on its way from one path to another."""
        return bool(self._absences) or bool(self._renames)

    def paths(self) -> set[bytes]:
        """Return every path that is not yet as the disk was when it was hinted."""
        return self._settler.paths() | self._absences.keys() | self._aside.keys()

    def waits_since(self, path: bytes, moment: float) -> bool:
        """Tell whether a path still waits for something that was heard of at or before `moment`."""
        waiting = self._settler.waiting(path)
        if path in self._absences or (waiting is not None and waiting.first <= moment):
            return True
        return path in self._aside and self._aside[path] <= moment

    def oldest(self) -> float | None:
        """Tell when what waits longest was first heard of."""
        times = [absence.deadline - self._limits.move for absence in self._absences.values()]
        times += self._aside.values()
        first = self._settler.oldest()
        return min(times if first is None else [*times, first], default=None)

    def next_due(self) -> float | None:
        """Tell when the next wait may be over."""
        times = [absence.deadline for path, absence in self._absences.items() if not self.is_kept(path)]
        due = self._settler.next_due()
        return min(times if due is None else [*times, due], default=None)

    def sources(self, path: bytes, again: Collection[bytes] = ()) -> tuple[FormerPath, ...]:
        """Return the paths that the file at this one had, by what the operating system reported.

        `again` are paths that wait besides those that are known to. A path that another file had too is left
        out while that file waits: it may be the one that was recorded there.
        """
        if not self._renames:
            return ()
        found = self._renames.sources(path, self._watches)
        return tuple(
            former
            for former in found
            if not former.arrivals or not self._waits_elsewhere(former.path, path, again)
        )

    def _waits_elsewhere(self, old: bytes, but: bytes, again: Collection[bytes]) -> bool:
        """Tell whether another file that had the path `old`, not the one at `but`, waits to be looked at."""
        targets = self._renames.targets(old)
        if self._settler.isdisjoint(targets) and targets.isdisjoint(again):
            return False  # as of nearly all, and there may be thousands
        return any(
            target != but and (target in again or target in self._settler) and self._watches(target)
            for target in targets
        )

    def targets(self, path: bytes) -> list[bytes]:
        """Return the watched paths to which the files of this one were renamed, one after another."""
        return [target for target in self._renames.targets(path) if self._watches(target)]

    # -- what is taken, and what becomes of it ---------------------------------------------

    def take_due(self, now: float, limit: int) -> tuple[list[Due], list[bytes]]:
        """Take at most `limit` paths whose wait is over, and name absences whose deadline has come."""
        oldest = self.oldest()
        self._renames.forget(now - KEPT if oldest is None else min(now - KEPT, oldest))
        due = self._settler.take_due(now, limit, self.is_kept)
        expired = [
            path
            for path, absence in self._absences.items()
            if absence.deadline <= now and not self.is_kept(path)
        ]
        return due, expired[:BATCH]

    def put_back(self, due: Sequence[Due], now: float) -> None:
        """Let these wait again: they were taken, and nothing became of them."""
        for entry in due:
            self.hint(entry.path, now, first=entry.first, signature=entry.signature, cause=entry.cause)

    def end_waits(self, paths: Iterable[bytes], now: float) -> None:
        """End the waits of what is gone at these paths: unless something waits, no other half can come."""
        if self._settler or self._aside:
            return
        for path in paths:
            if (absence := self._absences.get(path)) is not None:
                self._absences[path] = msgspec.structs.replace(absence, deadline=now)

    def apply(self, update: PendingUpdate) -> None:
        """Change what waits as one look says, whose findings are recorded."""
        if self.unknown or self.offline:
            for path in update.looked:
                self.unknown.pop(path, None)
                self.offline.discard(path)
        self.unknown.update(update.unknown)
        self.offline |= update.offline
        self._absences.update(update.absences)
        if self._absences:
            for path in update.settled:
                self._absences.pop(path, None)
        if self._restless:
            self._restless.difference_update(update.looked)
        for wait in update.again:
            if wait.told:
                self._restless.add(wait.path)
            if wait.until is None:
                self.hint(wait.path, update.now, first=wait.first, signature=wait.signature, cause=wait.cause)
            else:
                first = update.now if wait.first is None else wait.first
                self._settler.defer(wait.path, wait.until, first=first)
        for path in update.recorded:
            self._renames.recorded(path)
