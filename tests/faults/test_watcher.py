"""The watcher that goes deaf, dies, or never saw: noticed, rebuilt or polled, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.command import Command, Word
from tests.daemon import until
from tests.faults.deafen import lose_a_watch, take_all_watches
from tests.faults.machine import needs_own_limits
from tests.site import Prefixed, Site


@pytest.mark.parametrize("gap", [0.05, 0.3])
def test_a_dead_reading_thread_is_noticed_and_the_watcher_rebuilt(site: Site, gap: float) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        lose_a_watch(site.root, site.outside / "gone", gap)
        (site.root / "b.txt").write_text("written when nobody heard")
        # The library may be mended one day: then there is nothing to rebuild, and the rest must hold.
        until(
            lambda: daemon.events("watcher_rebuilt") or "b.txt" in site.listing(),
            what="the dead watcher is noticed",
        )
        site.until_healthy()
        (site.root / "c.txt").write_text("written afterwards")
        daemon.sync()

        assert site.listing().keys() == {"a.txt", "b.txt", "c.txt"}
        site.holds(after=[daemon])
    if daemon.events("watcher_rebuilt"):
        assert [state for state, _ in site.coverage()].count("blind") >= 1
        assert "watched" in [state for state, _ in site.coverage()][2:]


def test_a_watcher_whose_watches_are_gone_is_noticed_while_its_threads_live(site: Site) -> None:
    """Nothing fails and nothing is heard: only the cookie, which does not come back, can tell."""
    site.write_texts(a="one")
    with site.watch() as daemon:
        assert take_all_watches(daemon.pid) >= 2
        (site.root / "b.txt").write_text("written when nobody heard")
        until(lambda: "b.txt" in site.listing(), what="the deaf watcher is noticed")
        site.until_healthy()
        (site.root / "c.txt").write_text("written afterwards")
        daemon.sync()

        assert site.listing().keys() == {"a.txt", "b.txt", "c.txt"}
        site.holds(after=[daemon])
    # from the last cookie that came back on, it is not called watched
    assert site.coverage()[1] == ("scanned", "unwatched")


@dataclass(frozen=True)
class Wounded(Command):
    """The command with one thread that SIGUSR1 kills."""

    thread: str = ""

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The whole command line of a call."""
        whole = super().argv(*words, json=json)
        start = [sys.executable, "-m", "tests.faults.wounded", self.thread]
        return [os.fsencode(word) for word in start] + whole[3:]

    def environment(self) -> dict[str, str]:
        """The environment of a call, with the tests on the path."""
        return super().environment() | {"PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.parametrize("thread", ["InotifyFD", "InotifyObserver", "InotifyEmitter"])
def test_a_watcher_thread_that_dies_is_noticed_and_the_watcher_rebuilt(site: Site, thread: str) -> None:
    site.write_texts(a="one", sub__b="two")
    with replace(site, command=Wounded(site.command.database, site.folder, thread=thread)).watch() as daemon:
        daemon.command = site.command
        daemon.send(signal.SIGUSR1)
        site.write_texts(c="heard by the thread as it dies")
        site.write_texts(sub__d="written when nobody heard")
        daemon.wait_for("watcher_rebuilt")
        site.until_healthy()
        site.write_texts(a="edited", sub__e="written afterwards")
        daemon.sync()

        site.holds(after=[daemon])
    assert site.listing().keys() == {"a.txt", "c.txt", "sub/b.txt", "sub/d.txt", "sub/e.txt"}


def test_when_the_thread_of_the_log_lines_dies_that_is_told_and_the_next_daemon_tells_the_changes(
    site: Site,
) -> None:
    site.write_texts(a="one")
    with replace(
        site, command=Wounded(site.command.database, site.folder, thread="log-lines")
    ).watch() as daemon:
        daemon.command = site.command
        until(lambda: daemon.changes, what="the line of a.txt")
        daemon.send(signal.SIGUSR1)
        died = daemon.wait_for("thread_died")
        assert (died["level"], died["thread"]) == ("error", "log-lines")
        assert "Wound" in died["exception"]
        status = site.until_problem("sink")
        assert (status["health"], "died" in status["sinks"][0]["last_error"]) == ("degraded", True)
        site.write_texts(b="nobody tells of it")
        daemon.sync()

        assert [change["path"] for change in daemon.changes] == ["a.txt"]
        assert not daemon.events("watcher_warning")
    with site.watch() as daemon:
        until(lambda: daemon.changes, what="the line of b.txt")

        assert [change["path"] for change in daemon.changes] == ["b.txt"]
        site.until_healthy()


def test_when_the_thread_of_the_index_dies_that_is_told_and_a_query_fills_the_index(site: Site) -> None:
    site.write_texts(a="One sentence.")
    with replace(site, command=Wounded(site.command.database, site.folder, thread="index")).watch() as daemon:
        daemon.command = site.command
        daemon.send(signal.SIGUSR1)
        daemon.wait_for("thread_died", thread="index")
        site.write_texts(b="Another sentence.")
        daemon.sync()

        assert [found["path"] for found in site.command.records("search", "another")] == ["b.txt"]
        status = site.status()
        errors = {sink["name"]: sink["last_error"] for sink in status["sinks"]}
        assert "died" in errors.pop("index")
        assert (status["health"], list(errors.values())) == ("ok", [None])


def test_folders_renamed_as_soon_as_they_are_filled_are_all_seen(site: Site) -> None:
    """For some of them the library loses the watch and says nothing."""
    with site.using(INGEST_POLL_SECONDS="2").watch() as daemon:
        for number in range(200):
            folder = site.root / f"new-{number}"
            folder.mkdir()
            (folder / "a.txt").write_text(f"Number {number}.")
            folder.rename(site.root / f"old-{number}")
        daemon.sync()
        for number in range(200):
            (site.root / f"old-{number}" / "b.txt").write_text(f"Later in {number}.")
        daemon.sync()

        site.holds(after=[daemon])
        assert len(site.listing()) == 400


def test_a_tree_that_is_moved_about_while_it_is_written_is_all_seen(site: Site) -> None:
    with site.using(INGEST_POLL_SECONDS="2").watch() as daemon:
        for number in range(40):
            top = site.root / f"{number}"
            (top / "x" / "y").mkdir(parents=True)
            (top / "x" / "y" / "a.txt").write_text(f"a of {number}")
            (top / "x").rename(top / "z")
            (top / "z" / "y" / "b.txt").write_text(f"b of {number}")
            if number % 3 == 0:
                top.rename(site.root / f"moved-{number}")
            if number % 5 == 0:
                shutil.rmtree(site.root / (f"moved-{number}" if number % 3 == 0 else f"{number}"))
        daemon.sync()

        site.holds(after=[daemon])


@needs_own_limits
def test_folders_past_the_limit_of_watches_are_counted_and_polled(site: Site) -> None:
    prefix = ["unshare", "-Ur", "sh", "-c", 'echo 5 >/proc/sys/user/max_inotify_watches; exec "$@"', "sh"]
    for number in range(11):
        site.write_texts(**{f"d{number}__a": f"Number {number}."})
    limited = _with_prefix(site, prefix)
    with limited.watch() as daemon:
        daemon.command = site.command
        status = site.until_problem("unwatched")
        assert status["health"] == "degraded"
        assert sum(root["unwatched_directories"] for root in status["roots"]) > 0
        assert len(site.listing()) == 11
        site.write_texts(**{f"d{number}__a": f"Edited {number}." for number in range(11)})
        site.write_texts(**{f"d{number}__b": f"New {number}." for number in range(11)})
        daemon.sync()
        site.holds(after=[daemon])
        assert sorted(version for _, version in site.listing().values()) == [1] * 11 + [2] * 11
        assert site.coverage()[-1][0] == "scanned"


@needs_own_limits
def test_a_root_that_cannot_be_watched_at_all_is_polled_and_says_so(site: Site) -> None:
    prefix = ["unshare", "-Ur", "sh", "-c", 'echo 0 >/proc/sys/user/max_inotify_watches; exec "$@"', "sh"]
    site.write_texts(a="one")
    with _with_prefix(site, prefix).watch() as daemon:
        daemon.command = site.command
        status = site.until_problem("unwatched")
        assert status["health"] == "degraded"
        assert status["roots"][0]["backend"] == "poll"
        site.write_texts(a="two", b="new")
        daemon.sync()
        assert site.log()[1:] == [("changed", "a.txt", 2), ("created", "b.txt", 1)]
        assert site.coverage()[-1] == ("scanned", "polling")


def _with_prefix(site: Site, prefix: Sequence[str]) -> Site:
    variables = {"INGEST_POLL_SECONDS": "1"}
    return replace(site, command=Prefixed(site.command.database, site.folder, variables, prefix))


def test_an_overflow_of_the_queue_is_counted_told_and_mended_by_a_scan(site: Site) -> None:
    site.write_texts(a="one")
    for folder in range(55):
        (site.root / f"d{folder}").mkdir()
    with site.watch() as daemon:
        daemon.pause()
        for folder in range(55):
            for number in range(110):
                (site.root / f"d{folder}" / f"{number}.txt").write_text(f"{folder} and {number}")
        daemon.resume()
        daemon.wait_for("overflow")
        until(lambda: site.status()["roots"][0]["overflows"] >= 1)
        daemon.sync()

        assert site.status()["health"] == "ok"
        assert len(site.listing()) == 6051
        site.holds(after=[daemon])
        states = site.coverage()
    assert states[-1][0] == "watched"
    assert {state for state, _ in states[1:-1]} & {"scanned", "blind"}


def test_a_daemon_that_was_stopped_and_continued_looks_at_everything_again(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        scans = len(daemon.events("scan_finished"))
        daemon.pause()
        site.write_texts(a="edited", b="new")
        daemon.resume()
        until(lambda: len(daemon.events("scan_finished")) > scans, what="a rescan after SIGCONT")
        daemon.sync()

        assert sorted(site.log()[1:]) == [("changed", "a.txt", 2), ("created", "b.txt", 1)]


def test_a_long_stop_is_told_and_is_not_called_watched(site: Site) -> None:
    """Longer than the heartbeat may be old: in that time nobody observed."""
    site.write_texts(a="one")
    with site.watch() as daemon:
        daemon.pause()
        stopped = time.time()
        time.sleep(7)
        site.write_texts(a="edited")
        daemon.resume()
        until(lambda: len(daemon.events("scan_finished")) > 1, what="a rescan after a stall")
        daemon.sync()
        ledger = site.command.records("coverage")

    assert site.log() == [("created", "a.txt", 1), ("changed", "a.txt", 2)]
    assert stopped
    assert any(line["state"] != "watched" for line in ledger[1:]), ledger
    assert ledger[-1]["state"] == "watched"
