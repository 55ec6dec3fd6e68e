"""The open folder of a root that is captured, and how long and how much of it is looked at."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ingest.clock import Clock
from ingest.config import Settings
from ingest.confined.reader import Documents, do_nothing
from ingest.disk import walk
from ingest.disk.patterns import Patterns
from ingest.disk.presence import Folding
from ingest.model import Descriptor, RootKey
from ingest.normalise.document_formats import Html
from ingest.store.engine import Store

BATCH = 1000  # paths recorded in one transaction


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds, and how much to read, in bytes.

    `quiet` is how long nothing must be heard of a path, `hold` the longest wait for that, `move` how long a
    path that is gone waits for its other half.
    """

    quiet: float
    hold: float
    move: float
    max_bytes: int


class MountState(msgspec.Struct, frozen=True, kw_only=True):
    """What is mounted below a root, at one moment.

    `closed` are the folders below that are not as they were mounted: all in them is unknown. `folds` says
    which names are one somewhere. `told` says whether the kernel tells what is mounted: else no absence
    counts on another device than before. `changes` rises whenever something was mounted or unmounted.
    """

    closed: frozenset[bytes] = frozenset()
    folds: Folding = "no"
    told: bool = True
    changes: int = 0


class RootFolder(msgspec.Struct, frozen=True, kw_only=True):
    """The open folder of a root: all that a look at it needs, and that stays as it is while it is open.

    `key` is the root's in the store, `fd` the descriptor, `hidden` are paths that are never taken in.
    `remote` says whether the file system's clock may be another machine's. While documents are waited for,
    `while_waiting` is called every second.
    """

    store: Store
    key: RootKey
    fd: Descriptor
    patterns: Patterns
    hidden: frozenset[bytes]
    limits: Limits
    clock: Clock
    remote: bool = False
    documents: Documents = Documents()
    while_waiting: Callable[[], None] = do_nothing

    def watches(self, path: bytes) -> bool:
        """Tell whether a file at this path would be taken in."""
        return walk.is_watched(path, self.patterns, self.hidden)

    def keeps(self, path: bytes) -> bool:
        """Tell whether a document that is known at this path stays one."""
        return walk.is_watched(path, self.patterns, self.hidden, known=True)


def documents_of(settings: Settings, root: str) -> Documents:
    """Return the settings by which a root's documents of other formats than plain text are read."""
    own = settings.roots.get(root)
    html = Html() if own is None else Html(mode=own.html, select=own.select, remove=own.remove)
    return Documents(
        html=html, confine=settings.documents.confine, deadline=settings.documents.deadline_seconds
    )
