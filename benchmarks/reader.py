"""Another process that reads the store: says when each change could be read. A program of its own.

    python reader.py STORE.db SEQ

polls the database read-only through sqlite3 and writes a line for each change past SEQ: the SHA-256 of its
version, a blank, and the nanoseconds of the machine's monotonic clock when the row was in hand. The first
line is `ready`. It ends when its standard input does. It imports nothing of the project, so that it starts
fast and holds no lock that the project would know of.
"""

from __future__ import annotations

import os
import select
import sqlite3
import sys
import time

POLL_SECONDS = 0.0005
CHANGES = """
    SELECT change.seq, version.hash FROM change
    JOIN version ON version.document_id = change.document_id AND version.no = change.no
    WHERE change.seq > ? ORDER BY change.seq
"""


def read(file: str, seq: int) -> None:
    """Follow the store until standard input is closed."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    looks = 0
    while True:
        (last,) = connection.execute("SELECT max(seq) FROM change").fetchone()
        if last is not None and last > seq:
            rows = connection.execute(CHANGES, (seq,)).fetchall()
            now = time.monotonic_ns()
            for _, found in rows:
                sys.stdout.write(f"{found.hex()} {now}\n")
            sys.stdout.flush()
            seq = rows[-1][0] if rows else last
        looks += 1
        # Asked rarely, since each question costs as much as a look at the store.
        if looks % 200 == 0 and select.select([0], [], [], 0)[0] and not os.read(0, 1):
            return
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    read(sys.argv[1], int(sys.argv[2]))
