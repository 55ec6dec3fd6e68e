"""One save, whichever way an editor saves, is one change of the same document."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench
from tests.acceptance.saves import SAVES
from tests.daemon import until
from tests.site import brief


@pytest.mark.parametrize("how", SAVES)
def test_a_save_is_one_change_of_the_same_document(watched: Bench, how: str) -> None:
    folder = watched.next()
    before = (folder / "a.txt").read_text()
    SAVES[how](folder, watched.spare)

    assert watched.news() == ["changed a.txt @2"]
    assert (folder / "a.txt").read_text() != before


@pytest.mark.parametrize("how", ["vim", "sed -i", "temporary with a plain name", "unlinked"])
def test_of_saves_in_a_row_the_last_one_is_kept_and_none_makes_a_document(watched: Bench, how: str) -> None:
    folder = watched.next()
    for number in range(4):
        (folder / "a.txt").write_text(f"Save {number}: the council met on Monday.\n")
        SAVES[how](folder, watched.spare)
    news = watched.news()

    assert news == [f"changed a.txt @{version}" for version in range(2, len(news) + 2)]
    assert watched.body("a.txt") == b"Save 3: the council met on Tuesday.\n"


def test_a_file_written_in_chunks_never_gives_an_empty_version(watched: Bench) -> None:
    """Truncated, then a chunk every 0.3 s, closed at 1.2 s: the last content is a version, none is empty."""
    folder = watched.next()
    with (folder / "a.txt").open("w") as file:
        for chunk in range(4):
            file.write(f"chunk {chunk}\n")
            file.flush()
            time.sleep(0.3)
    sizes = [change["size"] for change in watched.changes()]

    assert sizes[-1] == (folder / "a.txt").stat().st_size == 32
    assert all(sizes)


def test_a_file_that_is_appended_to_and_never_closed_is_versioned_all_the_same(watched: Bench) -> None:
    folder = watched.next()
    daemon = watched.daemon
    assert daemon is not None
    name = f"{folder.name}/a.txt"
    with (folder / "a.txt").open("a") as file:

        def versioned_after_another_line() -> bool:
            file.write("another line\n")
            file.flush()
            return any(
                change["path"] == name and change["type"] == "document.changed" for change in daemon.changes
            )

        until(versioned_after_another_line, every=0.1, what="a version of a file that never rests")

    news = watched.news()
    assert news == [f"changed a.txt @{version}" for version in range(2, len(news) + 2)]
    assert watched.body("a.txt") == (folder / "a.txt").read_bytes()


def test_a_store_through_a_memory_map_is_found_by_a_scan(watched: Bench) -> None:
    """The operating system announces nothing: `sync` cannot know, the next scan does."""
    folder = watched.next()
    with (folder / "a.txt").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:3] = b"Our"
        memory.flush()
        assert watched.news() == []
        watched.scan()

        assert watched.news() == ["changed a.txt @2"]
        assert watched.body("a.txt").startswith(b"Our council")


def test_a_write_through_a_hard_link_outside_is_found_by_a_scan(watched: Bench) -> None:
    folder = watched.next()
    os.link(folder / "a.txt", watched.spare / "other name")
    (watched.spare / "other name").write_text("Through the other name.\n")
    assert watched.news() == []
    watched.scan()

    assert watched.news() == ["changed a.txt @2"]


def test_a_hard_link_inside_is_a_document_of_its_own(watched: Bench) -> None:
    folder = watched.next()
    os.link(folder / "a.txt", folder / "c.txt")
    assert watched.news() == ["created c.txt @1"]
    (folder / "c.txt").write_text("Both names hold this.\n")
    watched.scan()

    assert sorted(watched.news()) == ["changed a.txt @2", "changed c.txt @2"]


def _chmod(path: Path) -> None:
    path.chmod(0o640)


def _chown(path: Path) -> None:
    os.chown(path, os.getuid(), os.getgid())


def _touch(path: Path) -> None:
    path.touch()


def _touch_back(path: Path) -> None:
    os.utime(path, (1, 1))


def _set_attribute(path: Path) -> None:
    os.setxattr(path, "user.note", b"x")


def _write_the_same(path: Path) -> None:
    path.write_bytes(path.read_bytes())


def _replace_by_the_same(path: Path) -> None:
    beside = path.with_name(".beside")
    beside.write_bytes(path.read_bytes())
    beside.replace(path)


def _remove_and_put_back(path: Path) -> None:
    body = path.read_bytes()
    path.unlink()
    path.write_bytes(body)


def _rename_there_and_back(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.with_name("elsewhere").rename(path)


def _read(path: Path) -> None:
    path.read_bytes()


def test_what_leaves_the_bytes_as_they_were_is_no_change(watched: Bench) -> None:
    """One act in each of these folders; a change names the folder, and so the act."""
    acts: dict[str, Callable[[Path], None]] = {}
    for act in (
        *(_chmod, _chown, _touch, _touch_back, _set_attribute, _read),
        *(_write_the_same, _replace_by_the_same, _remove_and_put_back, _rename_there_and_back),
    ):
        folder = watched.next()
        acts[folder.name] = act
        act(folder / "a.txt")
    watched.settle()
    changes = watched.site.command.records("changes", "--since", str(watched.told))

    assert [(brief(change), acts[change["path"][:3]].__name__) for change in changes] == []
