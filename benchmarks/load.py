"""Another process that asks the service: many questions at a rate, or many readers of its feed.

    python load.py ask PORT RATE SECONDS SEED < ADDRESSES
    python load.py read PORT READERS EVENTS SINCE

`ask` takes lines `KIND WEIGHT ADDRESS` and asks RATE questions a second, each kind as often as its weight
says, over connections that stay open. A question's time runs from when it was due, not from when it was
sent: what a slow answer holds up counts. It writes a line for each: the kind, the status, milliseconds.
`read` opens READERS streams of server-sent events, writes `ready` once all are open, and ends when each
was told EVENTS changes, or after a time without any. It writes for each the milliseconds since it was
recorded, by the same clock. Both write `unanswered` with how many answers or events did not come, last `cpu`
with the seconds of their own CPU. A program of its own: it imports nothing of the project.

It shares the cores with what it measures, so it does little: `ask` parses no more of an answer than its
status and its length, and `read` is not woken by each event. The kernel says when a part came to a socket;
it is read once all have had time to come.
"""

from __future__ import annotations

import json
import random
import select
import socket
import struct
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

CONNECTIONS = 64
PATIENCE = 60.0  # seconds after the last question was due, or without an event
_ROOM = 262_144  # bytes that are read at once
_TOGETHER = 0.3  # seconds in which the readers are left alone after the first event
ARRIVED = 35  # SO_TIMESTAMPNS: each part is read with the time at which it came
_TIME = struct.Struct("qq")  # seconds, nanoseconds
_DATA = b"data: {"

Due = tuple[float, str, str]  # when a question was due, its kind and its address


