"""The service from its settings to its end."""

from __future__ import annotations

import ctypes
import gc
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from ingest.corpus import Corpus
from ingest.http.admission import Rights, hosts_of
from ingest.http.app import AT_ONCE, application
from ingest.http.feed import Feed
from ingest.http.replies import Replies
from ingest.http.response_cache import ResponseCache
from ingest.http.server import listening, server
from ingest.http.tokens import hashed

__all__ = ["listening", "port_of", "run"]

THREADS = AT_ONCE + 2  # that ask the store: the questions, the feed and its reviews
_ARENA_MAX, _HEAPS = -8, 2  # the setting's number, and how many heaps there are at most
# Seconds after which a thread that computes gives way. The loop lets go of the interpreter several times a
# question, whenever it reads or sends, and waits so long each time while an answer is being made.
_TURN = 0.0005


def port_of(listener: object) -> int:
    """Return the port that a socket listens at."""
    assert isinstance(listener, socket.socket)
    return int(listener.getsockname()[1])


def run(
    corpus: Corpus,
    listener: object,
    *,
    names: Sequence[str],
    named: Sequence[str],
    port: int,
    token: str | None,
    guarded: bool,
    trusted_header: str | None,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT. `named` are values of Host that a proxy passes on as they are.

    `ready` is called once both signals end the service in order.
    """
    assert isinstance(listener, socket.socket)
    rights = Rights(
        hosts=hosts_of(list(names), port) | frozenset(each.lower() for each in named),
        guarded=guarded,
        token=None if token is None else hashed(token),
        trusted_header=trusted_header,
    )
    feed = Feed(corpus)
    kept = ResponseCache(corpus)
    service = server(application(corpus, rights, feed, kept), ending=feed.stop, replies=Replies(kept))

    def stop(_signal: int, _frame: object) -> None:
        service.should_exit = True

    # The server raises the signal again that ended it: then these end the process in order.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    sys.setswitchinterval(_TURN)
    _hold_less()
    ready()
    if not service.should_exit:
        service.run(sockets=[listener])


def _hold_less() -> None:
    """Keep the memory of the process small, and what stays for ever out of each search for garbage.

    The C library gives each thread a heap of its own, in which the holes that answers leave add up.
    """
    with suppress(OSError, AttributeError):  # another C library has no such setting
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _HEAPS)
    gc.collect()
    gc.freeze()
