"""`explain`: each rule that was asked about an edit, in order, with what it saw."""

from __future__ import annotations

import json

from ingest.edits.rules import RULES
from tests.site import Site

FIRST = "The bridge will be closed for three weeks. Nobody was told.\n"
SECOND = FIRST.replace("three", "two")
ASKED = """\
no   unreadable              both versions have a text
no   lost-characters         each place of the text can be read
no   boilerplate-alone       the root's settings name no boilerplate
no   headline-alone          the texts differ
no   header-date             the texts differ
no   annotations-that-speak  the texts differ
no   cue-times               the texts differ
no   other-annotations       the texts differ
no   outside-article         the texts differ
no   text-encoding           the texts differ
no   equal-text              the texts differ
no   white-space             more than white space differs
no   typographic-marks       letters, digits or other marks differ
no   dates-in-markup         the texts differ
no   times-of-cues           the texts differ
no   earlier-text            no earlier version is known to have had this text
no   lost-end                the text is not the beginning of the one before, or little of it is gone
no   first-text              there was text before, or there is none now
no   publication-line        more differs than lines that say when the text was published
no   few-kept-sentences      100% of the old sentences are still there, 100% of the new ones were
yes  changed-fact            number “three” to “two”
"""


def edited(site: Site, *texts: str) -> None:
    for text in texts:
        site.write("a.txt", text)
        site.scan()


def test_each_rule_that_was_asked_is_told_with_what_it_saw(each_site: Site) -> None:
    edited(each_site, FIRST, SECOND, FIRST)
    ask = each_site.command
    head, *lines, by = ask.ask("explain", "a.txt@1", "a.txt@2").text.splitlines(keepends=True)
    changed = [change["edit"] for change in ask.records("log", "--type", "changed", "--reverse")]

    assert head == "a.txt @1 -> @2: substantive: factual, silent\n"
    assert "".join(lines) == ASKED
    told = changed[0]["classifier"]
    assert by == f"told by ingest, version {told['version']} of the rules, lists {told['lists']}\n"
    # the last edit, as a record: the first rule that holds decides, the last one says how much it matters
    record = ask.record("explain", "a.txt")
    assert (record["from"], record["to"], record["edit"]) == (2, 3, changed[1])
    assert [each["rule"] for each in record["asked"]] == [rule.name for rule in RULES[: len(record["asked"])]]
    held = [each for each in record["asked"] if each["holds"]]
    assert [(each["rule"], each["significance"]) for each in held] == [
        ("earlier-text", None),
        ("changed-fact", "substantive"),
    ]
    assert held[0]["saw"] == changed[1]["reason"] == "the text is that of version 1 again"
    assert changed[1]["rule"] == "earlier-text"


def test_two_versions_are_named_in_one_word_and_an_edit_is_one_line_to_hand_on(site: Site) -> None:
    edited(site, FIRST, SECOND, FIRST)
    ask = site.command

    assert ask.ask("explain", "a.txt@1..2").text == ask.ask("explain", "a.txt@1", "a.txt@2").text
    assert ask.ask("explain", "a.txt@2..latest").text == ask.ask("explain", "a.txt", "2", "3").text
    assert ask.ask("diff", "a.txt@1..2", code=1).text == ask.ask("diff", "a.txt", "1", "2", code=1).text
    cells = ask.ask("explain", "a.txt@1..2", "--case").text.rstrip("\n").split("\t")
    assert cells[:4] == ["changed-fact", "factual", "substantive", "en"]
    assert [json.loads(cell) for cell in cells[4:6]] == [FIRST, SECOND]


def test_going_back_is_explained_too_and_is_no_revert(site: Site) -> None:
    edited(site, FIRST, SECOND)
    (last,) = site.command.record("explain", "a.txt", "2", "1")["asked"][-1:]

    assert (last["rule"], last["saw"]) == ("changed-fact", "number “two” to “three”")


def test_where_there_is_no_edit_to_explain_it_says_why(site: Site) -> None:
    edited(site, FIRST)
    site.write("b.txt", SECOND)
    site.write("c.bin", b"\x00\x01")
    site.scan()
    site.write("c.bin", b"\x00\x02")
    site.scan()
    refused = site.command.refused

    assert refused("explain", "a.txt", code=2).error == "a.txt has one version only, none before it"
    same = site.command.ask("explain", "a.txt", "1", "1")
    assert same.out == b""
    assert same.err == b"note: both are version 1 of a.txt: there is no edit between them\n"
    record = site.command.record("explain", "a.txt", "1", "1")
    assert (record["from"], record["to"], record["asked"], record["edit"]) == (1, 1, [], None)
    assert refused("explain", "a.txt@1", "b.txt@1", code=2).error == (
        "an edit lies between two versions of one document, and these are of two"
    )
    binary = refused("explain", "c.bin", code=2)
    assert binary.error == "of versions 1 and 2 of c.bin one has no text, or no normaliser read both"
    assert binary.hint == "what is known of them: ingest show --json"
    assert refused("explain", "none.txt", code=2).error == "no document 'none.txt' in the store"


def test_what_a_rule_saw_is_shown_without_control_characters(site: Site) -> None:
    dated = "Last updated: 12 March {} \x1b[31m\n\n" + FIRST
    edited(site, dated.format("14.30"), dated.format("15.45"))
    line = site.command.ask("explain", "a.txt").text.splitlines()[-2]

    said = "only what says when it was published differs: “Last up"
    assert line.startswith(f"yes  publication-line        {said}")
    assert line.endswith("now “Last updated: 12 March 15.45 \\u{001b}[31m”")
