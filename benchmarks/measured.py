"""`./dev measured [NAME...]`: make cheap figures of `docs/measured.toml` anew, and `docs/measured.md` of it.

A row with a name is made by the function of that name here. Every other row was had by hand or by a run that
takes long, and keeps the day and the commit of its writing.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "docs" / "measured.toml"
PAGE = PROJECT / "docs" / "measured.md"
TIMES = 9
DOCUMENTS = 10_000
_SENTENCES = (
    "The council of {} met on Monday and put off the vote on the bridge until March.",
    "Nobody from the press was allowed to be there, said the mayor of {}.",
    "The repairs will cost {} million and take three weeks.",
)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a table, its last cell what was measured; one with a name can be made anew."""

    cells: list[str]
    date: date
    commit: str
    name: str | None = None
    conditions: str | None = None


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the page: words, or a table."""

    text: str | None = None
    date: date | None = None
    commit: str | None = None
    columns: list[str] = []
    row: list[Row] = []


class Measurements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole page."""

    block: list[Block]


def page(source: str) -> str:
    """Return the page that the measurements are shown on."""
    found = msgspec.convert(tomllib.loads(source), Measurements)
    parts = ["# What was measured", _HEAD]
    parts += ["\n".join(_table(each)) if each.row else _words(each) for each in found.block]
    return "\n\n".join(parts) + "\n"


_HEAD = textwrap.dedent("""\
    This page is made of `docs/measured.toml` by `./dev measured`. Each figure has the day and the commit with
    which it was written down. One that has a name too is made anew by `./dev measured NAME`, on the machine
    at hand.
    """).rstrip()


def _words(block: Block) -> str:
    assert block.text is not None
    words = block.text.strip("\n")
    return words if block.commit is None else f"{words}\n\n(Written down on {block.date}, {block.commit}.)"


def _table(block: Block) -> list[str]:
    lines = [f"| {' | '.join(block.columns)} | when |", "|" + "---|" * (len(block.columns) + 1)]
    for row in block.row:
        when = f"{row.date}, {row.commit}"
        when += f", `{row.name}`: {row.conditions}" if row.name else ""
        lines.append(f"| {' | '.join(row.cells)} | {when} |")
    return lines


# -- what is made anew -------------------------------------------------------------------------


def _cpu(words: list[str], folder: Path) -> float:
    """Return the CPU seconds, of user and system, that a whole command takes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INGEST_")}
    command = [sys.executable, "-m", "ingest", "--database", f"sqlite:///{folder}/store.db", *words]
    before = os.times()
    subprocess.run(
        command, check=True, capture_output=True, cwd=folder,
        env=environment | {"PYTHONPATH": str(PROJECT), "INGEST_CONFIG": os.devnull},
    )  # fmt: skip
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _many(measure: Callable[[], float]) -> str:
    """Return the median of some times, and the least and the most."""
    found = sorted(measure() for _ in range(TIMES))
    return f"{statistics.median(found):.2f} s ({found[0]:.2f} to {found[-1]:.2f})"


def _corpus(folder: Path) -> Path:
    root = folder / "news"
    for number in range(DOCUMENTS):
        file = root / f"{number // 100:03}" / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        said = (_SENTENCES[(number + at) % len(_SENTENCES)].format(number * at) for at in range(36))
        file.write_text(" ".join(said) + "\n")
    return root


def _help(folder: Path) -> str:
    """Measure `ingest --help`."""
    return _many(lambda: _cpu(["--help"], folder))


def _first_scan(folder: Path) -> str:
    """Measure a first scan of 10,000 documents of 2.6 KB, each time into a new store."""
    root = _corpus(folder)

    def measure() -> float:
        for left in (*folder.glob("store.db*"), root / ".ingest"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
        return _cpu(["--quiet", "scan", str(root)], folder)

    return _many(measure)


def _log(folder: Path) -> str:
    """Measure `ingest log` of 10,000 changes."""
    _cpu(["--quiet", "scan", str(_corpus(folder))], folder)
    return _many(lambda: _cpu(["log"], folder))


def _documents(_folder: Path) -> str:
    """Measure what reading a document takes, by format."""
    from benchmarks import documents  # noqa: PLC0415 - it needs packages of the tests, and the extra `documents`

    return documents.measured()


MADE = {"help": _help, "first-scan": _first_scan, "log": _log, "documents": _documents}


def conditions() -> str:
    """Say what the figures hold for."""
    load = os.getloadavg()[0]
    version = ".".join(map(str, sys.version_info[:3]))
    cores = f"{os.cpu_count()} cores at a load of {load:.0f}"
    return f"CPU seconds, median of {TIMES} and range, {cores}, Python {version}"


def replaced(source: str, name: str, value: str, *, day: date, commit: str, said: str) -> str:
    """Return the measurements with another value in the row of this name; its layout is that of the file."""
    pattern = re.compile(
        rf"^cells = \['(.*)', '[^']*'\]\ndate = .*\ncommit = .*\nname = '{name}'\nconditions = .*$",
        re.MULTILINE,
    )
    made, number = pattern.subn(
        lambda row: (
            f"cells = ['{row[1]}', '{value}']\ndate = {day}\ncommit = '{commit}'\n"
            f"name = '{name}'\nconditions = '{said}'"
        ),
        source,
    )
    assert number == 1, f"no row is named {name}"
    return made


def main(words: list[str]) -> int:
    """Make the named figures anew, or all that have a name with `all`; then the page."""
    names = list(MADE) if words == ["all"] else words
    unknown = [name for name in names if name not in MADE]
    if unknown:
        print(
            f"error: no figure is named {unknown[0]}\nhint: the names are: all, {', '.join(MADE)}",
            file=sys.stderr,
        )
        return 2
    git = ["git", "-C", str(PROJECT), "rev-parse", "--short=7", "HEAD"]
    for name in names:
        commit = subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()
        said = conditions()
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            value = MADE[name](Path(folder))
        made = replaced(
            SOURCE.read_text(), name, value, day=datetime.now(UTC).date(), commit=commit, said=said
        )
        SOURCE.write_text(made)
        print(f"{name}: {value}")
    PAGE.write_text(page(SOURCE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
