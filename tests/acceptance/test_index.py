"""blame, search, the index and edits, as a person uses them: through the command."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.daemon import until
from tests.site import Site

FIRST = "Police held two men on Monday. The mayor praised them. Nobody was hurt.\n"
WRONG = "changed   a.txt @2  substantive: factual, silent: number “two” to “three”"
SECOND = "Police held three men on Monday. Nobody was hurt.\n"
THIRD = "The mayor praised them. Police held three men on Monday. Nobody was hurt in the café.\n"


@pytest.fixture
def told(site: Site) -> Site:
    """A document of three versions, and a Dutch one of a month."""
    for text in (FIRST, SECOND, THIRD):
        site.write("a.txt", text)
        site.scan()
    site.write("nl/b.txt", "---\ndate: 2021-02\n---\nDe burgemeester opent de nieuwe brug over het kanaal.\n")
    site.scan()
    return site


def test_blame_shows_the_version_of_each_sentence(told: Site) -> None:
    lines = told.command.ask("blame", "a.txt").text.splitlines()
    recorded = {each["version"]: each["recorded_at"] for each in told.command.records("log", "a.txt")}

    def moment(version: int) -> str:
        return str(recorded[version])[:19].replace("T", " ")

    assert [(line[:2], line[24:].strip()) for line in lines] == [
        ("@1", f"The mayor praised them.  (away in @2, {moment(2)}Z to {moment(3)})"),
        ("@2", "Police held three men on Monday."),
        ("@3", "Nobody was hurt in the café."),
    ]
    words = told.command.records("blame", "a.txt")[1]["words"]
    assert [(run["text"], run["version"]) for run in words] == [
        ("Police held ", 1),
        ("three ", 2),
        ("men on Monday.", 1),
    ]
    lost = told.command.records("blame", "a.txt@2", "--deleted")
    assert [(each["text"], each["removed_in"], each["edited"]) for each in lost] == [
        ("Police held two men on Monday.", 2, True),
        ("The mayor praised them.", 2, False),
    ]


def test_search_says_where_and_since_when(told: Site) -> None:
    (hit,) = told.command.records("search", "cafe")
    assert (hit["path"], hit["first_version"], hit["last_version"]) == ("a.txt", 3, 3)
    assert hit["snippet"] == "Nobody was hurt in the café."
    assert told.command.records("search", '"two men"') == []
    (old,) = told.command.records("search", '"two men"', "--all-versions")
    assert (old["first_version"], old["last_version"], old["current"]) == (1, 1, False)
    assert [each["path"] for each in told.command.records("search", "NOT cafe")] == ["nl/b.txt"]
    assert told.command.records("search", "brug", "--prefix", "x") == []
    assert len(told.command.records("search", "brug", "--prefix", "nl/", "--until", "2999-01-01")) == 1
    assert told.command.records("search", "brug", "--since", "2999-01-01") == []
    seq = told.command.records("show", "a.txt@3")[0]["seq"]
    assert len(told.command.records("search", "cafe", "--since", f"#{seq}", "--until", f"seq:{seq}")) == 1
    assert told.command.records("search", "cafe", "--since", f"#{seq + 1}") == []
    assert told.command.records("search", "cafe", "--until", f"#{seq - 1}", "--all-versions") == []
    assert [each["path"] for each in told.command.records("search", "-brug")] == ["nl/b.txt"]
    assert told.command.ask("search", "mayor").text.splitlines()[1] == "    The mayor praised them."
    (away, _) = told.command.ask("search", "praised", "--all-versions").text.splitlines()
    assert away.startswith("a.txt  @1, @3  ")
    assert "date" in told.command.refused("search", "x", "--date", "soon", code=2).error


def test_a_symbol_is_found_where_it_was_asked_for(each_site: Site) -> None:
    site = each_site
    site.write("a.txt", "It costs 100% of that. Written as a_c here.\n")
    site.write("b.txt", "It costs 100 euro. Written as a c, or abc, here.\n")
    site.scan()
    site.write("a.txt", "It costs 90% of that. Written as a_c here.\n")
    site.scan()

    def found(*words: str) -> list[str]:
        return [hit["path"] for hit in site.command.records("search", *words)]

    assert found("100%") == []
    assert found("100%", "--all-versions") == ["a.txt"]
    assert found("100", "--all-versions") == ["a.txt", "b.txt"]
    assert found("a_c") == ["a.txt"]
    assert found('"a c"') == ["a.txt", "b.txt"]
    assert found("costs NOT 90%") == ["b.txt"]
    assert found("'; DROP TABLE span; --%") == []


def test_a_search_of_what_is_current_asks_the_current_version_for_its_date(site: Site) -> None:
    for date in ("2021-02", "2021-03-04"):
        site.write("a.txt", f" date {date} The mayor opens a bridge.\n")
        site.scan()

    def dated(*words: str) -> int:
        return len(site.command.records("search", "bridge", "--date", *words))

    assert (dated("2021-02"), dated("2021-03"), dated("2021-02", "--all-versions")) == (0, 1, 1)


def test_the_log_by_kind_of_edit(told: Site) -> None:
    for words, seqs in (
        (("--class", "factual"), [2]),
        (("--fact", "number"), [2]),
        (("--class", "factual", "--flag", "silent", "--significance", "substantive"), [2]),
        (("--class", "redated"), []),
    ):
        found = told.command.records("log", *words)
        assert [change["seq"] for change in found] == seqs, words
        for change in found:
            assert change["edit"]["class"] == "factual"
    assert [change["seq"] for change in told.command.records("log", "--flag", "silent")] == [3, 2]
    for option, known in (("--class", "factual"), ("--flag", "silent"), ("--fact", "name")):
        refused = told.command.refused("log", option, "stealth", code=2)
        assert (refused.error, known in refused.hint) == (f"no {option[2:]} 'stealth'", True)
    plain = told.command.records("log", "--reverse")
    assert [change["edit"] and change["edit"]["class"] for change in plain] == [
        None,
        "factual",
        plain[2]["edit"]["class"],
        None,
    ]


def test_a_line_of_the_log_says_what_edit_it_was(told: Site) -> None:
    """With an index, without one, and with one that is damaged."""
    told.write("b.bin", b"\0")
    told.scan()
    told.write("b.bin", b"\0\0")
    (told.root / "nl").rename(told.root / "be")
    told.scan()
    index = Path(told.command.argv()[4].decode().removeprefix("sqlite:///") + ".index.db")

    def lines() -> list[str]:
        answer = told.command.ask("log", "--reverse")
        assert answer.notes == []
        return [line.split(maxsplit=3)[3] for line in answer.text.splitlines()]

    assert not index.exists()
    expected = [
        "created   a.txt @1",
        WRONG,
        "changed   a.txt @3  substantive: update, silent: 1 sentence added, 0 removed; rephrased: café",
        "created   nl/b.txt @1",
        "created   b.bin @1",
        "changed   b.bin @2",
        "moved     nl/b.txt -> be/b.txt @1",
    ]
    assert sorted(lines()) == sorted(expected)
    assert not index.exists()
    told.command.ask("index", "update")
    assert sorted(lines()) == sorted(expected)
    only = told.command.ask("log", "--class", "factual").text
    assert only.split(maxsplit=3)[3] == f"{WRONG}\n"
    index.write_bytes(b"damage" * 5000)
    assert sorted(lines()) == sorted(expected)


def test_a_log_waits_for_few_edits_that_the_index_lacks_and_counts_the_others(each_site: Site) -> None:
    site = each_site
    for text in (FIRST, SECOND, THIRD):
        for number in range(11):
            site.write(f"{number:02}.txt", text)
        site.scan()
        if text == FIRST:
            site.command.ask("index", "update")
    answer = site.command.ask("log")
    told = [len(line.split("  substantive: ")) > 1 for line in answer.text.splitlines()]
    assert told == [True] * 20 + [False] * 13
    assert answer.note == "2 lines without the kind of edit, not in the index yet: ingest index update"
    assert site.command.ask("log", "-n", "20").notes == []
    assert site.command.record("index", "status")["behind"] == 22
    site.command.ask("index", "update")
    answer = site.command.ask("log")
    assert [line.count("  substantive: ") for line in answer.text.splitlines()] == [1] * 22 + [0] * 11
    assert answer.notes == []


def test_whoever_shows_an_edit_shows_the_same(told: Site) -> None:
    """Made from the texts, kept in the index, and kept in an index made anew."""
    index = Path(told.command.argv()[4].decode().removeprefix("sqlite:///") + ".index.db")
    made = told.command.records("changes")
    told.command.ask("index", "rebuild")
    assert told.command.records("changes") == made
    assert told.command.records("log", "--reverse") == made
    index.write_bytes(b"damage" * 5000)
    assert told.command.records("changes") == made
    assert told.command.records("search", "cafe")
    status = told.command.record("index", "status")
    assert (status["seq"], status["behind"], status["edits"]) == (4, 0, 2)
    os.unlink(index)
    assert told.command.records("log", "--reverse") == made


def test_pages_of_the_index_that_rot_cost_one_question(told: Site) -> None:
    """What is asked next finds the index made anew; the store is not blamed."""
    told.command.ask("index", "rebuild")
    index = Path(told.command.argv()[4].decode().removeprefix("sqlite:///") + ".index.db")
    body = bytearray(index.read_bytes())
    body[4096:] = b"\xa5" * (len(body) - 4096)
    index.write_bytes(body)
    first = told.command.run("search", "cafe")
    assert first.code == 0 or (first.code == 4 and "thrown away" in first.error and "ask again" in first.hint)
    (hit,) = told.command.records("search", "cafe")
    assert hit["path"] == "a.txt"
    assert told.command.ask("verify", "--deep").text.endswith("whole\n")


def test_documents_of_a_month_whatever_the_precision(site: Site) -> None:
    for name, date in (
        ("day", "2021-02-20"),
        ("month", "2021-02"),
        ("year", "2021"),
        ("other", "2021-03-01"),
    ):
        site.write(f"{name}.txt", f"---\ndate: {date}\n---\nA story about the weather.\n")
    site.scan()

    def found(*words: str) -> list[str]:
        return [record["path"] for record in site.command.records(*words)]

    dated = {each["path"]: each["date"] for each in site.command.records("ls")}
    assert found("ls", "--date", "2021-02") == sorted(
        name for name, date in dated.items() if (date or "").startswith("2021-02")
    )
    assert found("search", "weather", "--date", "2021-02") == found("ls", "--date", "2021-02")
    assert found("ls", "--date", "2021-02-20") == [
        name for name, date in dated.items() if date == "2021-02-20"
    ]


def test_the_corpus_between_two_moments_says_what_matters(told: Site) -> None:
    (changed, added) = told.command.records("diff", "--from", "seq:1", code=1)
    assert (changed["change"], changed["significance"], changed["class"]) == (
        "changed",
        "substantive",
        "factual",
    )
    assert (added["change"], added["significance"]) == ("created", None)

    # Going back is an edit too, and none that came back to something.
    log = told.command.records("log", "a.txt")
    third, second = (f"seq:{each['seq']}" for each in log[:2])
    (back,) = told.command.records("diff", "--from", third, "--to", "seq:1", code=1)
    assert (back["from"], back["to"], back["class"], back["significance"]) == (
        3,
        1,
        "factual",
        "substantive",
    )
    (back,) = told.command.records("diff", "--from", second, "--to", "seq:1", code=1)
    assert (back["from"], back["to"], back["class"]) == (2, 1, "factual")
    edit = told.command.record("diff", "a.txt", "2", "1", code=1)["edit"]
    assert [(fact["kind"], fact["before"], fact["after"]) for fact in edit["facts"]] == [
        ("number", "three", "two")
    ]
    assert told.command.record("diff", "a.txt", "2", "2", code=0)["edit"] is None


def test_the_daemon_keeps_the_index_near_the_log(site: Site) -> None:
    site.write("a.txt", FIRST)
    with site.watch() as daemon:
        site.write("a.txt", SECOND)
        daemon.sync()
        until(lambda: not site.command.record("index", "status")["behind"], what="the index at the log's end")
        status = site.command.record("index", "status")
    assert (status["behind"], status["edits"]) == (0, 1)
    assert [change["edit"] and change["edit"]["class"] for change in daemon.changes][1:] != [None]


def test_the_daemon_leaves_the_index_to_the_queries_where_it_is_told_to(each_site: Site) -> None:
    site = each_site.using(INGEST_FILL_INDEX="false")
    site.write("a.txt", FIRST)
    with site.watch() as daemon:
        site.write("a.txt", SECOND)
        daemon.sync()
        time.sleep(1.5)  # the daemon would have begun after half a second
        assert [sink["name"] for sink in site.command.record("status")["sinks"]] == ["log:root"]
        assert site.command.record("index", "status")["behind"] == 2
        assert len(site.command.records("search", "three")) == 1
        assert site.command.record("index", "status")["behind"] == 0


def test_an_index_that_cannot_be_made_is_told_as_a_sink_and_no_trouble_of_the_store(site: Site) -> None:
    index = Path(site.command.argv()[4].decode().removeprefix("sqlite:///") + ".index.db")
    site.write("a.txt", FIRST)
    site.scan()
    index.mkdir()
    with site.watch() as daemon:
        told = daemon.wait_for("index_not_filled")
        status = site.command.record("status")
        (sink,) = [sink for sink in status["sinks"] if sink["name"] == "index"]
        assert (sink["cursor"], sink["lag"], sink["last_error"]) == (None, None, told["detail"])
        assert (status["health"], status["problems"]) == ("ok", [])
        shown = site.command.ask("status").text
        assert f"sink       index, its place is not known: {told['detail']}" in shown
