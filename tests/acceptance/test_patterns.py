"""A root's patterns from outside: what a scan takes in, what is refused, what a daemon tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.daemon import until
from tests.site import Site


@pytest.fixture
def settings(site: Site) -> Path:
    path = site.folder / "ingest.toml"
    path.write_text('exclude = ["[ab].txt", "*.log", "!keep.log", "\u00e9?.txt", "old/"]\n')
    return path


def test_what_a_scan_takes_in(site: Site, settings: Path) -> None:
    names = (
        "a.txt",
        "[ab].txt",
        "c.txt",
        "x.log",
        "keep.log",
        "\u00e9\u00e9.txt",
        "old/d.txt",
        "deep/b.txt",
        "deep/old",
    )
    for name in names:
        site.write(name, f"This is {name}.\n")
    site.command.ask("--config", settings, "scan", site.root)

    assert {record["path"] for record in site.command.records("ls")} == {
        "[ab].txt", "c.txt", "keep.log", "deep/old"
    }  # fmt: skip
    assert site.command.record("status")["left_out"] == {
        "[ab].txt": 2, "*.log": 1, "\u00e9?.txt": 1, "old/": 1
    }  # fmt: skip


@pytest.mark.parametrize("verb", ["scan", "status"])
def test_a_pattern_that_cannot_be_used_is_named(site: Site, settings: Path, verb: str) -> None:
    settings.write_text('exclude = ["a.txt", "b[.txt"]\n')
    refusal = site.command.refused("--config", settings, verb, code=2)
    assert refusal.error == f"{settings}: exclude: pattern 'b[.txt' cannot be used: a bracket is not closed"
    assert refusal.hint == r"write \[ for one that stands for itself"

    by_variable = replace(site.command, variables={"INGEST_EXCLUDE": r'["a\\"]'})
    assert by_variable.refused(verb, code=2).error == (
        r"environment variable INGEST_EXCLUDE: exclude: pattern 'a\' cannot be used: "
        "a backslash has no character after it"
    )


def test_a_daemon_tells_which_patterns_it_reads_otherwise_than_before(site: Site, settings: Path) -> None:
    settings.write_text('exclude = ["[ab].txt", "*.log", "old/**"]\n[roots.other]\nexclude = ["!a"]\n')
    with site.watch("--config", settings) as daemon:
        until(lambda: len(daemon.events("pattern_read_otherwise")) == 2, what="both")

        assert [(event["pattern"], event["now"]) for event in daemon.events("pattern_read_otherwise")] == [
            ("[ab].txt", "`[…]` stands for one of the characters in it"),
            ("old/**", "with `/**` at its end it is of what lies below, not of a file so named"),
        ]
        hint = daemon.events("pattern_read_otherwise")[0]["hint"]

    settings.write_text(f"{hint.partition(': ')[2]}\n{settings.read_text()}")
    with site.watch("--config", settings) as daemon:
        until(lambda: site.command.record("status")["health"] == "ok", what="the first scan")

        assert daemon.events("pattern_read_otherwise") == []
