"""Lines that a root's settings call boilerplate: everything that tells an edit heeds them."""

from __future__ import annotations

import re
import signal

import pytest

from tests.acceptance.test_terminal import styled
from tests.site import Site

FIRST = "The mayor resigned on Monday.\n\n1,204 shares\n"
SECOND = FIRST.replace("1,204", "1,377")
THIRD = SECOND.replace("Monday", "Tuesday").replace("1,377", "1,400")
RULES = '[roots.root]\nboilerplate = ["* shares"]\n'


@pytest.fixture
def muted(each_site: Site) -> Site:
    """A site whose root has boilerplate; the settings are `ingest.toml` beside the root."""
    file = each_site.folder / "ingest.toml"
    file.write_text(RULES)
    return each_site.using(INGEST_CONFIG=str(file))


def classes(site: Site, verb: str, *words: str) -> list[str]:
    records = site.command.records(verb, *words)
    return [record["edit"]["class"] for record in records if record["edit"] is not None]


def test_all_that_tells_an_edit_heeds_the_root_s_boilerplate(muted: Site, each_site: Site) -> None:
    for text in (FIRST, SECOND, THIRD):
        muted.write("a.txt", text)
        muted.scan()
    ask = muted.command

    assert classes(muted, "changes") == ["boilerplate", "factual"]
    assert classes(muted, "log", "--class", "boilerplate", "--significance", "none") == ["boilerplate"]
    (real,) = ask.records("log", "--flag", "silent")
    assert [(fact["before"], fact["after"]) for fact in real["edit"]["facts"]] == [("Monday", "Tuesday")]
    counts = ask.record("report")["counts"]
    assert (counts["silent"], counts["cosmetic"], counts["none"]) == (1, 0, 1)
    told = ask.ask("report").text.splitlines()
    assert told[1] == (
        "1 changed silently, 0 changed in the open, 0 reworded, 0 cosmetic, 1 of no significance, 1 added"
    )
    assert told[told.index("of no significance") + 1] == "  1 boilerplate"
    page = ask.ask("report", "--html", "-").text
    assert '<section id="none"><h2>Of no significance</h2><p>1 boilerplate</p></section>' in page
    (differs,) = ask.records("diff", "--from", "seq:1", "--to", "seq:2", code=1)
    assert (differs["class"], differs["significance"]) == ("boilerplate", "none")
    # who has no such settings is told otherwise, from the same index, and the record is the same
    assert classes(each_site, "log", "--flag", "silent") == ["factual", "factual"]
    assert classes(muted, "log", "--reverse") == ["boilerplate", "factual"]
    assert ask.ask("show", "a.txt@2").text == SECOND


def test_boilerplate_belongs_to_the_root_whatever_its_name(muted: Site) -> None:
    for text in (FIRST, SECOND):
        muted.write("a.txt", text)
        muted.scan()
    assert classes(muted, "log", "--class", "boilerplate") == ["boilerplate"]

    muted.command.ask("roots", "rename", "root", "news")

    assert classes(muted, "log", "--class", "boilerplate") == []
    assert classes(muted, "log", "--flag", "silent") == ["factual"]


def test_the_daemon_takes_new_boilerplate_without_looking_at_the_root_anew(muted: Site) -> None:
    muted.write("a.txt", FIRST)
    with muted.watch() as daemon:
        muted.write("a.txt", SECOND)
        daemon.wait_for("change", version=2)  # told under the old settings
        (muted.folder / "ingest.toml").write_text('[roots.root]\nboilerplate = ["nothing *"]\n')
        daemon.send(signal.SIGHUP)
        assert daemon.wait_for("settings_loaded")["changed"] is True
        muted.write("a.txt", SECOND.replace("1,377", "1,400"))
        daemon.sync()
        assert len(muted.command.records("coverage")) <= 2
    told = [change["edit"]["class"] for change in daemon.changes if change["edit"]]
    assert told == ["boilerplate", "factual"]


def test_a_diff_shows_boilerplate_dim(muted: Site) -> None:
    for text in (SECOND, THIRD):
        muted.write("a.txt", text)
        muted.scan()

    lines = [line.rstrip("\r") for line in styled(muted.command, "diff", "a.txt")]
    words = "".join(styled(muted.command, "diff", "a.txt", "--word"))

    assert "\x1b[2m-1,377 shares\x1b[0m" in lines
    assert "\x1b[2m+1,400 shares\x1b[0m" in lines
    assert "\x1b[31m-The mayor resigned on Monday.\x1b[0m" in lines
    assert re.search("\x1b\\[2m\\[-1,377-\\]\x1b\\[0m", words) or re.search("\x1b\\[2m\\[-377-\\]", words)
    assert "\x1b[2m shares\x1b[0m" in words  # the rest of the line too
    assert "\x1b[31m[-Monday-]\x1b[0m\x1b[32m{+Tuesday+}\x1b[0m." in words
    assert "\x1b[31m[-Monday-]" in words


@pytest.mark.parametrize("pattern", ["**", "* a", "x" * 201])
def test_a_pattern_that_tells_nothing_is_refused_with_file_and_key(muted: Site, pattern: str) -> None:
    file = muted.folder / "ingest.toml"
    file.write_text(f'[roots.root]\nboilerplate = ["{pattern}"]\n')

    refusal = muted.command.refused("status", code=2)

    assert str(file) in refusal.error
    assert "roots.root.boilerplate" in refusal.error


def test_a_table_of_no_root_is_told(muted: Site) -> None:
    said = "[roots.typo] is of no known root and has no path: it has no effect"
    with (muted.folder / "ingest.toml").open("a") as file:
        file.write('[roots.typo]\nboilerplate = ["* shares"]\n[roots.later]\npath = "/nowhere"\n')
    muted.write("a.txt", FIRST)

    assert said in muted.command.ask("scan", muted.root).note.splitlines()
    warned = [each for each in muted.command.records("doctor") if each["check"] == "configuration"]
    assert [(each["state"], each["detail"]) for each in warned] == [("warning", said)]
    with muted.watch() as daemon:
        assert daemon.wait_for("settings")["detail"] == said
