"""Rows about the service over HTTP: pages and records one at a time, a mix under edits, readers of the feed.

Beside each figure of time stands the CPU of the service: other work on the machine shows in the one, and
hardly in the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from benchmarks import load, saves, timing
from benchmarks.corpus import relative
from benchmarks.rows.queries import VERSIONS, edit_often
from benchmarks.stage import Stage
from benchmarks.table import Line, limited
from benchmarks.timing import CommandFailed, median, percentile
from tests.service import Service

CALLS = 200
RATE, SECONDS = 500.0, 20.0
EDITS = 100  # a second
READERS, TOLD = 1_000, 20  # readers of the feed, and edits that they are told of
# The mix of questions, in percent.
MIX = {"version": 60, "document": 20, "changes": 10, "overview": 8, "search": 2}


def service(stage: Stage) -> Iterator[Line]:
    """What the service answers, at what cost."""
    stage.ready("ingest")
    versions = min(VERSIONS, max(200, stage.options.documents // 50))
    edit_often(stage, versions)
    stage.ingest.index()
    stage.touched()
    with stage.ingest.watched(), Service(stage.ingest.command, "--port", "0", "-q") as served:
        asked = _addresses(stage, served, versions)
        yield from _one_by_one(stage, served, asked, versions)
        yield from _mixed(stage, served, asked)
        _settle(stage)
        yield from _readers(stage, served)
        _settle(stage)
    stage.recorded("ingest")
    yield from stage.judged("service", stage.ingest)


def _settle(stage: Stage) -> None:
    """Wait until the daemon has recorded what was edited. Raises CommandFailed."""
    if stage.ingest.command.run("sync", "--timeout", "600").code != 0:
        raise CommandFailed("ingest sync: the last edits were not recorded")


def _addresses(stage: Stage, served: Service, versions: int) -> dict[str, list[str]]:
    """What is asked of each kind, drawn from the whole corpus."""
    draw = stage.draw("service")
    ids = []
    numbers = draw.sample(range(stage.options.documents), min(1_000, stage.options.documents))
    for number in numbers:
        path = quote(relative(stage.options.seed, number))
        ids.append(served.get(f"/v1/documents?limit=1&prefix={path}").json["items"][0]["document"])
    often = quote(relative(stage.options.seed, 0))
    many = served.get(f"/v1/documents?limit=1&prefix={often}").json["items"][0]["document"]
    head = served.get("/v1/status").json["seq"]
    text = served.get(f"/v1/documents/{ids[0]}/versions/1", Accept="text/plain").text
    words = sorted({word for word in text.split() if word.isalpha() and len(word) > 5}) or ["water"]
    return {
        "version": [f"/v1/documents/{uid}/versions/1" for uid in ids],
        "document": [f"/documents/{uid}" for uid in ids],
        "changes": [f"/v1/changes?since={draw.randrange(head)}" for _ in range(200)],
        "overview": ["/"],
        "search": [f"/search?q={quote(word)}" for word in words],
        "long": [f"/documents/{many}?to={draw.randint(2, versions)}" for _ in range(200)],
    }


BARS = {"version": 0.005, "long": 0.050, "overview": 0.100, "search": 0.080}
NAMES = {
    "version": "a version as JSON", "document": "the page of a document", "changes": "100 changes as JSON",
    "overview": "the overview", "search": "the page of a search for one word",
    "long": "the page of a document with {versions:,} versions",
}  # fmt: skip


def _one_by_one(stage: Stage, served: Service, asked: dict[str, list[str]], versions: int) -> Iterator[Line]:
    for kind, addresses in asked.items():
        draw = stage.draw(f"service {kind}")
        for _ in range(10):
            served.get(draw.choice(addresses))
        used, took = _cpu(served.pid), []
        for _ in range(CALLS if kind != "search" else CALLS // 4):
            began = time.perf_counter()
            answer = served.get(draw.choice(addresses))
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise CommandFailed(f"{kind}: {answer.status} {answer.text[:200]}")
        each = (_cpu(served.pid) - used) / len(took)
        slow = percentile(took, 99) * 1000
        conditions = (
            f"{stage.options.documents:,} documents, a connection a question; CPU of the service"
            f" {each * 1000:.1f} ms a question; p99 {slow:.1f} ms; load {os.getloadavg()[0]:.1f}"
        )
        work = NAMES[kind].format(versions=versions) + ", p50"
        yield limited("service", work, median(took), most=BARS.get(kind), show="ms", conditions=conditions)


def _mixed(stage: Stage, served: Service, asked: dict[str, list[str]]) -> Iterator[Line]:
    lines = "".join(f"{kind} {MIX[kind]} {address}\n" for kind in MIX for address in asked[kind])
    ours = _cpu(served.pid)
    with (
        _Load("ask", served.port, RATE, SECONDS, stage.options.seed) as load_,
        _edited(stage, EDITS, SECONDS),
    ):
        said = load_.said(lines)
    ours = _cpu(served.pid) - ours
    whole = [each for found in said.answers.values() for each in found]
    shares = ", ".join(
        f"{kind} {percentile(found, 99) * 1000:.0f}" for kind, found in sorted(said.answers.items())
    )
    conditions = (
        f"{RATE:g} a second for {SECONDS:g} s, {len(whole):,} answered of {int(RATE * SECONDS):,};"
        f" {EDITS} edits a second beside; p50 {percentile(whole, 50) * 1000:.0f} ms;"
        f" p99 by kind, ms: {shares}; CPU of the service {ours / len(whole) * 1000:.1f} ms a question,"
        f" of the asking process {said.cpu:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    work = "mixed questions, p99 from when each was due"
    told = whole + [load.PATIENCE] * said.unanswered
    yield limited("service", work, percentile(told, 99), most=0.1, show="ms", conditions=conditions)


def _readers(stage: Stage, served: Service) -> Iterator[Line]:
    since = served.get("/v1/status").json["seq"]
    with _Load("read", served.port, READERS, TOLD, since) as load_:
        load_.await_ready()
        used = _cpu(served.pid)
        with _edited(stage, 1, TOLD):
            pass
        memory = timing.pss(served.pid)
        said = load_.said("")
    used = _cpu(served.pid) - used
    took = [each for found in said.answers.values() for each in found]
    conditions = (
        f"{READERS:,} readers told of {TOLD} edits, one a second, {len(took):,} of {READERS * TOLD:,} events;"
        f" p50 {percentile(took, 50) * 1000:.0f} ms, the last {max(took) * 1000:.0f} ms after; CPU of the"
        f" service {used / TOLD * 1000:.0f} ms an edit, of the readers {said.cpu:.1f} s in all;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    work = "a reader of events, told after the change was recorded, p99"
    told = took + [load.PATIENCE] * said.unanswered
    yield limited("service", work, percentile(told, 99), most=0.05, show="ms", conditions=conditions)
    yield limited("service", "memory with all readers", memory, most=200 * 2**20, show="MiB")


@contextmanager
def _edited(stage: Stage, rate: float, seconds: float) -> Iterator[None]:
    """Edits of documents drawn by chance, so many a second, while the body runs."""
    draw = stage.draw(f"service edits {rate}")
    edits = []
    for _ in range(int(rate * seconds)):
        number = draw.randrange(1, stage.options.documents)
        edits.append((stage.corpus.path(number), stage.corpus.after(stage.next_round(), number)))

    def save() -> None:
        began = time.monotonic()
        for number, (path, body) in enumerate(edits):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            saves.over(path, body)

    thread = threading.Thread(target=save)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _cpu(pid: int) -> float:
    """The seconds of CPU that a process has taken."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Said:
    """What the asking process wrote: seconds of the answers by kind, how many did not come, its own CPU.

    An answer that is no 200 is of a kind of its own: the kind asked for, and the status.
    """

    answers: dict[str, list[float]]
    unanswered: int
    cpu: float


def said_of(lines: Iterable[str]) -> Said:
    """Take what it wrote apart. Raises CommandFailed where not one answer came."""
    found = Said({}, 0, 0.0)
    for line in lines:
        match line.split():
            case [kind, status, millis]:
                name = kind if status == "200" else f"{kind}: {status}"
                found.answers.setdefault(name, []).append(float(millis) / 1000)
            case ["unanswered", number]:
                found.unanswered = int(number)
            case ["cpu", seconds]:
                found.cpu = float(seconds)
    if not found.answers:
        raise CommandFailed("load.py: nothing was answered")
    return found


class _Load:
    """The process that asks, ended with the body."""

    def __init__(self, *words: object) -> None:
        argv = [sys.executable, load.__file__, *map(str, words)]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def await_ready(self) -> None:
        """Wait for the line that says so. Raises CommandFailed."""
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise CommandFailed("load.py: its readers were not all let in")

    def said(self, given: str) -> Said:
        """Give it these lines; what it wrote once it has ended. Raises CommandFailed."""
        out, _ = self._process.communicate(given)
        if self._process.returncode != 0:
            raise CommandFailed(f"load.py: exit {self._process.returncode}")
        return said_of(out.splitlines())
