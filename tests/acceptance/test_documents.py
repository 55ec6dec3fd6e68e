"""Documents that are more than plain text, from the file to what is told of them."""

from __future__ import annotations

import os
import socket
import time
import zipfile

import pytest

from ingest.confined import samples
from tests.site import Site

HEADING = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Terms</w:t></w:r></w:p>'
THREE = "<w:p><w:r><w:t>The notice period is three weeks.</w:t></w:r></w:p>"
TWO = THREE.replace("three", "two")
TRACKED = (
    '<w:p><w:ins w:id="1" w:author="Ann" w:date="2026-01-01T00:00:00Z"><w:r>'
    "<w:t>The notice period is two weeks.</w:t></w:r></w:ins></w:p>"
)


def put(site: Site, name: str, raw: bytes) -> None:
    (site.root / name).write_bytes(raw)


def test_a_contract_in_word_is_told_like_a_text(each_site: Site) -> None:
    site = each_site
    for body in (THREE, TWO, TRACKED, TWO):
        put(site, "a.docx", samples.docx(HEADING + body))
        weeks = "three" if body == THREE else "two"
        put(site, "b.md", f"# Terms\n\nThe notice period is {weeks} weeks.\n".encode())
        site.scan()

    assert site.command.ask("show", "a.docx").text == "Terms\n\nThe notice period is two weeks."
    told = [change["edit"] for change in site.command.records("log", "a.docx", "--reverse")]
    assert [edit and (edit["class"], edit["significance"], edit["reason"]) for edit in told] == [
        None,
        ("factual", "substantive", "number “three” to “two”"),
        ("annotation", "reworded", "tracked change added by Ann: “The notice period is two weeks.”"),
        ("annotation", "reworded", "tracked change accepted"),
    ]
    (fact,) = told[1]["facts"]
    assert (fact["page"], fact["heading"]) == (None, "Terms")
    where = "  substantive: factual, silent: number “three” to “two”  (“Terms”)"
    assert sum(text.endswith(where) for text in site.command.ask("log").text.splitlines()) == 2
    for name in ("a.docx", "b.md"):
        (hunk,) = site.command.record("diff", name, "@1", "@2", code=1)["hunks"]
        assert (hunk["page"], hunk["heading"]) == (None, "Terms")
    lines = site.command.ask("diff", "a.docx", "@1", "@2", code=1).text.splitlines()
    assert lines[-2:] == ["-The notice period is three weeks.", "+The notice period is two weeks."]
    hits = site.command.records("search", "weeks")
    assert {hit["path"] for hit in hits} == {"a.docx", "b.md"}
    for hit in hits:
        assert (hit["snippet"], hit["heading"]) == ("The notice period is two weeks.", "Terms")
        assert [each["heading"] for each in site.command.records("blame", hit["path"])] == ["Terms", "Terms"]
    said = [text.split("  ", 1)[1] for text in site.command.ask("blame", "a.docx").text.splitlines()]
    assert said == ["Terms", "The notice period is two weeks.  (“Terms”)"]
    report = site.command.ask("report").text.splitlines()
    assert report.count("    + The notice period is two weeks.  (“Terms”)") == 2
    assert report.count("    - The notice period is three weeks.") == 2
    shown = site.command.record("show", "a.docx@3")
    assert shown["normaliser"] == "docx/2"
    assert shown["blocks"] == [
        {"offset": 0, "length": 5, "kind": "heading", "page": None},
        {"offset": 7, "length": 31, "kind": "paragraph", "page": None},
    ]
    (change,) = shown["annotations"]["tracked_changes"]
    assert (change["author"], change["date"]) == ("Ann", "2026-01-01T00:00:00Z")
    annotations = site.command.ask("show", "--annotations", "a.docx@3").text
    assert annotations.split("tracked changes", 1)[1].split("\n", 1)[0].split("  ")[-4:] == [
        "The notice period is two weeks.", "by Ann", "2026-01-01T00:00:00Z", "“Terms”"
    ]  # fmt: skip
    assert "# Terms\n" in site.command.ask("blame", "b.md").text
    site.command.ask("verify", "--deep")
    assert site.command.record("renormalise")["renormalised"] == 0


def test_only_what_lies_outside_the_picked_part_is_boilerplate(each_site: Site) -> None:
    site = each_site
    config = site.folder / "ingest.toml"
    config.write_text(f"[roots.{site.root.name}]\nselect = ['main']\nremove = ['aside']\n")
    page = "<html><main><p>The road is shut.</p><aside>{0}</aside></main><footer>{0}</footer></html>"
    for words in ("5 shares", "7 shares"):
        put(site, "a.html", page.format(words).encode())
        site.command.ask("--config", config, "scan", site.root)

    assert site.command.ask("show", "a.html").text == "The road is shut."
    edit = next(iter(site.command.records("log")))["edit"]
    assert (edit["class"], edit["significance"], edit["rule"]) == ("boilerplate", "none", "outside-article")


@pytest.mark.parametrize(
    ("before", "after", "differ", "reason"),
    [
        ('html = "article"', 'html = "whole"', None, "number “three” to “two”"),
        ('html = "whole"', 'html = "article"', None, "number “three” to “two”"),
        ('html = "whole"', 'select = ["p"]', ["html-whole/2", "html-selected/2"], None),
    ],
)
def test_an_older_version_is_read_in_the_newer_ones_way(
    site: Site, before: str, after: str, differ: list[str] | None, reason: str | None
) -> None:
    """Where that is possible what differs is the edit's, and nothing is recorded by it."""
    pytest.importorskip("trafilatura")
    config = site.folder / "ingest.toml"
    page = (
        "<html><body><nav><a href=/>Home</a> <a href=/b>Sport</a></nav><article><h1>Notice</h1>"
        f"<p>{'The council has decided on the plan for the harbour. ' * 12}</p>"
        "<p>The notice period is {0} weeks, and it begins on the day of the letter.</p></article>"
        "<footer>All rights reserved</footer></body></html>"
    )
    for setting, word in ((before, "three"), (after, "two")):
        config.write_text(f"[roots.{site.root.name}]\n{setting}\n")
        put(site, "a.html", page.format(word).encode())
        site.command.ask("--config", config, "scan", site.root)
    edit = site.command.records("log")[0]["edit"]

    assert edit["ways_differ"] == differ
    assert reason in (None, edit["reason"])
    assert site.command.record("status")["versions"] == 2


