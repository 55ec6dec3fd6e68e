"""A log that was longer: whoever saw it says so, and nothing is added to it until that is accepted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from ingest.edits.settings import Rules
from ingest.errors import LogShortened
from ingest.history import follow
from ingest.history.changes import Filters
from ingest.model import BEGINNING
from ingest.store.engine import Connection, Store, open_store
from ingest.store.watermark import read, write
from tests.command import PATIENCE, Answer
from tests.faults.test_verify import edited, shorten
from tests.site import Site

HALF = 40
EVERY = Filters(root=None, prefix=None, type_=None, class_=None, significance=None, fact=None, flag=None)
Loss = Literal["its -wal removed", "its database put back"]


def grown(site: Site, loss: Loss, *, indexed: bool) -> None:
    """A log of 80 changes of which a kill and the loss leave 40."""
    site.write_texts(**{f"early{number}": f"Early text {number}." for number in range(HALF)})
    site.command.ask("scan", site.root)
    old = site.folder / "old.db"
    shutil.copyfile(site.database, old)
    with site.watch() as daemon:
        site.write_texts(**{f"late{number}": f"Late text {number}." for number in range(HALF)})
        daemon.sync()
        assert site.status()["seq"] == 2 * HALF
        if indexed:
            site.command.ask("search", "text")
        daemon.kill()
    for end in ("-wal", "-shm"):
        side_file(site, end).unlink(missing_ok=True)
    if loss == "its database put back":
        shutil.copyfile(old, site.database)


def side_file(site: Site, end: str) -> Path:
    """A file that lies beside the database."""
    return site.database.with_name(site.database.name + end)


def refused(answer: Answer) -> None:
    """It refused as the contract says, naming both lengths and the way out."""
    assert answer.code == 4, answer
    assert "80" in answer.error, answer
    assert "40" in answer.error, answer
    assert "--accept-shortened-log" in answer.hint, answer


@pytest.mark.parametrize("indexed", [False, True], ids=["no index", "index"])
@pytest.mark.parametrize("loss", ["its -wal removed", "its database put back"])
def test_a_log_that_lost_its_end_is_told_and_refused_until_that_is_accepted(
    site: Site, loss: Loss, indexed: bool
) -> None:
    grown(site, loss, indexed=indexed)
    site.write_texts(new="What is new.")

    findings = site.command.ask("verify", json=True, code=5).records[:-1]
    told = {found["thing"]: found["detail"] for found in findings if found["what"] == "log_shortened"}
    assert told.keys() == {"the lock file", *(["the index"] if indexed else [])}
    assert all("80" in detail and "40" in detail for detail in told.values())
    assert len(told) == len(findings)
    (log,) = (check for check in site.command.run("doctor", json=True).records if check["check"] == "log")
    assert log["state"] == "error"
    assert "80" in log["detail"]
    assert "log_shortened" in site.codes()
    refused(site.command.refused("scan", site.root, code=4))
    refused(site.command.refused("watch", site.root, code=4))
    refused(site.command.refused("renormalise", code=4))
    assert site.command.ask("renormalise", "--dry-run").code == 0
    assert len(site.log()) == HALF
    if indexed:
        index = side_file(site, ".index.db").read_bytes()
        site.command.refused("search", "text", code=4)
        site.command.refused("index", "rebuild", code=4)
        assert "without it" in site.command.ask("blame", "early1.txt").note
        assert side_file(site, ".index.db").read_bytes() == index

    accepted = site.command.ask("scan", "--accept-shortened-log", site.root)

    assert "80" in accepted.note
    assert len(site.log()) == 2 * HALF + 1
    assert ("blind", "log_shortened") in site.coverage()
    assert site.coverage()[-1] == ("scanned", None)
    assert site.codes() == set()
    assert len(site.command.records("search", "text")) == 2 * HALF
    site.command.ask("verify", "--deep")
    site.command.ask("scan", site.root)
    site.holds()


def test_a_daemon_goes_on_with_a_shortened_log_where_that_is_accepted(site: Site) -> None:
    grown(site, "its -wal removed", indexed=True)
    ended = site.command.record("status")["last_scan_at"]

    with site.watch("--accept-shortened-log") as daemon:
        (line,) = daemon.events("log_shortened")
        assert "80" in line["detail"]
        assert len(site.log()) == 2 * HALF
        site.command.ask("verify", "--deep")
        site.holds(after=[daemon])

    (blind,) = (each for each in site.command.records("coverage") if each["state"] == "blind")
    assert blind["reason"] == "log_shortened"
    last = site.command.records("log", "-n", str(HALF + 1))[-1]
    assert blind["from"] == last["recorded_at"]
    assert blind["to"] > ended
    with site.watch() as again:
        assert again.events("log_shortened") == []


def test_a_store_that_was_put_back_and_went_on_elsewhere_is_another_log(site: Site) -> None:
    """As long as the one that was here, and not the same: this machine's commits are not in it."""
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    other = site.folder / "other.db"
    shutil.copyfile(site.database, other)
    site.write_texts(a="two")
    site.command.ask("scan", site.root)
    kept = site.status()
    elsewhere = Site(site.folder, type(site.command)(f"sqlite:///{other}", site.folder))
    site.write_texts(b="three")
    elsewhere.command.ask("scan", site.root)
    shutil.copyfile(other, site.database)
    assert site.status()["seq"] == 3 > kept["seq"]

    told = site.command.ask("verify", json=True, code=5).records[0]

    assert (told["what"], told["thing"]) == ("log_shortened", "the lock file")
    assert "another change 2" in told["detail"]
    site.command.refused("scan", site.root, code=4)
    site.command.ask("scan", "--accept-shortened-log", site.root)
    site.command.ask("verify", "--deep")
    site.holds()


