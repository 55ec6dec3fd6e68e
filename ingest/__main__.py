"""`python -m ingest` and the `ingest` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from ingest.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
