"""File systems that come and go at the root and below it: nothing is deleted, it is said, it resumes."""

from __future__ import annotations

import subprocess
import sys

from tests.command import Record
from tests.daemon import until
from tests.faults import mounts
from tests.faults.machine import needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.site import Site

pytestmark = needs_mounts


def replaced_at(status: Record) -> set[str | None]:
    return {problem["path"] for problem in status["problems"] if problem["code"] == "root_replaced"}


@in_own_mounts
def test_a_root_that_is_unmounted_deletes_nothing_and_resumes(site: Site) -> None:
    keeper = site.folder / "keeper"
    keeper.mkdir()
    mounts.mount_tmpfs(keeper)
    mounts.bind(keeper, site.root)
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        before = site.listing()
        mounts.unmount(site.root)
        status = site.until_problem("root_replaced")
        assert status["health"] == "degraded"
        site.command.refused("sync", "--timeout", "0.5", code=4)
        (keeper / "a.txt").write_text("edited behind")
        mounts.bind(keeper, site.root)
        site.until_healthy()
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before | {"a.txt": (before["a.txt"][0], 2)}
    assert ("blind", "root_replaced") in site.coverage()


@in_own_mounts
def test_a_root_that_is_mounted_over_deletes_nothing_and_resumes(site: Site) -> None:
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        before = site.listing()
        mounts.mount_tmpfs(site.root)
        (site.root / "stranger.txt").write_text("on another file system")
        site.until_problem("root_replaced")
        assert site.listing() == before
        mounts.unmount(site.root)
        site.until_healthy()
        site.write_texts(a="three")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before | {"a.txt": (before["a.txt"][0], 2)}


@in_own_mounts
def test_a_folder_that_is_mounted_over_is_unknown_and_the_rest_goes_on(site: Site) -> None:
    site.write_texts(a="one", sub__b="two", sub__deep__c="three")
    with site.watch() as daemon:
        before = site.listing()
        mounts.mount_tmpfs(site.root / "sub")
        (site.root / "sub" / "b.txt").write_text("on another file system")
        status = site.until_status(lambda status: "sub" in replaced_at(status), "sub is replaced")
        assert status["health"] == "degraded"
        site.write_texts(a="edited meanwhile", new="made meanwhile")
        until(lambda: site.listing().keys() >= {"new.txt"})
        until(lambda: site.listing()["a.txt"][1] == 2)
        assert site.listing()["sub/b.txt"] == before["sub/b.txt"]
        mounts.unmount(site.root / "sub")
        site.until_healthy()
        site.write_texts(sub__b="edited after")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing()["sub/b.txt"] == (before["sub/b.txt"][0], 2)
        assert site.listing()["sub/deep/c.txt"] == before["sub/deep/c.txt"]


@in_own_mounts
def test_a_file_that_another_one_is_mounted_over_is_unknown(site: Site) -> None:
    site.write_texts(a="one", b="two")
    other = site.outside / "other.txt"
    other.write_text("no version of a")
    with site.watch() as daemon:
        before = site.listing()
        mounts.bind(other, site.root / "a.txt")
        site.until_status(lambda status: "a.txt" in replaced_at(status), "a.txt is replaced")
        site.command.ask("scan", site.root)
        assert site.listing() == before
        mounts.unmount(site.root / "a.txt")
        site.until_healthy()
        site.write_texts(a="edited after")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before | {"a.txt": (before["a.txt"][0], 2)}


@in_own_mounts
def test_a_folder_whose_own_mount_is_gone_is_unknown(site: Site) -> None:
    """The mount was there at the first scan: its files are the root's."""
    (site.root / "sub").mkdir()
    keeper = site.folder / "keeper"
    keeper.mkdir()
    mounts.mount_tmpfs(keeper)
    mounts.bind(keeper, site.root / "sub")
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        before = site.listing()
        mounts.unmount(site.root / "sub")
        site.until_status(lambda status: "sub" in replaced_at(status), "sub is replaced")
        assert site.listing() == before
        mounts.bind(keeper, site.root / "sub")
        site.until_healthy()
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before


