"""Files copied, moved, unpacked, checked out and removed give the history that a person would tell."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from tests import draw
from tests.acceptance.bench import Bench
from tests.site import Site, run, tool


def tree(folder: Path, count: int = 5) -> Path:
    """A folder with `count` files, some of them two floors down, each with bytes of its own."""
    (folder / "sub" / "deep").mkdir(parents=True)
    for number in range(count):
        below = folder / ("sub/deep" if number % 2 else "")
        (below / f"{number}.txt").write_text(f"{folder.name} {folder.parent.name} {number}\n")
    return folder


NAMES = ["0.txt", "2.txt", "4.txt", "sub/deep/1.txt", "sub/deep/3.txt"]


# -- in ---------------------------------------------------------------------------------------


def test_cp_of_a_new_file_creates_it(watched: Bench) -> None:
    folder = watched.next()
    run("cp", "-p", "a.txt", "c.txt", cwd=folder)

    assert watched.news() == ["created c.txt @1"]


@pytest.mark.parametrize("how", ["cp -r", "cp -a", "mv", "tar", "rsync -a", "mkdir and write"])
def test_a_folder_that_comes_in_creates_each_of_its_files(watched: Bench, how: str) -> None:
    """Those that were there before its watch could be set, too."""
    folder = watched.next()
    source = tree(watched.spare / "d")
    if how == "mkdir and write":
        tree(folder / "d")
    elif how == "tar":
        run("tar", "cf", "d.tar", "d", cwd=watched.spare)
        run("tar", "xf", watched.spare / "d.tar", cwd=folder)
    else:
        words = how.split()
        run(tool(words[0]), *words[1:], source, folder, cwd=folder)

    assert sorted(watched.news()) == [f"created d/{name} @1" for name in NAMES]


def test_mv_of_a_file_into_the_root_creates_it(watched: Bench) -> None:
    folder = watched.next()
    (watched.spare / "c.txt").write_text("From outside.\n")
    run("mv", watched.spare / "c.txt", folder, cwd=folder)

    assert watched.news() == ["created c.txt @1"]


def test_a_file_made_and_removed_at_once_never_was_a_document(watched: Bench) -> None:
    folder = watched.next()
    for number in range(20):
        (folder / f"{number}.txt").write_text("Gone in a moment.\n")
        (folder / f"{number}.txt").unlink()

    assert watched.news() == []


def test_an_empty_file_is_a_version_of_size_nought(watched: Bench) -> None:
    folder = watched.next()
    (folder / "empty.txt").touch()
    created = watched.changes()

    assert [(change["type"], change["size"]) for change in created] == [("document.created", 0)]
    assert watched.body("empty.txt") == b""


def test_git_checkout_changes_creates_and_deletes_and_says_nothing_of_its_own_files(watched: Bench) -> None:
    folder, git = watched.next(), tool("git")

    def do(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=one")
        run(git, *identity, *words, cwd=folder)

    do("init", "-q")
    do("add", ".")
    do("commit", "-q", "-m", "first")
    do("checkout", "-q", "-b", "two")
    (folder / "a.txt").write_text("As on the other branch.\n")
    (folder / "b.txt").unlink()
    (folder / "c.txt").write_text("Only on the other branch.\n")
    do("add", "-A")
    do("commit", "-q", "-m", "second")
    assert sorted(watched.news()) == ["changed a.txt @2", "created c.txt @1", "deleted b.txt (removed)"]
    do("checkout", "-q", "one")
    assert sorted(watched.news()) == ["changed a.txt @3", "deleted c.txt (removed)", "restored b.txt @1"]
    do("checkout", "-q", "two")

    assert sorted(watched.news()) == ["changed a.txt @4", "deleted b.txt (removed)", "restored c.txt @1"]


def test_rsync_delete_into_the_root_keeps_the_history(site: Site) -> None:
    """It also removes the root's own `.ingest/`, which is written again."""
    rsync = tool("rsync")
    site.write("a.txt", "one\n")
    site.write("b.txt", "two\n")
    (site.outside / "a.txt").write_text("one, mended\n")
    (site.outside / "c.txt").write_text("three\n")
    with site.watch() as daemon:
        identity = (site.root / ".ingest" / "root-id").read_bytes()
        run(rsync, "-a", "--delete", f"{site.outside}/", f"{site.root}/", cwd=site.folder)
        daemon.sync()

        assert sorted(site.told(since=2)) == [
            "changed a.txt @2",
            "created c.txt @1",
            "deleted b.txt (removed)",
        ]
        assert site.command.record("status")["health"] == "ok"
        assert (site.root / ".ingest" / "root-id").read_bytes() == identity
        site.holds(sample=0)


# -- about ------------------------------------------------------------------------------------


