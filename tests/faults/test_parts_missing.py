"""Parts of Linux that other systems do not have, taken away: what is told stays true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command import Command
from tests.daemon import until
from tests.faults import mounts
from tests.faults.machine import needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.site import Site

# Read by each interpreter as it starts: no pipe2, no O_PATH, no openat2, no statx, no renameat2, no /proc.
TAKEN_AWAY = """
import builtins, ctypes, os, platform

del os.pipe2, os.O_PATH
platform.system = lambda: "another"
_library = ctypes.CDLL
class _Library(_library):
    def __getattr__(self, name):
        if name in ("statx", "renameat2", "prctl"):
            raise AttributeError(name)
        return super().__getattr__(name)
ctypes.CDLL = _Library

def _without_proc(real):
    def opened(path, *rest, **named):
        if not isinstance(path, int) and os.fsencode(path).startswith(b"/proc"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path, *rest, **named)
    return opened
builtins.open = _without_proc(builtins.open)
os.open = _without_proc(os.open)
"""


@pytest.fixture
def less(site: Site) -> Site:
    """The command without these parts, each call a process of its own."""
    folder = site.folder / "less"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(TAKEN_AWAY)
    here = Path(__file__).parents[2]
    variables = {"PYTHONPATH": f"{folder}:{here}", "INGEST_POLL_SECONDS": "0.5"}
    return Site(site.folder, Command(site.command.database, site.folder, variables), site.daemons)


def test_a_root_is_polled_and_every_edit_is_found(less: Site) -> None:
    less.write_texts(a="one", sub__b="two")
    with less.watch() as daemon:
        assert less.status()["roots"][0]["backend"] == "poll"
        less.write_texts(a="edited", c="new")
        (less.root / "sub" / "b.txt").unlink()
        until(lambda: len(less.log()) == 5)
        daemon.sync()

        assert sorted(less.log()[2:]) == [
            ("changed", "a.txt", 2),
            ("created", "c.txt", 1),
            ("deleted", "sub/b.txt", 1),
        ]
    assert less.coverage()[-2][0] == "scanned"
    less.command.ask("verify")


def test_a_document_whose_place_a_pipe_takes_is_gone_and_nobody_waits_for_a_writer(less: Site) -> None:
    less.write_texts(a="one", b="two")
    less.command.ask("scan", less.root)
    (less.root / "a.txt").unlink()
    os.mkfifo(less.root / "a.txt")
    less.command.ask("scan", less.root)

    assert less.log()[2:] == [("deleted", "a.txt", 1)]


@needs_mounts
@in_own_mounts
def test_a_disk_that_is_unmounted_below_the_root_deletes_nothing(less: Site) -> None:
    """Nobody tells that it was mounted: its files were on another device than the folder that is left."""
    sub = less.root / "sub"
    sub.mkdir()
    mounts.mount_tmpfs(sub)
    less.write_texts(a="one", b="two", sub__c="three")
    less.command.ask("scan", less.root)
    before = less.listing()
    mounts.unmount(sub)
    (less.root / "b.txt").unlink()
    less.command.ask("scan", less.root)

    assert less.deleted() == ["b.txt"]
    assert less.listing().keys() == before.keys() - {"b.txt"}
    findings = less.command.records("check", less.root)
    assert [(found.get("path"), found.get("state")) for found in findings[:-1]] == [("sub/c.txt", "unknown")]
