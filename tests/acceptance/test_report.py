"""`ingest report`: what happened in a period, in lines, as one object, and as a page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.command import Record
from tests.daemon import Daemon
from tests.site import Site

BRIDGE = "The council approved the bridge on Monday.\nIt will cost 100 million euros in total.\n"
TAX = "The council raised the tax to 5 percent.\nNobody had expected that decision.\n"
NOTICE = "Correction: an earlier version of this article gave another percentage.\n"
ASIDE = "The mayor said yes to the plan of the council.\nThe rest is as it was before.\n"
TYPO = "The goverment has decided on the budget for next year.\nMore follows later today.\n"

EXPECTED = """\
TIME to TIME UTC
2 changed silently, 1 changed in the open, 0 reworded, 1 cosmetic, 1 not compared, 0 of no significance, \
7 added, 1 removed, 1 moved, 1 of these to and fro

changed silently: facts
  bridge.txt @1 -> @2, TIME
    factual: amount “100 million euros” to “200 million euros”
    - It will cost 100 million euros in total.
    + It will cost 200 million euros in total.

changed silently: added text
  aside.txt @1 @2 @3, to and fro, now as it was, TIME
    update: 1 sentence added, 0 removed
    + A sentence that came and went.

changed in the open: facts
  tax.txt @1 -> @2, TIME
    factual: percentage “5 percent” to “6 percent”
    notice: new, with “correction”: Correction: an earlier version of this article gave another percentage.
    - The council raised the tax to 5 percent.
    + The council raised the tax to 6 percent.
    + Correction: an earlier version of this article gave another percentage.

not compared
  logo.png @1 -> @2, TIME

added
  aside.txt
  bridge.txt
  gone.txt
  logo.png
  old.txt
  tax.txt
  typo.txt

removed
  gone.txt (removed)

moved
  old.txt -> new.txt

cosmetic
  typo.txt (only spelling or punctuation: goverment → government)

not watched: there a state may have no version
  root  scanned  TIME  to  now
"""


def happen(site: Site) -> None:
    """One edit of each kind, one after the other."""
    site.write("bridge.txt", BRIDGE)
    site.write("tax.txt", TAX)
    site.write("aside.txt", ASIDE)
    site.write("typo.txt", TYPO)
    site.write("gone.txt", "This will be removed.\n")
    site.write("old.txt", "This will be moved to another place.\n")
    site.write("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\1")
    site.scan()
    site.write("bridge.txt", BRIDGE.replace("100", "200"))
    site.write("tax.txt", TAX.replace("5 percent", "6 percent") + NOTICE)
    site.write("aside.txt", ASIDE + "A sentence that came and went.\n")
    site.write("typo.txt", TYPO.replace("goverment", "government"))
    site.write("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\2")
    site.scan()
    site.write("aside.txt", ASIDE)
    (site.root / "gone.txt").unlink()
    (site.root / "old.txt").rename(site.root / "new.txt")
    site.scan()


def masked(text: str) -> str:
    """The lines without their times."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)


def entries(report: Record) -> dict[str, list[Any]]:
    """The categories, or types, of each document's entries."""
    return {
        document["path"]: [entry["category"] or entry["type"] for entry in document["entries"]]
        for document in report["documents"]
    }


def test_each_kind_of_edit_is_told_once_with_its_sentences(each_site: Site) -> None:
    site = each_site
    happen(site)

    assert masked(site.command.ask("report").text) == EXPECTED
    report = site.command.record("report", "--since", "seq:8")

    assert report["counts"] == {
        "added": 0, "silent": 2, "open": 1, "reworded": 0, "cosmetic": 1, "unread": 1, "none": 0,
        "removed": 1, "moved": 1, "restored": 0, "rejected": 0, "flips": 1,
    }  # fmt: skip
    assert entries(report) == {
        "aside.txt": ["silent"],
        "bridge.txt": ["silent"],
        "gone.txt": ["document.deleted"],
        "logo.png": ["unread"],
        "new.txt": ["document.moved"],
        "tax.txt": ["open"],
        "typo.txt": ["cosmetic"],
    }
    bridge = report["documents"][1]["entries"][0]
    assert bridge["sentences"] == [
        {
            "kind": "edited",
            "before": "It will cost 100 million euros in total.",
            "after": "It will cost 200 million euros in total.",
            "removed": [[13, 16]],
            "added": [[13, 16]],
            "page": None,
            "heading": None,
        }
    ]
    assert [fact["after"] for fact in bridge["edit"]["facts"]] == ["200 million euros"]
    assert (report["first_seq"], report["last_seq"], report["watched"]) == (8, site.seq, False)
    # folded in the report, not in the store
    assert len(site.command.records("log", "aside.txt")) == 3


def test_a_period_in_which_nothing_happened(each_site: Site) -> None:
    site = each_site
    site.write("a.txt", "One sentence.\n")
    site.scan()
    page = site.folder / "page.html"

    said = site.command.ask("report", "--since", "seq:2", "--html", page)
    report = site.command.record("report", "--since", "seq:2", "--root", "root")
    before = site.command.refused("report", "--until", "2001-01-01", code=2)

    assert masked(said.text).startswith("TIME to TIME UTC\nnothing changed\n")
    assert report["documents"] == []
    assert "the record of root begins at " in before.error
    assert set(report["counts"].values()) == {0}
    assert report["root"] == "root"
    assert "no changes" in page.read_text()
    assert "<article>" not in page.read_text()


