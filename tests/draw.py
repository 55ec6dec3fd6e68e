"""What a run leaves out, drawn by commit: each part is run by some commit, and `./dev test --all` runs all.

Only `./dev test` draws, and only where it is given no test to run: whoever names a test gets it on both
databases, at its full size.
"""

from __future__ import annotations

import os
import zlib

VARIABLE = "INGEST_TEST_DRAW"
"""The commit that draws. Not set: nothing is left out."""

DATABASES = ("sqlite", "postgres")

DIVIDED = (
    ("tests/faults/", 2),
    ("tests/acceptance/test_pages.py::", 2),
    ("tests/docs/test_pages.py::test_the_sessions_of_a_page_print_what_it_shows", 3),
)
"""The tests of which each is run by one commit in so many, by how their names begin: the dearest ones."""


def commit() -> str:
    """Return what this run draws by, empty where it draws nothing."""
    return os.environ.get(VARIABLE, "")


def number(of: int, name: str, drawn_by: str) -> int:
    """Return a number from 0 to `of` - 1: the same for the same commit and name on every machine."""
    return zlib.crc32(f"{drawn_by} {name}".encode()) % of


def database(name: str, drawn_by: str) -> str:
    """Return which database the test of that name is run on."""
    return DATABASES[number(len(DATABASES), name, drawn_by)]


def is_run(test: str, drawn_by: str) -> bool:
    """Tell whether a commit runs the test of that name; what is not divided is run by each."""
    of = next((count for beginning, count in DIVIDED if test.startswith(beginning)), 1)
    return number(of, test, drawn_by) == 0


def amount(whole: int, share: int) -> int:
    """Return how often a test does something: `share` where the run draws, else `whole`."""
    return share if commit() else whole
