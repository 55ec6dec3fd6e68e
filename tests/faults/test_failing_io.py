"""The n-th write or sync of the store fails: it is said, nothing is half there, and a rerun mends it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from tests.command import PATIENCE, Answer
from tests.daemon import until
from tests.faults.machine import compile_shim, needs_gcc
from tests.forked import Quick
from tests.site import Site

pytestmark = needs_gcc

SHIM = Path(__file__).parent / "failing_write.c"
STEPS = 16


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_shim(SHIM, tmp_path_factory.mktemp("shim"))


def failing(site: Site, at: int, number: int, *, sticky: bool) -> dict[str, str]:
    """What tells the shim to fail the `at`-th write of the store's files with this error."""
    return {
        "FAIL_MATCH": f"{site.database.parent}/",
        "FAIL_AT": str(at),
        "FAIL_ERRNO": str(number),
        "FAIL_STICKY": "1" if sticky else "0",
    }


def preloaded(site: Site, shim: Path) -> Quick:
    """The command with the shim in it, which fails nothing until told to."""
    return Quick(site.command.database, site.folder, {"LD_PRELOAD": str(shim)})


def acknowledged(answer: Answer) -> set[str]:
    """The paths that a scan with --json said it had recorded."""
    return {line["path"] for line in answer.records if line.get("type") == "document.created"}


@pytest.mark.parametrize(
    ("number", "sticky"), [(errno.EIO, False), (errno.ENOSPC, True)], ids=["EIO-once", "ENOSPC-for-ever"]
)
def test_a_scan_whose_nth_write_fails_says_so_and_a_rerun_makes_it_whole(
    site: Site, shim: Path, number: int, sticky: bool
) -> None:
    """From the first write of a new store to its last."""
    for name in range(12):
        (site.root / f"{name}.txt").write_text(f"Number {name}.\n" * 300)
    count = site.folder / "count"
    refused = 0
    command = preloaded(site, shim)
    whole = command.run_with(
        {"FAIL_MATCH": f"{site.database.parent}/", "FAIL_COUNT": str(count)}, "scan", site.root
    )
    assert whole.code == 0, whole
    calls = count.stat().st_size
    assert calls > 30
    tried = sorted({1 + step * calls // STEPS for step in range(STEPS)})
    for step, at in enumerate(tried):
        for file in site.database.parent.iterdir():
            file.unlink()
        variables = failing(site, at, number, sticky=sticky)
        broken = command.run_with(variables, "scan", site.root, json=True)
        assert broken.code in {0, 4}, f"{at} of {calls}: {broken}"
        assert (broken.code == 4) == bool(broken.error), broken
        refused += broken.code == 4
        if broken.out:
            assert acknowledged(broken) <= {line["path"] for line in command.records("ls")}

        again = command.run("scan", site.root)

        assert again.code == 0, f"{at} of {calls}: {again}"
        assert len(command.records("ls")) == 12, f"{at} of {calls}"
        verified = command.run("verify", "--deep")
        assert verified.code == 0, f"{at} of {calls}: {verified}"
        if step % 10 == 0:
            site.holds(sample=1)
    assert refused > len(tried) // 2


def test_a_scan_of_edits_whose_nth_write_fails_keeps_what_was_there(site: Site, shim: Path) -> None:
    """On a store that holds a history already: what could be read before can be read after."""
    for name in range(12):
        (site.root / f"{name}.txt").write_text(f"Number {name}.\n" * 300)
    site.command.ask("scan", site.root)
    refused = 0
    command = preloaded(site, shim)
    for at in range(1, 40, 3):
        for name in range(12):
            (site.root / f"{name}.txt").write_text(f"Number {name}, at {at}.\n" * 300)
        before = command.records("changes")
        broken = command.run_with(failing(site, at, errno.EIO, sticky=False), "scan", site.root)
        assert broken.code in {0, 4}, broken
        refused += broken.code == 4
        assert command.records("changes")[: len(before)] == before
        assert command.run("verify").code == 0
    assert refused > 2

    site.command.ask("scan", site.root)
    site.holds()
    assert len(site.listing()) == 12


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_a_daemon_whose_writes_fail_says_so_and_recovers_without_a_restart(
    site: Site, shim: Path, number: int
) -> None:
    mended = site.folder / "mended"
    mended.touch()
    variables = failing(site, 1, number, sticky=True) | {"FAIL_UNTIL": str(mended)}
    site.write_texts(first="the first")
    with site.using(LD_PRELOAD=str(shim), **variables).watch() as daemon:
        pid = daemon.pid
        daemon.command = site.command
        mended.unlink()
        for name in range(20):
            (site.root / f"{name}.txt").write_text(f"Number {name}.\n" * 300)
        status = site.until_status(
            lambda status: any(problem["code"].startswith("store_") for problem in status["problems"]),
            "the store's failure is said",
        )
        assert status["health"] == "degraded"
        site.command.refused("sync", "--timeout", "0.5", code=4)
        mended.touch()
        site.until_healthy()
        daemon.sync()

        assert daemon.pid == pid
        site.holds(after=[daemon])
        assert len(site.listing()) == 21


def test_a_log_that_cannot_be_written_stops_nothing(site: Site) -> None:
    """Standard error is /dev/full: the store is the record, not the log."""
    site.write_texts(a="one")
    with Path("/dev/full").open("wb") as full, site.start("watch", site.root, stderr=full) as daemon:
        try:
            until(lambda: site.command.run("sync", "--timeout", "5").code == 0)
            site.write_texts(b="two")
            site.command.ask("sync")
            assert site.log() == [("created", "a.txt", 1), ("created", "b.txt", 1)]
            assert site.status()["log_errors"] > 0
            assert daemon.poll() is None
        finally:
            daemon.terminate()
            assert daemon.wait(PATIENCE) == 0


def test_a_log_whose_reader_is_gone_stops_nothing(site: Site) -> None:
    site.write_texts(a="one")
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe, site.start("watch", site.root, stderr=pipe) as daemon:
        try:
            os.close(reading)
            until(lambda: site.command.run("sync", "--timeout", "5").code == 0)
            site.write_texts(b="two")
            site.command.ask("sync")
            assert site.log() == [("created", "a.txt", 1), ("created", "b.txt", 1)]
        finally:
            daemon.terminate()
            assert daemon.wait(PATIENCE) == 0


def test_a_log_whose_reader_has_stopped_reading_stops_nothing(site: Site) -> None:
    """The pipe is full after the first lines; what was not told is told by the next daemon."""
    names = [f"n{number:03}" for number in range(400)]
    site.write_texts(**dict.fromkeys(names, "one"))
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe, site.start("watch", site.root, stderr=pipe) as daemon:
        try:
            until(lambda: site.command.run("sync", "--timeout", "5").code == 0)
            # Two scans more, each with lines of its own.
            for text in ("two", "three"):
                site.write_texts(last=text)
                site.command.ask("sync")
                site.command.ask("scan", site.root)
            assert [entry for entry in site.log() if entry[1] == "last.txt"] == [
                ("created", "last.txt", 1),
                ("changed", "last.txt", 2),
            ]
            assert daemon.poll() is None
        finally:
            daemon.terminate()
            assert daemon.wait(PATIENCE) == 0
    os.set_blocking(reading, False)
    with os.fdopen(reading, "rb") as end:
        whole = [line for line in end.read().splitlines(keepends=True) if line.endswith(b"\n")]
    told = {line["seq"] for line in map(json.loads, whole) if line["event"] == "change"}
    assert 0 < len(told) < 400

    with site.watch() as following:
        until(lambda: told | {line["seq"] for line in following.changes} == set(range(1, 403)))
