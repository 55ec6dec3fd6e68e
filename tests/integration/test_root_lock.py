"""The right to capture a root, on a server that has other databases with the same keys."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from ingest.errors import AlreadyRunning
from ingest.model import RootKey
from ingest.store.engine import Store
from ingest.store.locks import RootLock
from ingest.store.url import parse_url
from tests.postgres import Server


@pytest.mark.postgres
def test_who_holds_a_root_is_looked_for_in_its_own_database(postgres_server: Server) -> None:
    """Two stores on one server: the keys of their roots are the same, their locks are not."""
    key = RootKey(7)
    with ExitStack() as end:
        url = postgres_server.create_database()
        end.callback(postgres_server.drop_database, url)
        stores = [Store(parse_url(each)) for each in (postgres_server.url("postgres"), url, url)]
        for store in stores:
            end.callback(store.dispose)
        elsewhere, holder, late = (RootLock(store, key, "main") for store in stores)
        for lock in (elsewhere, holder):
            assert (lock.hold(), lock.hold()) == (True, False)
            end.callback(lock.release)
        with stores[1].engine.connect() as connection:
            held = sa.text(
                "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND l.objid = 7 AND d.datname = current_database()"
            )
            pid = connection.execute(held).scalar_one()
        for _ in range(6):  # more often than a store keeps connections: each refusal gives its own back
            with pytest.raises(AlreadyRunning, match=rf"main is captured by .* \(server process {pid}\)"):
                late.hold()
