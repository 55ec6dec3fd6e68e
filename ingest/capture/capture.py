"""One root, captured: what is heard of it waits, what is due is looked at, planned and recorded.

Due paths are taken in batches: `recall` -> `observe` and `confirm` -> `plan` -> versions -> `commit` ->
`Pending.apply`. An event decides nothing: a hint says where to look, a scan says where to look, and what is
found there is what counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from ingest.capture import absences, baseline, differences, look, plan, reconcile
from ingest.capture.baseline import Baseline
from ingest.capture.commit import commit
from ingest.capture.differences import Survey
from ingest.capture.folder import BATCH, MountState, RootFolder
from ingest.capture.lateness import Lateness
from ingest.capture.look import Observation
from ingest.capture.pending import Pending
from ingest.capture.plan import Plan
from ingest.capture.readers import PendingDocument
from ingest.capture.reconcile import TOGETHER, Scan
from ingest.capture.slow_documents import POLL, SlowDocuments
from ingest.capture.unheard_changes import UnheardChanges
from ingest.capture.versions import Versions
from ingest.capture.workers import WorkerAnswer
from ingest.disk import read
from ingest.disk.notifications import Notifications, PathTimes
from ingest.disk.patterns import placeholder_of
from ingest.disk.walk import topmost
from ingest.errors import StoreUnavailable
from ingest.model import Cause
from ingest.settle import Due
from ingest.store import file_states
from ingest.store.new_rows import NewVersion

FileAnswer = WorkerAnswer | Observation
_NONE: Mapping[bytes, FileAnswer] = MappingProxyType({})


class _OpenPlan(NamedTuple):
    """A plan whose versions are being made, what it is made from, and how to plan anew without some of it."""

    plan: Plan
    observations: Sequence[Observation]
    again: Callable[[Sequence[Observation]], Plan]


class Capture:
    """What is between the looks at one root, used by one thread.

    `mounts` says what is mounted below it now. `pending` is what waits, `survey` what the walks told;
    `commits` counts transactions. `last_seq` is where the log stood after the last one that added to it, and
    `clock_behind` how far the clock was behind the log then (microseconds).
    """

    def __init__(
        self, folder: RootFolder, *, mounts: Callable[[], MountState], unheard: UnheardChanges
    ) -> None:
        self.folder = folder
        self.pending = Pending(folder.limits, folder.watches)
        self.survey = Survey()
        self.lateness = Lateness()
        self.last_seq = 0
        self.clock_behind = 0
        self.commits = 0
        self._mounts = mounts
        self._unheard = unheard
        self._versions = Versions(folder)
        self._aside = SlowDocuments(self._versions.workers.readers, folder.documents.html)
        self._scanning = False

    def close(self) -> None:
        """End the processes; what is being read is not recorded. It may be used again."""
        self._aside.close()
        self._versions.close()

    # -- what is heard ---------------------------------------------------------------------

    def hear(self, heard: Notifications, now: float) -> None:
        """Take over what a watcher heard.

        Raises StoreUnavailable, and OSError where there are too few descriptors: then only a scan knows it
        all.
        """
        self._unheard.hear(heard.touched, heard.folders)
        if heard.overflow:
            self.pending.lose_order()
        for old, new in heard.arrivals:
            self.pending.note_rename(old, new, now)
            if old is not None:
                self._unheard.hear((old, new), ())
        closed = heard.touched & heard.at_rest
        writing = heard.touched & heard.writing
        originals = [path for path in map(placeholder_of, heard.touched) if path is not None]
        if originals:
            self.hint(originals, now)
        self.hint(writing, now, writing=True, times=heard.times)
        self.hint(heard.touched - closed - writing, now, times=heard.times)
        if closed:
            with self.folder.store.read() as connection:
                known = file_states.live_documents(connection, self.folder.key, closed)
            self.hint(closed, now, at_rest=known, times=heard.times)
        self.lateness.all_heard()
        for folder in topmost(heard.folders):
            self.hint_below(folder, now)

    def hint(
        self,
        paths: Iterable[bytes],
        now: float,
        *,
        writing: bool = False,
        at_rest: Collection[bytes] = (),
        times: Mapping[bytes, PathTimes] = MappingProxyType({}),
    ) -> None:
        """Look at these paths soon, and at those among `at_rest` at once.

        They were heard of now, or when `times` says.
        """
        for path in paths:
            of_path, rests = times.get(path), path in at_rest
            if of_path is None:
                self.pending.hint(path, now, writing=writing, at_rest=rests)
                continue
            self.lateness.hear(path, of_path, self.pending.waiting(path), self.folder.limits.quiet)
            self.pending.hint(path, of_path.last, first=of_path.first, writing=writing, at_rest=rests)

    def hint_below(self, folder: bytes, now: float) -> None:
        """Compare one folder with what is recorded below it, and hint every difference."""
        if folder and not self.folder.patterns.keeps_folder(folder):
            return
        if any(part.startswith(b".") for part in folder.split(b"/")):
            return
        for difference in differences.below(self.folder, folder, self._mounts().closed, self.survey):
            if difference is not None:
                self.pending.hint(difference.path, now, signature=difference.signature)

    def untold(self) -> dict[bytes, str]:
        """Return the folders that cannot be listed and the files that cannot be looked at, and why."""
        return self.survey.blocked | self.pending.unknown

    # -- what is done ----------------------------------------------------------------------

    def look(self) -> int:
        """Look at every path whose wait is over, and record what is found; returns how many.

        Raises StoreUnavailable, and OSError where there are too few descriptors; then every path waits
        again and nothing is forgotten.
        """
        known = self._record_read()
        due, expired = self.pending.take_due(self.folder.clock.monotonic(), TOGETHER)
        if due or expired:
            self._examine(due, expired)
        elif not (self.pending.busy or self._scanning):
            self._versions.close()  # until the next large number
        return known + len(due) + len(expired)

    def next_due(self) -> float | None:
        """Tell when `look` may have something to do."""
        due = self.pending.next_due()
        if not self._aside:
            return due
        soon = self.folder.clock.monotonic() + POLL
        return soon if due is None else min(due, soon)

    def scan(self, cause: Cause) -> Iterator[None]:
        """Compare the whole root with what is recorded; yields after every slice of the work.

        Files that changed just now wait like any other. Raises StoreUnavailable and, when the root itself
        cannot be listed, OSError.
        """
        scan = Scan(
            folder=self.folder,
            cause=cause,
            closed=self._mounts().closed,
            pending=self.pending,
            survey=self.survey,
            unheard=self._unheard,
            versions=self._versions,
        )
        self._scanning = True
        try:
            for part in reconcile.parts(scan):
                self._examine(self._free(part.due), made=part.made)
                yield
        finally:
            self._scanning = False
            self._versions.close()  # with what they still have in hand, where the scan was given up

    # -- documents that take long ----------------------------------------------------------

    def _record_read(self) -> int:
        """Record the documents that have been read meanwhile. Return how many. Raises as `look` does."""
        found = self._aside.finished()
        for observation in found:
            self.pending.take_back(observation.path)
        try:
            self._examine([each.due for each in found], made={each.path: each for each in found})
        except (StoreUnavailable, OSError):
            for observation in found:
                self.pending.put_aside(observation.path, observation.due.first)
            raise
        for observation in found:
            self._aside.drop(observation.path)
        return len(found)

    def _free(self, due: Sequence[Due]) -> Sequence[Due]:
        """Return what is due now; a path whose document is still being read waits on."""
        kept = {entry.path for entry in due if self.pending.is_kept(entry.path)}
        if not kept:
            return due
        self.pending.put_back([entry for entry in due if entry.path in kept], self.folder.clock.monotonic())
        return [entry for entry in due if entry.path not in kept]

    def _without_kept(
        self, observations: Sequence[Observation], known: Baseline, made: Mapping[bytes, FileAnswer]
    ) -> Sequence[Observation]:
        """Return the observations without files that are new at their paths and being read at others."""
        inodes = self._aside.inodes
        if not inodes:
            return observations
        new = absences.newcomers(observations, known)
        again = {
            path
            for path, each in new.items()
            if not isinstance(made.get(path), Observation) and inodes & absences.inodes_of([each])
        }
        self.pending.put_back([new[path].due for path in again], self.folder.clock.monotonic())
        return [each for each in observations if each.path not in again]

    def _put_aside(
        self, begun: _OpenPlan, versions: dict[bytes, NewVersion], unfinished: Mapping[bytes, PendingDocument]
    ) -> Plan:
        """Return the plan without the documents that take long: what was seen of them waits aside.

        What cannot wait is waited for, and added to `versions`.
        """
        changes = [each for each in begun.plan.changes if each.content and each.path in unfinished]
        aside = self._aside.fitting(changes)
        rest = begun.plan
        if aside:
            rest = begun.again([each for each in begun.observations if each.path not in aside])
            made = versions.keys() | (unfinished.keys() - aside)
            if not made >= {each.path for each in rest.changes if each.content and not each.content.version}:
                aside, rest = frozenset(), begun.plan  # one of the others is another document without them
        for change in changes:
            assert change.content is not None
            if change.path in aside:
                self._aside.put(change.content, unfinished[change.path])
                self.pending.put_aside(change.path, change.content.due.first)
            else:
                versions[change.path] = self._versions.finish(change, unfinished[change.path])
        return rest

    # -- paths that are due, batch after batch ---------------------------------------------

    def _examine(
        self, due: Sequence[Due], expired: Sequence[bytes] = (), made: Mapping[bytes, FileAnswer] = _NONE
    ) -> None:
        """Look at these paths and record what is found; `made` is what was found at some already."""
        recorded = 0
        try:
            for taken in self._record_all(due, expired, made):
                recorded += taken
        except (StoreUnavailable, OSError):
            self._versions.close()  # what they have made belongs to nobody any more
            self.pending.put_back(due[recorded:], self.folder.clock.monotonic())
            raise

    def _record_all(
        self, due: Sequence[Due], expired: Sequence[bytes], made: Mapping[bytes, FileAnswer]
    ) -> Iterator[int]:
        """Record batch after batch; yields how many paths were in each.

        While other processes make the versions of one plan, the one before is recorded and the one after is
        made. Only plans that cannot be about the same documents overlap like that: of known documents where
        they stand, with nothing on its way from one path to another.
        """
        begun: _OpenPlan | None = None  # its versions are being made
        start = 0
        while start < len(due) or expired:
            batch = due[start : start + BATCH]
            known = self._recall(batch, made)
            overlaps = (
                not (expired or made or self.pending.moving)
                and not (begun is not None and begun.plan.update.absences)
                and all(entry.path in known.live for entry in batch)
            )
            if begun is not None and not overlaps:
                yield self._finish(begun, self._versions.end())
                begun, known = None, self._recall(batch, made)
            planned = self._plan(batch, expired, known, made)
            start, expired = start + planned.plan.taken, ()
            versions = {} if begun is None else self._versions.end()
            self._versions.begin(planned.plan, ahead=len(due))
            if begun is not None:
                yield self._finish(begun, versions)
            begun = planned
            if not overlaps:
                yield self._finish(begun, self._versions.end())
                begun = None
        if begun is not None:
            yield self._finish(begun, self._versions.end())

    def _recall(self, batch: Sequence[Due], made: Mapping[bytes, FileAnswer]) -> Baseline:
        return baseline.recall(self.folder, [entry.path for entry in batch], perhaps_empty=bool(made))

    def _plan(
        self, due: Sequence[Due], expired: Sequence[bytes], known: Baseline, made: Mapping[bytes, FileAnswer]
    ) -> _OpenPlan:
        """Look at the first of these paths, as many as fit into a batch, and plan what follows."""
        clock, pending = self.folder.clock, self.pending
        now, began_at = clock.monotonic(), clock.wall()
        view = look.view_of(self.folder, self._mounts())
        seen, taken = look.observe(view, due, known, made)
        for observation in seen:
            if observation.due.rests != math.inf:
                self._note_lateness(observation)
        observations = self._without_kept(seen, known, made)
        new = absences.newcomers(observations, known)
        formers = {former.path for path in new for former in pending.sources(path)}
        if not known.empty or pending.absences or formers:
            known = baseline.recall_former(
                self.folder, known, new, formers=formers, inodes=absences.inodes_of(new.values())
            )
        asked = absences.questions(observations, new, baseline=known, pending=pending, expired=expired)
        again = partial(
            plan.plan,
            stands=look.confirm(view, asked.documents, self._mounts),
            files=look.files_at(view, asked.targets),
            taken=taken,
            expired=expired,
            baseline=known,
            pending=pending,
            limits=self.folder.limits,
            now=now,
            began_at=began_at,
        )
        return _OpenPlan(again(observations), observations, again)

    def _note_lateness(self, observation: Observation) -> None:
        """Note whether it was read before the state in which it rested was overwritten."""
        due, reading = observation.due, observation.reading
        if observation.changed_at is not None:
            self.lateness.read(due, observation.looked, observation.changed_at)
        elif isinstance(reading, read.Moving):
            self.lateness.moving(due, observation.looked)
        elif isinstance(reading, read.NoFile):
            self.lateness.gone(due, observation.looked)

    def _finish(self, begun: _OpenPlan, made: Mapping[bytes, NewVersion | PendingDocument]) -> int:
        """Record a plan, but for documents that take long; returns how many due paths it was about."""
        versions = {path: each for path, each in made.items() if not isinstance(each, PendingDocument)}
        unfinished = {path: each for path, each in made.items() if isinstance(each, PendingDocument)}
        planned = self._put_aside(begun, versions, unfinished) if unfinished else begun.plan
        return self._commit(planned, versions)

    def _commit(self, planned: Plan, versions: Mapping[bytes, NewVersion]) -> int:
        """Record a plan, and change what waits as it says; returns how many due paths it was about."""
        recorded = commit(self.folder, planned, versions)
        if recorded is not None:
            self.commits += 1
            if recorded.changes:
                self.last_seq = recorded.seq
                self.clock_behind = recorded.clock_behind
        for path in planned.unheard:
            self._unheard.find(path, planned.update.now)
        self.pending.apply(planned.update)
        return planned.taken
