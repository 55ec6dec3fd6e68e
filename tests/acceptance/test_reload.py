"""SIGHUP: the daemon reads its settings again, and keeps the old ones when the new are no good."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.daemon import Daemon, until
from tests.site import Site


@pytest.fixture
def settings(site: Site) -> Path:
    path = site.folder / "ingest.toml"
    path.write_text('exclude = ["drafts/**"]\n')
    return path


def told(daemon: Daemon, event: str) -> dict[str, object]:
    return until(lambda: next(iter(daemon.events(event)), None), what=event)  # type: ignore[no-any-return]


def test_new_patterns_take_files_in_and_leave_others_out(site: Site, settings: Path) -> None:
    for name in ("a.txt", "drafts/b.txt", "old/c.txt"):
        site.write(name, f"This is {name}.\n")
    with site.watch("--config", settings) as daemon:
        assert sorted(site.told()) == ["created a.txt @1", "created old/c.txt @1"]
        settings.write_text('exclude = ["old/**"]\n')
        daemon.send(signal.SIGHUP)
        told(daemon, "settings_loaded")
        daemon.sync()

        assert sorted(site.told(since=2)) == ["created drafts/b.txt @1", "deleted old/c.txt (excluded)"]
        site.write("drafts/d.txt", "Written afterwards.\n")
        daemon.sync()
        assert site.told(since=4) == ["created drafts/d.txt @1"]
        assert site.command.record("status")["health"] == "ok"
        states = [interval["state"] for interval in site.command.records("coverage")]
        assert states[-1] == "watched"


@pytest.mark.parametrize("words", ["exclude = 5\n", "no_such_setting = 1\n", "exclude = [\n"])
def test_settings_that_cannot_be_read_change_nothing(site: Site, settings: Path, words: str) -> None:
    with site.watch("--config", settings) as daemon:
        settings.write_text(words)
        daemon.send(signal.SIGHUP)
        refused = told(daemon, "settings_refused")
        assert str(settings) in str(refused["detail"])
        site.write("drafts/b.txt", "Left out as before.\n")
        site.write("a.txt", "Taken in as before.\n")
        daemon.sync()

        assert site.told() == ["created a.txt @1"]


def test_what_is_taken_at_the_start_only_is_named(site: Site, settings: Path) -> None:
    with site.watch("--config", settings) as daemon:
        settings.write_text('log_level = "error"\n')
        daemon.send(signal.SIGHUP)

        assert told(daemon, "settings_loaded")["needs_a_restart"] == ["log_level"]


def test_settings_that_are_the_same_for_a_root_leave_it_as_it_is(site: Site, settings: Path) -> None:
    """No new stretch of coverage, and no scan: to begin anew would leave a gap."""
    site.write("a.txt", "x\n")
    with site.watch("--config", settings) as daemon:
        before = site.command.records("coverage")
        daemon.send(signal.SIGHUP)
        assert told(daemon, "settings_loaded")["changed"] is False
        settings.write_text(
            f'{settings.read_text()}[roots.other]\npath = "{site.outside}"\nexclude = ["b"]\n'
        )
        daemon.send(signal.SIGHUP)
        loaded = daemon.wait_for("settings_loaded", changed=True)
        assert loaded["needs_a_restart"] == ["roots.other"]
        daemon.send(signal.SIGHUP)
        until(lambda: len(daemon.events("settings_loaded")) == 3)
        # still so, though nothing changed since the last time
        assert daemon.events("settings_loaded")[-1]["needs_a_restart"] == ["roots.other"]
        daemon.sync()

        assert site.command.records("coverage") == before
