"""The store's disk fills up: it stops accepting, keeps the hints, and goes on when there is space."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from tests import oracle
from tests.faults import mounts
from tests.faults.machine import needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.faults.workload import RunningWorkload
from tests.site import Site

pytestmark = needs_mounts


SHARED_MEMORY = 32_768  # the `-shm` file of a small store


def schema_bytes(site: Site) -> int:
    """What making a store takes at its peak: the schema in the write-ahead log, and once more in the file."""
    with tempfile.TemporaryDirectory(dir=site.folder) as folder:
        path = Path(folder) / "ingest.db"
        site.command.ask("db", "upgrade", "--database", f"sqlite:///{path}")
        return 2 * path.stat().st_size + SHARED_MEMORY


@pytest.mark.parametrize("more", [40_000, 400_000])
@in_own_mounts
def test_a_full_disk_is_said_loses_nothing_and_recovers_without_a_restart(site: Site, more: int) -> None:
    """With `more` bytes than the schema takes there is room for the root and for few or some changes."""
    store = site.folder / "store"
    size = schema_bytes(site) + more
    store.mkdir()
    mounts.mount_tmpfs(store, size=str(size))
    site.write_texts(first="the first")
    with site.watch(ready="started") as daemon:
        pid = daemon.pid
        for number in range(60):
            (site.root / f"{number}.txt").write_bytes(os.urandom(8000))
        site.until_problem("store_full")
        assert site.status()["health"] == "degraded"
        site.command.refused("sync", "--timeout", "0.5", code=4)
        before = oracle.snapshot(site.command)
        with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        with RunningWorkload(site.root, site.outside, seed=11, operations=200, pause=0.001) as load:
            load.finish()
        mounts.resize(store, "50m")
        site.until_healthy()
        daemon.sync()

        assert daemon.pid == pid
        site.holds(before=before, after=[daemon])


@in_own_mounts
def test_a_scan_into_a_full_disk_ends_with_a_reason_and_a_later_one_finishes_it(site: Site) -> None:
    store = site.folder / "store"
    store.mkdir()
    mounts.mount_tmpfs(store, size="300k")
    for number in range(200):
        (site.root / f"{number}.txt").write_bytes(os.urandom(4000))
    refused = site.command.run("scan", site.root)
    assert refused.code == 4, refused
    assert "full" in refused.error

    mounts.resize(store, "50m")
    site.command.ask("scan", site.root)

    site.holds()
    assert len(site.listing()) == 200


@in_own_mounts
def test_a_disk_that_is_full_at_every_size_is_never_left_half_written(site: Site) -> None:
    """From too small for the schema to nearly enough: each end is clean, and more space mends it."""
    store = site.folder / "store"
    store.mkdir()
    for number in range(30):
        (site.root / f"{number}.txt").write_bytes(os.urandom(3000))
    for size in (40, 200, 320):
        mounts.mount_tmpfs(store, size=f"{size}k")
        refused = site.command.run("scan", site.root)
        assert refused.code in {0, 4}, refused
        mounts.resize(store, "20m")
        site.command.ask("scan", site.root)
        site.holds(sample=1)
        mounts.unmount(store)
