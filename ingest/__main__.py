"""`python -m ingest` and the `ingest` command."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys

# A batch is tens of thousands of small values in no cycle, which the collector's own threshold of 700
# has it look through again and again: a sixth of the writing process's time in a first scan.
COLLECT_AFTER = 50_000


def main() -> None:
    """Run the command line and end the process with its exit code."""
    code = 1

    def leave() -> None:
        # To take every module and value apart, one by one, is a tenth of a short call's time. By now the
        # threads have ended and the store is closed; an error that nobody foresaw was told.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)

    atexit.register(leave)  # before all others, so that it is called after them
    # What is loaded is no garbage: the command line lets the collector begin when all of it is there.
    gc.disable()
    gc.set_threshold(COLLECT_AFTER)
    try:
        from ingest.cli import run  # noqa: PLC0415 - whoever stops it meanwhile is told so

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line was there to say so
        code = 130
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write("\r\033[Knote: stopped\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
