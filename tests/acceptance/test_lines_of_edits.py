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


def test_the_daemon_says_which_signal_stopped_it(place: Place) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with place.watch() as daemon:
            daemon.send(number)
            assert daemon.wait_for("stopped")["signal"] == number.name
