"""When a root with a process of its own is told not to answer: by how long that process said nothing."""

from __future__ import annotations

import errno
import math
import os
import subprocess
import time
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon.root_process import Process, ProcessReply, ProcessTask
from ingest.daemon.root_processes import AGAIN, SILENT, SLOW_START, RootProcess
from ingest.daemon.wakeup import Announcer, Waker
from ingest.disk import descriptors
from ingest.errors import NotFound
from ingest.logging import Silent
from ingest.store import roots
from tests.recording import add_root, opened

CLOCK = Clock(monotonic=lambda: 0.0, wall=lambda: 90, sleep=time.sleep, entropy=os.urandom)


@pytest.mark.parametrize(
    ("has_begun", "seconds", "is_told"),
    [
        (True, SILENT, False),
        (True, SILENT + 0.1, True),
        (False, SLOW_START, False),
        (False, SLOW_START + 0.1, True),
    ],
)
def test_a_process_that_began_may_be_silent_for_less_long_than_one_that_begins(
    tmp_path: Path, has_begun: bool, seconds: float, is_told: bool
) -> None:
    url = f"sqlite:///{tmp_path}/ingest.db"
    with opened(url) as store:
        add_root(store)
        with store.read() as connection:
            root = roots.by_name(connection, "main")
        process = RootProcess(
            store, root, settings=Settings(database_url=url), clock=CLOCK, log=Silent(),
            announcer=Announcer(), waker=Waker(),
        )  # fmt: skip
        process._has_begun, process._begin_at = has_begun, math.inf

        process.tend(seconds)

        assert process.is_unreachable is is_told


def test_a_process_that_cannot_be_begun_is_tried_again_and_the_daemon_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    url = f"sqlite:///{tmp_path}/ingest.db"
    with opened(url) as store:
        add_root(store)
        with store.read() as connection:
            root = roots.by_name(connection, "main")
        process = RootProcess(
            store, root, settings=Settings(database_url=url), clock=CLOCK, log=Silent(),
            announcer=Announcer(), waker=Waker(),
        )  # fmt: skip
        process.tend(0.0)
        assert process._begin_at == AGAIN
        assert not process.is_unreachable
        process.tend(SLOW_START + 1.0)
        assert process._begin_at == SLOW_START + 1.0 + AGAIN
        (problem,) = process.report().problems
    assert problem.code == "unreachable"
    assert problem.detail == f"no process can be begun for it: {descriptors.shortage()}"


def test_a_root_answers_when_its_process_says_something_and_not_when_another_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is in the way is told as it is now: no answer, or no process."""
    url, now = f"sqlite:///{tmp_path}/ingest.db", 0.0
    ends: list[int | None] = [None]
    has_room = True

    def begin(*_: object, **__: object) -> SimpleNamespace:
        if not has_room:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return SimpleNamespace(stdin=BytesIO(), stdout=BytesIO(), stderr=BytesIO(), poll=lambda: ends[0])

    monkeypatch.setattr(subprocess, "Popen", begin)
    with opened(url) as store:
        add_root(store)
        with store.read() as connection:
            root = roots.by_name(connection, "main")
        clock = Clock(monotonic=lambda: now, wall=lambda: 90, sleep=time.sleep, entropy=os.urandom)
        process = RootProcess(
            store, root, settings=Settings(database_url=url), clock=clock, log=Silent(),
            announcer=Announcer(), waker=Waker(),
        )  # fmt: skip

        def told() -> list[str | None]:
            process.tend(now)
            return [problem.detail for problem in process.health.records()]

        assert told() == []
        now += SLOW_START + 0.1
        assert told() == ["its file system does not answer"]
        ends[0] = -9
        assert told() == ["its file system does not answer"]
        now, has_room = now + AGAIN, False
        assert told() == [f"no process can be begun for it: {os.strerror(errno.EAGAIN)}"]
        ends[0] = None
        now, has_room = now + AGAIN, True
        assert told() == ["its file system does not answer"]
        for said, left in (
            (ProcessReply("begun"), ["its file system does not answer"]),
            (ProcessReply("report", report=process.report()), []),
        ):
            process._listen(BytesIO(msgspec.json.encode(said) + b"\n"))
            assert told() == left


def test_a_root_that_was_taken_back_meanwhile_is_said_to_be(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ingest.db"
    with opened(url) as store:
        add_root(store)
    with pytest.raises(NotFound, match="the root 'far' is recorded no more"):
        Process(ProcessTask(url, 1.0, Settings(database_url=url), "00", "far"))