@pytest.mark.parametrize("left", ["empty", "nothing"])
def test_a_store_of_which_the_lock_alone_is_left_is_begun_anew_only_where_that_is_accepted(
    site: Site, left: str
) -> None:
    site.write_texts(a="one", b="two")
    site.command.ask("scan", site.root)
    site.database.unlink()
    if left == "empty":
        site.database.touch()
        assert "2 changes" in site.command.refused("verify", code=5).error

    site.command.refused("scan", site.root, code=4)
    assert site.status()["seq"] == 0
    site.command.ask("verify", code=5)
    site.command.ask("scan", "--accept-shortened-log", site.root)

    assert site.coverage() == [("blind", "log_shortened"), ("scanned", None)]
    site.command.ask("verify", "--deep")
    site.holds()


def test_changes_taken_out_of_the_log_are_told_by_whoever_lies_in_the_same_database(each_site: Site) -> None:
    """All that a server has: its index, its cursors, and what a daemon said last."""
    site = each_site.using(INGEST_LIVENESS_SECONDS="0.2")
    site.write_texts(a="one", b="two")
    with site.watch() as daemon:
        site.write_texts(c="three")
        daemon.sync()
        site.command.ask("search", "three")
        site.command.ask("changes", "--cursor", "desk")

        def heard() -> bool:
            witnesses = site.command.ask("verify", json=True).records[-1]["witnesses"]
            return bool(witnesses.get(f"the daemon of root {site.root.name}") == 3)

        site.until_status(lambda _: heard(), "the daemon said where the log stands")
    edited(site, shorten(1))

    findings = site.command.ask("verify", json=True, code=5).records[:-1]
    told = {found["thing"] for found in findings if found["what"] == "log_shortened"}
    expected = {"the index", "cursor desk", f"the daemon of root {site.root.name}"}
    assert told >= (expected | {"the lock file"} if site.on_sqlite else expected)
    assert "desk" in site.command.refused("scan", site.root, code=4).error
    assert site.status()["seq"] == 2


def test_no_cursor_moves_while_the_log_is_shortened(each_site: Site) -> None:
    """It may be the only one that saw more."""
    site = each_site
    site.write_texts(a="one", b="two", c="three")
    site.command.ask("scan", site.root)
    site.command.ask("changes", "--cursor", "desk")
    site.command.ask("cursors", "move", "slow", "1")
    edited(site, shorten(1))
    if site.on_sqlite:
        side_file(site, ".lock").write_bytes(b"")
    before = site.command.records("cursors")
    assert [(each["name"], each["seq"]) for each in before] == [("desk", 3), ("slow", 1)]

    for words in (
        ("cursors", "move", "desk", "2"), ("cursors", "move", "new", "2"), ("cursors", "remove", "desk"),
        ("changes", "--cursor", "slow"), ("changes", "--cursor", "desk", "--since", "0"),
    ):  # fmt: skip
        answer = site.command.refused(*words, code=4)
        assert not answer.out
        assert "cursor desk: it saw the log at 3 changes, and the log has 2" in answer.error
        assert "--accept-shortened-log" in answer.hint
    assert site.command.records("cursors") == before
    assert len(site.command.records("changes", "--cursor", "slow", "--peek")) == 1

    site.command.ask("scan", "--accept-shortened-log", site.root)
    site.command.ask("cursors", "move", "desk", "1")
    site.command.ask("cursors", "remove", "slow")


