"""One look at the disk: what stands at the paths that are due, then at those that seem to be gone.

Nothing is decided here and nothing is changed; what was observed comes out as frozen values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256

import msgspec

from ingest.capture.baseline import Baseline
from ingest.capture.folder import MountState, RootFolder
from ingest.capture.workers import WorkerAnswer
from ingest.disk import presence, read, walk
from ingest.disk.patterns import PATH_BYTES
from ingest.identity import LiveDocument
from ingest.model import Signature
from ingest.normalise.document_formats import Unread
from ingest.normalise.extraction import Extracted
from ingest.settle import Due
from ingest.store.new_rows import NewVersion

BATCH_BYTES = 64 << 20  # a look at large files is cut short, so that memory stays bounded
TRIES = 3
LOOKS = 20  # at one absence while others mount and unmount


class Exclusion(msgspec.Struct, frozen=True):
    """The root's patterns leave out a path of which something is recorded."""


class Restless(msgspec.Struct, frozen=True):
    """The file is another than the scan saw that found it: it is to be seen again unchanged."""

    signature: Signature


class Observation(msgspec.Struct, frozen=True):
    """What was observed at a path that was due, at `read_at` (microseconds, wall).

    `sha256` is there where the bytes were read; `version` where another process made it of them, and then the
    bytes are left out; `extracted` where it is known what the document holds. `looked` is when the look was
    over, and `changed_at` when the file that was read had changed last, in seconds of the monotonic clock:
    told only where `due.rests` says when it came to rest.
    """

    due: Due
    reading: read.Reading | Exclusion | Restless
    read_at: int
    sha256: bytes | None = None
    version: NewVersion | None = None
    extracted: Extracted | Unread | None = None
    looked: float = 0.0
    changed_at: float | None = None

    @property
    def path(self) -> bytes:
        """Return the path that was due."""
        return self.due.path


class MountShadow(msgspec.Struct, frozen=True):
    """Nothing stands at a path, but another file system may be mounted above it: its document is not gone."""


class Unsure(msgspec.Struct, frozen=True):
    """Nothing stands at a path, but something was mounted or unmounted whenever it was looked at."""


# What stands where a document seems to be gone. It is gone only where the answer is `NoFile`.
PathState = read.Look | MountShadow | Unsure


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one look: the mounts when it began, the store's own files, the names that are listed."""

    folder: RootFolder
    mounts: MountState
    never: frozenset[tuple[int, int]]
    names: presence.ListedNames | None

    def stands(self, path: bytes) -> read.Look:
        """Return what stands at a path of a known document."""
        return presence.look(self.folder.fd, path, never=self.never, names=self.names)


def view_of(folder: RootFolder, mounts: MountState) -> View:
    """Begin a look."""
    return View(
        folder=folder,
        mounts=mounts,
        never=folder.store.own_inodes(),
        names=presence.ListedNames(folder.fd, mounts.folds),
    )


def observe(
    view: View, due: Sequence[Due], baseline: Baseline, made: Mapping[bytes, WorkerAnswer | Observation]
) -> tuple[list[Observation], int]:
    """Look at the paths that are due; return also how many of them were taken, which may be fewer.

    `made` is what another process found at some of them a moment ago, or what was observed there and waited
    for its document to be read. A path below a closed folder has no observation, nor has one that is left out
    and was never recorded. Raises OSError where there are too few descriptors.
    """
    found: list[Observation] = []
    size = taken = 0
    for entry in due:
        observation = _observe(view, entry, baseline, made.get(entry.path))
        taken += 1
        if observation is None:
            continue
        found.append(observation)
        if isinstance(observation.reading, read.Bytes):
            size += len(observation.reading.raw)
            if size > BATCH_BYTES:
                break
    return found, taken


