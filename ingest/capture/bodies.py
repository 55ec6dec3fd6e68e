"""The bytes that become versions, each with what it takes to lay it out in the store."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ingest.capture.workers import Raw
from ingest.disk import read
from ingest.identity import Decision
from ingest.ids import SALT_BYTES, Entropy, draws
from ingest.store import bodies
from ingest.store.deltas import Packed
from ingest.store.engine import Store


def raws(
    store: Store,
    decisions: Sequence[Decision],
    files: Mapping[bytes, read.Bytes],
    hashes: Mapping[bytes, bytes],
    entropy: Entropy,
) -> list[Raw]:
    """What a version is made of, for each of these decisions. Raises StoreUnavailable."""
    before = _before(store, decisions)
    salts = draws(SALT_BYTES, len(decisions), entropy)
    return [
        Raw(
            name=os.path.basename(path),
            raw=files[path].raw,
            sha256=hashes[path],
            modified_at=files[path].modified_at,
            salt=salt,
            before=before.get(path),
        )
        for path, salt in zip((decision.path for decision in decisions), salts, strict=True)
    ]


def _before(store: Store, decisions: Sequence[Decision]) -> dict[bytes, Packed]:
    """The bytes of the version before each, where there is one."""
    last = {d.document: d.previous for d in decisions if d.document is not None and d.previous is not None}
    if not last:
        return {}
    with store.read() as connection:
        packed = bodies.last_packed(connection, last)
    return {d.path: packed[d.document] for d in decisions if d.document in packed}
