"""Which absences a look must be sure of: pure.

A document that seems to be gone matters to a look when it has waited long enough, when a new file may be what
became of it, or when a new file stands in its way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ingest.capture.baseline import Baseline
from ingest.capture.look import Observation
from ingest.capture.pending import Pending
from ingest.disk import read, walk
from ingest.identity import LiveDocument


class Questions(msgspec.Struct, frozen=True, kw_only=True):
    """What the disk is asked.

    What stands at the paths of these documents, and whether a file stands at each of the paths that they may
    have been renamed to.
    """

    documents: Mapping[bytes, LiveDocument] = {}
    targets: frozenset[bytes] = frozenset()


def newcomers(observations: Iterable[Observation], baseline: Baseline) -> dict[bytes, Observation]:
    """Return the files that were read at paths where no live document is recorded."""
    live = baseline.live
    return {
        observation.due.path: observation
        for observation in observations
        if isinstance(observation.reading, read.Bytes) and observation.due.path not in live
    }


def inodes_of(files: Iterable[Observation]) -> set[tuple[int, int]]:
    """Return device and inode of each of these files that were read."""
    signatures = (file.reading.signature for file in files if isinstance(file.reading, read.Bytes))
    return {(signature.device, signature.inode) for signature in signatures}


class InTheWay:
    """Which of many new paths stand in the way of an old one: at it, at a folder above it, or below it."""

    def __init__(self, paths: Collection[bytes]) -> None:
        self._paths = frozenset(paths)
        self._below: dict[bytes, list[bytes]] = {}
        for path in paths:
            for folder in walk.folders_above(path):
                self._below.setdefault(folder, []).append(path)

    def of(self, old: bytes) -> list[bytes]:
        """Return those in the way of this one."""
        above = [path for path in (old, *walk.folders_above(old)) if path in self._paths]
        return above + self._below.get(old, [])


def questions(
    observations: Sequence[Observation],
    new: Mapping[bytes, Observation],
    *,
    baseline: Baseline,
    pending: Pending,
    expired: Collection[bytes],
) -> Questions:
    """Return what a look that observed this must still ask the disk. `new` are its `newcomers`.

    It may ask for more than is needed in the end, never for less.
    """
    if not new and not expired:
        return Questions()
    told = set(expired)  # it must be known what becomes of these, now or when their targets have settled
    asked = {path: pending.absences[path].live for path in expired if path in pending.absences}
    if new:
        absent = {path: absence.live for path, absence in pending.absences.items()}
        for observation in observations:
            path = observation.due.path
            if isinstance(observation.reading, read.NoFile) and path in baseline.live:
                absent.setdefault(path, baseline.live[path])
        way = InTheWay(new if absent else ())
        hashes = {observation.sha256 for observation in new.values()} if absent else set()
        for path, live in absent.items():
            if way.of(path):
                told.add(path)
                asked[path] = live
            elif live.sha256 in hashes:
                asked[path] = live
        for path, live in baseline.halves.items():
            asked[path] = absent.get(path, live)
    looked = {observation.due.path for observation in observations}
    targets = {target for path in told for target in pending.targets(path)}
    return Questions(
        documents=asked,
        targets=frozenset(target for target in targets if target in pending or target in looked),
    )
