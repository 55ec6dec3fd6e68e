"""Whether time went by as it should between two steps of work."""

from __future__ import annotations

from ingest.clock import Clock

STALL = 5.0  # seconds; a gap this long between two steps: stopped, suspended, or the clock jumped
JUMP = 5_000_000  # microseconds by which the wall clock may leave the monotonic one in a step


class StallDetector:
    """Compares both clocks at the beginning of each step. `last` is when a step began or ended, monotonic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last = clock.monotonic()
        self._offset = clock.wall() - round(self.last * 1e6)

    def begin(self, now: float) -> tuple[float, int]:
        """Begin a step. Return the seconds since the last and the microseconds that the wall clock jumped.

        Each is 0 where all is well.
        """
        gap, self.last = now - self.last, now
        offset = self._clock.wall() - round(now * 1e6)
        jump, self._offset = offset - self._offset, offset
        return (gap if gap > STALL else 0.0), (jump if abs(jump) > JUMP else 0)

    def end(self) -> None:
        """End a step."""
        self.last = self._clock.monotonic()