@pytest.mark.parametrize("verb", ["report", "log"])
def test_a_period_that_ends_before_it_begins_is_no_quiet_one(each_site: Site, verb: str) -> None:
    each_site.write("a.txt", "The brug is dicht.\n")
    each_site.scan()
    refused = each_site.command.refused(verb, "--since", "2999-01-02", "--until", "2001-01-01", code=2)

    assert refused.error == "the period ends before it begins"


def test_the_page_is_written_whole_and_never_over_another_file(site: Site) -> None:
    happen(site)
    page = site.folder / "out" / "page.html"

    said = site.command.ask("report", "--html", page)
    made = page.read_text()
    refused = site.command.refused("report", "--html", page, code=2)
    site.command.ask("report", "--html", page, "--force")

    assert said.note == f"wrote {page}"
    assert (refused.error, refused.hint) == (f"{page} exists", "overwrite it with --force")
    assert made.startswith("<!DOCTYPE html>\n")
    assert made.endswith("</html>\n")
    assert "It will cost <del>100</del> million euros" in made
    assert "It will cost <ins>200</ins> million euros" in made
    assert '<svg class="chart" role="img"' in made
    assert [each.name for each in page.parent.iterdir()] == ["page.html"]
    assert site.command.refused("report", "--html", site.folder, "--force", code=2).error
    assert site.command.refused("report", "--root", "nowhere", code=2).error
    assert site.command.refused("report", "--since", "the day before", code=2).error


def test_hostile_names_and_texts_are_shown_and_do_nothing(each_site: Site) -> None:
    site = each_site
    name = "<script>alert(1)<b>\u202egpj\x1b[31m\n.txt"
    site.write(name, "A <script>alert('x')</script> text of 10 people.\n")
    site.scan()
    site.write(name, "A <script>alert('x')</script> text of 20 people.\nThen a \u202eline\x1b[31m.\n")
    site.scan()
    page = site.folder / "page.html"

    shown = site.command.ask("report", "--html", page).text

    made = page.read_text()
    assert "<script>alert(1)<b>\\u{202e}gpj\\u{001b}[31m\\u{000a}.txt @1 -> @2" in shown
    assert "<script" not in made
    assert "&lt;script&gt;alert(1)&lt;b&gt;\\u{202e}gpj\\u{001b}[31m\\u{000a}.txt" in made
    assert "Then a \\u{202e}line\\u{001b}[31m." in made
    assert site.command.record("report")["documents"][0]["path"] == name


def test_a_root_that_was_watched_all_the_time_has_no_gap(site: Site) -> None:
    site.write("a.txt", BRIDGE)
    with site.watch() as daemon:
        assert isinstance(daemon, Daemon)
        begin = site.command.records("coverage")[-1]["from"]
        site.write("a.txt", BRIDGE.replace("100", "200"))
        site.command.ask("sync")
        report = site.command.record("report", "--since", begin)
        said = site.command.ask("report", "--since", begin).text

    assert (report["watched"], entries(report)["a.txt"][-1]) == (True, "silent")
    assert "\nwatched: each state that rested until it was read is a version\n" in said
    assert said.endswith("Saves closer together may be one version.\n")


def test_a_renormalised_document_is_not_in_it(site: Site) -> None:
    from tests.acceptance.test_renormalise import newer

    site.write("a.txt", "The colour is red.\n")
    site.scan()
    newer(site).ask("renormalise")

    assert site.seq == 2
    assert site.command.record("report", "--since", "seq:2")["documents"] == []


def test_a_report_of_one_document_or_of_a_folder(each_site: Site) -> None:
    site = each_site
    for name in ("a/bridge.txt", "b/tax.txt", "b/old.txt", "bx.txt"):
        site.write(name, BRIDGE)
    site.scan()
    for name in ("a/bridge.txt", "b/tax.txt", "bx.txt"):
        site.write(name, BRIDGE.replace("100", "200"))
    (site.root / "b" / "old.txt").rename(site.root / "a" / "new.txt")
    site.scan()

    def told(*words: str) -> list[str]:
        return [document["path"] for document in site.command.record("report", *words)["documents"]]

    assert told("b/tax.txt") == ["b/tax.txt"]
    assert told("--prefix", "b/") == ["a/new.txt", "b/tax.txt"]
    assert told("--prefix", "b") == ["a/new.txt", "b/tax.txt", "bx.txt"]
    assert told("--prefix", "a/br") == ["a/bridge.txt"]
    one = site.command.record("report", "b/tax.txt")
    folder = site.command.record("report", "--prefix", "b/")
    assert (one["counts"]["silent"], one["root"], one["prefix"]) == (1, "root", None)
    assert one["document"] == one["documents"][0]["document"]
    assert (folder["counts"]["silent"], folder["counts"]["moved"], folder["prefix"]) == (1, 1, "b/")
    head, *_ = site.command.ask("report", "--prefix", "b/").text.splitlines()
    assert masked(head).endswith("UTC, paths that begin with b/")
    assert site.command.refused("report", "b/tax.txt", "--prefix", "b/", code=2).error
    assert site.command.refused("report", "nothing.txt", code=2).error
    assert site.command.ask("report", "--prefix", "c/").note == "no path in the store begins with 'c/'"
    earlier = site.command.ask("report", "--prefix", "b/", "--until", "#1")
    assert earlier.note == "nothing happened in this period to a path that begins with b/"


def test_a_page_goes_to_standard_output(site: Site) -> None:
    happen(site)
    page = site.folder / "page.html"
    site.command.ask("report", "--until", "seq:12", "--html", page)

    assert site.command.ask("report", "--until", "seq:12", "--html", "-").text == page.read_text()
    assert not (site.folder / "-").exists()
    assert site.command.refused("report", "--html", "-", "--json", code=2).error
