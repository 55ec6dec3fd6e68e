"""A document that takes long holds up neither other files nor the signs of life of a daemon."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from ingest.confined import samples
from tests.acceptance.place import Place
from tests.daemon import until


def _warden_of(parent: int) -> int | None:
    """The process that has documents read for another, once it is there; of a warden the one that reads."""
    for number in filter(str.isdecimal, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes()
            told = Path(f"/proc/{number}/status").read_text()
        except OSError:
            continue
        if b"confined.warden" in words and f"\nPPid:\t{parent}\n" in told:
            return int(number)
    return None


def _long(mark: str) -> bytes:
    """A document whose reading takes so long that its reader can be stopped in the middle."""
    chance = random.Random(1)
    body = "".join(f"<w:p><w:r><w:t>{mark} {chance.random()}</w:t></w:r></w:p>" for _ in range(60_000))
    return samples.docx(body)


@pytest.mark.parametrize("verb", ["watch", "scan"])
def test_a_document_that_takes_long_holds_up_no_other_file(place: Place, verb: str) -> None:
    """Fifty files are recorded while its reader stands still; then it is, and what was saved over it."""
    place.write("z.txt", "words\n")
    place.scan()
    long = _long("first")
    other = [f"{number:02}.txt" for number in range(50)]

    def save() -> None:
        place.write("a.docx", long)
        for name in other:
            place.write(name, f"words {name}\n")

    def held_up(parent: int) -> None:
        warden = until(lambda: _warden_of(parent), every=0.002)
        reader = until(lambda: _warden_of(warden), every=0.002)
        os.kill(reader, signal.SIGSTOP)
        try:
            until(lambda: place.seq >= 51, every=0.2)
            if verb == "watch":
                place.write("a.docx", samples.docx())
                place.write("b.txt", "later\n")
                until(lambda: place.seq >= 52, every=0.2)
        finally:
            os.kill(reader, signal.SIGCONT)

    if verb == "watch":
        with place.watch() as daemon:
            save()
            held_up(daemon.pid)
            daemon.sync()
        later = ["created b.txt @1", "created a.docx @1", "changed a.docx @2"]
    else:
        save()
        with subprocess.Popen(
            place.command.argv("scan", place.root), cwd=place.folder, env=place.command.environment(),
            stdout=subprocess.PIPE,
        ) as scan:  # fmt: skip
            held_up(scan.pid)
            assert b"51 created" in scan.communicate()[0]
        later = ["created a.docx @1"]
    assert sorted(place.told(1)[:50]) == [f"created {name} @1" for name in other]
    assert place.told(51) == later
    assert place.command.record("show", "a.docx@1")["text"].startswith("first 0.")


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
