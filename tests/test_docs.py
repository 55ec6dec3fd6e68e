"""What the README and the configuration say is so: each block of the README is run, each word looked up."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ingest import cli, config, systems
from tests.command import PATIENCE, Command

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text()
SETTINGS = (PROJECT / "config" / "ingest.toml").read_text()

# What differs from run to run. The order matters: a time holds a date and seconds.
VARYING = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b[0-9a-f]{16}…"), "HASH…"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"), "TIME"),
    (re.compile(r"\b0[0-9a-v]{25}\b"), "ID"),
    (re.compile(r"\b\d+\.\d s\b"), "N s"),
    (re.compile(r'"(pid|seconds)":[0-9.]+'), r'"\1":N'),
    (re.compile(r"stored     [0-9,]+ bytes"), "stored     N bytes"),
)

Step = tuple[str, str]


def masked(output: str) -> str:
    """An output without what differs from run to run."""
    for pattern, word in VARYING:
        output = pattern.sub(word, output)
    return "\n".join(line.rstrip() for line in output.rstrip("\n").split("\n"))


def sessions(text: str) -> list[list[Step]]:
    """The fenced blocks that show a session, each as its commands and what they printed."""
    found = []
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if not re.search(r"^\$ ", block, re.MULTILINE):
            continue
        assert block.startswith("$ "), f"a session begins with a command: {block[:80]!r}"
        steps = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        found.append([(step.partition("\n")[0], step.partition("\n")[2]) for step in steps])
    return found


SESSIONS = sessions(README)


def test_the_readme_shows_the_product_at_work() -> None:
    commands = [command for session in SESSIONS for command, _ in session]
    assert sum(command.startswith("ingest ") for command in commands) >= 5


@pytest.mark.parametrize("number", range(len(SESSIONS)))
def test_a_session_of_the_readme_prints_what_it_shows(number: int, tmp_path: Path) -> None:
    """In a folder that holds a copy of `seeds/`, with nothing else of ours in the environment."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "ingest"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ingest "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "scratch"
    shutil.copytree(PROJECT / "seeds", folder / "seeds")
    environment = Command(None, folder).environment() | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TZ": "UTC",
    }
    for words, shown in SESSIONS[number]:
        done = subprocess.run(
            ["sh", "-c", words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        assert masked(done.stdout.decode()) == masked(shown), f"$ {words}"


def test_masking_hides_what_varies_and_nothing_else() -> None:
    line = "#5      2026-11-22 18:57:25  moved     a.txt -> b.txt @1 (0.4 s) " + "0f" * 32
    assert masked(line) == "#5      TIME  moved     a.txt -> b.txt @1 (N s) HASH"


@pytest.mark.parametrize("verb", cli.VERBS)
def test_each_verb_is_in_the_help_and_in_the_readme(verb: str, tmp_path: Path) -> None:
    command = Command(None, tmp_path)
    assert re.search(rf"^  {verb}  ", command.ask("--help").text, re.MULTILINE)
    assert re.search(rf"`ingest {verb}\b", README)
    assert command.ask(verb, "--help").text.startswith(f"Usage: ingest {verb} ")


def test_each_verb_and_option_that_the_readme_names_is_there(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `ingest ([a-z]+)(.*)\|$", README, re.MULTILINE)
    assert {verb for verb, _ in rows} == set(cli.VERBS)
    for verb, row in rows:
        shown = Command(None, tmp_path).ask(verb, "--help").text
        for option in re.findall(r"--[a-z-]+", row):
            assert option in shown, f"{verb} {option}"


def test_each_variable_is_a_key_of_the_configuration_that_is_shipped() -> None:
    keys = set(tomllib.loads(SETTINGS))
    assert set(config.VARIABLES.values()) <= keys
    for variable, field in config.VARIABLES.items():
        assert variable == f"INGEST_{field.upper()}"


def test_each_variable_that_is_written_anywhere_is_one() -> None:
    """In the source and in the documents: one that nobody reads would be a promise that nobody keeps."""
    known = {*config.VARIABLES, "INGEST_CONFIG", systems.UNTESTED}
    files = [*PROJECT.glob("ingest/**/*.py"), PROJECT / "README.md", PROJECT / "DESIGN.md"]
    for file in files:
        for variable in re.findall(r"\bINGEST_[A-Z_]+[A-Z]\b", file.read_text()):
            assert variable in known, f"{variable} in {file.name}"


def test_the_configuration_that_is_shipped_says_the_defaults() -> None:
    shipped = config.load(file=str(PROJECT / "config" / "ingest.toml"), environment={})
    assert shipped == config.Settings()


def test_each_setting_is_in_the_configuration_that_is_shipped_with_a_reason_above_it() -> None:
    for field in config.Settings.__struct_fields__:
        if field == "roots":
            assert re.search(r"^# \[roots\.", SETTINGS, re.MULTILINE)
            continue
        place = re.search(rf"^{field} = ", SETTINGS, re.MULTILINE)
        assert place, field
        above = SETTINGS[: place.start()].rstrip("\n").rsplit("\n", 1)[-1]
        assert above.startswith("# ") or above.partition(" = ")[0] in {"exclude", "include"}, field
