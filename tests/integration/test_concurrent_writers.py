"""Several processes write into one store, and somebody reads meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from ingest.model import Seq
from ingest.store import reader, tables
from ingest.store.engine import Store
from tests.command import PATIENCE
from tests.recording import add_root, entry, everything, findings, opened, record, rows_of

WRITERS = 8
BATCHES = 8


class Writer:
    """One writing process, started again when it kills itself."""

    def __init__(self, url: str, root: int, seed: int, folder: Path) -> None:
        self.url, self.root, self.seed = url, root, seed
        self.output = folder / f"writer-{seed}"
        self.lives = 0
        self._start()

    def _start(self) -> None:
        self.lives += 1
        words = [self.url, str(self.root), str(self.seed + 1000 * self.lives), str(BATCHES)]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.concurrent_writer", *words],
                stdout=output,
                cwd=Path(__file__).parents[2],
            )

    def is_running(self) -> bool:
        code = self.process.poll()
        if code == -signal.SIGKILL:
            self._start()
            return True
        assert code in (None, 0), f"a writer ended with {code}"
        return code is None

    def acknowledged(self) -> list[list[bytes]]:
        lines = self.output.read_text().split("\n")[:-1]
        return [[bytes.fromhex(word) for word in line.split()] for line in lines]


def test_a_reader_sees_each_change_of_eight_writers_once_and_in_order(
    database_url: str, tmp_path: Path
) -> None:
    """With delays, aborts and kills: 1..N, nothing acknowledged is lost, no batch is torn."""
    with opened(database_url) as store:
        roots = [add_root(store, f"root-{n}") for n in range(WRITERS)]
        writers = [Writer(database_url, root, seed, tmp_path) for seed, root in enumerate(roots)]
        try:
            polled = poll_until_done(store, writers)
        finally:
            for writer in writers:
                writer.process.kill()
                writer.process.wait()

        assert [seq for seq, _ in polled] == list(range(1, len(polled) + 1))
        assert len(polled) >= WRITERS * BATCHES
        place = {id_: seq for seq, id_ in polled}
        for writer in writers:
            last = 0
            for batch in writer.acknowledged():
                first = place[batch[0]]
                assert first > last
                assert [place[id_] for id_ in batch] == list(range(first, first + len(batch)))
                last = first + len(batch) - 1
        assert [row["seq"] for row in rows_of(store, tables.change)] == [seq for seq, _ in polled]
        assert findings(store) == []


def poll_until_done(store: Store, writers: list[Writer]) -> list[tuple[int, bytes]]:
    """Follow the log as a sink does: always what comes after the last one seen."""
    polled: list[tuple[int, bytes]] = []
    deadline = time.monotonic() + PATIENCE
    while True:
        running = [writer for writer in writers if writer.is_running()]
        with store.read() as connection:
            after = polled[-1][0] if polled else 0
            polled += [(row.seq, row.id) for row in reader.changes(connection, after=Seq(after))]
        if not running:
            return polled
        assert time.monotonic() < deadline, f"{len(running)} writers are not done"
        time.sleep(0.005)


def test_a_snapshot_stands_still_while_others_write(database_url: str) -> None:
    with opened(database_url) as store, opened(database_url) as other:
        root = add_root(store)
        record(store, root, [entry("created", b"a", raw=b"one")])
        with store.read() as connection:
            before = reader.head(connection).seq
            record(other, root, [entry("created", b"b", raw=b"two")])
            assert [row.seq for row in reader.changes(connection)] == [before]
            assert reader.head(connection).seq == before

        assert [row["seq"] for row in everything(store)["change"]] == [1, 2]
