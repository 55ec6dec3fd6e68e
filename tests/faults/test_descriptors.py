"""Too few descriptors: the daemon lives, says so, and has everything when there are more."""

from __future__ import annotations

import builtins
import errno
import os
import random
import resource
import subprocess
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ingest.daemon.door import CLIENTS, DaemonStatus, LogEnd, Request, ask, beside_store
from ingest.disk import mounts, presence, read, root_mark, walk
from ingest.disk.patterns import Patterns
from ingest.errors import Unreachable
from ingest.model import Descriptor
from tests.daemon import Daemon, until
from tests.site import Site

pytestmark = pytest.mark.timeout(600)  # it is bounded work, on however busy a machine

ENOUGH = 1024


def _fill(site: Site, name: str) -> None:
    """Files, and a new folder with one in it."""
    for number in range(4):
        (site.root / f"{name}{number}.txt").write_text(f"File {name}{number} of the root.\n")
    (site.root / name).mkdir()
    (site.root / name / "below.txt").write_text(f"A file below {name}.\n")


def _allow(daemon: Daemon, number: int) -> None:
    _, hard = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (number, hard))


# Fewer than these, and Python itself does not start; with more, nothing is wanting.
LIMITS = range(10, 41)
SHARE = 8  # of them, in a run without those marked `full`


def _drawn_by_commit() -> frozenset[int]:
    """A share of the limits: other ones at each commit, the same ones in all of a run."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return frozenset(random.Random(commit).sample(LIMITS, SHARE))


@pytest.mark.parametrize(
    "limit",
    [
        pytest.param(limit, marks=() if limit in drawn else pytest.mark.full)
        for drawn in [_drawn_by_commit()]
        for limit in LIMITS
    ],
)
def test_a_daemon_that_is_started_with_few_lives_or_refuses_and_recovers(site: Site, limit: int) -> None:
    _fill(site, "before")
    short = site.using("prlimit", f"--nofile={limit}:")
    daemon = short.watch(ready="no")
    with daemon:
        until(lambda: not daemon.alive or daemon.events("started"), what="a start or a refusal")
        if not daemon.alive:
            assert daemon.wait() == 4
            assert b"Too many open files" in b"".join(daemon.err) or b"too many open" in b"".join(daemon.err)
        else:
            _fill(site, "after")
            answer = site.command.record("status", timeout=120)
            # with fewer there is no door yet, and nobody who could say more than that
            assert answer["health"] in ("ok", "degraded", "blind") or limit < 16
            _allow(daemon, ENOUGH)
            # the door that there was no descriptor for comes with the daemon's next look
            until(lambda: site.command.run("sync", "--timeout", "120").code == 0, what="sync 0")
            until(lambda: site.command.record("status")["health"] == "ok", what="health ok")
            site.holds()
    said = b"".join(daemon.err)
    assert b"Traceback" not in said, said
    assert b"standard output" not in said
    assert b"rejected" not in said


def test_a_daemon_that_runs_out_says_so_and_has_everything_when_there_are_more(site: Site) -> None:
    _fill(site, "before")
    with site.watch() as daemon:
        (site.root / "before0.txt").write_text("Changed in time.\n")
        daemon.sync()
        _allow(daemon, min(set(range(ENOUGH)) - {int(fd) for fd in os.listdir(f"/proc/{daemon.pid}/fd")}))
        _fill(site, "after")
        (site.root / "before1.txt").unlink()
        (site.root / "before2.txt").rename(site.root / "after" / "moved.txt")
        daemon.wait_for("too_few_descriptors")
        status = site.command.record("status", timeout=120)
        assert status["health"] == "degraded"
        (problem,) = [problem for problem in status["problems"] if problem["code"] == "unwatched"]
        assert problem["path"] is None
        assert problem["detail"].startswith("too many open files: this process may have ")
        refused = site.command.refused("sync", "--timeout", "0.1", code=4, timeout=120)
        assert "unwatched: too many open files: this process may have " in refused.error
        _allow(daemon, ENOUGH)
        daemon.sync()
        daemon.wait_for("descriptors_are_back")
        # the lines follow the record; what an edit asks for may have had no descriptor
        until(lambda: site.command.record("status")["health"] == "ok", what="health ok")
        until(lambda: "document.moved" in [change["type"] for change in daemon.changes], what="a move")
        moved = [change for change in daemon.changes if change["type"] == "document.moved"]
        assert [change["path"] for change in moved] == ["after/moved.txt"]
        assert not [change for change in daemon.changes if change["type"] == "document.rejected"]
    site.holds()


@contextmanager
def no_more() -> Iterator[None]:
    """This process can open nothing."""
    free = os.dup(0)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_nothing_is_said_of_what_could_not_be_opened_for_want_of_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """That the machine has none left (ENFILE) cannot be provoked without harm to others: it is put in."""
    (tmp_path / "folder").mkdir()
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))

    def none_left(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    asked = {
        "look": lambda: read.look(root, b"folder/gone.txt"),
        "read": lambda: read.read_stable(root, b"folder/gone.txt", max_bytes=9),
        "walk": lambda: list(walk.walk(root, patterns=Patterns(), hidden=frozenset())),
        "listing": lambda: presence.ListedNames(root).has(b"folder/gone.txt"),
        "mark": lambda: root_mark.read_mark(root),
        "mounts": mounts.table,
    }
    said: dict[str, object] = {}
    with monkeypatch.context() as without:
        without.setattr(read, "_openat2_missing", True)
        without.setattr(os, "open", none_left)
        without.setattr(builtins, "open", none_left)
        for name, ask_ in asked.items():
            try:
                said[name] = ask_()
            except OSError as error:
                said[name] = error.errno
        without.undo()
        without.setattr(os, "listdir", none_left)
        without.setattr(os, "scandir", none_left)
        for name in ("look", "walk", "listing"):
            try:
                said[f"{name}, listed"] = asked[name]()
            except OSError as error:
                said[f"{name}, listed"] = error.errno
    os.close(root)
    names = (*asked, *(f"{name}, listed" for name in ("look", "walk", "listing")))
    assert said == dict.fromkeys(names, code)


def test_nothing_is_said_of_a_path_for_want_of_descriptors(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Here.\n")
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    raised: list[int | None] = []
    with no_more():
        for path in (b"a.txt", b"gone.txt", b"folder/gone.txt"):
            for ask_ in (lambda p: read.look(root, p), lambda p: read.read_stable(root, p, max_bytes=9)):
                try:
                    ask_(path)
                except OSError as error:
                    raised.append(error.errno)
        try:
            list(walk.walk(root, patterns=Patterns(), hidden=frozenset()))
        except OSError as error:
            raised.append(error.errno)
    os.close(root)
    assert raised == [errno.EMFILE] * 7


def test_the_client_after_the_last_that_fits_is_told_so(site: Site) -> None:
    path = beside_store(str(site.database))
    with site.watch(), ExitStack() as held:
        for _ in range(CLIENTS):
            follower = ask(path, Request("follow"), LogEnd, timeout=60)
            assert isinstance(follower, Generator)
            held.callback(follower.close)
            next(follower)
        with pytest.raises(Unreachable, match="too many clients"):
            next(ask(path, Request("status"), DaemonStatus, timeout=60))
        refused = site.command.refused("sync", code=4)
        assert refused.error == "the daemon refused: too many clients"
        (problem,) = site.command.record("status")["problems"]
        assert (problem["code"], problem["detail"]) == ("blind", "the daemon refused: too many clients")
