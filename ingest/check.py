"""Disk against store, writing nothing: what is new, removed or changed since the last record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from ingest import forked, overseen, root_folder
from ingest.disk import comparison, mounts, presence, read, walk
from ingest.disk.patterns import PATH_BYTES, Patterns
from ingest.disk.reachability import silent_of_root
from ingest.identity import LiveDocument
from ingest.model import Descriptor, Signature
from ingest.store import file_states
from ingest.store.engine import Store
from ingest.store.roots import Root

_TOGETHER = 500  # paths that the store is asked for at once
_END = (None,)  # after which nothing comes: what was gathered is examined
LARGE_DEEP = 2_000  # files that are all read

State = Literal["new", "removed", "changed", "unknown", "rejected"]


class Finding(msgspec.Struct, frozen=True):
    """A path where disk and store differ."""

    path: bytes
    state: State
    detail: str | None = None


class Counts(msgspec.Struct):
    """How many files there are, and how many findings of each state, as `ingest check` shows it."""

    files: int = 0
    new: int = 0
    removed: int = 0
    changed: int = 0
    rejected: int = 0
    unknown: int = 0

    def add(self, state: State) -> None:
        """Count a finding."""
        setattr(self, state, getattr(self, state) + 1)


class _LookProgress(NamedTuple):
    """So many files were looked at by now; with `deep` so many were read."""

    files: int


def compare(
    store: Store,
    root: Root,
    counts: Counts,
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    max_bytes: int,
    deep: bool,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Finding]:
    """Give each difference and add it, and the files, to `counts`.

    `deep` reads every file, whatever `stat` says. `progress` is told how many files were looked at by now,
    those that were counted before included.

    Raises RootUnavailable when the folder is gone, is another one or does not answer.
    """
    found_by = partial(_found, store, root, patterns=patterns, hidden=hidden, max_bytes=max_bytes, deep=deep)
    before = counts.files
    places = silent_of_root(root.path)
    if places:
        everything = _found_apart(places, store, found_by)
    else:
        everything = found_by(lambda files: progress(before + files))
    for found in everything:
        if isinstance(found, Finding):
            counts.add(found.state)
            yield found
        elif isinstance(found, _LookProgress):
            progress(before + found.files)
        else:
            counts.files += found


def _found_apart(
    places: Sequence[bytes],
    store: Store,
    found_by: Callable[[Callable[[int], None]], Iterator[Finding | int]],
) -> Iterator[Finding | _LookProgress | int]:
    """Look at a root that may not answer, in a process of its own."""

    def work(tell: Callable[[Finding | _LookProgress | int], None]) -> None:
        for found in found_by(lambda files: tell(_LookProgress(files))):
            tell(found)

    return overseen.results(places, work, Finding | _LookProgress | int, of_root=True, release=store.dispose)


def _found(
    store: Store,
    root: Root,
    progress: Callable[[int], None],
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    max_bytes: int,
    deep: bool,
) -> Iterator[Finding | int]:
    """Give what is found below a root, then how many files there are."""
    opened = root_folder.open_recorded(store, root)
    try:
        place = _place(
            store, root, opened.fd, patterns=patterns, hidden=hidden, max_bytes=max_bytes, deep=deep
        )
        yield from _compare(place, progress)
    finally:
        os.close(opened.fd)


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A root's open folder, and what a look at it needs to know. `fd` is open below all of it.

    `closed` are the folders below that are not as they were mounted, `mounts_are_told` says whether the
    kernel tells what is mounted, `folds` which names are one.
    """

    store: Store
    root: Root
    fd: Descriptor
    patterns: Patterns
    hidden: frozenset[bytes]
    max_bytes: int
    deep: bool
    closed: frozenset[bytes]
    mounts_are_told: bool
    folds: presence.Folding


def _place(
    store: Store,
    root: Root,
    fd: Descriptor,
    *,
    patterns: Patterns,
    hidden: frozenset[bytes],
    max_bytes: int,
    deep: bool,
) -> _Place:
    below = mounts.Mounts(root.path, root.mounts)
    below.look()
    below.compare(
        fd,
        any_below=partial(root_folder.any_below, store, root),
        is_proven=partial(root_folder.is_mount_proven, store, root, fd),
    )
    below.close()
    folds = root_folder.folding(fd, root.path, below.types.values())
    return _Place(
        store=store, root=root, fd=fd, patterns=patterns, hidden=hidden, max_bytes=max_bytes, deep=deep,
        closed=below.closed, mounts_are_told=below.is_told, folds=folds,
    )  # fmt: skip


def _compare(place: _Place, progress: Callable[[int], None]) -> Iterator[Finding | int]:
    look = partial(_look, place)
    least = LARGE_DEEP if place.deep else forked.LARGE
    middle = file_states.middle(place.store, place.root.id, least=least) if forked.is_possible() else None
    if middle is None:
        yield from _without_progress(look(walk.Range()), progress)
        return
    upper = walk.Range(after=middle)
    beside = forked.ForkedTask(place.store.dispose, partial(look, upper), Finding | _LookProgress | int)
    here = there = 0
    rest: list[Finding | int] = []

    def show_here(files: int) -> None:
        nonlocal here
        here = files
        with suppress(forked.Lost):  # it is met again where the answers are waited for
            rest.extend(_without_progress(beside.arrived(), show_there))
        progress(here + there)

    def show_there(files: int) -> None:
        nonlocal there
        there = files
        progress(here + there)

    try:
        files = 0
        unknown: set[Finding] = set()
        # the middle itself included
        for found in _without_progress(look(walk.Range(end=middle + b"\0")), show_here):
            if isinstance(found, Finding):
                if found.state == "unknown":
                    unknown.add(found)
                yield found
            else:
                files = found
        try:
            rest.extend(_without_progress(beside, show_there))
        except forked.Lost:
            rest = list(_without_progress(look(upper), show_there))
    finally:
        beside.close()
    *found_there, files_there = rest
    assert isinstance(files_there, int)
    for each in found_there:
        # a folder that reaches over the middle is met from both sides
        if isinstance(each, Finding) and each not in unknown:
            yield each
    yield files + files_there


