"""Which paths are watched: the contract's fixed exceptions, and a root's own patterns."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.disk.patterns import PATTERN_BYTES, Patterns, match_name, placeholder_of, placeholders, rule_of
from ingest.errors import ConfigError

NONE = Patterns()


@pytest.mark.parametrize(
    "name",
    [
        ".hidden",
        ".",
        "..data",
        "a.txt~",
        "~",
        "#a.txt#",
        "##",
        "~$report.docx",
        "~$",
        "a.swp",
        "a.swo",
        "a.swx",
        "a.tmp",
        "a.bak",
        "a.orig",
        "a.part",
        "a.crdownload",
        "Thumbs.db",
        "desktop.ini",
        "a.rej",
        "a.partial",
        "a.filepart",
        "a.download",
        "a.aria2",
        "a.!sync",
        "a.txt.sb-1a2b3c4d-AbCdEf",
        "4913",
        "ehthumbs.db",
        "Icon\r",
        "a.txt.nextcloud",
        "a.txt.owncloud",
        ".a.txt.icloud",
    ],
)
def test_the_fixed_exceptions_are_left_out_everywhere(name: str) -> None:
    raw = name.encode()

    assert not NONE.keeps_file(raw)
    assert not NONE.keeps_file(b"deep/er/" + raw)


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "#a.txt",
        "a.txt#",
        "#",
        "~a",
        "a~b",
        "$~a",
        "swp",
        "a.swp.txt",
        "a.SWP",
        "tmp",
        "a.tmp1",
        "a.backup",
        "part",
        "thumbs.db",
        "Thumbs.db.txt",
        "Desktop.ini",
        "a.b",
        "Icon",
        "Icon\r\n",
        "49130",
        "a.4913",
        "a.sync",
        "a.sb-1a2b3c4d-AbCdE",
        "a.sb-1a2b3c4d-AbCdEfg",
        "a.sb-1a2b3c4dAbCdEfgh",
        "ehthumbs.dbx",
        "a.txt.icloud",
        "download",
        "nextcloud",
        "\u00e9",
        "a b",
        "a\nb",
        "*",
        "?",
    ],
)
def test_what_only_looks_like_an_exception_is_watched(name: str) -> None:
    assert NONE.keeps_file(name.encode())
    assert NONE.keeps_file(b"folder/" + name.encode())


@pytest.mark.parametrize("path", [b".git/config", b"a/.git/b/c.txt", b".ingest/root-id", b"a/b/.c/d"])
def test_everything_below_a_folder_with_a_dot_is_left_out(path: bytes) -> None:
    assert not NONE.keeps_file(path)


def test_a_folder_with_a_dot_is_not_entered() -> None:
    assert not NONE.keeps_folder(b".git")
    assert not NONE.keeps_folder(b"a/.git")
    assert NONE.keeps_folder(b"a/git")


def test_the_trash_of_windows_is_not_entered() -> None:
    assert not NONE.keeps_folder(b"$RECYCLE.BIN")
    assert not NONE.keeps_folder(b"a/$RECYCLE.BIN")
    assert not NONE.keeps_file(b"$RECYCLE.BIN/S-1/a.txt")
    assert NONE.keeps_file(b"$RECYCLE.BIN.txt")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (".env", ".*"),
        ("a.orig", "*.orig"),
        ("a~", "*~"),
        ("#a#", "#*#"),
        ("~$a.docx", "~$*"),
        ("4913", "4913"),
        ("Icon\r", "Icon\r"),
        ("a.txt.sb-1a2b3c4d-AbCdEf", "*.sb-????????-??????"),
        ("a.txt.nextcloud", "*.nextcloud"),
        (".a.txt.icloud", "*.icloud"),
        ("a.txt", None),
    ],
)
def test_what_is_left_out_has_the_rule_that_the_contract_names(name: str, rule: str | None) -> None:
    assert rule_of(name.encode()) == rule


def test_what_a_root_leaves_out_has_its_own_pattern_for_a_rule() -> None:
    patterns = Patterns(include=("*.txt", "*.orig"), exclude=("drafts", "*.orig"))

    assert patterns.rule_of(b"a.md") == "include"
    assert patterns.rule_of(b"drafts", folder=True) == "drafts"
    assert patterns.rule_of(b".git", folder=True) == ".*"
    assert patterns.rule_of(b"a.orig") == "*.orig"


def test_what_is_kept_is_taken_in_but_for_placeholders_and_what_lies_below_a_dot() -> None:
    patterns = Patterns(keep=("*.orig", ".env", "*.nextcloud", ".git/**"), exclude=("old.orig",))
    kept = {"a.orig", "deep/a.orig", ".env", "a.txt"}
    left = {"a.rej", "old.orig", "a.nextcloud", ".git/config"}

    assert {path for path in kept | left if patterns.keeps_file(path.encode())} == kept


def test_a_placeholder_names_the_file_that_it_stands_for() -> None:
    for path in (b"a.txt", b"deep/a.txt"):
        assert [placeholder_of(beside) for beside in placeholders(path)] == [path] * 3
    for name in (b"a.txt", b".icloud", b"a.icloud", b".nextcloud", b"deep/.owncloud"):
        assert placeholder_of(name) is None


def test_a_folder_named_like_an_exception_is_entered() -> None:
    """The exceptions but the dot are of files."""
    assert NONE.keeps_folder(b"old.bak")
    assert NONE.keeps_file(b"old.bak/a.txt")


def test_bytes_that_are_no_utf_8_are_watched() -> None:
    assert NONE.keeps_file(b"\xff\xfe/\x80")


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("*.log", "a.log", True),
        ("*.log", "deep/er/a.log", True),
        ("*.log", "a.log.txt", False),
        ("*.log", "x.log/inside.txt", True),
        ("drafts", "drafts/a/b.txt", True),
        ("drafts", "a/drafts/b.txt", True),
        ("drafts", "drafts2/b.txt", False),
        ("drafts/", "drafts/b.txt", True),
        ("./drafts/*", "drafts/b.txt", True),
        ("drafts/*", "a/drafts/b.txt", False),
        ("drafts/**", "drafts/a/b.txt", True),
        ("drafts/**", "other/a/b.txt", False),
        ("/drafts", "drafts/a.txt", True),
        ("/drafts", "a/drafts/a.txt", False),
        ("**/old/*.txt", "old/a.txt", True),
        ("**/old/*.txt", "x/y/old/a.txt", True),
        ("**/old/*.txt", "x/y/old/z/a.txt", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/x/y/c", False),
        ("a/*/b", "a/b", False),
        ("a/*/b", "a/x/b", True),
        ("a/*/b", "a/x/y/b", False),
        ("?.txt", "a.txt", True),
        ("?.txt", "ab.txt", False),
        ("[ab].txt", "a.txt", False),
        ("[ab].txt", "[ab].txt", True),
        ("\u00e9*", "\u00e9t\u00e9", True),
        ("**", "anything/at/all", True),
    ],
)
def test_what_a_users_pattern_leaves_out(pattern: str, path: str, matched: bool) -> None:
    assert Patterns(exclude=(pattern,)).keeps_file(path.encode()) is not matched


def test_only_what_is_included_is_watched() -> None:
    patterns = Patterns(include=("*.txt", "notes/**"))

    assert patterns.keeps_file(b"a.txt")
    assert patterns.keeps_file(b"x/y/a.txt")
    assert patterns.keeps_file(b"notes/a.md")
    assert not patterns.keeps_file(b"a.md")
    assert patterns.keeps_folder(b"x")


def test_an_exclusion_beats_an_inclusion() -> None:
    patterns = Patterns(include=("*.txt",), exclude=("draft*",))

    assert not patterns.keeps_file(b"draft1.txt")
    assert not patterns.keeps_file(b"drafts/a.txt")


def test_no_inclusion_brings_back_a_fixed_exception() -> None:
    assert not Patterns(include=("*.swp", ".git/**")).keeps_file(b"a.swp")
    assert not Patterns(include=("**",)).keeps_file(b".git/config")


def test_an_excluded_folder_is_not_entered() -> None:
    patterns = Patterns(exclude=("node_modules", "a/b/**"))

    assert not patterns.keeps_folder(b"x/node_modules")
    assert not patterns.keeps_folder(b"a/b/c")
    assert patterns.keeps_folder(b"a")


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "*.txt", "**", "a*", "?"]), min_size=1, max_size=4).map(
        "/".join
    ),
    st.lists(st.sampled_from(["a", "b", "ab", "a.txt", "ba"]), min_size=2, max_size=5),
)
def test_a_folder_that_is_not_entered_holds_nothing_that_is_watched(pattern: str, parts: list[str]) -> None:
    """Else a file's fate would hang on whether the walk or an event came to it."""
    patterns = Patterns(exclude=(pattern,))
    path = "/".join(parts).encode()
    folders = [b"/".join(path.split(b"/")[:depth]) for depth in range(1, len(parts))]
    if not all(patterns.keeps_folder(folder) for folder in folders):
        assert not patterns.keeps_file(path)


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_a_name_is_matched_as_the_shell_does(pattern: str, name: str) -> None:
    assert match_name(pattern.encode(), name.encode()) == fnmatch.fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    "pattern", ["", "/", "./", "a" * (PATTERN_BYTES + 1), "../x", "a/../b", "..", "a\0b", "\u00e9" * 129]
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Patterns(exclude=(pattern,))
    assert refused.value.hint is not None


def test_the_longest_pattern_is_taken() -> None:
    assert not Patterns(exclude=("a" * PATTERN_BYTES,)).keeps_file(b"a" * PATTERN_BYTES)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("**/*a*a*a*a*a*a*a*a*b", b"a" * 40),
        ("*a" * 25 + "*b", b"a" * 60),
        ("**/" * 40 + "b", b"a/" * 40 + b"a"),
    ],
    ids=["IN-24", "many stars", "many folders"],
)
def test_no_pattern_runs_long(pattern: str, name: bytes) -> None:
    """A thousand names, well within a second of the processor's on a machine that does nothing else."""
    patterns = Patterns(exclude=(pattern,))
    begun = time.process_time()
    kept = sum(patterns.keeps_file(name) for _ in range(1000))
    spent = time.process_time() - begun

    assert kept == 1000
    assert spent < 20
