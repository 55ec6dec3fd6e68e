"""Rows about questions: in one warm process, through the functions that the verbs call."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC

from benchmarks import saves
from benchmarks.corpus import relative
from benchmarks.product import Ingest
from benchmarks.stage import Stage, say
from benchmarks.table import Line, limited, noted
from benchmarks.timing import CommandFailed, median, percentile
from ingest import records
from ingest.diff import sequences
from ingest.history import naming, version_contents
from ingest.model import Seq
from ingest.moments import Calendar
from ingest.store import listing, reader
from ingest.store.engine import Store, open_store

VERSIONS = 2_000
CALLS = 300
WARM_UP = 20
PATIENCE = 30.0  # seconds until an edit must have become a version
AT_VERSIONS = 20
AT_CALLS = 5
CALENDAR = Calendar(0, UTC)  # no moment is asked for


def queries(stage: Stage) -> Iterator[Line]:
    """`show`, `log -n 20` and `diff` of a document that has many versions."""
    stage.ready("ingest")
    versions = min(VERSIONS, max(200, stage.options.documents // 50))
    edit_often(stage, versions)
    store = open_store(stage.ingest.url)
    try:
        name = relative(stage.options.seed, 0)
        draw = stage.draw("queries")
        pairs = [draw.randint(2, versions) for _ in range(CALLS)]
        told = f"document of {versions:,} versions, store of {stage.options.documents:,}; {CALLS} calls"
        works: list[tuple[str, float | None, Callable[[int], object]]] = [
            ("show, any version", 0.001, lambda no: _show(store, name, str(no))),
            ("show, latest", 0.001, lambda _no: _show(store, name, None)),
            ("log -n 20", 0.002, lambda _no: _log(store, name)),
            ("diff, to the next version", 0.005, lambda no: _diff(store, name, no - 1, no)),
            ("diff, first to latest", 0.005, lambda _no: _diff(store, name, 1, versions)),
        ]
        for work, most, call in works:
            took = _timed(call, pairs)
            conditions = f"{told}, one process, warm; p99 {percentile(took, 99) * 1000:.2f} ms"
            yield limited(
                "queries", f"{work}, p50", median(took), most=most, show="ms", conditions=conditions
            )
    finally:
        store.dispose()
    yield from stage.judged("queries", stage.ingest)


def edit_often(stage: Stage, versions: int) -> None:
    """Edits of document 0 under a daemon, each one awaited, until it has so many versions."""
    path = stage.corpus.path(0)
    stage.touched()
    began = time.monotonic()
    with stage.ingest.watched(), closing(_read_only(stage.ingest)) as connection:
        have = stage.ingest.command.record("show", relative(stage.options.seed, 0))["version"]
        for _ in range(have, versions):
            seq = _head(connection)
            body = stage.corpus.after(stage.next_round(), 0)
            saves.over(path, body)
            deadline = time.monotonic() + PATIENCE
            while _head(connection) == seq:
                if time.monotonic() > deadline:
                    raise CommandFailed(f"an edit was no version after {PATIENCE:g} s")
                time.sleep(0.0005)
    stage.recorded("ingest")
    say(f"{versions:,} versions of one document in {time.monotonic() - began:.1f} s")


def _read_only(store: Ingest) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{store.file}?mode=ro", uri=True, isolation_level=None)


def _head(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT max(seq) FROM change").fetchone()[0])


def _timed(call: Callable[[int], object], numbers: list[int]) -> list[float]:
    for no in numbers[:WARM_UP]:
        call(no)
    took = []
    for no in numbers:
        began = time.perf_counter()
        call(no)
        took.append(time.perf_counter() - began)
    return took


def _show(store: Store, name: str, rev: str | None) -> str | None:
    with store.read() as connection:
        target, picked = naming.locate(connection, name, CALENDAR, rev=rev)
        return version_contents.text(connection, target, naming.pick(connection, target, picked, CALENDAR))


def _log(store: Store, name: str) -> list[records.Change]:
    with store.read() as connection:
        target = naming.resolve(connection, name)
        rows = reader.changes(connection, document=target.id, limit=20, newest_first=True)
        return [records.change(row) for row in rows]


def _diff(store: Store, name: str, old: int, new: int) -> list[sequences.Hunk]:
    with store.read() as connection:
        target, _ = naming.locate(connection, name, CALENDAR, rev=str(new))
        a = version_contents.text(connection, target, naming.pick(connection, target, str(old), CALENDAR))
        b = version_contents.text(connection, target, naming.pick(connection, target, str(new), CALENDAR))
    assert a is not None
    assert b is not None
    return sequences.hunks(a, b)


def at(stage: Stage) -> Iterator[Line]:
    """`ls --at` over a folder in which every document has twenty versions."""
    corpus = stage.another("at", stage.options.documents)
    below = stage.options.folder / "at-store"
    ours = Ingest(below, corpus.folder)
    ours.record()
    for round_ in range(1, AT_VERSIONS):
        corpus.edit(round_, percent=100)
        took = ours.record()
        say(f"version {round_ + 1} of all {corpus.documents:,} documents: {took:.1f} s")
    seq = corpus.documents * AT_VERSIONS // 2
    store = open_store(ours.url)
    try:
        listed = len(_list(store, Seq(seq)))
        found = [_timed(lambda until: _list(store, Seq(until)), [seq])[0] for _ in range(AT_CALLS)]
    finally:
        store.dispose()
    told = f"{listed:,} documents x {AT_VERSIONS} versions, as of the middle of the log; median of {AT_CALLS}"
    assert listed == corpus.documents, f"{listed} documents listed, {corpus.documents} were there"
    work = "ls --at, all records in one warm process"
    yield limited("at", work, median(found), most=0.25, show="ms", conditions=told)
    whole = [ours.run("ls", "--at", f"seq:{seq}") for _ in range(AT_CALLS)]
    yield noted("at", "ls --at, the whole command", median(whole), conditions="with its start and its lines")
    yield noted("at", "the record", ours.stored(), show="MiB", conditions=f"{AT_VERSIONS} versions of each")
    yield from stage.judged("at", ours)
    shutil.rmtree(below)
    shutil.rmtree(corpus.folder)


def _list(store: Store, until: Seq) -> list[records.Document]:
    with store.read() as connection:
        return [records.document(row) for row in listing.documents(connection, until=until)]
