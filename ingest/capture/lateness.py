"""States in which a file rested, but that were overwritten before they were read: they have no version.

They alone keep a root from being called `watched` while its watcher hears everything. A file rests when
nothing was heard of it for the quiet time, twice that while somebody has it open for writing. It is read too
late when it changes after that and before it is read: it is heard of again, or the file that is read changed
so much later, or it is changing, or it is gone.
"""

from __future__ import annotations

from collections import OrderedDict

from ingest.disk.notifications import PathTimes
from ingest.settle import Due, Waiting

_TICK = 0.02  # seconds by which a file's time of change may lag behind the clock
_REMEMBERED = 10.0  # seconds in which the deletion of a file that was found gone is heard of


class Lateness:
    """The stretch in which there were such states. All times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._until = 0.0
        self._gone: OrderedDict[bytes, tuple[Due, float]] = OrderedDict()  # the oldest first
        self._slept: tuple[float, float] | None = None

    def hear(self, path: bytes, of_path: PathTimes, waiting: Waiting | None, quiet: float) -> None:
        """Note that a path was heard of that still waits, or does not.

        `quiet` is how long it must be for rest.
        """
        if self._slept is not None and of_path.last >= self._slept[0]:
            self._note(*self._slept)
        if of_path.gap > quiet:
            self._note(of_path.gap_since, of_path.last)
        gone = self._gone.pop(path, None)
        if waiting is not None and of_path.first > waiting.rests:
            self._note(waiting.first, of_path.last)
        elif waiting is None and gone is not None and gone[0].rests < of_path.first <= gone[1] + _TICK:
            self._note(gone[0].first, of_path.last)

    def read(self, due: Due, now: float, changed_at: float) -> None:
        """Note that a path that was due was read, and that its file changed last at `changed_at`."""
        if changed_at > due.rests - _TICK:
            self._note(due.first, now)

    def moving(self, due: Due, now: float) -> None:
        """Note that a path that was due could not be read, since its file is changing."""
        if now > due.rests:
            self._note(due.first, now)

    def gone(self, due: Due, now: float) -> None:
        """Note that nothing stands at a path that was due: when it went is heard of next."""
        self._gone.pop(due.path, None)
        self._gone[due.path] = due, now
        while now - self._gone[oldest := next(iter(self._gone))][1] >= _REMEMBERED:
            del self._gone[oldest]

    def slept(self, since: float, until: float) -> None:
        """Note that the process did not run for so long that what is heard next has no times.

        More than one state of a path may be among it.
        """
        self._slept = (since, until)

    def all_heard(self) -> None:
        """Note that what there was to hear was heard."""
        self._slept = None

    def _note(self, since: float, until: float) -> None:
        self._since = since if self._since is None else min(self._since, since)
        self._until = max(self._until, until)

    def take(self) -> tuple[float, float] | None:
        """Tell from when to when there were such states since it was asked last.

        None where there were none.
        """
        found = None if self._since is None else (self._since, self._until)
        self._since, self._until = None, 0.0
        return found
