"""A lock that somebody else holds on the store: waited for, then said, and nothing is lost."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.daemon import until
from tests.site import Site


@contextlib.contextmanager
def locked(site: Site) -> Iterator[None]:
    """Hold what every writer needs: SQLite's right to write, the row of the log's head on Postgres."""
    url = str(site.command.database)
    if url.startswith("sqlite"):
        holder = sqlite3.connect(site.database, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT * FROM log_head FOR UPDATE")
        yield


def test_a_lock_held_for_long_is_said_and_nothing_is_lost(each_site: Site) -> None:
    site = each_site.using(INGEST_BUSY_SECONDS="1")
    site.write_texts(a="one")
    with site.watch() as daemon:
        with locked(site):
            site.write_texts(a="edited under the lock", b="made under the lock")
            status = site.until_problem("store_locked")
            assert status["health"] == "degraded"
            site.command.refused("sync", "--timeout", "0.5", code=4)
            assert site.log() == [("created", "a.txt", 1)]
        site.until_healthy()
        daemon.sync()

        assert sorted(site.log()[1:]) == [("changed", "a.txt", 2), ("created", "b.txt", 1)]
        # Several saves under the lock would have become one version.
        until(lambda: site.coverage()[-1] == ("watched", None))
        assert ("scanned", "store_locked") in site.coverage()
        site.holds(after=[daemon])


def test_a_lock_held_for_a_moment_is_waited_for(each_site: Site) -> None:
    site = each_site.using(INGEST_BUSY_SECONDS="60")
    site.write_texts(a="one")
    with site.watch() as daemon:
        with locked(site):
            site.write_texts(a="edited under the lock")
            time.sleep(0.4)
        until(lambda: site.listing()["a.txt"][1] == 2)

        assert daemon.events("store_unavailable") == []
        assert site.status()["health"] == "ok"


def test_a_scan_under_a_lock_ends_in_time_with_the_reason(each_site: Site) -> None:
    site = each_site.using(INGEST_BUSY_SECONDS="1")
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    site.write_texts(b="two")
    with locked(site):
        refused = site.command.run("scan", site.root)
        assert refused.code == 4, refused
        assert "locked" in refused.error
        assert site.log() == [("created", "a.txt", 1)]

    site.command.ask("scan", site.root)
    site.holds()


@contextlib.contextmanager
def no_cursor_moves(site: Site) -> Iterator[None]:
    """No place can be stored: a trigger refuses it on SQLite, a dump's lock on the table on Postgres."""
    if site.on_sqlite:
        for what in ("INSERT", "UPDATE"):
            _execute(
                site,
                f"CREATE TRIGGER no_{what} BEFORE {what} ON cursor BEGIN SELECT RAISE(FAIL, 'not now'); END",
            )
        try:
            yield
        finally:
            for what in ("INSERT", "UPDATE"):
                _execute(site, f"DROP TRIGGER no_{what}")
        return
    engine = sa.create_engine(str(site.command.database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE cursor IN SHARE MODE")
        yield


def _execute(site: Site, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(site.database, timeout=60, isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.mark.timeout(600)
def test_where_no_place_can_be_stored_each_change_is_told_once_and_status_says_so(each_site: Site) -> None:
    site = each_site.using(INGEST_BUSY_SECONDS="1")
    site.write_texts(a="one")
    with site.watch() as daemon:
        with no_cursor_moves(site):
            for number in range(2):
                site.write_texts(a=f"edited {number} times", **{f"b{number}": "new"})
                daemon.sync()
                told = site.command.record("status")["seq"]
                until(lambda told=told: daemon.changes and daemon.changes[-1]["seq"] == told)  # type: ignore[misc]
            status = until(
                lambda: next(
                    (one for one in [site.command.record("status")] if one["health"] == "degraded"), None
                ),
                what="a problem",
            )
            (problem,) = status["problems"]
            assert problem["code"] == "cursor"
            assert " changes are told beyond the place that could be stored: " in problem["detail"]
        until(lambda: site.command.record("status")["health"] == "ok", what="health ok")
        seqs = [change["seq"] for change in daemon.changes]
        assert seqs == list(range(1, site.command.record("status")["seq"] + 1))
    site.holds()
