"""What `log` says of an edit in one line, on a terminal and in a pipe; what stopped the daemon."""

from __future__ import annotations

import dataclasses
import re
import signal

from ingest.width import width
from tests.acceptance.test_terminal import styled
from tests.site import Site

LONG = "politics/the-mayor-of-the-town-resigns-after-a-long-debate-in-the-council.txt"
TEXT = "The council met on Monday. It will cost 5 million euros.\nNobody was hurt.\n"
REASON = "amount “5 million euros” to “50 million euros”"


def test_log_tells_an_edit_in_one_line_that_fits_a_terminal(each_site: Site) -> None:
    site = each_site
    wide = dataclasses.replace(site.command, variables={**site.command.variables, "COLUMNS": "100"})
    for name in ("a.txt", LONG):
        site.write(name, TEXT)
    site.scan()
    for name in ("a.txt", LONG):
        site.write(name, TEXT.replace("5", "50"))
    site.scan()
    for _ in ("made from the texts", "from the index"):
        shown = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in styled(wide, "log", "--type", "changed")]
        piped = site.command.ask("log", "--type", "changed").text.splitlines()

        assert [width(line) <= 100 for line in shown] == [True] * 3
        long, short = sorted((line.rstrip() for line in shown[1:]), key=lambda line: "a.txt @2" in line)
        assert long.endswith("cil.txt @2  factual, silent: amount “5 m…” to “50 m…”")
        assert short.endswith("a.txt @2  factual, silent: amount “5 millio…” to “50 millio…”")
        assert sorted(line.split(maxsplit=3)[3] for line in piped) == [
            f"changed   a.txt @2  substantive: factual, silent: {REASON}",
            f"changed   {LONG} @2  substantive: factual, silent: {REASON}",
        ]
        site.command.ask("index", "update")


def test_every_line_of_a_log_stands_under_its_head_and_fits(site: Site) -> None:
    site.write(LONG, TEXT)
    site.scan()
    (site.root / LONG).rename(site.root / f"politics/{'b' * 80}.txt")
    site.scan()
    (site.root / f"politics/{'b' * 80}.txt").unlink()
    site.scan()
    for zone, named in (("UTC", "UTC"), ("Asia/Tokyo", "+09:00")):
        variables = {**site.command.variables, "COLUMNS": "100", "TZ": zone}
        ask = dataclasses.replace(site.command, variables=variables)
        shown = [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in styled(ask, "log")]
        piped = ask.ask("log").text.splitlines()

        assert (len(shown), f"when ({named})" in shown[0]) == (4, True)
        assert [line for line in shown if width(line) > 100] == []
        kinds = ("change", "deleted", "moved", "created")
        assert len({line.index(kind) for line, kind in zip(shown, kinds, strict=True)}) == 1
        assert len({line.index(kind) for line, kind in zip(piped, kinds[1:], strict=True)}) == 1
        assert (LONG in piped[2], LONG in shown[3]) == (True, False)


def test_a_scan_writes_numbers_in_one_way(site: Site) -> None:
    for number in range(1001):
        site.write(f"{number}.txt", "")

    assert site.command.ask("scan", site.root, "-q").text.startswith("1,001 files, 1,001 created (")


def test_the_daemon_says_which_signal_stopped_it(site: Site) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with site.watch() as daemon:
            daemon.send(number)
            assert daemon.wait_for("stopped")["signal"] == number.name
            assert daemon.wait() == 0  # else the end of the block would send it a second signal
