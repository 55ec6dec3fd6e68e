"""The versions of a plan: what each is made of, who makes them, and the dictionary they are packed with.

The bytes of the version before and the dictionary come from the store. The workers know none.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256

from ingest.capture.changes import Change
from ingest.capture.folder import RootFolder
from ingest.capture.new_versions import Raw
from ingest.capture.plan import Plan
from ingest.capture.readers import PendingDocument
from ingest.capture.workers import Workers
from ingest.disk import read
from ingest.ids import SALT_BYTES, draws
from ingest.store import bodies, compression
from ingest.store.compression import Dictionary
from ingest.store.deltas import StoredBody
from ingest.store.engine import Store
from ingest.store.new_rows import NewVersion

SAMPLES = 256  # bodies; from fewer nothing is learnt


class Versions:
    """What makes the versions of one root's plans, one plan at a time: `begin`, then `end`.

    Between the two other processes may be at work, and this one is free.
    """

    def __init__(self, folder: RootFolder) -> None:
        self.workers = Workers(
            folder.fd,
            max_bytes=folder.limits.max_bytes,
            documents=folder.documents,
            while_waiting=folder.while_waiting,
        )
        self._folder = folder
        self._dictionary: Dictionary | None = None
        self._wanted: tuple[bytes, ...] = ()

    def begin(self, plan: Plan, *, ahead: int) -> None:
        """Have the versions of a plan made that are not made yet. `ahead` is how many paths are due in all.

        Raises StoreUnavailable.
        """
        changes = [change for change in plan.changes if change.content and change.content.version is None]
        self._wanted = tuple(change.path for change in changes)
        raws = _raws(self._folder, changes)
        dictionary = self.dictionary([raw.raw for raw in raws if raw.before is None])
        self.workers.give(raws, dictionary, ahead=ahead)

    def end(self) -> dict[bytes, NewVersion | PendingDocument]:
        """Return the versions that were begun, by path; waits for them, but not long for documents."""
        wanted, self._wanted = self._wanted, ()
        return dict(zip(wanted, self.workers.take(), strict=True))

    def finish(self, change: Change, unfinished: PendingDocument) -> NewVersion:
        """Return the version of a document that takes long; waits for it. Raises StoreUnavailable."""
        (raw,) = _raws(self._folder, [change])
        return self.workers.finish(raw, self.dictionary(()), unfinished)

    def dictionary(self, contents: Sequence[bytes]) -> Dictionary | None:
        """Return what to pack keyframes with; the first large number of bodies is what it is learnt from."""
        store = self._folder.store
        if self._dictionary is None:
            with store.read() as connection:
                self._dictionary = bodies.newest_dictionary(connection)
        if self._dictionary is None and len(contents) >= SAMPLES:
            content = compression.train(contents)
            if content is not None:
                with store.write() as connection:
                    # another host may have learnt one meanwhile
                    self._dictionary = bodies.newest_dictionary(connection) or bodies.add_dictionary(
                        connection, content, sha256(content).digest()
                    )
        return self._dictionary

    def close(self) -> None:
        """End the processes, with what they have in hand. `begin` may be called again."""
        self.workers.close()


def _raws(folder: RootFolder, changes: Sequence[Change]) -> list[Raw]:
    """Return what a version is made of, for each of these changes. Raises StoreUnavailable."""
    before = _before(folder.store, changes)
    salts = draws(SALT_BYTES, len(changes), folder.clock.entropy)
    return [_raw(change, salt, before.get(change.path)) for change, salt in zip(changes, salts, strict=True)]


def _raw(change: Change, salt: bytes, before: StoredBody | None) -> Raw:
    content = change.content
    assert content is not None
    assert content.sha256 is not None
    assert isinstance(content.reading, read.Bytes)
    return Raw(
        name=os.path.basename(change.path),
        raw=content.reading.raw,
        sha256=content.sha256,
        modified_at=content.reading.modified_at,
        salt=salt,
        before=before,
        extracted=content.extracted,
    )


def _before(store: Store, changes: Sequence[Change]) -> dict[bytes, StoredBody]:
    """Return the bytes of the version before each, by path, where there is one."""
    last = {
        change.document: change.previous
        for change in changes
        if change.document is not None and change.previous is not None
    }
    if not last:
        return {}
    with store.read() as connection:
        packed = bodies.last_packed(connection, last)
    return {change.path: packed[change.document] for change in changes if change.document in packed}
