"""What a call loads: no more than its answer needs, since somebody waits for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.past import Past
from tests.command import PATIENCE, Word

# The program, telling at its end which of these libraries and modules it loaded.
LOADED = """
import json, sys
from ingest import cli

code = cli.run(sys.argv[1:])
named = {
    "sqlalchemy", "alembic", "rapidfuzz", "watchdog", "structlog", "multiprocessing", "fasttext",
    "html.entities", "ingest.edits.classify", "ingest.normalise", "ingest.text.languages",
    "ingest.text.words",
    "ingest.records.report", "ingest.records.log",
}
print(json.dumps([code, sorted(named & set(sys.modules))]), file=sys.stderr)
"""

RECORD = {"ingest.records.log"}  # of a change
PROCESS = {"multiprocessing"}  # in which a large store is read
TEXTS = {"rapidfuzz", "html.entities", "ingest.edits.classify", "ingest.text.languages", "ingest.text.words"}


def loaded(folder: Path, *words: Word, **variables: str) -> tuple[int, list[str]]:
    """The exit code of a call, and what it loaded of what takes long."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=folder,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    return code, names


@pytest.mark.parametrize("words", [("--help",), ("--version",), (), ("completion", "bash"), ("nothing",)])
def test_what_asks_no_store_loads_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert loaded(tmp_path, *words) == (2 if words == ("nothing",) else 0, [])


@pytest.mark.parametrize("typed", ["ingest ", "ingest ch", "ingest --no"])
def test_the_verbs_are_offered_without_being_loaded(tmp_path: Path, typed: str) -> None:
    asked = {"COMP_WORDS": typed, "COMP_CWORD": "1", "_INGEST_COMPLETE": "bash_complete"}
    assert loaded(tmp_path, **asked) == (0, [])


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        (("status",), set()),
        (("ls",), set()),
        (("changes",), RECORD),
        (("verify",), PROCESS),
        (("check",), PROCESS),
        (("show", "a.txt"), set()),
        (("blame", "a.txt"), TEXTS | RECORD),
        (("search", "a"), TEXTS | RECORD),
        (("log", "--until", "#2"), RECORD),
        (("diff", "--stat", "a.txt"), TEXTS),
    ],
)
def test_what_compares_texts_or_watches_is_loaded_by_those_that_do(
    past: Past, words: tuple[str, ...], beside: set[str]
) -> None:
    assert past.command.database is not None
    code, names = loaded(past.folder, *words, INGEST_DATABASE_URL=past.command.database)
    assert set(names) == {"sqlalchemy"} | beside
    assert code == (1 if words[0] == "diff" else 0)