def test_the_mark_follows_every_commit_and_what_is_no_mark_is_none(site: Site) -> None:
    site.write_texts(a="one", b="two")
    site.command.ask("scan", site.root)
    store = open_store(str(site.command.database))
    with store.read() as connection:
        leaf = connection.execute(sa.text("SELECT leaf FROM change WHERE seq = 2")).scalar_one()
    mark = read(store.watermark_path)
    assert mark is not None
    assert (mark.seq, mark.leaf) == (2, leaf)
    lock = side_file(site, ".lock")
    sound = lock.read_bytes()
    for damaged in (b"", sound[:50], sound.replace(b"2 ", b"3 ", 1), bytes(len(sound)), b"9" * 200):
        lock.write_bytes(damaged)
        assert read(store.watermark_path) is None
        site.command.ask("verify")
    site.write_texts(a="three")
    site.command.ask("scan", site.root)
    mark = read(store.watermark_path)
    assert mark is not None
    assert mark.seq == 3
    lock.write_bytes(sound)  # a step behind is no harm
    site.command.ask("verify")
    site.command.ask("scan", site.root)
    store.dispose()


def test_a_running_daemon_adds_nothing_to_a_log_that_lost_its_end_and_goes_on_when_it_is_back(
    site: Site,
) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        store = open_store(str(site.command.database))
        mark = read(store.watermark_path)
        assert mark is not None
        write(store.watermark_path, 99, bytes(32))
        site.write_texts(b="two")
        daemon.wait_for("store_unavailable", code="log_shortened")
        assert "log_shortened" in site.codes()
        assert site.status()["health"] == "degraded"
        assert len(site.log()) == 1
        write(store.watermark_path, mark.seq, mark.leaf)
        site.until_healthy()
        daemon.sync()
        assert len(site.log()) == 2
        store.dispose()
    site.holds()


@pytest.mark.parametrize("meanwhile", ["shortened", "another", "longer"])
def test_a_reader_that_follows_a_log_notices_that_it_is_another(each_site: Site, meanwhile: str) -> None:
    """It holds the last change it came to against the log, each time that it looks."""
    site = each_site
    site.write_texts(a="one", b="two", c="three")
    site.command.ask("scan", site.root)

    def wait(place: int) -> None:
        assert place == 3
        if meanwhile == "another":
            edited(site, lambda db: db.execute(other_leaf, {"leaf": b"x" * 32}))
        elif meanwhile == "shortened":
            edited(site, shorten(1))
        else:
            site.write_texts(d="four")
            site.command.ask("scan", site.root)

    other_leaf = sa.text("UPDATE change SET leaf = :leaf WHERE seq = 3")
    store = open_store(str(site.command.database))
    found = follow.batches(
        lambda: snapshot(store), EVERY, rules=Rules(), after=BEGINNING, limit=4, size=100, brief=True,
        make=lambda _, rows: [row.seq for row in rows], say_none=lambda *_: None, wait=wait,
    )  # fmt: skip
    try:
        assert next(found).items == [1, 2, 3]
        if meanwhile == "longer":
            assert next(found).items == [4]
            return
        with pytest.raises(LogShortened) as refusal:
            next(found)
        said = {
            "shortened": "it saw the log at 3 changes, and the log has 2",
            "another": "it saw another change 3 than the log has, of 3",
        }[meanwhile]
        assert refusal.value.message == f"the log was longer: this reader: {said}"
    finally:
        store.dispose()


@contextmanager
def snapshot(store: Store) -> Iterator[tuple[Connection, bool]]:
    """The record, without the index."""
    with store.read() as connection:
        yield connection, False


@pytest.mark.parametrize("there", ["another", "nothing"])
def test_a_reader_that_follows_ends_where_the_store_was_replaced(site: Site, there: str) -> None:
    """The file that it has open is read by nobody else any more: it would wait for ever."""
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    copy = site.folder / "copy.db"
    shutil.copyfile(site.database, copy)
    with subprocess.Popen(
        site.command.argv("changes", "--follow", json=True),
        cwd=site.folder,
        env=site.command.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as reader:
        assert reader.stdout is not None
        assert b'"seq":1,' in reader.stdout.readline()
        if there == "another":
            copy.rename(site.database)
        else:
            site.database.unlink()
        _, said = reader.communicate(timeout=PATIENCE)

    how = {"another": "replaced", "nothing": "removed"}[there]
    assert reader.returncode == 4
    assert said.decode().splitlines()[0] == f"error: the store {site.database} was {how} while it was open"
