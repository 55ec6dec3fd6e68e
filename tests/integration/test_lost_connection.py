"""A server that goes away in the middle: what was recorded is recorded once."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
import sqlalchemy as sa

from ingest.store import tables, writer
from tests.integration.commit_cutter import CommitCutter
from tests.postgres import OwnServer
from tests.recording import add_root, entry, findings, opened, record, rendition_of, rows_of, wall


@pytest.fixture
def server_url(own_postgres: OwnServer) -> str:
    return own_postgres.create_database()


@pytest.mark.parametrize("delivered", [True, False], ids=["answer-lost", "commit-lost"])
def test_a_commit_without_an_answer_is_recorded_once(server_url: str, delivered: bool) -> None:
    with opened(server_url):
        pass
    with closing(CommitCutter(server_url, delivered=delivered)) as cutter, opened(cutter.url) as store:
        root = add_root(store)
        record(store, root, [entry("created", b"before", raw=b"x")])
        entries = [entry("created", b"a", raw=b"one"), entry("created", b"b", raw=b"two")]
        cutter.armed.set()
        done = record(store, root, entries)

        assert cutter.cuts == 1
        assert (done.seq, done.changes) == (3, 2)
        assert [(row["seq"], row["path_bytes"]) for row in rows_of(store, tables.change)] == [
            (1, b"before"),
            (2, b"a"),
            (3, b"b"),
        ]
        assert [row["id"] for row in rows_of(store, tables.change)][1:] == [made.id for made in entries]
        assert len(rows_of(store, tables.version)) == 3
        assert findings(store) == []


def test_a_lost_answer_is_looked_up_though_others_wrote_since(server_url: str) -> None:
    """The answer names the place that the batch has, not where the log has come to."""
    with opened(server_url) as other:
        other_root = add_root(other, "other")
        with closing(CommitCutter(server_url, delivered=True)) as cutter, opened(cutter.url) as store:
            root = add_root(store)
            cutter.armed.set()
            done = record(store, root, [entry("created", b"a", raw=b"one")])
            record(other, other_root, [entry("created", b"b", raw=b"two")])

        assert done.seq == 1
        assert [row["path_bytes"] for row in rows_of(other, tables.change)] == [b"a", b"b"]
        assert findings(other) == []


@pytest.mark.parametrize("delivered", [True, False], ids=["answer-lost", "commit-lost"])
def test_renditions_without_an_answer_are_recorded_once(server_url: str, delivered: bool) -> None:
    """The first entry is left out, as its document has another version meanwhile; the second counts."""
    with opened(server_url):
        pass
    with closing(CommitCutter(server_url, delivered=delivered)) as cutter, opened(cutter.url) as store:
        root = add_root(store)
        record(store, root, [entry("created", b"a", raw=b"one"), entry("created", b"b", raw=b"two")])
        a, b = (row["id"] for row in rows_of(store, tables.document))
        record(store, root, [entry("changed", b"a", raw=b"three", document=a, previous=1)])
        entries = [
            entry("renormalised", b"a", document=a, previous=1, renditions=(rendition_of(b"one"),)),
            entry("renormalised", b"b", document=b, previous=1, renditions=(rendition_of(b"two"),)),
        ]
        cutter.armed.set()
        done, ids = writer.add_renditions(store, root=root, entries=entries, now=wall)

        assert cutter.cuts == 1
        assert (done.seq, done.changes, ids) == (4, 1, {entries[1].id})
        assert [row["type"] for row in rows_of(store, tables.change)][3:] == ["renormalised"]
        assert findings(store) == []


def test_a_connection_that_is_killed_within_a_transaction_records_once(server_url: str) -> None:
    with opened(server_url) as store:
        root = add_root(store)
        killed = False

        def kill_the_writer(size: int) -> bytes:
            nonlocal killed
            if not killed:
                killed = True
                engine = sa.create_engine(store.url, poolclass=sa.NullPool)
                with engine.connect() as connection:
                    connection.exec_driver_sql(
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                        " where application_name = 'ingest' and datname = current_database()"
                    )
            return os.urandom(size)

        done = record(store, root, [entry("created", b"a", raw=b"one")], entropy=kill_the_writer)

        assert killed
        assert done.seq == 1
        assert [row["path_bytes"] for row in rows_of(store, tables.change)] == [b"a"]
        assert findings(store) == []


def test_a_server_that_comes_back_takes_what_waited(own_postgres: OwnServer) -> None:
    """Stopped between two batches: the next one finds a server that was started again."""
    with opened(own_postgres.create_database()) as store:
        root = add_root(store)
        record(store, root, [entry("created", b"a", raw=b"one")])
        own_postgres.stop("immediate")
        own_postgres.start()
        record(store, root, [entry("created", b"b", raw=b"two")])

        assert [row["seq"] for row in rows_of(store, tables.change)] == [1, 2]
        assert findings(store) == []
