"""The sockets at which the daemons of a store listen."""

from __future__ import annotations

from pathlib import Path

from ingest.daemon import door
from ingest.daemon.root_names import is_here
from ingest.errors import NoDaemon, Unreachable
from ingest.store import roots
from ingest.store.engine import Store

PATIENCE = 3.0  # seconds for a daemon to answer


def running(store: Store) -> dict[str, bool]:
    """For the ids of the roots of this host, whether a daemon captures them; none where that cannot be told:
    it does not answer, or may listen at a door that is not to be seen from here."""
    found: dict[str, bool] = {}
    for path, behind in doors(store).items():
        try:
            answer = next(door.ask(path, {"verb": "status"}, timeout=PATIENCE), {})
        except NoDaemon as error:
            refused = isinstance(error.__cause__, ConnectionRefusedError)
            if store.is_sqlite or refused:  # beside a file there is one place for the door
                found.update(dict.fromkeys(behind, False))
            continue
        except Unreachable:
            continue
        found.update({uid: uid in (answer.get("live") or {}) for uid in behind})
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
