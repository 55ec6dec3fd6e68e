"""What the history answers: each verb, every way of naming a version, as of every moment."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.acceptance.place import Place, brief
from tests.command import Command, Record

FIRST = "The council met on Monday.\nNothing was decided.\n"
SECOND = "The council met on Tuesday.\nNothing was decided.\n"
THIRD = "The council met on Tuesday.\nAll was decided.\n"
DOCUMENT = [
    *("document", "root", "path", "version", "sha256", "text_sha256", "size", "observed_at", "modified_at"),
    *("media_type", "encoding", "language", "title", "date", "date_earliest", "date_latest", "deleted_at"),
]
VERSION = [
    *DOCUMENT,
    *("seq", "normaliser", "confidence", "lossy", "newline", "words", "sentences", "text_reason", "text"),
]


@pytest.fixture(scope="module")
def past() -> Iterator[Place]:
    """A store with this log, nothing running:

    1 created a.txt, 2 created d/b.txt, 3 created gone.txt, 4 changed a.txt @2, 5 moved d/b.txt -> d/c.txt,
    6 deleted gone.txt, 7 changed a.txt @3, 8 created logo.png (binary), 9 created d/b.txt
    """
    folder = Path(tempfile.mkdtemp(prefix="ingest-acceptance-", dir="/var/tmp"))
    (folder / "root").mkdir()
    place = Place(folder, Command(f"sqlite:///{folder}/store/ingest.db", folder))
    place.write("a.txt", FIRST)
    place.write("d/b.txt", "Another document.\n")
    place.write("gone.txt", "date 2021-02 A document that will be gone.")
    place.scan()
    place.write("a.txt", SECOND)
    place.scan()
    (place.root / "d/b.txt").rename(place.root / "d/c.txt")
    place.scan()
    (place.root / "gone.txt").unlink()
    place.scan()
    place.command.ask("changes", "--cursor", "reader", "--limit", "4")
    place.write("a.txt", THIRD)
    place.scan()
    place.write("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0")
    place.scan()
    place.write("d/b.txt", "A second document at this path.\n")
    place.scan()
    yield place
    shutil.rmtree(folder)


def at(past: Place, seq: int) -> str:
    """The label of a change."""
    return str(
        past.command.records("log", "--since", f"seq:{seq}", "--until", f"seq:{seq}")[0]["recorded_at"]
    )


def names(records: list[Record]) -> list[str]:
    return [f"{record['path']}@{record['version']}" for record in records]


def test_the_log_is_the_one_that_these_tests_ask(past: Place) -> None:
    assert past.told() == [
        "created a.txt @1",
        "created d/b.txt @1",
        "created gone.txt @1",
        "changed a.txt @2",
        "moved d/b.txt -> d/c.txt @1",
        "deleted gone.txt (removed)",
        "changed a.txt @3",
        "created logo.png @1",
        "created d/b.txt @1",
    ]
    past.holds()


# -- show --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rev", "text"),
    [
        ("@1", FIRST),
        ("@first", FIRST),
        ("@2", SECOND),
        ("@prev", SECOND),
        ("@3", THIRD),
        ("@latest", THIRD),
        ("", THIRD),
        ("@seq:1", FIRST),
        ("@seq:3", FIRST),
        ("@seq:4", SECOND),
        ("@seq:6", SECOND),
        ("@seq:99", THIRD),
        ("@{cursor:reader}", SECOND),
    ],
)
def test_show_gives_the_version_that_is_named(past: Place, rev: str, text: str) -> None:
    assert past.command.ask("show", "--raw", f"a.txt{rev}").out == text.encode()
    if rev:
        assert past.command.ask("show", "--raw", "a.txt", "--rev", rev.removeprefix("@")).out == text.encode()


def test_a_moment_is_a_time_or_a_date(past: Place) -> None:
    """The log up to the last change with its label at or before it; a date is its end."""
    command, day = past.command, at(past, 7)[:10]
    assert command.ask("show", "--raw", f"a.txt@{at(past, 4)}").out == SECOND.encode()
    assert command.ask("show", "--raw", f"a.txt@{at(past, 6)}").out == SECOND.encode()
    assert command.ask("show", "--raw", f"a.txt@{at(past, 9)[:10]}").out == THIRD.encode()
    assert command.ask("show", "--raw", f"a.txt@{at(past, 4).replace('Z', '+00:00')}").out == SECOND.encode()
    assert "2001-01-01" in command.refused("show", "a.txt@2001-01-01", code=2).error
    assert names(command.records("ls", "--at", day)) == names(command.records("ls"))


def test_show_gives_the_text_and_its_record(past: Place) -> None:
    record = past.command.record("show", "a.txt@1")

    assert set(VERSION) <= set(record)
    assert (record["text"], record["version"], record["seq"]) == (FIRST, 1, 1)
    assert record["sha256"] == sha256(FIRST.encode()).hexdigest()
    assert record["text_sha256"] == sha256(record["text"].encode()).hexdigest()
    assert (record["media_type"], record["encoding"], record["language"]) == ("text/plain", "utf-8", "en")
    assert (record["words"], record["sentences"], record["text_reason"]) == (8, 2, None)
    assert past.command.ask("show", "a.txt@1").text == FIRST


def test_a_binary_version_has_bytes_and_no_text(past: Place) -> None:
    record = past.command.record("show", "logo.png")
    assert (record["text"], record["text_sha256"], record["text_reason"]) == (None, None, "binary")
    assert "--raw" in past.command.refused("show", "logo.png", code=2).hint
    assert past.command.ask("show", "--raw", "logo.png").out == (past.root / "logo.png").read_bytes()


def test_show_writes_to_a_file(past: Place, tmp_path: Path) -> None:
    past.command.ask("show", "logo.png", "-o", tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes() == (past.root / "logo.png").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_a_path_names_the_live_document_there_else_the_one_that_left(past: Place) -> None:
    command = past.command
    live = command.record("ls", "d/b.txt")["document"]
    moved = command.record("ls", "d/c.txt")["document"]
    assert live != moved
    assert command.record("show", "d/b.txt")["document"] == live
    # with a moment, the one that stood there then
    assert command.record("show", "d/b.txt@seq:4")["document"] == moved
    gone = command.ask("show", "--raw", "gone.txt")
    assert gone.out.endswith(b"will be gone.")
    assert "gone.txt" in gone.note
    assert command.ask("show", "--raw", "a.txt").err == b""


def test_a_document_is_named_by_its_id_by_a_path_below_the_folder_and_by_a_whole_path(past: Place) -> None:
    document = past.command.record("ls", "a.txt")["document"]
    for name in (document, "./a.txt", past.root / "a.txt"):
        assert past.command.ask("show", "--raw", name).out == THIRD.encode()
    assert past.command.ask("show", "--raw", f"{document}@first").out == FIRST.encode()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["show", "nothing.txt"], "nothing.txt"),
        (["show", "a.txt@4"], "4"),
        (["show", "a.txt@0"], "0"),
        (["show", "logo.png@prev"], "logo.png"),
        (["show", "a.txt", "--rev", "nonsense"], "nonsense"),
        (["show", "a.txt@{cursor:nobody}"], "nobody"),
        (["show", "logo.png@seq:2"], "logo.png"),
        (["show", "gone.txt@seq:6"], "gone.txt"),
        (["show", "--normaliser", "nothing", "a.txt"], "nothing"),
        (["show", "a.txt", "--root", "nowhere"], "nowhere"),
        (["log", "nothing.txt"], "nothing.txt"),
        (["log", "--since", "yesterday"], "yesterday"),
        (["log", "--type", "nonsense"], "nonsense"),
        (["ls", "--at", "2021-02-30"], "2021-02-30"),
        (["ls", "--root", "nowhere"], "nowhere"),
        (["diff", "logo.png"], "logo.png"),
        (["diff", "a.txt", "1", "9"], "9"),
        (["diff", "--from", "nonsense"], "nonsense"),
        (["restore", "a.txt"], "a.txt"),
        (["restore", "a.txt@9"], "9"),
        (["check", "nowhere"], "nowhere"),
        (["changes", "--since", "-1"], "-1"),
        (["changes", "--since", "abc"], "abc"),
        (["changes", "--peek"], "--cursor"),
        (["roots", "rename", "nowhere", "x"], "nowhere"),
        (["roots", "burn"], "burn"),
        (["coverage", "nowhere"], "nowhere"),
        (["nonsense"], "nonsense"),
        (["ls", "--nonsense"], "--nonsense"),
        (["verify", "--expect", "nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(past: Place, words: list[str], named: str) -> None:
    """Exit 2, `error:` with the thing, and no traceback."""
    assert named in past.command.refused(*words, code=2).error


# -- ls, log -----------------------------------------------------------------------------------


def test_ls_lists_what_stands(past: Place) -> None:
    records = past.command.records("ls")
    assert names(records) == ["a.txt@3", "d/b.txt@1", "d/c.txt@1", "logo.png@1"]
    assert [sorted(record) for record in records] == [sorted(DOCUMENT)] * 4
    assert len(past.command.ask("ls").text.splitlines()) == 4


@pytest.mark.parametrize(
    ("seq", "stood"),
    [
        (0, []),
        (1, ["a.txt@1"]),
        (3, ["a.txt@1", "d/b.txt@1", "gone.txt@1"]),
        (4, ["a.txt@2", "d/b.txt@1", "gone.txt@1"]),
        (5, ["a.txt@2", "d/c.txt@1", "gone.txt@1"]),
        (6, ["a.txt@2", "d/c.txt@1"]),
        (9, ["a.txt@3", "d/b.txt@1", "d/c.txt@1", "logo.png@1"]),
    ],
)
def test_ls_at_a_moment_lists_what_stood_then(past: Place, seq: int, stood: list[str]) -> None:
    assert names(past.command.records("ls", "--at", f"seq:{seq}")) == stood
    if seq in {4, 6, 9}:
        assert names(past.command.records("ls", "--at", at(past, seq))) == stood


def test_ls_takes_a_prefix_and_lists_the_deleted(past: Place) -> None:
    command = past.command
    assert names(command.records("ls", "d/")) == ["d/b.txt@1", "d/c.txt@1"]
    assert names(command.records("ls", "a")) == ["a.txt@3"]
    assert names(command.records("ls", "%")) == []
    (deleted,) = command.records("ls", "--deleted")
    assert (deleted["path"], deleted["deleted_at"]) == ("gone.txt", at(past, 6))
    assert (deleted["date"], deleted["date_earliest"], deleted["date_latest"]) == (
        *("2021-02", "2021-02-01", "2021-02-28"),
    )
    assert names(command.records("ls", "--deleted", "--at", "seq:5")) == []
    assert command.records("ls", "--rejected") == []


def told(records: list[Record]) -> list[int]:
    return [record["seq"] for record in records]


def test_log_is_newest_first_and_can_be_cut(past: Place) -> None:
    log = past.command.records
    assert told(log("log")) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert told(log("log", "--reverse")) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert told(log("log", "-n", "2")) == [9, 8]
    assert told(log("log", "-n", "0")) == []
    assert told(log("log", "-n", "2", "--reverse")) == [8, 9]
    assert told(log("log", "--since", "seq:4", "--until", "seq:6")) == [6, 5, 4]
    assert told(log("log", "--type", "changed")) == [7, 4]
    assert told(log("log", "--type", "document.moved")) == [5]
    assert told(log("log", "--since", at(past, 7))) == [9, 8, 7]
    assert told(log("log", "--until", at(past, 4))) == [4, 3, 2, 1]
    today = at(past, 1)[:10]
    assert told(log("log", "--since", today)) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert told(log("log", "--until", "2001-01-01")) == []


def test_log_of_a_document_follows_it_over_its_moves(past: Place) -> None:
    log = past.command.records
    assert told(log("log", "a.txt")) == [7, 4, 1]
    assert told(log("log", "d/c.txt")) == [5, 2]
    assert told(log("log", "gone.txt")) == [6, 3]
    assert told(log("log", "d/b.txt")) == [9]
    assert told(log("log", "d/b.txt", "--until", "seq:4")) == [2]


# -- diff --------------------------------------------------------------------------------------


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
def test_diff_of_two_versions_by_any_name(past: Place, words: list[str]) -> None:
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


def test_diff_is_of_the_one_before_and_the_latest_unless_told_otherwise(past: Place) -> None:
    record = past.command.record("diff", "a.txt", code=1)
    assert (record["from"], record["to"]) == (2, 3)
    record = past.command.record("diff", "a.txt", "1", code=1)
    assert (record["from"], record["to"]) == (1, 3)
    past.command.ask("diff", "a.txt", "2", "2", code=0)


def test_diff_by_word_and_in_counts(past: Place) -> None:
    words = past.command.ask("diff", "--word", "a.txt", "1", "2", code=1).text
    assert "The council met on [-Monday-]{+Tuesday+}.\n" in words
    stat = past.command.record("diff", "--stat", "a.txt", "1", "2", code=1)["stat"]
    assert stat == {"lines_added": 1, "lines_removed": 1, "words_added": 1, "words_removed": 1}


def test_diff_of_binary_versions_says_that_they_differ(past: Place) -> None:
    answer = past.command.ask("diff", "a.txt@1", "logo.png@1", code=1)
    assert "binary versions differ" in answer.text
    past.command.ask("diff", "logo.png@1", "logo.png@1", code=0)


def test_diff_of_the_corpus_between_two_moments(past: Place) -> None:
    records = past.command.records("diff", "--from", "seq:3", "--to", "seq:6", code=1)
    assert [(one["change"], one["from_path"], one["path"], one["from"], one["to"]) for one in records] == [
        ("changed", None, "a.txt", 1, 2),
        ("moved", "d/b.txt", "d/c.txt", 1, 1),
        ("removed", None, "gone.txt", 1, None),
    ]
    assert past.command.records("diff", "--from", "seq:3", "--to", "seq:3", code=0) == []
    assert len(past.command.records("diff", "--from", at(past, 7), code=1)) == 2


# -- restore, export ---------------------------------------------------------------------------


def test_restore_writes_a_version_to_a_file_and_does_not_overwrite_unasked(
    past: Place, tmp_path: Path
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


def test_restore_of_a_deleted_document_puts_it_at_its_path(place: Place) -> None:
    place.write("d/a.txt", "Once here.\n")
    place.scan()
    shutil.rmtree(place.root / "d")
    place.scan()
    place.command.ask("restore", "d/a.txt@latest")
    place.scan()

    assert (place.root / "d" / "a.txt").read_text() == "Once here.\n"
    assert place.told()[-1] == "restored d/a.txt @1"
    place.holds()


def test_restore_does_not_write_through_a_link_out_of_the_root(place: Place) -> None:
    place.write("d/a.txt", "Once here.\n")
    place.scan()
    shutil.rmtree(place.root / "d")
    (place.root / "d").symlink_to(place.outside)

    assert place.command.refused("restore", "d/a.txt@1", code=2).error
    assert list(place.outside.iterdir()) == []


@pytest.mark.parametrize("seq", [3, 6, 9])
def test_export_writes_the_corpus_as_it_stood(past: Place, tmp_path: Path, seq: int) -> None:
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


# -- changes -----------------------------------------------------------------------------------


def test_changes_is_oldest_first_and_can_be_cut(past: Place) -> None:
    changes = past.command.records
    assert told(changes("changes")) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert told(changes("changes", "--since", "7")) == [8, 9]
    assert told(changes("changes", "--since", "99")) == []
    assert told(changes("changes", "--since", "2", "--limit", "3")) == [3, 4, 5]
    assert told(changes("changes", "--limit", "0")) == []


def test_a_cursor_moves_with_what_it_was_given_and_stays_on_a_peek(past: Place) -> None:
    def given(*words: str) -> list[int]:
        return told(past.command.records("changes", "--cursor", "second", *words))

    assert given("--peek", "--limit", "2") == [1, 2]
    assert given("--limit", "2") == [1, 2]
    assert given("--peek") == [3, 4, 5, 6, 7, 8, 9]
    assert given("--limit", "3") == [3, 4, 5]
    assert given() == [6, 7, 8, 9]
    assert given() == []
    # another cursor stands where it stood
    assert told(past.command.records("changes", "--cursor", "reader", "--peek", "--limit", "1")) == [5]


# -- the rest ----------------------------------------------------------------------------------


def test_every_verb_gives_json_and_words(past: Place) -> None:
    for words in (
        ["roots"],
        ["coverage"],
        ["verify"],
        ["verify", "--deep"],
        ["db", "current"],
        ["db", "check"],
    ):
        assert past.command.records(*words)
        assert past.command.ask(*words).text.strip()


def test_json_and_the_database_may_stand_before_or_after_the_verb(past: Place) -> None:
    bare = Command(None, past.folder)
    url = str(past.command.database)
    before = bare.ask("--database", url, "--json", "ls").out
    assert bare.ask("ls", "--json", "--database", url).out == before
    assert bare.ask("ls", "--database", "sqlite:///nothing.db", "--json", code=4).out == b""
    assert Command(None, past.folder, {"INGEST_DATABASE_URL": url}).ask("--json", "ls").out == before


def test_brief_says_what_a_change_is() -> None:
    change = {"type": "document.moved", "from_path": "a", "path": "b", "version": 2, "reason": None}
    assert brief(change) == "moved a -> b @2"


def test_a_file_whose_name_ends_like_a_version_is_reached_by_rev_or_id(place: Place) -> None:
    place.write("notes@2", "one\n")
    place.write("notes", "the other\n")
    place.scan()
    place.write("notes@2", "two\n")
    place.scan()
    command = place.command
    document = next(one["document"] for one in command.records("ls") if one["path"] == "notes@2")

    assert command.ask("show", "--raw", "notes@2", "--rev", "1").out == b"one\n"
    assert command.ask("show", "--raw", f"{document}@2").out == b"two\n"
    assert command.ask("show", "--raw", "notes@2@1").out == b"one\n"
    assert "2" in command.refused("show", "notes@2", code=2).error


def test_a_path_that_equals_an_id_is_the_path(place: Place) -> None:
    place.write("a.txt", "by id\n")
    place.scan()
    document = place.command.record("ls")["document"]
    place.write(document, "by path\n")
    place.scan()

    assert place.command.ask("show", "--raw", document).out == b"by path\n"


def test_check_says_what_differs_and_writes_nothing(place: Place) -> None:
    """16 new, 32 removed, 64 changed, summed."""
    for name in ("a.txt", "b.txt", "c.txt"):
        place.write(name, f"Text of {name}.\n")
    place.scan()
    check = place.command.records
    assert check("check")[-1]["files"] == 3
    place.write("new.txt", "New.\n")
    assert [(one["path"], one["state"]) for one in check("check", code=16)[:-1]] == [("new.txt", "new")]
    (place.root / "new.txt").unlink()
    (place.root / "b.txt").unlink()
    assert [(one["path"], one["state"]) for one in check("check", code=32)[:-1]] == [("b.txt", "removed")]
    place.write("a.txt", "Changed text.\n")
    check("check", code=96)
    place.write("new.txt", "New.\n")
    *found, counts = check("check", "root", code=112)
    assert [(one["path"], one["state"]) for one in found] == [
        ("a.txt", "changed"),
        ("b.txt", "removed"),
        ("new.txt", "new"),
    ]
    assert (counts["new"], counts["removed"], counts["changed"]) == (1, 1, 1)
    assert place.seq == 3
    place.scan()
    place.command.ask("check", code=0)
    (place.root / "a.txt").touch()
    place.command.ask("check", code=0)


def test_check_deep_reads_every_file(place: Place) -> None:
    """A change that left size, times and inode as they were is found by reading alone."""
    path = place.write("a.txt", "one\n")
    place.scan()
    place.command.ask("check", "--deep", code=0)
    path.write_text("two\n")
    place.command.ask("check", "--deep", code=64)


def test_scan_counts_and_ends_with_3_where_a_file_is_rejected(place: Place) -> None:
    place.write("a.txt", "x\n")
    with (place.root / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    *changes, counts = place.command.records("scan", place.root, code=3)

    assert sorted(map(brief, changes)) == ["created a.txt @1", "rejected huge.txt (too_large)"]
    assert (counts["created"], counts["rejected"], counts["seq"]) == (1, 1, 2)
    assert place.scan(code=3)["created"] == 0
    assert "huge.txt" in place.command.ask("ls", "--rejected").text
    os.truncate(place.root / "huge.txt", 3)
    assert place.scan()["rejected"] == 0
