"""What the service may not read or write: unknown or rejected, never deleted, and mended by itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import until
from tests.faults.machine import needs_least_power, without_power
from tests.site import Site

pytestmark = needs_least_power


@pytest.fixture
def weak(site: Site) -> Iterator[Site]:
    """The command may do what a file's mode lets its owner do, and no more."""
    yield site.using(*without_power(), INGEST_POLL_SECONDS="1")
    for folder, _, _ in os.walk(site.root):
        Path(folder).chmod(0o700)


def test_a_folder_that_becomes_unreadable_is_unknown_and_nothing_is_deleted(weak: Site) -> None:
    site = weak
    site.write_texts(a="one", sub__b="two", sub__deep__c="three")
    with site.watch() as daemon:
        before = site.listing()
        (site.root / "sub").chmod(0)
        status = site.until_problem("unwatched")
        assert status["health"] == "degraded"
        assert "sub" in {problem["path"] for problem in status["problems"]}
        site.write_texts(a="edited meanwhile")
        until(lambda: site.listing()["a.txt"][1] == 2)
        assert site.listing().keys() == before.keys()
        (site.root / "sub").chmod(0o755)
        site.until_healthy()
        site.write_texts(sub__b="edited after")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing()["sub/b.txt"] == (before["sub/b.txt"][0], 2)
        site.holds(after=[daemon])


def test_a_folder_that_may_be_listed_and_not_entered_is_unknown(weak: Site) -> None:
    """Its names can be read and its files cannot be looked at."""
    site = weak
    site.write_texts(a="one", sub__b="two")
    with site.watch():
        (site.root / "sub").chmod(0o400)
        site.command.run("scan", site.root)
        assert site.deleted() == []
        assert site.status()["health"] == "degraded" or site.status()["rejected"] == 1
        (site.root / "sub").chmod(0o755)
        site.until_healthy()
        assert site.listing().keys() == {"a.txt", "sub/b.txt"}


def test_an_unreadable_folder_at_the_start_is_told_by_scan_and_check(weak: Site) -> None:
    site = weak
    site.write_texts(a="one", names__c="three", sub__b="two")
    site.command.ask("scan", site.root)
    (site.root / "names").chmod(0o444)
    (site.root / "sub").chmod(0)

    told = site.command.run("scan", site.root)
    assert (told.code, told.text.splitlines()[0].split(" (")[0]) == (0, "1 file, nothing changed")
    assert told.err == b"note: 2 files or folders could not be looked at: ingest check\n"
    *found, counts = site.command.records("check", site.root)
    assert [(one["path"], one["state"]) for one in found] == [("names/c.txt", "unknown"), ("sub", "unknown")]
    assert (counts["files"], counts["removed"], counts["unknown"]) == (1, 0, 2)
    with site.watch():
        assert site.scan()["unknown"] == 2

    (site.root / "names").chmod(0o755)
    (site.root / "sub").chmod(0o755)
    assert site.scan()["unknown"] == 0
    each = [("created", f"{name}.txt", 1) for name in ("a", "names/c", "sub/b")]
    assert site.log() == each


def test_an_unreadable_file_is_rejected_never_deleted_and_comes_back(weak: Site) -> None:
    site = weak
    site.write_texts(a="one", b="two")
    with site.watch() as daemon:
        (site.root / "a.txt").write_text("edited and closed")
        (site.root / "a.txt").chmod(0)
        (site.root / "new.txt").write_text("never readable")
        (site.root / "new.txt").chmod(0)
        until(lambda: site.status()["rejected"] >= 1)
        daemon.sync()
        status = site.status()
        assert status["health"] == "ok"
        assert {problem["code"] for problem in status["problems"]} == {"unreadable"}
        assert site.deleted() == []
        assert "a.txt" in site.listing()
        (site.root / "a.txt").chmod(0o644)
        (site.root / "new.txt").chmod(0o644)
        until(lambda: site.status()["rejected"] == 0, what="both leave rejection")
        daemon.sync()

        assert site.deleted() == []
        assert site.command.ask("show", "a.txt").out == b"edited and closed"
        assert site.command.ask("show", "new.txt").out == b"never readable"
        site.holds(after=[daemon])


