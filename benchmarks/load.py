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
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import socket
import sys
import time
from collections import defaultdict
from datetime import datetime

CONNECTIONS = 64
PATIENCE = 60.0  # seconds after the last question was due
_DATA = b"data: {"


async def ask(
    port: int, rate: float, seconds: float, seed: int, addresses: dict[str, list[str]]
) -> list[str]:
    """Ask so many questions a second; a line for each answer."""
    draw = random.Random(seed)
    weights = {kind.partition(" ")[0]: float(kind.partition(" ")[2]) for kind in addresses}
    named = {kind.partition(" ")[0]: found for kind, found in addresses.items()}
    kinds = draw.choices(list(weights), list(weights.values()), k=int(rate * seconds))
    due: asyncio.Queue[tuple[float, str, str]] = asyncio.Queue()
    began = time.monotonic() + 0.2
    lines: list[str] = []

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            when, kind, address = await due.get()
            writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            await reader.readexactly(length)
            lines.append(f"{kind} {head[9:12].decode()} {(time.monotonic() - when) * 1000:.3f}")
            due.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(CONNECTIONS)]
    for number, kind in enumerate(kinds):
        when = began + number / rate
        await asyncio.sleep(max(0.0, when - time.monotonic()))
        due.put_nowait((when, kind, draw.choice(named[kind])))
    done = asyncio.create_task(due.join())
    await asyncio.wait({done, *workers}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    lines.append(f"unanswered {len(kinds) - len(lines)}")
    for each in workers:
        each.cancel()
    return lines


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
    with select.epoll() as waiting:
        for each in sockets:
            each.sendall(asked)
            begun = b""
            while b"retry: " not in begun:
                begun += each.recv(65_536)
            each.setblocking(False)
            came[each.fileno()] = []
            waiting.register(each.fileno(), select.EPOLLIN)
        print("ready", flush=True)
        told, last = 0, time.monotonic()
        while told < readers * events and time.monotonic() - last < PATIENCE:
            for number, _ in waiting.poll(1.0):
                part = os.read(number, 262_144)
                if not part:
                    waiting.unregister(number)
                    continue
                last = time.monotonic()
                came[number].append((time.time(), part))
                told += part.count(_DATA)
    return _told(came, readers * events)


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
        found = asyncio.run(ask(int(words[1]), float(words[2]), float(words[3]), int(words[4]), addresses))
    else:
        found = read(*map(int, words[1:5]))
    print("\n".join(found))
    print(f"cpu {time.process_time():.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
