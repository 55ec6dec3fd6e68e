"""`./dev bench`: makes a corpus, runs the rows against the peers that are installed, prints one table.

A bar that is missed is said in the table; the exit code is 0 all the same. 2 is a call that makes no sense.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import machine, table
from benchmarks.rows import folder, live, queries, rounds, scale, service
from benchmarks.stage import Options, Stage, say
from benchmarks.table import Line
from benchmarks.timing import CommandFailed
from ingest.errors import IngestError

RESULTS = Path(__file__).parent / "RESULTS.md"
ROWS: dict[str, Callable[[Stage], Iterator[Line]]] = {
    "first": folder.first,
    "stored": folder.stored,
    "unchanged": folder.unchanged,
    "edited": folder.edited,
    "proof": folder.proof,
    "live": live.live,
    "burst": live.burst,
    "queries": queries.queries,
    "service": service.service,
    "postgres": scale.postgres,
    "rounds": rounds.rounds,
    "at": queries.at,
    "million": scale.million,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code."""
    asked = _parser().parse_args(words)
    unknown = [name for name in asked.only if name not in ROWS]
    if unknown or asked.documents < 100 or asked.runs < 1:
        say(f"no such row: {', '.join(unknown)}" if unknown else "at least 100 documents and one run")
        return 2
    base = (asked.dir or machine.REPOSITORY / ".benchmarks").resolve()
    base.mkdir(parents=True, exist_ok=True)
    below = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    stage = Stage(Options(documents=asked.documents, seed=asked.seed, runs=asked.runs, folder=below))
    facts = [*machine.described(below), ("documents", f"{asked.documents:,}, seed {asked.seed}")]
    chosen = [name for name in ROWS if not asked.only or name in asked.only]
    began = time.monotonic()
    lines: list[Line] = []
    try:
        for name in chosen:
            lines.extend(_run(name, stage))
    finally:
        if asked.keep:
            say(f"kept: {below}")
        else:
            shutil.rmtree(below, ignore_errors=True)
    facts.append(("the whole run", f"{(time.monotonic() - began) / 60:.0f} minutes"))
    print("\n".join(f"{name:<18} {value}" for name, value in facts), end="\n\n")
    print(table.plain(lines))
    if asked.write or len(chosen) == len(ROWS):
        RESULTS.write_text(_page(facts, lines))
        say(f"written: {RESULTS}")
    return 0


def _run(name: str, stage: Stage) -> list[Line]:
    """A row's lines; one that cannot be measured becomes a line that says so, and the others are run."""
    say(f"row {name}")
    began = time.monotonic()
    lines: list[Line] = []
    try:
        for line in ROWS[name](stage):
            lines.append(line)
            say(" | ".join(filter(None, table.cells(line)[1:6])))
    except (CommandFailed, AssertionError, IngestError, OSError, sqlite3.Error) as error:
        told = f"{type(error).__name__}: {error}"
        say(f"row {name} failed: {told}")
        lines.append(Line(name, "the row could not be finished", " ".join(told.split())[:300], met=False))
        stage.touched()
    say(f"row {name}: {time.monotonic() - began:.0f} s in all")
    return lines


def _page(facts: Sequence[tuple[str, str]], lines: Sequence[Line]) -> str:
    missed = [line for line in lines if line.met is False]
    judged = [line for line in lines if line.met is not None]
    about = "\n".join(f"| {name} | {value} |" for name, value in facts)
    return (
        "# Results\n\n"
        "Written by `./dev bench`; `README.md` says how to read it. The bars are about the ratios;\n"
        "the figures beside them describe the machine.\n\n"
        f"| on | |\n| --- | --- |\n{about}\n\n"
        f"{len(judged) - len(missed)} of {len(judged)} bars met, the oracle counted as one each time.\n\n"
        f"{table.markdown(lines)}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev bench", description="Measure ingest beside git, restic, borg."
    )
    parser.add_argument("--documents", type=int, default=100_000, metavar="N", help="of the shared folder")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the corpus and the edits")
    parser.add_argument(
        "--only", type=lambda words: words.split(","), default=[], metavar="ROW,ROW",
        help=f"of: {', '.join(ROWS)}",
    )  # fmt: skip
    parser.add_argument("--runs", type=int, default=3, metavar="K", help="how often each timing is repeated")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="where to work (default: .benchmarks/)")
    parser.add_argument("--keep", action="store_true", help="leave the folders and the stores there")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md though not all rows were run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
