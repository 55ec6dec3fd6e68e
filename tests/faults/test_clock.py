"""A wall clock that jumps: order is `seq`, labels never go back, nothing sleeps or spins for it."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.daemon import Daemon, until
from tests.faults.machine import compile_shim, needs_gcc
from tests.site import Site

SHIM = Path(__file__).parent / "shifted_clock.c"


def cpu_seconds(daemon: Daemon) -> float:
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@needs_gcc
@pytest.mark.parametrize("jump", [-7200, 86_400 * 400], ids=["back", "forward"])
def test_a_clock_that_jumps_while_it_runs(site: Site, jump: int) -> None:
    shift = site.folder / "shift"
    shift.write_text("0")
    library = compile_shim(SHIM, site.folder)
    with site.using(LD_PRELOAD=str(library), CLOCK_SHIFT=str(shift)).watch() as daemon:
        site.write_texts(a="one")
        daemon.sync()
        shift.write_text(str(jump))
        for number in range(3):
            site.write_texts(**{"a": f"edit {number}", f"new{number}": "new"})
            daemon.sync()
        before, began = cpu_seconds(daemon), time.monotonic()
        time.sleep(3)
        assert cpu_seconds(daemon) - before < 0.5 * (time.monotonic() - began)
        if jump < -60:
            assert "clock" in site.until_problem("clock")["problems"][0]["code"]
            assert site.status()["health"] == "degraded"
        changes = site.command.records("changes")
        assert len(changes) == 7
        for one, other in pairwise(changes):
            assert one["recorded_at"] <= other["recorded_at"]
        # The host's own clock is told as it was.
        assert (changes[-1]["observed_at"] < changes[0]["observed_at"]) == (jump < 0)
        assert [round(line["seconds"]) for line in daemon.events("clock_jumped")] == [jump]
        assert any(line["why"] == "the clock jumped" for line in daemon.events("scan_finished"))
        shift.write_text("0")
        site.write_texts(last="after")
        daemon.sync()
        site.holds(after=[daemon])
        ledger = site.command.records("coverage")
        for one, other in pairwise(ledger):
            assert one["to"] == other["from"]
            assert one["from"] <= one["to"]


@pytest.mark.parametrize(
    "stamp", [-1, 0, 2**31 + 86_400, 253_402_300_799], ids=["1969", "1970", "2038", "9999"]
)
def test_a_file_with_a_time_far_off_is_a_file_like_any_other(site: Site, stamp: int) -> None:
    with site.watch() as daemon:
        site.write_texts(a="one")
        os.utime(site.root / "a.txt", (stamp, stamp))
        daemon.sync()
        site.write_texts(a="two")
        os.utime(site.root / "a.txt", (stamp, stamp))
        daemon.sync()

        assert site.log()[-1] == ("changed", "a.txt", 2)
        site.holds(after=[daemon])


def test_a_daemon_does_not_spin_when_idle(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        until(lambda: not site.status()["pending"])
        before, began = cpu_seconds(daemon), time.monotonic()
        time.sleep(5)

        assert cpu_seconds(daemon) - before < 0.15 * (time.monotonic() - began)
