"""Which roots a call names: known ones, new ones, or none that can be taken."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any

import msgspec

from ingest import overseen, root_folder
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.root_names import of_this_host
from ingest.disk import locks, mounts, root_mark
from ingest.disk.mounts import Mount
from ingest.disk.reachability import real_path, silent_of, silent_of_root
from ingest.disk.root_mark import Anchor
from ingest.errors import AlreadyRunning, NotFound, RootUnavailable, Unreachable, UsageError, all_lost
from ingest.escape import path as show
from ingest.ids import new_uid
from ingest.store import roots
from ingest.store.engine import Connection, Store
from ingest.store.locks import RootLock
from ingest.store.roots import Root


class RootArgument(msgspec.Struct, frozen=True):
    """A root as the call wrote it: a name, a path, or both."""

    name: str | None
    path: bytes | None


def parse(words: str) -> RootArgument:
    """`PATH`, `NAME` or `NAME=PATH`. A folder of that name here is meant before a root's name."""
    if "/" in words.partition("=")[0] or _is_folder(words):
        return RootArgument(None, _real(words))
    name, equals, path = words.partition("=")
    if equals:
        if not name or not path:
            raise UsageError(f"root '{words}' is not NAME=PATH")
        return RootArgument(name, _real(path))
    return RootArgument(words, None)


def enrol(
    store: Store,
    words: Sequence[str],
    *,
    settings: Settings,
    adopt: bool,
    clock: Clock,
    taken: AlreadyRunning | None = None,
    lost: list[RootUnavailable] | None = None,
) -> tuple[list[Root], list[Root]]:
    """Return the roots to capture, and those of them that were recorded just now.

    Without words: the roots of the settings, else those known. A root of the settings that was retired is
    left out, unless all of them were: they may name it still.

    `taken` says who else captures into the store: then no new root is recorded. Folders that do not
    answer are left out and put into `lost`, if that is given. With `adopt` the folders of those that were
    known are marked anew, one after another, once nothing else can be refused. Raises UsageError, NotFound,
    RootUnavailable or AlreadyRunning; a known root whose folder is gone is returned as it is, its capture
    will say so.
    """
    wanted = [parse(word) for word in words]
    if not wanted:
        wanted = [RootArgument(name, _real(root.path)) for name, root in settings.roots.items() if root.path]
    with store.write() as connection:
        every = roots.every(connection)
        if not wanted:
            found = _known_here(store, every, lost)
        else:
            if not words:
                left_out = {root.path for root in every if root.retired_at is not None}
                wanted = [want for want in wanted if want.path not in left_out] or wanted[:1]
            found = _each_wanted(store, connection, wanted, adopt=adopt, clock=clock, taken=taken, lost=lost)
    before = {root.id for root in every}
    new = [root for root in found if root.id not in before]
    if not adopt:
        return found, new
    adopting = [
        partial(_adopt, store, root, clock, beside=taken is not None)
        if root.id in before
        else partial(_as_is, root)
        for root in found
    ]
    try:
        return list(_answering(adopting, lost)), new
    except (RootUnavailable, AlreadyRunning):
        for root in new:
            _take_back(store, root)
        raise


def _as_is(root: Root) -> Root:
    return root


def _known_here(store: Store, every: list[Root], lost: list[RootUnavailable] | None) -> list[Root]:
    """Return the roots of this host that are not retired. Raises UsageError where there are none."""
    untold = list[RootUnavailable]()
    known = of_this_host(store, [root for root in every if root.retired_at is None], untold)
    if lost is not None:
        lost += untold
    if not known and untold:
        raise all_lost(untold)
    if not known and (retired := of_this_host(store, every)):
        raise UsageError(
            "no root is named, and every root known here was retired",
            hint=f"take one up again: ingest roots resume {retired[0].name}",
        )
    if not known:
        raise UsageError("no root is named and none is known here", hint="name a folder: ingest watch FOLDER")
    return known


def _each_wanted(
    store: Store,
    connection: Connection,
    wanted: Sequence[RootArgument],
    *,
    adopt: bool,
    clock: Clock,
    taken: AlreadyRunning | None,
    lost: list[RootUnavailable] | None,
) -> list[Root]:
    """Return the root of each, once; one that is not known is recorded, unless the store is `taken`."""
    before = {root.id for root in roots.every(connection)}
    found: dict[int, Root] = {}
    enrolling = [partial(_enrol_one, store, connection, want, adopt=adopt, clock=clock) for want in wanted]
    for root in _answering(enrolling, lost):
        if taken is not None and root.id not in before:
            raise AlreadyRunning(
                f"{taken.message}, and does not capture {show(root.path)}",
                hint="stop it, or start it with this root too",
            )
        found[root.id] = root
    return list(found.values())


