"""Postgres that is stopped, restarted, killed, or cuts connections: hints are kept, nothing is told twice."""

from __future__ import annotations

import functools
import time

import pytest
import sqlalchemy as sa

from tests import oracle
from tests.command import PATIENCE
from tests.daemon import Daemon, until
from tests.faults.workload import RunningWorkload
from tests.postgres import OwnServer, StopMode
from tests.site import Site

CUTS = 40


def until_synced(site: Site, daemon: Daemon) -> None:
    until(lambda: site.command.run("sync", "--timeout", "5").code == 0, what="sync after the server is back")
    assert daemon.alive


def _more_than(daemon: Daemon, told: int) -> bool:
    return len(daemon.events("store_unavailable")) > told


def test_a_server_that_stops_under_load_is_said_and_when_it_is_back_nothing_is_lost(
    postgres_site: Site, own_postgres: OwnServer
) -> None:
    """Stopped in order, at once, and as by a crash, each time in the middle of the work."""
    site = postgres_site
    modes: list[StopMode] = ["fast", "immediate", "kill"]
    with site.watch() as daemon, RunningWorkload(site.root, site.outside, seed=21) as load:
        pid = daemon.pid
        for mode in modes:
            time.sleep(1.5)
            before = oracle.snapshot(site.command)
            told = len(daemon.events("store_unavailable"))
            own_postgres.stop(mode)
            until(functools.partial(_more_than, daemon, told), what="the server's end is said")
            refused = site.command.refused("sync", "--timeout", "1", code=4)
            assert "Traceback" not in refused.error
            site.command.refused("ls", code=4)
            own_postgres.start()
            until(lambda: site.command.run("status").code == 0)
        load.stop()
        until_synced(site, daemon)
        assert daemon.pid == pid
        assert site.until_healthy()
        site.holds(before=before, after=[daemon])
    assert len(daemon.events("started")) == 1


def test_connections_that_are_cut_again_and_again_lose_nothing(
    postgres_site: Site, own_postgres: OwnServer
) -> None:
    site = postgres_site
    engine = sa.create_engine(own_postgres.admin_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    cut = 0
    with site.watch() as daemon, RunningWorkload(site.root, site.outside, seed=22) as load:
        while cut < CUTS:
            time.sleep(0.3)
            with engine.connect() as connection:
                found = connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ingest'"
                )
                cut += len(found.all())
        load.stop()
        until_synced(site, daemon)
        site.until_healthy()
        site.holds(after=[daemon])
    told = [change["id"] for change in daemon.changes]
    assert set(told) == {change["id"] for change in site.command.records("changes")}


def test_a_scan_whose_server_goes_away_ends_with_a_reason_and_can_be_repeated(
    postgres_site: Site, own_postgres: OwnServer
) -> None:
    site = postgres_site
    for number in range(2000):
        (site.root / f"{number}.txt").write_text(f"Number {number}.\n" * 20)
    with site.start("scan", site.root) as scan:
        time.sleep(1.2)
        own_postgres.stop("immediate")
        assert scan.wait(PATIENCE) in {0, 4}
    site.command.refused("scan", site.root, code=4)
    own_postgres.start()

    site.command.ask("scan", site.root)

    site.holds()
    assert len(site.listing()) == 2000


@pytest.mark.parametrize("verb", ["watch", "scan", "status"])
def test_a_server_that_is_down_at_the_start_is_named_without_its_password(site: Site, verb: str) -> None:
    url = f"postgresql://someone:very-secret@localhost:1/ingest?host={site.folder}"
    refused = site.command.run("--database", url, verb, *([site.root] if verb != "status" else []))

    assert refused.code == 4, refused
    assert b"very-secret" not in refused.err + refused.out
    assert refused.error
