"""Time and randomness, as they are handed in."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ingest.ids import Entropy


class Clock(msgspec.Struct, frozen=True):
    """Time and randomness.

    `monotonic` is in seconds, for arithmetic; `wall` is microseconds since 1970: a label, never arithmetic.
    """

    monotonic: Callable[[], float]
    wall: Callable[[], int]
    sleep: Callable[[float], None]
    entropy: Entropy
