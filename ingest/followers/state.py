"""What follows the log, as `status` shows it."""

from __future__ import annotations

import msgspec


class SinkState(msgspec.Struct):
    """How far a sink is, None until that was read, and why it is no further."""

    name: str
    cursor: int | None = None
    last_error: str | None = None
