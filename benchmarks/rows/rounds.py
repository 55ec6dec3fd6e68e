"""Fifty rounds of editing a tenth of a folder, everyone recording each: what is on the disk at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks.peers import Git
from benchmarks.product import Ingest
from benchmarks.stage import Stage, Subject, in_turn, say
from benchmarks.table import Line, against, noted

ROUNDS = 50
PERCENT = 10.0
SHARE = 10  # of the documents that the other rows have


def rounds(stage: Stage) -> Iterator[Line]:
    """A folder of its own, a tenth as large as the others'."""
    corpus = stage.another("rounds", max(100, stage.options.documents // SHARE))
    below = stage.options.folder / "rounds-stores"
    ours = Ingest(below / "ingest", corpus.folder)
    peers = {kind.name: kind(below / kind.name, corpus.folder) for kind in stage.peers}
    subjects: list[Subject] = [ours, *peers.values()]
    seconds = dict.fromkeys((one.name for one in subjects), 0.0)
    for round_ in range(ROUNDS + 1):
        if round_:
            corpus.edit(round_, percent=PERCENT)
        for subject in in_turn(subjects, round_):
            seconds[subject.name] += subject.record()
        if round_ % 10 == 0:
            say(f"round {round_} of {ROUNDS}: {', '.join(f'{n} {s:.1f} s' for n, s in seconds.items())}")
    record = ours.stored()
    git = peers.get("git")
    collected = git.run(git.collect()) if git is not None else 0.0
    told = f"{corpus.documents:,} documents; nothing was asked to collect but git"
    work = f"the record after {ROUNDS} rounds of {PERCENT:g} %"
    whole = git.stored() if git is not None else None
    yield against("rounds", work, record, whole, "git after gc", most=1.1, show="MiB", conditions=told)
    for name, most in (("restic", 0.25), ("borg", None)):
        peer = peers.get(name)
        theirs = peer.stored() if peer is not None else None
        yield against("rounds", work, record, theirs, name, most=most, show="MiB", conditions=told)
    if isinstance(git, Git):
        yield against("rounds", work, record, git.objects(), "git's objects alone", show="MiB")
        yield noted("rounds", "git gc", collected, conditions="wall; a pause that ingest has not")
    for name in peers:
        conditions = (
            f"{ROUNDS + 1} commands each, the first one's included; order rotates from round to round"
        )
        work = "all recording together"
        yield against("rounds", work, seconds["ingest"], seconds[name], name, conditions=conditions)
    yield from stage.judged("rounds", ours)
    shutil.rmtree(below)
    shutil.rmtree(corpus.folder)