class _Connection:
    """A connection that stays open, and what is missing of the answer that it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = f"Host: 127.0.0.1:{port}\r\n\r\n"
        self.asked: Due = (0.0, "", "")
        self.status = ""
        self._head = b""
        self._missing: int | None = None  # bytes of the body, once the head was read

    def ask(self, due: Due) -> None:
        """Send a question."""
        self.asked, self._head, self._missing = due, b"", None
        self.socket.sendall(f"GET {due[2]} HTTP/1.1\r\n{self._host}".encode())

    def take(self, part: memoryview) -> bool:
        """Take in a part of the answer; tell whether that is the last."""
        if self._missing is None:
            self._head += part
            head, is_whole, body = self._head.partition(b"\r\n\r\n")
            if not is_whole:
                return False
            self.status = head[9:12].decode()
            length = head.lower().partition(b"\r\ncontent-length:")[2]
            self._missing = int(length.partition(b"\r\n")[0]) - len(body)
        else:
            self._missing -= len(part)
        return self._missing <= 0


def ask(port: int, rate: float, seconds: float, seed: int, addresses: dict[str, list[str]]) -> list[str]:
    """Ask so many questions a second; a line for each answer."""
    draw = random.Random(seed)
    weights = {kind.partition(" ")[0]: float(kind.partition(" ")[2]) for kind in addresses}
    named = {kind.partition(" ")[0]: found for kind, found in addresses.items()}
    kinds = draw.choices(list(weights), list(weights.values()), k=int(rate * seconds))
    connections = [_Connection(port) for _ in range(CONNECTIONS)]
    by_number = {each.socket.fileno(): each for each in connections}
    idle = deque(connections)
    began = time.monotonic() + 0.2
    coming = deque(
        (began + number / rate, kind, draw.choice(named[kind])) for number, kind in enumerate(kinds)
    )
    last, room, lines = began + len(kinds) / rate, memoryview(bytearray(_ROOM)), list[str]()
    with select.epoll() as waiting, _closed(each.socket for each in connections):
        for number in by_number:
            waiting.register(number, select.EPOLLIN)
        while len(lines) < len(kinds) and (now := time.monotonic()) < last + PATIENCE:
            while coming and idle and coming[0][0] <= now:
                idle.popleft().ask(coming.popleft())
            until = coming[0][0] if coming and idle else last + PATIENCE
            for number, _ in waiting.poll(max(0.0, until - time.monotonic())):
                one = by_number[number]
                size = one.socket.recv_into(room)
                if not size:  # it ends the connection
                    waiting.unregister(number)
                    if one in idle:
                        idle.remove(one)
                elif one.take(room[:size]):
                    when, kind, _ = one.asked
                    lines.append(f"{kind} {one.status} {(time.monotonic() - when) * 1000:.3f}")
                    idle.append(one)
    return [*lines, f"unanswered {len(kinds) - len(lines)}"]


def read(port: int, readers: int, events: int, since: int) -> list[str]:
    """Follow the feed with so many readers; a line for each event that one was told.

    What comes is noted with its time and taken apart at the end: a reader that took its events apart at once
    would be what the others wait for.
    """
    asked = (
        f"GET /v1/changes?feed=eventsource&since={since} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    ).encode()
    came: dict[int, list[tuple[float, bytes]]] = {}
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(readers)]
    by_number = {each.fileno(): each for each in sockets}
    room = bytearray(_ROOM)
    with select.epoll() as waiting, _closed(sockets):
        for each in sockets:
            each.setsockopt(socket.SOL_SOCKET, ARRIVED, 1)
            each.sendall(asked)
            parts = came[each.fileno()] = []
            while not any(b"retry: " in part for _, part in parts):
                parts.append(_part(each, room))
                if not parts[-1][1]:
                    raise ConnectionError("a reader was not let in")
            waiting.register(each.fileno(), select.EPOLLIN)
        print("ready", flush=True)
        told = sum(part.count(_DATA) for parts in came.values() for _, part in parts)
        last = time.monotonic()
        while told < readers * events and time.monotonic() - last < PATIENCE:
            if waiting.poll(1.0, 1):
                time.sleep(_TOGETHER)
            for number, _ in waiting.poll(0.0):
                when, part = _part(by_number[number], room)
                if not part:
                    waiting.unregister(number)
                    continue
                last = time.monotonic()
                came[number].append((when, part))
                told += part.count(_DATA)
    return _told(came, readers * events)


@contextmanager
def _closed(sockets: Iterable[socket.socket]) -> Iterator[None]:
    """Close them in the end."""
    with ExitStack() as stack:
        for each in sockets:
            stack.enter_context(each)
        yield


def _part(connection: socket.socket, room: bytearray) -> tuple[float, bytes]:
    """What came, and when the kernel had it; of several parts that are read at once, the last."""
    size, beside, _, _ = connection.recvmsg_into([room], 64)
    when = time.time()  # where the kernel does not say
    for _, kind, told in beside:
        if kind == ARRIVED:
            seconds, nanoseconds = _TIME.unpack(told)
            when = seconds + nanoseconds / 1e9
    return when, bytes(room[:size])


def _told(came: dict[int, list[tuple[float, bytes]]], wanted: int) -> list[str]:
    """A line for each event: how long after it was recorded the part came that ends it."""
    lines: list[str] = []
    for parts in came.values():
        held = b""
        for when, part in parts:
            held += part
            *whole, held = held.split(b"\n\n")
            for event in whole:
                _, is_event, body = event.partition(_DATA)
                if is_event:
                    recorded = json.loads(b"{" + body)["recorded_at"]
                    after = when - datetime.fromisoformat(recorded).timestamp()
                    lines.append(f"told 200 {after * 1000:.3f}")
    return [*lines, f"unanswered {wanted - len(lines)}"]


def main(words: list[str]) -> None:
    """Do what was asked for and write what was seen."""
    if words[0] == "ask":
        addresses: defaultdict[str, list[str]] = defaultdict(list)
        for line in sys.stdin:
            kind, weight, address = line.split()
            addresses[f"{kind} {weight}"].append(address)
        found = ask(int(words[1]), float(words[2]), float(words[3]), int(words[4]), addresses)
    else:
        found = read(*map(int, words[1:5]))
    print("\n".join(found))
    print(f"cpu {time.process_time():.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
