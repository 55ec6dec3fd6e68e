"""What is compared, written back, exported and handed on from the history."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from tests.acceptance.past import FIRST, SECOND, THIRD, Past, seqs
from tests.site import Site

# -- diff ----


@pytest.mark.parametrize(
    "words",
    [
        ["a.txt", "1", "2"],
        ["a.txt", "@1", "@2"],
        ["a.txt@1", "a.txt@2"],
        ["a.txt", "first", "prev"],
        ["a.txt", "seq:3", "seq:4"],
        ["a.txt", "first", "{cursor:reader}"],
    ],
)
def test_diff_of_two_versions_by_any_name(past: Past, words: list[str]) -> None:
    record = past.command.record("diff", *words, code=1)
    assert (record["path"], record["from"], record["to"]) == ("a.txt", 1, 2)
    lines = [line["op"] + line["text"] for hunk in record["hunks"] for line in hunk["lines"]]
    assert lines == [
        "-The council met on Monday.\n",
        "+The council met on Tuesday.\n",
        " Nothing was decided.\n",
    ]
    assert past.command.ask("diff", *words, code=1).text.splitlines() == [
        "--- a.txt@1",
        "+++ a.txt@2",
        "@@ -1,2 +1,2 @@",
        "-The council met on Monday.",
        "+The council met on Tuesday.",
        " Nothing was decided.",
    ]


def test_diff_is_of_the_one_before_and_the_latest_unless_told_otherwise(past: Past) -> None:
    record = past.command.record("diff", "a.txt", code=1)
    assert (record["from"], record["to"]) == (2, 3)
    record = past.command.record("diff", "a.txt", "1", code=1)
    assert (record["from"], record["to"], record["edit"]["class"]) == (1, 3, "factual")
    assert past.command.record("diff", "a.txt", "2", "1", code=1)["edit"]["class"] == "factual"
    past.command.ask("diff", "a.txt", "2", "2", code=0)


def test_diff_by_word_and_in_counts(past: Past) -> None:
    words = past.command.ask("diff", "--word", "a.txt", "1", "2", code=1).text
    assert "The council met on [-Monday-]{+Tuesday+}.\n" in words
    stat = past.command.record("diff", "--stat", "a.txt", "1", "2", code=1)["stat"]
    assert stat == {"lines_added": 1, "lines_removed": 1, "words_added": 1, "words_removed": 1}


def test_diff_of_binary_versions_says_that_they_differ(past: Past) -> None:
    answer = past.command.ask("diff", "a.txt@1", "logo.png@1", code=1)
    assert "binary versions differ" in answer.text
    past.command.ask("diff", "logo.png@1", "logo.png@1", code=0)


def test_diff_of_the_corpus_between_two_moments(past: Past) -> None:
    records = past.command.records("diff", "--from", "seq:3", "--to", "seq:6", code=1)
    assert [(one["change"], one["from_path"], one["path"], one["from"], one["to"]) for one in records] == [
        ("changed", None, "a.txt", 1, 2),
        ("moved", "d/b.txt", "d/c.txt", 1, 1),
        ("deleted", None, "gone.txt", 1, None),
    ]
    for one in records:
        was, now = (
            None
            if one[side] is None
            else past.command.record("show", f"{one['document']}@{one[side]}")["sha256"]
            for side in ("from", "to")
        )
        assert (one["from_sha256"], one["sha256"]) == (was, now)
    assert past.command.records("diff", "--from", "seq:3", "--to", "seq:3", code=0) == []
    assert len(past.command.records("diff", "--from", past.at(7), code=1)) == 2


def test_a_diff_of_the_corpus_tells_what_came_back_from_what_is_new(site: Site) -> None:
    for name in ("law/a.txt", "law/b.txt", "news/c.txt"):
        site.write(name, f"In {name}.\n")
    site.scan()
    (site.root / "law/a.txt").unlink()
    site.scan()
    site.write("law/a.txt", "Back.\n")
    site.write("law/d.txt", "New.\n")
    (site.root / "news/c.txt").rename(site.root / "law/c.txt")
    site.scan()

    def told(*words: str, code: int = 1) -> list[tuple[str, str]]:
        records = site.command.records("diff", "--from", "seq:4", *words, code=code)
        return [(record["change"], record["path"]) for record in records]

    law = [("restored", "law/a.txt"), ("moved", "law/c.txt"), ("created", "law/d.txt")]
    assert told() == told("--prefix", "law/") == law
    assert told("--prefix", "news") == [("moved", "law/c.txt")]
    assert told("--prefix", "law/b", code=0) == []
    nothing = site.command.ask("diff", "--from", "seq:4", "--prefix", "nosuch")
    assert nothing.note == "no path in the store begins with 'nosuch'"
    quiet = site.command.ask("-q", "diff", "--from", "seq:4", code=1)
    assert (quiet.out, quiet.err) == (b"", b"")


def test_what_went_and_came_back_between_two_moments_is_no_difference_of_the_corpus(site: Site) -> None:
    for said in (THIRD, SECOND, THIRD):
        site.write("a.txt", said)
        site.scan()

    assert site.command.records("diff", "--from", "seq:1", code=0) == []


# -- restore, export ----


def test_restore_writes_a_version_to_a_file_and_does_not_overwrite_unasked(
    past: Past, tmp_path: Path
) -> None:
    target = tmp_path / "back.txt"
    past.command.ask("restore", "a.txt@1", "--to", target)
    assert target.read_text() == FIRST
    refused = past.command.refused("restore", "a.txt@2", "--to", target, code=2)
    assert "--force" in refused.hint
    assert target.read_text() == FIRST
    past.command.ask("restore", "a.txt@2", "--to", target, "--force")
    assert target.read_text() == SECOND
    assert [path.name for path in tmp_path.iterdir()] == ["back.txt"]


def test_restore_of_a_deleted_document_puts_it_at_its_path(site: Site) -> None:
    site.write("d/a.txt", "Once here.\n")
    site.scan()
    shutil.rmtree(site.root / "d")
    site.scan()
    site.command.ask("restore", "d/a.txt@latest")
    site.scan()

    assert (site.root / "d" / "a.txt").read_text() == "Once here.\n"
    assert site.told()[-1] == "restored d/a.txt @1"
    site.holds(sample=0)


def test_restore_does_not_write_through_a_link_out_of_the_root(site: Site) -> None:
    site.write("d/a.txt", "Once here.\n")
    site.scan()
    shutil.rmtree(site.root / "d")
    (site.root / "d").symlink_to(site.outside)

    assert site.command.refused("restore", "d/a.txt@1", code=2).error
    assert list(site.outside.iterdir()) == []


@pytest.mark.parametrize("leads_to", ["a file", "a folder", "nothing"])
def test_restore_by_force_replaces_a_link_and_leaves_what_it_leads_to(site: Site, leads_to: str) -> None:
    document = site.write("d/a.txt", "Once here.\n")
    site.scan()
    document.unlink()
    target = site.outside / "other.txt"
    if leads_to == "a file":
        target.write_text("Somebody else's.\n")
    document.symlink_to(site.outside if leads_to == "a folder" else target)

    assert "--force" in site.command.refused("restore", "d/a.txt@1", code=2).hint
    assert document.is_symlink()
    site.command.ask("restore", "d/a.txt@1", "--force")
    assert not document.is_symlink()
    assert document.read_text() == "Once here.\n"
    kept = [path.read_text() for path in site.outside.iterdir()]
    assert kept == (["Somebody else's.\n"] if leads_to == "a file" else [])
    assert [path.name for path in document.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("seq", [3, 6, 9])
def test_export_writes_the_corpus_as_it_stood(past: Past, tmp_path: Path, seq: int) -> None:
    target = tmp_path / "out"
    *files, counts = past.command.records("export", target, "--at", f"seq:{seq}")
    written = {
        str(path.relative_to(target)): sha256(path.read_bytes()).hexdigest()
        for path in target.rglob("*")
        if path.is_file()
    }

    listed = past.command.records("ls", "--at", f"seq:{seq}")
    assert written == {record["path"]: record["sha256"] for record in listed}
    assert files == listed
    assert (counts["files"], counts["seq"]) == (len(listed), seq)
    assert past.command.refused("export", target, "--at", "seq:1", code=2).error


# -- changes ----


def test_changes_is_oldest_first_and_can_be_cut(past: Past) -> None:
    changes = past.command.records
    assert seqs(changes("changes")) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert seqs(changes("changes", "--since", "7")) == [8, 9]
    assert seqs(changes("changes", "--since", "99")) == []
    assert seqs(changes("changes", "--since", "2", "--limit", "3")) == [3, 4, 5]
    assert seqs(changes("changes", "--limit", "0")) == []


def test_a_cursor_moves_with_what_it_was_given_and_stays_on_a_peek(past: Past) -> None:
    def given(*words: str) -> list[int]:
        return seqs(past.command.records("changes", "--cursor", "second", *words))

    assert given("--peek", "--limit", "2") == [1, 2]
    assert given("--limit", "2") == [1, 2]
    assert given("--peek") == [3, 4, 5, 6, 7, 8, 9]
    assert given("--limit", "3") == [3, 4, 5]
    assert given() == [6, 7, 8, 9]
    assert given() == []
    # another cursor stands where it stood
    assert seqs(past.command.records("changes", "--cursor", "reader", "--peek", "--limit", "1")) == [5]


@pytest.mark.parametrize("path", [b"a\0b.txt", b"../outside.txt", b"d//b.txt"])
def test_a_recorded_path_that_is_none_is_refused_and_nothing_is_written(site: Site, path: bytes) -> None:
    """Somebody changed the store: what comes out of it is looked at as what comes from outside."""
    site.write("a.txt", "A document.\n")
    site.scan()
    database = str(site.command.database).removeprefix("sqlite:///")
    document = site.command.record("ls")["document"]
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE document SET path_bytes = ?", (path,))
        connection.execute("UPDATE change SET path_bytes = ?", (path,))
        connection.commit()
    before = sorted(entry.name for entry in site.folder.iterdir())
    refused = site.command.refused("export", site.folder / "copy", "--at", "seq:1", code=5)
    assert refused.error.startswith("the recorded path ")
    assert list((site.folder / "copy").iterdir()) == []
    refused = site.command.refused("restore", f"{document}@1", "--force", code=5)
    assert refused.error.startswith("the recorded path ")
    assert sorted(entry.name for entry in site.folder.iterdir()) == sorted([*before, "copy"])
    assert (site.root / "a.txt").read_text() == "A document.\n"


def test_a_root_that_is_recorded_where_none_can_be_is_said_to_be(site: Site) -> None:
    """Somebody changed the store."""
    site.write("a.txt", "A document.\n")
    site.scan()
    database = str(site.command.database).removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE root SET path = ?", (b"/srv/ne\0ws",))
        connection.commit()
    said = "root /srv/ne\0ws is recorded at a path that none can have"
    for verb in ("check", "scan"):
        assert site.command.refused(verb, code=4).error == said.replace("\0", "\\u{0000}")
    records = site.command.records("doctor", code=1)
    assert [record["detail"] for record in records if record["state"] == "error"] == [said]
    site.command.ask("roots", "relocate", "root", site.root)
    site.command.ask("check")


def test_the_doctor_exits_with_1_for_an_error_and_with_0_for_a_warning(site: Site) -> None:
    site.write("a.txt", "A document.\n")
    site.scan()
    site.folder.joinpath("root").rename(site.folder / "elsewhere")
    states = {record["check"]: record["state"] for record in site.command.records("doctor", code=1)}
    assert states["root root"] == "error"
    (site.folder / "elsewhere").rename(site.root)
    os.chmod(str(site.command.database).removeprefix("sqlite:///"), 0o644)
    records = site.command.records("doctor")
    assert [record["check"] for record in records if record["state"] == "warning"] == ["store files"]
