"""The sockets at which the daemons of a store listen."""

from __future__ import annotations

from pathlib import Path

from ingest.daemon import door
from ingest.store import roots
from ingest.store.engine import Store


def doors(store: Store, name: str | None = None) -> dict[Path, list[str]]:
    """Each door with the ids of the roots behind it. Raises NotFound."""
    with store.read() as connection:
        if name is not None:
            known = [roots.named(connection, name)]
        else:
            known = [root for root in roots.every(connection) if root.retired_at is None]
    if store.is_sqlite:
        return {door.beside_store(str(store.url.database)): [root.uid.hex() for root in known]}
    return {door.found_for(root.uid): [root.uid.hex()] for root in known}
