"""The daemon and the file that it records into: met under other names, removed, replaced."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from ingest.errors import StoreUnavailable
from tests.daemon import until
from tests.recording import add_root, opened
from tests.site import Site


def _save_thrice(site: Site) -> None:
    for number in range(3):
        site.write_texts(a=f"text {number}")
        time.sleep(0.4)


def _never_opened(pid: int) -> bool:
    """The side files that the daemon has open are still the ones at their names."""
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return not [link for link in links if link.endswith("(deleted)") and ".db" in link]


def test_another_name_of_the_store_inside_the_root_is_never_opened(site: Site) -> None:
    """To open and close it would drop SQLite's locks, and what is acknowledged would be gone with a kill."""
    site.write_texts(a="first")
    with site.watch() as daemon:
        for end in ("", "-wal"):
            os.link(f"{site.database}{end}", site.root / f"backup{end}.db")
        time.sleep(1.0)
        for _ in range(2):
            _save_thrice(site)
            daemon.sync()
            site.command.ask("check", "--deep", site.root)
        told = site.log()
        assert _never_opened(daemon.pid)
        assert site.status()["health"] == "ok"
        daemon.kill()
        assert site.log() == told
    assert [path for _, path, _ in told if path != "a.txt"] == []
    for end in ("", "-wal"):  # a side file that SQLite has left behind is a file like others
        (site.root / f"backup{end}.db").unlink()
    site.command.ask("scan", site.root)
    assert site.log() == told
    site.command.ask("verify", "--deep")


def test_a_lone_scan_leaves_the_store_out_by_whatever_name(site: Site) -> None:
    site.write_texts(a="first")
    site.command.ask("scan", site.root)
    os.link(site.database, site.root / "copy.db")
    (site.root / "d").mkdir()
    os.link(site.database, site.root / "d" / "copy.db")
    site.command.ask("scan", site.root)

    assert site.log() == [("created", "a.txt", 1)]
    assert site.command.ask("check", "--deep", site.root).code == 0


def test_a_store_that_is_a_link_is_the_file_it_leads_to(site: Site) -> None:
    """Its side files lie beside the file, and a second process is refused under either name."""
    site.write_texts(a="first")
    site.command.ask("scan", site.root)
    link = site.folder / "link.db"
    link.symlink_to(site.database)
    with site.watch():
        other = site.using()
        linked = type(other.command)(f"sqlite:///{link}", site.folder, {})
        refused = linked.refused("watch", site.root, code=4)
        assert "being written" in refused.error


def test_a_store_that_is_taken_away_is_noticed_and_nothing_is_acknowledged(site: Site) -> None:
    site.write_texts(a="first")
    away = site.folder / "away"
    with site.watch() as daemon:
        site.database.rename(away)
        site.write_texts(a="second")
        daemon.wait_for("store_unavailable")
        site.command.refused("sync", "--timeout", "2", code=4)
        assert "being written by process" in site.command.refused("scan", site.root, code=4).error
        assert not site.database.exists()
        away.rename(site.database)
        until(lambda: site.command.run("sync", "--timeout", "2").code == 0)
        assert site.log()[-1] == ("changed", "a.txt", 2)
        site.until_healthy()
    site.command.ask("verify", "--deep")


def test_a_daemon_whose_store_and_lock_are_other_files_ends_and_another_goes_on(site: Site) -> None:
    """As where the file system of the store died and was mounted again: the lock keeps nobody out."""
    site.write_texts(a="first")
    store, copy = site.database.parent, site.folder / "copy"
    with site.watch() as daemon:
        shutil.copytree(store, copy, ignore=shutil.ignore_patterns("*.sock"))
        store.rename(site.folder / "away")
        copy.rename(store)
        assert daemon.wait() == 4
        site.write_texts(a="second")
        daemon.start()
        until(lambda: site.command.run("sync", "--timeout", "2").code == 0)
        (refused,) = daemon.events("refused")[:1]
        told = f"the store {site.database} and its lock are other files now: another may write it"
        assert refused["detail"] == f"error: {told}\n"
        assert site.log() == [("created", "a.txt", 1), ("changed", "a.txt", 2)]
    site.command.ask("verify", "--deep")


def test_what_is_written_to_a_store_that_was_replaced_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with opened(url) as store:
        add_root(store)
        (tmp_path / "store.db").rename(tmp_path / "before.db")
        with opened(f"sqlite:///{tmp_path}/store.db") as other:
            add_root(other)
        with pytest.raises(StoreUnavailable, match="was replaced while it was open"):
            add_root(store, "another")


def test_another_name_of_the_store_where_a_document_stood_replaces_it(site: Site) -> None:
    site.write_texts(a="first", b="second")
    site.command.ask("scan", site.root)
    (site.root / "b.txt").unlink()
    os.link(site.database, site.root / "b.txt")
    check = site.command.run("check", json=True)
    assert (check.code, check.records[0]["path"], check.records[0]["state"]) == (32, "b.txt", "removed")

    assert site.command.ask("scan", site.root).code == 0
    assert site.log()[-1][:2] == ("deleted", "b.txt")
    with site.watch() as daemon:
        daemon.sync()
        assert site.status()["pending"] == 0
