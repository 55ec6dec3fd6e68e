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
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Literal, Self

from tests.command import PATIENCE, Command, Record, Word, dirty

if TYPE_CHECKING:
    from types import TracebackType

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


class Daemon:
    """`ingest watch` with these words. `ready` says how far the context manager waits on entry."""

    def __init__(
        self, command: Command, *words: Word, ready: Literal["synced", "started", "no"] = "synced"
    ) -> None:
        self.command = command
        self.words = words
        self.ready = ready
        self.raw: list[bytes] = []
        self.out: list[bytes] = []
        self._parsed: list[Record] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._readers: list[threading.Thread] = []
        self._lives = 0
        self._paused = False

    # -- its life ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start it; returns at once."""
        assert self._process is None, "it runs already"
        self._lives += 1
        self._paused = False
        self._process = subprocess.Popen(
            self.command.argv("watch", *self.words),
            cwd=self.command.cwd,
            env=self.command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            threading.Thread(target=_collect, args=(stream, lines), daemon=True)
            for stream, lines in ((self._process.stderr, self.raw), (self._process.stdout, self.out))
        ]
        for reader in self._readers:
            reader.start()

    def wait_started(self) -> None:
        """Wait for the line `started` of this life."""

        def started() -> bool:
            assert self.alive, f"it ended: {self.raw[-5:]!r}"
            return len(self.events("started")) >= self._lives

        until(started, what="the line `started`")

    def stop(self, code: int | None = 0) -> int:
        """SIGTERM, then wait for its end; asserts the exit code."""
        assert self._process is not None, "it does not run"
        self._process.terminate()
        found = self.wait()
        assert code is None or found == code, f"exit {found}: {self.raw[-5:]!r}"
        return found

    def kill(self) -> None:
        """SIGKILL, then wait for its end."""
        assert self._process is not None, "it does not run"
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for its end, all lines read; the exit code."""
        assert self._process is not None, "it does not run"
        code = self._process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        self._process = None
        return code

    def pause(self) -> None:
        """SIGSTOP."""
        self.send(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """SIGCONT."""
        self.send(signal.SIGCONT)
        self._paused = False

    def send(self, number: signal.Signals) -> None:
        """Any signal."""
        assert self._process is not None, "it does not run"
        self._process.send_signal(number)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        try:
            if self.ready != "no":
                self.wait_started()
            if self.ready == "synced":
                self.sync()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        if kind is not None:
            self.kill()
            return
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
        for line in self.raw[len(self._parsed) :]:
            if not line.endswith(b"\n"):
                self._parsed.append({"event": "cut"})
            elif line.startswith((b"error: ", b"hint: ")):
                self._parsed.append({"event": "refused", "detail": line.decode()})
            else:
                assert line.startswith(b"{"), f"not a log line: {self.raw[len(self._parsed) :][:40]!r}"
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
        for raw, line in zip(self.raw, self.lines, strict=True):
            assert dirty(raw) is None, dirty(raw)
            assert line["event"] in {"cut", "refused"} or {"event", "level", "time"} <= line.keys(), raw
        assert not self.out, self.out


def _collect(stream: IO[bytes], lines: list[bytes]) -> None:
    for line in iter(stream.readline, b""):
        lines.append(line)  # noqa: PERF402  # one by one: others read while this waits
