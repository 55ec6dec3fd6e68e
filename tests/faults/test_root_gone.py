"""A root that is gone or is another folder: nothing is deleted, it is said, and it resumes by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon import Daemon, until
from tests.site import Site

# Each takes the root away and returns what brings it back.
Undo = Callable[[], object]


def renamed(root: Path) -> Undo:
    kept = root.with_name("kept")
    root.rename(kept)
    return lambda: kept.rename(root)


def another_folder_in_its_place(root: Path) -> Undo:
    back = renamed(root)
    root.mkdir()
    (root / "stranger.txt").write_text("not of this root")

    def undo() -> None:
        shutil.rmtree(root)
        back()

    return undo


def an_empty_folder_in_its_place(root: Path) -> Undo:
    back = renamed(root)
    root.mkdir()

    def undo() -> None:
        root.rmdir()
        back()

    return undo


def a_link_in_its_place(root: Path) -> Undo:
    back = renamed(root)
    elsewhere = root.with_name("elsewhere")
    elsewhere.mkdir()
    root.symlink_to(elsewhere)

    def undo() -> None:
        root.unlink()
        back()

    return undo


def a_file_in_its_place(root: Path) -> Undo:
    back = renamed(root)
    root.write_text("a file")

    def undo() -> None:
        root.unlink()
        back()

    return undo


def removed_and_restored_from_a_copy(root: Path) -> Undo:
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    shutil.rmtree(root)
    return lambda: shutil.copytree(copy, root)


def removed_and_made_again_empty(root: Path) -> Undo:
    undo = removed_and_restored_from_a_copy(root)
    root.mkdir()

    def back() -> None:
        root.rmdir()
        undo()

    return back


WAYS = [
    (renamed, "root_missing"),
    (another_folder_in_its_place, "root_replaced"),
    (an_empty_folder_in_its_place, "root_replaced"),
    (a_link_in_its_place, "root_replaced"),
    (a_file_in_its_place, "root_replaced"),
    (removed_and_restored_from_a_copy, "root_missing"),
    (removed_and_made_again_empty, "root_replaced"),
]


@pytest.mark.parametrize(("take", "code"), WAYS, ids=[take.__name__ for take, _ in WAYS])
def test_a_root_that_is_gone_deletes_nothing_and_resumes(
    site: Site, take: Callable[[Path], Undo], code: str
) -> None:
    site.write_texts(a="one", b="two", sub__c="three", sub__deep__d="four")
    with site.watch() as daemon:
        before = site.listing()
        assert len(before) == 4
        bring_back = take(site.root)
        status = site.until_problem(code)
        assert status["health"] == "degraded"
        site.command.refused("sync", "--timeout", "0.5", code=4)
        assert site.listing() == before
        bring_back()
        site.until_healthy()
        site.write_texts(new="after")
        daemon.sync()

        assert site.deleted() == []
        assert site.listing() == before | {"new.txt": (site.listing()["new.txt"][0], 1)}
    assert ("blind", code) in site.coverage()
    site.command.ask("verify", "--deep")


def test_what_was_edited_while_the_root_was_away_is_found_when_it_is_back(site: Site) -> None:
    site.write_texts(a="one", b="two")
    with site.watch() as daemon:
        bring_back = renamed(site.root)
        site.until_problem("root_missing")
        kept = site.folder / "kept"
        (kept / "a.txt").write_text("edited while away")
        (kept / "b.txt").unlink()
        (kept / "c.txt").write_text("made while away")
        bring_back()
        site.until_healthy()
        daemon.sync()

        assert sorted(site.log()[2:]) == [
            ("changed", "a.txt", 2),
            ("created", "c.txt", 1),
            ("deleted", "b.txt", 1),
        ]


def test_a_save_into_the_old_inode_is_not_taken_for_one_under_the_root(site: Site) -> None:
    """The kernel goes on telling of the renamed folder under its old name; a new folder stands there."""
    site.write_texts(a="one")
    with site.watch():
        undo = another_folder_in_its_place(site.root)
        (site.folder / "kept" / "a.txt").write_text("written elsewhere")
        site.until_problem("root_replaced")

        assert site.log() == [("created", "a.txt", 1)]
        undo()
        site.until_healthy()


def test_an_emptied_root_that_is_the_same_is_believed(site: Site) -> None:
    """Its identity holds and it can be listed, so that all of its files are gone, however many."""
    site.write_texts(a="one", b="two", sub__c="three")
    with site.watch() as daemon:
        for entry in (site.root / "a.txt", site.root / "b.txt"):
            entry.unlink()
        shutil.rmtree(site.root / "sub")
        daemon.sync()

        assert sorted(site.deleted()) == ["a.txt", "b.txt", "sub/c.txt"]
        assert site.status()["health"] == "ok"


def test_the_folder_of_our_own_is_written_again_when_it_is_deleted(site: Site) -> None:
    site.write_texts(a="one")
    with site.watch() as daemon:
        identity = (site.root / ".ingest" / "root-id").read_text()
        shutil.rmtree(site.root / ".ingest")
        until((site.root / ".ingest" / "root-id").exists)
        assert (site.root / ".ingest" / "root-id").read_text() == identity
        site.write_texts(b="two")
        daemon.sync()

        assert site.status()["health"] == "ok"
        assert site.log() == [("created", "a.txt", 1), ("created", "b.txt", 1)]


def test_a_root_that_is_missing_at_the_start_is_waited_for(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    bring_back = renamed(site.root)
    refused = site.command.refused("scan", "root", code=4)
    assert "root" in refused.error
    with Daemon(site.command, "root", ready="started") as daemon:
        site.until_problem("root_missing")
        bring_back()
        site.until_healthy()
        daemon.sync()

        assert site.log() == [("created", "a.txt", 1)]


def test_another_folder_is_taken_only_when_told_to(site: Site) -> None:
    site.write_texts(a="one", b="two")
    site.command.ask("scan", site.root)
    another_folder_in_its_place(site.root)
    refused = site.command.refused("scan", site.root, code=4)
    assert "--adopt" in refused.hint
    assert site.deleted() == []

    site.command.ask("scan", "--adopt", site.root)

    assert sorted(site.deleted()) == ["a.txt", "b.txt"]
    assert list(site.listing()) == ["stranger.txt"]
    site.command.ask("scan", site.root)


def test_a_copy_of_a_root_is_refused_as_a_second_one_with_its_id(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    copy = site.folder / "copy"
    shutil.copytree(site.root, copy)

    refused = site.command.run("scan", copy)

    assert refused.code in {2, 4}
    assert "--adopt" in refused.hint
    site.command.ask("scan", "--adopt", copy)
    ids = {(folder / ".ingest" / "root-id").read_text() for folder in (site.root, copy)}
    assert len(ids) == 2
    assert sorted((d["root"], d["path"]) for d in site.command.records("ls")) == [
        ("copy", "a.txt"),
        ("root", "a.txt"),
    ]
    site.command.ask("scan", site.root)


def test_a_root_replaced_while_nobody_watched_is_noticed_at_the_start(site: Site) -> None:
    site.write_texts(a="one", b="two")
    with site.watch():
        pass
    undo = an_empty_folder_in_its_place(site.root)
    with site.watch(ready="started") as daemon:
        site.until_problem("root_replaced")
        assert site.deleted() == []
        assert os.listdir(site.root) == []  # and nothing of ours is written into a stranger's folder
        undo()
        site.until_healthy()
        daemon.sync()

        assert site.deleted() == []


def test_a_scan_beside_a_watch_whose_root_is_gone_says_so_at_once_and_sees_it_come_back(site: Site) -> None:
    """Whoever puts a folder back, or adopts another, and then asks, is not told how it was before."""
    site.write_texts(a="one")
    with site.watch():
        away = site.root.with_name("away")
        site.root.rename(away)
        site.until_problem("root_missing")
        missing = site.command.refused("scan", site.root.name, code=4)
        away.rename(site.root)
        back = site.scan()

        site.root.rename(away)
        site.write_texts(b="another folder's")
        site.until_problem("root_replaced")
        replaced = site.command.refused("scan", site.root.name, code=4)
        adopted = site.scan("--adopt")

    assert missing.error == f"root {site.root} cannot be opened: No such file or directory"
    assert replaced.error.startswith(f"root root: {site.root} is not the folder that was recorded")
    assert replaced.hint == "put the folder back, or accept this one: ingest scan --adopt root"
    assert (back["files"], adopted["files"]) == (1, 1)
    assert site.told() == ["created a.txt @1", "created b.txt @1", "deleted a.txt (removed)"]
