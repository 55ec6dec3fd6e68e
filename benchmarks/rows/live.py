"""Rows under a running daemon: one edit at a time, and a burst of them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from benchmarks import reader, saves
from benchmarks.product import Ingest
from benchmarks.stage import Stage, say
from benchmarks.table import Line, limited, noted
from benchmarks.timing import CommandFailed, median, percentile

EDITS = 200
PAUSE = 0.2  # seconds from one edit to the next, on average
LATEST = 30.0  # an edit that cannot be read after so many seconds is lost
GIT_EDITS = 10
BURST = 20_000


def live(stage: Stage) -> Iterator[Line]:
    """One edit of a known document at a time, read by another process; for each way to save."""
    stage.ready("ingest")
    edits = min(EDITS, max(40, stage.options.documents // 50))
    with stage.ingest.watched():
        for way, save in saves.WAYS.items():
            yield from _one_by_one(stage, edits, way, save)
    stage.recorded("ingest")
    yield from stage.judged("live", stage.ingest)
    yield from _git_loop(stage)


def _one_by_one(stage: Stage, edits: int, way: str, save: saves.Save) -> Iterator[Line]:
    draw = stage.draw(f"live {way}")
    saved: dict[str, int] = {}
    stage.touched()
    os.sync()
    with _reading(stage.ingest) as seen:
        for _ in range(edits):
            number = draw.randrange(stage.options.documents)
            body = stage.corpus.after(stage.next_round(), number)
            time.sleep(draw.uniform(0.75, 1.25) * PAUSE)
            saved[sha256(body).hexdigest()] = save(stage.corpus.path(number), body)
        deadline = time.monotonic() + LATEST
        while time.monotonic() < deadline and not saved.keys() <= seen.keys():
            time.sleep(0.05)
    took = [(seen[name] - when) / 1e9 for name, when in saved.items() if name in seen]
    if not took:
        raise CommandFailed("no edit could be read by the other process")
    conditions = (
        f"{len(took)} edits, {1 / PAUSE:g} a second on average, from just before close() or rename() until a"
        f" process of its own had the row; it polls every {reader.POLL_SECONDS * 1000:g} ms;"
        f" {stage.options.documents:,} documents watched; synchronous=FULL"
    )
    for percent, most in ((50, 0.005), (99, 0.025)):
        value = percentile(took, percent)
        work = f"{way}, to readable, p{percent}"
        yield limited("live", work, value, most=most, show="ms", conditions=conditions)
    lost = len(saved) - len(took)
    if lost:
        yield Line("live", f"{way}, never readable", str(lost), "", "none", False, f"within {LATEST:g} s")


def _git_loop(stage: Stage) -> Iterator[Line]:
    """The same with git: what a loop of `add` and `commit` needs when it hears of the edit at once."""
    git = stage.peer("git")
    if git is None:
        yield Line("live", "git add -A && git commit after an edit", "git: not installed")
        return
    stage.ready("git")
    draw = stage.draw("git loop")
    took = []
    for _ in range(GIT_EDITS):
        number = draw.randrange(stage.options.documents)
        saves.emptied(stage.corpus.path(number), stage.corpus.after(stage.next_round(), number))
        took.append(git.run(git.take_in(), settled=False))
    stage.touched()
    stage.recorded("git")
    conditions = f"median of {GIT_EDITS}; without the time until a loop notices"
    yield noted(
        "live", "git add -A && git commit after an edit", median(took), show="ms", conditions=conditions
    )


def burst(stage: Stage) -> Iterator[Line]:
    """As many edits as one writer can, to different documents while there are enough."""
    stage.ready("ingest")
    wanted = min(BURST, max(1000, stage.options.documents // 5))
    draw = stage.draw("burst")
    documents = min(wanted, stage.options.documents)
    # Each pass edits what the pass before wrote; within one a document comes once.
    edits: list[tuple[Path, bytes]] = []
    latest: dict[int, bytes] = {}
    while len(edits) < wanted:
        round_ = stage.next_round()
        numbers = draw.sample(range(stage.options.documents), min(documents, wanted - len(edits)))
        edits += [(stage.corpus.path(n), _next(stage, round_, n, latest)) for n in numbers]
    stage.touched()
    with stage.ingest.watched():
        os.sync()
        began = time.monotonic()
        for path, body in edits:
            saves.over(path, body)
        written = time.monotonic()
        answer = stage.ingest.command.run("sync", "--timeout", "600")
        drained = time.monotonic()
    stage.recorded("ingest")
    if answer.code != 0:
        raise CommandFailed(f"after the burst: {answer}")
    rate = wanted / (drained - began)
    conditions = (
        f"{wanted:,} edits of {documents:,} documents, written over in place in {written - began:.2f} s by"
        " one process that had the bytes ready; edits counted as written"
    )
    yield limited(
        "burst", "last write until sync answers 0", drained - written, most=5.0, conditions=conditions
    )
    yield limited(
        "burst", "edits a second, to that answer", rate, least=3000, show="/s", conditions=conditions
    )
    yield from stage.judged("burst", stage.ingest)


def _next(stage: Stage, round_: int, number: int, latest: dict[int, bytes]) -> bytes:
    before = latest.get(number)
    latest[number] = stage.corpus.after(round_, number, before=before)
    return latest[number]


@contextmanager
def _reading(store: Ingest) -> Iterator[dict[str, int]]:
    """When each version could first be read by another process, by its hash; grows while it reads."""
    seen: dict[str, int] = {}
    seq = store.command.record("status")["seq"]
    process = subprocess.Popen(
        [sys.executable, reader.__file__, str(store.file), str(seq)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = process.stdout
    assert lines.readline() == "ready\n", "the reader did not start"

    def collect() -> None:
        for line in lines:
            name, when = line.split()
            seen.setdefault(name, int(when))

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        process.stdin.close()
        if process.wait(30) != 0:
            say(f"the reader ended with {process.returncode}")
        thread.join(30)
        lines.close()
