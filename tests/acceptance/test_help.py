"""The help: by purpose, whole lists, defaults, and examples that run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.cli import PURPOSES, VERBS
from ingest.cli.examples import EXAMPLES, Example
from tests.command import Command
from tests.daemon import Daemon
from tests.forked import Quick
from tests.service import Service
from tests.site import Site, new_folder


@dataclass(frozen=True)
class Corpus(Site):
    """The site that the examples speak of: the folder news, and a store where it is by default.

    1 bridge.txt  2 ferry.txt  3 harbour/quay.txt  4 changed bridge.txt  5 deleted ferry.txt
    """

    @property
    def root(self) -> Path:
        """The watched folder."""
        return self.folder / "news"


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    with new_folder() as folder:
        site = Corpus(folder, Quick(None, folder, {"HOME": str(folder)}))
        site.write("bridge.txt", "The bridge will be closed for three weeks. Nobody was told.\n")
        site.write("ferry.txt", "The ferry is free.\n")
        site.write("harbour/quay.txt", "The quay is mended, and this sentence is in English.\n")
        site.scan()
        site.write("bridge.txt", "The bridge will be closed for two weeks. Nobody was told.\n")
        (site.root / "ferry.txt").unlink()
        site.scan()
        (folder / "bin").mkdir()
        program = folder / "bin" / "ingest"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ingest "$@"\n')
        program.chmod(0o755)
        yield site


def test_each_verb_has_its_place_and_two_examples() -> None:
    assert sorted(name for names in PURPOSES.values() for name in names) == sorted(VERBS)
    assert {verb: len(examples) for verb, examples in EXAMPLES.items()} == dict.fromkeys(VERBS, 2)
    for verb, examples in EXAMPLES.items():
        assert all(example.words.startswith(f"ingest {verb}") for example in examples)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("watch", "sync", "serve")])
def test_each_example_does_what_it_says(corpus: Corpus, verb: str) -> None:
    for example in EXAMPLES[verb]:
        _run(corpus, example)
    if verb == "roots":
        corpus.command.ask("roots", "rename", "desk", "news")


def _run(corpus: Corpus, example: Example) -> None:
    if "> " not in example.words:
        corpus.command.ask(*shlex.split(example.words)[1:], code=example.code)
        return
    path = f"{corpus.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = corpus.command.environment() | {"PATH": path}
    done = subprocess.run(
        ["sh", "-c", example.words], cwd=corpus.folder, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (example.code, b"")


def test_the_examples_of_a_daemon_do_what_they_say(corpus: Corpus) -> None:
    for example in EXAMPLES["watch"]:
        with Daemon(corpus.command, *shlex.split(example.words)[2:], ready="started"):
            pass
    with Daemon(corpus.command, "news"):
        for example in EXAMPLES["sync"]:
            _run(corpus, example)


def test_the_examples_of_the_service_print_an_address_that_answers(corpus: Corpus) -> None:
    for example in EXAMPLES["serve"]:
        words = shlex.split(example.words)[2:]
        if "--port" in words:
            words[words.index("--port") + 1] = "0"  # any that is free
        else:
            words += ["--port", "0"]
        with Service(corpus.command, *words) as service:
            assert service.get("/v1/status").json["seq"] >= 5


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_says_all_of_it(corpus: Corpus, verb: str) -> None:
    shown = corpus.command.ask(verb, "--help").text
    for option in ("--database URL", "--config FILE", "--json", "-q, --quiet", "--no-pager", "--help"):
        assert option in shown
    assert "sqlite:///.ingest-store/ingest.db" in shown
    assert "INGEST_DATABASE_URL" in shown
    assert "INGEST_CONFIG" in shown
    assert "<=x" not in shown
    assert not re.search(r", ….", shown)
    for example in EXAMPLES[verb]:
        assert example.words in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_the_help_of_all_says_where_to_begin(corpus: Corpus) -> None:
    shown = corpus.command.ask("--help").text
    assert "Begin with `ingest scan FOLDER`" in shown
    assert [line[:-1] for line in shown.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)] == [*PURPOSES]


@pytest.mark.parametrize("words", [["--no-pager", "-q", "-v", "ls"], ["ls", "--no-pager", "-q", "-v"]])
def test_what_every_verb_takes_stands_before_or_after_it(corpus: Corpus, words: list[str]) -> None:
    assert corpus.command.ask(*words).text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ingest cur", ["cursors"]),
        ("ingest log --sig", ["--significance"]),
        ("ingest index ", ["rebuild"]),
        ("ingest show har", ["harbour/quay.txt"]),
        ("ingest --database sqlite:///nosuch.db show har", []),
    ],
)
def test_bash_completes_verbs_options_and_values(corpus: Corpus, typed: str, offered: list[str]) -> None:
    """A real bash reads the script and is asked what would come next."""
    words = typed.split(" ")
    script = (
        'eval "$(ingest completion bash)"; complete -p ingest >/dev/null || exit 9; '
        f"COMP_WORDS=({' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; "
        f"_ingest_completion ingest {shlex.quote(words[-1])}; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{corpus.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=corpus.folder, env=corpus.command.environment() | {"PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[: len(offered)] == offered


def test_a_root_is_completed_by_its_name_or_as_a_folder(corpus: Corpus) -> None:
    asked = {"_INGEST_COMPLETE": "bash_complete", "COMP_WORDS": "ingest scan ne", "COMP_CWORD": "2"}
    command = Command(None, corpus.folder, asked)
    assert command.ask("anything").text.split() == ["dir,ne", "plain,news"]


def test_a_shell_that_is_none_of_them_is_refused(corpus: Corpus) -> None:
    assert "tcsh" in corpus.command.refused("completion", "tcsh", code=2).error
