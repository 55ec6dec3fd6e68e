"""What the history answers: documents, changes and versions, by every name and as of every moment."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.acceptance.past import FIRST, SECOND, THIRD, Past, names, seqs
from tests.command import PATIENCE, Command
from tests.site import Site, brief

DOCUMENT = [
    *("document", "root", "path", "version", "sha256", "text_sha256", "size", "observed_at", "modified_at"),
    *("media_type", "encoding", "language", "title", "date", "date_earliest", "date_latest", "deleted_at"),
]
VERSION = [
    *DOCUMENT,
    *(
        "seq",
        "normaliser",
        "confidence",
        "lossy",
        "lossy_places",
        "newline",
        "words",
        "sentences",
        "text_reason",
        "text",
    ),
]


def test_the_log_is_the_one_that_these_tests_ask(past: Past) -> None:
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
    past.holds(sample=0)


# -- show -----


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
        ("@seq:9", THIRD),
        ("@{cursor:reader}", SECOND),
    ],
)
def test_show_gives_the_version_that_is_named(past: Past, rev: str, text: str) -> None:
    assert past.command.ask("show", "--raw", f"a.txt{rev}").out == text.encode()
    if rev in {"@1", "@prev", "@seq:4", "@{cursor:reader}"}:
        assert past.command.ask("show", "--raw", "a.txt", "--rev", rev.removeprefix("@")).out == text.encode()


def test_a_moment_is_a_time_or_a_date(past: Past) -> None:
    """The log up to the last change with its label at or before it; a date is its end."""
    command, day = past.command, past.at(7)[:10]
    assert command.ask("show", "--raw", f"a.txt@{past.at(4)}").out == SECOND.encode()
    assert command.ask("show", "--raw", f"a.txt@{past.at(6)}").out == SECOND.encode()
    assert command.ask("show", "--raw", f"a.txt@{past.at(9)[:10]}").out == THIRD.encode()
    assert command.ask("show", "--raw", f"a.txt@{past.at(4).replace('Z', '+00:00')}").out == SECOND.encode()
    assert "2001-01-01" in command.refused("show", "a.txt@2001-01-01", code=2).error
    assert names(command.records("ls", "--at", day)) == names(command.records("ls"))


def test_show_gives_the_text_and_its_record(past: Past) -> None:
    record = past.command.record("show", "a.txt@1")

    assert set(VERSION) <= set(record)
    assert (record["text"], record["version"], record["seq"]) == (FIRST, 1, 1)
    assert record["sha256"] == sha256(FIRST.encode()).hexdigest()
    assert record["text_sha256"] == sha256(record["text"].encode()).hexdigest()
    assert (record["media_type"], record["encoding"], record["language"]) == ("text/plain", "utf-8", "en")
    assert (record["words"], record["sentences"], record["text_reason"]) == (8, 2, None)
    assert past.command.ask("show", "a.txt@1").text == FIRST


def test_a_binary_version_has_bytes_and_no_text(past: Past) -> None:
    record = past.command.record("show", "logo.png")
    assert (record["text"], record["text_sha256"], record["text_reason"]) == (None, None, "binary")
    assert "--raw" in past.command.refused("show", "logo.png", code=2).hint
    assert past.command.ask("show", "--raw", "logo.png").out == (past.root / "logo.png").read_bytes()


def test_show_writes_to_a_file(past: Past, tmp_path: Path) -> None:
    past.command.ask("show", "logo.png", "-o", tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes() == (past.root / "logo.png").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_a_path_names_the_live_document_there_else_the_one_that_left(past: Past) -> None:
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


def test_a_document_is_named_by_its_id_by_a_path_below_the_folder_and_by_a_whole_path(past: Past) -> None:
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
        (["log", "--since", "{cursor:nobody}"], "nobody"),
        (["ls", "--at", "{cursor:nobody}"], "nobody"),
        (["show", "logo.png@seq:2"], "logo.png"),
        (["show", "gone.txt@seq:6"], "gone.txt"),
        (["show", "--normaliser", "nothing", "a.txt"], "nothing"),
        (["show", "a.txt", "--root", "nowhere"], "nowhere"),
        (["log", "nothing.txt"], "nothing.txt"),
        (["log", "--since", "the day before"], "the day before"),
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
def test_what_cannot_be_answered_is_refused_by_name(past: Past, words: list[str], named: str) -> None:
    """Exit 2, `error:` with the thing, and no traceback."""
    assert named in past.command.refused(*words, code=2).error


# -- ls, log ----


def test_ls_lists_what_stands(past: Past) -> None:
    records = past.command.records("ls")
    assert names(records) == ["a.txt@3", "d/b.txt@1", "d/c.txt@1", "logo.png@1"]
    assert [sorted(record) for record in records] == [sorted(DOCUMENT)] * 4
    assert len(past.command.ask("ls").text.splitlines()) == 4


@pytest.mark.parametrize(
    ("seq", "stood"),
    [
        (1, ["a.txt@1"]),
        (3, ["a.txt@1", "d/b.txt@1", "gone.txt@1"]),
        (4, ["a.txt@2", "d/b.txt@1", "gone.txt@1"]),
        (5, ["a.txt@2", "d/c.txt@1", "gone.txt@1"]),
        (6, ["a.txt@2", "d/c.txt@1"]),
        (9, ["a.txt@3", "d/b.txt@1", "d/c.txt@1", "logo.png@1"]),
    ],
)
def test_ls_at_a_moment_lists_what_stood_then(past: Past, seq: int, stood: list[str]) -> None:
    assert names(past.command.records("ls", "--at", f"seq:{seq}")) == stood
    if seq in {4, 6, 9}:
        assert names(past.command.records("ls", "--at", past.at(seq))) == stood


def test_ls_takes_a_prefix_and_lists_the_deleted(past: Past) -> None:
    command = past.command
    assert names(command.records("ls", "d/")) == ["d/b.txt@1", "d/c.txt@1"]
    assert names(command.records("ls", "a")) == ["a.txt@3"]
    assert names(command.records("ls", "%")) == []
    (deleted,) = command.records("ls", "--deleted")
    assert (deleted["path"], deleted["deleted_at"]) == ("gone.txt", past.at(6))
    assert (deleted["date"], deleted["date_earliest"], deleted["date_latest"]) == (
        *("2021-02", "2021-02-01", "2021-02-28"),
    )
    assert names(command.records("ls", "--deleted", "--at", "seq:5")) == []
    assert command.records("ls", "--rejected") == []


def test_log_is_newest_first_and_can_be_cut(past: Past) -> None:
    log = past.command.records
    assert seqs(log("log")) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert seqs(log("log", "--reverse")) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert seqs(log("log", "-n", "2")) == [9, 8]
    assert seqs(log("log", "-n", "0")) == []
    assert seqs(log("log", "-n", "2", "--reverse")) == [8, 9]
    assert seqs(log("log", "--since", "seq:4", "--until", "seq:6")) == [6, 5, 4]
    assert seqs(log("log", "--type", "changed")) == [7, 4]
    assert seqs(log("log", "--type", "document.moved")) == [5]
    assert seqs(log("log", "--since", past.at(7))) == [9, 8, 7]
    assert seqs(log("log", "--until", past.at(4))) == [4, 3, 2, 1]
    assert seqs(log("log", "--since", "{cursor:reader}")) == [9, 8, 7, 6, 5]
    assert seqs(log("log", "--until", "{cursor:reader}")) == [4, 3, 2, 1]
    today = past.at(1)[:10]
    assert seqs(log("log", "--since", today)) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert seqs(log("log", "--until", "2001-01-01")) == []


def test_log_of_a_document_follows_it_over_its_moves(past: Past) -> None:
    log = past.command.records
    assert seqs(log("log", "a.txt")) == [7, 4, 1]
    assert seqs(log("log", "d/c.txt")) == [5, 2]
    assert seqs(log("log", "gone.txt")) == [6, 3]
    assert seqs(log("log", "d/b.txt")) == [9]
    assert seqs(log("log", "d/b.txt", "--until", "seq:4")) == [2]


# -- the rest ----
def test_every_verb_gives_json_and_words(past: Past) -> None:
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


def test_json_and_the_database_may_stand_before_or_after_the_verb(past: Past) -> None:
    bare = Command(None, past.folder)
    url = str(past.command.database)
    before = bare.ask("--database", url, "--json", "ls").out
    assert bare.ask("ls", "--json", "--database", url).out == before
    assert bare.ask("ls", "--database", "sqlite:///nothing.db", "--json", code=4).out == b""
    assert Command(None, past.folder, {"INGEST_DATABASE_URL": url}).ask("--json", "ls").out == before


def test_brief_says_what_a_change_is() -> None:
    change = {"type": "document.moved", "from_path": "a", "path": "b", "version": 2, "reason": None}
    assert brief(change) == "moved a -> b @2"


def test_a_file_whose_name_ends_like_a_version_is_reached_by_rev_or_id(site: Site) -> None:
    site.write("notes@2", "one\n")
    site.write("notes", "the other\n")
    site.scan()
    site.write("notes@2", "two\n")
    site.scan()
    command = site.command
    document = next(one["document"] for one in command.records("ls") if one["path"] == "notes@2")

    assert command.ask("show", "--raw", "notes@2", "--rev", "1").out == b"one\n"
    assert command.ask("show", "--raw", f"{document}@2").out == b"two\n"
    assert command.ask("show", "--raw", "notes@2@1").out == b"one\n"
    assert "2" in command.refused("show", "notes@2", code=2).error


def test_a_path_that_equals_an_id_is_the_path(site: Site) -> None:
    site.write("a.txt", "by id\n")
    site.scan()
    document = site.command.record("ls")["document"]
    site.write(document, "by path\n")
    site.scan()

    assert site.command.ask("show", "--raw", document).out == b"by path\n"


# -- what went wrong once --------------------------------------------------------------------


def test_a_version_is_written_to_a_file_whatever_else_is_asked(past: Past) -> None:
    target = past.folder / "first.txt"
    record = past.command.record("show", "a.txt@1", "-o", target)

    assert sha256(target.read_bytes()).hexdigest() == record["sha256"]
    assert "is a folder" in past.command.refused("show", "a.txt", "-o", past.folder, code=2).error


@pytest.mark.parametrize(
    "words",
    [
        ("changes", "--cursor", b"\xff"),
        ("changes", "--cursor", b"\xff", "--peek"),
        ("show", b"a.txt@{cursor:\xff}"),
        ("show", "a.txt", "--rev", b"{cursor:\xff}"),
        ("log", "--root", b"\xff"),
        ("show", "a.txt", "--normaliser", b"\xff"),
        ("roots", "retire", b"\xff"),
        ("ls", b"--database=postgresql://u@127.0.0.1:1/\xff"),
    ],
)
def test_a_name_that_is_not_utf8_names_nothing(past: Past, words: tuple[str | bytes, ...]) -> None:
    assert "\\xff" in past.command.refused(*words, code=2).error


def test_a_diff_of_two_documents_names_both(past: Past) -> None:
    shown = past.command.ask("diff", "a.txt@1", "d/c.txt@1", code=1).text.splitlines()
    record = past.command.record("diff", "a.txt@1", "d/c.txt@1", "--stat", code=1)

    assert shown[:2] == ["--- a.txt@1", "+++ d/c.txt@1"]
    assert record["from_path"] == "a.txt"
    assert record["path"] == "d/c.txt"
    assert record["hunks"]
    assert record["stat"]["lines_added"] >= 1


def test_a_diff_of_the_same_text_says_that_the_bytes_differ(site: Site) -> None:
    site.write("a.txt", "One line.\r\nTwo.\r\n")
    site.scan()
    site.write("a.txt", "One line.\nTwo.\n")
    site.scan()

    assert "the bytes differ" in site.command.ask("diff", "a.txt").note


def test_what_is_rejected_is_as_of_now(past: Past) -> None:
    past.command.refused("ls", "--rejected", "--at", "seq:3", code=2)
    past.command.refused("ls", "--rejected", "--deleted", code=2)


def test_a_feed_that_nobody_reads_any_more_ends(site: Site) -> None:
    """`ingest changes --follow | head -1` on a folder where nothing happens."""
    site.write("a.txt", "x\n")
    site.scan()
    following = subprocess.Popen(
        site.command.argv("changes", "--follow"),
        cwd=site.folder,
        env=site.command.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert following.stdout is not None
    assert b"created" in following.stdout.readline()
    following.stdout.close()

    assert following.wait(PATIENCE) == 0
