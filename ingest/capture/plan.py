"""What is to be recorded of one look, and what waits on: pure.

`plan` is a function of what was observed, what is recorded, what waits, and the time. It reads no disk, no
clock and no database, and changes nothing: the plan is committed first, and applied to what waits after that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from ingest import identity
from ingest.capture import changes
from ingest.capture.absences import InTheWay, inodes_of, newcomers
from ingest.capture.baseline import Baseline
from ingest.capture.changes import Change
from ingest.capture.folder import Limits
from ingest.capture.look import Exclusion, Observation, PathState, Restless, Unsure
from ingest.capture.pending import Absence, Pending, PendingUpdate, Wait
from ingest.disk import presence, read
from ingest.identity import Decision, FormerPath, LiveDocument, MissingDocument, ReadFile
from ingest.model import Cause
from ingest.store.file_states import key_of
from ingest.store.new_rows import Sighting


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one look leads to: all of it is recorded in one transaction, or nothing.

    `changes` are in the order of the log. `sightings` and `forgotten` are rows of `seen`. `unheard` are
    changes that a scan found and of which nothing was heard yet. `taken` is how many due paths it is about,
    `began_at` when the look began (microseconds, wall).
    """

    began_at: int
    taken: int
    changes: tuple[Change, ...]
    sightings: tuple[Sighting, ...]
    forgotten: tuple[bytes, ...]
    unheard: tuple[bytes, ...]
    update: PendingUpdate

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be recorded."""
        return not (self.changes or self.sightings or self.forgotten)


def plan(
    observations: Sequence[Observation],
    stands: Mapping[bytes, PathState],
    files: Collection[bytes],
    *,
    taken: int,
    expired: Collection[bytes],
    baseline: Baseline,
    pending: Pending,
    limits: Limits,
    now: float,
    began_at: int,
) -> Plan:
    """Plan what follows from a look.

    `stands` and `files` answer the `questions`: what stands where documents seem to be gone, and at which
    paths that they were renamed to there is a file. `expired` are absences whose deadline has come. `now` and
    `began_at` are when the look began, by either clock.
    """
    draft = _Draft(baseline, pending, limits, now)
    for observation in observations:
        draft.sort(observation)
    draft.weigh(stands, frozenset(files), expired)
    return draft.plan(draft.decide(), taken, began_at)


class _Draft:
    """A plan in the making: each step reads what the ones before it have noted."""

    def __init__(self, baseline: Baseline, pending: Pending, limits: Limits, now: float) -> None:
        self._baseline = baseline
        self._pending = pending
        self._limits = limits
        self._now = now
        self._looked: dict[bytes, Observation] = {}
        self._files: dict[bytes, Observation] = {}  # read at rest
        self._rejected: list[tuple[Observation, read.Rejected]] = []
        self._forgotten: list[bytes] = []
        self._missing: dict[bytes, tuple[MissingDocument, Cause]] = {}
        self._again: dict[bytes, Wait] = {}
        self._absences: dict[bytes, Absence] = {}
        self._settled: set[bytes] = set()
        self._unknown: dict[bytes, str] = {}
        self._offline: set[bytes] = set()

    # -- what was observed -----------------------------------------------------------------

    def sort(self, observation: Observation) -> None:
        """Note what one observation means by itself."""
        due, reading = observation.due, observation.reading
        path = due.path
        self._looked[path] = observation
        if isinstance(reading, read.Bytes):
            self._files[path] = observation
        elif isinstance(reading, Restless):
            self._wait(Wait(path=path, first=due.first, signature=reading.signature, cause=due.cause))
        elif isinstance(reading, read.Moving):
            self._note_moving(observation)
        elif isinstance(reading, read.Rejected):
            self._settled.add(path)
            self._rejected.append((observation, reading))
        elif isinstance(reading, read.Unknown):
            self._note_unknown(path, reading)
        else:
            self._note_gone(observation, reading)

    def _note_moving(self, observation: Observation) -> None:
        due = observation.due
        if not due.held:
            self._wait(Wait(path=due.path, first=due.first, cause=due.cause))
            return
        busy = read.Rejected("busy", "it changed while it was read", None)
        self._rejected.append((observation, busy))
        self._wait(Wait(path=due.path, until=self._now + self._limits.hold, told=True))

    def _note_unknown(self, path: bytes, found: read.Unknown) -> None:
        if found.why == presence.OFFLINE:
            self._offline.add(path)
        else:
            self._unknown[path] = found.why

    def _note_gone(self, observation: Observation, found: read.NoFile | Exclusion) -> None:
        path, cause = observation.due.path, observation.due.cause
        here = self._baseline.live.get(path)
        if here is None:
            if path in self._baseline.rows:
                self._forgotten.append(key_of(path)[0])
        elif isinstance(found, Exclusion):
            self._missing[path] = MissingDocument(live=here, reason="excluded", expired=True), cause
        elif (known := self._pending.absences.get(path)) is not None:
            if (known.cause, cause) == ("scan", "watch"):  # it was announced too, if later
                self._absences[path] = msgspec.structs.replace(known, cause="watch")
        else:
            self._absences[path] = Absence(here, found.reason, self._now + self._limits.move, cause)

    # -- what is gone ----------------------------------------------------------------------

    def weigh(
        self, stands: Mapping[bytes, PathState], files: Collection[bytes], expired: Collection[bytes]
    ) -> None:
        """Note which absences this look tells of: those waited out, and some file's other half."""
        new = newcomers(self._files.values(), self._baseline)
        if any(isinstance(stand, Unsure) for stand in stands.values()):
            self._put_all_off(new)
            return
        wanted = dict.fromkeys(expired, True)  # whether it can wait no longer
        if new and (self._pending.absences or self._absences):
            way = InTheWay(new)
            hashes = {observation.sha256 for observation in new.values()}
            for path, absence in {**self._pending.absences, **self._absences}.items():
                if paths := way.of(path):
                    # What became of it must be told before what stands in its place is.
                    if (until := self._settles_at(path, files)) is not None:
                        self._put_off(paths, until)
                    wanted[path] = True
                elif absence.live.sha256 in hashes:
                    wanted.setdefault(path, False)
        for path in self._halves(new, stands):
            if self._absence(path) is None:
                self._absences[path] = self._unheard_absence(path, stands)
            wanted.setdefault(path, False)
        for path, over in wanted.items():
            if (known := self._absence(path)) is not None:
                self._weigh_one(known, over, stands.get(path), files)

    def _put_all_off(self, new: Collection[bytes]) -> None:
        """Decide nothing of what came and what went: of some it is not known whether it is gone.

        A newcomer could be told created that is the other half of one of those.
        """
        soon = self._now + self._limits.quiet
        self._put_off(new, soon)
        for path, absence in {**self._pending.absences, **self._absences}.items():
            deadline = max(absence.deadline, soon + self._limits.quiet)  # not before they are seen again
            self._absences[path] = msgspec.structs.replace(absence, deadline=deadline)

    def _absence(self, path: bytes) -> Absence | None:
        return self._absences.get(path) or self._pending.absences.get(path)

    def _weigh_one(
        self, absence: Absence, over: bool, stand: PathState | None, files: Collection[bytes]
    ) -> None:
        path = absence.live.path
        until = self._settles_at(path, files) if over else None
        waited = over and (until is None or until <= self._now)
        if until is not None and not waited:
            # it was renamed to a path that is still being written: that may be its other half
            self._absences[path] = msgspec.structs.replace(absence, deadline=until)
        if isinstance(stand, read.NoFile):
            gone = MissingDocument(live=absence.live, reason=absence.reason, expired=waited)
            self._missing[path] = gone, absence.cause
        elif stand is not None:
            # It is back, or it can no longer be told: what waited to be deleted waits no more.
            self._settled.add(path)
            if isinstance(stand, read.File):
                self._wait(Wait(path=path))
            elif isinstance(stand, read.Unknown):
                self._note_unknown(path, stand)

    def _settles_at(self, path: bytes, files: Collection[bytes]) -> float | None:
        """Tell when the path that this one was renamed to has waited longest, if a file waits there."""
        for target in self._pending.targets(path):
            waiting, again = self._pending.waiting(target), self._again.get(target)
            if target not in files or (waiting is None and again is None):
                continue
            if waiting is not None and (again is None or again.until is None):
                return waiting.first + self._limits.hold
            assert again is not None
            return (self._now if again.first is None else again.first) + self._limits.hold
        return None

    def _put_off(self, new: Collection[bytes], until: float) -> None:
        """Look at these again when what stood in their place has been told of."""
        soon = min(self._now + self._limits.quiet, max(until, self._now))
        for path in new:
            if self._files.pop(path, None) is not None:
                self._wait(Wait(path=path, until=soon))

    def _halves(self, new: Mapping[bytes, Observation], stands: Mapping[bytes, PathState]) -> list[bytes]:
        """Return documents elsewhere that are gone and may have become one of the new files."""
        halves = self._baseline.halves
        if not halves:
            return []
        formers = {former.path for path in new for former in self._sources(path)}
        inodes = inodes_of(self._files[path] for path in new if path in self._files)
        return [
            path
            for path, live in halves.items()
            if (path in formers or (live.device, live.inode) in inodes)
            and (path in self._pending.absences or isinstance(stands.get(path), read.NoFile))
        ]

    def _unheard_absence(self, path: bytes, stands: Mapping[bytes, PathState]) -> Absence:
        """Return an absence that nobody told us of."""
        stand = stands[path]
        assert isinstance(stand, read.NoFile)
        deadline = self._now + self._limits.move
        return Absence(self._baseline.halves[path], stand.reason, deadline, "watch")

    def _sources(self, path: bytes) -> tuple[FormerPath, ...]:
        return self._pending.sources(path, self._again)

    def _wait(self, wait: Wait) -> None:
        before = self._again.get(wait.path)
        if before is not None and wait.first is None:
            wait = msgspec.structs.replace(wait, first=before.first)
        self._again[wait.path] = wait

    # -- what becomes of it ----------------------------------------------------------------

    def decide(self) -> list[Decision]:
        """Tell which document each file is, by the rules of identity, in the order of the log."""
        live = self._baseline.live
        if not (live or self._missing or self._baseline.deleted):
            return identity.created(self._files)
        decisions = identity.decide(
            files=[self._read_file(path, file, live) for path, file in self._files.items()],
            live=live,
            missing=[missing for missing, _ in self._missing.values()],
            deleted=self._baseline.deleted,
        )
        return changes.in_order(decisions)

    def _read_file(self, path: bytes, file: Observation, live: Mapping[bytes, LiveDocument]) -> ReadFile:
        assert isinstance(file.reading, read.Bytes)
        assert file.sha256 is not None
        signature = file.reading.signature
        return ReadFile(
            path=path,
            sha256=file.sha256,
            device=signature.device,
            inode=signature.inode,
            renamed_from=() if path in live else self._sources(path),
        )

    def plan(self, decisions: Sequence[Decision], taken: int, began_at: int) -> Plan:
        """Return the plan that follows from the decisions."""
        found: list[Change] = []
        sightings: list[Sighting] = []
        changed: set[bytes] = set()
        for decision in decisions:
            path = decision.path
            if decision.type != "deleted":
                changed.add(path)
                sightings.append(changes.sighting(self._files[path], entry=len(found)))
            gone = path if decision.type == "deleted" else decision.from_path
            if gone is not None:
                self._settled.add(gone)
                self._forgotten.append(gone)
            found.append(self._change(decision, began_at))
        unheard = tuple(each.path for each in found if each.cause == "scan" and not self._waits(each.path))
        for observation, rejected in self._rejected:
            told, row = changes.rejection(observation, rejected, self._baseline)
            found += () if told is None else (told,)
            sightings += () if row is None else (row,)
        for path, file in self._files.items():
            if path not in changed and not changes.is_known(file, self._baseline.rows.get(path)):
                document = self._baseline.live[path].document
                sightings.append(changes.sighting(file, document=document))
        return Plan(
            began_at=began_at,
            taken=taken,
            changes=tuple(found),
            sightings=tuple(sightings),
            forgotten=tuple(self._forgotten),
            unheard=unheard,
            update=self._update(),
        )

    def _waits(self, path: bytes) -> bool:
        return path in self._again or path in self._pending

    def _change(self, decision: Decision, began_at: int) -> Change:
        looked, gone = self._looked.get(decision.path), self._missing.get(decision.path)
        if decision.type == "deleted" and gone is not None:
            return changes.change(decision, looked, cause=gone[1], otherwise_at=began_at)
        assert looked is not None
        return changes.change(decision, looked, cause=looked.due.cause, otherwise_at=began_at)

    def _update(self) -> PendingUpdate:
        self._settled.update(self._files)
        return PendingUpdate(
            now=self._now,
            again=tuple(self._again.values()),
            absences=self._absences,
            settled=frozenset(self._settled),
            recorded=tuple(self._files),
            looked=tuple(self._looked),
            unknown=self._unknown,
            offline=frozenset(self._offline),
        )
