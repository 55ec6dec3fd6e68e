"""The ledger: intervals that tile a root's time, and say how it was observed through stops and kills."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import time
from itertools import pairwise
from pathlib import Path

from tests.command import Record
from tests.daemon import until
from tests.site import Site

HEARTBEAT = 5.0


def moment(words: str) -> float:
    return dt.datetime.fromisoformat(words).timestamp()


def tiles(ledger: list[Record]) -> None:
    """Each interval begins where the one before ends, none is empty, and the last is still so."""
    for one, other in pairwise(ledger):
        assert one["to"] == other["from"], (one, other)
        assert one["from"] < one["to"], one
    assert ledger[-1]["to"] is None


def test_the_life_of_a_root_is_tiled_whatever_happens(each_site: Site) -> None:
    site = each_site
    site.write_texts(a="one")
    first = time.time()
    site.command.ask("scan", site.root)
    scanned = time.time()
    with site.watch():
        pass
    time.sleep(0.2)
    with site.watch() as killed:
        site.write_texts(a="two")
        killed.sync()
        killed.kill()
    site.command.ask("scan", site.root)
    with site.using(INGEST_BACKEND="poll", INGEST_POLL_SECONDS="1").watch():
        pass
    with site.watch():
        ledger = site.command.records("coverage")

    tiles(ledger)
    assert first - 1 < moment(ledger[0]["from"]) < scanned
    told = [(line["state"], line["reason"]) for line in ledger if line["state"] != "scanned"]
    # A life that ended before its second heartbeat may be blind as a whole.
    assert [one for one in told if one != ("watched", None)] == [("blind", "killed")]
    assert told[0] == told[-1] == ("watched", None)
    reasons = [line["reason"] for line in ledger if line["state"] == "scanned"]
    assert reasons.count("stopped") >= 2
    assert "polling" in reasons
    assert {line["root"] for line in ledger} == {"root"}


def test_a_kill_leaves_a_blind_interval_from_the_last_heartbeat_which_the_next_start_closes(
    each_site: Site,
) -> None:
    site = each_site
    site.write_texts(a="one")
    with site.watch() as daemon:
        time.sleep(1)
        killed = time.time()
        daemon.kill()
    time.sleep(1)
    again = time.time()
    with site.watch():
        ledger = site.command.records("coverage")

    tiles(ledger)
    (blind,) = [line for line in ledger if line["state"] == "blind"]
    assert killed - HEARTBEAT <= moment(blind["from"]) <= killed + 0.1
    assert moment(blind["to"]) >= again
    assert ledger[-1]["state"] == "watched"


def test_the_last_heartbeat_is_never_older_than_five_seconds(site: Site) -> None:
    """Asked of three kills at times of their own."""
    site.write_texts(a="one")
    for wait in (0.4, 3.1, 5.3):
        with site.watch() as daemon:
            time.sleep(wait)
            daemon.kill()
            killed = time.time()
        with site.watch():
            ledger = site.command.records("coverage")
        blind = [line for line in ledger if line["state"] == "blind"][-1]
        assert killed - HEARTBEAT - 0.1 <= moment(blind["from"]), wait


def test_a_clean_stop_is_scanned_until_the_next_start(site: Site) -> None:
    site.write_texts(a="one")
    began = time.time()
    with site.watch():
        pass
    stopped = time.time()
    assert site.coverage()[-1] == ("scanned", "stopped")
    time.sleep(0.5)
    with site.watch():
        ledger = site.command.records("coverage")

    (between,) = [line for line in ledger if line["reason"] == "stopped"]
    assert began <= moment(between["from"]) <= stopped
    assert ledger[-1]["state"] == "watched"
    assert "blind" not in {line["state"] for line in ledger}
    tiles(ledger)


def test_two_scans_and_what_lies_between_are_scanned(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    time.sleep(0.3)
    site.write_texts(a="two")
    site.command.ask("scan", site.root)

    ledger = site.command.records("coverage")
    tiles(ledger)
    assert {line["state"] for line in ledger} == {"scanned"}


def test_a_polled_root_is_scanned_and_never_watched(site: Site) -> None:
    site.write_texts(a="one")
    with site.using(INGEST_BACKEND="poll", INGEST_POLL_SECONDS="0.5").watch() as daemon:
        site.write_texts(a="two")
        daemon.sync()
        assert site.status()["roots"][0]["backend"] == "poll"
        states = site.coverage()

    assert states[-1] == ("scanned", "polling")
    assert "watched" not in {state for state, _ in states}
    assert site.log()[-1] == ("changed", "a.txt", 2)


def test_a_stretch_can_be_asked_for(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        time.sleep(0.5)
        daemon.kill()
    with site.watch():
        ledger = site.command.records("coverage")
        blind = next(line for line in ledger if line["state"] == "blind")
        inside = site.command.records("coverage", "root", "--since", blind["from"], "--until", blind["to"])
        until(lambda: site.status()["health"] == "ok")

    assert blind["state"] in {line["state"] for line in inside}
    assert len(inside) <= len(ledger)


def test_what_is_written_through_another_link_was_not_watched(site: Site) -> None:
    """No notification tells of it: the scan that finds it says that there may have been others."""
    site.write_texts(a="one")
    os.link(site.root / "a.txt", site.outside / "b.txt")
    with site.watch() as daemon:
        site.command.ask("scan", site.root)
        (site.outside / "b.txt").write_text("two")
        time.sleep(0.5)
        site.command.ask("scan", site.root)
        daemon.wait_for("unannounced")
        until(lambda: site.coverage()[-1] == ("watched", None))
        assert ("scanned", "unannounced") in site.coverage()
        tiles(site.command.records("coverage"))
    site.holds(after=[daemon])


def test_the_ledger_has_a_scan_before_the_root_does(site: Site) -> None:
    """Whoever reads both must find no scan that the ledger does not know: the store refuses it here."""
    site.write_texts(a="one")
    site.command.ask("db", "upgrade")
    database = sqlite3.connect(site.database)
    database.execute(
        "CREATE TRIGGER ledger_first BEFORE UPDATE OF last_scan_at ON root "
        "WHEN NEW.last_scan_at IS NOT OLD.last_scan_at "
        "AND NOT EXISTS (SELECT 1 FROM coverage WHERE root_id = NEW.id AND to_at IS NULL) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger does not know of this scan'); END"
    )
    database.close()
    with site.watch() as daemon:
        assert site.coverage() == [("watched", None)]
        assert site.status()["last_scan_at"] is not None
    assert not daemon.events("store_unavailable")


def test_saves_that_waited_when_the_daemon_stopped_are_not_called_watched(site: Site) -> None:
    with site.using(INGEST_QUIET_SECONDS="60", INGEST_HOLD_SECONDS="60").watch() as daemon:
        time.sleep(0.5)
        site.write_texts(new="one")
        time.sleep(1.5)
        asked = time.time()
    site.write_texts(new="two")
    with site.watch():
        ledger = site.command.records("coverage")
    assert [change for change in site.log() if change[1] == "new.txt"] == [("created", "new.txt", 1)]

    tiles(ledger)
    stopped = [line for line in ledger if line["reason"] == "stopped"]
    assert moment(stopped[-1]["from"]) < asked
    assert daemon.events("stopped")


def test_a_document_may_be_asked_whether_it_was_watched(site: Site) -> None:
    def answer(*words: str) -> str:
        return site.command.ask("coverage", "--document", "a.txt", *words).text

    site = site.using(INGEST_MAX_BYTES="100")
    with site.watch() as daemon:
        site.write_texts(a="one")
        daemon.sync()
        assert "each state that rested until it was read is a version" in answer()
        assert "a state may have no version" in answer("--since", "2001-01-01", "--until", "2001-02-01")
        assert "a state may have no version" in answer("--since", "2001-01-01")
        site.write_texts(a="x" * 200)
        until(lambda: site.status()["rejected"] == 1)
        site.write_texts(a="two")
        until(lambda: site.status()["rejected"] == 0)
        daemon.sync()
        told = answer()
        records = site.command.records("coverage", "--document", "a.txt")
    assert "a state may have no version" in told
    assert [(line["state"], line["reason"]) for line in records] == [
        ("watched", None),
        ("blind", "too_large"),
        ("watched", None),
    ]


def test_a_killed_daemon_is_not_called_watching(site: Site) -> None:
    """Its socket tells at once that nobody listens; its last heartbeat is young."""
    site.write_texts(a="one")
    with site.watch() as daemon:
        daemon.kill()
        assert site.coverage()[-1] == ("blind", "killed")


def test_the_same_bytes_again_end_a_rejection(site: Site) -> None:
    """They are no change, so the log has nothing that ends it."""
    site = site.using(INGEST_MAX_BYTES="100")
    with site.watch() as daemon:
        site.write_texts(a="one")
        daemon.sync()
        site.write_texts(a="x" * 200)
        until(lambda: site.status()["rejected"] == 1)
        site.write_texts(a="one")
        until(lambda: site.status()["rejected"] == 0)
        records = site.command.records("coverage", "--document", "a.txt")
    assert [line["state"] for line in records] == ["watched", "blind", "watched"]


def test_an_unseen_save_just_before_a_scan_is_doubted_from_the_scan_before(site: Site) -> None:
    """The scan looks at it later, when it has rested; a stop meanwhile forgets nothing."""
    site.write_texts(a="one")
    os.link(site.root / "a.txt", site.outside / "b.txt")
    with site.watch() as daemon:
        site.command.ask("scan", site.root)
        earlier = time.time()
        time.sleep(0.6)
        (site.outside / "b.txt").write_text("two")
        time.sleep(0.6)
        (site.outside / "b.txt").write_text("three")
        site.command.ask("scan", site.root)
    ledger = site.command.records("coverage")
    assert site.log()[-1] == ("changed", "a.txt", 2)
    # where the machine did not run the daemon for seconds, that is the reason, and it says so
    stalled = daemon.events("stalled") + daemon.events("clock_jumped")
    assert stalled or daemon.events("unannounced"), daemon.lines
    (doubt, *_) = [line for line in ledger if line["state"] == "scanned" and line["reason"] != "startup"]
    assert stalled or doubt["reason"] == "unannounced"
    assert moment(doubt["from"]) <= earlier
    assert ledger[-1]["reason"] == "stopped"
    tiles(ledger)


def test_a_deletion_that_is_announced_after_its_scan_found_it_is_no_doubt(site: Site) -> None:
    site.write_texts(a="one", **{f"gone{number}": f"text {number}" for number in range(20)})
    with site.watch() as daemon:
        site.command.ask("scan", site.root)
        for number in range(20):
            (site.root / f"gone{number}.txt").rename(site.outside / f"gone{number}.txt")
            if number % 5 == 0:
                site.command.ask("scan", site.root)
        daemon.sync()
        time.sleep(3.5)  # a doubt is told two seconds after
        assert site.coverage() == [("watched", None)]
        assert not daemon.events("unannounced")


def test_a_stop_ends_nothing_that_was_not_observed(site: Site) -> None:
    site.write_texts(a="one")
    away = site.folder / "away"
    with site.watch() as daemon:
        site.root.rename(away)
        daemon.wait_for("root_lost")
    assert site.coverage()[-1] == ("blind", "root_missing")
    away.rename(site.root)
    site.command.ask("scan", site.root)
    assert site.coverage()[-1] == ("scanned", None)


def test_a_daemon_that_does_not_answer_is_believed_by_its_heartbeat(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        database = sqlite3.connect(site.database)
        _stop_between_commits(daemon.pid, database)
        try:
            assert site.coverage()[-1] == ("watched", None)
            database.execute("UPDATE root SET heartbeat_at = heartbeat_at - 60000000")
            database.commit()
            database.close()
            assert site.coverage()[-1][0] == "blind"
        finally:
            os.kill(daemon.pid, signal.SIGCONT)


def _stop_between_commits(pid: int, database: sqlite3.Connection) -> None:
    """Stop a process where it holds no lock of the database."""

    def is_free() -> bool:
        os.kill(pid, signal.SIGSTOP)
        until(lambda: _states(pid) == {"T"}, what="each thread to stop")  # the kernel stops them one by one
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
        database.rollback()
        return True

    until(is_free, what="the lock of the database to be free")


def _states(pid: int) -> set[str]:
    stats = Path(f"/proc/{pid}/task").glob("*/stat")
    try:
        return {stat.read_text().rpartition(") ")[2][0] for stat in stats}
    except (FileNotFoundError, ProcessLookupError):  # a thread ended meanwhile
        return set()


def test_a_damaged_report_of_a_root_stops_nothing(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch():
        pass
    database = sqlite3.connect(site.database)
    database.execute("UPDATE root SET report = substr(report, 2)")
    database.commit()
    database.close()

    assert site.command.run("verify").code == 5
    assert site.coverage()[-1] == ("scanned", "stopped")
    with site.watch() as daemon:
        daemon.sync()
        site.command.ask("report")


def unread(ledger: list[Record], begin: float, end: float) -> None:
    """Nothing of this stretch is called watched."""
    for line in ledger:
        if line["state"] == "watched":
            until = moment(line["to"]) if line["to"] else float("inf")
            assert until <= begin or moment(line["from"]) >= end, (line, begin, end)


def rest(site: Site, states: int) -> list[float]:
    """Save so many states, each of which rests; when each began, and when the last was saved."""
    times = []
    for number in range(states):
        (site.root / "b.txt").write_text(f"state {number}")
        times.append(time.time())
        time.sleep(0.6)
    return times


def test_states_that_rested_while_the_daemon_waited_for_the_store_are_not_called_watched(site: Site) -> None:
    site.write_texts(a="one", b="zero")
    with site.watch() as daemon:
        other = sqlite3.connect(site.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        site.write_texts(a="two")
        time.sleep(0.5)
        times = rest(site, 4)
        other.execute("COMMIT")
        other.close()
        daemon.sync()
        ledger = site.command.records("coverage")
        versions = [change for change in site.log() if change[1] == "b.txt"]
    tiles(ledger)
    assert len(versions) < 5  # else nothing was late
    assert ("scanned", "late") in [(line["state"], line["reason"]) for line in ledger]
    unread(ledger, times[0] + 0.3, times[-1])
    assert ledger[-1]["state"] == "watched"
    assert daemon.events("late")


def test_states_that_rested_while_the_daemon_was_stopped_are_not_called_watched(site: Site) -> None:
    site.write_texts(b="zero")
    with site.watch() as daemon:
        os.kill(daemon.pid, signal.SIGSTOP)
        times = rest(site, 3)
        os.kill(daemon.pid, signal.SIGCONT)
        until(lambda: site.log()[-1] == ("changed", "b.txt", 2))
        daemon.sync()
        ledger = site.command.records("coverage")
    tiles(ledger)
    unread(ledger, times[0], times[-1])
    assert ledger[-1]["state"] == "watched"
