"""Which paths have gone quiet, given `now`.

Two numbers rule: a path is due when nothing was heard of it for `quiet` seconds, or `hold`
seconds after it was first heard of, so that a file that never rests is still looked at. A hint
that says the file is at rest (closed after writing, renamed into place) makes it due at once.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, KeysView

import msgspec

from ingest.model import Cause, Signature


class Waiting(msgspec.Struct):
    """One path on its way to rest.

    `signature` is what a scan saw, to be seen again unchanged. At `rests` it has been quiet long enough,
    whether or not it is due sooner. Until `free` nobody might look at it: the longest wait is counted from
    then.
    """

    first: float
    due: float
    signature: Signature | None
    cause: Cause
    rests: float = math.inf
    free: float = -math.inf

    @property
    def counted_from(self) -> float:
        """Tell from when the longest wait is counted."""
        return max(self.first, self.free)


class Due(msgspec.Struct, frozen=True):
    """A path whose wait is over.

    `held` is true when it came to the longest wait without rest. From `rests` on what stood there was at
    rest; never, where nobody waited for that.
    """

    path: bytes
    held: bool
    first: float
    signature: Signature | None
    cause: Cause
    rests: float = math.inf


class Settler:
    """The paths that wait. All times are seconds of one monotonic clock, handed in."""

    def __init__(self, *, quiet: float, hold: float) -> None:
        self.quiet = quiet
        self.hold = hold
        self._waiting: dict[bytes, Waiting] = {}
        self._queue: list[tuple[float, bytes]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, path: bytes) -> bool:
        return path in self._waiting

    def isdisjoint(self, paths: KeysView[bytes]) -> bool:
        """Tell whether none of these paths waits; looks at the fewer of both."""
        return self._waiting.keys().isdisjoint(paths)

    def hint(
        self,
        path: bytes,
        now: float,
        *,
        at_rest: bool = False,
        writing: bool = False,
        signature: Signature | None = None,
        first: float | None = None,
        cause: Cause = "watch",
    ) -> None:
        """Look at `path` when it has gone quiet; `first` carries an earlier wait over.

        `writing`: it was written to and not closed since, so somebody has it open. Such a path
        must be quiet twice as long, or a slow writer's first half would count as a save. A path keeps
        the `cause` of its first hint, unless that was a scan and a notification comes after it.
        """
        waiting = self._waiting.get(path)
        if waiting is None:
            waiting = Waiting(
                first=now if first is None else first, due=0.0, signature=signature, cause=cause
            )
            self._waiting[path] = waiting
        else:
            waiting.signature = signature
            if cause == "watch" and waiting.cause == "scan":
                waiting.cause = cause  # it was announced too, if later
        quiet = self.quiet * 2 if writing else self.quiet
        due = now if at_rest else min(now + quiet, waiting.counted_from + self.hold)
        waiting.due = max(due, now)
        waiting.rests = now + quiet
        heapq.heappush(self._queue, (waiting.due, path))
        if len(self._queue) > 64 + 4 * len(self._waiting):
            self._queue = [(entry.due, queued) for queued, entry in self._waiting.items()]
            heapq.heapify(self._queue)

    def defer(self, path: bytes, until: float, *, first: float) -> None:
        """Look at `path` again at `until`, whatever its wait would say."""
        self._waiting[path] = Waiting(first=first, due=until, signature=None, cause="watch")
        heapq.heappush(self._queue, (until, path))

    def forget(self, path: bytes) -> None:
        """Stop waiting for `path`; nothing happens when it is not waited for."""
        self._waiting.pop(path, None)

    def take_due(
        self, now: float, limit: int, is_kept: Callable[[bytes], bool] = lambda _: False
    ) -> list[Due]:
        """Take at most `limit` paths whose wait is over, the longest waiting first.

        Those that are kept, as `is_kept` says, wait on.
        """
        taken: list[Due] = []
        while self._queue and self._queue[0][0] <= now and len(taken) < limit:
            due, path = heapq.heappop(self._queue)
            waiting = self._waiting.get(path)
            if waiting is None or waiting.due != due:
                continue  # forgotten, or hinted again since
            if is_kept(path):
                waiting.free = now
                waiting.due = now + self.quiet
                heapq.heappush(self._queue, (waiting.due, path))
                continue
            del self._waiting[path]
            held = now >= waiting.counted_from + self.hold
            taken.append(Due(path, held, waiting.first, waiting.signature, waiting.cause, waiting.rests))
        return taken

    def next_due(self) -> float | None:
        """Tell when the next path may be due; a path hinted again since may turn out to wait longer."""
        return self._queue[0][0] if self._queue else None

    def waiting(self, path: bytes) -> Waiting | None:
        """Return what is known of a path that waits."""
        return self._waiting.get(path)

    def waits_since(self, path: bytes) -> float | None:
        """Tell when `path` was first heard of, if it waits."""
        waiting = self._waiting.get(path)
        return None if waiting is None else waiting.first

    def oldest(self) -> float | None:
        """Tell when the path that waits longest was first heard of."""
        return min((waiting.first for waiting in self._waiting.values()), default=None)

    def paths(self) -> set[bytes]:
        """Return every path that waits."""
        return set(self._waiting)
