"""A plan and its versions, recorded in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.capture.changes import Change
from ingest.capture.folder import RootFolder
from ingest.capture.plan import Plan
from ingest.ids import SALT_BYTES, draws, new_uids
from ingest.store import writer
from ingest.store.new_rows import Commit, Entry, NewVersion


def commit(folder: RootFolder, plan: Plan, versions: Mapping[bytes, NewVersion]) -> Commit | None:
    """Record a plan, all of it or nothing; None where it is empty.

    `versions` are those that the changes need, by path, but for those that were made already. Raises
    StoreUnavailable.
    """
    if plan.is_empty:
        return None
    clock = folder.clock
    ids = new_uids([plan.began_at] * len(plan.changes), clock.entropy)
    salts = draws(SALT_BYTES, len(plan.changes), clock.entropy)
    return writer.record(
        folder.store,
        root=folder.key,
        entries=[
            _entry(change, id_, salt, versions)
            for change, id_, salt in zip(plan.changes, ids, salts, strict=True)
        ],
        sightings=plan.sightings,
        forgotten=plan.forgotten,
        now=clock.wall,
        entropy=clock.entropy,
    )


def _entry(change: Change, id_: bytes, salt: bytes, versions: Mapping[bytes, NewVersion]) -> Entry:
    content = change.content
    version = None if content is None else content.version or versions[change.path]
    return Entry(
        id=id_,
        salt=salt,
        type=change.type,
        cause=change.cause,
        path=change.path,
        observed_at=change.observed_at,
        document=change.document,
        previous=change.previous,
        from_path=change.from_path,
        reason=change.reason,
        version=version,
    )
