"""Phrases of one's own for a notice, by setting: everything that tells an edit heeds them."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.command import Record
from tests.site import Site

FIRST = "Police held two men on Monday. Nobody was hurt.\nFor the record: 5 men.\n"
SECOND = "Police held three men on Monday. Nobody was hurt.\nFor the record: 5 men.\nWe got this wrong.\n"
THIRD = "Police held three men on Monday. Nobody was hurt.\nFor the record: 6 men.\nWe got this wrong.\n"
OWN = 'notice_phrases = { en = ["We got this wrong", "for the record"] }\n'


@pytest.fixture
def owned(each_site: Site) -> Site:
    """A site whose settings know two more phrases; the file is `ingest.toml` beside its root."""
    file = each_site.folder / "ingest.toml"
    file.write_text(OWN)
    return each_site.using(INGEST_CONFIG=str(file))


def told(records: list[Record]) -> list[Any]:
    """Of each edit its class and its flags."""
    edits = [record["edit"] for record in records if record.get("edit")]
    return [(edit["class"], *(flag["name"] for flag in edit["flags"])) for edit in edits]


HEEDED = [("factual", "notice"), ("wording",)]
PLAIN = [("factual", "silent"), ("factual", "silent")]


def test_everything_that_tells_an_edit_heeds_them(owned: Site, each_site: Site) -> None:
    scans = []
    for text in (FIRST, SECOND, THIRD):
        owned.write("a.txt", text)
        scans += owned.command.records("scan", owned.root)
    ask, plain = owned.command, each_site.command

    assert told(scans) == HEEDED
    assert told(ask.records("changes")) == HEEDED
    assert told(ask.records("log", "--reverse")) == HEEDED
    assert [row["seq"] for row in ask.records("log", "--flag", "notice")] == [2]
    (differs,) = ask.records("diff", "--from", "seq:2", code=1)
    assert differs["class"] == "wording"
    (document,) = ask.record("report")["documents"]
    assert told(document["entries"]) == HEEDED
    # of two with other settings, each is told by its own, whatever the index holds
    assert told(plain.records("changes")) == PLAIN
    assert [row["seq"] for row in plain.records("log", "--flag", "silent")] == [3, 2]
    assert told(ask.records("changes")) == HEEDED
    assert told(plain.records("log", "--reverse")) == PLAIN
    assert ask.records("log", "--flag", "silent") == []
    assert plain.records("search", "wrong")[0]["path"] == "a.txt"
    assert told(ask.records("log", "--reverse")) == HEEDED
    ask.ask("index", "rebuild")
    assert told(ask.records("log", "--reverse")) == HEEDED
    assert told(plain.records("log", "--reverse")) == PLAIN


def test_the_daemon_heeds_them_and_takes_new_ones_when_it_reads_its_settings(owned: Site) -> None:
    """In its log lines, at once; and the root is not looked at anew for it."""
    settings = owned.folder / "ingest.toml"
    owned.write("a.txt", FIRST)
    with owned.watch() as daemon:
        owned.write("a.txt", SECOND)
        daemon.wait_for("change", version=2)  # told under the old settings
        settings.write_text("")
        daemon.send(signal.SIGHUP)
        loaded = daemon.wait_for("settings_loaded")
        assert (loaded["changed"], loaded["needs_a_restart"]) == (True, None)
        owned.write("a.txt", THIRD)
        daemon.sync()
        assert len(owned.command.records("coverage")) <= 2
    assert told(daemon.changes) == [HEEDED[0], PLAIN[1]]
    assert told(owned.command.records("changes")) == PLAIN


def test_phrases_that_are_none_are_refused_with_file_and_key(owned: Site) -> None:
    file = Path(owned.folder / "ingest.toml")
    file.write_text("notice_phrases = { en = 5 }\n")
    refusal = owned.command.refused("status", code=2)

    assert str(file) in refusal.error
    assert "notice_phrases.en" in refusal.error