def test_mv_of_a_file_moves_the_document(watched: Bench) -> None:
    folder = watched.next()
    (folder / "in").mkdir()
    run("mv", "a.txt", "in/c.txt", cwd=folder)

    assert watched.news() == ["moved a.txt -> in/c.txt @1"]


def test_mv_of_a_folder_moves_each_document_and_makes_no_version(watched: Bench) -> None:
    folder = watched.next()
    tree(folder / "x", 30)
    created = {change["path"]: change["document"] for change in watched.changes()}
    run("mv", "x", "y", cwd=folder)
    moved = watched.changes()

    assert len(moved) == len(created) == 30
    assert {change["type"] for change in moved} == {"document.moved"}
    assert {change["version"] for change in moved} == {1}
    assert {change["from_path"]: change["document"] for change in moved} == created
    assert all(change["path"] == change["from_path"].replace("/x/", "/y/") for change in moved)


def test_what_is_written_in_a_folder_just_moved_was_never_in_the_old_one(watched: Bench) -> None:
    folder = watched.next()
    tree(folder / "x", 1)
    watched.news()
    (folder / "x").rename(folder / "y")
    (folder / "y" / "new.txt").write_text("Made after the move.\n")

    assert sorted(watched.news()) == ["created y/new.txt @1", "moved x/0.txt -> y/0.txt @1"]


def test_a_move_and_an_edit_at_once_are_one_move_with_a_version(watched: Bench) -> None:
    folder = watched.next()
    (folder / "a.txt").rename(folder / "c.txt")
    (folder / "c.txt").write_text("Moved and mended.\n")

    assert watched.news() == ["moved a.txt -> c.txt @2"]


def test_a_chain_of_renames_is_one_move(watched: Bench) -> None:
    folder = watched.next()
    for old, new in (("a.txt", "1"), ("1", "2"), ("2", "c.txt")):
        (folder / old).rename(folder / new)

    assert watched.news() == ["moved a.txt -> c.txt @1"]


def test_mv_over_a_document_changes_that_one_and_deletes_the_other(watched: Bench) -> None:
    folder = watched.next()
    bodies = (folder / "a.txt").read_bytes()
    run("mv", "-f", "a.txt", "b.txt", cwd=folder)

    assert sorted(watched.news()) == ["changed b.txt @2", "deleted a.txt (removed)"]
    assert watched.body("b.txt") == bodies


def test_a_swap_of_two_files_is_two_changes(watched: Bench) -> None:
    folder = watched.next()
    bodies = [(folder / name).read_bytes() for name in ("a.txt", "b.txt")]
    for old, new in (("a.txt", "third"), ("b.txt", "a.txt"), ("third", "b.txt")):
        (folder / old).rename(folder / new)

    assert sorted(watched.news()) == ["changed a.txt @2", "changed b.txt @2"]
    assert [watched.body("b.txt"), watched.body("a.txt")] == bodies


def test_a_swap_of_two_folders_is_a_change_of_each_file(watched: Bench) -> None:
    folder = watched.next()
    tree(folder / "x", 2)
    tree(folder / "y", 2)
    watched.news()
    for old, new in (("x", "third"), ("y", "x"), ("third", "y")):
        (folder / old).rename(folder / new)

    names = [f"{top}/{name}" for top in "xy" for name in ("0.txt", "sub/deep/1.txt")]
    assert sorted(watched.news()) == [f"changed {name} @2" for name in names]


def test_a_rename_that_changes_case_alone_is_a_move(watched: Bench) -> None:
    folder = watched.next()
    (folder / "a.txt").rename(folder / "A.txt")

    assert watched.news() == ["moved a.txt -> A.txt @1"]


def test_out_and_back_later_is_the_same_document(watched: Bench) -> None:
    folder = watched.next()
    (folder / "a.txt").rename(watched.spare / "a.txt")
    assert watched.news() == ["deleted a.txt (removed)"]
    (watched.spare / "a.txt").rename(folder / "a.txt")

    assert watched.news() == ["restored a.txt @1"]


def test_a_deleted_document_that_comes_back_with_other_bytes_has_a_new_version(watched: Bench) -> None:
    folder = watched.next()
    before = [change["document"] for change in watched.site.command.records("log", f"{folder.name}/a.txt")]
    (folder / "a.txt").unlink()
    assert watched.news() == ["deleted a.txt (removed)"]
    (folder / "a.txt").write_text("Back, with other words.\n")
    (back,) = watched.changes()

    assert (back["type"], back["version"], back["previous_version"]) == ("document.restored", 2, 1)
    assert [back["document"]] == before


def test_a_file_that_is_gone_and_comes_elsewhere_with_the_same_bytes_moved(watched: Bench) -> None:
    """A vanished path waits a second for its other half, whatever its inode."""
    folder = watched.next()
    body = (folder / "a.txt").read_bytes()
    (folder / "a.txt").unlink()
    (folder / "c.txt").write_bytes(body)

    assert watched.news() == ["moved a.txt -> c.txt @1"]


