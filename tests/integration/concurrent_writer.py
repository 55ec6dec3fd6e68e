"""One of several processes that write into one store: `python -m tests.integration.concurrent_writer`.

Its batches are slow, some are aborted at their last statement or in the middle, and now and then it
kills itself within a transaction. Each batch that was acknowledged is printed: the ids, in hex.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time

from ingest.errors import StoreUnavailable
from ingest.model import RootKey
from ingest.store.engine import open_store
from ingest.store.new_rows import Entry
from tests.recording import entry, record, wall

KILL, ABORT, REPEAT = 0.02, 0.15, 0.15


class Aborted(Exception):
    """Raised within a transaction."""


def main(url: str, root: RootKey, seed: int, batches: int) -> None:
    """Write until `batches` batches were acknowledged."""
    draw = random.Random(seed)
    store = open_store(url, busy_seconds=60)

    def entropy(size: int) -> bytes:
        time.sleep(draw.random() * 0.003)
        chance = draw.random()
        if chance < KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if chance < ABORT:
            raise Aborted
        return draw.randbytes(size)

    acknowledged: list[bytes] = []
    done = attempt = 0
    while done < batches:
        attempt += 1
        entries: list[Entry] = [
            entry("created", b"%d/%d/%d" % (seed, attempt, n), raw=b"%d" % draw.randrange(5))
            for n in range(draw.randrange(1, 5))
        ]
        repeats = bool(acknowledged) and draw.random() < REPEAT
        if repeats:
            # The same id again: refused by the database when all else is written.
            entries.append(entry("rejected", b"again", reason="busy", id_=acknowledged[0]))
        with contextlib.suppress(Aborted, *((StoreUnavailable,) if repeats else ())):
            record(store, root, entries, now=wall, entropy=entropy)
            acknowledged = [made.id for made in entries]
            print(  # noqa: T201  # it is the answer
                " ".join(id_.hex() for id_ in acknowledged), flush=True
            )
            done += 1


if __name__ == "__main__":
    main(sys.argv[1], RootKey(int(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]))
