"""`python -m ingest` and the `ingest` command."""

from __future__ import annotations

import gc
import sys

# A batch is tens of thousands of small values in no cycle, which the collector's own threshold of 700
# has it look through again and again: a sixth of the writing process's time in a first scan.
COLLECT_AFTER = 50_000


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from ingest.cli import run

    gc.set_threshold(COLLECT_AFTER)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
