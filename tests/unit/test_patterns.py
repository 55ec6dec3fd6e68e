"""Which paths are watched: the contract's fixed exceptions, and a root's own patterns."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.disk.gitignore import FITTING_BYTES, PATTERN_BYTES, PatternList, check, new_reading
from ingest.disk.patterns import Patterns, placeholder_of, placeholders, rule_of
from ingest.errors import ConfigError
from tests.site import tool

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
        ("[ab].txt", "a.txt", True),
        ("[ab].txt", "[ab].txt", False),
        (r"\[ab].txt", "[ab].txt", True),
        ("[!ab].txt", "c.txt", True),
        ("[!ab].txt", "a.txt", False),
        ("x[!a]y", "x/y", False),
        ("x[!]a]y", "x/y", False),
        ("x[]a]y", "x]y", True),
        ("[a-c]1", "b1", True),
        ("\u00e9*", "\u00e9t\u00e9", True),
        ("?t?", "\u00e9t\u00e9", True),
        ("[\u00e9\u00fc]*", "\u00fcber", True),
        ("drafts/", "drafts", False),
        ("a/b/", "a/b", False),
        ("a//b", "a/b", True),
        ("#*", "#1", True),
        (r"\!*", "!1", True),
        (r"a\ ", "a ", True),
        ("a ", "a", True),
        ("a{b,c}(d)+$", "a{b,c}(d)+$", True),
        ("*.log", "two\nlines/a.log", True),
        ("two?lines", "two\nlines", True),
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


PATTERN = st.lists(
    st.sampled_from(["a", "b", "ab", "*.txt", "**", "a*", "?", "[!a]"]), min_size=1, max_size=4
).map("/".join)


@given(
    st.lists(st.tuples(st.sampled_from(["", "", "!"]), PATTERN, st.sampled_from(["", "/"])), max_size=4),
    st.lists(st.sampled_from(["a", "b", "ab", "a.txt", "ba"]), min_size=2, max_size=5),
)
def test_a_folder_that_is_not_entered_holds_nothing_that_is_watched(
    lines: list[tuple[str, str, str]], parts: list[str]
) -> None:
    """Else a file's fate would hang on whether the walk or an event came to it."""
    patterns = Patterns(exclude=tuple(map("".join, lines)))
    path = "/".join(parts).encode()
    folders = [b"/".join(path.split(b"/")[:depth]) for depth in range(1, len(parts))]
    if not all(patterns.keeps_folder(folder) for folder in folders):
        assert not patterns.keeps_file(path)


@pytest.mark.parametrize(
    ("patterns", "path", "left_out"),
    [
        (("*.txt", "!keep.txt"), "keep.txt", False),
        (("*.txt", "!keep.txt"), "deep/keep.txt", False),
        (("*.txt", "!keep.txt"), "a.txt", True),
        (("!keep.txt", "*.txt"), "keep.txt", True),
        (("drafts", "!drafts/keep.txt"), "drafts/keep.txt", True),
        (("drafts/*", "!drafts/keep.txt"), "drafts/keep.txt", False),
        (("drafts/**", "!drafts/keep.txt"), "drafts/keep.txt", False),
        (("drafts/**", "!drafts/keep.txt"), "drafts/other.txt", True),
        (("*.txt", "!archive"), "archive/a.txt", True),
        (("*", "!*/", "!*.md"), "deep/a.md", False),
        (("*", "!*/", "!*.md"), "deep/a.txt", True),
        (("*.d", "!keep"), "keep/x.d/a.txt", True),
        (("old /", "!keep"), "old /a.txt", True),
        (("old /", "!keep"), "old/a.txt", False),
        ((r"old\ /", "!keep"), "old /a.txt", True),
    ],
)
def test_a_pattern_takes_out_again_what_an_earlier_one_matches(
    patterns: tuple[str, ...], path: str, left_out: bool
) -> None:
    """As `git check-ignore` says of the same lines, but that nothing brings back what lies below a folder."""
    assert Patterns(exclude=patterns).keeps_file(path.encode()) is not left_out


def test_what_is_taken_out_again_has_the_rule_that_decides() -> None:
    patterns = Patterns(exclude=("*.txt", "!keep.txt", "/old/", "drafts"))

    assert patterns.rule_of(b"a.txt") == "*.txt"
    assert patterns.rule_of(b"old", folder=True) == "/old/"
    assert patterns.rule_of(b"x/drafts", folder=True) == "drafts"


