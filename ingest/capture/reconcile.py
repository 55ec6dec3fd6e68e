"""A whole scan of a root: what must be looked at, part after part, so that the record is as the disk is.

Each part is to be examined before the next one is asked for. The files of a root of which nothing is known
are read by processes beside this one, some parcels ahead of what is recorded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from ingest.capture import differences
from ingest.capture.differences import Survey
from ingest.capture.folder import BATCH, RootFolder
from ingest.capture.pending import Pending
from ingest.capture.unheard_changes import UnheardChanges
from ingest.capture.versions import Versions
from ingest.capture.workers import ASKED, Ask, WorkerAnswer, WorkersLost
from ingest.disk.cookie import clock_behind
from ingest.ids import SALT_BYTES, draws
from ingest.model import Cause, Signature
from ingest.settle import Due
from ingest.store import file_states

TOGETHER = 4 * BATCH  # paths looked at in one go, in batches that overlap


class Part(msgspec.Struct, frozen=True):
    """Paths to be looked at now; none are a pause. `made` is what another process found at some of them."""

    due: Sequence[Due] = ()
    made: Mapping[bytes, WorkerAnswer] = MappingProxyType({})


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scan: of which folder, what it puts its findings down to, and whom it tells of what.

    A file that changed just now waits in `pending` like any other. `closed` are folders not to enter.
    """

    folder: RootFolder
    cause: Cause
    closed: frozenset[bytes]
    pending: Pending
    survey: Survey
    unheard: UnheardChanges
    versions: Versions


class _Freshness(msgspec.Struct, frozen=True):
    """Tells what changed within the quiet time.

    `behind` is how many microseconds the file system's clock is behind ours.
    """

    folder: RootFolder
    behind: int

    def is_fresh(self, signature: Signature) -> bool:
        """Tell whether a file changed just now by the wall clock, or in its future."""
        age = (self.folder.clock.wall() - self.behind) * 1000 - signature.ctime_ns
        return age < self.folder.limits.quiet * 1e9


def parts(scan: Scan) -> Iterator[Part]:
    """Yield what a scan looks at.

    Raises StoreUnavailable and, when the root itself cannot be listed, OSError.
    """
    folder, clock = scan.folder, scan.folder.clock
    behind = clock_behind(folder.fd, clock.wall, clock.entropy) if folder.remote else 0
    freshness = _Freshness(folder, behind)
    with folder.store.read() as connection:
        empty = file_states.is_empty(connection, folder.key)
        racy = [] if empty else file_states.racy(connection, folder.key, behind)
    scan.pending.offline.clear()
    scan.survey.begin()
    if empty:
        yield from _first(scan, freshness)
        scan.survey.end()
    else:
        yield from _again(scan, freshness, racy)


def _again(scan: Scan, freshness: _Freshness, racy: list[bytes]) -> Iterator[Part]:
    """Compare the whole root with what is recorded.

    The known documents come first, then what is missing, then what is new and may be what became of that.
    """
    folder, cause, pending = scan.folder, scan.cause, scan.pending
    now = folder.clock.monotonic
    newcomers: list[bytes] = []
    missing: list[bytes] = []
    known: list[Due] = []
    for difference in differences.whole(folder, scan.closed, scan.survey):
        if difference is None:
            yield Part()
            continue
        path, signature = difference.path, difference.signature
        if signature is None:
            missing.append(path)
        elif freshness.is_fresh(signature):
            moment = now()
            pending.hint(path, moment, signature=signature, cause=cause)
            scan.unheard.expect(path, moment)
        elif not difference.known:
            newcomers.append(path)
        else:
            known.append(Due(path, False, now(), None, cause))
        if len(known) >= TOGETHER:
            yield Part(known)
            known = []
    scan.survey.end()
    yield Part(known)
    with folder.store.read() as connection:
        # the walk cannot miss them: they have stand-ins
        long = file_states.long_paths(connection, folder.key)
    racy = [path for path in racy if path not in pending]  # what waits is read when it rests
    # An absence is believed only when the path itself was looked at; a racy file is read again.
    for paths in ([*long, *racy, *missing], newcomers):
        for start in range(0, len(paths), BATCH):
            moment = now()
            yield Part([Due(path, False, moment, None, cause) for path in paths[start : start + BATCH]])
    # Every file there is was looked at: no other half can come any more.
    pending.end_waits(missing, now())


def _first(scan: Scan, freshness: _Freshness) -> Iterator[Part]:
    """Yield all that stands in a root of which nothing is known.

    No file can be another's other half. From the first files a dictionary is learnt; the rest is read by the
    processes.
    """
    folder, workers = scan.folder, scan.versions.workers
    part: list[Due] = []
    ahead = _Ahead(folder, scan.versions)
    never = folder.store.own_inodes()
    first = True
    for difference in differences.below(folder, b"", scan.closed, scan.survey):
        if difference is None:
            yield Part()
            continue
        signature, now = difference.signature, folder.clock.monotonic()
        if signature is None:
            continue  # a row without a document: nothing is there, as nothing was
        if (signature.device, signature.inode) in never:
            continue
        if freshness.is_fresh(signature):
            scan.pending.hint(difference.path, now, signature=signature, cause=scan.cause)
            continue
        part.append(Due(difference.path, False, now, None, scan.cause))
        if first or not workers.several:
            if len(part) == BATCH:
                yield Part(part)
                part, first = [], False
            continue
        if len(part) < ASKED:
            continue
        try:
            ahead.ask(part)
        except WorkersLost:
            yield Part(ahead.given_up())
        part = []
        if len(ahead.ready) >= BATCH:
            yield ahead.take()
    try:
        ahead.hear_all()
    except WorkersLost:
        part += ahead.given_up()
    yield ahead.take()
    for start in range(0, len(part), BATCH):
        yield Part(part[start : start + BATCH])


class _Ahead:
    """What the processes were asked to read, and what they have answered."""

    def __init__(self, folder: RootFolder, versions: Versions) -> None:
        self.ready: list[Due] = []
        self._entropy = folder.clock.entropy
        self._versions = versions
        self._asked: deque[list[Due]] = deque()
        self._made: dict[bytes, WorkerAnswer] = {}

    def ask(self, part: list[Due]) -> None:
        """Have these read; where enough is asked, an answer is waited for. Raises WorkersLost."""
        workers = self._versions.workers
        self._asked.append(part)
        salts = draws(SALT_BYTES, len(part), self._entropy)
        asks = [Ask(due.path, salt) for due, salt in zip(part, salts, strict=True)]
        workers.ask(asks, self._versions.dictionary(()))
        while workers.full:
            self._hear()

    def hear_all(self) -> None:
        """Wait for every answer. Raises WorkersLost."""
        while self._asked:
            self._hear()

    def given_up(self) -> list[Due]:
        """Return what was asked and will not be answered."""
        left = [due for part in self._asked for due in part]
        self._asked.clear()
        return left

    def take(self) -> Part:
        """Return what was answered."""
        part = Part(self.ready, self._made)
        self.ready, self._made = [], {}
        return part

    def _hear(self) -> None:
        answers = self._versions.workers.answers()
        part = self._asked.popleft()
        self.ready += part
        self._made.update(zip((due.path for due in part), answers, strict=True))
