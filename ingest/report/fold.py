"""What goes to and fro between two texts, as one entry. In the report alone: the store keeps each change."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingest.report.model import CATEGORIES, Entry


class Step(msgspec.Struct, frozen=True):
    """An entry, and the hashes of the texts that it lies between, where it made a version that has one."""

    entry: Entry
    before: bytes | None = None
    after: bytes | None = None


def fold(steps: Sequence[Step]) -> list[Entry]:
    """Return the entries of one document in order, each run that alternates between two texts as one.

    A run has two edits or more: A, B, A. What happened in between without a new version stays an
    entry of its own, and so does an edit to a third text, or one that kept the text.
    """
    runs: list[list[Step]] = []
    newest: list[Step] = []  # the last run of edits, which alone may go on
    for step in steps:
        if newest and step.before is not None and _goes_on(newest, step):
            newest.append(step)
            continue
        runs.append([step])
        if step.entry.category is not None:
            newest = runs[-1]
    return [_one(run) for run in runs]


def _goes_on(run: Sequence[Step], step: Step) -> bool:
    """Tell whether a step leads from the run's last text back to the one before it."""
    last = run[-1]
    return step.before == last.after and step.after == last.before and step.before != step.after


def _one(run: Sequence[Step]) -> Entry:
    first, last = run[0].entry, run[-1].entry
    if len(run) == 1:
        return first
    entries = [step.entry for step in run]
    weights = [CATEGORIES.index(entry.category) for entry in entries if entry.category is not None]
    return msgspec.structs.replace(
        first,
        until=last.until,
        seqs=tuple(seq for entry in entries for seq in entry.seqs),
        path=last.path,
        version=last.version,
        # The gravest of them: a fact that was wrong for an hour was wrong.
        category=CATEGORIES[min(weights)],
        versions=(
            *((first.previous_version,) if first.previous_version is not None else ()),
            *(entry.version for entry in entries if entry.version is not None),
        ),
    )
