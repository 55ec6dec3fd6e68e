"""What a watcher heard, as values: no system call and no watchdog is needed to read them."""

from __future__ import annotations

import msgspec


class PathTimes(msgspec.Struct):
    """When a path was heard of since the last time it was taken: seconds of the monotonic clock.

    `gap` is the longest time between two hearings, half of it where somebody had the file open for writing:
    such a file rests only when it is quiet for twice as long. `gap_since` is when it began.
    """

    first: float
    last: float
    gap: float = 0.0
    gap_since: float = 0.0

    def again(self, now: float, *, writing: bool) -> None:
        """Note that it is heard of once more."""
        gap = (now - self.last) / 2 if writing else now - self.last
        if gap > self.gap:
            self.gap, self.gap_since = gap, self.last
        self.last = now


class Notifications(msgspec.Struct):
    """What was heard since the last time it was taken."""

    touched: set[bytes] = msgspec.field(default_factory=set)
    times: dict[bytes, PathTimes] = msgspec.field(default_factory=dict)  # of those touched
    writing: set[bytes] = msgspec.field(default_factory=set)
    at_rest: set[bytes] = msgspec.field(default_factory=set)
    folders: set[bytes] = msgspec.field(default_factory=set)
    # In order: (old, new) of a rename, (None, new) of what was made or came from where nothing is heard of.
    arrivals: list[tuple[bytes | None, bytes]] = msgspec.field(default_factory=list)
    cookies: set[bytes] = msgspec.field(default_factory=set)
    events: int = 0
    overflow: bool = False
    root_event: bool = False