# -- out --------------------------------------------------------------------------------------


def test_rm_of_a_folder_deletes_each_document(watched: Bench) -> None:
    folder = watched.next()
    tree(folder / "d")
    watched.news()
    run("rm", "-rf", "d", cwd=folder)

    assert sorted(watched.news()) == [f"deleted d/{name} (removed)" for name in NAMES]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_mv_out_of_the_root_deletes(watched: Bench, what: str) -> None:
    folder = watched.next()
    tree(folder / "d")
    watched.news()
    (folder / ("d" if what == "folder" else "a.txt")).rename(watched.spare / "gone")
    deleted = [f"d/{name}" for name in NAMES] if what == "folder" else ["a.txt"]

    assert sorted(watched.news()) == [f"deleted {name} (removed)" for name in deleted]


def test_a_rename_to_a_name_that_is_left_out_deletes(watched: Bench) -> None:
    """It is gone from what is watched, and the name says that it is no document."""
    folder = watched.next()
    (folder / "a.txt").rename(folder / "a.txt.bak")
    assert watched.news() == ["deleted a.txt (removed)"]
    (folder / "a.txt.bak").rename(folder / "a.txt")

    assert watched.news() == ["restored a.txt @1"]


@pytest.mark.parametrize("what", ["folder", "FIFO", "symbolic link"])
def test_a_document_whose_place_something_else_takes_is_deleted_as_replaced(
    watched: Bench, what: str
) -> None:
    folder = watched.next()
    (folder / "a.txt").unlink()
    if what == "folder":
        (folder / "a.txt").mkdir()
    elif what == "FIFO":
        os.mkfifo(folder / "a.txt")
    else:
        (folder / "a.txt").symlink_to("b.txt")

    assert watched.news() == ["deleted a.txt (replaced)"]


def test_files_below_a_folder_that_became_a_link_are_deleted_as_replaced(watched: Bench) -> None:
    folder = watched.next()
    tree(folder / "d", 1)
    watched.news()
    (folder / "d").rename(watched.spare / "d")
    (folder / "d").symlink_to(watched.spare / "d")

    assert watched.news() == ["deleted d/0.txt (replaced)"]


# -- neither ----------------------------------------------------------------------------------


def test_what_is_not_a_regular_file_is_not_opened_and_not_told(watched: Bench) -> None:
    """A FIFO would block for ever; a link is not followed, whatever it leads to."""
    folder = watched.next()
    os.mkfifo(folder / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)  # a socket's path must be short
        listener.bind("socket.txt")
        os.chdir(here)
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "itself.txt").symlink_to("itself.txt")
    (folder / "loop").symlink_to(".")
    (watched.spare / "there").mkdir()
    (folder / "linked").symlink_to(watched.spare / "there")
    (watched.spare / "there" / "behind.txt").write_text("Behind a link.\n")
    if os.geteuid() == 0:
        os.mknod(folder / "zero.txt", stat.S_IFCHR | 0o600, os.makedev(1, 5))

    assert watched.news() == []
    watched.scan()
    assert watched.news() == []
    assert watched.site.command.record("status")["rejected"] == 0


def test_the_names_of_the_contract_are_left_out_and_those_that_look_so_are_not(
    watched: Bench,
) -> None:
    folder = watched.next()
    left_out = [
        *(".hidden", ".d/a.txt", "a~", "#a#", "~$a.docx", "a.swp", "a.swo", "a.swx", "a.tmp", "a.bak"),
        *("a.orig", "a.part", "a.crdownload", "Thumbs.db", "desktop.ini", "sub/.d/e/a.txt"),
    ]
    taken_in = ["#a", "$a", "a.bak.d/a", "a.swap", "a.tmp.txt", "ingest", "thumbs.db", "~a"]
    for name in left_out + taken_in:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"The file {name}.\n")

    assert sorted(watched.news()) == [f"created {name} @1" for name in taken_in]


def test_thousands_of_files_are_taken_in_and_edited_by_several_processes(site: Site) -> None:
    """More than one batch of each kind: new ones beside known ones, some without a text, all edited twice."""
    names = [f"{number // 500}/{number:04}.txt" for number in range(2600)]

    def write(said: str) -> None:
        for number, name in enumerate(names):
            site.write(name, bytes(9) if number % 97 == 0 else f"Document {number} {said}. Twice {number}.\n")

    rounds = ("was written", "was changed", "was changed again")[: draw.amount(3, share=2)]
    for count, said in enumerate(rounds, start=1):
        write(said)
        site.scan()
        assert site.seq == 2600 + (count - 1) * (2600 - 27)
    site.holds(sample=50)
