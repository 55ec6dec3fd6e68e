"""A reader of the feed and its cursor: what is given once, what is given again, and what is never lost."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.past import Past
from tests.command import Command
from tests.site import Site

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "feed.md").read_text()
READER = """#!/bin/sh
# Notes what it has done, and dies in the middle of its second batch, once.
while read -r change; do
    [ -e died ] || [ "$(wc -l < done)" -lt 150 ] || { touch died; exit 1; }
    echo "$change" >> done
done
"""


def _loop() -> str:
    loop: str
    (loop,) = re.findall(r"^```sh\n(while ingest changes .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return loop


def test_the_loop_of_the_documentation_loses_nothing_when_its_reader_dies(site: Site) -> None:
    for number in range(250):
        site.write(f"{number}.txt", f"{number}\n")
    site.scan()
    (site.folder / "bin").mkdir()
    for name, body in (
        ("bin/ingest", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ingest "$@"\n'),
        ("reader", READER),
    ):
        (site.folder / name).write_text(body)
        (site.folder / name).chmod(0o755)
    (site.folder / "done").touch()
    environment = Command(None, site.folder).environment() | {
        "PATH": f"{site.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "INGEST_DATABASE_URL": site.command.database or "",
    }
    for life in (1, 2):
        subprocess.run(["sh", "-c", _loop()], cwd=site.folder, env=environment, check=False, timeout=120)
        told = [json.loads(line)["seq"] for line in (site.folder / "done").read_text().splitlines()]
        if life == 1:
            assert told == list(range(1, 151))
            assert site.command.record("cursors") == {"name": "desk", "seq": 100, "behind": 150}

    assert told == [*range(1, 151), *range(101, 251)]
    assert site.command.record("cursors") == {"name": "desk", "seq": 250, "behind": 0}


def test_cursors_are_listed_moved_and_removed(past: Past) -> None:
    ask, records = past.command.ask, past.command.records
    last = past.seq
    assert records("cursors") == [{"name": "reader", "seq": 4, "behind": last - 4}]
    assert ask("cursors").text == f"reader  #4       {last - 4} behind\n"

    assert records("cursors", "move", "other", "0") == [{"name": "other", "seq": 0, "behind": last}]
    assert records("cursors", "move", "other", f"#{last}") == [{"name": "other", "seq": last, "behind": 0}]
    assert records("changes", "--cursor", "other") == []
    records("cursors", "move", "other", "7")
    assert [change["seq"] for change in records("changes", "--cursor", "other")] == [*range(8, last + 1)]
    assert records("cursors", "remove", "other") == [{"name": "other", "removed": True}]
    assert [cursor["name"] for cursor in records("cursors")] == ["reader"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["move", "reader", "10"], "'10'"),
        (["move", "reader", "x"], "'x'"),
        (["move", "reader", "1.5"], "'1.5'"),
        (["move", "a/b", "1"], "'a/b'"),
        (["remove", "nobody"], "'nobody'"),
        (["remove", "log/0"], "'log/0'"),
        (["move", "reader"], "'move reader'"),
    ],
)
def test_a_cursor_that_cannot_be_moved_stays(past: Past, words: list[str], named: str) -> None:
    assert named in past.command.refused("cursors", *words, code=2).error
    assert past.command.record("cursors")["seq"] == 4


def test_a_peek_with_a_limit_gives_the_same_again(past: Past) -> None:
    words = ("changes", "--cursor", "reader", "--peek", "--limit", "2")
    first = past.command.records(*words)
    assert [change["seq"] for change in first] == [5, 6]
    assert past.command.records(*words) == first
    assert past.command.record("cursors")["seq"] == 4


def test_a_cursor_stays_where_its_reader_went_away(site: Site) -> None:
    """More than a pipe holds, to a reader that closes it after one line: nothing was handed over whole."""
    for number in range(400):
        site.write(f"{number}.txt", f"{number}\n")
    site.scan()
    feed = subprocess.Popen(
        site.command.argv("changes", "--cursor", "desk", json=True),
        cwd=site.folder, env=site.command.environment(), stdout=subprocess.PIPE,
    )  # fmt: skip
    assert feed.stdout is not None
    assert json.loads(feed.stdout.readline())["seq"] == 1
    feed.stdout.close()

    assert feed.wait(60) == 0
    assert site.command.records("cursors") == []


def test_a_cursor_passes_what_its_reader_does_not_want(each_site: Site) -> None:
    site = each_site
    site.write("news/a.txt", "It rained on Monday.\n")
    site.write("law/b.txt", "Two years.\n")
    site.scan()
    site.write("law/b.txt", "Three years.\n")
    site.scan()
    site.write("news/a.txt", "It rained on Tuesday.\n")
    (site.root / "law/b.txt").rename(site.root / "news/b.txt")
    site.scan()
    all_of_it = site.command.records("changes")

    for words, seqs in {
        ("--prefix", "news"): [2, 4, 5],
        ("--prefix", str(site.root / "law"), "--type", "changed"): [3],
        ("--fact", "number"): [3],
    }.items():
        expected = [change for change in all_of_it if change["seq"] in seqs]
        assert site.command.records("log", *words) == expected[::-1], words
        assert site.command.records("changes", *words, "--cursor", "one", "--limit", "1") == expected[:1]
        assert site.command.record("cursors") == {"name": "one", "seq": seqs[0], "behind": 5 - seqs[0]}
        assert site.command.records("changes", *words, "--cursor", "one") == expected[1:]
        assert site.command.record("cursors")["behind"] == 0
        site.command.ask("cursors", "remove", "one")


def test_a_feed_of_some_edits_goes_on_with_what_comes(site: Site) -> None:
    site.write("a.txt", "Two years.\n")
    site.write("b.txt", "Two years.\n")
    site.scan()
    with subprocess.Popen(
        site.command.argv("changes", "--follow", "--fact", "number", "--prefix", "b", json=True),
        cwd=site.folder, env=site.command.environment(), stdout=subprocess.PIPE,
    ) as feed:  # fmt: skip
        assert feed.stdout is not None
        try:
            for name in ("a.txt", "b.txt"):
                site.write(name, "Three years.\n")
                site.scan()
            assert json.loads(feed.stdout.readline())["path"] == "b.txt"
        finally:
            feed.kill()


def test_a_prefix_that_nobody_has_is_said(past: Past) -> None:
    for verb in ("log", "changes"):
        answer = past.command.ask(verb, "--prefix", "nosuch/")
        assert answer.out == b""
        assert answer.note == "no path in the store begins with 'nosuch/'"
        assert past.command.ask(verb, "--prefix", "d/", "--type", "rejected").notes == []


def test_the_texts_of_a_change_are_those_of_its_versions(past: Past) -> None:
    told = past.command.records("changes", "--text")
    assert {tuple(list(change)[-2:]) for change in told} == {("text", "text_before")}
    for change in told:
        number = change["version"]
        assert (change["text"] is None) == (change["text_sha256"] is None)
        if change["text"] is not None:
            shown = past.command.record("show", f"{change['document']}@{number}")
            assert change["text"] == shown["text"]
    assert [(change["path"], change["type"][9:], change["text"], change["text_before"]) for change in told][
        3:8
    ] == [
        ("a.txt", "changed", told[3]["text"], told[0]["text"]),
        ("d/c.txt", "moved", "Another document.\n", "Another document.\n"),
        ("gone.txt", "deleted", told[2]["text"], told[2]["text"]),
        ("a.txt", "changed", told[6]["text"], told[3]["text"]),
        ("logo.png", "created", None, None),
    ]
    assert past.command.refused("changes", "--text", code=2).hint


def test_the_feed_goes_on_after_a_number_and_from_a_moment_on(past: Past) -> None:
    def told(since: str) -> list[int]:
        return [change["seq"] for change in past.command.records("changes", "--since", since)]

    assert told("6") == told("#6") == told("seq:6") == [7, 8, 9]
    assert told(past.at(7)) == [7, 8, 9]
    assert told("{cursor:reader}") == [5, 6, 7, 8, 9]
    assert told(str(2**59)) == []
    for words in ("-1", "x", str(2**63)):
        past.command.refused("changes", "--since", words, code=2)


def test_a_cursor_that_move_makes_is_said_to_be_new(site: Site) -> None:
    site.write("a.txt", "One.\n")
    site.scan()

    assert site.command.ask("cursors", "move", "typo", "1").note == "there was no cursor 'typo': it is made"
    assert site.command.ask("cursors", "move", "typo", "0").note == ""


def test_a_peek_says_how_far_it_looked_where_its_last_line_does_not(past: Past) -> None:
    def note(*words: str) -> str:
        return past.command.ask("changes", "--cursor", "unmade", "--peek", *words, json=True).note

    moved = "ingest cursors move unmade 9"
    assert note("--prefix", "gone.txt") == f"looked up to #9: {moved}"
    assert note("--type", "rejected") == f"looked up to #9: {moved}"
    # where the last line has that seq, or more may follow, it is the place
    assert note() == ""
    assert note("--prefix", "gone.txt", "--limit", "1") == ""
    assert note("--since", "9") == ""
    assert past.command.ask("changes", "--type", "rejected").note == ""
