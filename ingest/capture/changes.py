"""A change before it is recorded, and the row of `seen` that goes with it: pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ingest.capture.absences import InTheWay
from ingest.capture.baseline import Baseline
from ingest.capture.look import Observation
from ingest.disk import read
from ingest.disk.walk import SeenRow
from ingest.identity import Decision
from ingest.model import Cause, DocumentKey
from ingest.store.file_states import key_of
from ingest.store.new_rows import Sighting


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change to record, before it has an id and its version.

    `content` is the observation whose bytes the version is made of; None where no version is made.
    """

    type: Literal["created", "changed", "moved", "deleted", "restored", "rejected"]
    cause: Cause
    path: bytes
    observed_at: int
    document: DocumentKey | None = None
    previous: int | None = None
    from_path: bytes | None = None
    reason: str | None = None
    content: Observation | None = None


def in_order(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions in the order of the log.

    A document leaves its path before a file takes the place of a folder above it, or one below it. Where two
    are in each other's way, the first goes first.
    """
    leaving = [decision for decision in decisions if decision.from_path is not None]
    before: dict[bytes, set[bytes]] = {}  # for a path, the new paths of those that leave first
    if leaving:
        way = InTheWay([decision.path for decision in decisions if decision.type != "deleted"])
        for decision in leaving:
            for path in way.of(decision.from_path or b""):
                if path != decision.path:
                    before.setdefault(path, set()).add(decision.path)
    if not before:
        return list(decisions)
    ordered: list[Decision] = []
    remaining, waiting = list(decisions), {decision.path for decision in leaving}
    while remaining:
        free = [each for each in remaining if waiting.isdisjoint(before.get(each.path, ()))] or remaining[:1]
        ordered += free
        waiting -= {decision.path for decision in free}
        done = set(map(id, free))
        remaining = [decision for decision in remaining if id(decision) not in done]
    return ordered


def change(decision: Decision, looked: Observation | None, *, cause: Cause, otherwise_at: int) -> Change:
    """Return the change that a decision makes.

    `looked` is what was observed at its path, if that was due; else it was observed at `otherwise_at`.
    """
    return Change(
        type=decision.type,
        cause=cause,
        path=decision.path,
        observed_at=otherwise_at if looked is None else looked.read_at,
        document=decision.document,
        previous=decision.previous,
        from_path=decision.from_path,
        reason=decision.reason,
        content=None if decision.same else looked,
    )


def rejection(
    observation: Observation, rejected: read.Rejected, baseline: Baseline
) -> tuple[Change | None, Sighting | None]:
    """Return the change that tells that a file was rejected, and its row.

    A reason is told once; the row follows the file.
    """
    path, read_at = observation.due.path, observation.read_at
    row, here = baseline.rows.get(path), baseline.live.get(path)
    before = row if row is not None and row.reason == rejected.reason else None
    if before is not None and before.signature == rejected.signature:
        return None, None
    key, long_path = key_of(path)
    document = here.document if here else None
    seen = Sighting(
        path=key,
        long_path=long_path,
        read_at=read_at,
        signature=rejected.signature,
        document=document,
        reason=rejected.reason,
        detail=rejected.detail,
        since=read_at if before is None else before.since,
    )
    if before is not None:
        return None, seen
    told = Change(
        type="rejected",
        cause=observation.due.cause,
        path=path,
        observed_at=read_at,
        document=document,
        previous=here.version if here else None,
        reason=rejected.reason,
    )
    return told, seen


def sighting(file: Observation, *, document: DocumentKey | None = None, entry: int | None = None) -> Sighting:
    """Return the row of a file that was read: of `document`, or of what change number `entry` makes."""
    assert isinstance(file.reading, read.Bytes)
    return Sighting(
        path=file.due.path,
        read_at=file.read_at,
        signature=file.reading.signature,
        document=document,
        entry=entry,
    )


def is_known(file: Observation, row: SeenRow | None) -> bool:
    """Tell whether the row says all of a file with the same bytes: else the next scan reads it again."""
    assert isinstance(file.reading, read.Bytes)
    return (
        row is not None
        and row.signature == file.reading.signature
        and row.reason is None
        and file.due.cause == "watch"
    )
