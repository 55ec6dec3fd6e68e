"""The page of what was measured is made of its measurements; one made anew changes its row alone."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from benchmarks import measured

SOURCE = """\
[[block]]
columns = ['promise', 'measured']

[[block.row]]
cells = ['`ingest --help`', '1 s']
date = 2026-11-01
commit = 'abcdef0'
name = 'help'
conditions = 'none'

[[block.row]]
cells = ['a kill', 'clean']
date = 2026-11-02
commit = 'abcdef1'
"""


def test_the_page_is_what_the_measurements_make() -> None:
    assert measured.PAGE.read_text() == measured.page(measured.SOURCE.read_text()), "run: ./dev measured"


def test_each_figure_with_a_name_is_one_that_can_be_made() -> None:
    found = tomllib.loads(measured.SOURCE.read_text())
    names = [row["name"] for block in found["block"] for row in block.get("row", ()) if "name" in row]

    assert sorted(names) == sorted(measured.MADE)


def test_a_figure_made_anew_changes_its_row_alone() -> None:
    made = measured.replaced(
        SOURCE, "help", "0.05 s", day=date(2026, 11, 29), commit="abcdef2", said="2 cores"
    )

    assert measured.page(made).splitlines()[-4:] == [
        "| promise | measured | when |",
        "|---|---|---|",
        "| `ingest --help` | 0.05 s | 2026-11-29, abcdef2, `help`: 2 cores |",
        "| a kill | clean | 2026-11-02, abcdef1 |",
    ]


def test_a_name_that_no_row_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert measured.main(["nothing"]) == 2
    assert "error: no figure is named nothing" in capsys.readouterr().err
