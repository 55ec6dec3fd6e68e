"""The examples of the page on Python give what they say, and `import ingest` loads no database."""

from __future__ import annotations

import doctest
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.corpus import Corpus
from tests.forked import Quick

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "how-to" / "python.md"


def test_the_examples_give_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    command = Quick(f"sqlite:///{tmp_path}/store.db", tmp_path)
    command.ask("scan", seeds)
    first = seeds / "000_153874b1ffd7f371.txt"
    first.write_text(first.read_text().replace("three weeks", "two weeks"))
    command.ask("scan", seeds)
    monkeypatch.chdir(tmp_path)

    session = PAGE.read_text().partition("```pycon\n")[2].partition("```")[0]
    test = doctest.DocTestParser().get_doctest(session, {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    results = doctest.DocTestRunner().run(test, out=told.append)

    assert results == (0, len(test.examples)), "".join(told)
    assert len(test.examples) == 12


def test_the_page_names_each_public_call() -> None:
    calls = {name for name in vars(Corpus) if not name.startswith("_")} - {
        "await_filled",
        "calendar",
        "close",
        "head",
        "is_late",
        "reading",
        "require_in_place",
    }

    assert {name for name in calls if f"`{name}(" in PAGE.read_text()} == calls


LOADED = "import sys, ingest; print([each for each in ('sqlalchemy', 'click') if each in sys.modules])"


def test_to_import_it_loads_no_database() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True)

    assert told.stdout == "[]\n"


def test_it_has_no_other_names() -> None:
    import ingest

    with pytest.raises(AttributeError, match="module 'ingest' has no attribute 'close'"):
        ingest.close  # noqa: B018
