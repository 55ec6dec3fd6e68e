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
from tests.daemon import until
from tests.site import Site


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
def test_a_document_that_takes_long_holds_up_no_other_file(site: Site, verb: str) -> None:
    """Fifty files are recorded while its reader stands still; then it is, and what was saved over it."""
    site.write("z.txt", "words\n")
    site.scan()
    long = _long("first")
    other = [f"{number:02}.txt" for number in range(50)]

    def save() -> None:
        site.write("a.docx", long)
        for name in other:
            site.write(name, f"words {name}\n")

    def held_up(parent: int) -> None:
        warden = until(lambda: _warden_of(parent), every=0.002)
        reader = until(lambda: _warden_of(warden), every=0.002)
        os.kill(reader, signal.SIGSTOP)
        try:
            until(lambda: site.seq >= 51, every=0.2)
            if verb == "watch":
                site.write("a.docx", samples.docx())
                site.write("b.txt", "later\n")
                until(lambda: site.seq >= 52, every=0.2)
        finally:
            os.kill(reader, signal.SIGCONT)

    if verb == "watch":
        with site.watch() as daemon:
            save()
            held_up(daemon.pid)
            daemon.sync()
        later = ["created b.txt @1", "created a.docx @1", "changed a.docx @2"]
    else:
        save()
        with subprocess.Popen(
            site.command.argv("scan", site.root), cwd=site.folder, env=site.command.environment(),
            stdout=subprocess.PIPE,
        ) as scan:  # fmt: skip
            held_up(scan.pid)
            assert b"51 created" in scan.communicate()[0]
        later = ["created a.docx @1"]
    assert sorted(site.told(1)[:50]) == [f"created {name} @1" for name in other]
    assert site.told(51) == later
    assert site.command.record("show", "a.docx@1")["text"].startswith("first 0.")


@pytest.mark.parametrize("several", [False, True])
def test_signs_of_life_are_given_while_a_document_is_waited_for(site: Site, several: bool) -> None:
    """All that is recorded meanwhile is the time: what waits is captured, and the root stays watched."""
    other = site.folder / "other"
    other.mkdir()

    def beats() -> list[int]:
        with sqlite3.connect((site.command.database or "").removeprefix("sqlite:///")) as database:
            return [row[0] for row in database.execute("SELECT heartbeat_at FROM root ORDER BY id")]

    with site.watch(*([other] if several else [])) as daemon:
        site.write("a.docx", samples.docx())
        warden = until(lambda: _warden_of(daemon.pid), every=0.002)
        os.kill(warden, signal.SIGSTOP)
        try:
            site.write("b.txt", "words\n")
            first = beats()
            until(lambda: all(map(int.__gt__, beats(), [beat + 7_000_000 for beat in first])), every=0.5)
            assert site.told() == []
        finally:
            os.kill(warden, signal.SIGCONT)
        daemon.sync()
        # Which comes first is not said: one that takes more than a second waits aside.
        assert sorted(site.told()) == ["created a.docx @1", "created b.txt @1"]
        assert site.command.record("status")["health"] == "ok"
    states = [(each["root"], each["state"]) for each in site.command.records("coverage")]
    assert ("root", "blind") not in states
    assert site.command.ask("show", "a.docx").text == "Sample"
