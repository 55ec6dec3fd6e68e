"""One process captures a root, and one a SQLite store: a second is refused at once, naming the first."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tests.command import PATIENCE, Command, Word
from tests.daemon import Daemon, until
from tests.site import Site


def refused_at_once(command: Command, verb: str, *words: Word, pid: int) -> None:
    """Refused with exit 4 and the holder's pid. Who waited for the lock would never be done."""
    patient = replace(command, variables={**command.variables, "INGEST_BUSY_SECONDS": str(2 * PATIENCE)})
    answer = patient.run(verb, *words)
    assert answer.code == 4, answer
    assert str(pid) in answer.error, answer
    assert answer.notes[0].startswith("error: "), answer


def other_store(site: Site, name: str) -> Command:
    return replace(site.command, database=f"sqlite:///{site.folder}/{name}/ingest.db")


def test_a_second_watch_on_one_store_is_refused(site: Site) -> None:
    other = site.folder / "other"
    other.mkdir()
    with site.watch() as daemon:
        refused_at_once(site.command, "watch", other, pid=daemon.pid)
        refused_at_once(site.command, "watch", site.root, pid=daemon.pid)
        assert daemon.alive
        daemon.sync()


def test_a_second_watch_on_one_root_is_refused_whatever_its_store(site: Site) -> None:
    link = site.folder / "link"
    link.symlink_to(site.root)
    second = other_store(site, "second")
    with site.watch() as daemon:
        for root in (site.root, link, Path(f"{site.folder}/outside/../root")):
            refused_at_once(second, "watch", root, pid=daemon.pid)
        refused_at_once(second, "scan", site.root, pid=daemon.pid)
        site.write_texts(a="still captured")
        daemon.sync()
        assert site.log() == [("created", "a.txt", 1)]


def test_a_second_watch_on_one_root_is_refused_on_each_database(each_site: Site) -> None:
    site = each_site
    with site.watch() as daemon:
        refused_at_once(site.command, "watch", site.root, pid=daemon.pid)
        site.write_texts(a="still captured")
        daemon.sync()
        assert site.log() == [("created", "a.txt", 1)]


def test_a_lock_is_free_as_soon_as_its_holder_is_killed(each_site: Site) -> None:
    site = each_site
    daemon = site.watch()
    with daemon:
        daemon.kill()
    with site.watch() as second:
        site.write_texts(a="captured by the second")
        second.sync()
        assert site.log() == [("created", "a.txt", 1)]


def test_a_scan_beside_a_watch_asks_it_and_waits(each_site: Site) -> None:
    site = each_site
    with site.watch() as daemon:
        site.write_texts(a="one", b="two")
        site.command.ask("scan", site.root)
        assert sorted(site.listing()) == ["a.txt", "b.txt"]
        assert daemon.alive


def test_a_store_inside_its_root_is_left_out_and_its_writes_wake_nothing(site: Site) -> None:
    inside = replace(site, command=replace(site.command, database=f"sqlite:///{site.root}/data/ingest.db"))
    site.write_texts(a="one")
    with inside.watch() as daemon:
        assert inside.log() == [("created", "a.txt", 1)]
        until(lambda: not inside.status()["pending"])
        before, began = _cpu_seconds(daemon), time.monotonic()
        time.sleep(4)  # heartbeats are written meanwhile
        assert _cpu_seconds(daemon) - before < 0.2 * (time.monotonic() - began)
        daemon.sync()
        assert inside.log() == [("created", "a.txt", 1)]
        assert inside.command.ask("check", site.root).code == 0
        inside.holds(after=[daemon])


def _cpu_seconds(daemon: Daemon) -> float:
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_scan_of_a_new_root_beside_a_watch_of_another_leaves_no_trace(site: Site) -> None:
    other = site.folder / "other"
    other.mkdir()
    (other / "x.txt").write_text("never taken in")
    with site.watch():
        site.command.refused("scan", other, code=4)

        assert [root["name"] for root in site.command.records("roots")] == ["root"]
        assert site.status()["health"] == "ok"


def test_a_root_that_no_running_daemon_captures_is_named(site: Site) -> None:
    other = site.folder / "other"
    other.mkdir()
    site.command.ask("scan", other)
    with site.watch():
        status = site.status()

    assert status["health"] == "blind"
    assert [(problem["code"], problem["root"]) for problem in status["problems"]] == [("blind", "other")]
