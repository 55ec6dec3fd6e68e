"""A root's folder, held open and locked, and what is mounted below it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

import msgspec

from ingest import root_folder
from ingest.daemon import mounts_below
from ingest.disk import locks, mounts, root_mark
from ingest.disk.descriptors import are_too_few
from ingest.disk.presence import Folding
from ingest.disk.root_mark import KnownDocument
from ingest.errors import AlreadyRunning, RootUnavailable
from ingest.model import Descriptor
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.locks import RootLock
from ingest.store.roots import Root


@contextmanager
def _root_not_blamed() -> Iterator[None]:
    """Keep a want of descriptors from saying anything of the folder that cannot be opened."""
    try:
        yield
    except RootUnavailable as error:
        if isinstance(error.__cause__, OSError) and are_too_few(error.__cause__):
            raise error.__cause__ from None
        raise


class Checked(msgspec.Struct, frozen=True):
    """What a look at an open folder found.

    The lock had to be taken anew, the mark is missing, or somebody adopted the folder since, so that it has
    another mark.
    """

    lock_taken: bool
    mark_missing: bool
    adopted: bool


class NeedsOwnProcess(Exception):
    """Something is mounted at the root's path, or below, that may not answer: nobody else may wait for it."""


class OpenRoot:
    """The folder of one root, from `open` to `close`; it can be opened again."""

    def __init__(self, store: Store, root: Root) -> None:
        self._store = store
        self._root = root
        self._stack = ExitStack()
        self._opened: root_mark.Anchor | None = None
        self._lock: RootLock | None = None
        self._mounts = mounts.Mounts(root.path, root.mounts)
        self._documents: Sequence[KnownDocument] | None = None

    @property
    def folder(self) -> Descriptor:
        """Return the descriptor of the open folder."""
        assert self._opened is not None
        return self._opened.fd

    @property
    def closed(self) -> frozenset[bytes]:
        """Return the folders below that are not as they were mounted: unknown until that is over."""
        return self._mounts.closed

    def open(self, *, may_wait: bool) -> None:
        """Open the folder, lock it, write its mark.

        Raises RootUnavailable, AlreadyRunning or StoreUnavailable, OSError where there are too few
        descriptors, and NeedsOwnProcess where the folder may not answer, unless that may be waited for.
        """
        if not may_wait:
            self._require_answering()
        self._open()
        if not self.is_in_place():
            # on an overlay the first file that is written into a folder makes it another one
            self.close()
            self._open()

    def _open(self) -> None:
        root = self._root = self._recorded()
        with _root_not_blamed():
            opened = root_folder.open_recorded(self._store, root, self._small_documents)
        with ExitStack() as stack:
            stack.callback(os.close, opened.fd)
            stack.enter_context(locks.lock_root(opened.fd, root.path))
            if not self._store.is_sqlite:
                self._lock = RootLock(self._store, root.id, root.name)
                stack.callback(self._lock.release)
                self._lock.hold()
                self._root = root = self._recorded()
            root_mark.write_mark(opened.fd, root.mark)
            found = root_folder.folder_columns(opened, root.path)
            if found["is_mount"] is None:
                del found["is_mount"]
            if any(getattr(root, name) != value for name, value in found.items()):
                self._update(**found)
            self._mounts.close()
            self._mounts = mounts.Mounts(root.path, root.mounts)
            stack.callback(self._mounts.close)
            self._stack = stack.pop_all()
        self._opened, self._documents = opened, None
        self._mounts.look()

    def _small_documents(self) -> Sequence[KnownDocument]:
        """Return known documents to prove the folder by; none is recorded while it cannot be opened."""
        if self._documents is None:
            self._documents = root_folder.small_documents(self._store, self._root)
        return self._documents

    def _recorded(self) -> Root:
        """Return the root as it is recorded now, under the name and at the path that it is watched by.

        Raises AlreadyRunning where it is recorded no more: the process that recorded it might not capture it.
        """
        with self._store.read() as connection:
            found = [root for root in roots.every(connection) if root.id == self._root.id]
        if not found:
            raise AlreadyRunning(
                f"root {self._root.name} was taken back by the process that recorded it",
                hint="start again",
            )
        return msgspec.structs.replace(found[0], name=self._root.name, path=self._root.path)

    def close(self) -> None:
        """Let the folder and the locks go; may be called twice."""
        self._opened = self._lock = None
        self._stack.close()

    def check(self) -> Checked:
        """Tell whether the open folder is still the root, and still ours.

        Raises RootUnavailable where it is gone, another one stands there or it holds another mark, and what
        taking the lock raises; OSError where there are too few descriptors.
        """
        taken = self._lock is not None and self._lock.hold()
        assert self._opened is not None
        with _root_not_blamed():
            found = root_mark.open_root(self._root.path)
        os.close(found.fd)
        if (found.device, found.facts.inode) != (self._opened.device, self._opened.facts.inode):
            raise RootUnavailable(
                "another folder stands here now",
                code="root_replaced",
                hint=root_folder.hint_to_adopt(self._root),
            )
        adopted = found.mark not in (None, self._root.mark) and self._follow_adoption()
        if found.mark not in (None, self._root.mark):
            raise RootUnavailable(
                "the folder holds another mark than the root's now",
                code="root_replaced",
                hint=root_folder.hint_to_adopt(self._root),
            )
        return Checked(taken, found.mark is None, adopted)

    def _follow_adoption(self) -> bool:
        """Go on as the root is recorded now; tell whether its mark is another."""
        recorded = self._recorded()
        if recorded.mark == self._root.mark:
            return False
        self._root = recorded
        self._mounts.known = {mount.path: mount for mount in recorded.mounts}
        return True

    def require_answering(self) -> None:
        """Raise NeedsOwnProcess where something was mounted at the root's path since that may not answer.

        The path is not asked for it.
        """
        if self._mounts.is_stirred():
            self._require_answering()

    def _require_answering(self) -> None:
        if (table := mounts.table()) is not None and mounts.why_polled(self._root.path, table) is not None:
            raise NeedsOwnProcess

    def is_in_place(self) -> bool:
        """Tell whether the open folder is the one at the root's path: quick, and says nothing of why not."""
        try:
            return os.path.samestat(os.lstat(self._root.path), os.fstat(self.folder))
        except OSError:
            return False

    def write_mark(self) -> bool:
        """Write the root's mark into its folder; False where nothing can be written there."""
        return root_mark.write_mark(self.folder, self._root.mark) and root_mark.is_writable(self.folder)

    def mounts_changed(self) -> bool:
        """Tell whether anything was mounted or unmounted since the last look."""
        return self._mounts.look()

    @property
    def mounts_told(self) -> bool:
        """Tell whether the kernel tells what is mounted where."""
        return self._mounts.is_told

    @property
    def mount_types(self) -> dict[bytes, str]:
        """Return the type of the file system at each mount point below."""
        return self._mounts.types

    @property
    def folds_names(self) -> Folding:
        """Tell which names are one, here or in what is mounted below."""
        return root_folder.folding(self.folder, self._root.path, self._mounts.types.values())

    @property
    def is_remote(self) -> bool:
        """Tell whether the clock that stamps the root's files may be another machine's."""
        return not mounts.is_local(self._root.path)

    def compare_mounts(self, *, may_wait: bool) -> bool:
        """Close the folders whose mount came, went or was swapped with documents below.

        Returns whether a scan must follow. Raises NeedsOwnProcess where a mount may not answer, unless that
        may be waited for.
        """
        if not may_wait and mounts_below.polled_points(self.mount_types):
            raise NeedsOwnProcess
        believed = dict(self._mounts.known)
        changed = self._mounts.compare(
            self.folder,
            any_below=partial(root_folder.any_below, self._store, self._root),
            is_proven=partial(root_folder.is_mount_proven, self._store, self._root, self.folder),
        )
        if self._mounts.known != believed:
            self._update(mounts=sorted(self._mounts.known.values(), key=lambda mount: mount.path))
        return changed

    def _update(self, **values: object) -> None:
        with self._store.write() as connection:
            roots.update(connection, self._root.id, **values)
