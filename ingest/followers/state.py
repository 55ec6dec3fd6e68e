"""What follows the log, as `status` shows it."""

from __future__ import annotations

import msgspec


class SinkState(msgspec.Struct):
    """How far a sink is, and why it is no further."""

    name: str
    cursor: int = 0
    last_error: str | None = None
