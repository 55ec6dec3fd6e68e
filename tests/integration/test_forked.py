"""What the forked calls promise the other tests: an answer reaches no other question, and nothing is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.command import Word
from tests.daemon import until
from tests.forked import Quick, WrongAnswer


class Interrupted(BaseException):
    """What a signal raises wherever the test happens to be, as that of pytest-timeout does."""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Quick]:
    forked.close()
    yield Quick(f"sqlite:///{tmp_path}/store.db", tmp_path)
    forked.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """As the file of settings it holds a call up until somebody writes."""
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def has_reader(fifo: Path) -> bool:
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return False
    return True


def asks_again(command: Quick) -> None:
    """Each of the next questions gets its own answer."""
    questions: list[tuple[Word, ...]] = [("--version",), ("ls", "--help"), ("nosuch",), ("roots", "--help")]
    for words in questions:
        answer = command.run(*words)
        assert answer.words == tuple(map(os.fsencode, words))
        if words[-1] == "--help":
            assert f"ingest {os.fsdecode(answer.words[0])}" in answer.text
        else:
            assert ("nosuch" in answer.error) == (words == ("nosuch",))
            assert (answer.code, answer.text.count("\n")) == ((0, 1) if words == ("--version",) else (2, 0))


def test_an_answer_that_comes_too_late_reaches_no_other_question(command: Quick, fifo: Path) -> None:
    command.ask("--version")
    with pytest.raises(subprocess.TimeoutExpired):
        command.run("--config", fifo, "ls", timeout=0.2)

    until(lambda: not has_reader(fifo), what="the end of the call that was given up")
    asks_again(command)


def test_a_signal_that_raises_in_the_middle_of_a_question(command: Quick, fifo: Path) -> None:
    """The call has begun: it has opened the FIFO, and waits for what is in it."""
    test = threading.get_ident()

    def interrupt() -> None:
        writing = os.open(fifo, os.O_WRONLY)
        signal.pthread_kill(test, signal.SIGUSR1)
        over.wait()
        os.close(writing)

    def raise_it(_number: int, _frame: object) -> None:
        raise Interrupted

    over = threading.Event()
    before = signal.signal(signal.SIGUSR1, raise_it)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(Interrupted):
            command.run("--config", fifo, "ls")
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)

    until(lambda: not has_reader(fifo), what="the end of the call that was given up")
    asks_again(command)


def test_an_answer_to_another_question_is_refused_and_its_process_not_asked_again(command: Quick) -> None:
    command.ask("--version")
    (server,) = [server for idle in forked._idle.values() for server in idle]
    words = [[word.hex() for word in command.argv("--help")[3:]]]
    server.send({"id": "of before", "calls": words, "environment": {}, "cwd": "/"})

    with pytest.raises(WrongAnswer):
        command.run("--version")

    assert not server.alive
    asks_again(command)


def test_a_process_that_was_killed_while_it_was_idle_is_replaced(command: Quick) -> None:
    command.ask("--version")
    (server,) = [server for idle in forked._idle.values() for server in idle]
    server._process.kill()
    server._process.wait()

    asks_again(command)


def test_questions_of_two_threads_each_get_their_own_answer(command: Quick, fifo: Path) -> None:
    """While one waits, the other is answered by another process."""
    codes: list[int] = []
    waiting = threading.Thread(target=lambda: codes.append(command.run("--config", fifo, "ls").code))
    waiting.start()
    with fifo.open("w") as settings:  # opened once the call reads it
        asks_again(command)
        settings.write("unknown_setting = 1\n")
    waiting.join()

    assert codes == [2]
    asks_again(command)
