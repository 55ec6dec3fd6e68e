"""The daemon among other processes: waiting for it, asking it, refusing a second one, stopping it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import oracle
from tests.command import PATIENCE, Command
from tests.daemon import Daemon, until
from tests.postgres import Server
from tests.site import Site

# -- sync -------------------------------------------------------------------------------------


def test_sync_needs_a_daemon(each_site: Site) -> None:
    each_site.write("a.txt", "x\n")
    each_site.scan()
    refused = each_site.command.refused("sync", "--timeout", "2", code=4)

    assert "daemon" in refused.error
    assert "ingest watch" in refused.hint


def test_after_sync_everything_written_before_it_is_in_the_store(each_site: Site) -> None:
    """A delete too, which waits a second for its other half."""
    site = each_site
    for number in range(20):
        site.write(f"{number:02}.txt", f"File {number}.\n")
    with site.watch():
        for number in range(20):
            (site.root / f"{number:02}.txt").unlink()
            site.write(f"new {number:02}.txt", f"New file {number}.\n")
        synced = site.command.record("sync")

        told = site.told(since=20)
        assert sorted(told) == [
            *(f"created new {number:02}.txt @1" for number in range(20)),
            *(f"deleted {number:02}.txt (removed)" for number in range(20)),
        ]
        assert synced["seq"] == 60
        site.holds(sample=0)


def test_sync_of_an_idle_daemon_scans_nothing(site: Site) -> None:
    site.write("a.txt", "x\n")
    with site.watch() as daemon:
        for _ in range(5):
            site.command.ask("sync")

        assert len(daemon.events("scan_finished")) == 1


def test_sync_fails_while_the_daemon_does_not_run_on(each_site: Site) -> None:
    """It is stopped by a signal: it cannot know what was announced, and does not pretend to."""
    site = each_site
    with site.watch() as daemon:
        daemon.pause()
        site.write("a.txt", "Written while it stood still.\n")
        refused = site.command.refused("sync", "--timeout", "1", code=4)
        assert refused.error
        assert site.told() == []
        daemon.resume()
        daemon.sync()
        assert site.told() == ["created a.txt @1"]


def test_sync_of_a_polled_root_waits_for_the_next_poll(site: Site) -> None:
    variables = {"INGEST_POLL_SECONDS": "1"}
    site = Site(site.folder, Command(site.command.database, site.folder, variables))
    site.write("a.txt", "one\n")
    with site.watch("--backend", "poll") as daemon:
        assert site.command.record("status")["roots"][0]["backend"] == "poll"
        site.write("a.txt", "two, longer\n")
        site.write("b.txt", "new\n")
        daemon.sync()
        assert sorted(site.told(since=1)) == ["changed a.txt @2", "created b.txt @1"]
        (site.root / "a.txt").rename(site.root / "c.txt")
        (site.root / "b.txt").unlink()
        daemon.sync()
        assert sorted(site.told(since=3)) == ["deleted b.txt (removed)", "moved a.txt -> c.txt @2"]
        site.holds(sample=0)


# -- beside a daemon --------------------------------------------------------------------------


def test_a_scan_beside_a_daemon_is_done_by_the_daemon(each_site: Site) -> None:
    site = each_site
    site.write("a.txt", "x\n")
    with site.watch() as daemon:
        before = site.command.record("status")["roots"][0]["last_scan_at"]
        counts = site.scan()
        assert counts["seq"] == 1
        assert site.command.record("status")["roots"][0]["last_scan_at"] > before
        assert len(daemon.events("scan_finished")) >= 2


def test_a_second_daemon_is_refused_and_the_holder_is_named(each_site: Site) -> None:
    """On the store where it is SQLite, on the root where it is Postgres."""
    site = each_site
    with site.watch() as daemon:
        refused = site.command.refused("watch", site.root, code=4)
        assert str(daemon.pid) in refused.error
        assert refused.hint
        assert daemon.alive


def test_a_second_store_on_the_same_root_is_refused_and_the_holder_is_named(site: Site) -> None:
    other = Command(f"sqlite:///{site.folder}/other/ingest.db", site.folder)
    with site.watch() as daemon:
        for verb in ("watch", "scan"):
            refused = other.refused(verb, site.root, code=4)
            assert str(daemon.pid) in refused.error


def test_the_lock_of_a_killed_daemon_is_free(each_site: Site) -> None:
    daemon = each_site.watch()
    with daemon:
        daemon.kill()
        with each_site.watch():
            each_site.write("a.txt", "x\n")
            each_site.command.ask("sync")
            assert each_site.told() == ["created a.txt @1"]


def test_two_daemons_on_two_roots_share_one_postgres(each_site: Site) -> None:
    """On SQLite the store has one writer: the second is refused."""
    site = each_site
    (site.folder / "second").mkdir()
    with site.watch():
        if str(site.command.database).startswith("sqlite"):
            site.command.refused("watch", site.folder / "second", code=4)
            return
        with Daemon(site.command, site.folder / "second"):
            for number in range(10):
                site.write(f"{number}.txt", f"{number}\n")
                (site.folder / "second" / f"{number}.txt").write_text(f"Second {number}\n")
            site.command.ask("sync")
            changes = site.command.records("changes")
            assert [change["seq"] for change in changes] == list(range(1, 21))
            assert {change["root"] for change in changes} == {"root", "second"}
            oracle.holds(site.command, {"root": site.root, "second": site.folder / "second"}, sample=2)


# -- status, and its end ----------------------------------------------------------------------


def test_status_is_ok_while_it_runs_and_stopped_after(each_site: Site) -> None:
    site = each_site
    site.write("a.txt", "x\n")
    with site.watch():
        status = site.command.record("status", "--exit-code")
        assert (status["health"], status["documents"], status["versions"], status["seq"]) == ("ok", 1, 1, 1)
        assert (status["problems"], status["problems_total"], status["pending"]) == ([], 0, 0)
        (root,) = status["roots"]
        assert (root["name"], root["path"], root["backend"]) == ("root", str(site.root), "native")
        assert (root["unwatched_directories"], root["overflows"]) == (0, 0)
        assert root["watched_directories"] >= 1

        def told() -> bool:
            sinks = site.command.record("status")["sinks"]
            return bool(
                sinks
                == [
                    {"name": name, "cursor": 1, "lag": 0, "last_error": None}
                    for name in ("log:root", "index")
                ]
            )

        until(told)
    status = site.command.record("status", "--exit-code", code=4)
    assert (status["health"], status["documents"]) == ("stopped", 1)
    site.command.ask("status", code=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_in_the_middle_of_work(site: Site, number: signal.Signals) -> None:
    """Exit 0; the next start finds what is missing and repeats nothing."""
    with site.watch() as daemon:
        for part in range(300):
            site.write(f"{part % 10}/{part}.txt", f"File {part} of many.\n")
        daemon.send(number)
        assert daemon.wait() == 0
        assert daemon.events("stopped")
    site.scan()
    site.holds(sample=0)
    assert site.seq == 300


def test_one_wish_to_stop_that_comes_as_two_signals_ends_it_cleanly(site: Site) -> None:
    """As `timeout` sends them, to the process and to its group."""
    site.write("a.txt", "x\n")
    with site.watch() as daemon:
        daemon.pause()
        daemon.send(signal.SIGTERM)
        daemon.send(signal.SIGINT)
        daemon.resume()
        assert daemon.wait() == 0
        assert daemon.events("stopped")
    assert site.command.records("coverage")[-1]["reason"] == "stopped"


def test_a_second_signal_a_second_later_ends_it_at_once(site: Site) -> None:
    """The first one may wait for work, and exits with 0; the second does not, and its exit code says so."""
    with site.watch() as daemon, closing(sqlite3.connect(site.folder / "store" / "ingest.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        site.write("a.txt", "Written while the store is locked.\n")
        daemon.wait_for("store_unavailable")
        daemon.send(signal.SIGTERM)
        time.sleep(1.1)
        daemon.send(signal.SIGINT)
        code = daemon.wait()
        other.rollback()
    assert code == 128 + signal.SIGINT
    assert site.scan()["seq"] == 1


def test_a_daemon_on_a_terminal_stops_cleanly_when_that_is_closed(site: Site) -> None:
    master, slave = os.openpty()
    daemon = subprocess.Popen(
        # whoever runs the tests under nohup ignores the signal, and so would all that they start
        ["env", "--default-signal=HUP", *site.command.argv("watch", site.root)],
        cwd=site.folder,
        env=site.command.environment(),
        stdin=slave,
        stderr=subprocess.PIPE,
    )
    assert daemon.stderr is not None
    assert b'"started"' in daemon.stderr.readline()
    assert b'"scan_finished"' in daemon.stderr.readline()
    daemon.send_signal(signal.SIGHUP)
    _, lines = daemon.communicate(timeout=PATIENCE)
    os.close(slave)
    os.close(master)

    assert daemon.returncode == 0
    assert b'"stopped"' in lines
    assert site.command.records("coverage")[-1]["reason"] == "stopped"


def test_a_stopped_daemon_leaves_nothing_behind(site: Site) -> None:
    with site.watch():
        site.write("a.txt", "x\n")
        site.command.ask("sync")
        socket = site.folder / "store" / "ingest.db.sock"
        assert socket.is_socket()
        assert socket.stat().st_mode & 0o777 == 0o600

    assert sorted(path.name for path in (site.folder / "store").iterdir()) == ["ingest.db", "ingest.db.lock"]
    assert [path.name for path in (site.root / ".ingest").iterdir()] == ["root-id"]


def test_what_it_makes_is_for_its_user_alone(site: Site) -> None:
    site.write("a.txt", "x\n")
    with site.watch():
        made = [site.folder / "store", *(site.folder / "store").iterdir()]
        modes = {path.name: path.stat().st_mode & 0o777 for path in made}
    assert modes.pop("store") == 0o700
    assert set(modes.values()) == {0o600}, modes


def test_a_store_inside_the_root_is_not_taken_in_and_wakes_nothing(site: Site) -> None:
    command = Command(f"sqlite:///{site.root}/history/ingest.db", site.folder)
    site.write("a.txt", "x\n")
    with Daemon(command, site.root) as daemon:
        site.write("a.txt", "y, changed\n")
        daemon.sync()
        status = command.record("status")
        until(lambda: command.record("status")["pending"] == 0)
        assert command.record("status")["seq"] == status["seq"] == 2
        oracle.holds(command, {"root": site.root}, sample=1)


def test_a_store_may_lie_in_the_root_itself(site: Site) -> None:
    command = Command(f"sqlite:///{site.root}/ingest.db", site.folder)
    site.write("a.txt", "x\n")
    with Daemon(command, site.root):
        assert [one["path"] for one in command.records("ls")] == ["a.txt"]


def test_a_store_below_a_roots_own_folder_is_refused(site: Site) -> None:
    command = Command(f"sqlite:///{site.root}/.ingest/ingest.db", site.folder)
    for verb in ("watch", "scan"):
        refused = command.refused(verb, site.root, code=2)
        assert ".ingest" in refused.error
    assert not (site.root / ".ingest" / "ingest.db").exists()


def test_a_live_reader_sees_a_change_while_it_follows(each_site: Site) -> None:
    """`changes --follow` is woken by the daemon, and ends quietly when its reader goes away."""
    site = each_site
    site.write("a.txt", "x\n")
    with site.watch():
        follower = subprocess.Popen(
            # whoever runs the tests in the background of a script ignores the signal, and so would all
            ["env", "--default-signal=INT", *site.command.argv("changes", "--follow", json=True)],
            cwd=site.folder,
            env=site.command.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert follower.stdout is not None
        assert b'"a.txt"' in follower.stdout.readline()
        site.write("b.txt", "y\n")
        assert b'"b.txt"' in follower.stdout.readline()
        site.write("a.txt", "z\n")
        assert b'"document.changed"' in follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=PATIENCE)

    assert b"Traceback" not in errors
    assert follower.returncode in {0, 130}


# -- the door of a store on a server ----------------------------------------------------------


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.mark.parametrize("daemon_has", ["XDG_RUNTIME_DIR", "RUNTIME_DIRECTORY", "neither"])
def test_the_door_is_found_by_a_client_with_another_environment(
    folder: Path, postgres_url: str, daemon_has: str
) -> None:
    """A service manager's daemon, and one that a login started: each is found from the other's side."""
    for name in ("run", "run/ingest", "other", "tmp"):
        (folder / name).mkdir(mode=0o700)
    none = {"XDG_RUNTIME_DIR": "", "RUNTIME_DIRECTORY": "", "TMPDIR": str(folder / "tmp")}
    where = {"XDG_RUNTIME_DIR": "run", "RUNTIME_DIRECTORY": "run/ingest"}.get(daemon_has)
    own = none if where is None else none | {daemon_has: str(folder / where)}
    daemon = Site(folder, Command(postgres_url, folder, own))
    # a socket of a dead daemon lies where the client looks first
    client = Site(
        folder,
        Command(
            postgres_url,
            folder,
            none
            | {"XDG_RUNTIME_DIR": str(folder / "other"), "RUNTIME_DIRECTORY": str(folder / "run/ingest")},
        ),
    )
    with client.watch() as killed:
        killed.kill()
    assert len(list(folder.glob("other/ingest/*.sock"))) == 1

    with daemon.watch():
        client.write("a.txt", "x\n")
        client.command.ask("sync")
        assert client.told() == ["created a.txt @1"]
        assert client.command.record("status")["health"] == "ok"
        assert client.scan()["files"] == 1


def test_a_daemon_takes_away_the_sockets_that_dead_ones_left(folder: Path, postgres_url: str) -> None:
    """Those of living ones stay, and what is no socket."""
    site = Site(folder, Command(postgres_url, folder))
    roots = [folder / name for name in ("one", "two", "three")]
    for root in roots:
        root.mkdir()
    living = Daemon(site.command, roots[0])
    with living:
        with Daemon(site.command, roots[1]) as dead:
            dead.kill()
        other = folder / "ingest" / f"{'0' * 32}.sock"
        other.touch()
        assert len(list(folder.glob("ingest/*.sock"))) == 3
        with Daemon(site.command, roots[2], ready="started"):
            assert len(list(folder.glob("ingest/*.sock"))) == 3
            site.command.ask("sync", "--root", "one")
            site.command.ask("sync", "--root", "three")
            site.command.refused("sync", "--root", "two", code=4)
        assert other.exists()


NEVER_LOOKS = """
from ingest.cli.verbs import changes
changes.POLL = changes.RETRY = 86400.0
from ingest.__main__ import main
main()
"""


def test_a_live_reader_is_woken_by_each_of_several_daemons(folder: Path, postgres_url: str) -> None:
    """It would not look again by itself while the test lasts."""
    command = Command(postgres_url, folder)
    roots = [folder / name for name in ("one", "two")]
    for root in roots:
        root.mkdir()
    with Daemon(command, roots[0]), Daemon(command, roots[1]):
        follower = subprocess.Popen(
            [sys.executable, "-c", NEVER_LOOKS, *command.argv("changes", "--follow", json=True)[3:]],
            cwd=folder,
            env=command.environment(),
            stdout=subprocess.PIPE,
        )
        assert follower.stdout is not None
        told = []
        try:
            for number in range(16):
                (roots[number % 2] / f"{number}.txt").write_text(f"This is {number}.\n")
                told.append(json.loads(follower.stdout.readline())["path"])
        finally:
            follower.kill()
            follower.communicate()

    assert told == [f"{number}.txt" for number in range(16)]
