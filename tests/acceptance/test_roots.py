"""Roots: several in one store, their names, and where the store lies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import oracle
from tests.acceptance.place import Place
from tests.command import Command
from tests.daemon import Daemon, until


def two(place: Place) -> tuple[Path, Path]:
    """Two folders with a file of one name each, and one that only the second has."""
    first, second = place.folder / "one", place.folder / "two"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a.txt").write_text(f"In {folder.name}.\n")
    (second / "b.txt").write_text("Only in two.\n")
    return first, second


def test_several_roots_share_one_log_and_each_names_its_documents(each_place: Place) -> None:
    place = each_place
    first, second = two(place)
    command = place.command
    with Daemon(command, first, second) as daemon:
        (first / "a.txt").write_text("In one, changed.\n")
        (second / "a.txt").rename(second / "c.txt")
        (first / "b.txt").write_text("In one, too.\n")
        daemon.sync()
        assert [(root["name"], root["path"]) for root in command.records("roots")] == [
            ("one", str(first)),
            ("two", str(second)),
        ]
        places = [(one["root"], one["path"]) for one in command.records("ls")]
        assert places == [("one", "a.txt"), ("one", "b.txt"), ("two", "b.txt"), ("two", "c.txt")]
        assert [one["path"] for one in command.records("ls", "--root", "two")] == ["b.txt", "c.txt"]
        assert {one["root"] for one in command.records("log", "--root", "one")} == {"one"}
        refused = command.refused("show", "b.txt", code=2)
        assert "one" in refused.error
        assert "--root" in refused.hint
        assert command.ask("show", "--raw", "b.txt", "--root", "two").out == b"Only in two.\n"
        assert command.ask("show", "--raw", second / "b.txt").out == b"Only in two.\n"
        assert command.ask("show", "--raw", "c.txt").out == b"In two.\n"
        oracle.holds(place.command, {"one": first, "two": second}, sample=0)


def test_a_file_moved_between_roots_leaves_one_and_comes_to_the_other(place: Place) -> None:
    first, second = two(place)
    place.command.ask("scan", first, second)
    (second / "b.txt").rename(first / "b.txt")
    place.command.ask("scan", first, second)

    assert sorted(place.told(since=3)) == ["created b.txt @1", "deleted b.txt (removed)"]


def test_export_of_several_roots_has_a_folder_for_each(place: Place) -> None:
    first, second = two(place)
    place.command.ask("scan", first, second)
    place.command.ask("export", place.folder / "out")

    written = sorted(str(path.relative_to(place.folder / "out")) for path in place.folder.glob("out/*/*"))
    assert written == ["one/a.txt", "two/a.txt", "two/b.txt"]


@pytest.mark.parametrize("name", [".", ".."])
def test_a_root_has_no_name_that_leads_out_of_a_folder(place: Place, name: str) -> None:
    """Neither is one given, nor is one that a store has from elsewhere exported by."""
    first, second = two(place)
    place.command.refused("scan", f"{name}={first}", second, code=2)
    place.command.ask("scan", first, second)
    place.command.refused("roots", "rename", "one", name, code=2)
    with closing(sqlite3.connect(place.folder / "store" / "ingest.db")) as database, database:
        database.execute("update root set name = ? where name = 'one'", [name])
    refused = place.command.refused("export", place.folder / "out" / "d", code=2)

    assert "rename" in refused.hint
    assert list(place.folder.rglob("out/**/a.txt")) == []
    assert not (place.folder / "a.txt").exists()
    place.command.ask("roots", "rename", name, "news")
    place.command.ask("export", place.folder / "out" / "e")


def test_a_root_is_renamed_with_its_history(place: Place) -> None:
    place.write("a.txt", "x\n")
    place.scan()
    place.command.ask("roots", "rename", "root", "news")
    assert [root["name"] for root in place.command.records("roots")] == ["news"]
    assert {change["root"] for change in place.command.records("log")} == {"news"}
    place.write("a.txt", "y, changed\n")
    assert place.scan()["changed"] == 1


def test_a_root_whose_folder_was_moved_is_relocated(place: Place) -> None:
    place.write("a.txt", "x\n")
    place.scan()
    moved = place.folder / "elsewhere"
    place.root.rename(moved)
    assert "root" in place.command.refused("check", code=4).error
    place.command.ask("roots", "relocate", "root", moved)
    (moved / "a.txt").write_text("y, changed\n")
    place.command.ask("scan")

    assert place.told() == ["created a.txt @1", "changed a.txt @2"]
    oracle.holds(place.command, {"root": moved}, sample=0)


def test_a_root_is_not_relocated_to_another_folder(place: Place) -> None:
    place.write("a.txt", "x\n")
    place.scan()
    refused = place.command.refused("roots", "relocate", "root", place.outside, code=2)
    assert str(place.outside) in refused.error
    assert place.command.record("roots")["path"] == str(place.root)


def test_a_retired_root_is_watched_no_more_and_keeps_its_history(place: Place) -> None:
    first, second = two(place)
    place.command.ask("scan", first, second)
    place.command.ask("roots", "retire", "one")
    place.command.ask("scan")
    (first / "a.txt").write_text("Nobody looks here.\n")
    place.command.ask("scan")

    assert len(place.told()) == 3
    assert place.command.ask("show", "--raw", "a.txt", "--root", "one").out == b"In one.\n"
    assert [root["name"] for root in place.command.record("status")["roots"]] == ["two"]


def test_coverage_of_all_roots_has_a_retired_one(place: Place) -> None:
    first, second = two(place)
    place.command.ask("scan", first, second)
    place.command.ask("roots", "retire", "one")

    every = place.command.records("coverage")
    assert every == [
        interval for name in ("one", "two") for interval in place.command.records("coverage", name)
    ]
    assert [each["reason"] for each in every if each["root"] == "one"] == [None, "retired"]


def _coverage(place: Place) -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason"]) for each in place.command.records("coverage", "root")]


def test_a_retired_root_is_taken_up_again_only_when_that_is_said(each_place: Place) -> None:
    place = each_place
    place.write("a.txt", "one\n")
    place.scan()
    retired = place.command.record("roots", "retire", "root")["retired_at"]
    place.write("a.txt", "two\n")

    for verb in ("scan", "watch"):
        for words in ([place.root], ["root"], [f"root={place.root}"], ["--adopt", place.root], []):
            refused = place.command.refused(verb, *words, code=2)
            assert "retired" in refused.error
            assert "ingest roots resume root" in refused.hint
    assert place.seq == 1
    assert place.command.record("roots", "retire", "root")["retired_at"] == retired
    assert _coverage(place) == [("scanned", None), ("blind", "retired")]

    assert place.command.record("roots", "resume", "root")["retired_at"] is None
    assert _coverage(place) == [("scanned", None), ("blind", "retired")]
    place.scan()
    assert place.told(1) == ["changed a.txt @2"]
    assert _coverage(place) == [("scanned", None), ("blind", "retired"), ("scanned", None)]


def test_a_root_retired_under_its_daemon_is_observed_until_the_daemon_stops(place: Place) -> None:
    place.write("a.txt", "one\n")
    with place.watch() as daemon:
        place.command.ask("roots", "retire", "root")
        daemon.wait_for("root_retired")
        assert _coverage(place)[-2:] == [("watched", None), ("blind", "retired")]
    assert _coverage(place)[-1] == ("blind", "retired")
    place.command.ask("roots", "resume", "root")
    with place.watch():
        assert _coverage(place)[-2:] == [("blind", "retired"), ("watched", None)]


def test_a_retired_root_of_the_settings_keeps_no_other_waiting(place: Place) -> None:
    first, second = two(place)
    settings = place.folder / "ingest.toml"
    settings.write_text(f'[roots.one]\npath = "{first}"\n[roots.two]\npath = "{second}"\n')
    place.command.ask("--config", settings, "scan")
    place.command.ask("roots", "retire", "one")
    (first / "new.txt").write_text("Nobody looks here.\n")
    (second / "new.txt").write_text("Somebody does here.\n")
    place.command.ask("--config", settings, "scan")
    assert [change["root"] for change in place.command.records("log", "--prefix", "new.txt")] == ["two"]


def test_a_root_is_named_by_name_by_path_or_by_both(place: Place) -> None:
    place.write("a.txt", "x\n")
    place.scan()
    for verb in ("scan", "check", "coverage", "renormalise"):
        for words in ("root", str(place.root), f"root={place.root}"):
            place.command.ask(verb, words)
        place.command.refused(verb, f"other={place.root}", code=2)
        place.command.refused(verb, f"root={place.outside}", code=2)


def test_a_root_is_not_resumed_or_relocated_into_another(place: Place) -> None:
    place.write("inner/a.txt", "x\n")
    place.command.ask("scan", place.root / "inner")
    place.command.ask("roots", "retire", "inner")
    place.scan()
    refused = place.command.refused("roots", "resume", "inner", code=2)
    assert f"{place.root / 'inner'} lies inside the root" in refused.error

    (place.outside / "b.txt").write_text("x\n")
    place.command.ask("scan", place.outside)
    moved = place.root / "inner" / "outside"
    place.outside.rename(moved)
    assert (
        "lies inside the root" in place.command.refused("roots", "relocate", "outside", moved, code=2).error
    )
    assert place.command.records("roots")[1]["path"] == str(place.outside)


def test_no_root_is_taken_inside_a_retired_one_which_may_be_resumed(place: Place) -> None:
    place.write("inner/a.txt", "x\n")
    place.scan()
    (place.outside / "b.txt").write_text("x\n")
    place.command.ask("scan", place.outside)
    place.command.ask("roots", "retire", "root")

    for verb in ("scan", "watch"):
        refused = place.command.refused(verb, place.root / "inner", code=2)
        assert f"{place.root / 'inner'} lies inside the retired root {place.root}" in refused.error
        assert "ingest roots resume root" in refused.hint
    moved = place.root / "outside"
    place.outside.rename(moved)
    place.command.refused("roots", "relocate", "outside", moved, code=2)
    assert {each["path"] for each in place.command.records("roots")} == {str(place.root), str(place.outside)}
    assert place.seq == 2
    place.command.ask("roots", "resume", "root")


def test_a_name_is_given_with_the_folder(place: Place) -> None:
    place.write("a.txt", "x\n")
    place.command.ask("scan", f"news={place.root}")
    assert place.command.record("roots")["name"] == "news"
    place.command.ask("scan", "news")
    taken = place.command.refused("scan", f"news={place.outside}", code=2)
    assert "news" in taken.error


@pytest.mark.parametrize("which", ["inside", "around"])
def test_a_root_inside_a_root_is_refused(place: Place, which: str) -> None:
    (place.root / "sub").mkdir()
    first, second = (place.root, place.root / "sub")[:: 1 if which == "inside" else -1]
    place.command.ask("scan", first)
    assert place.command.refused("scan", second, code=2).error
    assert len(place.command.records("roots")) == 1


def test_two_folders_of_one_name_are_not_confused(place: Place) -> None:
    """The second needs a name of its own."""
    for top in ("x", "y"):
        (place.folder / top / "docs").mkdir(parents=True)
        (place.folder / top / "docs" / "a.txt").write_text(f"{top}\n")
    place.command.ask("scan", place.folder / "x" / "docs")
    refused = place.command.refused("scan", place.folder / "y" / "docs", code=2)
    assert "docs" in refused.error
    place.command.ask("scan", f"other={place.folder / 'y' / 'docs'}")

    assert [(one["root"], one["path"]) for one in place.command.records("ls")] == [
        ("docs", "a.txt"),
        ("other", "a.txt"),
    ]


def test_the_store_lies_below_the_current_folder_unless_told_otherwise(place: Place) -> None:
    place.write("a.txt", "x\n")
    bare = Command(None, place.folder)
    bare.ask("scan", "root")

    assert (place.folder / ".ingest-store" / "ingest.db").is_file()
    assert (place.folder / ".ingest-store").stat().st_mode & 0o777 == 0o700


def test_a_store_in_the_watched_folder_itself_is_left_out(place: Place) -> None:
    """`ingest watch .` in a folder of documents."""
    place.write("a.txt", "x\n")
    bare = Command(None, place.root)
    with Daemon(bare, ".") as daemon:
        place.write("b.txt", "y\n")
        daemon.sync()
        assert [one["path"] for one in bare.records("ls")] == ["a.txt", "b.txt"]
        oracle.holds(bare, {"root": place.root}, sample=0)


VERBS_THAT_MAKE_NO_STORE = [
    *(["sync"], ["check"], ["status"], ["roots"], ["ls"], ["log"], ["show", "a.txt"], ["diff", "a.txt"]),
    *(["restore", "a.txt@1"], ["export", "out"], ["changes"], ["coverage"], ["verify"]),
    *(["db", "current"], ["db", "check"]),
]


@pytest.mark.parametrize("words", VERBS_THAT_MAKE_NO_STORE, ids=" ".join)
def test_a_missing_store_is_named_and_not_made(place: Place, words: list[str]) -> None:
    missing = Command("sqlite:///nowhere/at all.db", place.folder)
    refused = missing.refused(*words, code=4)

    assert str(place.folder / "nowhere" / "at all.db") in refused.error
    assert not (place.folder / "nowhere").exists()


def test_db_upgrade_makes_a_store_and_may_be_called_again(each_place: Place) -> None:
    command = each_place.command
    for _ in range(2):
        command.ask("db", "upgrade")
        command.ask("db", "check")
    assert command.records("ls") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("quiet_secondss = 1\n", "quiet_secondss"),
        ("quiet_seconds = 'x'\n", "quiet_seconds"),
        ("quiet_seconds = -1\n", "quiet_seconds"),
        ("quiet_seconds = 9.0\n", "quiet_seconds"),
        ("backend = 'magic'\n", "backend"),
        ("exclude = ['']\n", "exclude"),
        ("[roots.news]\npath = 'root'\nfoo = 1\n", "foo"),
        ("not toml", "c.toml"),
    ],
)
def test_a_bad_setting_is_refused_by_file_and_key(place: Place, text: str, named: str) -> None:
    (place.folder / "c.toml").write_text(text)
    refused = place.command.refused("scan", place.root, "--config", "c.toml", code=2)

    assert named in refused.error
    assert "c.toml" in refused.error or named == "exclude"


def test_flags_beat_the_environment_and_that_beats_the_file(place: Place) -> None:
    place.write("a.txt", "x\n")
    urls = {name: f"sqlite:///{place.folder}/{name}.db" for name in ("flag", "variable", "file")}
    (place.folder / "c.toml").write_text(f'database_url = "{urls["file"]}"\n')
    variable = {"INGEST_DATABASE_URL": urls["variable"]}
    calls = (
        ("flag", Command(urls["flag"], place.folder, variable)),
        ("variable", Command(None, place.folder, variable)),
        ("file", Command(None, place.folder)),
    )
    for name, command in calls:
        command.ask("scan", place.root, "--config", "c.toml")
        assert (place.folder / f"{name}.db").is_file()
    bad = Command(urls["flag"], place.folder, {"INGEST_QUIET_SECONDS": "soon"})
    assert "INGEST_QUIET_SECONDS" in bad.refused("scan", place.root, code=2).error


def test_the_roots_of_the_configuration_are_taken_when_none_is_named(place: Place) -> None:
    first, second = two(place)
    (place.folder / "c.toml").write_text(
        f'[roots.news]\npath = "{first}"\n[roots.other]\npath = "{second}"\nexclude = ["b.*"]\n'
    )
    with Daemon(place.command, "--config", "c.toml"):
        pass
    assert [(one["root"], one["path"]) for one in place.command.records("ls")] == [
        ("news", "a.txt"),
        ("other", "a.txt"),
    ]
    oracle.holds(
        place.command, {"news": first, "other": second}, excluded=lambda path: path == b"b.txt", sample=1
    )


@pytest.mark.parametrize("what", ["missing", "a file"])
def test_a_root_that_is_no_folder_is_refused_by_name(place: Place, what: str) -> None:
    path = place.folder / "nothing here"
    if what == "a file":
        path.touch()
    for verb in ("watch", "scan"):
        assert "nothing here" in place.command.refused(verb, path, code=2).error


def test_a_root_renamed_and_relocated_under_a_daemon_is_followed(place: Place) -> None:
    place.write("a.txt", "one\n")
    moved = place.folder / "elsewhere"
    with place.watch() as daemon:
        place.command.ask("roots", "rename", "root", "news")
        daemon.wait_for("root_changed", root="news")
        place.root.rename(moved)
        place.command.ask("roots", "relocate", "news", moved)
        until(lambda: place.command.record("status")["health"] == "ok")
        (moved / "b.txt").write_text("two\n")
        daemon.sync()
        status = place.command.record("status")

        assert [(root["name"], root["path"]) for root in status["roots"]] == [("news", str(moved))]
        assert place.told() == ["created a.txt @1", "created b.txt @1"]
        moved.rename(place.root)


def test_a_scan_of_several_roots_goes_on_past_one_that_is_gone(each_place: Place) -> None:
    place = each_place
    first, second = two(place)
    third = place.folder / "three"
    third.mkdir()
    command = place.command
    command.ask("scan", first, second, third)
    first.rename(place.folder / "elsewhere")
    (second / "b.txt").write_text("Changed.\n")
    (third / "c.txt").write_text("New.\n")
    answer = command.ask("scan", code=4)

    assert answer.text.splitlines()[:2] == ["created   three/c.txt @1", "changed   two/b.txt @2"]
    assert str(first) in answer.error
    assert command.records("ls", "--root", "one")[0]["deleted_at"] is None


def test_a_daemon_that_is_refused_leaves_no_trace(place: Place) -> None:
    """The one that runs is as healthy as before, and nothing is known of the folder that was named."""
    place.write("a.txt", "x\n")
    other = place.folder / "other"
    other.mkdir()
    with place.watch():
        assert "written by process" in place.command.refused("watch", other, code=4).error
        assert place.command.record("status", "--exit-code")["health"] == "ok"
        assert [root["name"] for root in place.command.records("roots")] == ["root"]
    assert list(other.iterdir()) == []


def test_what_is_done_to_a_root_is_said(place: Place) -> None:
    place.scan()

    assert place.command.record("roots", "rename", "root", "news")["name"] == "news"
    assert place.command.ask("roots", "retire", "news").text == f"news  {place.root}  retired\n"


def test_with_several_roots_people_are_told_of_which(place: Place) -> None:
    first, second = two(place)
    command = place.command
    command.ask("scan", first, second)
    (first / "a.txt").write_text("Changed.\n")
    (second / "b.txt").unlink()

    assert command.ask("check", code=32 + 64).text.splitlines() == [
        "changed   one/a.txt",
        "removed   two/b.txt (removed)",
        "2 files, 1 removed, 1 changed",
    ]
    command.ask("scan")
    assert command.ask("diff", "--from", "seq:3", code=1).text.splitlines() == [
        "changed  one/a.txt @1 -> @2  substantive: wording",
        "deleted  two/b.txt @1",
    ]
    # of one root alone in a period too, unless the report is limited to it
    period = ("report", "--since", "#4", "--until", "#4")
    assert any(line.startswith("  one/a.txt @1 -> @2") for line in command.ask(*period).text.splitlines())
    assert "<code>one/a.txt</code>" in command.ask(*period, "--html", "-").text
    assert "\n  a.txt @1 -> @2" in command.ask(*period, "--root", "one").text


def test_a_path_is_taken_as_it_is_shown_where_there_are_several_roots(place: Place) -> None:
    first, second = two(place)
    command = place.command
    command.ask("scan", first, second)

    assert command.ask("ls").text.split()[-1] == "two/b.txt"
    assert command.ask("show", "--raw", "two/a.txt").out == b"In two.\n"
    assert command.ask("show", "--raw", "two/a.txt@1").out == b"In two.\n"
    command.refused("show", "two/c.txt", code=2)
    command.refused("show", "two/a.txt", "--root", "one", code=2)
    # What stands at that path comes first.
    (first / "two").mkdir()
    (first / "two" / "a.txt").write_text("In a folder of one.\n")
    command.ask("scan")
    assert command.ask("show", "--raw", "two/a.txt").out == b"In a folder of one.\n"
    # When it is gone it still does, and says so.
    (first / "two" / "a.txt").unlink()
    command.ask("scan")
    answer = command.ask("show", "--raw", "two/a.txt")
    assert answer.out == b"In a folder of one.\n"
    assert answer.starting("note") == (
        "two/a.txt: the document that last stood here was deleted; "
        "of the root 'two' there is a.txt: --root two"
    )


def test_the_log_of_what_was_only_ever_rejected_is_found_as_it_is_shown(place: Place) -> None:
    first, second = two(place)
    with (second / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    command = place.command
    command.ask("scan", first, second, code=3)

    for words in (["two/huge.txt"], ["huge.txt"], ["huge.txt", "--root", "two"]):
        (row,) = command.records("log", *words)
        assert (row["root"], row["path"], row["reason"]) == ("two", "huge.txt", "too_large")
    command.refused("log", "huge.txt", "--root", "one", code=2)
    command.refused("log", "one/huge.txt", code=2)
