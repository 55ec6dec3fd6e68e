"""Which folders may not answer, told from what is mounted, and what a path leads to."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from ingest import overseen
from ingest.cli import files
from ingest.disk import reachability
from ingest.disk.mounts import Line
from ingest.disk.reachability import answers, own_descriptor, silent_of, silent_of_root
from ingest.errors import Unreachable

Mounting = Callable[..., None]


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> Mounting:
    """Have the kernel's table say this, below a local file system; the folders themselves are as they are."""

    def say(**types: str | Path) -> None:
        every = [("/", "ext4"), ("/proc", "proc"), *((str(types[n]), n.rstrip("_")) for n in types)]
        lines = [
            Line(number, number - 1, b"0:%d" % number, b"/", os.fsencode(point), type_)
            for number, (point, type_) in enumerate(every, 1)
        ]
        monkeypatch.setattr(reachability, "table", lambda: lines)

    return say


@pytest.mark.parametrize("type_", ["devpts", "devtmpfs", "proc", "sysfs", "tmpfs", "ext4"])
def test_what_the_kernel_makes_and_a_disk_of_this_machine_answer(
    tmp_path: Path, mounted: Mounting, type_: str
) -> None:
    mounted(**{type_: tmp_path, f"{type_}_": tmp_path / "sub"})
    assert silent_of(os.fsencode(tmp_path / "a")) == []
    assert silent_of_root(os.fsencode(tmp_path)) == []


@pytest.mark.parametrize("type_", ["nfs4", "cifs", "fuse", "fuse.sshfs", "9p", "autofs", "unheard-of"])
def test_what_is_not_known_may_not_answer(tmp_path: Path, mounted: Mounting, type_: str) -> None:
    far = tmp_path / "far"
    far.mkdir()
    mounted(**{type_: far})
    assert silent_of(os.fsencode(far / "a")) == [os.fsencode(far)]
    assert silent_of_root(os.fsencode(far / "a")) == [os.fsencode(far / "a")]
    assert silent_of_root(os.fsencode(tmp_path)) == [os.fsencode(far)]


def test_a_root_behind_a_linked_folder_is_where_the_link_leads(tmp_path: Path, mounted: Mounting) -> None:
    """By a link in its own place nothing is followed: that is no root."""
    far = tmp_path / "far"
    (far / "folder").mkdir(parents=True)
    (tmp_path / "link").symlink_to("other/../far")
    (tmp_path / "other").mkdir()
    (tmp_path / "root").symlink_to(far)
    mounted(nfs4=far)
    assert silent_of_root(os.fsencode(tmp_path / "link" / "folder")) == [os.fsencode(far / "folder")]
    assert silent_of_root(os.fsencode(tmp_path / "root")) == []
    assert silent_of(os.fsencode(tmp_path / "root")) == [os.fsencode(far)]


def test_a_link_that_leads_through_what_the_kernel_makes_is_followed_to_its_end(
    tmp_path: Path, mounted: Mounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "far"
    far.mkdir()
    monkeypatch.chdir(far)
    mounted(nfs4=far)
    assert silent_of(b"/proc/self/cwd/a") == [os.fsencode(far)]


@pytest.mark.parametrize("of", ["pipe", "file"])
def test_what_stands_for_an_open_file_is_written_to_as_it_is_open(tmp_path: Path, of: str) -> None:
    reading, writing = os.pipe()
    if of == "file":
        writing = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
        os.write(writing, b"before ")
        reading = os.open(tmp_path / "a", os.O_RDONLY)
    (tmp_path / "link").symlink_to(f"/dev/fd/{writing}")
    for place in (f"/dev/fd/{writing}", f"/proc/self/fd/{writing}", str(tmp_path / "link")):
        assert own_descriptor(os.fsencode(place)) == writing
        files.write(place, b"body ", hint="")
    os.write(writing, b"after")
    os.close(writing)
    with open(reading, "rb") as file:
        assert file.read() == b"before " * (of == "file") + b"body " * 3 + b"after"


@pytest.mark.parametrize(
    "place", ["a", "link", "sub/a", "/proc/self/fd", "/proc/self/fd/x", "/dev/null", "loop"]
)
def test_any_other_path_stands_for_no_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").touch()
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "loop").symlink_to("loop")
    assert own_descriptor(os.fsencode(place)) is None


def test_a_pipe_of_another_process_is_opened_and_not_replaced() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        files.write(f"/proc/{cat.pid}/fd/0", b"body", hint="")
        out, _ = cat.communicate()
    assert out == b"body"


def test_a_full_pipe_that_nobody_waits_for_is_written_to_when_it_can_be() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    body, found = bytes(1_000_000), bytearray()

    def read() -> None:
        time.sleep(0.1)
        while piece := os.read(reading, 1 << 20):
            found.extend(piece)

    reader = threading.Thread(target=read)
    reader.start()
    worked = time.thread_time()
    files.write(f"/dev/fd/{writing}", body, hint="")
    worked = time.thread_time() - worked
    os.close(writing)
    reader.join()
    os.close(reading)
    assert found == body
    assert worked < 0.05  # it slept meanwhile


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_where_no_process_can_be_begun_that_is_said_and_nothing_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Never:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fail)
    monkeypatch.setattr(overseen, "is_alone", lambda: True)
    monkeypatch.setattr(subprocess, "Popen", fail)
    said = "no process can be begun that asks the file system: Resource temporarily unavailable"
    before = os.listdir("/proc/self/fd")
    with pytest.raises(Unreachable, match=said):
        overseen.result([os.fsencode(tmp_path)], lambda: None, None)
    with pytest.raises(Unreachable, match=said):
        answers(os.fsencode(tmp_path))
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is asked")
def test_too_few_descriptors_are_no_want_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Never:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(OSError, match="Too many open files") as raised:
        answers(os.fsencode(tmp_path))
    assert raised.value.errno == errno.EMFILE
