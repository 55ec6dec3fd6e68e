"""One look at a number of paths, and the one transaction that records it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from ingest import identity
from ingest.capture import bodies
from ingest.capture.limits import Gone
from ingest.capture.workers import Made
from ingest.disk import presence, read, walk
from ingest.disk.patterns import PATH_BYTES
from ingest.disk.walk import SeenRow
from ingest.identity import Appeared, Decision, Standing, Vanished
from ingest.ids import new_uid, new_uids
from ingest.model import Cause, GoneReason
from ingest.settle import Due
from ingest.store import file_states, writer
from ingest.store.new_rows import Entry, NewVersion, Sighting

if TYPE_CHECKING:
    from ingest.capture.capture import Capture

BATCH_BYTES = 64 << 20  # a batch of large files is cut short, so that memory stays bounded
TRIES = 3


class Batch:
    """One look at a number of paths, and the one transaction that records it.

    Its steps, in order: `recall`, `look`, `give`, `take`, `record`. Between `give` and `take` other
    processes are at work, and this one is free for the steps of the batches before and after.
    """

    def __init__(self, capture: Capture, made: Mapping[bytes, Made]) -> None:
        self.capture = capture
        self.made = made
        self.causes: dict[bytes, Cause] = {}
        self.now = capture.clock.monotonic()
        self.began_at = capture.clock.wall()
        self.rows: dict[bytes, SeenRow] = {}
        self.standing: dict[bytes, Standing] = {}
        self.unknown = False
        self.files: dict[bytes, read.Bytes] = {}
        self.hashes: dict[bytes, bytes] = {}
        self.read_at: dict[bytes, int] = {}
        self.vanished: dict[bytes, Vanished] = {}
        self.entries: list[Entry] = []
        self.sightings: list[Sighting] = []
        self.forgotten: list[bytes] = []
        self.settled: set[bytes] = set()
        self.never = capture.store.own_inodes()
        self.names = presence.ListedNames(capture.folder) if capture.folds else None
        self.taken = 0
        self.decisions: list[Decision] = []
        self.wanting: list[bytes] = []  # paths whose versions are being made
        self.versions: dict[bytes, NewVersion] = {}

    def recall(self, paths: list[bytes]) -> None:
        """What is recorded of these paths. May be called again when something was recorded since."""
        capture = self.capture
        with capture.store.read() as connection:
            # One question in place of many, while a new root is taken in.
            self.unknown = bool(self.made) and not file_states.any_between(
                connection, capture.root, min(paths), max(paths)
            )
            if not self.unknown:
                self.rows = file_states.at(connection, capture.root, paths)
                self.standing = file_states.standing(connection, capture.root, paths)

    def is_plain(self, paths: list[bytes]) -> bool:
        """Whether it is about known documents where they stand, and so about no other batch's."""
        return not self.made and all(path in self.standing for path in paths)

    def look(self, due: list[Due], expired: list[bytes]) -> int:
        """Read and decide; returns how many of the due paths were taken."""
        capture = self.capture
        capture.shifted()  # what was mounted before this look is known in it
        size = 0
        for entry in due:
            size += self._read(entry)
            self.taken += 1
            if size > BATCH_BYTES:
                break
        self._collect_vanished(expired)
        # Asked after the looks: an absence counts only if nothing was mounted or unmounted meanwhile.
        for attempt in range(TRIES):
            if not self.vanished or not capture.shifted():
                break
            self.vanished = {
                path: gone
                for path, gone in self.vanished.items()
                if gone.reason == "excluded"
                or (attempt < TRIES - 1 and self._counts(gone, self._stand(path)))
            }
        self._decide()
        return self.taken

    def give(self, *, ahead: int) -> None:
        """Have the versions made; `record` waits for them. `ahead` is how many paths are due in all."""
        capture = self.capture
        wanting = [d for d in self.decisions if not d.same and _version_of(self.made, d) is None]
        self.wanting = [decision.path for decision in wanting]
        files = {decision.path: self.files[decision.path] for decision in wanting}
        raws = bodies.raws(capture.store, wanting, files, self.hashes, capture.clock.entropy)
        dictionary = capture.dictionary([raw.raw for raw in raws if raw.before is None])
        capture.workers.give(raws, dictionary, ahead=ahead)

    def take(self) -> None:
        """The versions that were given to be made."""
        self.versions = dict(zip(self.wanting, self.capture.workers.take(), strict=True))

    def record(self) -> int:
        """All of it in one transaction, or nothing; returns how many of the due paths it was about."""
        capture = self.capture
        rejections, self.entries = self.entries, []
        ids = new_uids([self.began_at] * len(self.decisions), capture.clock.entropy)
        for decision, id_ in zip(self.decisions, ids, strict=True):
            version = self.versions.get(decision.path) or _version_of(self.made, decision)
            self._enter(decision, version, id_)
        self.entries += rejections
        changed = {decision.path for decision in self.decisions if decision.type != "deleted"}
        for path, found in self.files.items():
            if path not in changed:
                self._touch(path, found)
        if self.entries or self.sightings or self.forgotten:
            self._commit()
        capture.stands(self.files)
        for path in self.settled:
            capture.gone.pop(path, None)
        return self.taken

    def _read(self, entry: Due) -> int:
        """Look at one path and note what it means; returns the bytes held in memory for it."""
        capture, path = self.capture, entry.path
        made = self.made.get(path)
        if made is not None and made.sha256 is not None and not capture.closed and len(path) <= PATH_BYTES:
            # read by another process a moment after the walk came by
            assert isinstance(made.found, read.Bytes)
            self.causes[path], self.read_at[path] = entry.cause, made.read_at
            self.files[path], self.hashes[path] = made.found, made.sha256
            self.settled.add(path)
            return 0
        if any(walk.is_below(path, folder) for folder in capture.closed):
            return 0
        self.causes[path] = entry.cause
        if not walk.is_watched(path, capture.patterns, capture.hidden, known=path in self.standing):
            if path in self.standing or path in self.rows:
                self._note_gone(path, "excluded", expired=True)
            return 0
        self.read_at[path] = capture.clock.wall()
        capture.unknown.pop(path, None)
        capture.offline.discard(path)
        found = self._look(entry)
        if path in self.standing:
            found = presence.confirmed(capture.folder, path, found, self.names)
        elif self.names is not None and not self.names.has(path):
            found = read.Gone("removed")
        self._judge(entry, found)
        if isinstance(found, read.Bytes):
            if entry.signature not in (None, found.signature) and not entry.held:
                capture.settler.hint(
                    path, self.now, first=entry.first, signature=found.signature, cause=entry.cause
                )
                return 0
            self.settled.add(path)
            self.files[path] = found
            self.hashes[path] = sha256(found.raw).digest()
            return len(found.raw)
        if isinstance(found, read.Moving):
            if entry.held:
                self._reject(path, read.Rejected("busy", "it changed while it was read", None))
                capture.settler.defer(path, self.now + capture.limits.hold, first=self.now)
            else:
                capture.settler.hint(path, self.now, first=entry.first, cause=entry.cause)
        elif isinstance(found, read.Rejected):
            self.settled.add(path)
            self._reject(path, found)
        elif isinstance(found, read.Gone):
            self._note_gone(path, found.reason, expired=False)
        else:
            assert isinstance(found, read.Unknown)
            self._note_unknown(path, found)
        return 0

    def _judge(self, entry: Due, found: read.Reading) -> None:
        """Was it read before the state in which it rested was overwritten?"""
        if entry.rests == math.inf:
            return
        clock, late = self.capture.clock, self.capture.late
        now = clock.monotonic()
        if isinstance(found, read.Bytes):
            late.read(entry, now, now - (clock.wall() * 1000 - found.signature.ctime_ns) / 1e9)
        elif isinstance(found, read.Moving):
            late.moving(entry, now)
        elif isinstance(found, read.Gone):
            late.gone(entry, now)

    def _note_unknown(self, path: bytes, found: read.Unknown) -> None:
        if found.why == presence.OFFLINE:
            self.capture.offline.add(path)
        else:
            self.capture.unknown[path] = found.why

    def _stand(self, path: bytes) -> read.Look:
        """What stands at a known document's path."""
        return presence.look(self.capture.folder, path, never=self.never, names=self.names)

    def _counts(self, gone: Vanished | Gone, looked: read.Look) -> bool:
        """Whether an absence is one: nothing is mounted or unmounted above it, as far as can be told."""
        path, capture = gone.standing.path, self.capture
        if not isinstance(looked, read.Gone) or any(walk.is_below(path, folder) for folder in capture.closed):
            return False
        return capture.mounts_told or presence.device_above(capture.folder, path) == gone.standing.device

    def _look(self, entry: Due) -> read.Reading:
        """What stands at the path: read now, or by another process a moment ago."""
        capture, path, made = self.capture, entry.path, self.made.get(entry.path)
        if len(path) > PATH_BYTES:
            return self._too_long(path)
        if made is not None:
            self.read_at[path] = made.read_at
            return made.found
        look = partial(read.read_stable, max_bytes=capture.limits.max_bytes, never=self.never)
        found = look(capture.folder, path)
        for _ in range(TRIES if entry.held else 0):
            if not isinstance(found, read.Moving):
                break
            capture.clock.sleep(0.01)
            found = look(capture.folder, path)
        return found

    def _too_long(self, path: bytes) -> read.Reading:
        looked = read.look(self.capture.folder, path, self.never)
        if isinstance(looked, read.File):
            return read.Rejected("path_too_long", f"{len(path)} bytes", looked.signature)
        return looked

    def _note_gone(self, path: bytes, reason: GoneReason, *, expired: bool) -> None:
        here = self.standing.get(path)
        if here is None:
            if path in self.rows:
                self.forgotten.append(file_states.key_of(path)[0])
            return
        if expired:
            self.vanished[path] = Vanished(standing=here, reason=reason, expired=True)
        elif (known := self.capture.gone.get(path)) is not None:
            if (known.cause, self.causes[path]) == ("scan", "watch"):  # it was announced too, if later
                self.capture.gone[path] = msgspec.structs.replace(known, cause="watch")
        else:
            deadline = self.now + self.capture.limits.move
            self.capture.gone[path] = Gone(here, reason, deadline, self.causes[path])

    def _reject(self, path: bytes, rejected: read.Rejected) -> None:
        row, here = self.rows.get(path), self.standing.get(path)
        key, long_path = file_states.key_of(path)
        told = row is not None and row.reason == rejected.reason
        if told and row is not None and row.signature == rejected.signature:
            return
        if not told:
            self.entries.append(
                Entry(
                    id=new_uid(self.began_at, self.capture.clock.entropy),
                    type="rejected",
                    cause=self.causes[path],
                    path=path,
                    observed_at=self.read_at[path],
                    document=here.document if here else None,
                    previous=here.version if here else None,
                    reason=rejected.reason,
                )
            )
        self.sightings.append(
            Sighting(
                path=key,
                long_path=long_path,
                read_at=self.read_at[path],
                signature=rejected.signature,
                document=here.document if here else None,
                reason=rejected.reason,
                detail=rejected.detail,
                since=row.since if told and row is not None else self.read_at[path],
            )
        )

    # -- identity --------------------------------------------------------------------------

    def _collect_vanished(self, expired: list[bytes]) -> None:
        """The absences that this batch needs to know: waited out, or some file's other half."""
        capture = self.capture
        newcomers = {path for path in self.files if path not in self.standing}
        wanted: dict[bytes, bool] = dict.fromkeys(expired, True)
        if newcomers:
            hashes = {self.hashes[path] for path in newcomers}
            folders = {folder for path in newcomers for folder in walk.folders_above(path)}
            for path, entry in list(capture.gone.items()):
                # A file where this path's folder stood, or a folder where it stood itself: what became
                # of it must be told first, so it cannot wait longer.
                if path in folders or not newcomers.isdisjoint(walk.folders_above(path)):
                    if (settles_at := capture.settles_at(path, self.never)) is not None:
                        self._put_off(_in_the_way(newcomers, path), until=settles_at)
                    wanted[path] = True
                elif entry.standing.sha256 in hashes:
                    wanted.setdefault(path, False)
            if not self.unknown or capture.gone or any(map(capture.sources, newcomers)):
                self._find_halves(newcomers, wanted)
        for path, expired_now in wanted.items():
            gone = capture.gone.get(path)
            if gone is None:
                continue
            looked = self._stand(path)
            settles_at = capture.settles_at(path, self.never) if expired_now else None
            waited = expired_now and (settles_at is None or settles_at <= self.now)
            if settles_at is not None and not waited:
                # it was renamed to a path that is still being written: that may be its other half
                capture.gone[path] = msgspec.structs.replace(gone, deadline=settles_at)
            if self._counts(gone, looked):
                self.causes[path] = gone.cause
                self.vanished[path] = Vanished(standing=gone.standing, reason=gone.reason, expired=waited)
                continue
            # It is back, or it can no longer be told: what waited to be deleted waits no more.
            self.settled.add(path)
            if isinstance(looked, read.File):
                capture.settler.hint(path, self.now)
            elif isinstance(looked, read.Unknown):
                self._note_unknown(path, looked)

    def _put_off(self, newcomers: set[bytes], until: float) -> None:
        """Look at these again when what stood in their place has been told of."""
        for path in newcomers & self.files.keys():
            del self.files[path]
            self.settled.discard(path)
            soon = self.now + self.capture.limits.quiet
            self.capture.settler.defer(path, min(soon, max(until, self.now)), first=self.now)

    def _find_halves(self, newcomers: set[bytes], wanted: dict[bytes, bool]) -> None:
        """Old paths of renames and of inodes that nobody has told us are gone."""
        capture = self.capture
        candidates: set[bytes] = set()
        with capture.store.read() as connection:
            for path in newcomers:
                candidates.update(former.path for former in capture.sources(path))
            inodes = {(f.signature.device, f.signature.inode) for f in map(self.files.get, newcomers) if f}
            candidates.update(file_states.with_inodes(connection, capture.root, inodes))
            candidates -= newcomers
            found = file_states.standing(connection, capture.root, candidates)
        for path, standing in found.items():
            if path not in capture.gone:
                looked = self._stand(path)
                if not isinstance(looked, read.Gone):
                    continue
                deadline = self.now + capture.limits.move
                capture.gone[path] = Gone(standing, looked.reason, deadline, "watch")
            wanted.setdefault(path, False)

    def _decide(self) -> None:
        capture = self.capture
        new_paths = [path for path in self.files if path not in self.standing]
        buried: dict[bytes, identity.Buried] = {}
        if new_paths and not self.unknown:
            with capture.store.read() as connection:
                buried = file_states.buried(connection, capture.root, new_paths)
        self.decisions = identity.decide(
            appeared=[
                Appeared(
                    path=path,
                    sha256=self.hashes[path],
                    device=found.signature.device,
                    inode=found.signature.inode,
                    renamed_from=tuple(capture.sources(path)) if path not in self.standing else (),
                )
                for path, found in self.files.items()
            ],
            standing=self.standing,
            vanished=self.vanished.values(),
            buried=buried,
        )

    def _enter(self, decision: Decision, version: NewVersion | None, id_: bytes) -> None:
        path = decision.path
        if self.causes[path] == "scan" and path not in self.capture.settler:
            self.capture.unannounced.find(path, self.now)
        self.entries.append(
            Entry(
                id=id_,
                type=decision.type,
                cause=self.causes[path],
                path=path,
                observed_at=self.read_at.get(path, self.began_at),
                document=decision.document,
                previous=decision.previous,
                from_path=decision.from_path,
                reason=decision.reason,
                version=None if decision.same else version,
            )
        )
        if decision.type == "deleted":
            self.settled.add(path)
            self.forgotten.append(path)
            return
        if decision.from_path is not None:
            self.settled.add(decision.from_path)
            self.forgotten.append(decision.from_path)
        self.sightings.append(
            Sighting(
                path=path,
                read_at=self.read_at[path],
                signature=self.files[path].signature,
                entry=len(self.entries) - 1,
            )
        )

    def _touch(self, path: bytes, found: read.Bytes) -> None:
        """Same bytes as recorded: no change, but the next scan need not read it again."""
        row = self.rows.get(path)
        if (
            row is not None
            and row.signature == found.signature
            and row.reason is None
            and self.causes[path] == "watch"
        ):
            return
        self.sightings.append(
            Sighting(
                path=path,
                read_at=self.read_at[path],
                signature=found.signature,
                document=self.standing[path].document,
            )
        )

    def _commit(self) -> None:
        capture = self.capture
        recorded = writer.record(
            capture.store,
            root=capture.root,
            entries=self.entries,
            sightings=self.sightings,
            forgotten=self.forgotten,
            now=capture.clock.wall,
            entropy=capture.clock.entropy,
        )
        capture.commits += 1
        if recorded.changes:
            capture.last_seq = recorded.seq
            capture.clock_behind = recorded.clock_behind


def _in_the_way(newcomers: set[bytes], path: bytes) -> set[bytes]:
    """Those that stand where a folder of this path stood, or below it where it stood itself."""
    above = set(walk.folders_above(path))
    return {newcomer for newcomer in newcomers if newcomer in above or walk.is_below(newcomer, path)}


def _version_of(made: Mapping[bytes, Made], decision: Decision) -> NewVersion | None:
    found = made.get(decision.path)
    return None if found is None else found.version
