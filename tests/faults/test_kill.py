"""Killed and stopped at any moment: what was told is there, the rest is found at the next start."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests import oracle
from tests.daemon import until
from tests.faults.workload import RunningWorkload
from tests.site import Site

KILLS = 15


def test_a_daemon_killed_again_and_again_under_load_loses_nothing(each_site: Site) -> None:
    """A random moment after the start of each life: importing, scanning, settling, committing, telling."""
    site = each_site
    chance = random.Random(2021)
    daemon = site.watch(ready="no")
    before = None
    with RunningWorkload(site.root, site.outside, seed=7) as load:
        for number in range(KILLS):
            daemon.start()
            time.sleep(chance.uniform(0.2, 1.4))
            daemon.kill()
            if number == KILLS // 2:
                with site.watch(ready="started"):
                    before = oracle.snapshot(site.command)
        counts = load.stop()

    with site.watch() as last:
        site.holds(before=before, after=[daemon, last])
    assert sum(counts.values()) > KILLS, counts
    site.command.ask("verify", "--deep")


def test_a_scan_killed_again_and_again_loses_nothing(each_site: Site) -> None:
    site = each_site
    chance = random.Random(2022)
    for number in range(400):
        (site.root / f"{number}.txt").write_text(f"Number {number}.\n" * 20)
    for _ in range(6):
        with site.start("scan", site.root) as scan:
            time.sleep(chance.uniform(0.25, 0.9))
            scan.kill()
        for number in range(0, 400, 7):
            with (site.root / f"{number}.txt").open("a") as file:
                file.write("Once more.\n")

    site.command.ask("scan", site.root)

    site.holds()
    assert len(site.listing()) == 400


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_stop_in_the_middle_of_a_batch_is_clean(each_site: Site, number: signal.Signals) -> None:
    site = each_site
    with site.watch(ready="started") as daemon:
        for name in range(1000):
            (site.root / f"{name}.txt").write_text(f"Number {name}.\n" * 30)
        until(lambda: len(daemon.changes) > 50, what="the batch is under way", every=0.005)
        daemon.send(number)
        assert daemon.wait() == 0
        daemon.check_lines()
    told = len(daemon.changes)
    assert told <= site.status()["seq"]

    daemon.ready = "synced"
    with daemon:
        site.holds(after=[daemon])
    assert len(site.listing()) == 1000
    assert sorted({change["seq"] for change in daemon.changes}) == list(range(1, site.status()["seq"] + 1))


def test_a_second_sigterm_ends_the_daemon_and_loses_nothing(site: Site) -> None:
    for name in range(1500):
        (site.root / f"{name}.txt").write_text(f"Number {name}.\n" * 30)
    with site.watch(ready="no") as daemon:
        until(lambda: daemon.changes, what="the scan is under way", every=0.005)
        daemon.send(signal.SIGTERM)
        daemon.send(signal.SIGTERM)
        code = daemon.wait()
        assert code in {0, 128 + signal.SIGTERM, -signal.SIGTERM}

    site.command.ask("scan", site.root)

    site.holds()
    assert len(site.listing()) == 1500


def test_every_change_is_told_at_least_once_although_the_teller_was_killed(site: Site) -> None:
    chance = random.Random(2023)
    daemon = site.watch(ready="no")
    with RunningWorkload(site.root, site.outside, seed=8) as load:
        for _ in range(6):
            daemon.start()
            time.sleep(chance.uniform(0.5, 1.2))
            daemon.kill()
        load.stop()
    with site.watch() as last:
        pass

    changes = site.command.records("changes")
    lines = daemon.changes + last.changes
    told = {change["id"]: change for change in lines}
    assert told.keys() == {change["id"] for change in changes}
    for change in changes:
        line = told[change["id"]]
        assert {**change, "edit": None} == {name: line[name] for name in change} | {"edit": None}
    order = list(dict.fromkeys(change["seq"] for change in lines))
    assert order == sorted(order)
