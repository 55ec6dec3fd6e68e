"""A file system that does not answer: its root is told unreachable, and nobody else waits for it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tests.command import Record
from tests.daemon import until
from tests.faults.fuse import Fuse
from tests.faults.machine import needs_fuse, needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.site import Site

pytestmark = [needs_mounts, needs_fuse]
SOON = 5.0  # seconds; the file system hangs for longer than any of this takes


def far_of(site: Site) -> tuple[Path, Path]:
    """The other side of a mount, and the folder it is mounted on."""
    source, far = site.folder / "source", site.folder / "far"
    source.mkdir()
    far.mkdir()
    return source, far


def unreachable(status: Record) -> list[Record]:
    return [problem for problem in status["problems"] if problem["code"] == "unreachable"]


def ledger(site: Site, root: str) -> list[tuple[str, str | None]]:
    return [(line["state"], line["reason"]) for line in site.command.records("coverage", root)]


@in_own_mounts
def test_a_root_that_hangs_is_told_costs_the_others_nothing_and_is_taken_up_again(site: Site) -> None:
    """Though its server came up after the daemon, which found an empty folder."""
    source, far = far_of(site)
    site.write_texts(a="here")
    (source / "b.txt").write_text("there")
    fast = site.using(INGEST_POLL_SECONDS="0.5")
    with Fuse(source, far):
        site.command.ask("scan", far)
    with fast.watch(far, ready="started") as daemon, Fuse(source, far) as fuse:
        until(lambda: ledger(site, "far")[-1] == ("scanned", "polling"))
        assert {root["name"]: root["backend"] for root in site.status()["roots"]} == {
            "root": "native",
            "far": "poll",
        }
        began = time.time()
        fuse.hang()
        (source / "b.txt").write_text("changed while nobody answers")
        site.write_texts(a="here, edited")
        until(lambda: ("changed", "a.txt", 2) in site.log())
        assert time.time() - began < SOON

        (problem,) = unreachable(site.until_problem("unreachable"))
        assert (problem["root"], problem["path"]) == ("far", None)
        since = problem["since"].replace("T", " ")[:19]
        assert f"its file system does not answer  since {since}" in site.command.ask("--utc", "status").text
        assert site.status()["health"] == "degraded"
        refused = site.command.refused("scan", far, code=4)
        assert refused.error == "root far: its file system does not answer"
        assert refused.hint == "see to what is mounted there"
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
        daemon.end()
    assert ledger(site, "far")[-1] == ("scanned", "stopped")


@in_own_mounts
def test_a_stop_does_not_wait_for_it_nor_does_a_start_nor_the_doctor(site: Site) -> None:
    source, far = far_of(site)
    site.write_texts(a="here")
    (source / "b.txt").write_text("there")
    fast = site.using(INGEST_POLL_SECONDS="0.5")
    with Fuse(source, far) as fuse:
        with fast.watch(far) as daemon:
            until(lambda: ("created", "b.txt", 1) in site.log())
            fuse.hang()
            site.until_problem("unreachable")
            began = time.time()
            daemon.stop()
            assert time.time() - began < SOON
        assert ledger(site, "far")[-1] == ("blind", "unreachable")

        began = time.time()
        doctor = site.command.run("doctor")
        assert doctor.code == 1
        assert f"{far} does not answer" in doctor.text
        assert time.time() - began < 4 * SOON

        with fast.watch(far, ready="started") as again:
            site.write_texts(a="edited")
            until(lambda: ("changed", "a.txt", 2) in site.log())
            site.until_problem("unreachable")
            fuse.answer()
            site.until_healthy()
            again.sync()
        assert site.deleted() == []


@in_own_mounts
def test_a_server_that_is_mounted_below_a_watched_root_gives_it_a_process_of_its_own(site: Site) -> None:
    source, _ = far_of(site)
    other = site.folder / "other"
    other.mkdir()
    (site.root / "sub").mkdir()
    site.write_texts(a="here")
    (other / "c.txt").write_text("another root")
    with site.using(INGEST_POLL_SECONDS="0.5").watch(other) as daemon:
        with Fuse(source, site.root / "sub") as fuse:
            (source / "b.txt").write_text("there")
            until(lambda: ("created", "sub/b.txt", 1) in site.log())
            site.write_texts(a="edited")
            daemon.sync()
            until(lambda: ("changed", "a.txt", 2) in site.log())
            fuse.hang()
            (problem,) = unreachable(site.until_problem("unreachable"))
            assert problem["root"] == "root"
            (other / "c.txt").write_text("another root, edited")
            until(lambda: ("changed", "c.txt", 2) in site.log())
            fuse.answer()
            site.until_healthy()
        assert site.deleted() == []


# What is done, and after how many answered requests the file system falls silent in the midst of it.
SILENT_AFTER = (
    (0, ("scan",)),
    (40, ("scan",)),
    (6, ("scan", "--adopt", "far")),
    (20, ("check",)),
    (6, ("restore", "b0.txt@1", "--force")),
    (3, ("restore", "a.txt@1", "--to", "far/a.txt")),
    (12, ("export", "far/out")),
    (4, ("report", "--html", "far/report.html")),
    (4, ("show", "b0.txt@1", "-o", "far/b0.txt")),
    (2, ("roots", "relocate", "root", "far")),
)


@in_own_mounts
def test_a_file_system_that_falls_silent_in_the_midst_of_a_verb_ends_it(site: Site) -> None:
    source, far = far_of(site)
    quick = site.using(TESTS_PATIENCE="0.3")
    site.write_texts(a="here")
    for number in range(9):
        (source / f"b{number}.txt").write_text(f"there {number}")
    with Fuse(source, far) as fuse:
        site.command.ask("scan", site.root, far)
        for number, (requests, words) in enumerate(SILENT_AFTER):
            site.write_texts(a=f"here, edited {number}")
            (source / "b0.txt").write_text(f"there, edited {number}")
            fuse.hang_after(requests)
            refused = quick.command.ask(*words, code=4)
            assert f"{far} does not answer" in refused.error
            if words == ("scan",):  # the other root is done
                assert refused.out.startswith(b"changed   root/a.txt @")
                assert ledger(site, "far")[-1] == ("blind", "unreachable")
            if words == ("check",):
                assert refused.out == b"changed   root/a.txt\n1 file, 1 changed\n"
            fuse.answer()
        until(lambda: not list(source.rglob("*.tmp")), what="what was begun is taken away")
        assert [entry.name for entry in (source / ".ingest").iterdir()] == ["root-id"]
        assert all((source / name).read_text() == "here" for name in ("a.txt",) if (source / name).exists())

        away = replace(quick.command, database=f"sqlite:///{far}/ingest.db")
        fuse.hang()
        for verb in ("log", "scan"):
            assert f"is on {far}, which does not answer" in away.ask(verb, code=4).error
        *_, store = away.records("doctor", code=1)
        assert (store["check"], store["state"]) == ("store", "error")
        (site.root / "a.txt").unlink()
        (site.root / "a.txt").symlink_to(far / "b0.txt")  # which nobody needs to follow
        assert "exists" in site.command.ask("restore", "a.txt@1", "--root", "root", code=2).error
        site.command.ask("restore", "a.txt@1", "--root", "root", "--force")
        assert (site.root / "a.txt").read_text() == "here"
        fuse.answer()

        fuse.hold("b3.txt")  # all else answers
        refused = quick.command.ask("check", "--deep", far, code=4)
        assert f"{far} does not answer" in refused.error
        fuse.answer()
        site.command.ask("scan", far)
        assert site.deleted() == []
        assert ledger(site, "far")[-1] == ("scanned", None)

        fuse.die()  # of what is there nobody knows, which is not that there is no store
        gone = f"the store {far}/ingest.db cannot be looked at: Transport endpoint is not connected"
        assert away.ask("log", code=4).error == gone


@in_own_mounts
def test_a_verb_does_not_wait_for_what_is_mounted_below_its_root(site: Site) -> None:
    source, _ = far_of(site)
    quick = site.using(TESTS_PATIENCE="0.3")
    (site.root / "sub").mkdir()
    with Fuse(source, site.root / "sub") as fuse:
        (source / "b.txt").write_text("there")
        site.command.ask("scan", site.root)
        fuse.hang()
        for verb in ("scan", "check"):
            refused = quick.command.refused(verb, site.root, code=4)
            assert f"{site.root / 'sub'} does not answer" in refused.error
        fuse.answer()
        site.command.ask("scan", site.root)
        assert site.deleted() == []
