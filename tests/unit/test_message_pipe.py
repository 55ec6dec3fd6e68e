"""A pipe of messages from a process that was forked to the one that made it."""

from __future__ import annotations

import os
import threading

import pytest

from ingest.message_pipe import message_pipe


def test_messages_come_whole_and_in_order() -> None:
    large = os.urandom(3_000_000)  # more than a pipe holds
    receiving, sending = message_pipe()
    assert not receiving.has_news(0)

    def send() -> None:
        for message in (b"a", b"", large, b"b"):
            sending.send(message)
        sending.close()

    sender = threading.Thread(target=send)
    sender.start()
    assert [receiving.receive() for _ in range(4)] == [b"a", b"", large, b"b"]
    assert receiving.has_news(1)  # the end is news
    with pytest.raises(EOFError):
        receiving.receive()
    sender.join()
    receiving.close()


def test_a_message_that_was_cut_off_is_none() -> None:
    receiving, sending = message_pipe()
    os.write(sending.fileno(), (5).to_bytes(8, "big") + b"abc")
    sending.close()
    with pytest.raises(EOFError):
        receiving.receive()
    receiving.close()


def test_nobody_reads() -> None:
    receiving, sending = message_pipe()
    receiving.close()
    with pytest.raises(BrokenPipeError):
        sending.send(b"a")
    sending.close()
