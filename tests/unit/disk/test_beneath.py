"""Nothing leads out of a root, and what cannot be told is unknown: on a real folder."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.disk import read
from ingest.disk.read import Bytes, File, NoFile, Unknown, look, open_beneath
from ingest.model import Descriptor
from tests.command import PATIENCE
from tests.unit import another_user
from tests.unit.disk.reading import read_all


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


# -- nothing leads out of the root -----------------------------------------------------------


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    return outside


@pytest.mark.parametrize("deep", ["", "x/y/"])
def test_a_folder_that_is_a_link_is_not_passed_through(
    folder: Path, root: Descriptor, secret: Path, deep: str
) -> None:
    os.makedirs(folder / deep, exist_ok=True)
    (folder / f"{deep}d").symlink_to(secret)
    path = f"{deep}d/secret".encode()

    assert read_all(root, path) == NoFile("replaced")
    assert look(root, path) == NoFile("replaced")


def test_a_link_within_the_root_is_not_followed_either(folder: Path, root: Descriptor) -> None:
    (folder / "true").mkdir()
    (folder / "true" / "a").write_bytes(b"x")
    (folder / "link").symlink_to("true")

    assert read_all(root, b"link/a") == NoFile("replaced")


@pytest.mark.parametrize("path", [b"../outside/secret", b"d/../../outside/secret", b".."])
@pytest.mark.usefixtures("secret")
def test_dots_do_not_lead_out(folder: Path, root: Descriptor, path: bytes) -> None:
    (folder / "d").mkdir()

    with pytest.raises(OSError, match=r".*"):
        os.close(open_beneath(root, path, os.O_RDONLY))
    assert not isinstance(read_all(root, path), Bytes)
    assert not isinstance(look(root, path), File)


def test_an_absolute_path_is_not_one_of_the_root(root: Descriptor) -> None:
    with pytest.raises(OSError, match=r".*"):
        os.close(open_beneath(root, b"/etc/passwd", os.O_RDONLY))


def test_a_folder_swapped_for_a_link_again_and_again_never_gives_the_outside(
    folder: Path, root: Descriptor, secret: Path
) -> None:
    """A race, run for a while: each answer is the inner file or none."""
    (folder / "d").mkdir()
    (folder / "d" / "secret").write_bytes(b"inner")
    (folder / "link").symlink_to(secret)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (folder / "d").rename(folder / "kept")
            (folder / "link").rename(folder / "d")
            (folder / "d").rename(folder / "link")
            (folder / "kept").rename(folder / "d")

    swapper = threading.Thread(target=swap)
    swapper.start()
    found: set[bytes] = set()
    begun = time.monotonic()
    tries = 0
    # Long enough to have met both, however the two threads take turns.
    while tries < 2000 or (not found and time.monotonic() < begun + PATIENCE):
        tries += 1
        answer = read_all(root, b"d/secret")
        if isinstance(answer, Bytes):
            found.add(answer.raw)
    stop.set()
    swapper.join()

    assert found == {b"inner"}


def test_a_root_that_moves_is_still_read(folder: Path, root: Descriptor, tmp_path: Path) -> None:
    """It is held by its descriptor, not by its name."""
    (folder / "a").write_bytes(b"x")
    folder.rename(tmp_path / "elsewhere")

    assert isinstance(read_all(root, b"a"), Bytes)


# -- long paths, rights, descriptors ---------------------------------------------------------


def test_a_path_over_4096_bytes_is_read(folder: Path, root: Descriptor) -> None:
    parts = [b"%02d" % n + b"n" * 198 for n in range(30)]
    at = os.dup(root)
    for part in parts:
        os.mkdir(part, dir_fd=at)
        below = Descriptor(os.open(part, os.O_RDONLY | os.O_DIRECTORY, dir_fd=at))
        os.close(at)
        at = below
    fd = Descriptor(os.open(b"a", os.O_WRONLY | os.O_CREAT, dir_fd=at))
    os.write(fd, b"deep")
    os.close(fd)
    os.close(at)
    path = b"/".join([*parts, b"a"])

    assert len(path) > 4096
    found = read_all(root, path)
    assert isinstance(found, Bytes)
    assert found.raw == b"deep"
    assert isinstance(look(root, path), File)
    assert read_all(root, path + b"bsent") == NoFile("removed")
    assert folder.is_dir()


def test_no_descriptor_is_left_open(folder: Path, root: Descriptor) -> None:
    (folder / "d").mkdir()
    (folder / "d" / "a").write_bytes(b"x")
    (folder / "link").symlink_to("d")
    os.mkfifo(folder / "pipe")
    before = open_descriptors()
    for path in (b"d/a", b"d", b"link", b"link/a", b"absent", b"d/a/b", b"pipe", b"../x"):
        for _ in range(3):
            read_all(root, path)
            read_all(root, path, max_bytes=0)
            look(root, path)

    assert open_descriptors() == before


def as_another(folder: Path, path: str) -> list[str]:
    program = f"""
if {read._openat2_missing}:
    read._openat2_missing = True
found = read.read_stable(root, {os.fsencode(path)!r}, max_bytes=1000)
seen = read.look(root, {os.fsencode(path)!r})
answer = [type(found).__name__, getattr(found, "reason", ""), type(seen).__name__]
"""
    found: list[str] = another_user.run(folder, program)
    return found


@pytest.fixture
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that anyone reaches; its own parents may be closed, it is handed over opened."""
    made = tmp_path_factory.mktemp("rights")
    made.chmod(0o755)
    yield made
    for closed in made.rglob("*"):
        if not closed.is_symlink():
            closed.chmod(0o755)


def test_a_file_without_the_right_to_read_is_unreadable_and_there(open_folder: Path) -> None:
    (open_folder / "a").write_bytes(b"x")
    (open_folder / "a").chmod(0)

    assert as_another(open_folder, "a") == ["Rejected", "unreadable", "File"]


@pytest.mark.parametrize("mode", [0o000, 0o400], ids=["closed", "listed only"])
def test_what_lies_in_a_folder_that_cannot_be_passed_is_unknown(open_folder: Path, mode: int) -> None:
    (open_folder / "d").mkdir()
    (open_folder / "d" / "a").write_bytes(b"x")
    (open_folder / "d").chmod(mode)

    assert as_another(open_folder, "d/a") == ["Unknown", "", "Unknown"]
    assert as_another(open_folder, "d/absent") == ["Unknown", "", "Unknown"]


def test_an_absence_in_a_folder_that_cannot_be_listed_is_not_believed(open_folder: Path) -> None:
    """A folder that may be passed and not listed: a file is read, an absence is unknown."""
    (open_folder / "d" / "e").mkdir(parents=True)
    (open_folder / "d" / "a").write_bytes(b"x")
    (open_folder / "d" / "a").chmod(0o644)
    (open_folder / "d").chmod(0o111)

    assert as_another(open_folder, "d/a") == ["Bytes", "", "File"]
    assert as_another(open_folder, "d/absent") == ["Unknown", "", "Unknown"]
    assert as_another(open_folder, "d/e/absent") == ["Unknown", "", "Unknown"]


def test_a_name_longer_than_any_file_may_have_is_an_answer_too(root: Descriptor) -> None:
    assert isinstance(look(root, b"n" * 256), Unknown | NoFile)
    assert isinstance(read_all(root, b"n" * 256), Unknown | NoFile)
