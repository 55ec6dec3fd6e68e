"""Rows on more documents, and on the other database."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine
from benchmarks.product import Ingest
from benchmarks.stage import Stage, in_turn, say
from benchmarks.table import Line, against, limited, noted
from benchmarks.timing import CommandFailed, Memory, median
from tests.postgres import Missing, OwnServer, Run

TIMES = 10
STATUS_SECONDS = 0.5  # from one question to the next
SLOWLY = 0.25  # seconds between two samples of memory: they are beside the clock
MIB = float(2**20)


def million(stage: Stage) -> Iterator[Line]:
    """Ten times the documents: what one costs, the memory, and whether the daemon answers meanwhile."""
    for name, cost in _costs_at_one(stage).items():
        stage.known.setdefault(name, cost)
    corpus = stage.another("million", stage.options.documents * TIMES)
    ours = Ingest(stage.options.folder / "million-store", corpus.folder)
    memory = Memory(every=SLOWLY)
    seconds = {"first": ours.record(memory)}
    ours.record()
    seconds["unchanged"] = median([ours.record() for _ in range(3)])
    works = {"first": "first scan", "unchanged": "scan, nothing changed"}
    for name, work in works.items():
        one, many = stage.known[name] / stage.options.documents, seconds[name] / corpus.documents
        conditions = f"{corpus.documents:,} documents in {seconds[name]:.2f} s; per document"
        whose = f"at {stage.options.documents:,}"
        yield against("million", work, many, one, whose, most=1.3, show="us", conditions=conditions)
    conditions = f"PSS, sampled every 250 ms during that scan; up to {memory.processes} processes"
    work = "peak memory of the first scan, all processes"
    yield limited("million", work, memory.peak, most=500 * MIB, show="MiB", conditions=conditions)
    yield noted("million", "the record", ours.stored(), show="MiB")
    yield from stage.judged("million", ours)
    shutil.rmtree(ours.folder)
    yield from _answers(stage, corpus.folder)
    shutil.rmtree(corpus.folder)


def _costs_at_one(stage: Stage) -> dict[str, float]:
    """The seconds at the usual number of documents, measured here where the rows before were not run."""
    if {"first", "unchanged"} <= stage.known.keys():
        return {}
    stage.corpus.read()
    first = median([stage.fresh_ingest().record() for _ in range(stage.options.runs)])
    stage.ingest.ask()
    unchanged = median([stage.ingest.ask() for _ in range(3)])
    stage.recorded("ingest")
    return {"first": first, "unchanged": unchanged}


def _answers(stage: Stage, folder: Path) -> Iterator[Line]:
    """A daemon that takes the folder in from nothing is asked for its status until `sync` is answered."""
    store = Ingest(stage.options.folder / "million-daemon", folder)
    took: list[float] = []
    refused: list[str] = []
    memory = Memory(every=SLOWLY)
    began = time.monotonic()
    with store.started() as daemon:
        memory.watch(daemon.pid)
        while True:
            time.sleep(STATUS_SECONDS)
            asked = time.monotonic()
            answer = store.command.run("status", json=True)
            seconds = time.monotonic() - asked
            if daemon.poll() is not None:
                raise CommandFailed("ingest watch ended")
            if answer.code == 0 and answer.records[0]["health"] != "stopped":
                took.append(seconds)
            elif took:
                # It answered before: not that it has no door yet.
                refused.append(str(answer))
            if took and store.command.run("sync", "--timeout", "0.1").code == 0:
                break
        memory.done()
    whole = time.monotonic() - began
    slowest = max(took)
    conditions = (
        f"whole command, every {STATUS_SECONDS:g} s for {whole:.0f} s while the daemon took the folder in"
    )
    measured = f"{len(took)} answers, {len(refused)} refusals; the slowest {slowest:.2f} s"
    yield Line("million", "status meanwhile", measured, "", "answers", not refused, conditions)
    work = "peak memory of that daemon, all processes"
    yield limited("million", work, memory.peak, most=500 * MIB, show="MiB", conditions="PSS, every 250 ms")
    yield from stage.judged("million", store)
    shutil.rmtree(store.folder)


def postgres(stage: Stage) -> Iterator[Line]:
    """The first scan into a Postgres of its own, and into SQLite, of the same folder in turn."""
    run = Run()
    try:
        server = OwnServer(run.folder)
        server.start()
    except Missing as missing:
        run.close()
        yield Line("postgres", "first scan", f"no Postgres: {missing}", "", "at most 2.5 x SQLite", None)
        return
    try:
        yield from _on(stage, server, machine.file_system(run.folder))
    finally:
        server.close()
        run.close()


def _on(stage: Stage, server: OwnServer, system: str) -> Iterator[Line]:
    below = stage.options.folder / "postgres"
    taken: dict[str, list[float]] = {"sqlite": [], "postgres": []}
    stage.corpus.read()
    for at in range(stage.options.runs):
        url = server.create_database()
        lite = Ingest(below / "sqlite", stage.corpus.folder)
        full = Ingest(below / "postgres", stage.corpus.folder, database=url)
        lite.name, full.name = "sqlite", "postgres"
        for store in in_turn([lite, full], at):
            took = store.record()
            taken[store.name].append(took)
            say(f"{store.name}: {took:.2f} s")
        if at < stage.options.runs - 1:
            server.drop_database(url)
    ours, theirs = median(taken["postgres"]), median(taken["sqlite"])
    spread = ", ".join(f"{name} {min(found):.2f}-{max(found):.2f}" for name, found in taken.items())
    conditions = (
        f"median of {stage.options.runs}, in turn; Postgres on the same machine through a socket, its"
        f" settings as they come, fsync on, its data on {system}; least and most, s: {spread}"
    )
    work = f"first scan of {stage.options.documents:,}"
    ratio = median([a / b for a, b in zip(taken["postgres"], taken["sqlite"], strict=True)])
    yield against("postgres", work, ours, theirs, "SQLite", most=2.5, ratio=ratio, conditions=conditions)
    size = full.command.record("status")["bytes_stored"]
    yield noted("postgres", "the database", size, show="MiB", conditions="as Postgres counts it")
    yield from stage.judged("postgres", full)
    shutil.rmtree(below)