@in_own_mounts
def test_a_mount_that_was_gone_while_nobody_watched_deletes_nothing(site: Site) -> None:
    (site.root / "sub").mkdir()
    keeper = site.folder / "keeper"
    keeper.mkdir()
    mounts.mount_tmpfs(keeper)
    mounts.bind(keeper, site.root / "sub")
    site.write_texts(a="one", sub__b="two")
    site.command.ask("scan", site.root)
    mounts.unmount(site.root / "sub")

    site.command.run("scan", site.root)
    assert site.deleted() == []
    with site.watch(ready="started") as daemon:
        site.until_status(lambda status: "sub" in replaced_at(status), "sub is replaced")
        assert site.deleted() == []
        mounts.bind(keeper, site.root / "sub")
        site.until_healthy()
        daemon.sync()

    assert site.log() == [("created", "a.txt", 1), ("created", "sub/b.txt", 1)]


@in_own_mounts
def test_a_new_mount_on_an_empty_folder_is_taken_in_and_its_loss_deletes_nothing(site: Site) -> None:
    site.write_texts(a="one")
    (site.root / "sub").mkdir()
    with site.watch() as daemon:
        mounts.mount_tmpfs(site.root / "sub")
        site.write_texts(sub__b="two")
        until(lambda: "sub/b.txt" in site.listing())
        mounts.unmount(site.root / "sub")
        site.until_status(lambda status: "sub" in replaced_at(status), "sub is replaced")
        site.write_texts(a="edited")
        until(lambda: site.listing()["a.txt"][1] == 2)

        assert site.deleted() == []
        assert daemon.alive


@in_own_mounts
def test_a_root_that_cannot_be_written_to_is_watched_and_polled_and_says_so(site: Site) -> None:
    """No cookie can be written below it: its health does not rest on notifications alone."""
    site.write_texts(a="one")
    (site.folder / "behind").mkdir()
    mounts.bind(site.root, site.folder / "behind")
    mounts.make_read_only(site.root)
    with site.using(INGEST_POLL_SECONDS="1").watch() as daemon:
        assert site.log() == [("created", "a.txt", 1)]
        (site.folder / "behind" / "b.txt").write_text("two")
        daemon.sync()
        assert site.log() == [("created", "a.txt", 1), ("created", "b.txt", 1)]
        until(lambda: site.coverage()[-1] == ("scanned", "polling"), what="coverage says polling")
    assert not (site.root / ".ingest").exists()


@in_own_mounts
def test_a_store_on_a_read_only_file_system_is_refused_and_named(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    mounts.make_read_only(site.folder / "store")
    for verb in ("scan", "watch"):
        refused = site.command.refused(verb, site.root, code=4)
        assert str(site.folder / "store") in refused.error


@in_own_mounts
def test_an_unmount_is_noticed_before_what_it_took_away_counts_as_deleted(site: Site) -> None:
    """Though no absence waits for its other half, and the next look at the mounts is a second away."""
    (site.root / "sub").mkdir()
    with site.using(INGEST_MOVE_SECONDS="0.01").watch() as daemon:
        mounts.mount_tmpfs(site.root / "sub")
        site.write_texts(sub__a="one", sub__b="two")
        until(lambda: {"sub/a.txt", "sub/b.txt"} <= site.listing().keys())
        site.until_healthy()
        mounts.unmount(site.root / "sub")
        site.command.ask("scan", site.root)
        site.until_status(lambda status: "sub" in replaced_at(status), "sub is replaced")

        assert site.deleted() == []
        assert site.coverage()[-1] == ("scanned", "root_replaced")
        assert daemon.alive


RENAMED = 400
STORM = """
import ctypes, sys
libc, place = ctypes.CDLL(None), sys.argv[1].encode()
while True:
    libc.mount(b"none", place, b"tmpfs", 0, None)
    libc.umount2(place, 0)
"""


@in_own_mounts
def test_a_storm_of_mounts_elsewhere_breaks_no_move(site: Site) -> None:
    """Containers and automounters do this all day.

    So many files and folders are renamed at once that something is mounted while one batch is looked at.
    """
    site.write_texts(**{f"f{number}": f"text {number}" for number in range(RENAMED)})
    site.write_texts(**{f"d{number}__x": f"below {number}" for number in range(20)})
    with site.watch() as daemon:
        before = site.listing()
        with subprocess.Popen([sys.executable, "-c", STORM, str(site.outside)]) as storm:
            try:
                for number in range(RENAMED):
                    (site.root / f"f{number}.txt").rename(site.root / f"g{number}.txt")
                    if number < 20:
                        (site.root / f"d{number}").rename(site.root / f"e{number}")
                daemon.sync()
            finally:
                storm.kill()
        told = site.log("--since", f"#{len(before) + 1}")

    assert sorted(told) == sorted(
        [("moved", f"g{number}.txt", 1) for number in range(RENAMED)]
        + [("moved", f"e{number}/x.txt", 1) for number in range(20)]
    )
