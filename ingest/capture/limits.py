"""What is handed to a capture: time, randomness, and how long and how much."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ingest.identity import Standing
from ingest.ids import Entropy
from ingest.model import Cause, GoneReason

BATCH = 1000  # paths recorded in one transaction


class Clock(msgspec.Struct, frozen=True):
    """Time and randomness, handed in. `wall` is microseconds since 1970: a label, never arithmetic."""

    monotonic: Callable[[], float]
    wall: Callable[[], int]
    sleep: Callable[[float], None]
    entropy: Entropy


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds, and how much to read, in bytes."""

    quiet: float
    hold: float
    move: float
    max_bytes: int


class Gone(msgspec.Struct, frozen=True):
    """A live document whose path is gone, waiting for its other half until `deadline`."""

    standing: Standing
    reason: GoneReason
    deadline: float
    cause: Cause
