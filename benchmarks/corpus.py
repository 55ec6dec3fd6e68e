"""A folder of documents from a seed, and rounds of edits on it. Two processes write it.

The same seed and number give the same paths and bytes everywhere, and a round of edits is a function of the
seed, the round and the bytes before: trees that were given the same rounds are alike.

Documents are UTF-8 text of 2.6 KB on average, `prose.py` says how long; there is no newline at the end. A
folder has at most 1,000 of them. A document alone is 0.47 of its size under `zstd -3`, all of them together
0.36 under `gzip`, about as collections of news are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from benchmarks import edits, prose

PROCESSES = 2
SLICE = 500  # documents that a process is given at a time
FOLDER = 1_000  # documents in one folder


@dataclass(frozen=True)
class Corpus:
    """So many documents of a seed below a folder."""

    folder: Path
    seed: int
    documents: int

    def path(self, number: int) -> Path:
        """Where a document stands, from 0 on."""
        return self.folder / relative(self.seed, number)

    def write(self) -> int:
        """Make every document; returns their bytes together."""
        for first in range(0, self.documents, FOLDER):
            self.path(first).parent.mkdir(parents=True, exist_ok=True)
        return self._apart(_write, range(self.documents))

    def edit(self, round_: int, *, percent: float) -> int:
        """Edit that share of the documents, at least one; returns how many. Round 0 is the first writing."""
        count = max(1, round(self.documents * percent / 100))
        draw = random.Random(f"{self.seed} round {round_}")
        numbers = draw.sample(range(self.documents), count)
        return self._apart(partial(_edit, round_=round_), numbers)

    def after(self, round_: int, number: int, *, before: bytes | None = None) -> bytes:
        """What a document would hold after an edit of that round; nothing is written.

        `before` is what it holds by then, where that is not what is on the disk.
        """
        held = (self.path(number).read_bytes() if before is None else before).decode()
        return edits.edited(held, seed=self.seed, round_=round_, number=number).encode()

    def read(self) -> int:
        """Read every document, so that the kernel holds it in memory; returns their bytes together."""
        return self._apart(_read, range(self.documents))

    def _apart(self, work: Callable[[Corpus, Sequence[int]], int], numbers: Sequence[int]) -> int:
        """Do the work in slices, in several processes where there are several slices."""
        slices = [numbers[at : at + SLICE] for at in range(0, len(numbers), SLICE)]
        if len(slices) == 1:
            return work(self, slices[0])
        # A forked child shares the vocabulary that is made here.
        prose.document(self.seed, 0)
        prose.document(self.seed, 1)
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
            return sum(pool.map(partial(work, self), slices))


def relative(seed: int, number: int) -> str:
    """A document's path below its folder; a number makes its name, and a hash, as in `seeds/`."""
    folder = number // FOLDER
    name = sha256(f"{seed} {number}".encode()).hexdigest()[:16]
    return f"{folder // 10:03d}/{folder % 10}/{number % FOLDER:03d}_{name}.txt"


def _write(corpus: Corpus, numbers: Iterable[int]) -> int:
    written = 0
    for number in numbers:
        body = prose.document(corpus.seed, number).encode()
        with open(corpus.path(number), "wb") as file:
            written += file.write(body)
    return written


def _edit(corpus: Corpus, numbers: Sequence[int], *, round_: int) -> int:
    for number in numbers:
        body = corpus.after(round_, number)
        with open(corpus.path(number), "wb") as file:
            file.write(body)
    return len(numbers)


def _read(corpus: Corpus, numbers: Iterable[int]) -> int:
    return sum(len(corpus.path(number).read_bytes()) for number in numbers)
