"""A call that runs until it is told to stop: how it is started, read and ended; for daemon and service."""

from __future__ import annotations

import signal
import subprocess
import threading
from typing import IO, TYPE_CHECKING, Self

from tests.command import PATIENCE, Command, Word

if TYPE_CHECKING:
    from types import TracebackType


class Process:
    """A call with these words; what it writes is collected line by line, of every life, in order."""

    verb: str

    def __init__(self, command: Command, *words: Word) -> None:
        self.command = command
        self.words = words
        self.err: list[bytes] = []  # standard error
        self.out: list[bytes] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._readers: list[threading.Thread] = []

    def start(self) -> None:
        """Start it; returns at once."""
        assert self._process is None, "it runs already"
        self._process = subprocess.Popen(
            self.command.argv(self.verb, *self.words),
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
            for stream, lines in ((self._process.stderr, self.err), (self._process.stdout, self.out))
        ]
        for reader in self._readers:
            reader.start()

    def enter(self) -> None:
        """Wait, on entry, until it does what it is for: each kind of call says how."""

    def stop(self, code: int | None = 0) -> int:
        """SIGTERM, then wait for its end; asserts the exit code."""
        self.running.terminate()
        found = self.wait()
        assert code is None or found == code, f"exit {found}: {self.err[-5:]!r}"
        return found

    def kill(self) -> None:
        """SIGKILL, then wait for its end."""
        self.running.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for its end, all lines read; the exit code."""
        process = self.running
        code = process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        self._process = None
        return code

    def send(self, number: signal.Signals) -> None:
        """Any signal."""
        self.running.send_signal(number)

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process; there must be one."""
        assert self._process is not None, "it does not run"
        return self._process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.running.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.enter()
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
        self.end()

    def end(self) -> None:
        """End it as it is ended where all went well."""
        self.stop()


def _collect(stream: IO[bytes], lines: list[bytes]) -> None:
    for line in iter(stream.readline, b""):
        lines.append(line)  # noqa: PERF402  # one by one: others read while this waits
