"""What `log` says of an edit in one line, on a terminal and in a pipe; what stopped the daemon."""

from __future__ import annotations

import dataclasses
import re
import signal

from ingest.width import width
from tests.acceptance.place import Place
from tests.acceptance.test_terminal import styled

LONG = "politics/the-mayor-of-the-town-resigns-after-a-long-debate-in-the-council.txt"
TEXT = "The council met on Monday. It will cost 5 million euros.\nNobody was hurt.\n"
REASON = "amount “5 million euros” to “50 million euros”"


def test_log_tells_an_edit_in_one_line_that_fits_a_terminal(each_place: Place) -> None:
    place = each_place
    wide = dataclasses.replace(place.command, variables={**place.command.variables, "COLUMNS": "100"})
    for name in ("a.txt", LONG):
        place.write(name, TEXT)
    place.scan()
    for name in ("a.txt", LONG):
        place.write(name, TEXT.replace("5", "50"))
    place.scan()
    for _ in ("made from the texts", "from the index"):
        shown = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in styled(wide, "log", "--type", "changed")]
        piped = place.command.ask("log", "--type", "changed").text.splitlines()

        assert [width(line) <= 100 for line in shown] == [True] * 3
        long, short = sorted((line.rstrip() for line in shown[1:]), key=lambda line: "a.txt @2" in line)
        assert long.endswith("cil.txt @2  factual, silent: amount “5 m…” to “50 m…”")
        assert short.endswith("a.txt @2  factual, silent: amount “5 millio…” to “50 millio…”")
        assert sorted(line.split(maxsplit=3)[3] for line in piped) == [
            f"changed   a.txt @2  substantive: factual, silent: {REASON}",
            f"changed   {LONG} @2  substantive: factual, silent: {REASON}",
        ]
        place.command.ask("index", "update")


def test_every_line_of_a_log_stands_under_its_head_and_fits(place: Place) -> None:
    place.write(LONG, TEXT)
    place.scan()
    (place.root / LONG).rename(place.root / f"politics/{'b' * 80}.txt")
    place.scan()
    (place.root / f"politics/{'b' * 80}.txt").unlink()
    place.scan()
    for zone, named in (("UTC", "UTC"), ("Asia/Tokyo", "+09:00")):
        variables = {**place.command.variables, "COLUMNS": "100", "TZ": zone}
        ask = dataclasses.replace(place.command, variables=variables)
        shown = [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in styled(ask, "log")]
        piped = ask.ask("log").text.splitlines()

        assert (len(shown), f"when ({named})" in shown[0]) == (4, True)
        assert [line for line in shown if width(line) > 100] == []
        kinds = ("change", "deleted", "moved", "created")
        assert len({line.index(kind) for line, kind in zip(shown, kinds, strict=True)}) == 1
        assert len({line.index(kind) for line, kind in zip(piped, kinds[1:], strict=True)}) == 1
        assert (LONG in piped[2], LONG in shown[3]) == (True, False)


def test_a_scan_writes_numbers_in_one_way(place: Place) -> None:
    for number in range(1001):
        place.write(f"{number}.txt", "")

    assert place.command.ask("scan", place.root, "-q").text.startswith("1,001 files, 1,001 created (")


def test_the_daemon_says_which_signal_stopped_it(place: Place) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with place.watch() as daemon:
            daemon.send(number)
            assert daemon.wait_for("stopped")["signal"] == number.name
            assert daemon.wait() == 0  # else the end of the block would send it a second signal
