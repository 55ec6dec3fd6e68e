"""Eight daemons on eight roots share one Postgres, as eight hosts do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingest import overseen
from ingest.cli.call import system_clock
from ingest.config import Settings
from ingest.daemon import root_names
from ingest.daemon.enrolment import enrol, enrolled
from ingest.errors import AlreadyRunning, RootUnavailable, UsageError
from ingest.model import Seq
from ingest.store import reader, roots
from ingest.store.engine import Store
from ingest.store.locks import RootLock
from tests import draw, oracle
from tests.daemon import Daemon
from tests.faults.workload import Workload
from tests.postgres import Server
from tests.recording import opened
from tests.site import Site, new_site

HOSTS = 8
ROUNDS = draw.amount(300, share=120)  # each an operation on every root


class Polling(threading.Thread):
    """Reads the log as a sink does, always what comes after the last entry seen."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.seen: list[tuple[int, str]] = []
        self.over = threading.Event()

    def run(self) -> None:
        with opened(self.url) as store:
            while not self.over.wait(0.005):
                self.poll(store)
            self.poll(store)

    def poll(self, store: Store) -> None:
        with store.read() as connection:
            after = self.seen[-1][0] if self.seen else 0
            self.seen += [(row.seq, row.root) for row in reader.changes(connection, after=Seq(after))]