def test_a_folder_that_stays_unreadable_is_told_poll_after_poll(weak: Site) -> None:
    """And a `sync` in that time waits for a poll, not for ever."""
    site = weak
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        (site.root / "sub").chmod(0)
        site.until_problem("unwatched")
        for _ in range(4):
            time.sleep(1.2)
            assert "unwatched" in site.codes()
            daemon.sync()
        assert site.coverage()[-1] == ("scanned", "unwatched")
        (site.root / "sub").chmod(0o755)
        daemon.sync()
        site.until_healthy()
        until(lambda: site.coverage()[-1] == ("watched", None))


def test_a_root_that_can_no_longer_be_written_to_has_no_proof(weak: Site) -> None:
    """Its id is there from before: that says nothing of today."""
    site = weak
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    (site.root / ".ingest").chmod(0o555)
    site.root.chmod(0o555)
    with site.watch() as daemon:
        time.sleep(3)
        assert [root["backend"] for root in site.status()["roots"]] == ["poll"]
        assert site.coverage()[-1] == ("scanned", "polling")
        assert len(daemon.events("scan_finished")) <= 2
    (site.root / ".ingest").chmod(0o700)


def test_a_root_that_becomes_unreadable_deletes_nothing_and_resumes(weak: Site) -> None:
    site = weak
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        before = site.listing()
        site.root.chmod(0)
        site.until_status(lambda status: status["health"] in {"degraded", "blind"}, "not ok")
        site.command.refused("sync", "--timeout", "0.5", code=4)
        site.root.chmod(0o755)
        site.until_healthy()
        site.write_texts(a="edited after")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before | {"a.txt": (before["a.txt"][0], 2)}


def test_a_root_that_may_not_be_written_to_is_polled_and_says_so(weak: Site) -> None:
    site = weak
    site.write_texts(a="one", sub__b="two")
    site.root.chmod(0o555)
    with site.watch() as daemon:
        site.write_texts(a="edited", sub__b="edited too")
        daemon.sync()
        assert sorted(site.log()[2:]) == [("changed", "a.txt", 2), ("changed", "sub/b.txt", 2)]
        assert site.coverage()[-1] == ("scanned", "polling")
        site.root.chmod(0o755)
        until(lambda: site.coverage()[-1][0] == "watched", what="watched, once it can be written to")


def test_our_own_folder_made_a_link_leads_nowhere(site: Site) -> None:
    """Whoever may write the root must not make the service write elsewhere."""
    site.write_texts(a="one")
    target = site.folder / "target"
    target.mkdir()
    with site.using(INGEST_POLL_SECONDS="1").watch() as daemon:
        shutil.rmtree(site.root / ".ingest")
        (site.root / ".ingest").symlink_to(target)
        site.write_texts(a="edited")
        until(lambda: site.listing()["a.txt"][1] == 2)
        site.write_texts(b="new")
        until(lambda: "b.txt" in site.listing())
        (site.root / ".ingest").unlink()
        until((site.root / ".ingest" / "root-id").exists)
        site.until_healthy()
        daemon.sync()

    assert os.listdir(target) == []


def test_a_folder_swapped_for_a_link_while_it_is_read_leads_nowhere(site: Site) -> None:
    """Ten times a second: nothing of what lies outside is ever taken in."""
    secret = site.folder / "secret"
    (secret / "deep").mkdir(parents=True)
    (secret / "b.txt").write_text("not of this root")
    (secret / "deep" / "c.txt").write_text("nor this")
    site.write_texts(sub__b="of the root", sub__deep__c="of the root too")
    with site.watch() as daemon:
        for _ in range(25):
            (site.root / "sub").rename(site.root / "kept")
            (site.root / "sub").symlink_to(secret)
            (secret / "b.txt").write_text("not of this root, again")
            (site.root / "sub").unlink()
            (site.root / "kept").rename(site.root / "sub")
            site.write_texts(sub__b="of the root")
        daemon.sync()
        texts = {
            site.command.ask("show", "--raw", f"{change['document']}@{change['version']}").out
            for change in site.command.records("log", "--type", "changed")
        }

        assert texts <= {b"of the root", b"of the root too", b""}
        site.holds(after=[daemon])
