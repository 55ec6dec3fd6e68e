"""A file system that does not answer: its root is told unreachable, and nobody else waits for it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.command import Record
from tests.daemon import until
from tests.faults.fuse import Fuse
from tests.faults.machine import needs_fuse, needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.faults.site import Site

pytestmark = [needs_mounts, needs_fuse]
SOON = 5.0  # seconds; the file system hangs for longer than any of this takes


def far_of(site: Site) -> tuple[Path, Path]:
    """The other side of a mount, and the folder it is mounted on."""
    source, place = site.place / "source", site.place / "far"
    source.mkdir()
    place.mkdir()
    return source, place


def unreachable(status: Record) -> list[Record]:
    return [problem for problem in status["problems"] if problem["code"] == "unreachable"]


def ledger(site: Site, root: str) -> list[tuple[str, str | None]]:
    return [(line["state"], line["reason"]) for line in site.command.records("coverage", root)]


@in_own_mounts
def test_a_root_that_hangs_is_told_costs_the_others_nothing_and_is_taken_up_again(site: Site) -> None:
    source, far = far_of(site)
    site.write(a="here")
    (source / "b.txt").write_text("there")
    fast = site.using(INGEST_POLL_SECONDS="0.5")
    with Fuse(source, far) as fuse, fast.daemon(site.root, far) as daemon:
        until(lambda: ("created", "b.txt", 1) in site.log())
        assert {root["name"]: root["backend"] for root in site.status()["roots"]} == {
            "root": "native",
            "far": "poll",
        }
        began = time.time()
        fuse.hang()
        (source / "b.txt").write_text("changed while nobody answers")
        site.write(a="here, edited")
        until(lambda: ("changed", "a.txt", 2) in site.log())
        assert time.time() - began < SOON

        (problem,) = unreachable(site.until_told("unreachable"))
        assert (problem["root"], problem["path"]) == ("far", None)
        assert site.status()["health"] == "degraded"
        site.command.refused("scan", far, code=4)
        began = time.time()
        site.command.ask("scan", site.root)
        assert time.time() - began < SOON
        until(lambda: ledger(site, "far")[-1] == ("blind", "unreachable"))
        assert ledger(site, "root") == [("watched", None)]

        fuse.answer()
        site.until_healthy()
        until(lambda: ("changed", "b.txt", 2) in site.log())
        until(lambda: ledger(site, "far")[-1] == ("scanned", "polling"))
        daemon.sync()
        assert site.deleted() == []
    assert ledger(site, "far")[-1] == ("scanned", "stopped")


@in_own_mounts
def test_a_stop_does_not_wait_for_it_nor_does_a_start_nor_the_doctor(site: Site) -> None:
    source, far = far_of(site)
    site.write(a="here")
    (source / "b.txt").write_text("there")
    fast = site.using(INGEST_POLL_SECONDS="0.5")
    with Fuse(source, far) as fuse:
        with fast.daemon(site.root, far) as daemon:
            until(lambda: ("created", "b.txt", 1) in site.log())
            fuse.hang()
            site.until_told("unreachable")
            began = time.time()
            daemon.stop()
            assert time.time() - began < SOON
        assert ledger(site, "far")[-1] == ("blind", "unreachable")

        began = time.time()
        doctor = site.command.run("doctor")
        assert doctor.code == 1
        assert f"{far} does not answer" in doctor.text
        assert time.time() - began < 4 * SOON

        with fast.daemon(site.root, far, ready="started") as again:
            site.write(a="edited")
            until(lambda: ("changed", "a.txt", 2) in site.log())
            site.until_told("unreachable")
            fuse.answer()
            site.until_healthy()
            again.sync()
        assert site.deleted() == []


@in_own_mounts
def test_a_server_that_is_mounted_below_a_watched_root_gives_it_a_process_of_its_own(site: Site) -> None:
    source, _ = far_of(site)
    other = site.place / "other"
    other.mkdir()
    (site.root / "sub").mkdir()
    site.write(a="here")
    (other / "c.txt").write_text("another root")
    with site.using(INGEST_POLL_SECONDS="0.5").daemon(site.root, other) as daemon:
        with Fuse(source, site.root / "sub") as fuse:
            (source / "b.txt").write_text("there")
            until(lambda: ("created", "sub/b.txt", 1) in site.log())
            site.write(a="edited")
            daemon.sync()
            until(lambda: ("changed", "a.txt", 2) in site.log())
            fuse.hang()
            (problem,) = unreachable(site.until_told("unreachable"))
            assert problem["root"] == "root"
            (other / "c.txt").write_text("another root, edited")
            until(lambda: ("changed", "c.txt", 2) in site.log())
            fuse.answer()
            site.until_healthy()
        assert site.deleted() == []


@in_own_mounts
def test_without_a_daemon_every_verb_that_asks_its_folder_says_that_it_does_not_answer(site: Site) -> None:
    source, far = far_of(site)
    site.write(a="here")
    (source / "b.txt").write_text("there")
    with Fuse(source, far) as fuse:
        site.command.ask("scan", site.root, far)
        fuse.hang()
        site.write(a="edited")
        for words in (
            ("scan", site.root, far),
            ("check", far),
            ("restore", "b.txt@1", "--force"),
            ("restore", "a.txt@1", "--to", far / "a.txt"),
            ("roots", "relocate", "root", far),
        ):
            began = time.time()
            refused = site.command.ask(*words, code=4)
            assert f"{far} does not answer" in refused.error
            assert time.time() - began < 4 * SOON
        assert site.log()[2:] == [("changed", "a.txt", 2)]
        assert ledger(site, "far")[-1] == ("blind", "unreachable")
        fuse.answer()
        site.command.ask("scan", far)
        assert ledger(site, "far")[-1] == ("scanned", None)


@in_own_mounts
def test_a_scan_does_not_wait_for_what_is_mounted_below_its_root(site: Site) -> None:
    source, _ = far_of(site)
    (site.root / "sub").mkdir()
    with Fuse(source, site.root / "sub") as fuse:
        (source / "b.txt").write_text("there")
        site.command.ask("scan", site.root)
        fuse.hang()
        for verb in ("scan", "check"):
            refused = site.command.refused(verb, site.root, code=4)
            assert f"{site.root / 'sub'} does not answer" in refused.error
        fuse.answer()
        site.command.ask("scan", site.root)
        assert site.deleted() == []
