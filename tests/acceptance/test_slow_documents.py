"""A daemon that waits for a document lives, and says so."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from ingest.confined import samples
from tests.acceptance.place import Place
from tests.daemon import until


def _warden_of(daemon: int) -> int | None:
    """The process that has documents read for a daemon, once it is there."""
    for number in filter(str.isdecimal, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes()
            told = Path(f"/proc/{number}/status").read_text()
        except OSError:
            continue
        if b"confined.warden" in words and f"\nPPid:\t{daemon}\n" in told:
            return int(number)
    return None


@pytest.mark.parametrize("several", [False, True])
def test_signs_of_life_are_given_while_a_document_is_waited_for(place: Place, several: bool) -> None:
    """All that is recorded meanwhile is the time: what waits is captured, and the root stays watched."""
    other = place.folder / "other"
    other.mkdir()

    def beats() -> list[int]:
        with sqlite3.connect((place.command.database or "").removeprefix("sqlite:///")) as database:
            return [row[0] for row in database.execute("SELECT heartbeat_at FROM root ORDER BY id")]

    with place.watch(*([other] if several else [])) as daemon:
        place.write("a.docx", samples.docx())
        warden = until(lambda: _warden_of(daemon.pid), every=0.002)
        os.kill(warden, signal.SIGSTOP)
        try:
            place.write("b.txt", "words\n")
            first = beats()
            until(lambda: all(map(int.__gt__, beats(), [beat + 7_000_000 for beat in first])), every=0.5)
            assert place.told() == []
        finally:
            os.kill(warden, signal.SIGCONT)
        daemon.sync()
        assert place.told() == ["created a.docx @1", "created b.txt @1"]
        assert place.command.record("status")["health"] == "ok"
    states = [(each["root"], each["state"]) for each in place.command.records("coverage")]
    assert ("root", "blind") not in states
    assert place.command.ask("show", "a.docx").text == "Sample"
