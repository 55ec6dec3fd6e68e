"""The sockets at which the daemons of a store listen."""

from __future__ import annotations

from pathlib import Path

from ingest.daemon import door
from ingest.daemon.named import is_here
from ingest.errors import NoDaemon, Unreachable
from ingest.store import roots
from ingest.store.engine import Store

PATIENCE = 3.0  # seconds for a daemon to answer


def running(store: Store) -> set[str]:
    """The ids of the roots that a daemon on this machine captures, or may: one that does not answer runs."""
    found: set[str] = set()
    for path, behind in doors(store).items():
        try:
            answer = next(door.ask(path, {"verb": "status"}, timeout=PATIENCE), {})
        except NoDaemon:
            continue
        except Unreachable:
            found.update(behind)
            continue
        found.update(answer.get("live") or {})
    return found


def doors(store: Store, name: str | None = None) -> dict[Path, list[str]]:
    """Each door on this host with the ids of the roots behind it. Raises NotFound."""
    with store.read() as connection:
        if name is not None:
            known = [roots.named(connection, name)]
        else:
            known = [root for root in roots.every(connection) if root.retired_at is None]
            known = [root for root in known if is_here(store, root)]
    if store.is_sqlite:
        return {door.beside_store(str(store.url.database)): [root.uid.hex() for root in known]}
    return {door.found_for(root.uid): [root.uid.hex()] for root in known}