@pytest.mark.postgres
def test_eight_daemons_share_one_log_without_a_gap(postgres_site: Site) -> None:
    """While each root is worked on and daemons are killed, a reader sees 1..N once each, in order."""
    site = postgres_site
    roots = {f"root-{number}": site.folder / f"root-{number}" for number in range(HOSTS)}
    loads = []
    for number, root in enumerate(roots.values()):
        root.mkdir()
        (site.folder / f"outside-{number}").mkdir()
        outside = os.fsencode(site.folder / f"outside-{number}")
        loads.append(Workload(os.fsencode(root), outside, seed=number))
    site.command.ask("db", "upgrade")
    polling = Polling(str(site.command.database))
    with ExitStack() as running:
        daemons = [Daemon(site.command, root, ready="started") for root in roots.values()]
        for daemon in daemons:
            running.enter_context(daemon)
        polling.start()
        for number in range(1, ROUNDS):
            for load in loads:
                load.step()
            time.sleep(0.01)
            if number % (ROUNDS // 4) == 0:
                _start_anew(daemons[number // (ROUNDS // 4)])
        for daemon in daemons:
            daemon.wait_started()
        daemons[0].sync()
        polling.over.set()
        polling.join()

        assert [seq for seq, _ in polling.seen] == list(range(1, len(polling.seen) + 1))
        assert {root for _, root in polling.seen} == set(roots)
        assert len(polling.seen) > 10 * HOSTS
        oracle.holds(site.command, roots, sample=3)
        status = site.status()
        assert status["health"] == "ok"
        assert {root["name"] for root in status["roots"]} == set(roots)


def _start_anew(daemon: Daemon) -> None:
    daemon.kill()
    daemon.start()


def test_what_is_known_of_a_root_does_not_depend_on_who_asks(postgres_site: Site, tmp_path: Path) -> None:
    """Asked from where the daemon's door cannot be reached, `status` and `check` say the same."""
    site = postgres_site
    site.write_texts(a="one", sub__b="two")
    with site.watch() as daemon:
        daemon.sync()
        here = site.status()
        elsewhere = site.using(XDG_RUNTIME_DIR=str(tmp_path))
        there = elsewhere.status()

    for field in ("documents", "versions", "rejected", "seq", "tree_root"):
        assert here[field] == there[field], json.dumps([here, there])
    assert [root["name"] for root in there["roots"]] == [site.root.name]


def test_a_daemon_that_is_refused_says_nothing_of_how_the_root_was_observed(each_site: Site) -> None:
    """The one that captures it goes on, and so does its line in the ledger."""
    site = each_site
    site.write_texts(a="one")
    with site.watch():
        site.command.refused("watch", site.root, code=4)
        assert site.coverage()[-1] == ("watched", None)


@pytest.fixture
def server_site(folder: Path, postgres_server: Server) -> Iterator[Site]:
    """A site whose store is a database of its own in the run's Postgres."""
    url = postgres_server.create_database()
    site = new_site(folder, url)
    yield site
    site.clear()
    postgres_server.drop_database(url)


def test_a_verb_without_a_root_means_those_of_its_host(server_site: Site) -> None:
    """Another host's folder is not here: it is not missed, and its ledger is left alone."""
    site = server_site
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    site.command.ask("scan", f"elsewhere={site.outside}")
    with opened(str(site.command.database)) as store, store.write() as connection:
        key = roots.by_name(connection, "elsewhere").id
        roots.update(connection, key, host="another-host", path=b"/nowhere/elsewhere")
    before = site.command.records("coverage", "elsewhere")
    site.write_texts(a="two")

    assert site.command.records("scan")[-1]["files"] == 1
    assert site.command.record("check")["files"] == 1
    with Daemon(site.command):
        site.command.ask("sync")
    assert site.command.records("coverage", "elsewhere") == before


def test_the_same_place_on_another_host_is_no_proof(server_site: Site) -> None:
    """Two hosts with a disk of the same kind agree on device and inode: only the id in the folder tells."""
    site = server_site
    site.write_texts(a="one", sub__b="two")
    site.command.ask("scan", site.root)
    before = site.listing()
    with opened(str(site.command.database)) as store, store.write() as connection:
        roots.update(connection, roots.by_name(connection, "root").id, host="another-host")
    shutil.rmtree(site.root / ".ingest")
    (site.root / "a.txt").unlink()

    assert "no root is named and none is known here" in site.command.refused("scan", code=2).error
    assert "the name 'root' is taken" in site.command.refused("scan", site.root, code=2).error
    assert site.listing() == before
    site.command.ask("scan", f"mine={site.root}")
    assert [change[0] for change in site.log()].count("deleted") == 0


def test_a_host_that_was_renamed_knows_its_roots_by_their_ids(server_site: Site) -> None:
    site = server_site
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    with opened(str(site.command.database)) as store, store.write() as connection:
        roots.update(connection, roots.by_name(connection, "root").id, host="as-it-was-called")
    site.write_texts(a="two")

    assert site.command.records("scan")[-1]["changed"] == 1
    assert site.command.records("roots")[0]["host"] == socket.gethostname()


def test_where_it_cannot_be_told_whose_a_root_is_that_is_said_and_the_others_are_done(
    server_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = server_site
    site.command.ask("scan", site.root)
    site.command.ask("scan", f"far={site.outside}")
    silent = RootUnavailable("/far does not answer", code="unreachable", hint="see to it")
    asked: list[list[bytes]] = []

    def answered(places: list[bytes], *_: object, **__: object) -> bool:
        asked.append(places)
        raise silent

    monkeypatch.setattr(root_names, "silent_of_root", lambda path: [path])
    monkeypatch.setattr(overseen, "result", answered)
    settings, clock = Settings(), system_clock()
    with opened(str(site.command.database)) as store:
        with store.write() as connection:
            roots.update(connection, roots.by_name(connection, "far").id, host="another")
        lost: list[RootUnavailable] = []
        known, _ = enrol(store, [], settings=settings, adopt=False, clock=clock, lost=lost)
        assert [root.name for root in known] == ["root"]
        words = "whether the root 'far' of another is this host's cannot be told: /far does not answer"
        assert [(error.message, error.code) for error in lost] == [(words, "unreachable")]
        with store.write() as connection:
            roots.update(connection, roots.by_name(connection, "root").id, host="another", retired_at=1)
        with pytest.raises(RootUnavailable, match="cannot be told"):
            enrol(store, [], settings=settings, adopt=False, clock=clock)
        silent = RootUnavailable("not there", code="root_missing")
        with pytest.raises(UsageError, match="no root is named and none is known here"):
            enrol(store, [], settings=settings, adopt=False, clock=clock)
    assert asked == [[os.fsencode(site.outside)]] * 4 + [[os.fsencode(site.root)]]


def test_a_root_is_not_taken_back_from_whoever_took_it_up_since(each_site: Site) -> None:
    """Recorded by a call that is then refused; a daemon may have found it in between."""
    site = each_site
    url = str(site.command.database)
    settings, words, clock = Settings(), [str(site.root)], system_clock()
    with opened(url) as store, opened(url) as other, ExitStack() as held:
        refused = AlreadyRunning("another process writes the store")
        if site.on_sqlite:  # there nothing is recorded without the store's lock
            with pytest.raises(AlreadyRunning, match="does not capture"):
                enrol(store, words, settings=settings, adopt=False, clock=clock, taken=refused)
            with store.read() as connection:
                assert roots.every(connection) == []
            return
        enrolling = enrolled(store, words, settings=settings, adopt=False, clock=clock)
        known = enrolling.__enter__()
        lock = RootLock(other, known[0].id, known[0].name)
        held.callback(lock.release)
        lock.hold()
        assert not enrolling.__exit__(AlreadyRunning, refused, None)
        with store.read() as connection:
            assert [root.id for root in roots.every(connection)] == [known[0].id]


def test_another_hosts_root_is_adopted_by_its_name_where_that_is_asked_for(server_site: Site) -> None:
    """A host that was renamed, and a folder that holds no id: nothing else tells that they are one."""
    site = server_site
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    with opened(str(site.command.database)) as store, store.write() as connection:
        roots.update(connection, roots.by_name(connection, "root").id, host="as-it-was-called")
    shutil.rmtree(site.root / ".ingest")
    site.write_texts(a="two")

    site.command.refused("scan", f"root={site.root}", code=2)
    assert site.command.records("scan", "--adopt", f"root={site.root}")[-1]["changed"] == 1
    assert [record["host"] for record in site.command.records("roots")] == [socket.gethostname()]
    assert site.command.records("scan")[-1]["files"] == 1
