"""Disk against store, writing nothing: what is new, removed or changed since the last record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Literal

import msgspec

from ingest.disk import anchor, mounts, read, scan
from ingest.disk.patterns import PATH_BYTES, Patterns
from ingest.identity import Standing
from ingest.store import apart, roots, seen
from ingest.store.engine import Store
from ingest.store.roots import Root

_TOGETHER = 500  # paths that the store is asked for at once
LARGE_DEEP = 2_000  # files that are all read

State = Literal["new", "removed", "changed", "unknown", "rejected"]


class Finding(msgspec.Struct, frozen=True):
    """A path where disk and store differ."""

    path: bytes
    state: State
    detail: str | None = None


def compare(
    store: Store, root: Root, *, patterns: Patterns, hidden: frozenset[bytes], max_bytes: int, deep: bool
) -> Iterator[Finding | int]:
    """Each difference, then the number of files. `deep` reads every file, whatever `stat` says.

    Raises RootUnavailable when the folder is gone or is another one.
    """
    opened = anchor.open_recorded(root.path, name=root.name, place=roots.place_of(store, root), uid=root.uid)
    try:
        yield from _compare(store, root, opened.fd, patterns, hidden, max_bytes, deep)
    finally:
        os.close(opened.fd)


def _compare(
    store: Store,
    root: Root,
    fd: int,
    patterns: Patterns,
    hidden: frozenset[bytes],
    max_bytes: int,
    deep: bool,
) -> Iterator[Finding | int]:
    below = mounts.Mounts(root.path, root.mounts)
    below.look()
    below.compare(lambda folder: _any_below(store, root, folder))
    look = partial(_look, store, root, fd, patterns, hidden, below.closed, max_bytes, deep)
    least = LARGE_DEEP if deep else apart.LARGE
    middle = seen.middle(store, root.id, least=least) if apart.is_possible() else None
    if middle is None:
        yield from look(scan.Range())
        return
    upper = scan.Range(after=middle)
    beside = apart.Apart(store, partial(look, upper), Finding | int)
    try:
        files = 0
        unknown: list[Finding] = []
        for found in look(scan.Range(end=middle + b"\0")):  # the middle itself included
            if isinstance(found, Finding):
                if found.state == "unknown":
                    unknown.append(found)
                yield found
            else:
                files = found
        try:
            rest = list(beside)
        except apart.Lost:
            rest = list(look(upper))
    finally:
        beside.close()
    # a folder that reaches over the middle is met from both sides
    yield from (found for found in rest[:-1] if found not in unknown)
    yield files + rest[-1]


def _look(
    store: Store,
    root: Root,
    fd: int,
    patterns: Patterns,
    hidden: frozenset[bytes],
    closed: frozenset[bytes],
    max_bytes: int,
    deep: bool,
    within: scan.Range,
) -> Iterator[Finding | int]:
    """Each difference within a range of paths, then the number of files there."""
    files = 0

    def count(more: int) -> None:
        nonlocal files
        files += more

    blocked: list[scan.Blocked] = []
    rows = seen.pages(store, root.id, within)
    walked = scan.walk(fd, patterns=patterns, hidden=hidden, closed=closed, within=within)
    compared = scan.compare(walked, rows, blocked=blocked, seen_files=count, every=deep)
    differences = (difference for difference in compared if difference is not None)
    while part := list(islice(differences, _TOGETHER)):
        never = store.own_inodes()
        standing = _standing(store, root, [difference.path for difference in part])
        for difference in part:
            examine = partial(_examine, fd, difference, patterns, hidden, max_bytes, never)
            finding = examine(standing)
            if finding is not None and finding.state in ("new", "changed"):
                # a daemon may have recorded it since
                now = _standing(store, root, [difference.path])
                finding = examine(now)
            if finding is not None:
                yield finding
    for folder in blocked:
        yield Finding(folder.path, "unknown", folder.why)
    yield files


def _standing(store: Store, root: Root, paths: list[bytes]) -> dict[bytes, Standing]:
    with store.read() as connection:
        return seen.standing(connection, root.id, paths)


def _any_below(store: Store, root: Root, folder: bytes) -> bool:
    with store.read() as connection:
        return seen.any_below(connection, root.id, folder)


def _examine(
    fd: int,
    difference: scan.Difference,
    patterns: Patterns,
    hidden: frozenset[bytes],
    max_bytes: int,
    never: frozenset[tuple[int, int]],
    standing: dict[bytes, Standing],
) -> Finding | None:
    path = difference.path
    here = standing.get(path)
    if difference.signature is None:
        if difference.document is None:
            return None  # a rejected file that is gone was never a document
        if not scan.is_watched(path, patterns, hidden):
            return Finding(path, "removed", "excluded")
        looked = read.look(fd, path, never)
        if isinstance(looked, read.Unknown):
            return Finding(path, "unknown", looked.why)
        return Finding(path, "removed", looked.reason) if isinstance(looked, read.Gone) else None
    if len(path) > PATH_BYTES:
        return Finding(path, "rejected", "path_too_long")
    found = read.read_stable(fd, path, max_bytes=max_bytes, never=never)
    if isinstance(found, read.Bytes):
        if here is None:
            return Finding(path, "new")
        return None if sha256(found.raw).digest() == here.sha256 else Finding(path, "changed")
    if isinstance(found, read.Rejected):
        return Finding(path, "rejected", found.reason)
    if isinstance(found, read.Moving):
        return Finding(path, "changed" if here else "new", "it changes while it is read")
    if isinstance(found, read.Gone) and here is not None and found.reason == "replaced":
        return Finding(path, "removed", found.reason)
    return None
