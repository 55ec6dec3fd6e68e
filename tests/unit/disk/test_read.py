"""One file, read safely and stably, or the reason why not: on a real folder."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.disk import read
from ingest.disk.read import Bytes, Moving, NoFile, Rejected, look
from ingest.model import Descriptor
from tests.command import PATIENCE
from tests.unit.disk.reading import MB, read_all


@pytest.mark.parametrize("size", [0, 1, 4096, MB - 1, MB, MB + 1, 3 * MB + 7])
def test_a_file_at_rest_is_read_whole(folder: Path, root: Descriptor, size: int) -> None:
    raw = os.urandom(size)
    (folder / "a").write_bytes(raw)
    found = read_all(root, b"a")
    stat = os.stat(folder / "a")

    assert isinstance(found, Bytes)
    assert found.raw == raw
    assert found.signature == read.signature_of(stat)
    assert found.modified_at == stat.st_mtime_ns // 1000
    assert (found.signature.inode, found.signature.size) == (stat.st_ino, size)


@pytest.mark.parametrize("path", [b"deep/er/a", b"\xff\xfe/\x80", "é/ü".encode(), b"new\nline", b" "])
def test_any_name_is_read(folder: Path, root: Descriptor, path: bytes) -> None:
    full = os.path.join(os.fsencode(folder), path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(b"x")

    assert isinstance(read_all(root, path), Bytes)


# -- what is not there, or is something else -------------------------------------------------


@pytest.mark.parametrize("path", [b"absent", b"no/such/folder", b"d/absent"])
def test_what_is_absent_is_gone(folder: Path, root: Descriptor, path: bytes) -> None:
    (folder / "d").mkdir()

    assert read_all(root, path) == NoFile("removed")
    assert look(root, path) == NoFile("removed")


def make_folder(path: Path) -> None:
    path.mkdir()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket may have 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
    os.chdir(here)


def make_link(path: Path) -> None:
    path.symlink_to("target")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    "make", [make_folder, make_fifo, make_socket, make_link, make_dangling_link, make_loop]
)
def test_what_is_no_regular_file_counts_as_replaced(
    folder: Path, root: Descriptor, make: Callable[[Path], None]
) -> None:
    (folder / "target").write_bytes(b"secret")
    make(folder / "a")

    assert read_all(root, b"a") == NoFile("replaced")
    assert look(root, b"a") == NoFile("replaced")


def test_a_path_below_a_file_is_gone(folder: Path, root: Descriptor) -> None:
    """The folder gave way to a file of its name."""
    (folder / "d").write_bytes(b"x")

    assert read_all(root, b"d/a") == NoFile("replaced")
    assert look(root, b"d/a/b") == NoFile("replaced")


def test_a_fifo_is_not_opened(folder: Path, root: Descriptor) -> None:
    """Whoever waits to write into it for its true reader still waits afterwards."""
    os.mkfifo(folder / "pipe")
    opened = threading.Event()

    def write() -> None:
        with open(folder / "pipe", "wb"):
            opened.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    wait_until_asleep(writer)
    assert read_all(root, b"pipe") == NoFile("replaced")
    woken = opened.wait(0.2)
    reader = Descriptor(os.open(folder / "pipe", os.O_RDONLY))  # lets the writer go
    writer.join()
    os.close(reader)

    assert not woken


def wait_until_asleep(thread: threading.Thread) -> None:
    """Until the kernel says that the thread sleeps in a call; it has only one to make."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = Path(f"/proc/self/task/{thread.native_id}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "S":
            return
        time.sleep(0.01)
    raise AssertionError("the writer never came to wait")


# -- limits ----------------------------------------------------------------------------------


def test_a_file_over_the_limit_is_rejected_before_it_is_read(folder: Path, root: Descriptor) -> None:
    """IN-07: a sparse terabyte, which nobody could read."""
    with (folder / "huge").open("wb") as file:
        file.truncate(1 << 40)
    found = read_all(root, b"huge")

    assert isinstance(found, Rejected)
    assert found.reason == "too_large"
    assert str(1 << 40) in found.detail
    assert found.signature == read.signature_of(os.stat(folder / "huge"))


