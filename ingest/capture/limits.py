"""What is handed to a capture: how long and how much."""

from __future__ import annotations

import msgspec

from ingest.identity import Standing
from ingest.model import Cause, GoneReason

BATCH = 1000  # paths recorded in one transaction


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
