"""Rows on one folder: the first scan, a scan with nothing changed, 1 % edited, proof, bytes stored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from benchmarks.peers import Git, Peer
from benchmarks.product import Ingest
from benchmarks.stage import Stage, Subject, in_turn, say
from benchmarks.table import Line, against, limited, noted
from benchmarks.timing import Memory, median

Seconds = dict[str, list[float]]
Bar = tuple[str, str, float | None]  # the peer, what it did, the ratio not to be exceeded
MIB = float(2**20)


def first(stage: Stage) -> Iterator[Line]:
    """Everyone records the whole folder into an empty store; ingest once more, its memory watched."""
    _warm_up(stage)
    taken: Seconds = {}
    for run in range(stage.options.runs):
        # From the second run on the page cache is as warm for the first as for the last.
        stage.corpus.read()
        for subject in in_turn(stage.fresh(), run):
            _note(taken, subject, subject.record())
            stage.recorded(subject.name)
    stage.known["first"] = median(taken["ingest"])
    told = _conditions(taken, "empty store; order rotates from run to run")
    work = f"first scan of {stage.options.documents:,}"
    bars = (("git", "git", 0.6), ("restic", "restic", 0.8), ("borg", "borg", None))
    yield from _compared("first", work, taken, bars, told)
    rate = stage.options.documents / stage.known["first"]
    yield noted("first", "documents a second", rate, show="/s", conditions="of the median")
    memory = Memory()
    spare = Ingest(stage.options.folder / "memory", stage.corpus.folder)
    spare.record(memory)
    shutil.rmtree(spare.folder)
    yield limited(
        "first",
        "peak memory, all processes",
        memory.peak,
        most=300 * MIB,
        show="MiB",
        conditions=f"PSS, sampled every 50 ms in a run of its own; up to {memory.processes} processes",
    )
    yield from stage.judged("first", stage.ingest)


def stored(stage: Stage) -> Iterator[Line]:
    """What the stores take after the first scan. git collects first, and keeps what it collected."""
    stage.ready("ingest", "git", "restic", "borg")
    record = stage.ingest.stored()
    raw = stage.corpus.read()
    told = "file sizes; the SQLite file after a checkpoint"
    git = stage.peer("git")
    collected = git.run(git.collect()) if git is not None else 0.0
    whole = git.stored() if git is not None else None
    work = "the record after the first scan"
    yield against("stored", work, record, whole, "git after gc", most=0.85, show="MiB", conditions=told)
    for name in ("restic", "borg"):
        peer = stage.peer(name)
        yield against(
            "stored", work, record, peer.stored() if peer else None, name, show="MiB", conditions=told
        )
    yield against(
        "stored", work, record, raw, "the documents", show="MiB", conditions="their bytes as they are"
    )
    if isinstance(git, Git):
        told = "git's folder without its index of the work tree; ingest's figure has all of its own"
        whose = "git's objects alone"
        yield against("stored", work, record, git.objects(), whose, show="MiB", conditions=told)
        yield noted("stored", "git gc", collected, conditions="wall; ingest has no such step")
    index = stage.ingest.index()
    if index is None:
        bar = "at most 1.5 x the raw text"
        yield Line("stored", "the derived index", "there is none", "", bar, None, "reported apart")
    else:
        yield against("stored", "the derived index", index, raw, "the raw text", most=1.5, show="MiB")


def unchanged(stage: Stage) -> Iterator[Line]:
    """Everyone looks at a folder in which nothing changed since they recorded it."""
    subjects = stage.subjects()
    stage.ready(*(one.name for one in subjects))
    for subject in subjects:
        subject.ask()
    taken: Seconds = {}
    for run in range(max(3, stage.options.runs)):
        for subject in in_turn(subjects, run):
            _note(taken, subject, subject.ask())
    stage.known["unchanged"] = median(taken["ingest"])
    told = _conditions(taken, "after one look that does not count; whole command; order rotates")
    bars = (("git", "git status", 2.5), ("restic", "restic", 0.2), ("borg", "borg", None))
    yield from _compared("unchanged", "scan, nothing changed", taken, bars, told)


def edited(stage: Stage) -> Iterator[Line]:
    """Everyone records the same edits: other documents in each run."""
    subjects = stage.subjects()
    stage.ready(*(one.name for one in subjects))
    taken: Seconds = {}
    count = 0
    for run in range(max(3, stage.options.runs)):
        count = stage.edit(1)
        for subject in in_turn(subjects, run):
            _note(taken, subject, subject.record())
            stage.recorded(subject.name)
    told = _conditions(taken, f"{count:,} documents edited before each run; order rotates")
    bars = (("git", "git add -A && git commit", 1.2), ("restic", "restic", None), ("borg", "borg", None))
    yield from _compared("edited", "scan after 1 % edited", taken, bars, told)
    yield from stage.judged("edited", stage.ingest)


def proof(stage: Stage) -> Iterator[Line]:
    """Everyone reads everything they have stored, and proves it."""
    subjects = stage.subjects()
    stage.ready(*(one.name for one in subjects))
    taken: Seconds = {}
    for run in range(stage.options.runs):
        for subject in in_turn(subjects, run):
            if isinstance(subject, Peer):
                _note(taken, subject, subject.run(subject.verify()))
        for verb in ("check", "verify"):
            taken.setdefault(verb, []).append(stage.ingest.run(verb, "--deep"))
    told = _conditions(taken, "warm cache; same versions in every store")
    bars = (
        ("restic", "restic check --read-data", 1.0),
        ("git", "git fsck", None),
        ("borg", "borg check", None),
    )
    for verb in ("check", "verify"):
        yield from _compared("proof", f"{verb} --deep", taken, bars, told, ours=verb)


def _warm_up(stage: Stage) -> None:
    """Everyone records a few documents, so that the programs themselves are in the kernel's memory."""
    corpus = stage.another("few", 100)
    below = stage.options.folder / "few-stores"
    Ingest(below / "ingest", corpus.folder).record()
    for kind in stage.peers:
        kind(below / kind.name, corpus.folder).record()
    shutil.rmtree(below)
    shutil.rmtree(corpus.folder)


def _note(taken: Seconds, subject: Subject, seconds: float) -> None:
    taken.setdefault(subject.name, []).append(seconds)
    say(f"{subject.name}: {seconds:.2f} s")


def _compared(
    row: str, work: str, taken: Seconds, bars: Sequence[Bar], conditions: str, *, ours: str = "ingest"
) -> Iterator[Line]:
    """A line for each peer. The ratio is the median of the runs' own: each pair saw the same machine."""
    for name, whose, most in bars:
        theirs = median(taken[name]) if name in taken else None
        pairs = [a / b for a, b in zip(taken[ours], taken.get(name, ()), strict=False)]
        ratio = median(pairs) if pairs else None
        mine = median(taken[ours])
        yield against(row, work, mine, theirs, whose, most=most, ratio=ratio, conditions=conditions)


def _conditions(taken: Seconds, words: str) -> str:
    spread = ", ".join(f"{name} {min(found):.2f}-{max(found):.2f}" for name, found in taken.items())
    runs = max(map(len, taken.values()))
    return f"median of {runs}, ratio the median of the runs' own; {words}; least and most, s: {spread}"