def _observe(
    view: View, due: Due, baseline: Baseline, made: WorkerAnswer | Observation | None
) -> Observation | None:
    folder, path, closed = view.folder, due.path, view.mounts.closed
    if isinstance(made, Observation):
        return None if any(walk.is_below(path, top) for top in closed) else made
    if made is not None and made.sha256 is not None and not closed and len(path) <= PATH_BYTES:
        # read by another process a moment after the walk came by
        return Observation(due, made.found, made.read_at, made.sha256, made.version)
    if any(walk.is_below(path, top) for top in closed):
        return None
    clock, known = folder.clock, path in baseline.live
    if not (folder.keeps(path) if known else folder.watches(path)):
        recorded = known or path in baseline.rows
        return Observation(due, Exclusion(), clock.wall()) if recorded else None
    read_at = clock.wall()
    if len(path) > PATH_BYTES:
        found = _too_long(view, path)
    elif made is not None:
        found, read_at = made.found, made.read_at
    else:
        found = _read(view, due)
    if known:
        found = presence.confirmed(folder.fd, path, found, view.names)
    elif view.names is not None and not view.names.has(path):
        found = read.NoFile("removed")
    looked, changed_at = 0.0, None
    if due.rests != math.inf:
        looked = clock.monotonic()
        if isinstance(found, read.Bytes):
            changed_at = looked - (clock.wall() * 1000 - found.signature.ctime_ns) / 1e9
    if not isinstance(found, read.Bytes):
        return Observation(due, found, read_at, looked=looked)
    if due.signature not in (None, found.signature) and not due.held:
        restless = Restless(found.signature)
        return Observation(due, restless, read_at, looked=looked, changed_at=changed_at)
    digest = sha256(found.raw).digest()
    return Observation(due, found, read_at, digest, looked=looked, changed_at=changed_at)


def _read(view: View, due: Due) -> read.Reading:
    look = partial(read.read_stable, max_bytes=view.folder.limits.max_bytes, never=view.never)
    found = look(view.folder.fd, due.path)
    for _ in range(TRIES if due.held else 0):
        if not isinstance(found, read.Moving):
            break
        view.folder.clock.sleep(0.01)
        found = look(view.folder.fd, due.path)
    return found


def _too_long(view: View, path: bytes) -> read.Reading:
    looked = read.look(view.folder.fd, path, view.never)
    if isinstance(looked, read.File):
        return read.Rejected("path_too_long", f"{len(path)} bytes", looked.signature)
    return looked


def files_at(view: View, paths: Collection[bytes]) -> frozenset[bytes]:
    """Return those of these paths at which a file stands."""
    found = (path for path in paths if isinstance(read.look(view.folder.fd, path, view.never), read.File))
    return frozenset(found)


def confirm(
    view: View, asked: Mapping[bytes, LiveDocument], mounts: Callable[[], MountState]
) -> dict[bytes, PathState]:
    """Return what stands at the paths of these documents, which seem to be gone.

    An absence counts only if nothing was mounted or unmounted, anywhere, while this one path was looked at:
    `mounts` says so. Where something was each time, the answer is `Unsure`. Raises OSError where there are
    too few descriptors.
    """
    stands: dict[bytes, PathState] = {}
    before = view.mounts
    for path, live in asked.items():
        stands[path] = Unsure()
        for _ in range(LOOKS):
            stand = _stand(view, before, live)
            if not isinstance(stand, read.NoFile):
                stands[path] = stand
                break
            now = mounts()
            quiet, before = now.changes == before.changes, now
            if quiet:
                stands[path] = stand
                break
    return stands


def _stand(view: View, mounts: MountState, live: LiveDocument) -> PathState:
    """Return what stands at a document's path; `MountShadow` where something may be mounted above it."""
    path = live.path
    looked = view.stands(path)
    if not isinstance(looked, read.NoFile):
        return looked
    if any(walk.is_below(path, folder) for folder in mounts.closed):
        return MountShadow()
    if not mounts.told and presence.device_above(view.folder.fd, path) != live.device:
        return MountShadow()
    return looked