def test_a_name_that_is_no_utf_8_is_matched_as_it_is_shown() -> None:
    assert not Patterns(exclude=(r"caf\\xe9.*",)).keeps_file(b"caf\xe9.txt")
    assert not Patterns(exclude=("caf*",)).keeps_file(b"caf\xe9.txt")


# Each would else be passed over in silence, or match something else than git has it match.
UNUSABLE = [
    "", "/", "./", "!", "!/", " ", "a" * (PATTERN_BYTES + 1), "\u00e9" * 129, "../x", "a/../b", "..", "a\0b",
    "a\nb", "a\u00a0", "a\udcff", "a\\", r"a\/b", "a[", "[]", "[!]", "[a/b]", r"[a-\]]", "[z-a]", "[+-9]",
    "[[:alpha:]]", "[a&&b]", "[--x]",
]  # fmt: skip


@pytest.mark.parametrize("pattern", UNUSABLE, ids=ascii)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str) -> None:
    for use in (lambda: check((pattern,)), lambda: Patterns(exclude=(pattern,))):
        with pytest.raises(ConfigError) as refused:
            use()
        assert refused.value.hint is not None


@given(st.text("ab*?[]!-\\/#^{}.\u00e9 ", max_size=12))
def test_what_is_not_refused_can_be_matched(pattern: str) -> None:
    """Reading the settings asks `check` alone."""
    try:
        check((pattern,))
    except ConfigError:
        return
    PatternList((pattern,)).matches(b"a/b")


def test_patterns_that_are_too_much_together_are_refused() -> None:
    large = tuple("?" * PATTERN_BYTES for _ in range(100))

    with pytest.raises(ConfigError, match="100 patterns are too much together"):
        check(large)
    check(large[: FITTING_BYTES // PATTERN_BYTES])
    PatternList(large[: FITTING_BYTES // PATTERN_BYTES])
    check(tuple(f"*.log{number}" for number in range(1000)))


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("[ab].txt", "`[…]` stands for one of the characters in it"),
        ("!a", "`!` at the beginning takes in again what a pattern before it leaves out"),
        (r"a\b", "a backslash takes its meaning from the character after it"),
        ("a?", "`?` stands for one character, where it stood for one byte"),
        ("a/", "with `/` at its end it is of folders alone"),
        ("a/**", "with `/**` at its end it is of what lies below, not of a file so named"),
        ("a ", "blanks at its end are left away"),
        ("*.log", None),
        ("/a/**/b*", None),
        ("\u00e9", None),
    ],
)
def test_a_pattern_that_was_read_otherwise_before_is_told(pattern: str, told: str | None) -> None:
    assert new_reading(pattern) == told


def test_no_pattern_loads_no_library() -> None:
    script = (
        "import sys; from ingest.disk.patterns import Patterns; Patterns().keeps_file(b'a'); "
        "print({'pathspec', 're2'} & sys.modules.keys())"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout == "set()\n"


def test_git_reads_the_same_patterns_alike(tmp_path: Path) -> None:
    """Where all is ASCII: git counts bytes."""
    git = tool("git")
    lines = (
        "*.log",
        "/top",
        "drafts/",
        "[a-c]?",
        "x[!a]*",
        "a/**/b",
        "deep/*",
        "!deep/keep",
        r"\#*",
        "*",
        "!*/",
        "!*.md",
    )
    names = ("a.log", "top", "drafts", "b1", "xb", "xa", "b", "keep", "#1", "c.md", "a")
    paths = [f"{first}/{second}" for first in ("a", "top", "drafts", "deep", "d/e") for second in names]
    paths += names
    subprocess.run([git, "init", "-q", tmp_path], check=True)
    for count in range(1, len(lines) + 1):
        (tmp_path / ".git/info/exclude").write_text("\n".join(lines[:count]))
        said = subprocess.run(
            [git, "check-ignore", "--no-index", "--stdin"], cwd=tmp_path, input="\n".join(paths),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        own = PatternList(lines[:count])
        assert {path for path in paths if own.matches(path.encode())} == set(said.stdout.splitlines())


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