def _answering(enrolling: Iterable[Callable[[], Root]], lost: list[RootUnavailable] | None) -> Iterator[Root]:
    """Give the roots whose folders answer; the others are put into `lost`, where there is one."""
    for enrol_one in enrolling:
        try:
            yield enrol_one()
        except RootUnavailable as error:
            if lost is None or error.code not in overseen.NOT_ASKED:
                raise
            lost.append(error)


@contextmanager
def enrolled(
    store: Store,
    words: Sequence[str],
    *,
    settings: Settings,
    adopt: bool,
    clock: Clock,
    taken: AlreadyRunning | None = None,
    lost: list[RootUnavailable] | None = None,
) -> Iterator[list[Root]]:
    """Lend the roots to capture; where capturing them is refused, new ones are forgotten again.

    The caller holds the lock of a SQLite store, or has what `taken` says of it. What it raises
    AlreadyRunning for is raised on.
    """
    known, new = enrol(store, words, settings=settings, adopt=adopt, clock=clock, taken=taken, lost=lost)
    try:
        yield known
    except AlreadyRunning:
        for root in new:
            _take_back(store, root)
        raise


def _take_back(store: Store, root: Root) -> None:
    """Forget a root, unless somebody has taken it up since."""
    with ExitStack() as held:
        if not store.is_sqlite:
            lock = RootLock(store, root.id, root.name)
            held.callback(lock.release)
            try:
                lock.hold()
            except AlreadyRunning:
                return
        with store.write() as connection:
            roots.forget(connection, root.id)


def _enrol_one(
    store: Store, connection: Connection, want: RootArgument, *, adopt: bool, clock: Clock
) -> Root:
    every = roots.every(connection)
    by_name = next((root for root in every if root.name == want.name), None)
    if want.path is None:
        if by_name is None:
            names = ", ".join(root.name for root in every)
            raise NotFound(
                f"no folder and no root named '{want.name}'",
                hint=f"the roots are: {names}" if names else None,
            )
        return _watched(by_name)
    known = _known_at(store, every, want.path)
    if known is None and adopt and by_name is not None and by_name.path == want.path:
        known = by_name  # another host's, or this one's under another name
    if known is not None:
        if want.name is not None and want.name != known.name:
            raise UsageError(
                f"{show(want.path)} is already the root '{known.name}'",
                hint=f"rename it: ingest roots rename {known.name} {want.name}",
            )
        return _watched(known)
    name = want.name or show(os.path.basename(want.path)) or "root"
    refuse_nested(every, want.path)
    return _add(connection, every, name, want.path, adopt=adopt, clock=clock)


def _known_at(store: Store, every: list[Root], path: bytes) -> Root | None:
    """Return the root recorded at this path; of several hosts' roots, the one that this folder is."""
    here = [root for root in every if root.path == path]
    if len(here) > 1 or (here and here[0].host != socket.gethostname()):
        asked = [root_folder.refusal_by_disk(store, root) for root in here]
        same = overseen.result(
            silent_of_root(path), partial(_first_that_is, path, asked), int | None, of_root=True
        )
        if same is not None:
            return here[same]
        return next((root for root in here if root.host == socket.gethostname()), None)
    return here[0] if here else None


def _first_that_is(path: bytes, asked: Sequence[Callable[[Anchor], str | None]]) -> int | None:
    """Return which of these recorded roots stands at a path, if one does."""
    try:
        found = root_mark.open_root(path)
    except RootUnavailable:
        return None
    try:
        return next((number for number, refusal in enumerate(asked) if refusal(found) is None), None)
    finally:
        os.close(found.fd)


def refuse_nested(every: list[Root], path: bytes) -> None:
    """Raise UsageError where a folder of this host lies inside a root, or around one that is watched.

    Of what lies inside a retired root that root has the history, and goes on with it when it is resumed.
    """
    for root in sorted(every, key=lambda root: root.retired_at is not None):
        if root.host != socket.gethostname():
            continue
        if _is_inside(path, root.path):
            retired = root.retired_at is not None
            raise UsageError(
                f"{show(path)} lies inside the {'retired ' if retired else ''}root {show(root.path)}",
                hint=f"take it up again: ingest roots resume {root.name}" if retired else _OUTER,
            )
        if root.retired_at is None and _is_inside(root.path, path):
            raise UsageError(f"{show(root.path)} lies inside the root {show(path)}", hint=_OUTER)


_OUTER = "watch one of them; the outer one takes in the inner one's files"


