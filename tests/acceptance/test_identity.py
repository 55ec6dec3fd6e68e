"""Which document a file is, across a stop: what happened while nobody looked is told as a person would."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench
from tests.site import Site


def test_a_file_moved_while_stopped_is_moved(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "in").mkdir()
    (folder / "a.txt").rename(folder / "in" / "c.txt")

    assert scanned.news() == ["moved a.txt -> in/c.txt @1"]


def test_a_folder_moved_while_stopped_moves_each_document(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "x").mkdir()
    for name in "123":
        (folder / "x" / name).write_text(f"File {name} of this folder.\n")
    scanned.news()
    (folder / "x").rename(folder / "y")

    assert sorted(scanned.news()) == [f"moved x/{name} -> y/{name} @1" for name in "123"]


def test_an_empty_file_moved_while_stopped_is_moved_by_its_inode(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "empty").touch()
    (folder / "other").touch()
    scanned.news()
    (folder / "empty").rename(folder / "renamed")

    assert scanned.news() == ["moved empty -> renamed @1"]


def test_an_empty_file_copied_and_removed_is_another_document(scanned: Bench) -> None:
    """Empty bytes say nothing about which file it was."""
    folder = scanned.next()
    (folder / "empty").touch()
    scanned.news()
    (folder / "new").touch()
    (folder / "empty").unlink()

    assert sorted(scanned.news()) == ["created new @1", "deleted empty (removed)"]


def test_a_copy_whose_original_was_removed_is_moved_by_its_bytes(scanned: Bench) -> None:
    folder = scanned.next()
    shutil.copyfile(folder / "a.txt", folder / "c.txt")
    (folder / "a.txt").unlink()

    assert scanned.news() == ["moved a.txt -> c.txt @1"]


def test_of_two_that_vanished_with_the_same_bytes_neither_is_guessed(scanned: Bench) -> None:
    folder = scanned.next()
    shutil.copyfile(folder / "a.txt", folder / "twin.txt")
    scanned.news()
    shutil.copyfile(folder / "a.txt", folder / "new.txt")
    (folder / "a.txt").unlink()
    (folder / "twin.txt").unlink()

    assert sorted(scanned.news()) == [
        "created new.txt @1",
        "deleted a.txt (removed)",
        "deleted twin.txt (removed)",
    ]


def test_a_move_with_other_bytes_while_stopped_is_another_document(scanned: Bench) -> None:
    """Nobody saw the rename, and the bytes do not agree."""
    folder = scanned.next()
    (folder / "a.txt").rename(folder / "c.txt")
    (folder / "c.txt").write_text("Other words altogether.\n")

    assert sorted(scanned.news()) == ["created c.txt @1", "deleted a.txt (removed)"]


def test_an_edit_while_stopped_is_a_change(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "a.txt").write_text("Edited while nobody looked.\n")

    assert scanned.news() == ["changed a.txt @2"]


def test_an_edit_that_kept_size_and_times_is_a_change(scanned: Bench) -> None:
    path = scanned.next() / "a.txt"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Monday", b"Friday"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert scanned.news() == ["changed a.txt @2"]


def test_a_file_replaced_while_stopped_is_the_same_document_whatever_its_inode(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "new").write_text("Written beside, renamed into place.\n")
    (folder / "new").replace(folder / "a.txt")

    assert scanned.news() == ["changed a.txt @2"]


def test_a_swap_while_stopped_is_two_changes(scanned: Bench) -> None:
    folder = scanned.next()
    for old, new in (("a.txt", "third"), ("b.txt", "a.txt"), ("third", "b.txt")):
        (folder / old).rename(folder / new)

    assert scanned.news() == ["changed a.txt @2", "changed b.txt @2"]


def test_mv_over_while_stopped_changes_one_and_deletes_the_other(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "a.txt").replace(folder / "b.txt")

    assert sorted(scanned.news()) == ["changed b.txt @2", "deleted a.txt (removed)"]


def test_a_delete_comes_before_the_move_that_takes_its_path(scanned: Bench) -> None:
    """A file came to stand where a folder was: what was below it is gone before."""
    folder = scanned.next()
    (folder / "d").mkdir()
    (folder / "d" / "f").write_text("In the folder.\n")
    scanned.news()
    shutil.rmtree(folder / "d")
    (folder / "a.txt").rename(folder / "d")

    assert scanned.news() == ["deleted d/f (replaced)", "moved a.txt -> d @1"]


@pytest.mark.parametrize("body", ["the same", "other"])
def test_what_was_deleted_and_returns_is_the_same_document(scanned: Bench, body: str) -> None:
    path = scanned.next() / "a.txt"
    before = path.read_text()
    path.unlink()
    assert scanned.news() == ["deleted a.txt (removed)"]
    path.write_text(before if body == "the same" else "Back with other words.\n")

    assert scanned.news() == ["restored a.txt @1" if body == "the same" else "restored a.txt @2"]


def test_the_latest_document_that_stood_at_a_path_is_the_one_restored(scanned: Bench) -> None:
    folder = scanned.next()
    first = scanned.site.command.record("ls", f"{folder.name}/a.txt")["document"]
    (folder / "a.txt").rename(folder / "away.txt")
    scanned.news()
    (folder / "a.txt").write_text("A second document at this path.\n")
    (created,) = scanned.changes()
    (folder / "a.txt").unlink()
    scanned.news()
    (folder / "a.txt").write_text("Back again.\n")
    (restored,) = scanned.changes()

    assert created["document"] != first
    assert (restored["type"], restored["document"]) == ("document.restored", created["document"])


def test_a_document_that_moved_away_is_not_restored_at_its_old_path(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "a.txt").rename(folder / "c.txt")
    scanned.news()
    (folder / "c.txt").unlink()
    scanned.news()
    (folder / "a.txt").write_text("New at the old path.\n")

    assert scanned.news() == ["created a.txt @1"]


def test_a_file_made_and_removed_while_stopped_leaves_no_trace(scanned: Bench) -> None:
    folder = scanned.next()
    (folder / "c.txt").write_text("x")
    (folder / "c.txt").unlink()

    assert scanned.news() == []


def test_a_scan_of_what_did_not_change_says_nothing(scanned: Bench) -> None:
    scanned.next()
    assert scanned.news() == []
    assert scanned.news() == []


def test_patterns_that_now_leave_a_file_out_delete_it_as_excluded(site: Site) -> None:
    """And it is restored once they take it in again."""
    site.write("drafts/a.txt", "A draft.\n")
    site.write("b.txt", "Not a draft.\n")
    site.scan()
    config = site.folder / "c.toml"
    config.write_text('exclude = ["drafts"]\n')
    site.scan("--config", config)
    assert site.told(since=2) == ["deleted drafts/a.txt (excluded)"]
    assert (site.root / "drafts" / "a.txt").exists()
    site.scan()

    assert site.told(since=3) == ["restored drafts/a.txt @1"]
    site.holds(sample=0)


def test_what_happened_between_two_daemons_is_found_by_the_second(each_site: Site) -> None:
    site = each_site
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt"):
        site.write(name, f"Text of {name}.\n")
    with site.watch() as daemon:
        (site.root / "e.txt").unlink()
        daemon.sync()
    (site.root / "a.txt").rename(site.root / "moved.txt")
    (site.root / "b.txt").unlink()
    (site.root / "c.txt").write_text("Edited.\n")
    site.write("new.txt", "New.\n")
    site.write("e.txt", "Text of e.txt.\n")
    with site.watch() as daemon:
        daemon.sync()
        changes = site.command.records("changes", "--since", "6")
        assert {change["cause"] for change in changes} == {"startup"}
        assert sorted(site.told(since=6)) == [
            "changed c.txt @2",
            "created new.txt @1",
            "deleted b.txt (removed)",
            "moved a.txt -> moved.txt @1",
            "restored e.txt @1",
        ]
        assert len(daemon.changes) == 5
    site.holds(sample=0)


def test_a_root_given_by_a_link_or_with_dots_is_the_same_root(site: Site, tmp_path: Path) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    (tmp_path / "link").symlink_to(site.root)
    site.command.ask("scan", tmp_path / "link")
    site.command.ask("scan", site.root / ".." / "root")

    assert len(site.command.records("roots")) == 1
    assert site.told() == ["created a.txt @1"]


def test_of_several_documents_that_were_deleted_at_a_path_the_last_one_returns(each_site: Site) -> None:
    site = each_site
    first = site.write("a.txt", "The first.\n")
    second = site.write("b.txt", "The second.\n")
    site.scan()
    first.unlink()
    site.scan()
    second.rename(first)
    site.scan()
    first.unlink()
    site.scan()
    seq = site.seq
    site.write("a.txt", "Back again.\n")
    site.scan()

    assert site.told(seq) == ["restored a.txt @2"]
    site.holds(sample=0)


@pytest.mark.parametrize("how", ["watched", "scanned"])
@pytest.mark.parametrize(
    ("renames", "told"),
    [
        ("b.txt>c.txt a.txt>b.txt", ["changed b.txt @2", "created c.txt @1", "deleted a.txt (removed)"]),
        ("a.txt>t b.txt>a.txt t>b.txt", ["changed a.txt @2", "changed b.txt @2"]),
        ("a.txt>t a.txt>/ t>a.txt/a.txt", ["moved a.txt -> a.txt/a.txt @1"]),
        ("a.txt>t d>/ d>a.txt t>a.txt/t", ["moved a.txt -> a.txt/t @1"]),
    ],
    ids=["pushed-on", "swapped", "into-its-own-place", "a-folder-in-its-place"],
)
def test_renames_in_a_row_are_told_alike_by_watching_and_by_scanning(
    how: str, renames: str, told: list[str], request: pytest.FixtureRequest
) -> None:
    made: Bench = request.getfixturevalue(how)
    folder = made.next()
    for old, new in (rename.split(">") for rename in renames.split()):
        if new == "/":
            (folder / old).mkdir()
        else:
            (folder / old).rename(folder / new)
    assert sorted(made.news()) == told