def test_the_limit_itself_is_allowed(folder: Path, root: Descriptor) -> None:
    (folder / "a").write_bytes(b"12345")

    assert isinstance(read_all(root, b"a", max_bytes=5), Bytes)
    assert isinstance(read_all(root, b"a", max_bytes=4), Rejected)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux's /proc")
def test_a_file_that_fails_to_be_read_is_unreadable() -> None:
    """Opening works and reading is an I/O error: page 0 of a process cannot be read."""
    root = Descriptor(os.open("/proc/self", os.O_RDONLY | os.O_DIRECTORY))
    found = read_all(root, b"mem")
    os.close(root)

    assert isinstance(found, Rejected)
    assert found.reason == "unreadable"


# -- standing still --------------------------------------------------------------------------


def append(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"more")


def truncate(file: Path) -> None:
    os.truncate(file, 10)


def rewrite_and_put_the_time_back(file: Path) -> None:
    before = os.stat(file)
    with file.open("r+b") as opened:
        opened.write(b"X")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"other")
    other.replace(file)


def remove(file: Path) -> None:
    file.unlink()


def replace_its_folder(file: Path) -> None:
    """The file itself is not touched; another stands at its path."""
    kept = file.parent.with_name("kept")
    file.parent.rename(kept)
    file.parent.mkdir()
    shutil.copy2(kept / file.name, file)


def swap_for_a_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    "disturb",
    [
        append,
        truncate,
        rewrite_and_put_the_time_back,
        replace,
        remove,
        replace_its_folder,
        swap_for_a_link,
    ],
)
@pytest.mark.parametrize("size", [100, 2 * MB], ids=["small", "large"])
def test_a_file_that_changes_while_it_is_read_does_not_count(
    folder: Path,
    root: Descriptor,
    monkeypatch: pytest.MonkeyPatch,
    disturb: Callable[[Path], None],
    size: int,
) -> None:
    """Somebody changes it right after the first bytes were read."""
    file = folder / "d" / "a"
    file.parent.mkdir()
    file.write_bytes(b"x" * size)
    true_read, calls = os.read, 0

    def disturbed(fd: int, length: int) -> bytes:
        nonlocal calls
        calls += 1
        found = true_read(fd, length)
        if calls == 1:
            disturb(file)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", disturbed)
        found = read_all(root, b"d/a")

    assert calls >= 1
    assert found == Moving()


def test_a_file_of_its_size_is_read_by_one_call(
    folder: Path, root: Descriptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a").write_bytes(b"words")
    true_read, lengths = os.read, []

    def noting(fd: int, length: int) -> bytes:
        lengths.append(length)
        return true_read(fd, length)

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", noting)
        found = read_all(root, b"a")

    assert isinstance(found, Bytes)
    assert (found.raw, lengths) == (b"words", [6])


@pytest.mark.parametrize("more", [b"", b"!", b" and more"])
def test_a_file_that_grows_between_two_looks_does_not_count(
    folder: Path, root: Descriptor, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a").write_bytes(b"words")
    true_read = os.read

    def grown(fd: int, length: int) -> bytes:
        raw = true_read(fd, length)
        with (folder / "a").open("ab") as opened:
            opened.write(more)
        return raw

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", grown)
        found = read_all(root, b"a", max_bytes=100)

    assert (found == Moving()) == bool(more)


def test_a_file_that_grows_past_the_limit_is_not_read_for_ever(
    folder: Path, root: Descriptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "a"
    file.write_bytes(b"x")
    true_read, calls = os.read, 0

    def growing(fd: int, length: int) -> bytes:
        nonlocal calls
        calls += 1
        with file.open("ab") as opened:
            opened.write(b"x" * 1000)
        return true_read(fd, length)

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", growing)
        found = read_all(root, b"a", max_bytes=100_000)

    assert found == Moving()
    assert calls < 200
