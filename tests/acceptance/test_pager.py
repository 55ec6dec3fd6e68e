"""Long answers on a terminal: who pages them, who does not, and what quitting the pager means."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.past import Past
from tests.command import Command, Word
from tests.site import Site

# Takes everything, as `less` does, and notes what it was given and how.
PAGER = '#!/bin/sh\nprintf "%s" "$LESS" > less\ncat > paged\ncat paged\n'
QUITS = "#!/bin/sh\nhead -n 1 > paged\n"


def on_terminal(command: Command, *words: Word, **variables: str) -> tuple[int, str]:
    """A call on a terminal: its exit code, and what is on the screen."""
    master, slave = pty.openpty()
    environment = {name: value for name, value in command.environment().items() if name != "LESS"}
    call = subprocess.Popen(
        command.argv(*words),
        cwd=command.cwd,
        env=environment | {"TERM": "xterm"} | variables,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        shown += part
    os.close(master)
    return call.wait(60), shown.decode()


def _program(folder: Path, body: str) -> str:
    program = folder / "pager"
    program.write_text(body)
    program.chmod(0o755)
    (folder / "paged").unlink(missing_ok=True)
    return str(program)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["log"], 0),
        (["show", "a.txt"], 0),
        (["blame", "a.txt"], 0),
        (["report"], 0),
        (["diff", "a.txt"], 1),
        (["diff", "--from", "seq:3"], 1),
    ],
)
def test_a_long_answer_is_paged_on_a_terminal_with_its_colours_and_its_code(
    past: Past, words: list[str], code: int
) -> None:
    pager = _program(past.folder, PAGER)
    plain = past.command.ask(*words, code=code).text

    assert on_terminal(past.command, *words, PAGER=pager)[0] == code
    paged = (past.folder / "paged").read_text()
    assert (past.folder / "less").read_text() == "FRX"
    assert ("\x1b[" in paged) == (words[0] != "show")
    assert plain.splitlines()[-1].split()[0] in paged


def test_nothing_is_paged_that_nobody_wants_paged(past: Past) -> None:
    pager = _program(past.folder, PAGER)
    for words in (
        ("log", "--no-pager"),
        ("--no-pager", "log"),
        ("log", "--json"),
        ("ls",),
        ("show", "a.txt", "--raw"),
        ("show", "nosuch.txt"),
    ):
        on_terminal(past.command, *words, PAGER=pager)
        assert not (past.folder / "paged").exists(), words
    for none in ("", "cat"):
        assert "a.txt" in on_terminal(past.command, "log", PAGER=none)[1]
    past.command.run_with({"PAGER": pager}, "log")  # type: ignore[attr-defined]  # of Quick
    assert not (past.folder / "paged").exists()


def test_a_pager_that_is_not_there_is_named_and_done_without(past: Past) -> None:
    code, shown = on_terminal(past.command, "log", PAGER="nosuch -R")
    assert code == 0
    assert "note: there is no program 'nosuch -R', which PAGER names" in shown
    assert "a.txt" in shown


def test_what_less_is_told_already_stands(past: Past) -> None:
    on_terminal(past.command, "log", PAGER=_program(past.folder, PAGER), LESS="-S")
    assert (past.folder / "less").read_text() == "-S"


def test_to_quit_the_pager_is_no_error_and_keeps_the_code(site: Site) -> None:
    """More than a pipe holds; a log ends there, and a difference was one."""
    site.write("a.txt", "".join(f"line {number} of the first text\n" for number in range(9000)))
    site.scan()
    site.write("a.txt", "".join(f"line {number} of another text\n" for number in range(9000)))
    site.scan()
    pager = _program(site.folder, QUITS)
    for words, code in ((("show", "a.txt"), 0), (("diff", "a.txt"), 1)):
        got, shown = on_terminal(site.command, *words, PAGER=pager)
        assert got == code
        assert "error" not in shown
        assert (site.folder / "paged").read_text().count("\n") == 1
