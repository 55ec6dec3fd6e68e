"""The first scan of a root: everything there is, read by processes beside this one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ingest.capture.limits import BATCH
from ingest.capture.workers import ASKED, Ask, Made, WorkersLost
from ingest.disk.walk import Difference
from ingest.ids import SALT_BYTES, draws
from ingest.model import Cause
from ingest.settle import Due

if TYPE_CHECKING:
    from ingest.capture.capture import Capture


def take_in(capture: Capture, cause: Cause, differences: Iterable[Difference | None]) -> Iterator[None]:
    """Record what stands in a root of which nothing is known; yields after every slice of the work.

    No file can be another's other half. From the first files a dictionary is learnt; the rest is read
    by the processes, some parcels ahead of what is recorded. Raises StoreUnavailable.
    """
    part: list[Due] = []
    ahead = _Ahead(capture)
    never = capture.store.own_inodes()
    first = True
    for difference in differences:
        if difference is None:
            yield
            continue
        signature, now = difference.signature, capture.clock.monotonic()
        if signature is None:
            continue  # a row without a document: nothing is there, as nothing was
        if (signature.device, signature.inode) in never:
            continue
        if capture.is_fresh(signature):
            capture.settler.hint(difference.path, now, signature=signature, cause=cause)
            continue
        part.append(Due(difference.path, False, now, None, cause))
        if first or not capture.workers.several:
            if len(part) == BATCH:
                capture.examine(part, [])
                part, first = [], False
                yield
            continue
        if len(part) < ASKED:
            continue
        try:
            ahead.ask(part)
        except WorkersLost:
            capture.examine(ahead.given_up(), [])
        part = []
        if len(ahead.ready) >= BATCH:
            ahead.record()
            yield
    try:
        ahead.hear_all()
    except WorkersLost:
        part += ahead.given_up()
    ahead.record()
    yield
    for start in range(0, len(part), BATCH):
        capture.examine(part[start : start + BATCH], [])
        yield


class _Ahead:
    """What the processes were asked to read, and what they have answered."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._asked: deque[list[Due]] = deque()
        self.ready: list[Due] = []
        self._made: dict[bytes, Made] = {}

    def ask(self, part: list[Due]) -> None:
        """Have these read; where enough is asked, an answer is waited for. Raises WorkersLost."""
        capture = self._capture
        self._asked.append(part)
        salts = draws(SALT_BYTES, len(part), capture.clock.entropy)
        asks = [Ask(due.path, salt) for due, salt in zip(part, salts, strict=True)]
        capture.workers.ask(asks, capture.dictionary(()))
        while capture.workers.full:
            self._hear()

    def hear_all(self) -> None:
        """Wait for every answer. Raises WorkersLost."""
        while self._asked:
            self._hear()

    def given_up(self) -> list[Due]:
        """What was asked and will not be answered."""
        left = [due for part in self._asked for due in part]
        self._asked.clear()
        return left

    def record(self) -> None:
        """Record what was answered."""
        ready, self.ready = self.ready, []
        made, self._made = self._made, {}
        self._capture.examine(ready, [], made)

    def _hear(self) -> None:
        answers = self._capture.workers.answers()
        part = self._asked.popleft()
        self.ready += part
        self._made.update(zip((due.path for due in part), answers, strict=True))
