"""Roots that nobody watches any more, and their taking up again."""

from __future__ import annotations

from ingest.clock import Clock
from ingest.daemon.coverage import Turn
from ingest.daemon.enrolment import refuse_nested
from ingest.daemon.root_record import RootRecord
from ingest.daemon.running_daemons import running
from ingest.store import coverage, roots
from ingest.store.databases import now_at
from ingest.store.engine import Connection, Store
from ingest.store.roots import Root


def retire(store: Store, name: str, *, clock: Clock) -> Root:
    """Watch a root no more; from now on it is not observed. Nothing happens where it was retired before.

    A daemon that captures it notices within seconds, and says until when it did. Raises NotFound.
    """
    with store.read() as connection:
        root = roots.by_name(connection, name)
        begun = coverage.current(connection, root.id) is not None
        captured = running(store).get(root.uid.hex())
        if captured is None:  # another host's, or behind a door that does not answer
            beat, now = root.heartbeat_at, now_at(connection, clock.wall())
            captured = beat is not None and now - beat <= coverage.STALE
    if root.retired_at is not None:
        return root
    if begun and not captured:
        record = RootRecord(store, root, clock)
        record.begin()
        record.write([Turn("blind", "retired", clock.wall())])
    with store.write() as connection:
        roots.update(connection, root.id, retired_at=clock.wall())
        return roots.by_name(connection, name)


def resume(connection: Connection, name: str) -> Root:
    """Take a root up again: the next `scan` or `watch` observes it. Raises NotFound, UsageError.

    Another root that was taken up meanwhile must not lie inside it, nor around it.
    """
    root = roots.by_name(connection, name)
    if root.retired_at is None:
        return root
    refuse_nested([other for other in roots.every(connection) if other.retired_at is None], root.path)
    roots.update(connection, root.id, retired_at=None)
    return roots.by_name(connection, name)
