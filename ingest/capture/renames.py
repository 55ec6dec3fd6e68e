"""The renames that the operating system reported lately, put in order and followed from either end.

A path is a place where one file after another may stand. So a file is followed through time: back from
where it stands now, to each path it had before, by the last arrival before it left that one, never by a
later one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, KeysView
from operator import itemgetter
from typing import NamedTuple, TypeVar

from ingest.disk.walk import folders_above
from ingest.identity import FormerPath

LONGEST_CHAIN = 16  # renames of one file within one settle window
KEPT = 15.0  # seconds; longer than any path waits to settle
MOST = 100_000  # arrivals; where more are heard while nothing can be recorded, the oldest are forgotten

_number = itemgetter(0)


class _Arrival(NamedTuple):
    number: int  # in the order in which they were heard
    old: bytes | None  # None for what was made there, or came from outside


class _Departure(NamedTuple):
    number: int
    new: bytes


_Event = TypeVar("_Event", _Arrival, _Departure)


class Renames:
    """Arrivals of files and folders. All times are seconds of one monotonic clock, handed in."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, int, bytes | None, bytes]] = deque()
        self._arrivals: dict[bytes, list[_Arrival]] = {}
        self._departures: dict[bytes, list[_Departure]] = {}
        self._recorded: dict[bytes, int] = {}  # the last arrival heard when what stands there was recorded
        self._last = 0
        self._targets: dict[bytes, dict[bytes, None]] = {}  # as they were told since something was noted last

    def __bool__(self) -> bool:
        return bool(self._departures)

    def note(self, old: bytes | None, new: bytes, now: float) -> None:
        """Note that `old` was renamed to `new`, or with None that something was made at `new`.

        To be called in the order of events.
        """
        self._targets.clear()
        self._last += 1
        self._heard.append((now, self._last, old, new))
        self._arrivals.setdefault(new, []).append(_Arrival(self._last, old))
        if old is not None:
            self._departures.setdefault(old, []).append(_Departure(self._last, new))
        if len(self._heard) > MOST:
            self._drop_oldest()

    def recorded(self, path: bytes) -> None:
        """Note that the file at `path` is its document from now on, however it came there."""
        self._targets.clear()
        if self._heard:
            self._recorded[path] = self._last

    def clear(self) -> None:
        """Forget all: events were lost, and what is put together over the gap would be a guess."""
        for kept in (self._heard, self._arrivals, self._departures, self._recorded, self._targets):
            kept.clear()

    def forget(self, before: float) -> None:
        """Forget those that no path waits for any more."""
        while self._heard and self._heard[0][0] < before:
            self._drop_oldest()
        if len(self._recorded) > 2 * len(self._heard):
            oldest = self._heard[0][1] if self._heard else self._last + 1
            self._recorded = {path: last for path, last in self._recorded.items() if last >= oldest}

    def sources(self, path: bytes, is_watched: Callable[[bytes], bool]) -> list[FormerPath]:
        """Return the paths that the file at this one had and whose document it may be, the last first.

        What had stood at a watched path before anything was heard was recorded there: it can be no other
        path's document, wherever it was for a moment. What was made since may be each of them.
        """
        found: list[FormerPath] = []
        at, until, made = path, self._last + 1, False
        for _ in range(LONGEST_CHAIN if self else 0):
            came = self._came(at, until)
            if came is None or came[0].old is None:
                made = came is not None
                break
            at, until = came[0].old + at[len(came[1]) :], came[0].number
            if until > self._recorded.get(at, 0):
                found.append(FormerPath(path=at, arrivals=self._count(at, until)))
        if at != path and not made and is_watched(at):
            return [former for former in found if not former.arrivals]
        return found

    def targets(self, path: bytes) -> KeysView[bytes]:
        """Return the paths, each once, that the files that stood at this one were renamed to, in their order.

        The same until something is noted: one path may be asked of for thousands that came from it.
        """
        found = self._targets.get(path)
        if found is None:
            found = self._targets[path] = self._followed(path)
        return found.keys()

    def _followed(self, path: bytes) -> dict[bytes, None]:
        """Follow each file that left a path. A departure is passed once, however many went back and forth."""
        found: dict[bytes, None] = {}
        passed: set[tuple[int, bytes]] = set()
        since = self._recorded.get(path, 0)
        while (first := self._next(path, since)) is not None:
            since, left = first[0].number, first
            at = path
            while (left[0].number, at) not in passed:
                passed.add((left[0].number, at))
                at = left[0].new + at[len(left[1]) :]
                found[at] = None
                again = self._next(at, left[0].number)
                if again is None or self._came(at, again[0].number, left[0].number) is not None:
                    break
                left = again
        return found

    def _came(self, path: bytes, until: int, since: int = 0) -> tuple[_Arrival, bytes] | None:
        """Return the last arrival at a path or of a folder above it before `until`, and which of them."""
        recorded = self._recorded.get(path, 0)
        if recorded < until:
            since = max(since, recorded)
        last: tuple[_Arrival, bytes] | None = None
        for part in _with_folders(path):
            arrivals = self._arrivals.get(part, ())
            at = bisect_left(arrivals, until, key=_number) - 1
            if at >= 0 and arrivals[at].number > max(since, last[0].number if last else 0):
                last = arrivals[at], part
        return last

    def _count(self, path: bytes, until: int) -> int:
        """Tell how many came to a path before `until`, since what stands there was recorded."""
        since = self._recorded.get(path, 0)
        return sum(
            bisect_left(arrivals, until, key=_number) - bisect_right(arrivals, since, key=_number)
            for arrivals in (self._arrivals.get(part, ()) for part in _with_folders(path))
        )

    def _next(self, path: bytes, since: int) -> tuple[_Departure, bytes] | None:
        """Return the first departure from a path or of a folder above it after `since`, and which of them."""
        first: tuple[_Departure, bytes] | None = None
        for part in _with_folders(path):
            departures = self._departures.get(part, ())
            at = bisect_right(departures, since, key=_number)
            if at < len(departures) and (first is None or departures[at].number < first[0].number):
                first = departures[at], part
        return first

    def _drop_oldest(self) -> None:
        self._targets.clear()
        _, _, old, new = self._heard.popleft()
        _drop_first(self._arrivals, new)
        if old is not None:
            _drop_first(self._departures, old)


def _drop_first(kept: dict[bytes, list[_Event]], path: bytes) -> None:
    entries = kept[path]
    del entries[0]
    if not entries:
        del kept[path]


def _with_folders(path: bytes) -> Iterator[bytes]:
    yield path
    yield from folders_above(path)
