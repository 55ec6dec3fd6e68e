"""The two halves of a rename, paired as soon as the second is read.

The kernel tells of a rename in two notifications. The library holds the first back for half a second
in case the second follows, and sleeps for all of that time even when the second comes at once but in
another read: one save by rename in a hundred was heard of half a second late, and everything that was
announced after a file that left the tree waited as long.
"""

from __future__ import annotations

import time
from typing import TypeVar

from watchdog.observers import inotify_move_event_grouper
from watchdog.utils.delayed_queue import DelayedQueue

# Seconds. The halves lie microseconds apart in the kernel's queue; what takes longer is the reading.
# A file whose halves are not paired is still known by its inode.
LONGEST = 0.1

T = TypeVar("T")


class PromptQueue(DelayedQueue[T]):
    """The library's queue of events, but whoever waits for a second half is woken when it comes."""

    def __init__(self, delay: float) -> None:
        super().__init__(min(delay, LONGEST))

    def get(self) -> T | None:
        """Return the next event, waiting for it; None once the queue is closed."""
        with self._not_empty:
            while not self._closed:
                if not self._queue:
                    self._not_empty.wait()
                    continue
                head, came_at, is_first_half = self._queue[0]
                left = came_at + self.delay - time.monotonic() if is_first_half else 0.0
                if left <= 0:
                    self._queue.popleft()
                    return head
                self._not_empty.wait(left)  # the pair is put at the end: the head is another one then
        return None


def pair_promptly() -> None:
    """Have the library's watchers use this queue from now on; may be called twice.

    Raises ImportError for a release of the library that has no such queue.
    """
    # it has no setting for it: its groups take the class from their module when they are made
    names = vars(inotify_move_event_grouper)
    if "DelayedQueue" not in names:
        raise ImportError("watchdog pairs the halves of a rename otherwise than 7.1 does")
    names["DelayedQueue"] = PromptQueue
