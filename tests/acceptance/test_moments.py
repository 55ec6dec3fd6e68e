"""Moments on the command line: what is printed is taken, local times, and what lies before the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.past import Past
from tests.command import Record
from tests.forked import Quick
from tests.site import Site

_PRINTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?|(?<!\S)#\d+")
_RECORDED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
TO_COME = "2999-01-01 is still to come: what is told is as of now"
TOGETHER = 12  # calls in one process
# Whatever tells a moment to people or to programs.
TELLING = (
    ("log",),
    ("ls", "--deleted"),
    ("coverage",),
    ("coverage", "--document", "a.txt"),
    ("coverage", "--since", "2026-07-01"),
    ("report",),
    ("report", "--since", "2026-07-01"),
    ("status",),
    ("roots",),
    ("blame", "a.txt"),
    ("blame", "a.txt", "--deleted"),
    ("search", "council", "--all-versions"),
    ("show", "a.txt"),
    ("ls",),
    ("changes",),
    ("diff", "a.txt"),
    ("diff", "--from", "seq:3"),
    ("check",),
    ("verify",),
)


def taking(moment: str) -> Iterator[tuple[str, ...]]:
    """Every way to ask for a moment."""
    yield "log", "--since", moment
    yield "log", "--until", moment
    yield "log", "a.txt", "--until", moment
    yield "ls", "--at", moment
    yield "ls", "--deleted", "--at", moment
    yield "show", f"a.txt@{moment}"
    yield "show", "a.txt", "--rev", moment
    yield "diff", "a.txt", moment, "latest"
    yield "diff", f"a.txt@{moment}", "a.txt@latest"
    yield "diff", "--from", moment, "--to", moment
    yield "explain", "a.txt", "first", moment
    yield "blame", f"a.txt@{moment}"
    yield "restore", f"a.txt@{moment}", "--to", "restored.txt", "--force"
    yield "search", "council", "--since", moment, "--until", moment
    yield "coverage", "--since", moment
    yield "coverage", "--until", moment
    yield "report", "--since", moment
    yield "report", "--until", moment


def parsed(said: bytes) -> list[Record]:
    """The records in what a call wrote; its exit code stands behind them."""
    return [json.loads(line) for line in said.splitlines()[:-1]]


def form(moment: str) -> str:
    """How a moment is written, its figures aside."""
    return re.sub(r"\d", "0", moment)


def is_before(moment: str) -> bool:
    """Whether it lies before the record: the summer that was asked for."""
    return moment.startswith(("2026-06", "2026-07"))


def asked(past: Past, zone: str) -> tuple[Quick, tuple[str, ...]]:
    """The command in a zone, and what is said before each verb."""
    name = "Asia/Kathmandu" if zone == "--utc" else zone
    command = Quick(past.command.database, past.command.cwd, {"TZ": name})
    return command, ("--utc",) if zone == "--utc" else ()


ZONES = pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "--utc"])


def answers(command: Quick, calls: list[tuple[str, ...]]) -> list[bytes]:
    """What many calls wrote, each with its exit code at the end."""
    padded = [*calls, ("status",), ("status",)]  # a call that is alone would go without its exit code
    parts = (padded[start : start + TOGETHER] for start in range(0, len(calls), TOGETHER))
    return [said for part in parts for said in command.outputs(part)][: len(calls)]


@ZONES
def test_every_verb_takes_whatever_any_verb_prints(past: Past, zone: str) -> None:
    command, first = asked(past, zone)
    told = answers(command, [(*first, *words) for words in TELLING])
    printed = [_PRINTED.findall(said.decode()) for said in told]
    told = answers(command, [(*first, "--json", *words) for words in TELLING])
    recorded = {moment for said in told for moment in _RECORDED.findall(said.decode())}
    every = {moment for found in printed for moment in found} | recorded
    assert {"#1", "#9", past.at(1), past.at(9)} <= every

    # each to one verb; of each form that a verb prints the last to every verb
    chosen = {form(moment): moment for found in printed for moment in found if not is_before(moment)}
    inside: list[tuple[str, ...]] = [("log", "--until", moment) for moment in sorted(every)]
    inside += [words for moment in (*chosen.values(), past.at(9)) for words in taking(moment)]
    for words, said in zip(inside, answers(command, [(*first, *words) for words in inside]), strict=True):
        assert said[-1:] in {b"0", b"1"}, words
    before = {moment for moment in every if is_before(moment)}
    for words in taking(min(before)):
        answer = command.run(*first, *words)
        assert answer.code == 0 or "the record of root begins at" in answer.error, answer


@ZONES
def test_a_moment_that_is_printed_names_the_change_it_was_printed_for(past: Past, zone: str) -> None:
    command, first = asked(past, zone)
    place = {"--utc": UTC}.get(zone) or ZoneInfo(zone)
    lines = command.ask(*first, "log").text.splitlines()
    assert len(lines) == 9
    pairs = [tuple(_PRINTED.findall(line)) for line in lines]
    found = answers(
        command,
        [(*first, "--json", "log", "--since", end, "--until", end) for pair in pairs for end in pair],
    )
    stood = answers(command, [(*first, "--json", "ls", "--at", moment) for _, moment in pairs])
    for number, (seq, moment) in enumerate(pairs):
        label = datetime.fromisoformat(past.at(int(seq[1:])))
        assert moment[:19] == label.astimezone(place).isoformat(" ")[:19]
        by_seq, by_time = (parsed(said) for said in found[2 * number : 2 * number + 2])
        assert [change["seq"] for change in by_seq] == [int(seq[1:])]
        assert int(seq[1:]) in [change["seq"] for change in by_time]
        if max(change["seq"] for change in by_time) == int(seq[1:]):
            (change,) = by_seq
            there = change["document"] in {document["document"] for document in parsed(stood[number])}
            assert there == (change["type"] != "document.deleted")


@ZONES
def test_the_version_that_blame_or_search_names_stands_at_the_moment_it_names(past: Past, zone: str) -> None:
    command, first = asked(past, zone)
    told = (
        command.ask(*first, "blame", "a.txt").text
        + command.ask(*first, "search", "monday", "--all-versions").text
    )
    found = re.findall(rf"@(\d+)\s+({_PRINTED.pattern})", told)
    assert {number for number, _ in found} >= {"1", "2", "3"}
    made = {change["version"]: change["seq"] for change in command.records("log", "a.txt")}
    for number, moment in found:
        seqs = [each["seq"] for each in command.records(*first, "log", "--since", moment, "--until", moment)]
        assert made[int(number)] in seqs


def test_without_an_offset_a_time_is_local_and_with_utc_it_is_utc(past: Past) -> None:
    there = replace(past.command, variables={"TZ": "America/New_York"})
    begins = datetime.fromisoformat(past.at(1))
    utc, local = (
        f"{begins.astimezone(zone) - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
        for zone in (UTC, ZoneInfo("America/New_York"))
    )
    # an hour before the record began
    for words in (("--utc", "ls", "--at", utc), ("ls", "--at", utc, "--utc"), ("ls", "--at", local)):
        assert "the record of root begins at" in there.refused(*words, code=2).error
    # and there the same figures are hours later
    assert len(there.records("ls", "--at", utc)) == 4


def test_days_and_spans_are_moments(past: Past) -> None:
    command = past.command
    everything = [9, 8, 7, 6, 5, 4, 3, 2, 1]
    for since in ("yesterday", "2d", "3w", "90 minutes ago", "2 days ago", "90m"):
        assert [change["seq"] for change in command.records("log", "--since", since)] == everything, since
    assert command.records("ls", "--at", "now") == command.records("ls")
    assert command.records("log", "--since", "now") == []
    assert [change["seq"] for change in command.records("log", "--until", "#4")] == [4, 3, 2, 1]
    assert command.record("show", "a.txt@#3")["version"] == 1
    assert command.record("show", "a.txt", "--rev", "#4")["version"] == 2


def test_a_zone_that_nobody_knows_is_said_and_is_utc(past: Past) -> None:
    there = replace(past.command, variables={"TZ": "Middle/Earth"})
    answer = there.ask("ls", "--deleted")

    assert answer.text == past.command.ask("ls", "--deleted").text
    assert answer.note == "TZ=Middle/Earth is no time zone that this machine knows: times are UTC"
    rule = replace(past.command, variables={"TZ": "<+03>-3"})
    assert "+03:00" in rule.ask("ls", "--deleted").text


# -- before the record -----------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["2026-03-01", "seq:0", "2001-01-01T00:00:00Z", "30d"])
def test_of_a_time_before_the_record_nothing_is_known(past: Past, moment: str) -> None:
    command, begins = past.command, past.at(1)
    target = past.folder / "out" / "export"
    told = f"the record of root begins at {begins[:10]} {begins[11:19]}Z"
    for words in (
        ("show", f"a.txt@{moment}"),
        ("show", "a.txt", "--rev", moment, "-o", target),
        ("ls", "--at", moment),
        ("ls", "--deleted", "--at", moment),
        ("export", target, "--at", moment),
        ("diff", "--from", moment),
        ("diff", "--from", "seq:2", "--to", moment),
        ("diff", "a.txt", moment, "latest"),
        ("blame", f"a.txt@{moment}"),
        ("restore", f"a.txt@{moment}", "--to", target),
    ):
        refused = command.refused(*words, code=2)
        assert refused.error == f"nothing is known of {moment}: {told}", words
        assert not target.exists()
        assert not target.parent.exists()


def test_status_tells_when_the_record_of_each_root_begins(past: Past) -> None:
    assert [root["record_begins_at"] for root in past.command.record("status")["roots"]] == [past.at(1)]
    begins = past.at(1)
    assert past.command.records("ls", "--at", begins) != []


def test_the_time_before_the_first_scan_is_unrecorded(past: Past) -> None:
    command = past.command
    first, *rest = command.records("coverage", "--since", "2026-03-01")
    assert (first["state"], first["from"], first["to"]) == (
        *("unrecorded", "2026-03-01T00:00:00.000000Z"),
        rest[0]["from"],
    )
    assert rest == command.records("coverage") == command.records("coverage", "--since", rest[0]["from"])
    line = command.ask("coverage", "--since", "2026-03-01").text.splitlines()[0]
    assert line.startswith("unrecorded 2026-03-01 00:00:00Z  to  ")
    # the second that is printed is the one in which it begins: nothing of it is called unrecorded
    (shown, *_) = _PRINTED.findall(command.ask("coverage").text)
    assert command.records("coverage", "--since", shown) == rest

    report = command.record("report", "--since", "2026-03-01")
    assert report["since"] == "2026-03-01T00:00:00.000000Z"
    assert report["coverage"][0] == first
    assert report["watched"] is False
    assert (
        "  root  unrecorded  2026-03-01 00:00:00  to  " in command.ask("report", "--since", "2026-03-01").text
    )


def test_an_empty_answer_about_a_time_before_the_record_names_its_beginning(past: Past) -> None:
    told = f"the record of root begins at {past.at(1)[:10]} {past.at(1)[11:19]}Z"
    period = ("--since", "2025-01-01", "--until", "2025-02-01")
    for words in (
        ("log", *period),
        ("log", "--until", "2025-02-01", "--root", "root"),
        ("search", "council", "--all-versions", *period),
        ("search", "council", "--until", "2025-02-01"),
    ):
        answer = past.command.ask(*words, json=True)
        assert answer.out == b""
        assert answer.note == f"nothing is known of 2025-02-01: {told}", words
    assert past.command.ask("log", "--until", "seq:3", "--type", "rejected").note == ""

    begins = past.command.records("coverage")[0]["from"]
    until = past.command.ask("coverage", "--until", "2025-02-01", json=True)
    assert until.note == ""
    (only,) = until.records
    assert (only["state"], only["from"], only["to"]) == (
        *("unrecorded", "2025-02-01T23:59:59.999999Z"),
        begins,
    )


# -- after the log's end ---------------------------------------------------------------------


def test_a_change_that_the_log_does_not_have_is_refused_naming_the_last(past: Past) -> None:
    target = past.folder / "out" / "export"
    for words in taking("#10"):
        if "--since" not in words or "--until" in words:
            refused = past.command.refused(*words, code=2)
            assert refused.error == "there is no change #10", words
            assert refused.hint == "the last is #9", words
        assert past.command.run(*(word.replace("#10", "#11") for word in words)).code == 2, words
    past.command.refused("export", target, "--at", "seq:10", code=2)
    assert not target.parent.exists()
    # what comes after the last is a period: nothing has happened in it yet
    assert past.command.records("log", "--since", "#10") == []
    assert past.command.record("report", "--since", "#10")["documents"] == []


def test_a_time_to_come_is_the_present_and_that_is_said(past: Past) -> None:
    target = past.folder / "to come"
    for words in taking("2999-01-01"):
        if "restore" not in words:
            answer = past.command.run(*words)
            assert answer.code in (0, 1) or words == ("report", "--since", "2999-01-01"), answer
            assert answer.note == TO_COME, words
    answer = past.command.ask("export", target, "--at", "2999-01-01")
    assert answer.note == TO_COME
    assert past.command.records("ls", "--at", "2999-01-01") == past.command.records("ls")
    for now in ("now", "today", past.at(9), "#9"):
        assert past.command.ask("ls", "--at", now).note == ""


def test_a_report_of_a_period_that_lies_before_the_record_is_refused(past: Past) -> None:
    page = past.folder / "page.html"
    refused = past.command.refused(
        "report", "--since", "2025-01-01", "--until", "2025-02-01", "--html", page, code=2
    )
    assert "the record of root begins at" in refused.error
    assert not page.exists()
    assert past.command.record("report", "--since", "2025-01-01", "--until", "seq:1")["last_seq"] == 1


def test_each_root_has_a_beginning_of_its_own(site: Site) -> None:
    command = site.command
    site.write("a.txt", "One.\n")
    command.ask("scan", site.root)
    (site.outside / "b.txt").write_text("Two.\n")
    command.ask("scan", site.outside)
    site.write("a.txt", "Three.\n")
    command.ask("scan", site.root)
    begins = {root["name"]: root["record_begins_at"] for root in command.record("status")["roots"]}
    labels = [change["recorded_at"] for change in command.records("log", "--reverse")]
    assert begins == {"root": labels[0], "outside": labels[1]}
    told = f"the record of outside begins at {labels[1][:10]} {labels[1][11:19]}Z"
    target = site.folder / "export"

    listed = command.ask("ls", "--at", "seq:1", json=True)
    assert [each["path"] for each in listed.records] == ["a.txt"]
    assert listed.note == f"left out: {told}"
    differs = command.ask("diff", "--from", "seq:1", code=1, json=True)
    # not known to be new, so not said to be
    assert [each["path"] for each in differs.records] == ["a.txt"]
    assert differs.note == f"left out: {told}"
    reported = command.ask("report", "--until", "seq:1", json=True)
    assert reported.note == f"left out: {told}"
    assert [each["root"] for each in reported.records[0]["documents"]] == ["root"]

    refused = command.refused("export", target, "--at", "seq:1", code=2)
    assert refused.error == f"not every root was known at seq:1: {told}"
    assert "--root NAME" in refused.hint
    assert (
        "nothing is known"
        in command.refused("export", target, "--at", "seq:1", "--root", "outside", code=2).error
    )
    assert not target.exists()
    command.ask("export", target, "--at", "seq:1", "--root", "root")
    assert [each.name for each in target.iterdir()] == ["a.txt"]


def test_a_root_in_which_the_first_scan_found_nothing_begins_with_that_scan(site: Site) -> None:
    command = site.command
    with site.watch():
        first = command.records("coverage")[0]["from"]
        (empty,) = command.record("status")["roots"]
        site.write("a.txt", "One.\n")
        command.ask("sync")
        (filled,) = command.record("status")["roots"]
    assert empty["record_begins_at"] == filled["record_begins_at"] == first
    assert command.records("ls", "--at", first) == []
    # it was seen to be empty: that it has no `a.txt` yet is known
    assert "is not in the record" in command.refused("show", f"a.txt@{first}", code=2).error