def _is_inside(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder.rstrip(b"/") + b"/")


def _add(
    connection: Connection, every: list[Root], name: str, path: bytes, *, adopt: bool, clock: Clock
) -> Root:
    places = silent_of_root(path)
    found = overseen.result(places, partial(_found_at, path), Anchor, of_root=True)
    owner = next((root for root in every if root.mark == found.mark), None)
    if owner is not None and not adopt:
        raise UsageError(
            f"{show(path)} holds the mark of the root '{owner.name}' at {show(owner.path)}",
            hint=f"if it moved: ingest roots relocate {owner.name} {show(path)}; a copy: --adopt",
        )
    # a mark that no root here has: the folder is watched into another store, and keeps it
    mark = found.mark
    if mark is None or owner is not None:
        mark = clock.entropy(root_mark.MARK_BYTES)
    work = partial(_marked, path, mark, locked=owner is not None)
    marked = overseen.result(places, work, _FolderRecord, of_root=True, tidies=True)
    mark = marked.mark or mark
    root = roots.add(
        connection, uid=new_uid(clock.wall(), clock.entropy), name=name, host=socket.gethostname(),
        path=path, device=found.device, inode=found.facts.inode or 0, mark=mark,
    )  # fmt: skip
    roots.update(connection, root.id, **marked.columns)
    return roots.by_name(connection, root.name)


class _FolderRecord(msgspec.Struct, frozen=True):
    """A folder: what is recorded of it, which mark it holds, and what is mounted below it."""

    columns: dict[str, Any]
    mark: bytes | None
    mounts: tuple[Mount, ...]


def _found_at(path: bytes) -> Anchor:
    """Return what a new root's folder is; its descriptor is closed."""
    if not os.path.isdir(path):
        raise NotFound(f"no folder at {show(path)}", hint="make it first, or check the path")
    found = root_mark.open_root(path)
    os.close(found.fd)
    return found


def _marked(path: bytes, mark: bytes, *, locked: bool) -> _FolderRecord:
    """Write a mark into a folder, if that can be done. Raises RootUnavailable.

    With `locked` AlreadyRunning where a process captures that folder: it would lose its root by the mark.
    """
    found = root_mark.open_root(path)
    try:
        with locks.lock_root(found.fd, path) if locked else nullcontext():
            root_mark.write_mark(found.fd, mark)
        columns = root_folder.folder_columns(found, path)
        return _FolderRecord(columns, root_mark.read_mark(found.fd), root_folder.mounts_now(found.fd, path))
    finally:
        os.close(found.fd)


def _adopt(store: Store, root: Root, clock: Clock, *, beside: bool) -> Root:
    """Take whatever folder stands at the root's path for the root from now on, under a new mark.

    A folder that holds the old mark is no longer the root. The new mark is recorded as soon as it is written,
    and stays where the root is refused afterwards. A root whose folder is gone is returned as it is. `beside`
    says that another process captures into a SQLite store: it may have the folder, and takes the mark up.
    """
    mark = clock.entropy(root_mark.MARK_BYTES)
    captured = beside if store.is_sqlite else _is_captured(store, root)
    work = partial(_marked, root.path, mark, locked=not captured)
    try:
        marked = overseen.result(silent_of_root(root.path), work, _FolderRecord, of_root=True, tidies=True)
    except RootUnavailable as error:
        if error.code in overseen.NOT_ASKED:
            raise
        return root
    mark = marked.mark or mark  # where nothing can be written, what it holds is what can be asked for
    with store.write() as connection:
        roots.update(connection, root.id, mark=mark, mounts=marked.mounts, **marked.columns)
        return roots.by_name(connection, root.name)


def _is_captured(store: Store, root: Root) -> bool:
    """Tell whether some process captures a root into a server's store."""
    lock = RootLock(store, root.id, root.name)
    try:
        lock.hold()
    except AlreadyRunning:
        return True
    lock.release()
    return False


def _watched(root: Root) -> Root:
    """Return the root, unless it was retired: only `roots resume` takes it up again. Raises UsageError."""
    if root.retired_at is not None:
        raise UsageError(
            f"the root '{root.name}' at {show(root.path)} was retired",
            hint=f"take it up again: ingest roots resume {root.name}",
        )
    return root


def _real(path: str) -> bytes:
    return real_path(os.fsencode(os.path.expanduser(path)), mounts.table())


def _is_folder(words: str) -> bool:
    """Tell whether a word without a slash names a folder here; what does not answer is taken for one."""
    path = _real(words)
    try:
        return overseen.result(silent_of(path), partial(os.path.isdir, path), bool)
    except Unreachable:
        return True
