"""What the rows share: the folder of documents, the stores and repositories of it, figures taken before.

Everything is made when a row first needs it, so that one row can be run alone.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.corpus import Corpus
from benchmarks.peers import Peer, installed
from benchmarks.product import Ingest
from benchmarks.table import Line

# More changes than this are not held in memory three times over: `verify --deep` and `check --deep` answer.
ORACLE_CHANGES = 300_000
SAMPLE = 8  # versions that the oracle shows one by one, beside all of them through the store


class Subject(Protocol):
    """Whatever records a folder: `ingest` or a peer."""

    name: str

    def record(self) -> float:
        """Record the folder as it stands; the seconds it took."""

    def ask(self) -> float:
        """Look for changes where there are none; the seconds it took."""


@dataclass(frozen=True)
class Options:
    """What the call asked for. `runs` is how often a timing is repeated."""

    documents: int
    seed: int
    runs: int
    folder: Path


@dataclass
class Stage:
    """The state of one call."""

    options: Options
    # Figures that a later row compares with, in seconds.
    known: dict[str, float] = field(default_factory=dict)
    round_: int = 0
    _corpus: Corpus | None = None
    _ingest: Ingest | None = None
    _peers: dict[str, Peer] = field(default_factory=dict)
    _current: set[str] = field(default_factory=set)

    @property
    def corpus(self) -> Corpus:
        """The folder that most rows work on, written when first asked for."""
        if self._corpus is None:
            self._corpus = self.another("news", self.options.documents)
        return self._corpus

    def another(self, name: str, documents: int) -> Corpus:
        """A new folder of documents, in the kernel's memory and on the disk."""
        folder = self.options.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        made = Corpus(folder, self.options.seed, documents)
        began = time.monotonic()
        written = made.write()
        seconds = time.monotonic() - began
        say(f"{documents:,} documents, {written / 2**20:.1f} MiB, written in {seconds:.1f} s")
        made.read()
        return made

    @property
    def peers(self) -> Sequence[type[Peer]]:
        """The peers that this machine has."""
        return installed()

    @property
    def ingest(self) -> Ingest:
        """The store of the shared folder; may be behind it, see `ready`."""
        if self._ingest is None:
            self._ingest = self.fresh_ingest()
        return self._ingest

    def peer(self, name: str) -> Peer | None:
        """A peer with its repository of the shared folder, or None where it is not installed."""
        if name not in self._peers:
            for kind in self.peers:
                if kind.name == name:
                    self._peers[name] = kind(self.options.folder / name, self.corpus.folder)
        return self._peers.get(name)

    def fresh_ingest(self) -> Ingest:
        """An empty store in place of the one before."""
        self._ingest = Ingest(self.options.folder / "ingest", self.corpus.folder)
        self._current.discard("ingest")
        return self._ingest

    def fresh(self) -> list[Subject]:
        """Everyone with an empty store or repository, in the order ingest, git, restic, borg."""
        self._peers.clear()
        self._current.clear()
        made = [self.peer(kind.name) for kind in self.peers]
        return [self.fresh_ingest(), *(one for one in made if one is not None)]

    def subjects(self) -> list[Subject]:
        """Everyone, with what they have recorded so far."""
        made = [self.peer(kind.name) for kind in self.peers]
        return [self.ingest, *(one for one in made if one is not None)]

    def recorded(self, *names: str) -> None:
        """These have recorded the shared folder as it stands."""
        self._current.update(names)

    def ready(self, *names: str) -> None:
        """Have these record the shared folder as it stands, untimed, where they are behind."""
        for subject in self.subjects():
            if subject.name in names and subject.name not in self._current:
                subject.record()
                self._current.add(subject.name)

    def edit(self, percent: float) -> int:
        """A round of edits on the shared folder; returns how many documents were edited."""
        self._current.clear()
        return self.corpus.edit(self.next_round(), percent=percent)

    def touched(self) -> None:
        """The shared folder was changed by a row: everyone is behind."""
        self._current.clear()

    def next_round(self) -> int:
        """The number of a round of edits that was not used yet."""
        self.round_ += 1
        return self.round_

    def draw(self, words: str) -> random.Random:
        """Chance for one purpose, from the seed."""
        return random.Random(f"{self.options.seed} {words}")

    def judged(self, row: str, store: Ingest) -> Iterator[Line]:
        """The oracle's answer about a store, as a line of the table; outside all timing."""
        began = time.monotonic()
        seq = store.command.record("status")["seq"]
        if seq <= ORACLE_CHANGES:
            found, how = store.findings(sample=SAMPLE), "the oracle of the fault tests"
        else:
            found, how = _short(store), "verify --deep and check --deep; too many changes for the oracle"
        for one in found[:20]:
            say(f"oracle: {one}")
        told = "holds" if not found else f"{len(found)} findings, the first: {found[0][:160]}"
        conditions = f"{how}; {seq:,} changes, {time.monotonic() - began:.0f} s"
        yield Line(row, "oracle afterwards", told, "", "holds", not found, conditions)


def _short(store: Ingest) -> list[str]:
    answers = [store.command.run(verb, "--deep", json=True) for verb in ("verify", "check")]
    return [str(answer) for answer in answers if answer.code != 0]


def in_turn(subjects: Sequence[Subject], run: int) -> list[Subject]:
    """The same, another one first in each run."""
    at = run % len(subjects)
    return [*subjects[at:], *subjects[:at]]


def say(words: str) -> None:
    """A line about what goes on, on standard error."""
    print(f"bench: {words}", file=sys.stderr, flush=True)
