"""A root's folder, held open and locked, and what is mounted below it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ingest.disk import anchor, mounts
from ingest.disk.descriptors import are_too_few
from ingest.errors import AlreadyRunning, RootUnavailable
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.locks import RootLock
from ingest.store.roots import Root


@contextmanager
def _root_not_blamed() -> Iterator[None]:
    """That a folder cannot be opened for want of descriptors says nothing of the folder."""
    try:
        yield
    except RootUnavailable as error:
        if isinstance(error.__cause__, OSError) and are_too_few(error.__cause__):
            raise error.__cause__ from None
        raise


class Held:
    """The folder of one root, from `open` to `close`; it can be opened again."""

    def __init__(self, store: Store, root: Root) -> None:
        self._store = store
        self._root = root
        self._stack = ExitStack()
        self._opened: anchor.Anchor | None = None
        self._lock: RootLock | None = None
        self._mounts = mounts.Mounts(root.path, root.mounts)

    @property
    def folder(self) -> int:
        """The descriptor of the open folder."""
        assert self._opened is not None
        return self._opened.fd

    @property
    def closed(self) -> frozenset[bytes]:
        """The folders below that became or ceased to be mount points: unknown until that is over."""
        return self._mounts.closed

    def open(self) -> None:
        """Open the folder and lock it. Raises RootUnavailable, AlreadyRunning or StoreUnavailable.

        And OSError where there are too few descriptors.
        """
        root = self._root
        with _root_not_blamed():
            opened = anchor.open_recorded(
                root.path, name=root.name, place=roots.place_of(self._store, root), uid=root.uid
            )
        with ExitStack() as stack:
            stack.callback(os.close, opened.fd)
            stack.enter_context(anchor.lock_root(opened, root.path))
            if not self._store.is_sqlite:
                self._lock = RootLock(self._store, root.id, root.name)
                stack.callback(self._lock.release)
                self._lock.hold()
                self._require_recorded()
            here = socket.gethostname()
            if (opened.device, opened.inode, here) != (root.device, root.inode, root.host):
                self._update(device=opened.device, inode=opened.inode, host=here)
            self._stack = stack.pop_all()
        self._opened = opened
        self._mounts.look()

    def _require_recorded(self) -> None:
        """Whoever recorded it may have been refused it, and have taken it back before it was locked here."""
        with self._store.read() as connection:
            if all(root.id != self._root.id for root in roots.every(connection)):
                raise AlreadyRunning(
                    f"root {self._root.name} was taken back by the process that recorded it",
                    hint="start again",
                )

    def close(self) -> None:
        """Let the folder and the locks go; may be called twice."""
        self._opened = self._lock = None
        self._stack.close()

    def check(self) -> tuple[bool, bool]:
        """Whether the lock had to be taken anew, and whether the root's id is missing in its folder.

        Raises RootUnavailable where the folder is gone or another one stands there, and what
        taking the lock raises; OSError where there are too few descriptors.
        """
        taken = self._lock is not None and self._lock.hold()
        assert self._opened is not None
        with _root_not_blamed():
            found = anchor.open_root(self._root.path)
        os.close(found.fd)
        if (found.device, found.inode) != (self._opened.device, self._opened.inode):
            raise RootUnavailable("another folder stands here now", code="root_replaced")
        return taken, found.uid != self._root.uid

    def is_in_place(self) -> bool:
        """Whether the open folder is the one at the root's path: quick, and says nothing of why not."""
        try:
            return os.path.samestat(os.lstat(self._root.path), os.fstat(self.folder))
        except OSError:
            return False

    def write_id(self) -> bool:
        """Write the root's id into its folder; False where nothing can be written there."""
        return anchor.write_id(self.folder, self._root.uid) and anchor.is_writable(self.folder)

    def mounts_changed(self) -> bool:
        """Whether the kernel's table of mounts differs from that at the last look."""
        return self._mounts.look()

    def compare_mounts(self, any_below: Callable[[bytes], bool]) -> bool:
        """Close the folders whose mount came or went with documents below; whether a scan must follow."""
        believed = self._mounts.known
        changed = self._mounts.compare(any_below)
        if self._mounts.known != believed:
            self._update(mounts=self._mounts.names())
        return changed

    def _update(self, **values: object) -> None:
        with self._store.write() as connection:
            roots.update(connection, self._root.id, **values)
