"""Roots: several in one store, their names, and where the store lies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import oracle
from tests.command import Command
from tests.daemon import Daemon, until
from tests.site import Site


def two(site: Site) -> tuple[Path, Path]:
    """Two folders with a file of one name each, and one that only the second has."""
    first, second = site.folder / "one", site.folder / "two"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a.txt").write_text(f"In {folder.name}.\n")
    (second / "b.txt").write_text("Only in two.\n")
    return first, second


def test_several_roots_share_one_log_and_each_names_its_documents(each_site: Site) -> None:
    site = each_site
    first, second = two(site)
    command = site.command
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
        oracle.holds(site.command, {"one": first, "two": second}, sample=0)


def test_a_file_moved_between_roots_leaves_one_and_comes_to_the_other(site: Site) -> None:
    first, second = two(site)
    site.command.ask("scan", first, second)
    (second / "b.txt").rename(first / "b.txt")
    site.command.ask("scan", first, second)

    assert sorted(site.told(since=3)) == ["created b.txt @1", "deleted b.txt (removed)"]


def test_export_of_several_roots_has_a_folder_for_each(site: Site) -> None:
    first, second = two(site)
    site.command.ask("scan", first, second)
    site.command.ask("export", site.folder / "out")

    written = sorted(str(path.relative_to(site.folder / "out")) for path in site.folder.glob("out/*/*"))
    assert written == ["one/a.txt", "two/a.txt", "two/b.txt"]


@pytest.mark.parametrize("name", [".", ".."])
def test_a_root_has_no_name_that_leads_out_of_a_folder(site: Site, name: str) -> None:
    """Neither is one given, nor is one that a store has from elsewhere exported by."""
    first, second = two(site)
    site.command.refused("scan", f"{name}={first}", second, code=2)
    site.command.ask("scan", first, second)
    site.command.refused("roots", "rename", "one", name, code=2)
    with closing(sqlite3.connect(site.folder / "store" / "ingest.db")) as database, database:
        database.execute("update root set name = ? where name = 'one'", [name])
    refused = site.command.refused("export", site.folder / "out" / "d", code=2)

    assert "rename" in refused.hint
    assert list(site.folder.rglob("out/**/a.txt")) == []
    assert not (site.folder / "a.txt").exists()
    site.command.ask("roots", "rename", name, "news")
    site.command.ask("export", site.folder / "out" / "e")


def test_a_root_is_renamed_with_its_history(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    site.command.ask("roots", "rename", "root", "news")
    assert [root["name"] for root in site.command.records("roots")] == ["news"]
    assert {change["root"] for change in site.command.records("log")} == {"news"}
    site.write("a.txt", "y, changed\n")
    assert site.scan()["changed"] == 1


def test_a_root_whose_folder_was_moved_is_relocated(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    moved = site.folder / "elsewhere"
    site.root.rename(moved)
    assert "root" in site.command.refused("check", code=4).error
    site.command.ask("roots", "relocate", "root", moved)
    (moved / "a.txt").write_text("y, changed\n")
    site.command.ask("scan")

    assert site.told() == ["created a.txt @1", "changed a.txt @2"]
    oracle.holds(site.command, {"root": moved}, sample=0)


def test_a_root_is_not_relocated_to_another_folder(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    refused = site.command.refused("roots", "relocate", "root", site.outside, code=2)
    assert str(site.outside) in refused.error
    assert site.command.record("roots")["path"] == str(site.root)


def test_a_retired_root_is_watched_no_more_and_keeps_its_history(site: Site) -> None:
    first, second = two(site)
    site.command.ask("scan", first, second)
    site.command.ask("roots", "retire", "one")
    site.command.ask("scan")
    (first / "a.txt").write_text("Nobody looks here.\n")
    site.command.ask("scan")

    assert len(site.told()) == 3
    assert site.command.ask("show", "--raw", "a.txt", "--root", "one").out == b"In one.\n"
    assert [root["name"] for root in site.command.record("status")["roots"]] == ["two"]


def test_coverage_of_all_roots_has_a_retired_one(site: Site) -> None:
    first, second = two(site)
    site.command.ask("scan", first, second)
    site.command.ask("roots", "retire", "one")

    every = site.command.records("coverage")
    assert every == [
        interval for name in ("one", "two") for interval in site.command.records("coverage", name)
    ]
    assert [each["reason"] for each in every if each["root"] == "one"] == [None, "retired"]


def _coverage(site: Site) -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason"]) for each in site.command.records("coverage", "root")]


def test_a_retired_root_is_taken_up_again_only_when_that_is_said(each_site: Site) -> None:
    site = each_site
    site.write("a.txt", "one\n")
    site.scan()
    retired = site.command.record("roots", "retire", "root")["retired_at"]
    site.write("a.txt", "two\n")

    for verb in ("scan", "watch"):
        for words in ([site.root], ["root"], [f"root={site.root}"], ["--adopt", site.root], []):
            refused = site.command.refused(verb, *words, code=2)
            assert "retired" in refused.error
            assert "ingest roots resume root" in refused.hint
    assert site.seq == 1
    assert site.command.record("roots", "retire", "root")["retired_at"] == retired
    assert _coverage(site) == [("scanned", None), ("blind", "retired")]

    assert site.command.record("roots", "resume", "root")["retired_at"] is None
    assert _coverage(site) == [("scanned", None), ("blind", "retired")]
    site.scan()
    assert site.told(1) == ["changed a.txt @2"]
    assert _coverage(site) == [("scanned", None), ("blind", "retired"), ("scanned", None)]


def test_a_root_retired_under_its_daemon_is_observed_until_the_daemon_stops(site: Site) -> None:
    site.write("a.txt", "one\n")
    with site.watch() as daemon:
        site.command.ask("roots", "retire", "root")
        daemon.wait_for("root_retired")
        assert _coverage(site)[-2:] == [("watched", None), ("blind", "retired")]
    assert _coverage(site)[-1] == ("blind", "retired")
    site.command.ask("roots", "resume", "root")
    with site.watch():
        assert _coverage(site)[-2:] == [("blind", "retired"), ("watched", None)]


def test_a_retired_root_of_the_settings_keeps_no_other_waiting(site: Site) -> None:
    first, second = two(site)
    settings = site.folder / "ingest.toml"
    settings.write_text(f'[roots.one]\npath = "{first}"\n[roots.two]\npath = "{second}"\n')
    site.command.ask("--config", settings, "scan")
    site.command.ask("roots", "retire", "one")
    (first / "new.txt").write_text("Nobody looks here.\n")
    (second / "new.txt").write_text("Somebody does here.\n")
    site.command.ask("--config", settings, "scan")
    assert [change["root"] for change in site.command.records("log", "--prefix", "new.txt")] == ["two"]


def test_a_root_is_named_by_name_by_path_or_by_both(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.scan()
    for verb in ("scan", "check", "coverage", "renormalise"):
        for words in ("root", str(site.root), f"root={site.root}"):
            site.command.ask(verb, words)
        site.command.refused(verb, f"other={site.root}", code=2)
        site.command.refused(verb, f"root={site.outside}", code=2)


def test_a_root_is_not_resumed_or_relocated_into_another(site: Site) -> None:
    site.write("inner/a.txt", "x\n")
    site.command.ask("scan", site.root / "inner")
    site.command.ask("roots", "retire", "inner")
    site.scan()
    refused = site.command.refused("roots", "resume", "inner", code=2)
    assert f"{site.root / 'inner'} lies inside the root" in refused.error

    (site.outside / "b.txt").write_text("x\n")
    site.command.ask("scan", site.outside)
    moved = site.root / "inner" / "outside"
    site.outside.rename(moved)
    assert "lies inside the root" in site.command.refused("roots", "relocate", "outside", moved, code=2).error
    assert site.command.records("roots")[1]["path"] == str(site.outside)


def test_no_root_is_taken_inside_a_retired_one_which_may_be_resumed(site: Site) -> None:
    site.write("inner/a.txt", "x\n")
    site.scan()
    (site.outside / "b.txt").write_text("x\n")
    site.command.ask("scan", site.outside)
    site.command.ask("roots", "retire", "root")

    for verb in ("scan", "watch"):
        refused = site.command.refused(verb, site.root / "inner", code=2)
        assert f"{site.root / 'inner'} lies inside the retired root {site.root}" in refused.error
        assert "ingest roots resume root" in refused.hint
    moved = site.root / "outside"
    site.outside.rename(moved)
    site.command.refused("roots", "relocate", "outside", moved, code=2)
    assert {each["path"] for each in site.command.records("roots")} == {str(site.root), str(site.outside)}
    assert site.seq == 2
    site.command.ask("roots", "resume", "root")


def test_a_name_is_given_with_the_folder(site: Site) -> None:
    site.write("a.txt", "x\n")
    site.command.ask("scan", f"news={site.root}")
    assert site.command.record("roots")["name"] == "news"
    site.command.ask("scan", "news")
    taken = site.command.refused("scan", f"news={site.outside}", code=2)
    assert "news" in taken.error


@pytest.mark.parametrize("which", ["inside", "around"])
def test_a_root_inside_a_root_is_refused(site: Site, which: str) -> None:
    (site.root / "sub").mkdir()
    first, second = (site.root, site.root / "sub")[:: 1 if which == "inside" else -1]
    site.command.ask("scan", first)
    assert site.command.refused("scan", second, code=2).error
    assert len(site.command.records("roots")) == 1


def test_two_folders_of_one_name_are_not_confused(site: Site) -> None:
    """The second needs a name of its own."""
    for top in ("x", "y"):
        (site.folder / top / "docs").mkdir(parents=True)
        (site.folder / top / "docs" / "a.txt").write_text(f"{top}\n")
    site.command.ask("scan", site.folder / "x" / "docs")
    refused = site.command.refused("scan", site.folder / "y" / "docs", code=2)
    assert "docs" in refused.error
    site.command.ask("scan", f"other={site.folder / 'y' / 'docs'}")

    assert [(one["root"], one["path"]) for one in site.command.records("ls")] == [
        ("docs", "a.txt"),
        ("other", "a.txt"),
    ]


def test_the_store_lies_below_the_current_folder_unless_told_otherwise(site: Site) -> None:
    site.write("a.txt", "x\n")
    bare = Command(None, site.folder)
    bare.ask("scan", "root")

    assert (site.folder / ".ingest-store" / "ingest.db").is_file()
    assert (site.folder / ".ingest-store").stat().st_mode & 0o777 == 0o700


def test_a_store_in_the_watched_folder_itself_is_left_out(site: Site) -> None:
    """`ingest watch .` in a folder of documents."""
    site.write("a.txt", "x\n")
    bare = Command(None, site.root)
    with Daemon(bare, ".") as daemon:
        site.write("b.txt", "y\n")
        daemon.sync()
        assert [one["path"] for one in bare.records("ls")] == ["a.txt", "b.txt"]
        oracle.holds(bare, {"root": site.root}, sample=0)


VERBS_THAT_MAKE_NO_STORE = [
    *(["sync"], ["check"], ["status"], ["roots"], ["ls"], ["log"], ["show", "a.txt"], ["diff", "a.txt"]),
    *(["restore", "a.txt@1"], ["export", "out"], ["changes"], ["coverage"], ["verify"]),
    *(["db", "current"], ["db", "check"]),
]


@pytest.mark.parametrize("words", VERBS_THAT_MAKE_NO_STORE, ids=" ".join)
def test_a_missing_store_is_named_and_not_made(site: Site, words: list[str]) -> None:
    missing = Command("sqlite:///nowhere/at all.db", site.folder)
    refused = missing.refused(*words, code=4)

    assert str(site.folder / "nowhere" / "at all.db") in refused.error
    assert not (site.folder / "nowhere").exists()


def test_db_upgrade_makes_a_store_and_may_be_called_again(each_site: Site) -> None:
    command = each_site.command
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
def test_a_bad_setting_is_refused_by_file_and_key(site: Site, text: str, named: str) -> None:
    (site.folder / "c.toml").write_text(text)
    refused = site.command.refused("scan", site.root, "--config", "c.toml", code=2)

    assert named in refused.error
    assert "c.toml" in refused.error or named == "exclude"


def test_flags_beat_the_environment_and_that_beats_the_file(site: Site) -> None:
    site.write("a.txt", "x\n")
    urls = {name: f"sqlite:///{site.folder}/{name}.db" for name in ("flag", "variable", "file")}
    (site.folder / "c.toml").write_text(f'database_url = "{urls["file"]}"\n')
    variable = {"INGEST_DATABASE_URL": urls["variable"]}
    calls = (
        ("flag", Command(urls["flag"], site.folder, variable)),
        ("variable", Command(None, site.folder, variable)),
        ("file", Command(None, site.folder)),
    )
    for name, command in calls:
        command.ask("scan", site.root, "--config", "c.toml")
        assert (site.folder / f"{name}.db").is_file()
    bad = Command(urls["flag"], site.folder, {"INGEST_QUIET_SECONDS": "soon"})
    assert "INGEST_QUIET_SECONDS" in bad.refused("scan", site.root, code=2).error


def test_the_roots_of_the_configuration_are_taken_when_none_is_named(site: Site) -> None:
    first, second = two(site)
    (site.folder / "c.toml").write_text(
        f'[roots.news]\npath = "{first}"\n[roots.other]\npath = "{second}"\nexclude = ["b.*"]\n'
    )
    with Daemon(site.command, "--config", "c.toml"):
        pass
    assert [(one["root"], one["path"]) for one in site.command.records("ls")] == [
        ("news", "a.txt"),
        ("other", "a.txt"),
    ]
    oracle.holds(
        site.command, {"news": first, "other": second}, excluded=lambda path: path == b"b.txt", sample=1
    )


@pytest.mark.parametrize("what", ["missing", "a file"])
def test_a_root_that_is_no_folder_is_refused_by_name(site: Site, what: str) -> None:
    path = site.folder / "nothing here"
    if what == "a file":
        path.touch()
    for verb in ("watch", "scan"):
        assert "nothing here" in site.command.refused(verb, path, code=2).error


def test_a_root_renamed_and_relocated_under_a_daemon_is_followed(site: Site) -> None:
    site.write("a.txt", "one\n")
    moved = site.folder / "elsewhere"
    with site.watch() as daemon:
        site.command.ask("roots", "rename", "root", "news")
        daemon.wait_for("root_changed", root="news")
        site.root.rename(moved)
        site.command.ask("roots", "relocate", "news", moved)
        until(lambda: site.command.record("status")["health"] == "ok")
        (moved / "b.txt").write_text("two\n")
        daemon.sync()
        status = site.command.record("status")

        assert [(root["name"], root["path"]) for root in status["roots"]] == [("news", str(moved))]
        assert site.told() == ["created a.txt @1", "created b.txt @1"]
        moved.rename(site.root)


def test_a_scan_of_several_roots_goes_on_past_one_that_is_gone(each_site: Site) -> None:
    site = each_site
    first, second = two(site)
    third = site.folder / "three"
    third.mkdir()
    command = site.command
    command.ask("scan", first, second, third)
    first.rename(site.folder / "elsewhere")
    (second / "b.txt").write_text("Changed.\n")
    (third / "c.txt").write_text("New.\n")
    answer = command.ask("scan", code=4)

    assert answer.text.splitlines()[:2] == ["created   three/c.txt @1", "changed   two/b.txt @2"]
    assert str(first) in answer.error
    assert command.records("ls", "--root", "one")[0]["deleted_at"] is None


def test_a_daemon_that_is_refused_leaves_no_trace(site: Site) -> None:
    """The one that runs is as healthy as before, and nothing is known of the folder that was named."""
    site.write("a.txt", "x\n")
    other = site.folder / "other"
    other.mkdir()
    with site.watch():
        assert "written by process" in site.command.refused("watch", other, code=4).error
        assert site.command.record("status", "--exit-code")["health"] == "ok"
        assert [root["name"] for root in site.command.records("roots")] == ["root"]
    assert list(other.iterdir()) == []


def test_what_is_done_to_a_root_is_said(site: Site) -> None:
    site.scan()

    assert site.command.record("roots", "rename", "root", "news")["name"] == "news"
    assert site.command.ask("roots", "retire", "news").text == f"news  {site.root}  retired\n"


def test_with_several_roots_people_are_told_of_which(site: Site) -> None:
    first, second = two(site)
    command = site.command
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


def test_a_path_is_taken_as_it_is_shown_where_there_are_several_roots(site: Site) -> None:
    first, second = two(site)
    command = site.command
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


def test_the_log_of_what_was_only_ever_rejected_is_found_as_it_is_shown(site: Site) -> None:
    first, second = two(site)
    with (second / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    command = site.command
    command.ask("scan", first, second, code=3)

    for words in (["two/huge.txt"], ["huge.txt"], ["huge.txt", "--root", "two"]):
        (row,) = command.records("log", *words)
        assert (row["root"], row["path"], row["reason"]) == ("two", "huge.txt", "too_large")
    command.refused("log", "huge.txt", "--root", "one", code=2)
    command.refused("log", "one/huge.txt", code=2)
