"""What a run leaves out is the same on every machine, and no test is left out by every commit."""

from __future__ import annotations

import pytest

from tests import draw


def test_each_test_is_run_on_both_databases_by_some_commit_and_on_one_by_each() -> None:
    commits = [f"{number:040x}" for number in range(64)]
    for name in ("tests/faults/test_kill.py::test_a", "tests/acceptance/test_daemon.py::test_b"):
        chosen = [draw.database(name, commit) for commit in commits]
        assert set(chosen) == {"sqlite", "postgres"}
        assert 16 < chosen.count("sqlite") < 48
    assert draw.database("tests/faults/test_kill.py::test_a", "dc4da96") == "postgres"


def test_a_test_that_is_divided_is_run_by_some_commits_and_every_other_by_each() -> None:
    commits = [f"{number:040x}" for number in range(64)]
    divided = [draw.is_run("tests/faults/test_kill.py::test_a", commit) for commit in commits]
    assert 16 < divided.count(True) < 48
    assert all(draw.is_run("tests/unit/test_draw.py::test_a", commit) for commit in commits)


def test_a_run_that_does_not_draw_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(draw.VARIABLE, raising=False)
    assert draw.amount(200, share=50) == 200
    monkeypatch.setenv(draw.VARIABLE, "dc4da96")
    assert draw.amount(200, share=50) == 50
