"""What one root is waiting for: hints that settle, paths that vanished, renames that were reported.

One `Capture` is one root, used by one thread. It decides nothing from events: a hint says where
to look, a scan says where to look, and what is found there is what counts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from types import MappingProxyType

import msgspec

from ingest.capture import differences, first_scan
from ingest.capture.batch import Batch
from ingest.capture.late import Late
from ingest.capture.limits import BATCH, Gone, Limits
from ingest.capture.renames import KEPT, Renames
from ingest.capture.unheard import UnheardChanges
from ingest.capture.workers import Made, Workers
from ingest.clock import Clock
from ingest.disk import read
from ingest.disk.cookie import clock_behind
from ingest.disk.heard import Heard, Spell
from ingest.disk.patterns import Patterns, placeholder_of
from ingest.disk.walk import (
    Blocked,
    Difference,
    Range,
    below,
    compare,
    is_watched,
    known_file,
    topmost,
    walk,
)
from ingest.errors import StoreUnavailable
from ingest.identity import Former, Standing
from ingest.model import Cause, Signature
from ingest.settle import Due, Settler
from ingest.store import bodies, compression, file_states
from ingest.store.compression import Dictionary
from ingest.store.engine import Store

TOGETHER = 4 * BATCH  # paths looked at in one go, in batches that overlap
SAMPLES = 256  # bodies; from fewer nothing is learnt


class Capture:
    """The state of one root between looks: what waits, what vanished, what was renamed."""

    def __init__(
        self,
        store: Store,
        *,
        root: int,
        folder: int,
        patterns: Patterns,
        hidden: frozenset[bytes],
        limits: Limits,
        clock: Clock,
        shifted: Callable[[], bool],
        unannounced: UnheardChanges,
    ) -> None:
        """`shifted` says whether mounts came or went since it was asked last: then no absence counts."""
        self.store = store
        self.shifted = shifted
        self.root = root
        self.folder = folder
        self.patterns = patterns
        self.hidden = hidden
        self.limits = limits
        self.clock = clock
        self.workers = Workers(folder, max_bytes=limits.max_bytes)
        self.settler = Settler(quiet=limits.quiet, hold=limits.hold)
        self.gone: dict[bytes, Gone] = {}
        self.closed: frozenset[bytes] = frozenset()
        self.blocked: dict[bytes, str] = {}  # what the walk could not list or look at
        self.unknown: dict[bytes, str] = {}  # files that a look could tell nothing of
        self.offline: set[bytes] = set()  # known documents in whose place a placeholder stands
        self.left_out: dict[str, int] | None = None  # names by the rule that left them out, at the last scan
        self.counting: Counter[str] | None = None  # the same, while a scan counts them
        self.folds = False  # whether the file system takes names of other letter case for one
        self.mounts_told = True  # else no absence counts on another device than before
        self.remote = False  # whether the file system's clock may be another machine's
        self.behind = 0  # microseconds that it is behind ours
        self.folders: dict[bytes, tuple[int, int]] = {}
        self.files_seen = 0
        self.clock_behind = 0
        self.last_seq = 0
        self.unannounced = unannounced
        self.late = Late()
        self.commits = 0
        self._scanning = False
        self._dictionary: Dictionary | None = None
        self._renames = Renames()

    # -- what is heard ---------------------------------------------------------------------

    def hear(self, heard: Heard, now: float) -> None:
        """Take over what a watcher heard. Raises StoreUnavailable, and OSError where there are too few
        descriptors: then only a scan knows it all."""
        self.unannounced.hear(heard.touched, heard.folders)
        if heard.overflow:
            self.lose_order()
        for old, new in heard.arrivals:
            self._renames.note(old, new, now)
            if old is not None:
                self.unannounced.hear((old, new), ())
        closed = heard.touched & heard.at_rest
        writing = heard.touched & heard.writing
        originals = [path for path in map(placeholder_of, heard.touched) if path is not None]
        if originals:
            self.hint(originals, now)
        self.hint(writing, now, writing=True, spells=heard.spells)
        self.hint(heard.touched - closed - writing, now, spells=heard.spells)
        if closed:
            self.hint(closed, now, at_rest=True, spells=heard.spells)
        self.late.all_heard()
        for folder in topmost(heard.folders):
            self.hint_below(folder, now)

    def lose_order(self) -> None:
        """Something was not heard: no rename that was heard before can be followed over the gap."""
        self._renames.clear()

    def hint(
        self,
        paths: Iterable[bytes],
        now: float,
        *,
        writing: bool = False,
        at_rest: bool = False,
        spells: Mapping[bytes, Spell] = MappingProxyType({}),
    ) -> None:
        """Look at these paths soon; at rest only ends the wait of a document already known.

        They were heard of now, or when `spells` says.
        """
        paths = list(paths)
        known: dict[bytes, Standing] = {}
        if at_rest:
            with self.store.read() as connection:
                known = file_states.standing(connection, self.root, paths)
        for path in paths:
            spell = spells.get(path)
            if spell is None:
                self.settler.hint(path, now, writing=writing, at_rest=path in known)
                continue
            self.late.hear(path, spell, self.settler.waiting(path), self.limits.quiet)
            self.settler.hint(path, spell.last, first=spell.first, writing=writing, at_rest=path in known)

    def hint_below(self, folder: bytes, now: float) -> None:
        """Compare one folder with what is recorded below it, and hint every difference."""
        blocked: list[Blocked] = []
        with_slash = folder + b"/" if folder else b""
        if folder and not self.patterns.keeps_folder(folder):
            return
        if any(part.startswith(b".") for part in with_slash.split(b"/")):
            return
        for difference in self.differences(folder, blocked):
            if difference is None:
                continue
            self.settler.hint(difference.path, now, signature=difference.signature)
        self._note_blocked(folder, blocked)

    @property
    def busy(self) -> bool:
        """Whether anything still waits."""
        return bool(self.settler) or bool(self.gone)

    def untold(self) -> dict[bytes, str]:
        """What cannot be told of, and why: folders that cannot be listed, files that cannot be looked at."""
        return self.blocked | self.unknown

    def waiting(self) -> set[bytes]:
        """Every path that is not yet as the disk was when it was hinted."""
        return self.settler.paths() | set(self.gone)

    def waits_since(self, path: bytes, moment: float) -> bool:
        """Whether `path` still waits for something that was heard of at or before `moment`."""
        first = self.settler.waits_since(path)
        return path in self.gone or (first is not None and first <= moment)

    def oldest(self) -> float | None:
        """When what waits longest was first heard of."""
        times = [entry.deadline - self.limits.move for entry in self.gone.values()]
        first = self.settler.oldest()
        return min(times if first is None else [*times, first], default=None)

    def next_due(self) -> float | None:
        """When `look` may have something to do."""
        times = [entry.deadline for entry in self.gone.values()]
        due = self.settler.next_due()
        if due is not None:
            times.append(due)
        return min(times, default=None)

    # -- what is done ----------------------------------------------------------------------

    def look(self) -> int:
        """Look at every path whose wait is over, and record what is found; returns how many.

        Raises StoreUnavailable, and OSError where there are too few descriptors; then every path waits
        again and nothing is forgotten.
        """
        now = self.clock.monotonic()
        oldest = self.oldest()
        self._renames.forget(now - KEPT if oldest is None else min(now - KEPT, oldest))
        due = self.settler.take_due(now, TOGETHER)
        expired = [path for path, entry in self.gone.items() if entry.deadline <= now][:BATCH]
        if due or expired:
            self.examine(due, expired)
        elif not (self.busy or self._scanning):
            self.workers.close()  # until the next large number
        return len(due) + len(expired)

    def scan(self, cause: Cause) -> Iterator[None]:
        """Compare the whole root with what is recorded; yields after every slice of the work.

        Files that changed just now wait in the settler like any other. Raises StoreUnavailable
        and, when the root itself cannot be listed, OSError.
        """
        self._scanning = True
        try:
            yield from self._scan(cause)
        finally:
            self._scanning = False
            self.workers.close()  # with what they still have in hand, where the scan was given up

    def _scan(self, cause: Cause) -> Iterator[None]:
        if self.remote:
            self.behind = clock_behind(self.folder, self.clock.wall, self.clock.entropy)
        with self.store.read() as connection:
            empty = file_states.is_empty(connection, self.root)
            racy = [] if empty else file_states.racy(connection, self.root, self.behind)
        self.offline.clear()
        self.counting = Counter()
        blocked: list[Blocked] = []
        if empty:
            yield from first_scan.take_in(self, cause, self.differences(b"", blocked))
            self._note_blocked(b"", blocked)
            self._note_left_out()
            return
        newcomers: list[tuple[bytes, Signature]] = []
        missing: list[bytes] = []
        batch: list[Due] = []
        self.files_seen = 0
        for difference in differences.differences(self, blocked):
            if difference is None:
                yield
                continue
            signature = difference.signature
            if signature is None:
                missing.append(difference.path)
            elif self.is_fresh(signature):
                now = self.clock.monotonic()
                self.settler.hint(difference.path, now, signature=signature, cause=cause)
                self.unannounced.expect(difference.path, now)
            elif not difference.known:
                newcomers.append((difference.path, signature))
            else:
                batch.append(Due(difference.path, False, self.clock.monotonic(), None, cause))
            if len(batch) >= TOGETHER:
                self.examine(batch, [])
                batch = []
                yield
        self.examine(batch, [])
        self._note_blocked(b"", blocked)
        self._note_left_out()
        yield
        with self.store.read() as connection:
            long = file_states.long_paths(
                connection, self.root
            )  # the walk cannot miss them: they have stand-ins
        racy = [path for path in racy if path not in self.settler]  # what waits is read when it rests
        yield from self._look_at([*long, *racy, *missing], cause)
        for start in range(0, len(newcomers), BATCH):
            now = self.clock.monotonic()
            part = newcomers[start : start + BATCH]
            self.examine([Due(path, False, now, None, cause) for path, _ in part], [])
            yield
        if not self.settler:
            # Every file there is was looked at: no other half can come any more.
            now = self.clock.monotonic()
            for path in missing:
                if path in self.gone:
                    self.gone[path] = msgspec.structs.replace(self.gone[path], deadline=now)

    def _look_at(self, paths: list[bytes], cause: Cause) -> Iterator[None]:
        """Look at the paths themselves: an absence is believed only then, and a racy file read again."""
        for start in range(0, len(paths), BATCH):
            now = self.clock.monotonic()
            self.examine([Due(path, False, now, None, cause) for path in paths[start : start + BATCH]], [])
            yield

    def _note_left_out(self) -> None:
        self.left_out, self.counting = dict(self.counting or {}), None

    def differences(self, top: bytes, blocked: list[Blocked]) -> Iterator[Difference | None]:
        """Where the disk and what is recorded differ below `top`; None now and then. `blocked` is filled."""
        prefix = top + b"/" if top else b""
        if not top or top in self.folders:  # below a new one there was nothing
            self.folders = {
                path: inode
                for path, inode in self.folders.items()
                if top and path != top and not path.startswith(prefix)
            }
        return self.compare(top, below(top), blocked)

    def compare(
        self,
        top: bytes,
        within: Range,
        blocked: list[Blocked],
        *,
        listed: Callable[[bytes, int], None] | None = None,
        count: Callable[[int], None] | None = None,
        left_out: Callable[[str], None] | None = None,
    ) -> Iterator[Difference | None]:
        """The same within a range of paths. `listed`, `count` and `left_out` stand in for the notes taken
        here."""
        walked = walk(
            self.folder,
            patterns=self.patterns,
            hidden=self.hidden,
            closed=self.closed,
            top=top,
            within=within,
            listed=listed or self._note_listed,
            left_out=None if top or self.counting is None else left_out or self.note_left_out,
        )
        rows = file_states.pages(self.store, self.root, within)
        stands = partial(known_file, self.folder, self.patterns, self.hidden)
        return compare(walked, rows, blocked=blocked, seen_files=count or self._count, stands=stands)

    def note_left_out(self, rule: str) -> None:
        """A name was left out by this rule."""
        if self.counting is not None:
            self.counting[rule] += 1

    def _count(self, files: int) -> None:
        self.files_seen += files

    def _note_listed(self, path: bytes, fd: int) -> None:
        found = os.fstat(fd)
        self.folders[path] = (found.st_dev, found.st_ino)

    def _note_blocked(self, below: bytes, blocked: list[Blocked]) -> None:
        prefix = below + b"/" if below else b""
        kept = {
            path: why
            for path, why in self.blocked.items()
            if below and path != below and not path.startswith(prefix)
        }
        self.blocked = kept | {entry.path: entry.why for entry in blocked}

    def is_fresh(self, signature: Signature) -> bool:
        """Changed within the quiet time by the wall clock, or in its future: seen again before it counts."""
        age = (self.clock.wall() - self.behind) * 1000 - signature.ctime_ns
        return age < self.limits.quiet * 1e9

    def dictionary(self, contents: Sequence[bytes]) -> Dictionary | None:
        """What to pack keyframes with; the first large number of bodies is what it is learnt from."""
        if self._dictionary is None:
            with self.store.read() as connection:
                self._dictionary = bodies.newest_dictionary(connection)
        if self._dictionary is None and len(contents) >= SAMPLES:
            content = compression.train(contents)
            if content is not None:
                with self.store.write() as connection:
                    # another host may have learnt one meanwhile
                    self._dictionary = bodies.newest_dictionary(connection) or bodies.add_dictionary(
                        connection, content, sha256(content).digest()
                    )
        return self._dictionary

    # -- one batch -------------------------------------------------------------------------

    def examine(
        self, due: list[Due], expired: list[bytes], made: Mapping[bytes, Made] = MappingProxyType({})
    ) -> None:
        """Look at these paths and record what is found; `made` is what was found at some already."""
        if not due and not expired:
            return
        recorded = 0
        try:
            for count in self._batches(due, expired, made):
                recorded += count
        except (StoreUnavailable, OSError):
            self.workers.close()  # what they have made belongs to nobody any more
            now = self.clock.monotonic()
            for entry in due[recorded:]:
                self.settler.hint(
                    entry.path, now, first=entry.first, signature=entry.signature, cause=entry.cause
                )
            raise

    def _batches(self, due: list[Due], expired: list[bytes], made: Mapping[bytes, Made]) -> Iterator[int]:
        """Record batch after batch; yields how many paths were in each.

        While other processes make the versions of one batch, the one before is recorded and the one
        after is read. Only batches that cannot be about the same documents overlap like that: of known
        documents where they stand, with nothing on its way from one path to another.
        """
        start = 0
        before: Batch | None = None
        while start < len(due) or expired:
            part = due[start : start + BATCH]
            paths = [entry.path for entry in part]
            batch = Batch(self, made)
            batch.recall(paths)
            plain = not (expired or self.gone or self._renames) and batch.is_plain(paths)
            if before is not None and not plain:
                before.take()
                yield before.record()
                before = None
                batch.recall(paths)
            start += batch.look(part, expired)
            expired = []
            if before is not None:
                before.take()
            batch.give(ahead=len(due))
            if before is not None:
                yield before.record()
            before = batch
            if not plain:
                batch.take()
                yield batch.record()
                before = None
        if before is not None:
            before.take()
            yield before.record()

    def sources(self, path: bytes) -> list[Former]:
        """The paths that the file at this one had, by what the operating system reported."""
        return [
            former
            for former in self._renames.sources(path, self._is_watched)
            if not former.arrivals or not self._waits_elsewhere(former.path, path)
        ]

    def _waits_elsewhere(self, old: bytes, but: bytes) -> bool:
        """Whether another file that had the path `old`, not the one at `but`, waits to be looked at."""
        for target in self._renames.targets(old):
            if target != but and target in self.settler and self._is_watched(target):
                return True
        return False

    def _is_watched(self, path: bytes) -> bool:
        return is_watched(path, self.patterns, self.hidden)

    def stands(self, paths: Iterable[bytes]) -> None:
        """What stands at these paths was recorded as the documents of these paths."""
        for path in paths:
            self._renames.recorded(path)

    def settles_at(self, path: bytes, never: frozenset[tuple[int, int]]) -> float | None:
        """When the path that this one was renamed to comes to its longest wait, if a file waits there."""
        for target in self._renames.targets(path):
            first = self.settler.waits_since(target)
            if first is None or not self._is_watched(target):
                continue
            if isinstance(read.look(self.folder, target, never), read.File):
                return first + self.limits.hold
        return None
