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
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
        yield from _readers(stage, served)
    stage.recorded("ingest")
    yield from stage.judged("service", stage.ingest)


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
    with _edited(stage, EDITS, SECONDS):
        said = _load(["ask", str(served.port), str(RATE), str(SECONDS), str(stage.options.seed)], lines)
    ours = _cpu(served.pid) - ours
    ended = os.getloadavg()[0]
    took = defaultdict(list)
    for kind, status, millis in said.answers:
        took[kind if status == "200" else f"{kind}: {status}"].append(float(millis) / 1000)
    whole = [each for kind in MIX for each in took[kind]]
    shares = ", ".join(f"{kind} {percentile(took[kind], 99) * 1000:.0f}" for kind in MIX if took[kind])
    conditions = (
        f"{RATE:g} a second for {SECONDS:g} s, {len(whole):,} answered of {int(RATE * SECONDS):,};"
        f" {EDITS} edits a second beside; p50 {median(whole) * 1000:.0f} ms; p99 by kind, ms: {shares};"
        f" CPU of the service {ours / max(1, len(whole)) * 1000:.1f} ms a question, of the asking"
        f" process {said.cpu:.1f} s; load {ended:.1f}"
    )
    work = "mixed questions, p99 from when each was due"
    yield limited("service", work, percentile(whole, 99), most=0.1, show="ms", conditions=conditions)


def _readers(stage: Stage, served: Service) -> Iterator[Line]:
    since = served.get("/v1/status").json["seq"]
    used = _cpu(served.pid)
    words = ["read", str(served.port), str(READERS), str(TOLD + 5.0), str(since)]
    with _edited(stage, 1, TOLD, delay=3.0):
        said = _load(words, "", during=lambda: timing.pss(served.pid))
    took = [float(millis) / 1000 for _, _, millis in said.answers]
    conditions = (
        f"{READERS:,} readers told of {TOLD} edits, one a second, {len(took):,} of {READERS * TOLD:,} events;"
        f" p50 {median(took) * 1000:.0f} ms, the last {max(took) * 1000:.0f} ms after; CPU of the service"
        f" {_cpu(served.pid) - used:.1f} s, of the readers {said.cpu:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    work = "a reader of events, told after the change was recorded, p99"
    yield limited("service", work, percentile(took, 99), most=0.05, show="ms", conditions=conditions)
    yield limited("service", "memory with all readers", said.seen, most=200 * 2**20, show="MiB")


@contextmanager
def _edited(stage: Stage, rate: float, seconds: float, *, delay: float = 0.0) -> Iterator[None]:
    """Edits of documents drawn by chance, so many a second, while the body runs."""
    draw = stage.draw(f"service edits {rate}")
    edits = []
    for _ in range(int(rate * seconds)):
        number = draw.randrange(1, stage.options.documents)
        edits.append((stage.corpus.path(number), stage.corpus.after(stage.next_round(), number)))

    def save() -> None:
        began = time.monotonic() + delay
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


class _Said:
    """What the asking process wrote: kind, status and milliseconds of each answer, and its own CPU.

    `seen` is what was looked at while it ran.
    """

    def __init__(self, lines: Sequence[str], seen: int) -> None:
        self.answers = [(kind, status, millis) for kind, status, millis in _of_three(lines)]
        self.cpu = float(lines[-1].split()[1])
        self.seen = seen


def _of_three(lines: Sequence[str]) -> Iterator[list[str]]:
    return (words for words in (line.split() for line in lines) if len(words) == 3)


def _load(words: Sequence[str], given: str, *, during: Callable[[], int] | None = None) -> _Said:
    process = subprocess.Popen(
        [sys.executable, load.__file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    seen = 0
    if during is not None:
        time.sleep(10.0)
        seen = during()
    out, _ = process.communicate(given, timeout=600)
    if process.returncode != 0:
        raise CommandFailed(f"load.py: exit {process.returncode}")
    return _Said(out.splitlines(), seen)
