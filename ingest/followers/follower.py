"""The loop of whatever follows the log: step, wait for more, try again what failed, end when told to.

A follower drives sinks: each has a place of its own in the log, and says with every step when it wants the
next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from ingest.errors import StoreUnavailable
from ingest.logging import Log
from ingest.model import Seq


class SinkState(msgspec.Struct):
    """What `status` shows of a sink.

    `cursor` is how far it is, None until that was read; `last_error` why it is no further. `unstored` is how
    many changes lie between the place that is stored and `cursor`: the next daemon delivers them again.
    """

    name: str
    cursor: Seq | None = None
    last_error: str | None = None
    unstored: int = 0


class Sink(Protocol):
    """What is driven."""

    state: SinkState

    @property
    def failure(self) -> str | None:
        """Return the name of the log line that tells of an error, None where nobody would read it."""

    @property
    def retry(self) -> float:
        """Tell after how many seconds an error is followed by another step."""

    def step(self) -> float | None:
        """Deliver some of what is new; returns after how many seconds to go on, None where nothing is left.

        Raises StoreUnavailable and OSError: then nothing was delivered that the next step does not know of.
        """

    def finish(self) -> None:
        """Deliver what was kept back and let go of what is held; called once, when the loop ends."""


class Follower(threading.Thread):
    """Drives sinks until it is stopped; `wait` waits until the log is longer than a seq, so long at most.

    With `drain` the sinks deliver, before the end, what is in the log by then.
    """

    def __init__(
        self,
        name: str,
        sinks: Sequence[Sink],
        log: Log,
        *,
        wait: Callable[[int, float], None],
        idle: float,
        drain: bool = False,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.sinks = sinks
        self._log = log
        self._wait = wait
        self._idle = idle
        self._drain = drain
        self._stopping = threading.Event()
        self._stepping = threading.Lock()
        self._due: dict[str, float] = {}  # when each sink is to go on, by the monotonic clock

    def run(self) -> None:
        """Step, and wait for more."""
        while not self._stopping.is_set():
            rest = self._round()
            if rest is None:
                self._wait(max((sink.state.cursor or 0 for sink in self.sinks), default=0), self._idle)
            elif rest > 0:
                self._stopping.wait(rest)
        if self._drain:  # without the pauses, which are for those who capture; what fails is not tried again
            while any(self._has_more(sink) for sink in self.sinks):
                pass
        for sink in self.sinks:
            self._try(sink, sink.finish)

    def stop(self, timeout: float) -> None:
        """End after the step at hand, with `drain` after what is left; whoever only waits is left to wait."""
        self._stopping.set()
        if self._drain:
            self.join(timeout)
        elif self._stepping.acquire(timeout=timeout):
            self._stepping.release()

    def _round(self) -> float | None:
        """Let each sink step that is due; returns when the next one is, None where none has more to do."""
        rests: list[float] = []
        for sink in self.sinks:
            left = self._due.get(sink.state.name, 0.0) - time.monotonic()
            if left <= 0:
                with self._stepping:
                    rest = None if self._stopping.is_set() else self._try(sink, sink.step)
                self._due[sink.state.name] = time.monotonic() + (rest or 0.0)
            else:
                rest = left
            if rest is not None:
                rests.append(rest)
        return min(rests, default=None)

    def _has_more(self, sink: Sink) -> bool:
        """Let a sink step; tell whether another step would deliver something."""
        return self._try(sink, sink.step) is not None and sink.state.last_error is None

    def _try(self, sink: Sink, call: Callable[[], float | None]) -> float | None:
        """Make a call of a sink. Return when it wants to be called next.

        An error is kept for `status`; the same one is told once. Where descriptors are short, a library that
        an edit needs cannot be loaded: that raises ImportError.
        """
        try:
            rest = call()
        except (StoreUnavailable, OSError, ImportError) as error:
            message = error.message if isinstance(error, StoreUnavailable) else str(error)
            if sink.failure is not None and message != sink.state.last_error and not self._stopping.is_set():
                self._log.warning(sink.failure, detail=message)
            sink.state.last_error = message
            return sink.retry
        sink.state.last_error = None
        return rest