def test_files_without_text_are_counted_by_reason(each_site: Site) -> None:
    site = each_site
    put(site, "a.txt", b"words")
    put(site, "b.bin", bytes(100))
    put(site, "c.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    put(site, "d.docx", samples.docx()[:-30])
    counts = list(site.command.records("scan", site.root))[-1]

    assert sum(counts["without_text"].values()) == 3
    assert counts["without_text"]["unsupported"] == 1
    assert site.command.record("status")["without_text"] == counts["without_text"]
    lines = site.command.ask("status").text.splitlines()
    said = "1 binary, 1 damaged or beyond a limit of form, 1 in a format that is not read"
    assert f"no text    {said}" in lines


@pytest.mark.parametrize("verb", ["show", "blame"])
def test_why_there_is_no_text_is_said_in_words(site: Site, verb: str) -> None:
    site.write("two words.docx", samples.docx()[:-30])
    site.scan()
    told = site.command.ask(verb, "two words.docx", code=2)

    assert told.error == "version 1 of two words.docx has no text: it is damaged, or beyond a limit of form"
    assert told.hint == "its bytes: ingest show --raw 'two words.docx@1'"
    assert site.command.record("show", "two words.docx")["text_reason"] == "refused"


def test_a_pipe_gets_the_text_and_nothing_more(site: Site) -> None:
    site.write("a.docx", samples.docx())
    site.write("a.txt", "words\n")
    site.scan()

    assert site.command.ask("show", "a.docx").out == b"Sample"
    assert site.command.ask("show", "a.txt").out == b"words\n"


def test_a_redline_is_a_page_and_a_word_file(site: Site) -> None:
    """The Word file is read by this product itself: as it is, with all accepted, it is the new text."""
    for body in (THREE, TWO):
        put(site, "a.docx", samples.docx(HEADING + body))
        site.scan()
    page, word = site.folder / "redline.html", site.root / "redline.docx"
    site.command.ask("diff", "a.docx", "--html", page, "--docx", word, code=1)
    site.scan()

    assert "<p class=text>The notice period is <del>three</del><ins>two</ins> weeks.</p>" in page.read_text()
    assert site.command.ask("show", "redline.docx").text == site.command.ask("show", "a.docx").text
    changes = site.command.record("show", "redline.docx")["annotations"]["tracked_changes"]
    assert sorted((each["kind"], each["text"]) for each in changes) == [
        ("deletion", "three"),
        ("insertion", "two"),
    ]
    assert site.command.ask("diff", "--from", "#1", "--html", page, code=2).text == ""


HOSTILE = {
    "entities.docx": samples.packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": "<Relationships/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        }
    ),
    "bomb.docx": samples.docx(f"<w:p><w:r><w:t>{'0' * 30_000_000}</w:t></w:r></w:p>"),
    "deep.html": b"<html>" + b"<div>" * 100_000,
    "comments.html": b"<html>" + b"<!--" * 200_000,
    "nested.rtf": b"{\\rtf1" + b"{" * 100_000,
    "members.epub": b"",
    "passwd.epub": samples.packed(
        {
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="../../etc/passwd"/>'
            "</rootfiles></container>"
        },
        media_type="application/epub+zip",
    ),
    "headers.eml": b"From: a\nMessage-ID: <1>\nSubject: x\n" + b"X-A: b\n" * 200_000 + b"\nbody\n",
}


def test_hostile_files_end_in_a_reason_and_harm_nobody(site: Site) -> None:
    """Nothing of another file is in any text, and what stands beside is captured."""
    for name, raw in HOSTILE.items():
        put(site, name, raw)
    with zipfile.ZipFile(site.root / "members.epub", "w") as package:
        package.writestr("mimetype", "application/epub+zip")
        for number in range(11_000):
            package.writestr(f"{number}", "")
    put(site, "good.docx", samples.docx())
    put(site, "good.txt", b"words")
    began = time.monotonic()
    site.scan()

    assert time.monotonic() - began < 60
    assert site.command.ask("show", "good.docx").text == "Sample"
    secret = socket.gethostname()
    for name in HOSTILE:
        version = site.command.record("show", name)
        assert "root:" not in (version["text"] or ""), name
        assert secret not in (version["text"] or "") or not secret
        assert version["text"] is not None or version["text_reason"] in {
            "refused", "too_large", "extractor_failed", "unsupported",
        }, (name, version["text_reason"])  # fmt: skip
    assert site.command.record("show", "bomb.docx")["text_reason"] in {"refused", "too_large"}
    assert site.command.record("show", "entities.docx")["text_reason"] == "refused"
    site.command.ask("verify", "--deep")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's process is looked at")
def test_no_process_is_left(site: Site) -> None:
    put(site, "good.docx", samples.docx())
    site.scan()
    left = []
    for number in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as words:
                if b"confined.warden" in words.read():
                    with open(f"/proc/{number}/status") as told:
                        left.append(int(next(line for line in told if line.startswith("PPid"))[5:]))
        except OSError:
            continue
    assert os.getpid() not in left
