"""An installation without the extra `postgres`: SQLite works, and a Postgres URL is told what is missing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.command import Command

URL = "postgresql://ada:secret@localhost/news"
INSTALL = f"run: {shlex.quote(sys.executable)} -m pip install 'psycopg[binary]>=3.3'"


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """Variables with which no process can import psycopg."""
    (tmp_path / "none").mkdir()
    (tmp_path / "none/sitecustomize.py").write_text("import sys\nsys.modules['psycopg'] = None\n")
    return {"PYTHONPATH": str(tmp_path / "none")}


@pytest.mark.parametrize("words", [("scan", "."), ("watch", "."), ("status",), ("log",), ("db", "upgrade")])
def test_a_postgres_url_names_what_is_missing_and_the_command(
    tmp_path: Path, without: dict[str, str], words: tuple[str, ...]
) -> None:
    refusal = Command(URL, tmp_path, without).refused(*words, code=2)

    shown = URL.replace("secret", "***")
    assert refusal.error == f"the store {shown} needs psycopg, which is not installed"
    assert refusal.hint == INSTALL


def test_the_doctor_says_it(tmp_path: Path, without: dict[str, str]) -> None:
    found = Command(URL, tmp_path, without).records("doctor", code=1)

    checks = {check["check"]: (check["state"], check["detail"], check["hint"]) for check in found}
    assert checks["psycopg"] == ("ok", "it is not installed; only a store on Postgres needs it", None)
    shown = URL.replace("secret", "***")
    assert checks["store"] == (
        "error", f"the store {shown} needs psycopg, which is not installed", INSTALL
    )  # fmt: skip


def test_sqlite_does_without_it(tmp_path: Path, without: dict[str, str]) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a.txt").write_text("One sentence.")
    command = Command(f"sqlite:///{tmp_path}/ingest.db", tmp_path, without)

    command.ask("scan", "root")
    assert command.ask("show", "a.txt").text == "One sentence."