def _without_progress(
    found: Iterable[Finding | _LookProgress | int], progress: Callable[[int], None]
) -> Iterator[Finding | int]:
    """Give the findings and the number of files; tell `progress` how far it is."""
    for each in found:
        if isinstance(each, _LookProgress):
            progress(each.files)
        else:
            yield each


def _look(place: _Place, within: walk.Range) -> Iterator[Finding | _LookProgress | int]:
    """Give each difference within a range of paths, meanwhile how far it is, then the number of files."""
    files = files_read = 0

    def count(more: int) -> None:
        nonlocal files
        files += more

    blocked: list[walk.Blocked] = []
    unknown: set[bytes] = set()
    part: list[comparison.Difference] = []
    for difference in chain(_differences(place, within, blocked, count), _END):
        if difference is not None:
            part.append(difference)
        elif not place.deep:
            yield _LookProgress(files)
        if len(part) == _TOGETHER or (part and difference is None):
            for finding in _examined(place, part):
                files_read += 1
                if place.deep:
                    yield _LookProgress(files_read)
                if finding is not None:
                    if finding.state == "unknown":
                        unknown.add(finding.path)
                    yield finding
            part = []
    for entry in blocked:
        if entry.path not in unknown:  # a document that cannot be looked at
            yield Finding(entry.path, "unknown", entry.why)
    yield files


def _examined(place: _Place, part: list[comparison.Difference]) -> Iterator[Finding | None]:
    """Give what is found of each of these paths."""
    never = place.store.own_inodes()
    names = presence.ListedNames(place.fd, place.folds)
    live = _standing(place, [difference.path for difference in part])
    for difference in part:
        finding = _examine(place, difference, live, never, names)
        if finding is not None and finding.state in ("new", "changed"):
            # a daemon may have recorded it since
            finding = _examine(place, difference, _standing(place, [difference.path]), never, names)
        yield finding


def _differences(
    place: _Place, within: walk.Range, blocked: list[walk.Blocked], count: Callable[[int], None]
) -> Iterator[comparison.Difference | None]:
    """Tell where disk and store differ within a range of paths, then the files that may have changed unseen.

    None now and then, where nothing differs.
    """
    walked = walk.walk(
        place.fd, patterns=place.patterns, hidden=place.hidden, closed=place.closed, within=within
    )
    compared = comparison.compare(
        walked,
        file_states.pages(place.store, place.root.id, within),
        blocked=blocked,
        seen_files=count,
        stands=partial(walk.known_file, place.fd, place.patterns, place.hidden),
        every=place.deep,
    )
    with place.store.read() as connection:
        racy = set(file_states.racy(connection, place.root.id, 0))
    for difference in compared:
        if difference is not None:
            racy.discard(difference.path)
        yield difference
    if place.deep:
        return  # every file was read
    for path in sorted(racy):
        if path > within.after and (within.end is None or path < within.end):
            found = walk.known_file(place.fd, place.patterns, place.hidden, path)
            if found is not None and not any(walk.is_below(path, folder) for folder in place.closed):
                yield comparison.Difference(path, Signature(*found[1:]), True)


def _standing(place: _Place, paths: list[bytes]) -> dict[bytes, LiveDocument]:
    with place.store.read() as connection:
        return file_states.live_documents(connection, place.root.id, paths)


def _examine(
    place: _Place,
    difference: comparison.Difference,
    live: dict[bytes, LiveDocument],
    never: frozenset[tuple[int, int]],
    names: presence.ListedNames,
) -> Finding | None:
    path = difference.path
    here = live.get(path)
    if difference.signature is None:
        return _examine_missing(place, difference, here, never, names)
    if len(path) > PATH_BYTES:
        return Finding(path, "rejected", "path_too_long")
    found = read.read_stable(place.fd, path, max_bytes=place.max_bytes, never=never)
    if isinstance(found, read.Bytes):
        if here is None:
            return Finding(path, "new")
        return None if sha256(found.raw).digest() == here.sha256 else Finding(path, "changed")
    if isinstance(found, read.Rejected):
        return Finding(path, "rejected", found.reason)
    if isinstance(found, read.Moving):
        return Finding(path, "changed" if here else "new", "it changes while it is read")
    if isinstance(found, read.NoFile) and here is not None and found.reason == "replaced":
        return Finding(path, "removed", found.reason)
    return None


def _examine_missing(
    place: _Place,
    difference: comparison.Difference,
    here: LiveDocument | None,
    never: frozenset[tuple[int, int]],
    names: presence.ListedNames,
) -> Finding | None:
    path = difference.path
    if difference.document is None:
        return None  # a rejected file that is gone was never a document
    if not walk.is_watched(path, place.patterns, place.hidden, known=True):
        return Finding(path, "removed", "excluded")
    looked = presence.look(place.fd, path, never=never, names=names)
    if isinstance(looked, read.Unknown):
        return Finding(path, "unknown", looked.why)
    if isinstance(looked, read.File):
        return None
    if not place.mounts_are_told and (here is None or presence.device_above(place.fd, path) != here.device):
        return Finding(path, "unknown", "another file system may be mounted above it")
    return Finding(path, "removed", looked.reason)
