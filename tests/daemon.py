"""A running `ingest watch`.

    with Daemon(command, root) as daemon:        # waits until its start-up reconcile is done
        (root / "a.txt").write_text("x")
        daemon.sync()
        ...
    # SIGTERM was sent, the exit code was 0, each line on standard error was JSON without control characters
    daemon.changes                               # the `change` lines

`kill`, `pause` and `resume` are signals; `start` may be called again after the daemon ended, and the lines
of every life are kept, in order.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from typing import Any, Literal

from tests.command import PATIENCE, Command, Record, Word, dirty
from tests.process import Process

# What `sync` waits for: it gives up before the call that asks is given up.
SYNC = PATIENCE / 2


def until(condition: Callable[[], Any], *, every: float = 0.05, what: str = "") -> Any:
    """Wait until a condition is true and return what it gave; fails after `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not so after {PATIENCE:g} s: {what or condition}"
        time.sleep(every)


class Daemon(Process):
    """`ingest watch` with these words. `ready` says how far the context manager waits on entry."""

    verb = "watch"

    def __init__(
        self, command: Command, *words: Word, ready: Literal["synced", "started", "no"] = "synced"
    ) -> None:
        super().__init__(command, *words)
        self.ready = ready
        self._parsed: list[Record] = []
        self._lives = 0
        self._paused = False

    # -- its life ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start it; returns at once."""
        super().start()
        self._lives += 1
        self._paused = False

    def wait_started(self) -> None:
        """Wait for the line `started` of this life."""

        def started() -> bool:
            assert self.alive, f"it ended: {self.err[-5:]!r}"
            return len(self.events("started")) >= self._lives

        until(started, what="the line `started`")

    def pause(self) -> None:
        """SIGSTOP."""
        self.send(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """SIGCONT."""
        self.send(signal.SIGCONT)
        self._paused = False

    def enter(self) -> None:
        """Wait as far as `ready` says."""
        if self.ready != "no":
            self.wait_started()
        if self.ready == "synced":
            self.sync()

    def end(self) -> None:
        """Stop it, and look at its lines."""
        if self._paused:
            self.resume()
        self.stop()
        self.check_lines()

    # -- what it does and says ---------------------------------------------------------------

    def sync(self) -> None:
        """`ingest sync`, which must succeed."""
        self.command.ask("sync", "--timeout", str(SYNC))

    @property
    def lines(self) -> list[Record]:
        """Its log lines so far, of every life. One that a kill cut short is the event `cut`, one that says
        why it could not start the event `refused`."""
        for line in self.err[len(self._parsed) :]:
            if not line.endswith(b"\n"):
                self._parsed.append({"event": "cut"})
            elif line.startswith((b"error: ", b"hint: ")):
                self._parsed.append({"event": "refused", "detail": line.decode()})
            else:
                assert line.startswith(b"{"), f"not a log line: {self.err[len(self._parsed) :][:40]!r}"
                self._parsed.append(json.loads(line))
        return list(self._parsed)

    def events(self, name: str) -> list[Record]:
        """The log lines of one event."""
        return [line for line in self.lines if line["event"] == name]

    @property
    def changes(self) -> list[Record]:
        """The `change` lines, as they were written."""
        return self.events("change")

    @property
    def anchors(self) -> list[tuple[int, str]]:
        """Every (seq, tree root) that its lines named: copies of the tree's root kept outside the store."""
        return [(line["seq"], line["tree_root"]) for line in self.lines if line.get("tree_root")]

    def wait_for(self, event: str, **fields: Any) -> Record:
        """Wait until a line of this event with these fields was written; the last such."""

        def found() -> Record | None:
            fitting = [
                line for line in self.events(event) if all(line.get(k) == v for k, v in fields.items())
            ]
            return fitting[-1] if fitting else None

        line: Record = until(found, what=f"a line {event} with {fields}")
        return line

    def check_lines(self) -> None:
        """Each line is one JSON object without control characters; there was nothing on standard output."""
        for raw, line in zip(self.err, self.lines, strict=True):
            assert dirty(raw) is None, dirty(raw)
            assert line["event"] in {"cut", "refused"} or {"event", "level", "time"} <= line.keys(), raw
        assert not self.out, self.out
